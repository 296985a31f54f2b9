"""Who shares an allowance with whom: strangers with strangers, an account's known networks with nobody."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from experience_plane.adapters.limit_counters import MemoryCounters
from experience_plane.security_guard.ports import TooManyRequests
from experience_plane.security_guard.rate_limits import KNOWN_FOR, Limit, RateLimitPolicy, RateLimits
from manual_clock import ManualClock

HOME, ABROAD, ATTACKER = "192.0.2.1", "203.0.113.7", "198.51.100.{}"
SIGN_IN = RateLimitPolicy(name="sign-in", per_client=(Limit(5, 60),), per_account=(Limit(3, 900), Limit(10, 86_400)))


class _KnownNetworks:
    def __init__(self) -> None:
        self.rows: dict[tuple[bytes, str], datetime] = {}

    async def remember(self, account: bytes, network: str, now: datetime) -> None:
        self.rows[account, network] = now

    async def knows(self, account: bytes, network: str, since: datetime) -> bool:
        return (account, network) in self.rows and self.rows[account, network] >= since


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def known() -> _KnownNetworks:
    return _KnownNetworks()


@pytest.fixture
def limits(clock: ManualClock, known: _KnownNetworks) -> RateLimits:
    return RateLimits(policies={"sign-in": SIGN_IN}, counters=MemoryCounters(clock), known_networks=known, clock=clock)


async def try_password(limits: RateLimits, network: str, account: str = "ada@example.com") -> None:
    charges = limits.begin("sign-in", network)
    await charges.charge_client()
    await charges.charge_claimed_account(account)


async def attack(limits: RateLimits, attempts: int) -> int:
    passed = 0
    for number in range(attempts):
        try:
            await try_password(limits, ATTACKER.format(number % 250))
        except TooManyRequests:
            continue
        passed += 1
    return passed


async def test_a_client_network_is_refused_past_its_limit_whatever_account_it_tries(limits: RateLimits) -> None:
    for number in range(5):
        await try_password(limits, HOME, f"user{number}@example.com")
    with pytest.raises(TooManyRequests) as refusal:
        await try_password(limits, HOME, "user5@example.com")
    assert refusal.value.retry_after == 60


async def test_strangers_from_everywhere_share_the_tries_at_one_account(limits: RateLimits) -> None:
    assert await attack(limits, 100) == 3


async def test_the_second_limit_holds_when_the_first_is_waited_for(limits: RateLimits, clock: ManualClock) -> None:
    passed = 0
    for _ in range(20):
        passed += await attack(limits, 10)
        clock.advance(timedelta(minutes=15))
    assert passed == 10


async def test_an_attack_does_not_shut_out_a_network_that_signed_in_before(limits: RateLimits) -> None:
    await limits.begin("sign-in", HOME).sign_in_succeeded("ada@example.com")
    await attack(limits, 1000)
    for _ in range(3):
        await try_password(limits, HOME)
    with pytest.raises(TooManyRequests):
        await try_password(limits, HOME)


async def test_the_known_network_is_known_after_a_restart_and_to_other_processes(
    limits: RateLimits, known: _KnownNetworks, clock: ManualClock
) -> None:
    await limits.begin("sign-in", HOME).sign_in_succeeded("ada@example.com")
    other = RateLimits(policies={"sign-in": SIGN_IN}, counters=MemoryCounters(clock), known_networks=known, clock=clock)
    await attack(other, 10)
    await try_password(other, HOME)


async def test_a_network_known_to_one_account_is_a_stranger_to_another(limits: RateLimits) -> None:
    await limits.begin("sign-in", HOME).sign_in_succeeded("eve@example.com")
    await attack(limits, 10)
    with pytest.raises(TooManyRequests):
        await try_password(limits, HOME)


async def test_a_network_is_forgotten_when_nobody_signed_in_from_it_for_long(
    limits: RateLimits, clock: ManualClock
) -> None:
    await limits.begin("sign-in", HOME).sign_in_succeeded("ada@example.com")
    clock.advance(KNOWN_FOR + timedelta(seconds=1))
    await attack(limits, 10)
    with pytest.raises(TooManyRequests):
        await try_password(limits, HOME)


async def test_nobody_is_locked_out_for_ever(limits: RateLimits, clock: ManualClock) -> None:
    await attack(limits, 1000)
    with pytest.raises(TooManyRequests) as refusal:
        await try_password(limits, ABROAD)
    assert refusal.value.retry_after is not None
    clock.advance(timedelta(seconds=refusal.value.retry_after))
    await try_password(limits, ABROAD)


async def test_the_counters_of_a_claimed_account_are_not_told(limits: RateLimits) -> None:
    charges = limits.begin("sign-in", HOME)
    await charges.charge_client()
    await charges.charge_claimed_account("ada@example.com")
    assert [standing.name for standing in charges.standings] == ["sign-in-client"]
