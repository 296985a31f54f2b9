# Generated from contracts/ by `make generate`. Do not edit.
"""The agent socket's stubs: what the service receives and sends, one typed method each.

A message that the contract gains appears here as an abstract method, so that a type checker names whoever does not
implement it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Annotated, Final, TypeAlias, assert_never

from pydantic import Field

from experience_plane_api import messages

SUBPROTOCOL: Final = "experience.agent.v1"
PATH: Final = "/api/runtime/agent"

ClientMessage: TypeAlias = Annotated[
    messages.ConversationOpen
    | messages.ConversationClose
    | messages.AgentMessage
    | messages.RunCancel
    | messages.ConnectionPing
    | messages.ConnectionReauthenticate,
    Field(discriminator="type"),
]
"""Each message that a client sends."""

ServerMessage: TypeAlias = Annotated[
    messages.ConnectionReauthenticated
    | messages.ConnectionExpiring
    | messages.ConnectionDraining
    | messages.ConnectionReady
    | messages.ConversationOpened
    | messages.ConversationClosed
    | messages.MessageAccepted
    | messages.AgentStarted
    | messages.AgentHandoff
    | messages.AgentToken
    | messages.StepStarted
    | messages.StepCompleted
    | messages.StepFailed
    | messages.AgentCompleted
    | messages.AgentFailed
    | messages.AgentCancelled
    | messages.Events
    | messages.ConnectionPong
    | messages.Error,
    Field(discriminator="type"),
]
"""Each message that the service sends."""

RunEvent: TypeAlias = Annotated[
    messages.MessageAccepted
    | messages.AgentStarted
    | messages.AgentHandoff
    | messages.AgentToken
    | messages.StepStarted
    | messages.StepCompleted
    | messages.StepFailed
    | messages.AgentCompleted
    | messages.AgentFailed
    | messages.AgentCancelled,
    Field(discriminator="type"),
]
"""Each message that is an event of a run."""

CLIENT_MESSAGES: Final[dict[str, type[ClientMessage]]] = {
    "conversation.open": messages.ConversationOpen,
    "conversation.close": messages.ConversationClose,
    "agent.message": messages.AgentMessage,
    "run.cancel": messages.RunCancel,
    "connection.ping": messages.ConnectionPing,
    "connection.reauthenticate": messages.ConnectionReauthenticate,
}
SERVER_MESSAGES: Final[dict[str, type[ServerMessage]]] = {
    "connection.reauthenticated": messages.ConnectionReauthenticated,
    "connection.expiring": messages.ConnectionExpiring,
    "connection.draining": messages.ConnectionDraining,
    "connection.ready": messages.ConnectionReady,
    "conversation.opened": messages.ConversationOpened,
    "conversation.closed": messages.ConversationClosed,
    "message.accepted": messages.MessageAccepted,
    "agent.started": messages.AgentStarted,
    "agent.handoff": messages.AgentHandoff,
    "agent.token": messages.AgentToken,
    "step.started": messages.StepStarted,
    "step.completed": messages.StepCompleted,
    "step.failed": messages.StepFailed,
    "agent.completed": messages.AgentCompleted,
    "agent.failed": messages.AgentFailed,
    "agent.cancelled": messages.AgentCancelled,
    "events": messages.Events,
    "connection.pong": messages.ConnectionPong,
    "error": messages.Error,
}
EVENT_TYPES: Final = frozenset(
    {
        "message.accepted",
        "agent.started",
        "agent.handoff",
        "agent.token",
        "step.started",
        "step.completed",
        "step.failed",
        "agent.completed",
        "agent.failed",
        "agent.cancelled",
    }
)


class AgentSocketReceiver(ABC):
    """The service's side of what clients send."""

    def receive(self, message: ClientMessage) -> None:
        """Pass a message to the method of its type."""
        match message:
            case messages.ConversationOpen():
                self.on_conversation_open(message)
            case messages.ConversationClose():
                self.on_conversation_close(message)
            case messages.AgentMessage():
                self.on_agent_message(message)
            case messages.RunCancel():
                self.on_run_cancel(message)
            case messages.ConnectionPing():
                self.on_connection_ping(message)
            case messages.ConnectionReauthenticate():
                self.on_connection_reauthenticate(message)
            case _:
                assert_never(message)

    @abstractmethod
    def on_conversation_open(self, message: messages.ConversationOpen) -> None:
        """Begins a conversation, or follows one that exists.

        Answered by `conversation.opened` or `error`.
        """

    @abstractmethod
    def on_conversation_close(self, message: messages.ConversationClose) -> None:
        """Stops following a conversation on this connection.

        Answered by `conversation.closed` or `error`.
        """

    @abstractmethod
    def on_agent_message(self, message: messages.AgentMessage) -> None:
        """What the user wrote.

        Answered by `message.accepted` or `error`.
        """

    @abstractmethod
    def on_run_cancel(self, message: messages.RunCancel) -> None:
        """Stops an answer.

        Answered by `agent.cancelled` or `error`.
        """

    @abstractmethod
    def on_connection_ping(self, message: messages.ConnectionPing) -> None:
        """Asks for a sign of life.

        Answered by `connection.pong` or `error`.
        """

    @abstractmethod
    def on_connection_reauthenticate(self, message: messages.ConnectionReauthenticate) -> None:
        """Gives a fresh access token of the same session.

        Answered by `connection.reauthenticated` or `error`.
        """


