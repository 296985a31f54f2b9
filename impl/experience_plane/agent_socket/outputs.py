"""What a connection asks its endpoint to do."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from experience_plane_api.messages import AgentMessage, ConnectionReauthenticate, ConversationOpen, RunCancel


@dataclass(frozen=True, slots=True)
class Transmit:
    """Send a text frame."""

    text: str


@dataclass(frozen=True, slots=True)
class Close:
    """Close the socket; nothing is sent after it."""

    code: int
    reason: str
    at_once: bool = False
    """Whether it goes before all that waits to be sent."""


@dataclass(frozen=True, slots=True)
class OpenConversation:
    """Create or find a conversation, then answer `conversation_opened` or `refused`."""

    message: ConversationOpen


@dataclass(frozen=True, slots=True)
class StartRun:
    """Begin a run, then answer `message_accepted_before` for a duplicate, or `refused`."""

    message: AgentMessage


@dataclass(frozen=True, slots=True)
class CancelRun:
    """Cancel a run, or answer `refused`."""

    message: RunCancel


@dataclass(frozen=True, slots=True)
class Follow:
    """Deliver every event of the conversation after this position; what was followed of it before is dropped."""

    conversation_id: UUID
    after_cursor: int


@dataclass(frozen=True, slots=True)
class Unfollow:
    """Deliver no more events of the conversation, from this moment on."""

    conversation_id: UUID


@dataclass(frozen=True, slots=True)
class Reauthenticate:
    """Find out whom the token stands for, then answer `reauthenticated` or `reauthentication_refused`."""

    message: ConnectionReauthenticate


Output = Transmit | Close | OpenConversation | StartRun | CancelRun | Follow | Unfollow | Reauthenticate
