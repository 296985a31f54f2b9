"""Sessions that another issuer began: remembered when first seen, so that they can be ended here, in every process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from experience_plane.clock import Clock
from experience_plane.security_guard.bounded_cache import BoundedCache
from experience_plane.security_guard.external_identity import ExternalSession
from experience_plane.security_guard.ports import Unauthenticated


class ExternalSessionStore(Protocol):
    """What is known of other issuers' sessions."""

    async def admit(self, session: ExternalSession, now: datetime) -> ExternalSession | None:
        """Remember a session as its newest token says, and answer that. Once it has ended: None, and no change."""
        ...

    async def find(self, session_id: UUID) -> ExternalSession | None:
        """Answer a session that was admitted and has not ended."""
        ...

    async def end(self, session_id: UUID, now: datetime) -> None:
        """End a session for good. Idempotent."""
        ...


@dataclass(frozen=True, slots=True)
class _State:
    session: ExternalSession | None
    """None once the session has ended."""
    read_at: datetime


class ExternalSessions:
    """Answers from a cache at most `max_age` old; what this process has ended is refused at once."""

    def __init__(
        self, store: ExternalSessionStore, clock: Clock, *, max_age: timedelta, cache_size: int = 10_000
    ) -> None:
        self._store = store
        self._clock = clock
        self._max_age = max_age
        self._states: BoundedCache[UUID, _State] = BoundedCache(cache_size)

    async def admit(self, session: ExternalSession) -> None:
        """Let a session pass whose token was verified.

        Raises:
            Unauthenticated: the session was ended here.
        """
        known = self._fresh(session.session_id)
        if known is None or known.expires_at < session.expires_at:
            self._remember(session.session_id, await self._store.admit(session, self._clock()))

    async def find(self, session_id: UUID) -> ExternalSession:
        """Answer a session that was admitted before, by whatever process.

        Raises:
            Unauthenticated: unknown or ended.
        """
        known = self._fresh(session_id)
        return known or self._remember(session_id, await self._store.find(session_id))

    async def end(self, session_id: UUID) -> None:
        """End a session, in storage first."""
        await self._store.end(session_id, self._clock())
        self._states.put(session_id, _State(None, self._clock()))

    def _fresh(self, session_id: UUID) -> ExternalSession | None:
        state = self._states.get(session_id)
        if state is None:
            return None
        if state.session is None:
            raise Unauthenticated("session ended")
        return state.session if self._clock() - state.read_at < self._max_age else None

    def _remember(self, session_id: UUID, session: ExternalSession | None) -> ExternalSession:
        state = self._states.get(session_id)
        if session is None or (state is not None and state.session is None):
            # The second: ended here while we were reading, and what we read is older than that.
            raise Unauthenticated("session ended")
        self._states.put(session_id, _State(session, self._clock()))
        return session