class AgentSocketSender(ABC):
    """The service's side of what it sends."""

    @abstractmethod
    def transmit(self, message: ServerMessage) -> None:
        """Put a message on the wire."""

    def send_connection_reauthenticated(self, message: messages.ConnectionReauthenticated) -> None:
        """Says how long the connection may live now."""
        self.transmit(message)

    def send_connection_expiring(self, message: messages.ConnectionExpiring) -> None:
        """Time to send `connection.reauthenticate`."""
        self.transmit(message)

    def send_connection_draining(self, message: messages.ConnectionDraining) -> None:
        """Connect again elsewhere."""
        self.transmit(message)

    def send_connection_ready(self, message: messages.ConnectionReady) -> None:
        """Says who is connected, and the limits."""
        self.transmit(message)

    def send_conversation_opened(self, message: messages.ConversationOpened) -> None:
        """Says from which position events follow."""
        self.transmit(message)

    def send_conversation_closed(self, message: messages.ConversationClosed) -> None:
        """No more events of it follow on this connection."""
        self.transmit(message)

    def send_message_accepted(self, message: messages.MessageAccepted) -> None:
        """The first event of a run."""
        self.transmit(message)

    def send_agent_started(self, message: messages.AgentStarted) -> None:
        """Says which agent answers."""
        self.transmit(message)

    def send_agent_handoff(self, message: messages.AgentHandoff) -> None:
        """Another agent goes on."""
        self.transmit(message)

    def send_agent_token(self, message: messages.AgentToken) -> None:
        """The next piece of the agent's text."""
        self.transmit(message)

    def send_step_started(self, message: messages.StepStarted) -> None:
        """The agent does something for the user."""
        self.transmit(message)

    def send_step_completed(self, message: messages.StepCompleted) -> None:
        """Says what came of the step."""
        self.transmit(message)

    def send_step_failed(self, message: messages.StepFailed) -> None:
        """Says why the step did not work."""
        self.transmit(message)

    def send_agent_completed(self, message: messages.AgentCompleted) -> None:
        """An end of a run."""
        self.transmit(message)

    def send_agent_failed(self, message: messages.AgentFailed) -> None:
        """An end of a run."""
        self.transmit(message)

    def send_agent_cancelled(self, message: messages.AgentCancelled) -> None:
        """An end of a run."""
        self.transmit(message)

    def send_events(self, message: messages.Events) -> None:
        """Events of one conversation that were ready together."""
        self.transmit(message)

    def send_connection_pong(self, message: messages.ConnectionPong) -> None:
        """A sign of life."""
        self.transmit(message)

    def send_error(self, message: messages.Error) -> None:
        """Says what was wrong with a message of the client."""
        self.transmit(message)


