"""A password forgotten, reset or changed."""

from __future__ import annotations

from experience_plane.clock import Clock
from experience_plane.security_guard.audit import AuditTrail, SecurityEvent
from experience_plane.security_guard.background import BackgroundWork
from experience_plane.security_guard.correspondence import Correspondence
from experience_plane.security_guard.emails import EmailAddress, parse_email
from experience_plane.security_guard.opaque import digest
from experience_plane.security_guard.options import PasswordOptions
from experience_plane.security_guard.passwords import PasswordHashing, check_password
from experience_plane.security_guard.ports import InvalidCode, WrongPassword
from experience_plane.security_guard.principal import Principal
from experience_plane.security_guard.reauthentication import Reauthentication
from experience_plane.security_guard.sessions import Sessions
from experience_plane.security_guard.storage import Account, AccountLifecycleStore, AccountStore, PasswordReplaced

_POINTER = "/new_password"


class PasswordChanges:
    """Replaces passwords; each replacement ends sessions and is told to the owner by mail."""

    def __init__(
        self,
        *,
        store: AccountLifecycleStore,
        accounts: AccountStore,
        sessions: Sessions,
        hashing: PasswordHashing,
        reauthentication: Reauthentication,
        correspondence: Correspondence,
        work: BackgroundWork,
        options: PasswordOptions,
        audit: AuditTrail,
        clock: Clock,
    ) -> None:
        self._store = store
        self._accounts = accounts
        self._sessions = sessions
        self._hashing = hashing
        self._reauthentication = reauthentication
        self._correspondence = correspondence
        self._work = work
        self._options = options
        self._audit = audit
        self._clock = clock

    async def forgot(self, email: str) -> None:
        """Mail a code if the address has an account. Nothing is looked up before the answer, so nothing can be told.

        Raises:
            InvalidEmail, Overloaded.
        """
        address = parse_email(email)
        self._work.submit("forgot_password", lambda: self._mail_code(address))

    async def reset(self, *, code: str, new_password: str) -> None:
        """Set the password by a mailed code, which also verifies the address; ends all sessions.

        Raises:
            InvalidCode: unknown, expired, used before, or replaced by a newer one.
            PasswordRejected, Overloaded: the code stays good.
        """
        account = await self._store.find_code_account(digest(code), "reset_password", self._clock())
        if account is None:
            raise InvalidCode
        new_hash = await self._hash(account, new_password)
        replaced = await self._store.reset_password(digest(code), new_hash, self._clock())
        if replaced is None:
            raise InvalidCode
        await self._tell("password.reset", replaced)

    async def change(self, principal: Principal, *, current_password: str, new_password: str) -> None:
        """Set the password by the current one; ends all other sessions.

        Raises:
            WrongPassword, PasswordRejected, Overloaded.
        """
        found = await self._reauthentication.require_password(principal, current_password)
        new_hash = await self._hash(found.account, new_password)
        replaced = await self._store.change_password(
            principal.user_id,
            old_hash=found.password_hash,
            new_hash=new_hash,
            keep_session=principal.session_id,
            now=self._clock(),
        )
        if replaced is None:
            raise WrongPassword
        await self._tell("password.changed", replaced)

    async def _mail_code(self, address: EmailAddress) -> None:
        found = await self._accounts.find_by_email_key(address.key)
        await self._audit.record(
            SecurityEvent(kind="password.reset_requested", user_id=found.account.user_id if found else None)
        )
        if found is not None:
            await self._correspondence.ask_for_password(found.account, address)

    async def _hash(self, account: Account, new_password: str) -> str:
        check_password(new_password, self._options, context=(account.name, account.email), pointer=_POINTER)
        return await self._hashing.hash(new_password)

    async def _tell(self, kind: str, replaced: PasswordReplaced) -> None:
        for session_id in replaced.ended_sessions:
            self._sessions.forget(session_id)
        detail = {"sessions_ended": str(len(replaced.ended_sessions))}
        await self._audit.record(SecurityEvent(kind=kind, user_id=replaced.account.user_id, detail=detail))
        letter = self._correspondence.letters.password_changed(replaced.account.email)
        self._work.submit(kind, lambda: self._correspondence.post(letter))
