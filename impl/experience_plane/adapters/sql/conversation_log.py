"""The conversation log on SQLite and PostgreSQL.

Live events reach the followers of the process that wrote them; several processes would need a feed between them.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Sequence
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, insert, literal, literal_column, select, tuple_, type_coerce
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.types import NullType

from experience_plane.adapters.sql.conversation_appends import AppendEvents
from experience_plane.adapters.sql.conversation_tables import conversations, events, messages, runs
from experience_plane.adapters.sql.conversation_writes import AcceptMessage, apply_batch
from experience_plane.adapters.sql.engine import read_connection, write_transaction
from experience_plane.adapters.sql.group_commit import GroupCommit
from experience_plane.adapters.sql.identity_tables import users
from experience_plane.clock import Clock, system_clock
from experience_plane.conversations.feed import ConversationFeed
from experience_plane.conversations.log import (
    ConversationNotFound,
    CursorUnknown,
    OwnerGone,
    RunNotActive,
    RunNotFound,
)
from experience_plane.conversations.model import (
    AcceptedMessage,
    ActiveRun,
    Conversation,
    ConversationPosition,
    EventDraft,
    LoggedEvent,
    Message,
    NewMessage,
    Owner,
    Position,
    UnfinishedRun,
)
from experience_plane.conversations.run_states import active_run

_PAGE = 1000
# Runs are told apart by what the driver gives: a UUID is made once for each run, not for each of its events.
_EVENT = (
    type_coerce(events.c.run_id, NullType).label("run_id"),
    events.c.seq,
    events.c.cursor,
    events.c.type,
    events.c.text,
)


class SqlConversationLog:
    """`ConversationLog` on SQLite or PostgreSQL.

    `owners_are_here`: users are kept in the same database, so none but they get conversations.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        clock: Clock = system_clock,
        feed_capacity: int = 1024,
        owners_are_here: bool = False,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._owners_are_here = owners_are_here
        self._feed = ConversationFeed(capacity=feed_capacity)
        self._writer = GroupCommit(engine, apply_batch, clock=clock, publish=self._feed.publish)

    async def create_conversation(self, owner: Owner) -> Conversation:
        """See `ConversationLog.create_conversation`."""
        return await self._begin(owner, uuid4())

    async def open_conversation(self, owner: Owner, conversation_id: UUID) -> Conversation:
        """See `ConversationLog.open_conversation`."""
        with contextlib.suppress(ConversationNotFound):
            return await self.conversation(conversation_id, owner)
        try:
            return await self._begin(owner, conversation_id)
        except IntegrityError:
            # Begun by another request meanwhile, or by another owner.
            return await self.conversation(conversation_id, owner)

    async def _begin(self, owner: Owner, conversation_id: UUID) -> Conversation:
        now = self._clock()
        new = Conversation(conversation_id, None, now, now, 0, None, None)
        async with write_transaction(self._engine) as connection:
            if self._owners_are_here:
                await _hold_owner(connection, owner)
            await connection.execute(
                insert(conversations).values(
                    conversation_id=new.conversation_id,
                    user_id=owner.user_id,
                    tenant_id=owner.tenant_id,
                    created_at=now,
                    updated_at=now,
                    cursor=0,
                )
            )
        return new

    async def conversation(self, conversation_id: UUID, owner: Owner) -> Conversation:
        """See `ConversationLog.conversation`."""
        async with read_connection(self._engine) as connection:
            found = await connection.execute(
                select(conversations).where(conversations.c.conversation_id == conversation_id, *_owned_by(owner))
            )
            row = found.one_or_none()
        if row is None:
            raise ConversationNotFound
        return _conversation(row)

    async def list_conversations(
        self, owner: Owner, *, limit: int, after: ConversationPosition | None
    ) -> Sequence[Conversation]:
        """See `ConversationLog.list_conversations`."""
        place = tuple_(conversations.c.updated_at, conversations.c.conversation_id)
        query = select(conversations).where(*_owned_by(owner))
        if after is not None:
            bound = tuple_(
                literal(after.updated_at, conversations.c.updated_at.type),
                literal(after.conversation_id, conversations.c.conversation_id.type),
            )
            query = query.where(place < bound)
        query = query.order_by(conversations.c.updated_at.desc(), conversations.c.conversation_id.desc()).limit(limit)
        async with read_connection(self._engine) as connection:
            return [_conversation(row) for row in await connection.execute(query)]

    async def list_messages(self, conversation_id: UUID, *, limit: int, after_cursor: int) -> Sequence[Message]:
        """See `ConversationLog.list_messages`."""
        query = (
            select(messages)
            .where(messages.c.conversation_id == conversation_id, messages.c.cursor > after_cursor)
            .order_by(messages.c.cursor)
            .limit(limit)
        )
        async with read_connection(self._engine) as connection:
            return [_message(row) for row in await connection.execute(query)]

    async def latest_messages(self, conversation_id: UUID, *, limit: int, before_cursor: int) -> Sequence[Message]:
        """See `ConversationLog.latest_messages`."""
        query = (
            select(messages)
            .where(messages.c.conversation_id == conversation_id, messages.c.cursor < before_cursor)
            .order_by(messages.c.cursor.desc())
            .limit(limit)
        )
        async with read_connection(self._engine) as connection:
            return [_message(row) for row in await connection.execute(query)][::-1]

    async def accept_message(self, conversation_id: UUID, message: NewMessage) -> AcceptedMessage:
        """See `ConversationLog.accept_message`."""
        return await self._writer.write(AcceptMessage(conversation_id, message))

    async def append(
        self, conversation_id: UUID, run_id: UUID, next_seq: int, drafts: Sequence[EventDraft]
    ) -> Sequence[LoggedEvent]:
        """See `ConversationLog.append`."""
        return await self._writer.write(AppendEvents(conversation_id, run_id, next_seq, drafts))

    async def position(self, conversation_id: UUID, after_cursor: int | None) -> Position:
        """See `ConversationLog.position`."""
        # The end is read before the runs: a run that begins or ends in between is judged by cursors, not by the moment.
        async with read_connection(self._engine) as connection:
            end = await _end_of(connection, conversation_id)
            if after_cursor is not None and after_cursor > end:
                raise CursorUnknown
            cursor = end if after_cursor is None else after_cursor
            return Position(cursor, await _active_runs(connection, conversation_id, cursor))

    async def follow(self, conversation_id: UUID, after_cursor: int) -> AsyncGenerator[Sequence[LoggedEvent], None]:
        """See `ConversationLog.follow`."""
        # Subscribed before the log is read, so that no event falls between; what comes twice is dropped by cursor.
        subscription = self._feed.subscribe(conversation_id)
        cursor = after_cursor
        try:
            while not subscription.closed:
                while page := await self._read(conversation_id, cursor):
                    cursor = page[-1].cursor
                    yield page
                while not subscription.closed and (live := await subscription.take()) is not None:
                    fresh = [event for event in live if event.cursor > cursor]
                    if fresh and fresh[0].cursor > cursor + 1:
                        break  # Another process wrote what is missing: it is in the log.
                    if fresh:
                        cursor = fresh[-1].cursor
                        yield fresh
        finally:
            self._feed.unsubscribe(conversation_id, subscription)

    async def run_of(self, conversation_id: UUID, run_id: UUID) -> UnfinishedRun:
        """See `ConversationLog.run_of`."""
        query = select(runs).where(runs.c.run_id == run_id, runs.c.conversation_id == conversation_id)
        async with read_connection(self._engine) as connection:
            row = (await connection.execute(query)).one_or_none()
        if row is None:
            raise RunNotFound
        if row.ended_cursor is not None:
            raise RunNotActive
        return UnfinishedRun(row.conversation_id, row.run_id, row.seq + 1)

    async def unfinished_runs(self) -> Sequence[UnfinishedRun]:
        """See `ConversationLog.unfinished_runs`."""
        query = (
            select(runs.c.conversation_id, runs.c.run_id, runs.c.seq)
            .join(conversations, conversations.c.active_run_id == runs.c.run_id)
            .where(runs.c.ended_cursor.is_(None))
        )
        async with read_connection(self._engine) as connection:
            return [
                UnfinishedRun(row.conversation_id, row.run_id, row.seq + 1) for row in await connection.execute(query)
            ]

    async def close(self) -> None:
        """See `ConversationLog.close`."""
        await self._writer.close()
        self._feed.close()

    async def _read(self, conversation_id: UUID, after_cursor: int) -> Sequence[LoggedEvent]:
        query = (
            select(*_EVENT)
            .where(events.c.conversation_id == conversation_id, events.c.cursor > after_cursor)
            .order_by(events.c.cursor)
            .limit(_PAGE)
        )
        async with read_connection(self._engine) as connection:
            return _events(conversation_id, (await connection.execute(query)).all())


