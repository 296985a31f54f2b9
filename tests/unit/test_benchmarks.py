"""The benchmarks of the generated routers keep up with the contract: a run of one request each."""

from __future__ import annotations

from benchmarks import dispatch


def test_generated_operations_are_measured_beside_those_by_hand() -> None:
    measured = [comparison.name for comparison in dispatch.comparisons(count=1, rounds=1)]
    assert measured == ["generated GET /api/auth/me", "generated POST /api/auth/login"]
