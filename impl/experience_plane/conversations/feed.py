"""Brings events that were just committed to those who follow a conversation in this process."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Sequence
from uuid import UUID

from experience_plane.conversations.model import LoggedEvent


class Subscription:
    """A bounded buffer of live events. When its reader is too slow it overflows, and the reader turns to the log."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._events: deque[LoggedEvent] = deque()
        self._changed = asyncio.Event()
        self._overflowed = False
        self.closed = False
        """True when no more events will come."""

    def push(self, events: Sequence[LoggedEvent]) -> None:
        """Take events; once the buffer is full, none is kept until the overflow has been seen."""
        if self._overflowed or len(self._events) + len(events) > self._capacity:
            self._overflowed = True
            self._events.clear()
        else:
            self._events.extend(events)
        self._changed.set()

    def close(self) -> None:
        """Wake the reader up for good."""
        self.closed = True
        self._changed.set()

    async def take(self) -> Sequence[LoggedEvent] | None:
        """Wait for events and answer all there are; None after an overflow: read the log, then take again.

        Answers at once, without events, when the subscription is closed.
        """
        await self._changed.wait()
        if not self.closed:
            self._changed.clear()
        if self._overflowed:
            self._overflowed = False
            return None
        events = tuple(self._events)
        self._events.clear()
        return events


class ConversationFeed:
    """The live subscriptions of this process, by conversation."""

    def __init__(self, *, capacity: int = 1024) -> None:
        self._capacity = capacity
        self._subscriptions: defaultdict[UUID, set[Subscription]] = defaultdict(set)
        self._closed = False

    def subscribe(self, conversation_id: UUID) -> Subscription:
        """Begin to collect the conversation's events; nothing comes once the feed is closed."""
        subscription = Subscription(self._capacity)
        if self._closed:
            subscription.close()
        self._subscriptions[conversation_id].add(subscription)
        return subscription

    def unsubscribe(self, conversation_id: UUID, subscription: Subscription) -> None:
        """Stop collecting."""
        self._subscriptions[conversation_id].discard(subscription)
        if not self._subscriptions[conversation_id]:
            del self._subscriptions[conversation_id]

    def publish(self, events: Sequence[LoggedEvent]) -> None:
        """Hand out committed events of one conversation, in the order of their cursors."""
        if events:
            for subscription in tuple(self._subscriptions.get(events[0].conversation_id, ())):
                subscription.push(events)

    def close(self) -> None:
        """Wake all readers up for good."""
        self._closed = True
        for subscriptions in self._subscriptions.values():
            for subscription in subscriptions:
                subscription.close()
