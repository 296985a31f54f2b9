"""A user's own sessions: seen, ended, and watched by whoever must let go when one ends."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from uuid import UUID

import structlog

from experience_plane.clock import Clock
from experience_plane.security_guard.audit import AuditTrail, SecurityEvent
from experience_plane.security_guard.ports import SessionNotFound
from experience_plane.security_guard.principal import Principal
from experience_plane.security_guard.revocation import Revoked
from experience_plane.security_guard.sessions import Sessions
from experience_plane.security_guard.storage import SessionStore, StoredSession

_LOG = structlog.get_logger(__name__)
LIST_LIMIT = 100


class UserSessions:
    """What a user may do with his sessions. Close it when done."""

    def __init__(
        self, *, store: SessionStore, sessions: Sessions, audit: AuditTrail, clock: Clock, check_interval: timedelta
    ) -> None:
        self._store = store
        self._sessions = sessions
        self._audit = audit
        self._clock = clock
        self._check_interval = check_interval.total_seconds()
        self._checking: asyncio.Task[None] | None = None

    async def list(self, principal: Principal) -> Sequence[StoredSession]:
        """Answer the sessions that live, the one used last first, at most `LIST_LIMIT`."""
        return await self._store.list_live(principal.user_id, self._clock(), LIST_LIMIT)

    async def end(self, principal: Principal, session_id: UUID) -> None:
        """End one session of the user.

        Raises:
            SessionNotFound: the user has no such session, or it has ended.
        """
        if not await self._end(principal, only=session_id):
            raise SessionNotFound

    async def end_others(self, principal: Principal) -> None:
        """End every session of the user but the principal's own."""
        await self._end(principal, but=principal.session_id)

    async def end_all(self, principal: Principal) -> None:
        """End every session of the user."""
        await self._end(principal)

    @contextmanager
    def watching(self, session_id: UUID, revoked: Revoked) -> Iterator[None]:
        """Within the block, `revoked` is called when the session ends, in whichever process that happens."""
        if self._checking is None:
            self._checking = asyncio.create_task(self._check(), name="check watched sessions")
        with self._sessions.watching(session_id, revoked):
            yield

    async def close(self) -> None:
        """Stop looking."""
        if self._checking is not None:
            self._checking.cancel()
            with suppress(asyncio.CancelledError):
                await self._checking

    async def _end(self, principal: Principal, *, only: UUID | None = None, but: UUID | None = None) -> Sequence[UUID]:
        ended = await self._store.end_of_user(principal.user_id, "ended_by_user", self._clock(), only=only, but=but)
        for session_id in ended:
            self._sessions.forget(session_id)
            await self._audit.record(
                SecurityEvent(kind="session.ended", user_id=principal.user_id, session_id=session_id)
            )
        return ended

    async def _check(self) -> None:
        while True:
            await asyncio.sleep(self._check_interval)
            try:
                await self._sessions.check_watched()
            except Exception as error:  # noqa: BLE001 - a database that does not answer now may answer the next time
                await _LOG.awarning("sessions_not_checked", exc_info=error)
