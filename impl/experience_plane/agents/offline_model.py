"""The built-in model: no key, no network. It decides from the messages and the tools offered, like any other."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Sequence

from pydantic_ai.messages import ModelMessage, ModelRequest, ToolReturnPart, UserPromptPart
from pydantic_ai.models.function import AgentInfo, DeltaToolCall, DeltaToolCalls, FunctionModel

from experience_plane.agents.catalog import LIAISONS, AgentDescription, describe
from experience_plane.agents.guide import HAND_OFF
from experience_plane.agents.intent import MULTI, classify
from experience_plane.agents.liaison import tool_name
from experience_plane.agents.platform_answers import answer_about_platform
from experience_plane.agents.routing import reason_for
from experience_plane.agents.situation import HANDED_OVER
from experience_plane.realms.content import documents_in
from experience_plane.realms.insights import newest_table
from experience_plane.realms.journey import newest_procedure
from experience_plane.realms.request import pasted_texts

_WORD_PIECE = re.compile(r"\S{1,24}\s{0,24}|\s{1,24}")
_LIAISON_BY_TOOL = {tool_name(intent): agent for agent in LIAISONS for intent in agent.intents}
_INVITATIONS = {
    "content": "Please paste the text I should look into, and tell me what you are looking for. For example: *find the "
    "passage about notice periods*, followed by the contract's text.",
    "insights": "Please paste the table here, with its header line: CSV, tab-separated (cells copied from a "
    "spreadsheet) or Markdown. I will tell you how many rows and columns it has, what is missing, and what stands out.",
    "journey": "Please paste the procedure here, one step per line or in sentences such as *the clerk checks the form, "
    "then the manager approves it*. I will turn it into a workflow with steps and actors.",
    "outcomes": "There is nothing to summarise yet: this is the start of our conversation. Once there are results, I "
    "gladly put them together for you.",
}
_FILE_KEEPING = re.compile(
    r"^\W*(please\s+)?(delete|remove|rename|move|get rid of|throw away|archive)\b", re.IGNORECASE
)
_NO_FILE_KEEPING = (
    "I can search the texts you paste into our conversation, but I cannot rename, move or delete files yet."
)

Piece = str | DeltaToolCalls


def offline_model() -> FunctionModel:
    """The offline model as a Pydantic AI model; it streams word by word."""
    return FunctionModel(stream_function=_stream, model_name="offline")


async def _stream(messages: list[ModelMessage], info: AgentInfo) -> AsyncIterator[Piece]:
    for part in _reply(messages, info):
        for piece in _WORD_PIECE.findall(part) if isinstance(part, str) else (part,):
            yield piece
            await asyncio.sleep(0)  # where a cancelled run stops


def _reply(messages: Sequence[ModelMessage], info: AgentInfo) -> list[Piece]:
    returned = [part for part in messages[-1].parts if isinstance(part, ToolReturnPart)]
    if returned:
        return [_told(part) for part in returned]
    said = _said(messages)
    if any(tool.name == HAND_OFF for tool in info.output_tools):
        return _guide_reply(said[-1])
    tool = info.function_tools[0].name
    handed_over = HANDED_OVER in (info.instructions or "")
    return _liaison_reply(_LIAISON_BY_TOOL[tool], tool, said, handed_over=handed_over)


def _said(messages: Sequence[ModelMessage]) -> list[str]:
    prompts = (part for message in messages if isinstance(message, ModelRequest) for part in message.parts)
    return [str(part.content) for part in prompts if isinstance(part, UserPromptPart)]


def _told(part: ToolReturnPart) -> str:
    content = str(part.content)
    return content if part.outcome == "success" else f"I could not finish that. {content}"


def _guide_reply(text: str) -> list[Piece]:
    intent = classify(text)
    if intent.label == MULTI:
        names = [describe(agent_id).name for agent_id in intent.plan]
        plan = f"This takes {_listed(names)}, in this order. Let us begin with the {names[0]}."
        return [plan, _hand_off(intent.plan[0])]
    if intent.label in {agent.agent_id for agent in LIAISONS}:
        return [_hand_off(intent.label)]
    return [answer_about_platform(text)]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"the {name}" for name in names[:-1]) + f" and the {names[-1]}"


def _hand_off(agent_id: str) -> DeltaToolCalls:
    arguments = json.dumps({"agent_id": agent_id, "reason": reason_for(agent_id)})
    return {0: DeltaToolCall(name=HAND_OFF, json_args=arguments)}


def _liaison_reply(agent: AgentDescription, tool: str, said: Sequence[str], *, handed_over: bool) -> list[Piece]:
    opening = [f"Hello, I am the **{agent.name}**.\n\n"] if handed_over else []
    if classify(said[-1]).small_talk:
        return [_courtesy(agent, said[-1])]
    if agent.realm == "content" and _FILE_KEEPING.match(said[-1]):
        return [*opening, _NO_FILE_KEEPING]
    if not _has_material(agent.realm, said):
        return [*opening, _INVITATIONS[agent.realm or ""]]
    arguments = json.dumps({"query": said[-1]} if agent.realm == "content" else {})
    return [*opening, {0: DeltaToolCall(name=tool, json_args=arguments)}]


def _courtesy(agent: AgentDescription, text: str) -> str:
    if re.search(r"\b(thank|thanks|thx|cheers|bye|goodbye|appreciated|that'?s all)", text.casefold()):
        return answer_about_platform(text)
    introduction = f"You are talking to the **{agent.name}**, a program, not a person. {reason_for(agent.agent_id)}"
    return f"{introduction}\n\n{_INVITATIONS[agent.realm or '']}"


def _has_material(realm: str | None, said: Sequence[str]) -> bool:
    if realm == "content":
        return bool(documents_in(pasted_texts(said)))
    if realm == "insights":
        return newest_table(said) is not None
    if realm == "journey":
        return newest_procedure(pasted_texts(said)) is not None
    return len(said) > 1
