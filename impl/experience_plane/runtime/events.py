"""What an execution emits. The Experience Plane turns these into events of a run in the conversation log."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class TokenEmitted:
    """A piece of the answer's text, in order."""

    delta: str


@dataclass(frozen=True, slots=True)
class StepStarted:
    """The agent began an intent (`realm.verb_object`); `title` is what a person reads."""

    step_id: UUID
    intent: str
    title: str


@dataclass(frozen=True, slots=True)
class StepCompleted:
    """The intent ended well; `summary` says in one sentence what came of it."""

    step_id: UUID
    summary: str


@dataclass(frozen=True, slots=True)
class StepFailed:
    """The intent ended badly; the agent goes on and tells the user. `reason` is safe to show."""

    step_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class HandoffRequested:
    """The agent gives the conversation to another agent; the last event of its execution."""

    to_agent_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class ExecutionCompleted:
    """The answer is whole; `text` is all deltas joined. The last event of its execution."""

    text: str


RuntimeEvent = TokenEmitted | StepStarted | StepCompleted | StepFailed | HandoffRequested | ExecutionCompleted
