"""Whether the time of a refused login tells if the address has an account: it must not.

    python -m benchmarks.login_timing [pairs]

Samples are taken in pairs, each in random order, so that a drift of the machine's speed touches both
alike. Cliff's delta is the effect size (0: no difference; below 0.147 is called negligible), with a bootstrap interval.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from statistics import median
from time import perf_counter

from benchmarks.load import Connection, load_on_the_other_cores, request, server

PORT = 8262
PAIRS, RESAMPLES = 400, 1000
NEGLIGIBLE = 0.147
_CHANCE = random.Random(1)


def main() -> None:
    """Measure, print the figures, and end with 1 when the two can be told apart."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else PAIRS
    with load_on_the_other_cores(), server(PORT, "experience_plane", "serve", "--port", str(PORT)):
        unknown, wrong = asyncio.run(_samples(pairs))
    delta = cliffs_delta(unknown, wrong)
    low, high = _interval(unknown, wrong)
    print(
        f"unknown address: median {median(unknown) * 1000:.2f} ms; wrong password: median {median(wrong) * 1000:.2f} ms"
    )
    print(f"Cliff's delta {delta:+.3f}, 95 % interval {low:+.3f} to {high:+.3f}, {pairs} pairs")
    sys.exit(0 if low <= 0 <= high or abs(delta) < NEGLIGIBLE else 1)


def cliffs_delta(first: Sequence[float], second: Sequence[float]) -> float:
    """How much more often a sample of the first is above one of the second than below it, from -1 to 1."""
    ordered = sorted(second)
    above = sum(bisect_left(ordered, value) for value in first)
    below = sum(len(ordered) - bisect_right(ordered, value) for value in first)
    return (above - below) / (len(first) * len(second))


def _interval(first: Sequence[float], second: Sequence[float]) -> tuple[float, float]:
    deltas = sorted(
        cliffs_delta(_CHANCE.choices(first, k=len(first)), _CHANCE.choices(second, k=len(second)))
        for _ in range(RESAMPLES)
    )
    return deltas[int(0.025 * RESAMPLES)], deltas[int(0.975 * RESAMPLES)]


async def _samples(pairs: int) -> tuple[list[float], list[float]]:
    connection = await Connection.to(PORT)
    user = {"name": "Ada", "email": "ada@example.com", "password": "the engine weaves patterns"}
    await connection.exchange(request("POST", "/api/auth/register", json.dumps(user)))
    times: dict[str, list[float]] = {"eve@example.com": [], "ada@example.com": []}
    for _ in range(pairs):
        for email in _CHANCE.sample(list(times), 2):
            login = request("POST", "/api/auth/login", json.dumps({"email": email, "password": "a wrong password"}))
            began = perf_counter()
            await connection.exchange(login)
            times[email].append(perf_counter() - began)
    return times["eve@example.com"], times["ada@example.com"]


if __name__ == "__main__":
    main()
