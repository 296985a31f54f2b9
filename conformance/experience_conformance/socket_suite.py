"""The socket half of the verdict: refused handshakes, then conversations."""

from __future__ import annotations

from experience_conformance.cases import Case, load_cases
from experience_conformance.handshake import play_refusals
from experience_conformance.judge import Contract
from experience_conformance.player import Target, play
from experience_conformance.results import SuiteResult


async def run_socket_suite(contract: Contract, target: Target, *, cases: list[Case] | None = None) -> SuiteResult:
    """Plays all refusals and conversations, or only the given conversations; one after the other."""
    results = [] if cases is not None else await play_refusals(contract, target)
    for case in load_cases() if cases is None else cases:
        results.append(await play(case, contract, target))
    frames = sum(result.frames for result in results)
    return SuiteResult("socket", tuple(results), (f"{frames} frames received and judged",))
