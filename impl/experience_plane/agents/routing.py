"""Who answers a message. Pure: it decides from the surface, the active agent and the text, and does nothing."""

from __future__ import annotations

from dataclasses import dataclass

from experience_plane.agents.catalog import AGENTS, GUIDE_ID, describe, liaison_of
from experience_plane.agents.intent import MULTI, Intent, classify

_AGENT_IDS = frozenset(agent.agent_id for agent in AGENTS)


@dataclass(frozen=True, slots=True)
class Route:
    """The agent that answers; when that changes hands, `from_agent_id` had it before, for `reason`."""

    agent_id: str
    from_agent_id: str | None = None
    reason: str | None = None


def route(surface: str, active_agent_id: str | None, text: str) -> Route:
    """Choose the agent for a message.

    An active liaison keeps the conversation unless the text clearly belongs elsewhere. Else the surface's
    liaison has it, under the same condition; on `general`, and on unknown surfaces, the guide.
    """
    active = active_agent_id if active_agent_id in _AGENT_IDS else None
    if active is not None and active != GUIDE_ID:
        return _handed(active, _unless_clearly_elsewhere(active, text))
    at_home = liaison_of(surface)
    if at_home is None:
        return Route(GUIDE_ID)
    return _handed(active, _unless_clearly_elsewhere(at_home.agent_id, text))


def reason_for(agent_id: str) -> str:
    """Why a message goes to this agent, in words for the person."""
    agent = describe(agent_id)
    if agent.agent_id == GUIDE_ID:
        return "The Concierge answers questions about the platform and requests that take several specialists."
    return f"The {agent.name} {agent.description[:1].lower()}{agent.description[1:]}"


def _unless_clearly_elsewhere(liaison_id: str, text: str) -> str:
    intent = classify(text)
    if intent.label == MULTI:
        return liaison_id if intent.plan[0] == liaison_id else GUIDE_ID
    return intent.label if _leaves(intent, liaison_id) else liaison_id


def _leaves(intent: Intent, liaison_id: str) -> bool:
    return not intent.small_talk and intent.is_clearly(intent.label, rather_than=liaison_id)


def _handed(active: str | None, chosen: str) -> Route:
    if active is None or active == chosen:
        return Route(chosen)
    return Route(chosen, active, reason_for(chosen))
