"""The gate between a first factor and tokens: an account that has a second factor gets none before it is given.

Every way of logging in ends in `LocalAuthentication.start_session`, which asks this gate. A kind of factor (an
authenticator app, passkeys) says which accounts have it and checks what is given; the gate knows none of them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from experience_plane.clock import Clock
from experience_plane.errors import ExperiencePlaneError, FieldError
from experience_plane.security_guard.audit import AuditTrail, SecurityEvent
from experience_plane.security_guard.opaque import digest, new_secret
from experience_plane.security_guard.options import SecondFactorOptions
from experience_plane.security_guard.principal import SecondFactorMethod, SecondFactorRequired
from experience_plane.security_guard.storage import Account

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


@dataclass(frozen=True, slots=True)
class Challenge:
    """A login that waits for its second factor, about to be stored, by digest only."""

    digest: bytes
    user_id: UUID
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Tried:
    """One more try at a challenge was counted: whose login it is, and how many tries are left after this one."""

    account: Account
    tries_left: int


class ChallengeStore(Protocol):
    """Logins that wait for their second factor. Every method is atomic.

    They end when the password or a factor of the account changes.
    """

    async def add(self, challenge: Challenge, now: datetime) -> None:
        """Store a challenge, and forget those that expired before `now`."""
        ...

    async def find_account(self, digest: bytes, now: datetime) -> Account | None:
        """Answer whose login it is, unless expired. Counts nothing."""
        ...

    async def try_once(self, digest: bytes, *, limit: int, now: datetime) -> Tried | None:
        """Count a try. None: unknown, expired, or tried `limit` times before."""
        ...

    async def take(self, digest: bytes, now: datetime) -> bool:
        """Remove the challenge; of parallel callers exactly one gets True, and nobody once it has expired."""
        ...


class SecondFactorGate:
    """Asks for second factors, and lets pass who gives one."""

    def __init__(
        self,
        *,
        store: ChallengeStore,
        factors: Sequence[Factor],
        fallbacks: Sequence[Factor] = (),
        options: SecondFactorOptions,
        audit: AuditTrail,
        clock: Clock,
    ) -> None:
        """`fallbacks` stand in for a lost factor: they are offered beside one, and ask for nothing by themselves."""
        self._store = store
        self._factors = factors
        self._fallbacks = fallbacks
        self._options = options
        self._audit = audit
        self._clock = clock

    async def methods_of(self, user_id: UUID) -> tuple[SecondFactorMethod, ...]:
        """Answer what the account can give; nothing where it has no second factor."""
        methods = await _methods(self._factors, user_id)
        return (*methods, *await _methods(self._fallbacks, user_id)) if methods else ()

    async def ask(self, account: Account) -> SecondFactorRequired | None:
        """Answer a challenge if the account has a second factor. To be called when the first one was right."""
        methods = await self.methods_of(account.user_id)
        if not methods:
            return None
        value, now = new_secret(), self._clock()
        expires_at = now + self._options.challenge_lifetime
        await self._store.add(Challenge(digest(value), account.user_id, expires_at), now)
        await self._audit.record(SecurityEvent(kind="second_factor.required", user_id=account.user_id))
        return SecondFactorRequired(value, methods, expires_at)

    async def waiting(self, challenge: str) -> Account:
        """Answer whose login waits; counts nothing, and lets nobody in.

        Raises:
            InvalidChallenge.
        """
        account = await self._store.find_account(digest(challenge), self._clock())
        if account is None:
            raise InvalidChallenge
        return account

    async def pass_with(self, challenge: str, method: SecondFactorMethod, proof: Proof) -> Account:
        """Answer who may be logged in now: the challenge is answered, once, with this proof.

        Raises:
            InvalidChallenge: log in again.
            WrongCode: what was given is not the factor; the challenge stands until its tries are used up.
        """
        key = digest(challenge)
        tried = await self._store.try_once(key, limit=self._options.challenge_tries, now=self._clock())
        if tried is None:
            raise InvalidChallenge
        if not await proof(tried.account):
            await self._failed(tried, method)
            raise WrongCode
        if not await self._store.take(key, self._clock()):
            raise InvalidChallenge
        await self._audit.record(
            SecurityEvent(kind="second_factor.given", user_id=tried.account.user_id, detail={"method": method})
        )
        return tried.account

    async def _failed(self, tried: Tried, method: SecondFactorMethod) -> None:
        detail = {"method": method, "tries_left": str(tried.tries_left)}
        await self._audit.record(
            SecurityEvent(kind="second_factor.failed", user_id=tried.account.user_id, detail=detail)
        )


async def _methods(factors: Sequence[Factor], user_id: UUID) -> tuple[SecondFactorMethod, ...]:
    return tuple([method for factor in factors for method in await factor.methods_of(user_id)])
