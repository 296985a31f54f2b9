"""The agents there are, and the intents each can carry out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from experience_plane.runtime.port import UnknownAgent

GUIDE_ID = "guide.concierge"


@dataclass(frozen=True, slots=True)
class AgentDescription:
    """What a person may know about an agent; `intents` are `realm.verb_object`."""

    agent_id: str
    role: Literal["guide", "liaison"]
    realm: str | None
    name: str
    description: str
    intents: tuple[str, ...]


AGENTS = (
    AgentDescription(
        GUIDE_ID,
        "guide",
        None,
        "Concierge",
        "Welcomes you, answers questions about the platform and brings you to the right specialist.",
        (),
    ),
    AgentDescription(
        "liaison.content",
        "liaison",
        "content",
        "Content liaison",
        "Works with your documents: finds the passages that matter in the texts you share.",
        ("content.search_documents",),
    ),
    AgentDescription(
        "liaison.insights",
        "liaison",
        "insights",
        "Insights liaison",
        "Works with your tables: profiles columns, finds gaps, outliers and repetitions.",
        ("insights.profile_table",),
    ),
    AgentDescription(
        "liaison.journey",
        "liaison",
        "journey",
        "Journey liaison",
        "Works with your procedures: turns them into workflows with steps, actors and decisions.",
        ("journey.build_workflow",),
    ),
    AgentDescription(
        "liaison.outcomes",
        "liaison",
        "outcomes",
        "Outcomes liaison",
        "Brings a session to a result: summaries of what was asked, found and left open.",
        ("outcomes.summarise_session",),
    ),
)

LIAISONS = tuple(agent for agent in AGENTS if agent.role == "liaison")

INTENT_TITLES = {
    "content.search_documents": "Searching your documents",
    "insights.profile_table": "Profiling your table",
    "journey.build_workflow": "Building the workflow",
    "outcomes.summarise_session": "Summarising the session",
}

_BY_ID = {agent.agent_id: agent for agent in AGENTS}


def describe(agent_id: str) -> AgentDescription:
    """The agent's description.

    Raises:
        UnknownAgent: there is no such agent.
    """
    try:
        return _BY_ID[agent_id]
    except KeyError:
        raise UnknownAgent from None


def liaison_of(surface: str) -> AgentDescription | None:
    """The liaison at home on a surface; None on `general` and on surfaces that no realm has."""
    return next((agent for agent in LIAISONS if agent.realm == surface), None)
