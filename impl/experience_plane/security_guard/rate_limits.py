"""How often one client network or one account may do something; who has to wait, and for how long (ADR 0017).

A policy has limits for each client network and limits for each account. The account of a sign-in is the address that
was typed, whether it exists or not. Networks from which an account was signed in to before have counters of their own
there, so that strangers who try passwords use up the strangers' allowance and shut nobody out who belongs there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from typing import Protocol

from experience_plane.clock import Clock
from experience_plane.security_guard.bounded_cache import BoundedCache
from experience_plane.security_guard.opaque import digest
from experience_plane.security_guard.ports import TooManyRequests

KNOWN_FOR = timedelta(days=90)
"""How long an account knows a network after the last sign-in from there."""

_REMEMBER_AGAIN_AFTER = timedelta(days=1)
_RECENTLY_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `amount` within any `seconds`."""

    amount: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Count:
    """What counting one more came to; `reset_after`: seconds until an earlier one is forgotten."""

    allowed: bool
    remaining: int
    reset_after: float


@dataclass(frozen=True, slots=True)
class Standing:
    """A client's standing with one limit, as the RateLimit fields tell it."""

    name: str
    limit: Limit
    count: Count


class Counters(Protocol):
    """Counts in moving windows."""

    async def take(self, key: str, limit: Limit) -> Count:
        """Count one more under this key, unless that were more than the limit allows."""
        ...


class KnownNetworks(Protocol):
    """From where accounts were signed in to."""

    async def remember(self, account: bytes, network: str, now: datetime) -> None:
        """Keep that the account was signed in to from this network now; forget what is older than `KNOWN_FOR`."""
        ...

    async def knows(self, account: bytes, network: str, since: datetime) -> bool:
        """Answer whether the account was signed in to from this network since then."""
        ...


@dataclass(frozen=True, kw_only=True)
class RateLimitPolicy:
    """A policy of the contract (`x-rate-limit`) with its numbers."""

    name: str
    per_client: tuple[Limit, ...] = ()
    per_account: tuple[Limit, ...] = ()

    @cached_property
    def client_limits(self) -> Mapping[str, Limit]:
        """The limits of a client network, by the names that clients see."""
        return _named(f"{self.name}-client", self.per_client)

    @cached_property
    def account_limits(self) -> Mapping[str, Limit]:
        """The limits of an account, by the names that clients see."""
        return _named(f"{self.name}-account", self.per_account)


class RateLimits:
    """Counts requests by policy, and refuses those over a limit."""

    def __init__(
        self,
        *,
        policies: Mapping[str, RateLimitPolicy],
        counters: Counters,
        known_networks: KnownNetworks,
        clock: Clock,
    ) -> None:
        self._policies = policies
        self._counters = counters
        self._known_networks = known_networks
        self._clock = clock
        self._remembered: BoundedCache[tuple[bytes, str], datetime] = BoundedCache(_RECENTLY_REMEMBERED)

    def begin(self, policy: str, network: str) -> Charges:
        """Answer what a request from this network is charged by."""
        return Charges(self, self._counters, self._policies[policy], network)

    async def remember(self, account: str, network: str) -> None:
        """Keep that this account was signed in to from this network."""
        key, now = (digest(account), network), self._clock()
        remembered_at = self._remembered.get(key)
        if remembered_at is None or now - remembered_at > _REMEMBER_AGAIN_AFTER:
            await self._known_networks.remember(*key, now)
            self._remembered.put(key, now)

    async def knows(self, account: str, network: str) -> bool:
        """Answer whether this account was signed in to from this network lately."""
        key, since = (digest(account), network), self._clock() - KNOWN_FOR
        remembered_at = self._remembered.get(key)
        if remembered_at is not None and remembered_at > since:
            return True
        return await self._known_networks.knows(*key, since)


class Charges:
    """What one request was charged."""

    def __init__(self, limits: RateLimits, counters: Counters, policy: RateLimitPolicy, network: str) -> None:
        self._limits = limits
        self._counters = counters
        self._policy = policy
        self._network = network
        self.signing_in: str | None = None
        """The account whose owner is at this network if the request succeeds."""
        self.standings: list[Standing] = []
        """What may be told to the client: its own network's counters, its own account's, and what refused it."""

    async def charge_client(self) -> None:
        """Count the request for its network.

        Raises:
            TooManyRequests.
        """
        await self._charge(self._policy.client_limits, self._network, shown=True)

    async def charge_account(self, account: str) -> None:
        """Count the request for the account that it is authenticated as.

        Raises:
            TooManyRequests.
        """
        await self._charge(self._policy.account_limits, account, shown=True)

    async def charge_claimed_account(self, account: str) -> None:
        """Count the request for an account that it only claims to belong to. Its counters are not told to strangers.

        Raises:
            TooManyRequests.
        """
        if self._policy.per_account:
            known = await self._limits.knows(account, self._network)
            key = f"{account} from {self._network}" if known else account
            await self._charge(self._policy.account_limits, key, shown=False)

    async def sign_in_succeeded(self, account: str) -> None:
        """Let this network have counters of its own with the account from now on."""
        await self._limits.remember(account, self._network)

    async def _charge(self, limits: Mapping[str, Limit], key: str, *, shown: bool) -> None:
        hashed = _hashed(key)
        for name, limit in limits.items():
            count = await self._counters.take(f"{name}:{hashed}", limit)
            if shown or not count.allowed:
                self.standings.append(Standing(name, limit, count))
            if not count.allowed:
                raise TooManyRequests(count.reset_after)


def _named(prefix: str, limits: Sequence[Limit]) -> Mapping[str, Limit]:
    return {prefix + (f"-{limit.seconds}s" if len(limits) > 1 else ""): limit for limit in limits}


@lru_cache(maxsize=10_000)
def _hashed(key: str) -> str:
    return digest(key).hex()
