"""Times two things in turn, in one process, so that a drift of the machine's speed touches both alike."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter

Work = Callable[[int], Awaitable[None]]
"""Does something as often as it is told."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Median microseconds of one of ours and one of the known thing, and the median of their ratio, pair by pair."""

    name: str
    known: str
    ours_us: float
    known_us: float
    ratio: float

    def __str__(self) -> str:
        times = f"{self.ours_us:8.1f} us   {self.known}: {self.known_us:8.1f} us"
        return f"{self.name:44} {times}   ratio {self.ratio:5.2f}"


def compare(name: str, ours: Work, known_name: str, known: Work, *, count: int, rounds: int = 9) -> Comparison:
    """Run both `rounds` times, alternating, after one round that does not count."""
    pairs = asyncio.run(_pairs(ours, known, count, rounds))
    return Comparison(
        name=name,
        known=known_name,
        ours_us=median(pair[0] for pair in pairs) / count * 1e6,
        known_us=median(pair[1] for pair in pairs) / count * 1e6,
        ratio=median(pair[0] / pair[1] for pair in pairs),
    )


async def _pairs(ours: Work, known: Work, count: int, rounds: int) -> list[tuple[float, float]]:
    await ours(count)
    await known(count)
    return [(await _seconds(ours, count), await _seconds(known, count)) for _ in range(rounds)]


async def _seconds(work: Work, count: int) -> float:
    gc.collect()
    began = perf_counter()
    await work(count)
    return perf_counter() - began
