"""Requests and transcripts for the tests of agents."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

from experience_plane.runtime.events import RuntimeEvent, TokenEmitted
from experience_plane.runtime.port import ExecutionRequest, Turn

_ID = UUID(int=1)


def asking(
    agent_id: str, text: str, *history: Turn, handed_over_from: str | None = None, surface: str = "general"
) -> ExecutionRequest:
    """A message to an agent."""
    return ExecutionRequest(_ID, _ID, _ID, _ID, agent_id, text, surface, None, history, handed_over_from)


def user(text: str) -> Turn:
    """What the person said."""
    return Turn("user", text)


async def told(events: AsyncIterator[RuntimeEvent]) -> list[RuntimeEvent]:
    """All events of an execution."""
    return [event async for event in events]


def text_of(events: list[RuntimeEvent]) -> str:
    """All deltas joined."""
    return "".join(event.delta for event in events if isinstance(event, TokenEmitted))
