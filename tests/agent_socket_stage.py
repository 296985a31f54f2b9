"""The words in which the tests of a connection are told; whatever it transmits is judged by the contract."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

import jsonschema_rs

from experience_plane.agent_socket.connection import Connection
from experience_plane.agent_socket.limits import SocketLimits
from experience_plane.agent_socket.outputs import (
    Close,
    Follow,
    OpenConversation,
    Output,
    StartRun,
    Transmit,
)
from experience_plane.conversations.model import LoggedEvent, Position
from experience_plane.security_guard.principal import Principal
from experience_plane_api.protocol_monitor import ProtocolMonitor
from protocol_stories import CONTRACT, CONVERSATION, example

NOW = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
EXPIRES_AT = NOW + timedelta(minutes=15)
PRINCIPAL = Principal(uuid4(), uuid4(), uuid4(), ("member",), ("agents.talk",), EXPIRES_AT)
SCHEMAS = {
    name: jsonschema_rs.Draft202012Validator(
        {**message["payload"], "components": {"schemas": CONTRACT["components"]["schemas"]}}, validate_formats=True
    )
    for name, message in CONTRACT["components"]["messages"].items()
}
OutputT = TypeVar("OutputT", bound=Output)


class Stage:
    """A connection, and a client with a monitor of its own beside it."""

    def __init__(self, **limits: int) -> None:
        self.now = NOW
        self.connection = Connection(
            connection_id="c0ffee",
            principal=PRINCIPAL,
            limits=SocketLimits(**{"max_messages_per_minute": 3, **limits}),
            server_version="1.2.3",
        )
        self.judge = ProtocolMonitor()
        self._outputs: list[Output] = []

    @classmethod
    def ready(cls, **limits: int) -> Stage:
        """A stage on which the service has spoken."""
        stage = cls(**limits)
        stage.start()
        return stage

    @classmethod
    def with_conversation(cls, **limits: int) -> Stage:
        """A stage on which a conversation is open from its beginning."""
        stage = cls.ready(**limits)
        stage.opens(CONVERSATION)
        return stage

    def start(self) -> dict[str, Any]:
        self.connection.start()
        return self.hears()

    def sends(self, message_type: str, **fields: Any) -> None:
        message = {"type": message_type, **fields}
        if message_type in SCHEMAS:
            self.judge.observe("client", message)
        self.sends_text(json.dumps(message))

    def sends_text(self, text: str) -> None:
        self.connection.receive_text(text, self.now)

    def writes(self, text: str = "hello", message_id: UUID | None = None) -> None:
        self.sends(
            "agent.message",
            conversation_id=CONVERSATION,
            message_id=str(message_id or uuid4()),
            text=text,
            context={"surface": "general"},
        )

    def opens(self, conversation: str, after_cursor: int | None = None) -> None:
        position = {} if after_cursor is None else {"after_cursor": after_cursor}
        self.sends("conversation.open", conversation_id=conversation, **position)
        self.answers_opened(self.asks(OpenConversation), conversation, cursor=after_cursor or 0)
        assert self.hears()["type"] == "conversation.opened"
        self.asks(Follow)

    def answers_opened(self, request: OpenConversation, conversation: str = CONVERSATION, *, cursor: int = 0) -> None:
        self.connection.conversation_opened(request.message, UUID(conversation), Position(cursor, ()))

    def refuses(self, request: OpenConversation | StartRun, error: Exception) -> None:
        self.connection.refused(request.message, error)

    def logged(self, message_type: str, **fields: Any) -> LoggedEvent:
        message = example(message_type, **fields)
        return LoggedEvent(
            UUID(message["conversation_id"]),
            UUID(message["run_id"]),
            message["seq"],
            message["cursor"],
            message["type"],
            json.dumps(message),
        )

    def delivers(self, message_type: str, **fields: Any) -> None:
        self.connection.deliver([self.logged(message_type, **fields)])

    def asks(self, kind: type[OutputT]) -> OutputT:
        output = self._next()
        assert isinstance(output, kind), output
        return output

    def hears(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self.hears_text())
        return message

    def hears_text(self) -> str:
        text = self.asks(Transmit).text
        message = json.loads(text)
        assert not [error.message for error in SCHEMAS[message["type"]].iter_errors(message)]
        assert self.judge.observe("server", message) == ()
        return text

    def hears_error(self, slug: str) -> dict[str, Any]:
        message = self.hears()
        assert message["type"] == "error"
        assert message["problem"]["type"] == f"/problems/{slug}"
        assert message["problem"]["request_id"] == "c0ffee"
        return message

    def passes(self, time: timedelta) -> None:
        self.now += time
        self.connection.tick(self.now)

    def hears_nothing(self) -> None:
        self._outputs += self.connection.take_outputs()
        assert self._outputs == []

    def is_closed_with(self, code: int, reason: str) -> None:
        close = self.asks(Close)
        assert (close.code, close.reason) == (code, reason)
        assert self.connection.closed
        self.hears_nothing()

    def _next(self) -> Output:
        self._outputs += self.connection.take_outputs()
        assert self._outputs, "the connection put nothing out"
        return self._outputs.pop(0)
