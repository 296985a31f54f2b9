"""Guests: people who talk before they have an account, and what becomes of their conversations."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import structlog

from experience_plane.clock import Clock
from experience_plane.security_guard.audit import AuditTrail, SecurityEvent
from experience_plane.security_guard.local_authentication import LocalAuthentication
from experience_plane.security_guard.options import GuestOptions
from experience_plane.security_guard.ports import GuestsNotAllowed
from experience_plane.security_guard.principal import Authenticated, Principal, User
from experience_plane.security_guard.storage import GuestStore

_LOG = structlog.get_logger(__name__)


class Guests:
    """Lets guests in, and forgets those who do not come back. Close it when done."""

    def __init__(
        self,
        *,
        authentication: LocalAuthentication,
        store: GuestStore,
        options: GuestOptions,
        audit: AuditTrail,
        clock: Clock,
    ) -> None:
        self._authentication = authentication
        self._store = store
        self._options = options
        self._audit = audit
        self._clock = clock
        self._cleaning: asyncio.Task[None] | None = None

    async def start(self) -> Authenticated:
        """Start a session for a new guest.

        Raises:
            GuestsNotAllowed: the service is only for people with an account.
        """
        if not self._options.allowed:
            raise GuestsNotAllowed
        account = await self._authentication.create_guest()
        await self._audit.record(SecurityEvent(kind="anonymous.started", user_id=account.user_id))
        return await self._authentication.admit(account)

    async def guest_of(self, access_token: str) -> Principal:
        """Answer the guest to whom this access token was issued, who may be no more.

        Raises:
            InvalidUpgrade: it is not believed, or was issued to somebody else.
        """
        return await self._authentication.guest_of(access_token)

    async def carry_over(self, guest: Principal, user: User) -> None:
        """Give the guest's conversations to the user, and end the guest; nothing happens if the guest is no more."""
        ended = await self._store.carry_over(guest, user, self._clock())
        if ended is None:
            return
        for session_id in ended:
            self._authentication.sessions.forget(session_id)
        await self._audit.record(
            SecurityEvent(kind="user.upgraded", user_id=user.user_id, detail={"guest_id": str(guest.user_id)})
        )

    async def forget_idle(self) -> int:
        """Remove guests who have not been here for the idle lifetime, one batch; answer how many there were."""
        unused_since = self._clock() - self._options.idle_lifetime
        return await self._store.delete_idle(unused_since, self._options.cleanup_batch)

    def begin_cleanup(self) -> None:
        """Forget idle guests now and from time to time, until closed."""
        self._cleaning = asyncio.create_task(self._clean(), name="forget idle guests")

    async def close(self) -> None:
        """Stop forgetting."""
        if self._cleaning is not None:
            self._cleaning.cancel()
            with suppress(asyncio.CancelledError):
                await self._cleaning

    async def _clean(self) -> None:
        while True:
            try:
                await self.forget_idle()
            except Exception as error:  # noqa: BLE001 - a database that does not answer now may answer the next time
                await _LOG.awarning("guests_not_forgotten", exc_info=error)
            await asyncio.sleep(self._options.cleanup_interval.total_seconds())
