"""The life of an account, from registering to leaving."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from experience_plane.clock import Clock
from experience_plane.security_guard.access_policy import seats_of
from experience_plane.security_guard.audit import AuditTrail, SecurityEvent
from experience_plane.security_guard.background import BackgroundWork
from experience_plane.security_guard.correspondence import Correspondence
from experience_plane.security_guard.email_ownership import EmailOwnership
from experience_plane.security_guard.local_authentication import LocalAuthentication
from experience_plane.security_guard.options import IdentityOptions
from experience_plane.security_guard.password_changes import PasswordChanges
from experience_plane.security_guard.ports import WrongPassword
from experience_plane.security_guard.principal import Principal
from experience_plane.security_guard.reauthentication import Reauthentication
from experience_plane.security_guard.registration import Registration
from experience_plane.security_guard.sessions import Sessions
from experience_plane.security_guard.storage import AccountLifecycleStore, AccountStore

_PATIENCE = timedelta(seconds=5)


class Deletion:
    """Ends accounts."""

    def __init__(
        self,
        *,
        store: AccountLifecycleStore,
        sessions: Sessions,
        reauthentication: Reauthentication,
        correspondence: Correspondence,
        work: BackgroundWork,
        audit: AuditTrail,
    ) -> None:
        self._store = store
        self._sessions = sessions
        self._reauthentication = reauthentication
        self._correspondence = correspondence
        self._work = work
        self._audit = audit

    async def delete(self, principal: Principal, *, current_password: str) -> None:
        """Delete the principal's account with its sessions and conversations.

        Raises:
            WrongPassword, Overloaded.
            LastAdmin: the tenant has other members, and nobody else who may manage them.
        """
        found = await self._reauthentication.require_password(principal, current_password)
        ended = await self._store.delete(principal.user_id, password_hash=found.password_hash, seats=seats_of())
        if ended is None:
            raise WrongPassword
        for session_id in ended:
            self._sessions.forget(session_id)
        await self._audit.record(SecurityEvent(kind="user.deleted", user_id=principal.user_id))
        letter = self._correspondence.letters.account_deleted(found.account.email)
        self._work.submit("account_deleted", lambda: self._correspondence.post(letter))


@dataclass(frozen=True, slots=True)
class Accounts:
    """What may be done with accounts that this service keeps itself."""

    registration: Registration
    emails: EmailOwnership
    passwords: PasswordChanges
    deletion: Deletion
    work: BackgroundWork

    async def close(self) -> None:
        """Let the mail that is on its way go out."""
        await self.work.close(_PATIENCE)


def local_accounts(
    *,
    authentication: LocalAuthentication,
    accounts: AccountStore,
    lifecycle: AccountLifecycleStore,
    correspondence: Correspondence,
    work: BackgroundWork,
    reauthentication: Reauthentication,
    options: IdentityOptions,
    audit: AuditTrail,
    clock: Clock,
) -> Accounts:
    """Put the parts together over the built-in authentication."""
    sessions = authentication.sessions
    return Accounts(
        registration=Registration(
            authentication=authentication,
            accounts=accounts,
            correspondence=correspondence,
            work=work,
            options=options,
            audit=audit,
        ),
        emails=EmailOwnership(
            store=lifecycle,
            accounts=accounts,
            sessions=sessions,
            reauthentication=reauthentication,
            correspondence=correspondence,
            work=work,
            audit=audit,
            clock=clock,
        ),
        passwords=PasswordChanges(
            store=lifecycle,
            accounts=accounts,
            sessions=sessions,
            hashing=authentication.hashing,
            reauthentication=reauthentication,
            correspondence=correspondence,
            work=work,
            options=options.passwords,
            audit=audit,
            clock=clock,
        ),
        deletion=Deletion(
            store=lifecycle,
            sessions=sessions,
            reauthentication=reauthentication,
            correspondence=correspondence,
            work=work,
            audit=audit,
        ),
        work=work,
    )
