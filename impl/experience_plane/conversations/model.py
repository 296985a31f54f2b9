"""What a conversation consists of."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from experience_plane_api.agent_socket import RunEvent

RunState = Literal["accepted", "running", "handing_off"]


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose conversations are meant; nobody else sees them."""

    user_id: UUID
    tenant_id: UUID


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation as lists show it. `cursor` is the position of its last event; 0 before the first."""

    conversation_id: UUID
    title: str | None
    created_at: datetime
    updated_at: datetime
    cursor: int
    active_agent_id: str | None
    active_run_id: UUID | None


@dataclass(frozen=True, slots=True)
class ConversationPosition:
    """A place in the list of an owner's conversations, the latest activity first."""

    updated_at: datetime
    conversation_id: UUID


@dataclass(frozen=True, slots=True)
class Message:
    """What the user or an agent said; `cursor` is the position of the event that completed it."""

    message_id: UUID
    run_id: UUID
    role: Literal["user", "agent"]
    agent_id: str | None
    text: str
    cursor: int
    at: datetime


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message of the user that asks for a run."""

    message_id: UUID
    text: str
    surface: str
    project_id: str | None


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the log gives each event of a run (asyncapi.yaml, Events)."""

    conversation_id: UUID
    run_id: UUID
    seq: int
    cursor: int
    at: datetime


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """An event that is in the log; `text` is the JSON that goes on the wire, the same for every reader."""

    conversation_id: UUID
    run_id: UUID
    seq: int
    cursor: int
    type: str
    text: str
    _read: Mapping[str, Any] | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def message(self) -> Mapping[str, Any]:
        """The JSON object of `text`; it is read once for all who follow the conversation in this process."""
        if self._read is None:
            object.__setattr__(self, "_read", json.loads(self.text))
        return self._read or {}

    @property
    def size(self) -> int:
        """Bytes of `text` in UTF-8."""
        return len(self.text) if self.text.isascii() else len(self.text.encode())


EventDraft = Callable[[Envelope], RunEvent | LoggedEvent]
"""Makes an event once the log has given it its place; a frequent one may write its own text."""


@dataclass(frozen=True, slots=True)
class AcceptedMessage:
    """The first event of the run that answers a message; `duplicate` when the message had been accepted before."""

    event: LoggedEvent
    duplicate: bool


@dataclass(frozen=True, slots=True)
class ActiveRun:
    """A run at some position of the log: begun, not ended; `steps` are those under way."""

    run_id: UUID
    seq: int
    state: RunState
    steps: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Position:
    """A position of a conversation's log, and the runs that are active there."""

    cursor: int
    active_runs: tuple[ActiveRun, ...]
    reset: bool = False
    """True where a position was asked for that is older than what the log keeps, and this one is answered instead."""


@dataclass(frozen=True, slots=True)
class UnfinishedRun:
    """A run without an end; `next_seq` is the number of its next event."""

    conversation_id: UUID
    run_id: UUID
    next_seq: int
