"""What users do with second factors: give one at a login, see, add and remove them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from experience_plane.security_guard.audit import AuditTrail, SecurityEvent
from experience_plane.security_guard.authenticator_apps import AuthenticatorApps, Enrolment, NoSecondFactor
from experience_plane.security_guard.correspondence import Notices
from experience_plane.security_guard.local_authentication import LocalAuthentication
from experience_plane.security_guard.ports import Unauthenticated
from experience_plane.security_guard.principal import Authenticated, Principal
from experience_plane.security_guard.reauthentication import FreshReauthentication
from experience_plane.security_guard.recovery_codes import RecoveryCodes, new_recovery_codes, recovery_code_digests
from experience_plane.security_guard.second_factor import SecondFactorGate, WrongCode
from experience_plane.security_guard.storage import Account, AccountLifecycleStore
from experience_plane.security_guard.totp import DIGITS, plain_code

CodeMethod = Literal["totp", "recovery_code"]


@dataclass(frozen=True, slots=True)
class FactorsInUse:
    """What an account asks for beside the first factor."""

    totp: bool
    passkeys: bool
    recovery_codes_left: int


class SecondFactors:
    """Codes as second factors. What proves a user anew before a change is `FreshReauthentication`'s to say."""

    def __init__(
        self,
        *,
        authentication: LocalAuthentication,
        gate: SecondFactorGate,
        apps: AuthenticatorApps,
        recovery_codes: RecoveryCodes,
        accounts: AccountLifecycleStore,
        reauthentication: FreshReauthentication,
        notices: Notices,
        audit: AuditTrail,
    ) -> None:
        self._authentication = authentication
        self._gate = gate
        self._apps = apps
        self._recovery_codes = recovery_codes
        self._accounts = accounts
        self._reauthentication = reauthentication
        self._notices = notices
        self._audit = audit

    async def waiting(self, challenge: str) -> Account:
        """Answer whose login waits; nobody is let in by it.

        Raises:
            InvalidChallenge.
        """
        return await self._gate.waiting(challenge)

    async def complete(self, challenge: str, *, method: CodeMethod, code: str) -> Authenticated:
        """Log in whose login waits for this challenge.

        Raises:
            InvalidChallenge, WrongCode.
        """
        use = self._apps.use if method == "totp" else self._recovery_codes.use
        return await self._authentication.complete_login(challenge, method, lambda account: use(account, code))

    async def in_use(self, principal: Principal) -> FactorsInUse:
        """Answer what the principal's account has."""
        methods = await self._gate.methods_of(principal.user_id)
        return FactorsInUse("totp" in methods, "passkey" in methods, await self._recovery_codes.left(principal.user_id))

    async def enrol_totp(self, principal: Principal, *, current_password: str | None) -> Enrolment:
        """Make a secret for an authenticator app, which counts once it is confirmed.

        Raises:
            SecondFactorExists, ReauthenticationRequired, WrongPassword, Overloaded.
        """
        await self._reauthentication.require(principal, current_password)
        return await self._apps.enrol(await self._account(principal))

    async def confirm_totp(self, principal: Principal, code: str) -> Sequence[str]:
        """Let the app count, end all other sessions, and answer the recovery codes.

        Raises:
            NoSecondFactor, WrongCode.
        """
        account, codes = await self._account(principal), new_recovery_codes()
        ended = await self._apps.confirm(
            account, code, recovery_digests=recovery_code_digests(codes), keep_session=principal.session_id
        )
        await self._changed("second_factor.enabled", principal, ended)
        self._notices.post("second_factor_enabled", lambda letters: letters.second_factor_enabled(account.email))
        return codes

    async def disable_totp(self, principal: Principal, *, code: str, current_password: str | None) -> None:
        """Let the app count no more, and end all other sessions.

        Raises:
            NoSecondFactor, WrongCode, ReauthenticationRequired, WrongPassword, Overloaded.
        """
        account = await self._prove(principal, code, current_password)
        left = [method for method in await self._gate.methods_of(account.user_id) if method == "passkey"]
        ended = await self._apps.remove(account, keep_recovery_codes=bool(left), keep_session=principal.session_id)
        await self._changed("second_factor.disabled", principal, ended)
        self._notices.post("second_factor_disabled", lambda letters: letters.second_factor_disabled(account.email))

    async def regenerate_recovery_codes(
        self, principal: Principal, *, code: str, current_password: str | None
    ) -> Sequence[str]:
        """Answer new recovery codes; the old ones stop working.

        Raises:
            NoSecondFactor, WrongCode, ReauthenticationRequired, WrongPassword, Overloaded.
        """
        return await self._recovery_codes.replace(await self._prove(principal, code, current_password))

    async def _prove(self, principal: Principal, code: str, current_password: str | None) -> Account:
        """The first factor again, then the second."""
        if not await self._gate.methods_of(principal.user_id):
            raise NoSecondFactor
        await self._reauthentication.require(principal, current_password)
        account = await self._account(principal)
        use = self._apps.use if len(plain_code(code)) == DIGITS else self._recovery_codes.use
        if not await use(account, code):
            await self._audit.record(
                SecurityEvent(kind="reauthentication.failed", user_id=account.user_id, session_id=principal.session_id)
            )
            raise WrongCode
        return account

    async def _account(self, principal: Principal) -> Account:
        found = await self._accounts.find(principal.user_id)
        if found is None:
            raise Unauthenticated("account gone")
        return found.account

    async def _changed(self, kind: str, principal: Principal, ended: Sequence[UUID]) -> None:
        for session_id in ended:
            self._authentication.sessions.forget(session_id)
        detail = {"method": "totp", "sessions_ended": str(len(ended))}
        await self._audit.record(
            SecurityEvent(kind=kind, user_id=principal.user_id, session_id=principal.session_id, detail=detail)
        )
