"""The gate between a first factor and tokens: an account that has a second factor gets none before it is given.

Every way of logging in ends in `LocalAuthentication.start_session`, which asks this gate. A kind of factor (an
authenticator app, passkeys) says which accounts have it and checks what is given; the gate knows none of them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol
from uuid import UUID

from experience_plane.clock import Clock
from experience_plane.errors import ExperiencePlaneError, FieldError
from experience_plane.security_guard.audit import AuditTrail, SecurityEvent
from experience_plane.security_guard.correspondence import Notices
from experience_plane.security_guard.factor_storage import Challenge, ChallengeStore
from experience_plane.security_guard.opaque import digest, new_secret
from experience_plane.security_guard.options import SecondFactorOptions
from experience_plane.security_guard.principal import SecondFactorMethod, SecondFactorRequired
from experience_plane.security_guard.storage import Account, AccountLifecycleStore, PasswordAccount

Proof = Callable[[Account], Awaitable[bool]]
"""Checks what was given as the second factor of an account, and uses it up."""


class InvalidChallenge(ExperiencePlaneError):
    """The challenge is unknown, expired, used up by wrong codes, answered already, or its account has changed."""

    default_detail = "The login took too long or too many tries; log in again."


class WrongCode(ExperiencePlaneError):
    """The code is not that of the factor, or was used before."""

    default_detail = "This code is wrong, or it was used before."

    def __init__(self) -> None:
        super().__init__(errors=(FieldError("/code", self.default_detail),))


class Factor(Protocol):
    """A kind of second factor."""

    async def methods_of(self, user_id: UUID) -> Sequence[SecondFactorMethod]:
        """Answer what of this kind the account can give; nothing where it has not enrolled it."""
        ...


class SecondFactorGate:
    """Asks for second factors, and lets pass who gives one."""

    def __init__(
        self,
        *,
        store: ChallengeStore,
        accounts: AccountLifecycleStore,
        factors: Sequence[Factor],
        fallbacks: Sequence[Factor] = (),
        options: SecondFactorOptions,
        notices: Notices,
        audit: AuditTrail,
        clock: Clock,
    ) -> None:
        """`fallbacks` stand in for a lost factor: they are offered beside one, and ask for nothing by themselves."""
        self._store = store
        self._accounts = accounts
        self._factors = factors
        self._fallbacks = fallbacks
        self._options = options
        self._notices = notices
        self._audit = audit
        self._clock = clock

    async def methods_of(self, user_id: UUID) -> tuple[SecondFactorMethod, ...]:
        """Answer what the account can give; nothing where it has no second factor."""
        methods = await _methods(self._factors, user_id)
        return (*methods, *await _methods(self._fallbacks, user_id)) if methods else ()

    async def ask(self, account: Account, password_hash: str | None = None) -> SecondFactorRequired | None:
        """Answer a challenge if the account has a second factor. To be called when the first one was right.

        Raises:
            PasswordReplacedMeanwhile: `password_hash` is given, and the account has another one by now.
        """
        methods = await self.methods_of(account.user_id)
        if not methods:
            return None
        value, now = new_secret(), self._clock()
        expires_at = now + self._options.challenge_lifetime
        await self._store.add(Challenge(digest(value), account.user_id, expires_at, password_hash), now)
        await self._audit.record(SecurityEvent(kind="second_factor.required", user_id=account.user_id))
        return SecondFactorRequired(value, methods, expires_at)

    async def waiting(self, challenge: str) -> Account:
        """Answer whose login waits; counts nothing, and lets nobody in.

        Raises:
            InvalidChallenge.
        """
        return (await self._account(await self._store.find_user(digest(challenge), self._clock()))).account

    async def pass_with(self, challenge: str, method: SecondFactorMethod, proof: Proof) -> PasswordAccount:
        """Answer who may be logged in now: the challenge is answered, once, with this proof.

        The password hash is the one under which the login waited to the end.

        Raises:
            InvalidChallenge: log in again.
            WrongCode: what was given is not the factor; the challenge stands until its tries are used up.
        """
        key = digest(challenge)
        tried = await self._store.try_once(key, limit=self._options.challenge_tries, now=self._clock())
        if tried is None:
            raise InvalidChallenge
        found = await self._account(tried.user_id)
        account = found.account
        if not await proof(account):
            await self._failed(account, method, tried.tries_left)
            raise WrongCode
        if not await self._store.take(key, self._clock()):
            raise InvalidChallenge
        await self._audit.record(
            SecurityEvent(kind="second_factor.given", user_id=account.user_id, detail={"method": method})
        )
        return found

    async def _account(self, user_id: UUID | None) -> PasswordAccount:
        found = None if user_id is None else await self._accounts.find(user_id)
        if found is None:
            raise InvalidChallenge
        return found

    async def _failed(self, account: Account, method: SecondFactorMethod, tries_left: int) -> None:
        detail = {"method": method, "tries_left": str(tries_left)}
        await self._audit.record(SecurityEvent(kind="second_factor.failed", user_id=account.user_id, detail=detail))
        if tries_left == 0:
            self._notices.post("second_factor_failed", lambda letters: letters.second_factor_failed(account.email))


async def _methods(factors: Sequence[Factor], user_id: UUID) -> tuple[SecondFactorMethod, ...]:
    return tuple([method for factor in factors for method in await factor.methods_of(user_id)])
