"""The password again, or a fresh login, before something that a stolen access token must not do."""

from __future__ import annotations

from datetime import timedelta

from experience_plane.clock import Clock
from experience_plane.security_guard.audit import AuditTrail, SecurityEvent
from experience_plane.security_guard.passwords import PasswordHashing
from experience_plane.security_guard.ports import ReauthenticationRequired, Unauthenticated, WrongPassword
from experience_plane.security_guard.principal import Principal
from experience_plane.security_guard.storage import AccountLifecycleStore, PasswordAccount, SessionStore


class Reauthentication:
    """Checks the current password of who is logged in."""

    def __init__(self, store: AccountLifecycleStore, hashing: PasswordHashing, audit: AuditTrail) -> None:
        self._store = store
        self._hashing = hashing
        self._audit = audit

    async def require_password(self, principal: Principal, password: str) -> PasswordAccount:
        """Answer the principal's account if this is its password.

        Raises:
            WrongPassword, Overloaded: as they say.
            Unauthenticated: the account is gone.
        """
        found = await self._store.find(principal.user_id)
        if found is None:
            raise Unauthenticated("account gone")
        if not await self._hashing.verify(found.password_hash, password):
            await self._audit.record(
                SecurityEvent(
                    kind="reauthentication.failed", user_id=principal.user_id, session_id=principal.session_id
                )
            )
            raise WrongPassword
        return found


class FreshReauthentication:
    """Takes the password, or, where none is given, a login of the last few minutes.

    Who signs in with a provider has no password that he knows: he signs in again.
    """

    def __init__(
        self, reauthentication: Reauthentication, sessions: SessionStore, recent: timedelta, clock: Clock
    ) -> None:
        self._reauthentication = reauthentication
        self._sessions = sessions
        self._recent = recent
        self._clock = clock

    async def require(self, principal: Principal, password: str | None) -> None:
        """Let pass who gives the password, or has just logged in.

        Raises:
            ReauthenticationRequired: no password, and the login is not recent.
            WrongPassword, Overloaded, Unauthenticated: as `Reauthentication.require_password`.
        """
        if password is not None:
            await self._reauthentication.require_password(principal, password)
            return
        started_at = await self._sessions.find_start(principal.session_id)
        if started_at is None or self._clock() - started_at > self._recent:
            raise ReauthenticationRequired
