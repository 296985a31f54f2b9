"""Signing in with a passkey, alone or beside a first factor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from experience_plane.clock import Clock
from experience_plane.security_guard.audit import AuditTrail, SecurityEvent
from experience_plane.security_guard.opaque import digest
from experience_plane.security_guard.passkey_ceremonies import Assertion, Ceremonies, CeremonyFailed, used_credential_id
from experience_plane.security_guard.passkey_challenges import PasskeyChallenges
from experience_plane.security_guard.passkeys import (
    UNBOUND,
    ChallengePurpose,
    Passkey,
    PasskeyRefused,
    PasskeyStore,
)
from experience_plane.security_guard.ports import InvalidCredentials
from experience_plane.security_guard.principal import Authenticated, SecondFactorMethod
from experience_plane.security_guard.second_factor import Proof, SecondFactorGate, WrongCode
from experience_plane.security_guard.storage import Account, AccountLifecycleStore


class Admission(Protocol):
    """The part of the built-in authentication that logs in who has given all factors."""

    async def admit(self, account: Account) -> Authenticated: ...

    async def complete_login(self, challenge: str, method: SecondFactorMethod, proof: Proof) -> Authenticated: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Purpose:
    """For what a passkey is used."""

    challenge: ChallengePurpose
    bound_to: bytes
    owner: UUID | None
    """Whose it must be; None where the passkey itself says who signs in."""

    @property
    def alone(self) -> bool:
        return self.owner is None


class PasskeySignIn:
    """Lets in who has a passkey.

    Alone it must have verified its user, by a PIN or a finger: only then it is something that one has and something
    that one knows or is (NIST SP 800-63B-4, section 3.1.7). Beside a password, to have it is enough.
    """

    def __init__(
        self,
        *,
        store: PasskeyStore,
        accounts: AccountLifecycleStore,
        ceremonies: Ceremonies,
        challenges: PasskeyChallenges,
        authentication: Admission,
        gate: SecondFactorGate,
        audit: AuditTrail,
        clock: Clock,
    ) -> None:
        self._store = store
        self._accounts = accounts
        self._ceremonies = ceremonies
        self._challenges = challenges
        self._authentication = authentication
        self._gate = gate
        self._audit = audit
        self._clock = clock

    async def options(self) -> Mapping[str, Any]:
        """What to ask a browser whose user nobody knows yet: the passkey will say who it is."""
        challenge = await self._challenges.issue("sign_in", UNBOUND)
        return self._ceremonies.request_options(challenge, user_verification="required")

    async def log_in(self, credential: Mapping[str, Any]) -> Authenticated:
        """Start a session by a passkey alone.

        Raises:
            PasskeyRefused: the same for an unknown passkey, a wrong signature and a disabled account.
            EmailUnconfirmed: the passkey is good, but this service requires verified addresses.
        """
        purpose = _Purpose(challenge="sign_in", bound_to=UNBOUND, owner=None)
        try:
            passkey = await self._verify(credential, purpose)
        except CeremonyFailed as error:
            detail = {"method": "passkey", "reason": str(error)}
            await self._audit.record(SecurityEvent(kind="login.failed", detail=detail))
            raise PasskeyRefused(str(error)) from error
        found = await self._accounts.find(passkey.user_id)
        if found is None:
            raise PasskeyRefused("the account is gone")
        try:
            return await self._authentication.admit(found.account)
        except InvalidCredentials as error:
            raise PasskeyRefused("the account is disabled") from error

    async def second_factor_options(self, login: str) -> Mapping[str, Any]:
        """What to ask the browser in which a login waits for its second factor.

        Raises:
            InvalidChallenge: no login waits for this challenge.
        """
        account = await self._gate.waiting(login)
        owned = await self._store.of_user(account.user_id)
        challenge = await self._challenges.issue("second_factor", digest(login))
        return self._ceremonies.request_options(challenge, owned, user_verification="preferred")

    async def complete_login(self, login: str, credential: Mapping[str, Any]) -> Authenticated:
        """End a login that waits for its second factor.

        Raises:
            InvalidChallenge: log in again.
            PasskeyRefused: the passkey is not the account's, or did not sign what it was asked to.
        """

        async def proof(account: Account) -> bool:
            purpose = _Purpose(challenge="second_factor", bound_to=digest(login), owner=account.user_id)
            try:
                await self._verify(credential, purpose)
            except CeremonyFailed:
                return False
            return True

        try:
            return await self._authentication.complete_login(login, "passkey", proof)
        except WrongCode as error:
            raise PasskeyRefused("as a second factor") from error

    async def _verify(self, credential: Mapping[str, Any], purpose: _Purpose) -> Passkey:
        challenge = await self._challenges.redeem(credential, purpose.challenge, purpose.bound_to)
        passkey = await self._store.find(used_credential_id(credential))
        if passkey is None:
            raise CeremonyFailed("the credential is unknown")
        if purpose.owner not in {None, passkey.user_id}:
            raise CeremonyFailed("the credential is another account's")
        assertion = self._ceremonies.verify_assertion(
            credential, challenge, passkey, user_handle_required=purpose.alone
        )
        if purpose.alone and not assertion.user_verified:
            raise CeremonyFailed("the authenticator has not verified its user")
        await self._count(passkey, assertion)
        return passkey

    async def _count(self, passkey: Passkey, assertion: Assertion) -> None:
        went_on = await self._store.record_use(
            passkey.passkey_id, sign_count=assertion.sign_count, backed_up=assertion.backed_up, now=self._clock()
        )
        detail = {
            "passkey_id": str(passkey.passkey_id),
            "counter": str(assertion.sign_count),
            "counter_before": str(passkey.sign_count),
        }
        kind = "passkey.used" if went_on else "passkey.counter_went_back"
        await self._audit.record(SecurityEvent(kind=kind, user_id=passkey.user_id, detail=detail))
        if not went_on:
            raise CeremonyFailed("the counter has not gone on")
