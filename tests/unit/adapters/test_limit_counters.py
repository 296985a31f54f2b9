"""Each limit at its edge, in a moving window, without waiting for anything."""

from __future__ import annotations

from datetime import timedelta

import pytest

from experience_plane.adapters.limit_counters import MemoryCounters, SharedCounters
from experience_plane.security_guard.rate_limits import Limit
from manual_clock import ManualClock

LIMIT = Limit(3, 60)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


async def test_as_many_as_the_limit_pass_and_one_more_does_not(clock: ManualClock) -> None:
    counters = MemoryCounters(clock)
    counts = [await counters.take("a", LIMIT) for _ in range(4)]
    assert [count.allowed for count in counts] == [True, True, True, False]
    assert [count.remaining for count in counts] == [2, 1, 0, 0]


async def test_a_place_is_free_again_exactly_when_the_oldest_is_a_window_old(clock: ManualClock) -> None:
    counters = MemoryCounters(clock)
    await counters.take("a", LIMIT)
    clock.advance(timedelta(seconds=20))
    for _ in range(2):
        await counters.take("a", LIMIT)
    assert (await counters.take("a", LIMIT)).reset_after == pytest.approx(40)
    clock.advance(timedelta(seconds=40) - timedelta(milliseconds=1))
    assert not (await counters.take("a", LIMIT)).allowed
    clock.advance(timedelta(milliseconds=1))
    assert (await counters.take("a", LIMIT)).allowed
    assert not (await counters.take("a", LIMIT)).allowed


async def test_refused_requests_do_not_prolong_the_wait(clock: ManualClock) -> None:
    counters = MemoryCounters(clock)
    for _ in range(50):
        await counters.take("a", LIMIT)
    clock.advance(timedelta(seconds=60))
    assert (await counters.take("a", LIMIT)).remaining == 2


async def test_keys_and_limits_are_counted_apart(clock: ManualClock) -> None:
    counters = MemoryCounters(clock)
    for _ in range(4):
        await counters.take("a", LIMIT)
    assert (await counters.take("b", LIMIT)).allowed
    assert (await counters.take("a", Limit(10, 3600))).allowed


async def test_memory_is_bounded_and_forgets_what_was_used_longest_ago(clock: ManualClock) -> None:
    counters = MemoryCounters(clock, capacity=2)
    for key in ("a", "b", "a", "c"):
        await counters.take(key, Limit(2, 60))
    assert not (await counters.take("a", Limit(2, 60))).allowed
    assert (await counters.take("b", Limit(2, 60))).remaining == 1


async def test_while_the_shared_store_is_down_this_process_goes_on_counting(clock: ManualClock) -> None:
    counters = SharedCounters("redis://127.0.0.1:1/0", MemoryCounters(clock), clock)
    counts = [await counters.take("a", LIMIT) for _ in range(4)]
    await counters.close()
    assert [count.allowed for count in counts] == [True, True, True, False]
