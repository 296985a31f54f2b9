"""The port between the plane, which decides who answers, and a Runtime, which lets that agent answer."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Literal, Protocol
from uuid import UUID

from experience_plane.errors import ExperiencePlaneError
from experience_plane.runtime.events import RuntimeEvent


class ExecutionFailed(ExperiencePlaneError):
    """The agent could not finish: its model, a tool or the Runtime itself failed."""

    default_detail = "The agent could not finish its answer."


class LiaisonsNotAllowed(ExperiencePlaneError):
    """Only the guide answers whoever asked."""

    default_detail = "The guide alone answers guests; register or log in to talk to the specialists."


class UnknownAgent(ExperiencePlaneError):
    """No agent has this id."""

    default_detail = "There is no agent with this id."


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier message of the conversation, oldest first."""

    role: Literal["user", "agent"]
    text: str
    agent_id: str | None = None


@dataclass(frozen=True, slots=True)
class ExecutionRequest:
    """All that an agent gets to answer one message."""

    run_id: UUID
    conversation_id: UUID
    tenant_id: UUID
    user_id: UUID
    agent_id: str
    text: str
    surface: str
    project_id: str | None
    history: tuple[Turn, ...]
    handed_over_from: str | None = None


class Runtime(Protocol):
    """Executes agents."""

    def execute(self, request: ExecutionRequest) -> AsyncGenerator[RuntimeEvent, None]:
        """Run one agent and yield its events; ends after `ExecutionCompleted` or `HandoffRequested`.

        Closing the generator cancels the execution at its next await point.

        Raises:
            UnknownAgent: no agent has the id that the request names.
            ExecutionFailed: the execution ended without an answer.
        """
        ...

    async def close(self) -> None:
        """Cancel what still runs and free what the Runtime holds."""
        ...
