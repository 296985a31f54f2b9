"""The port of the conversation log, with the exceptions that it raises.

Rules that every adapter keeps: an event is handed to anyone only after it is durable; `seq` is 1, 2, 3 … within a run
and `cursor` strictly increasing within a conversation; a run has one writer, and the log itself refuses a second.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Protocol
from uuid import UUID

from experience_plane.conversations.model import (
    AcceptedMessage,
    Conversation,
    ConversationPosition,
    EventDraft,
    LoggedEvent,
    Message,
    NewMessage,
    Owner,
    Position,
    UnfinishedRun,
)
from experience_plane.errors import ExperiencePlaneError, FieldError


class ConversationNotFound(ExperiencePlaneError):
    """The conversation does not exist, or belongs to someone else."""

    default_detail = "There is no such conversation."


class OwnerGone(ExperiencePlaneError):
    """Whoever would own the conversation is no more."""

    default_detail = "Your session has ended; log in again."


class CursorUnknown(ExperiencePlaneError):
    """The position to resume from is past the end of the log."""

    def __init__(self) -> None:
        detail = "The conversation has no such position; its log ends before."
        super().__init__(detail, errors=(FieldError("/after_cursor", detail),))


class MessageIdReused(ExperiencePlaneError):
    """A message with this id and another text or context was accepted before."""

    default_detail = "This message_id was used for another message; make a new UUID for each message."


class RunInProgress(ExperiencePlaneError):
    """The conversation has an active run."""

    default_detail = "Another run of this conversation is active; wait for its end, or cancel it."


class TooManyRuns(ExperiencePlaneError):
    """The user has as many active runs as one may have."""


class RunNotFound(ExperiencePlaneError):
    """The run does not exist in this conversation."""

    default_detail = "There is no such run in this conversation."


class RunNotActive(ExperiencePlaneError):
    """The run has ended."""

    default_detail = "The run has ended already."


class RunFenced(ExperiencePlaneError):
    """Someone else has written to the run, or it has ended: this writer is not the run's writer any more."""

    default_detail = "The run has another writer, or has ended."


class ConversationLog(Protocol):
    """Keeps conversations."""

    async def create_conversation(self, owner: Owner) -> Conversation:
        """Begin an empty conversation."""
        ...

    async def open_conversation(self, owner: Owner, conversation_id: UUID) -> Conversation:
        """Answer the owner's conversation with this id, begun now if there is none.

        Raises:
            ConversationNotFound: it is another owner's.
        """
        ...

    async def conversation(self, conversation_id: UUID, owner: Owner) -> Conversation:
        """Answer a conversation of the owner.

        Raises:
            ConversationNotFound: it does not exist or is another owner's.
        """
        ...

    async def list_conversations(
        self, owner: Owner, *, limit: int, after: ConversationPosition | None
    ) -> Sequence[Conversation]:
        """Answer the owner's conversations after a place in their list, the latest activity first."""
        ...

    async def list_messages(self, conversation_id: UUID, *, limit: int, after_cursor: int) -> Sequence[Message]:
        """Answer the first messages after a position, the oldest first."""
        ...

    async def latest_messages(self, conversation_id: UUID, *, limit: int, before_cursor: int) -> Sequence[Message]:
        """Answer the last messages before a position, the oldest first."""
        ...

    async def accept_message(self, conversation_id: UUID, message: NewMessage) -> AcceptedMessage:
        """Begin a run for a message, with `message.accepted` as its first event; once per message_id.

        Raises:
            MessageIdReused: the id was used for another message.
            RunInProgress: the conversation has an active run.
        """
        ...

    async def append(
        self, conversation_id: UUID, run_id: UUID, next_seq: int, drafts: Sequence[EventDraft]
    ) -> Sequence[LoggedEvent]:
        """Append events to a run, all or none; durable when this returns.

        Raises:
            RunFenced: `next_seq` is not the run's next number, or the run has ended.
            pydantic.ValidationError: a draft made an event that breaks the contract.
        """
        ...

    async def position(self, conversation_id: UUID, after_cursor: int | None) -> Position:
        """Answer a position of the log with the runs active there; the end of the log without `after_cursor`.

        Raises:
            CursorUnknown: the position is past the end.
        """
        ...

    def follow(self, conversation_id: UUID, after_cursor: int) -> AsyncGenerator[Sequence[LoggedEvent], None]:
        """Yield each event after a position, once, in order: those in the log, then those to come, without end."""
        ...

    async def run_of(self, conversation_id: UUID, run_id: UUID) -> UnfinishedRun:
        """Answer an unfinished run.

        Raises:
            RunNotFound, RunNotActive.
        """
        ...

    async def unfinished_runs(self) -> Sequence[UnfinishedRun]:
        """Answer every run without an end, for a service that starts after a crash."""
        ...

    async def close(self) -> None:
        """Finish what is being written and end all followers."""
        ...
