"""The guide: answers questions about the platform and hands over to the liaison that can do the work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field
from pydantic_ai import Agent, ToolOutput
from pydantic_ai.models import Model

from experience_plane.agents.catalog import GUIDE_ID, LIAISONS
from experience_plane.agents.platform_answers import ANSWERS
from experience_plane.agents.situation import situation_of
from experience_plane.runtime.port import ExecutionRequest

LiaisonId = Literal["liaison.content", "liaison.insights", "liaison.journey", "liaison.outcomes"]

HAND_OFF = "hand_off"

_SPECIALISTS = "\n".join(f"- {agent.agent_id} ({agent.name}): {agent.description}" for agent in LIAISONS)
_FACTS = "\n".join(f"- {answer.text}" for answer in ANSWERS)
_INSTRUCTIONS = f"""\
You are the Concierge, the guide of an agent platform. Answer questions about the platform briefly, from the facts below
and nothing else. When a request is work for a specialist, call {HAND_OFF} and write nothing else; when it takes
several, say the order in one sentence and hand over to the first. When you are not sure, ask one question.

Specialists:
{_SPECIALISTS}

Facts:
{_FACTS}
"""


@dataclass(frozen=True, slots=True)
class Handoff:
    """The guide's decision to give the conversation to a liaison."""

    agent_id: LiaisonId
    reason: str


def hand_off(
    agent_id: LiaisonId,
    reason: Annotated[str, Field(min_length=1, description="One sentence the person reads: why this specialist.")],
) -> Handoff:
    """Give the conversation to the specialist who can do what is asked."""
    return Handoff(agent_id, reason)


def guide_agent(model: Model) -> Agent[ExecutionRequest, str | Handoff]:
    """The guide on a model; its output is the answer's text or a `Handoff`."""
    agent = Agent(
        model,
        output_type=[str, ToolOutput(hand_off, name=HAND_OFF)],
        instructions=_INSTRUCTIONS,
        deps_type=ExecutionRequest,
        name=GUIDE_ID,
    )
    agent.instructions(situation_of)
    return agent
