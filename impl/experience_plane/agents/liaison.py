"""The liaisons: each knows one realm and has its tool."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from pydantic_ai import Agent, RunContext, Tool, ToolFailed, ToolReturn
from pydantic_ai.models import Model

from experience_plane.agents.catalog import AgentDescription, describe
from experience_plane.agents.situation import situation_of
from experience_plane.errors import ExperiencePlaneError
from experience_plane.realms.content import search_documents
from experience_plane.realms.insights import profile_table
from experience_plane.realms.journey import build_workflow
from experience_plane.realms.outcomes import SessionTurn, summarise_session
from experience_plane.realms.request import pasted_texts
from experience_plane.realms.result import RealmResult
from experience_plane.runtime.port import ExecutionRequest

_log = structlog.get_logger(__name__)

SUMMARY = "summary"

_INSTRUCTIONS = """\
You are the {name} of an agent platform. {description} Use your tool on what the person pasted into the conversation; it
finds the material itself. Give its result as it is and add at most two sentences that answer the question asked. When
the tool says that material is missing, ask for it kindly. Never invent data.
"""


def liaison_agent(description: AgentDescription, model: Model) -> Agent[ExecutionRequest, str]:
    """A liaison on a model, with the tools of its realm."""
    agent = Agent(
        model,
        instructions=_INSTRUCTIONS.format(name=description.name, description=description.description),
        deps_type=ExecutionRequest,
        name=description.agent_id,
        tools=[Tool(_TOOLS[intent], takes_ctx=True, name=tool_name(intent)) for intent in description.intents],
    )
    agent.instructions(situation_of)
    return agent


def tool_name(intent: str) -> str:
    """`realm.verb_object` as a tool name: providers allow no dot, and the agent has one realm."""
    return intent.partition(".")[2]


async def _search_documents(context: RunContext[ExecutionRequest], query: str) -> ToolReturn:
    """Find the passages that match the query in the texts pasted so far; without a search word, list the texts."""
    texts = pasted_texts(user_texts(context.deps))
    return await _carried_out("content.search_documents", lambda: search_documents(query, texts))


async def _profile_table(context: RunContext[ExecutionRequest]) -> ToolReturn:
    """Profile the table pasted last: rows, columns, types, missing values, ranges, outliers, duplicates."""
    texts = user_texts(context.deps)
    return await _carried_out("insights.profile_table", lambda: profile_table(texts))


async def _build_workflow(context: RunContext[ExecutionRequest]) -> ToolReturn:
    """Turn the procedure pasted last into a workflow: numbered steps, actors, decisions, a Mermaid outline."""
    texts = pasted_texts(user_texts(context.deps))
    return await _carried_out("journey.build_workflow", lambda: build_workflow(texts))


async def _summarise_session(context: RunContext[ExecutionRequest]) -> ToolReturn:
    """Summarise the conversation so far: what was asked, what came of it, what is open."""
    turns = [
        SessionTurn(_speaker(turn.agent_id) if turn.role == "agent" else None, turn.text)
        for turn in context.deps.history
    ]
    return await _carried_out("outcomes.summarise_session", lambda: summarise_session(turns))


def user_texts(request: ExecutionRequest) -> list[str]:
    """What the person wrote, oldest first, the present message last."""
    return [*(turn.text for turn in request.history if turn.role == "user"), request.text]


def _speaker(agent_id: str | None) -> str:
    return describe(agent_id).name if agent_id is not None else "Agent"


async def _carried_out(intent: str, work: Callable[[], RealmResult]) -> ToolReturn:
    """Run a realm's tool off the event loop, so that a large paste delays nobody else."""
    try:
        result = await asyncio.to_thread(work)
    except ExperiencePlaneError as error:
        raise ToolFailed(error.public_detail) from error
    except Exception as error:
        _log.exception("step_failed", intent=intent)
        raise ToolFailed("Something went wrong on our side in this step.") from error
    return ToolReturn(result.text, metadata={SUMMARY: result.summary})


_TOOLS: dict[str, Callable[..., Awaitable[ToolReturn]]] = {
    "content.search_documents": _search_documents,
    "insights.profile_table": _profile_table,
    "journey.build_workflow": _build_workflow,
    "outcomes.summarise_session": _summarise_session,
}
