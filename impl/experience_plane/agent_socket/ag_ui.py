"""A run's events as AG-UI 1.0 events, without I/O: any lawful run becomes a well-formed AG-UI run.

Steps become tool calls, which AG-UI frontends show while they run; what AG-UI has no event for becomes CUSTOM.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from ag_ui.core import (
    BaseEvent,
    CustomEvent,
    RunErrorEvent,
    RunFinishedCancelledOutcome,
    RunFinishedEvent,
    RunFinishedSuccessOutcome,
    RunStartedEvent,
    TextMessageContentEvent,
    TextMessageEndEvent,
    TextMessageStartEvent,
    ToolCallArgsEvent,
    ToolCallEndEvent,
    ToolCallResultEvent,
    ToolCallStartEvent,
)
from ag_ui.core.version import PROTOCOL_VERSION

_UNFINISHED = "The run ended before this step."


class AgUiRun:
    """One run, told to an AG-UI client under the ids that the client gave. Events come in the order of the log."""

    def __init__(self, thread_id: str, run_id: str) -> None:
        self._thread_id = thread_id
        self._run_id = run_id
        self._agent_id: str | None = None
        self._text_id: str | None = None
        self._texts = 0
        self._steps: dict[str, None] = {}
        self.ended = False
        """True after the event with which the run ends."""

    def translate(self, message: Mapping[str, Any]) -> Sequence[BaseEvent]:
        """Answer what an event of the run (asyncapi.yaml, Events) is for AG-UI, with the time of the log."""
        events = self._events(message)
        timestamp = round(datetime.fromisoformat(message["at"]).timestamp() * 1000)
        for event in events:
            event.timestamp = timestamp
        return events

    def _events(self, message: Mapping[str, Any]) -> list[BaseEvent]:
        tell = {
            "message.accepted": self._run_started,
            "agent.started": self._agent_started,
            "agent.token": self._token,
            "step.started": self._step,
            "step.completed": lambda message: self._result(message["step_id"], message["summary"]),
            "step.failed": lambda message: self._result(message["step_id"], message["reason"]),
            "agent.completed": self._end,
            "agent.failed": self._end,
            "agent.cancelled": self._end,
        }
        return tell.get(message["type"], self._custom)(message)

    def _run_started(self, _message: Mapping[str, Any]) -> list[BaseEvent]:
        return [RunStartedEvent(thread_id=self._thread_id, run_id=self._run_id, protocol_version=PROTOCOL_VERSION)]

    def _agent_started(self, message: Mapping[str, Any]) -> list[BaseEvent]:
        self._agent_id = message["agent_id"]
        return self._end_of_text()

    def _custom(self, message: Mapping[str, Any]) -> list[BaseEvent]:
        return [*self._end_of_text(), CustomEvent(name=message["type"], value=dict(message))]

    def _token(self, message: Mapping[str, Any]) -> list[BaseEvent]:
        events: list[BaseEvent] = []
        if self._text_id is None:
            self._texts += 1
            # The same at every replay, so that a client sees the message again and not another.
            self._text_id = str(uuid5(UUID(message["run_id"]), str(self._texts)))
            events.append(TextMessageStartEvent(message_id=self._text_id, role="assistant", name=self._agent_id))
        return [*events, TextMessageContentEvent(message_id=self._text_id, delta=message["delta"])]

    def _step(self, message: Mapping[str, Any]) -> list[BaseEvent]:
        step_id = message["step_id"]
        self._steps[step_id] = None
        return [
            *self._end_of_text(),
            ToolCallStartEvent(tool_call_id=step_id, tool_call_name=message["intent"]),
            ToolCallArgsEvent(tool_call_id=step_id, delta=json.dumps({"title": message["title"]}, ensure_ascii=False)),
            ToolCallEndEvent(tool_call_id=step_id),
        ]

    def _result(self, step_id: str, content: str) -> list[BaseEvent]:
        self._steps.pop(step_id, None)
        message_id = str(uuid5(UUID(step_id), "result"))
        return [
            *self._end_of_text(),
            ToolCallResultEvent(message_id=message_id, tool_call_id=step_id, content=content, role="tool"),
        ]

    def _end(self, message: Mapping[str, Any]) -> list[BaseEvent]:
        self.ended = True
        events = self._end_of_text()
        for step_id in tuple(self._steps):
            events += self._result(step_id, _UNFINISHED)
        return [*events, self._last(message)]

    def _last(self, message: Mapping[str, Any]) -> BaseEvent:
        if message["type"] == "agent.failed":
            problem = message["problem"]
            return RunErrorEvent(message=problem["detail"], code=problem["type"].rpartition("/")[2])
        if message["type"] == "agent.cancelled":
            return RunFinishedEvent(
                thread_id=self._thread_id, run_id=self._run_id, outcome=RunFinishedCancelledOutcome()
            )
        names = ("conversation_id", "run_id", "agent_id", "message_id", "cursor")
        return RunFinishedEvent(
            thread_id=self._thread_id,
            run_id=self._run_id,
            result={name: message[name] for name in names},
            outcome=RunFinishedSuccessOutcome(),
        )

    def _end_of_text(self) -> list[BaseEvent]:
        if self._text_id is None:
            return []
        text_id, self._text_id = self._text_id, None
        return [TextMessageEndEvent(message_id=text_id)]
