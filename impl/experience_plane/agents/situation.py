"""What an agent is told about the situation it answers in."""

from __future__ import annotations

from pydantic_ai import RunContext

from experience_plane.agents.catalog import describe
from experience_plane.runtime.port import ExecutionRequest

HANDED_OVER = "The conversation has just been handed over to you"


def situation_of(context: RunContext[ExecutionRequest]) -> str:
    """An instruction: the surface the person is on, and who handed the conversation over, if anyone did."""
    where = f"The person is on the surface “{context.deps.surface}”."
    if context.deps.handed_over_from is None:
        return where
    return f"{where} {HANDED_OVER} by the {describe(context.deps.handed_over_from).name}: greet in one sentence."
