"""Turns what a Runtime emits into drafts of events of a run; a Runtime event that nothing turns is a type error."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, assert_never
from uuid import uuid4

from experience_plane.agent_socket.token_drafts import TokenDraft
from experience_plane.conversations.model import Envelope, EventDraft
from experience_plane.runtime.events import (
    ExecutionCompleted,
    HandoffRequested,
    RuntimeEvent,
    StepCompleted,
    StepFailed,
    StepStarted,
    TokenEmitted,
)
from experience_plane_api import messages, models


def draft(event: RuntimeEvent, agent_id: str) -> EventDraft:
    """Answer the draft for what the agent's execution emitted.

    Raises:
        pydantic.ValidationError: the contract has no such token.
    """
    match event:
        case TokenEmitted(delta):
            return TokenDraft.of(delta)
        case StepStarted(step_id, intent, title):
            return lambda at: messages.StepStarted(
                type="step.started", **_placed(at), step_id=step_id, intent=intent, title=title
            )
        case StepCompleted(step_id, summary):
            return lambda at: messages.StepCompleted(
                type="step.completed", **_placed(at), step_id=step_id, summary=summary
            )
        case StepFailed(step_id, reason):
            return lambda at: messages.StepFailed(type="step.failed", **_placed(at), step_id=step_id, reason=reason)
        case HandoffRequested(to_agent_id, reason):
            return handoff(agent_id, to_agent_id, reason)
        case ExecutionCompleted(text):
            message_id = uuid4()
            return lambda at: messages.AgentCompleted(
                type="agent.completed", **_placed(at), agent_id=agent_id, message_id=message_id, text=text
            )
        case _:
            assert_never(event)


def storable(event: RuntimeEvent) -> RuntimeEvent:
    """Answer the event with U+FFFD for each NUL: PostgreSQL keeps none in a text, and a model may emit it."""
    held = {field.name: getattr(event, field.name) for field in fields(event)}
    changed: dict[str, Any] = {
        name: text.replace("\0", "\ufffd") for name, text in held.items() if isinstance(text, str) and "\0" in text
    }
    return replace(event, **changed) if changed else event


def started(agent_id: str) -> EventDraft:
    """Answer the draft of `agent.started`."""
    return lambda at: messages.AgentStarted(type="agent.started", **_placed(at), agent_id=agent_id)


def handoff(from_agent_id: str, to_agent_id: str, reason: str) -> EventDraft:
    """Answer the draft of `agent.handoff`."""
    return lambda at: messages.AgentHandoff(
        type="agent.handoff", **_placed(at), from_agent_id=from_agent_id, to_agent_id=to_agent_id, reason=reason
    )


def failed(problem: models.Problem) -> EventDraft:
    """Answer the draft of `agent.failed`."""
    wire_problem = messages.Problem.model_validate(problem.model_dump(mode="json"))
    return lambda at: messages.AgentFailed(type="agent.failed", **_placed(at), problem=wire_problem)


def cancelled() -> EventDraft:
    """Answer the draft of `agent.cancelled`."""
    return lambda at: messages.AgentCancelled(type="agent.cancelled", **_placed(at))


def _placed(envelope: Envelope) -> dict[str, Any]:
    return {
        "conversation_id": envelope.conversation_id,
        "run_id": envelope.run_id,
        "seq": envelope.seq,
        "cursor": envelope.cursor,
        "at": envelope.at,
    }
