"""Lets one agent answer one message and tells the Runtime's events as they happen."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Sequence
from typing import Any
from uuid import UUID, uuid4

from pydantic_ai import Agent
from pydantic_ai.exceptions import AgentRunError
from pydantic_ai.messages import (
    FunctionToolCallEvent,
    FunctionToolResultEvent,
    ModelMessage,
    ModelRequest,
    ModelResponse,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models import Model
from pydantic_ai.run import AgentRunResultEvent
from pydantic_ai.usage import UsageLimits

from experience_plane.agents.catalog import INTENT_TITLES, LIAISONS, describe
from experience_plane.agents.guide import Handoff, guide_agent
from experience_plane.agents.liaison import SUMMARY, liaison_agent, tool_name
from experience_plane.realms.result import shortened
from experience_plane.runtime.events import (
    ExecutionCompleted,
    HandoffRequested,
    RuntimeEvent,
    StepCompleted,
    StepFailed,
    StepStarted,
    TokenEmitted,
)
from experience_plane.runtime.port import ExecutionFailed, ExecutionRequest, Turn

DELTA_MAX = 2_000
NOTE_MAX = 300

_MODEL_REQUESTS_MAX = 8
_PARAGRAPH = "\n\n"


class AgentEngine:
    """The guide and the liaisons on one model."""

    def __init__(self, model: Model) -> None:
        liaisons = {liaison.agent_id: liaison_agent(liaison, model) for liaison in LIAISONS}
        guide = guide_agent(model)
        self._agents: dict[str, Agent[ExecutionRequest, Any]] = {**liaisons, str(guide.name): guide}

    async def run(self, request: ExecutionRequest) -> AsyncGenerator[RuntimeEvent, None]:
        """Let the agent that the request names answer; closing the generator cancels the model's request.

        Deltas have at most `DELTA_MAX` characters, reasons and summaries at most `NOTE_MAX`.

        Raises:
            UnknownAgent: no agent has this id.
            ExecutionFailed: the model gave no answer.
        """
        narration = _Narration(describe(request.agent_id).intents)
        agent = self._agents[request.agent_id]
        limits = UsageLimits(request_limit=_MODEL_REQUESTS_MAX)
        history = _messages(request.history)
        try:
            async with agent.run_stream_events(
                request.text, message_history=history, deps=request, usage_limits=limits
            ) as events:
                async for event in events:
                    for told in narration.tell(event):
                        yield told
        except AgentRunError as error:
            raise ExecutionFailed("The language model gave no answer. Please try again.") from error


class _Narration:
    """One execution's events, told from Pydantic AI's; it keeps the text so far and the open steps."""

    def __init__(self, intents: Sequence[str]) -> None:
        self._intents = {tool_name(intent): intent for intent in intents}
        self._text: list[str] = []
        self._steps: dict[str, UUID] = {}

    def tell(self, event: object) -> Iterator[RuntimeEvent]:
        match event:
            case PartStartEvent(part=TextPart(content=content)):
                yield from self._began(content)
            case PartDeltaEvent(delta=TextPartDelta(content_delta=delta)):
                yield from self._emitted(delta)
            case FunctionToolCallEvent(part=call) if call.tool_name in self._intents:
                yield self._started(call.tool_call_id, self._intents[call.tool_name])
            case FunctionToolResultEvent(part=ToolReturnPart() as result) if result.tool_call_id in self._steps:
                yield self._ended(result)
            case AgentRunResultEvent(result=result):
                yield self._finished(result.output)

    def _began(self, content: str) -> Iterator[RuntimeEvent]:
        """A text after a tool's result is a paragraph of its own."""
        if self._text and not self._text[-1].endswith("\n"):
            yield from self._emitted(_PARAGRAPH)
        yield from self._emitted(content)

    def _emitted(self, text: str) -> Iterator[RuntimeEvent]:
        for start in range(0, len(text), DELTA_MAX):
            delta = text[start : start + DELTA_MAX]
            self._text.append(delta)
            yield TokenEmitted(delta)

    def _started(self, call_id: str, intent: str) -> StepStarted:
        self._steps[call_id] = uuid4()
        return StepStarted(self._steps[call_id], intent, INTENT_TITLES[intent])

    def _ended(self, result: ToolReturnPart) -> StepCompleted | StepFailed:
        step_id = self._steps.pop(result.tool_call_id)
        if result.outcome == "success":
            return StepCompleted(step_id, shortened(str(result.metadata[SUMMARY]), NOTE_MAX))
        # Only a realm's own refusal is meant for people; argument errors speak to the model.
        said = str(result.content) if result.outcome == "failed" else "The step has to be tried again."
        return StepFailed(step_id, shortened(said, NOTE_MAX))

    def _finished(self, output: object) -> RuntimeEvent:
        if isinstance(output, Handoff):
            return HandoffRequested(output.agent_id, shortened(output.reason, NOTE_MAX))
        return ExecutionCompleted("".join(self._text))


def _messages(history: Sequence[Turn]) -> list[ModelMessage]:
    return [
        ModelRequest([UserPromptPart(turn.text)]) if turn.role == "user" else ModelResponse([TextPart(turn.text)])
        for turn in history
    ]
