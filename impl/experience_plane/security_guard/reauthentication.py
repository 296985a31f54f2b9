"""The password again, before something that a stolen access token must not do."""

from __future__ import annotations

from experience_plane.security_guard.audit import AuditTrail, SecurityEvent
from experience_plane.security_guard.passwords import PasswordHashing
from experience_plane.security_guard.ports import Unauthenticated, WrongPassword
from experience_plane.security_guard.principal import Principal
from experience_plane.security_guard.storage import AccountLifecycleStore, PasswordAccount


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