class AgentSocketListener(ABC):
    """A client's side of what the service sends."""

    def receive(self, message: ServerMessage) -> None:
        """Pass a message to the method of its type."""
        match message:
            case messages.ConnectionReauthenticated():
                self.on_connection_reauthenticated(message)
            case messages.ConnectionExpiring():
                self.on_connection_expiring(message)
            case messages.ConnectionDraining():
                self.on_connection_draining(message)
            case messages.ConnectionReady():
                self.on_connection_ready(message)
            case messages.ConversationOpened():
                self.on_conversation_opened(message)
            case messages.ConversationClosed():
                self.on_conversation_closed(message)
            case messages.MessageAccepted():
                self.on_message_accepted(message)
            case messages.AgentStarted():
                self.on_agent_started(message)
            case messages.AgentHandoff():
                self.on_agent_handoff(message)
            case messages.AgentToken():
                self.on_agent_token(message)
            case messages.StepStarted():
                self.on_step_started(message)
            case messages.StepCompleted():
                self.on_step_completed(message)
            case messages.StepFailed():
                self.on_step_failed(message)
            case messages.AgentCompleted():
                self.on_agent_completed(message)
            case messages.AgentFailed():
                self.on_agent_failed(message)
            case messages.AgentCancelled():
                self.on_agent_cancelled(message)
            case messages.Events():
                self.on_events(message)
            case messages.ConnectionPong():
                self.on_connection_pong(message)
            case messages.Error():
                self.on_error(message)
            case _:
                assert_never(message)

    @abstractmethod
    def on_connection_reauthenticated(self, message: messages.ConnectionReauthenticated) -> None:
        """Says how long the connection may live now."""

    @abstractmethod
    def on_connection_expiring(self, message: messages.ConnectionExpiring) -> None:
        """Time to send `connection.reauthenticate`."""

    @abstractmethod
    def on_connection_draining(self, message: messages.ConnectionDraining) -> None:
        """Connect again elsewhere."""

    @abstractmethod
    def on_connection_ready(self, message: messages.ConnectionReady) -> None:
        """Says who is connected, and the limits."""

    @abstractmethod
    def on_conversation_opened(self, message: messages.ConversationOpened) -> None:
        """Says from which position events follow."""

    @abstractmethod
    def on_conversation_closed(self, message: messages.ConversationClosed) -> None:
        """No more events of it follow on this connection."""

    @abstractmethod
    def on_message_accepted(self, message: messages.MessageAccepted) -> None:
        """The first event of a run."""

    @abstractmethod
    def on_agent_started(self, message: messages.AgentStarted) -> None:
        """Says which agent answers."""

    @abstractmethod
    def on_agent_handoff(self, message: messages.AgentHandoff) -> None:
        """Another agent goes on."""

    @abstractmethod
    def on_agent_token(self, message: messages.AgentToken) -> None:
        """The next piece of the agent's text."""

    @abstractmethod
    def on_step_started(self, message: messages.StepStarted) -> None:
        """The agent does something for the user."""

    @abstractmethod
    def on_step_completed(self, message: messages.StepCompleted) -> None:
        """Says what came of the step."""

    @abstractmethod
    def on_step_failed(self, message: messages.StepFailed) -> None:
        """Says why the step did not work."""

    @abstractmethod
    def on_agent_completed(self, message: messages.AgentCompleted) -> None:
        """An end of a run."""

    @abstractmethod
    def on_agent_failed(self, message: messages.AgentFailed) -> None:
        """An end of a run."""

    @abstractmethod
    def on_agent_cancelled(self, message: messages.AgentCancelled) -> None:
        """An end of a run."""

    @abstractmethod
    def on_events(self, message: messages.Events) -> None:
        """Events of one conversation that were ready together."""

    @abstractmethod
    def on_connection_pong(self, message: messages.ConnectionPong) -> None:
        """A sign of life."""

    @abstractmethod
    def on_error(self, message: messages.Error) -> None:
        """Says what was wrong with a message of the client."""