async def _end_of(connection: AsyncConnection, conversation_id: UUID) -> int:
    query = select(conversations.c.cursor).where(conversations.c.conversation_id == conversation_id)
    end = (await connection.execute(query)).scalar_one_or_none()
    if end is None:
        raise ConversationNotFound
    return int(end)


async def _active_runs(connection: AsyncConnection, conversation_id: UUID, cursor: int) -> tuple[ActiveRun, ...]:
    query = (
        select(runs.c.run_id)
        .where(
            runs.c.conversation_id == conversation_id,
            runs.c.accepted_cursor <= cursor,
            runs.c.ended_cursor.is_(None) | (runs.c.ended_cursor > cursor),
        )
        .order_by(runs.c.accepted_cursor)
    )
    run_ids = (await connection.execute(query)).scalars().all()
    return tuple([await _active_run(connection, conversation_id, run_id, cursor) for run_id in run_ids])


async def _active_run(connection: AsyncConnection, conversation_id: UUID, run_id: UUID, cursor: int) -> ActiveRun:
    """Read the run's last event, and those that are no tokens."""
    last = (
        select(events.c.seq)
        .where(events.c.conversation_id == conversation_id, events.c.cursor <= cursor, events.c.run_id == run_id)
        .order_by(events.c.cursor.desc())
        .limit(1)
    )
    seq = (await connection.execute(last)).scalar_one()
    # A literal lets the database see that the partial index serves.
    states = (
        select(*_EVENT)
        .where(events.c.run_id == run_id, events.c.seq <= seq, events.c.type != literal_column("'agent.token'"))
        .order_by(events.c.seq)
    )
    return active_run(run_id, seq, _events(conversation_id, (await connection.execute(states)).all()))


