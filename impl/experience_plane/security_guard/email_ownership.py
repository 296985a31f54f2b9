"""Whose an e-mail address is: proved by a mailed code, at first and when it changes."""

from __future__ import annotations

from experience_plane.clock import Clock
from experience_plane.security_guard.audit import AuditTrail, SecurityEvent
from experience_plane.security_guard.background import BackgroundWork
from experience_plane.security_guard.correspondence import Correspondence
from experience_plane.security_guard.emails import EmailAddress, parse_email
from experience_plane.security_guard.opaque import digest
from experience_plane.security_guard.ports import InvalidCode
from experience_plane.security_guard.principal import Principal
from experience_plane.security_guard.reauthentication import Reauthentication
from experience_plane.security_guard.sessions import Sessions
from experience_plane.security_guard.storage import Account, AccountLifecycleStore, AccountStore


class EmailOwnership:
    """Verifies and changes the addresses of accounts."""

    def __init__(
        self,
        *,
        store: AccountLifecycleStore,
        accounts: AccountStore,
        sessions: Sessions,
        reauthentication: Reauthentication,
        correspondence: Correspondence,
        work: BackgroundWork,
        audit: AuditTrail,
        clock: Clock,
    ) -> None:
        self._store = store
        self._accounts = accounts
        self._sessions = sessions
        self._reauthentication = reauthentication
        self._correspondence = correspondence
        self._work = work
        self._audit = audit
        self._clock = clock

    async def verify(self, code: str) -> None:
        """Use a mailed code up.

        Raises:
            InvalidCode: unknown, expired, used before, or replaced by a newer one.
            EmailTaken: the new address of a change has got an account of its own.
        """
        verified = await self._store.verify_email(digest(code), self._clock())
        if verified is None:
            raise InvalidCode
        former, user_id = verified.former_email, verified.account.user_id
        self._sessions.account_changed(user_id)
        if former is None:
            await self._audit.record(SecurityEvent(kind="email.verified", user_id=user_id))
            return
        await self._audit.record(SecurityEvent(kind="email.changed", user_id=user_id))
        letter = self._correspondence.letters.email_changed(former)
        self._work.submit("email_changed", lambda: self._correspondence.post(letter))

    async def change(self, principal: Principal, *, email: str, current_password: str) -> None:
        """Mail a code to the new address, and a notice to the old; never tells whether the new one has an account.

        Raises:
            InvalidEmail, WrongPassword, Overloaded.
        """
        address = parse_email(email)
        account = (await self._reauthentication.require_password(principal, current_password)).account
        await self._audit.record(
            SecurityEvent(kind="email.change_requested", user_id=principal.user_id, session_id=principal.session_id)
        )
        self._work.submit("change_email", lambda: self._ask(account, address))

    async def _ask(self, account: Account, address: EmailAddress) -> None:
        letters = self._correspondence.letters
        holder = await self._accounts.find_by_email_key(address.key)
        if holder is None or holder.account.user_id == account.user_id:
            await self._correspondence.ask_to_confirm(account, address)
        else:
            await self._correspondence.post(letters.new_email_has_account(holder.account.email))
        await self._correspondence.post(letters.email_change_requested(account.email))
