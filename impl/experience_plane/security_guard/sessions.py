"""Whether a session still lives: read from storage, remembered briefly, ended here at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from experience_plane.clock import Clock
from experience_plane.security_guard.bounded_cache import BoundedCache
from experience_plane.security_guard.options import SessionOptions
from experience_plane.security_guard.revocation import RevocationWatch, Revoked
from experience_plane.security_guard.storage import Account, SessionEnd, SessionStore


@dataclass(frozen=True, slots=True)
class _SessionState:
    account: Account | None
    """None once the session has ended, which no later read can undo."""
    read_at: datetime


class Sessions:
    """Answers on every request from a cache at most `state_max_age` old.

    A session ended by this process is refused from that moment; one ended by another process, when the cached state has
    aged out.
    """

    def __init__(self, store: SessionStore, options: SessionOptions, clock: Clock) -> None:
        self._store = store
        self._max_age = options.state_max_age
        self._clock = clock
        self._states: BoundedCache[UUID, _SessionState] = BoundedCache(options.state_cache_size)
        self._changes = 0
        self._watch = RevocationWatch()

    async def live_account(self, session_id: UUID) -> Account | None:
        """Answer the account whose session this is, unless that has ended."""
        state = self._states.get(session_id)
        now = self._clock()
        if state is not None and (state.account is None or now - state.read_at < self._max_age):
            return state.account
        while True:
            changes = self._changes
            account = await self._store.find_live_account(session_id, now)
            if changes == self._changes:
                return self._remember(session_id, account, now)
            # An account changed while we were reading: what we read may be older than that.

    async def end(self, session_id: UUID, reason: SessionEnd) -> None:
        """End a session, in storage first."""
        await self._store.end(session_id, reason, self._clock())
        self.forget(session_id)

    def forget(self, session_id: UUID) -> None:
        """Refuse from now on a session that storage has already ended."""
        self._states.put(session_id, _SessionState(account=None, read_at=self._clock()))
        self._watch.announce(session_id)

    @contextmanager
    def watching(self, session_id: UUID, revoked: Revoked) -> Iterator[None]:
        """Within the block, `revoked` is called when the session ends.

        At once when this process ends it; with the next `check_watched` when another does.
        """
        with self._watch.watching(session_id, revoked):
            state = self._states.get(session_id)
            if state is not None and state.account is None:
                self._watch.announce(session_id)
            yield

    async def check_watched(self) -> None:
        """Learn, in one query, which of the watched sessions have ended elsewhere or expired."""
        watched = set(self._watch.watched)
        if watched:
            for session_id in watched - set(await self._store.live_among(watched, self._clock())):
                self.forget(session_id)

    def account_changed(self, user_id: UUID) -> None:
        """Read anew, from now on, what storage says of an account that has changed there."""
        self._changes += 1
        self._states.discard_where(lambda state: state.account is not None and state.account.user_id == user_id)

    def _remember(self, session_id: UUID, account: Account | None, read_at: datetime) -> Account | None:
        state = self._states.get(session_id)
        if state is not None and state.account is None:
            # Ended while we were reading: what we read is older than that.
            return None
        if account is not None:
            self._states.put(session_id, _SessionState(account, read_at))
        return account