async def _hold_owner(connection: AsyncConnection, owner: Owner) -> None:
    """A user who is being removed is not given what nobody would remove any more."""
    held = select(users.c.user_id).where(users.c.user_id == owner.user_id).with_for_update(read=True, key_share=True)
    if await connection.scalar(held) is None:
        raise OwnerGone


def _owned_by(owner: Owner) -> tuple[Any, ...]:
    return (conversations.c.user_id == owner.user_id, conversations.c.tenant_id == owner.tenant_id)


def _conversation(row: Row[Any]) -> Conversation:
    return Conversation(
        conversation_id=row.conversation_id,
        title=row.title,
        created_at=row.created_at,
        updated_at=row.updated_at,
        cursor=row.cursor,
        active_agent_id=row.active_agent_id,
        active_run_id=row.active_run_id,
    )


def _message(row: Row[Any]) -> Message:
    return Message(row.message_id, row.run_id, row.role, row.agent_id, row.text, row.cursor, row.at)


def _events(conversation_id: UUID, rows: Sequence[Any]) -> Sequence[LoggedEvent]:
    run_ids = {raw: raw if isinstance(raw, UUID) else UUID(raw) for raw in {row[0] for row in rows}}
    return [
        LoggedEvent(conversation_id, run_ids[run_id], seq, cursor, event_type, text)
        for run_id, seq, cursor, event_type, text in rows
    ]
