# Generated from contracts/ by `make generate`. Do not edit.
"""A typed client of the agent socket: sends and receives the contract's messages, with the contract's monitor between.

It does not connect again by itself; a caller that does gives `open_conversation` the last cursor that it has seen.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any, Final, Self
from uuid import UUID, uuid4

from pydantic import MISSING, TypeAdapter, ValidationError
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from experience_plane_api import messages, models
from experience_plane_api.agent_socket import (
    EVENT_TYPES,
    PATH,
    SERVER_MESSAGES,
    SUBPROTOCOL,
    ClientMessage,
    RunEvent,
    ServerMessage,
)
from experience_plane_api.http_client import ProblemError, UnexpectedResponse
from experience_plane_api.protocol_monitor import ProtocolMonitor

Surface = str
_ENDS: Final = (messages.AgentCompleted, messages.AgentFailed, messages.AgentCancelled)
_MAX_BYTES: Final = 16 * 1024 * 1024


class ProtocolViolation(Exception):
    """The service sent what the contract does not allow."""


class SocketClosed(Exception):
    """The service closed the connection; `code` is in the contract's table of close codes."""

    def __init__(self, code: int, reason: str) -> None:
        self.code = code
        super().__init__(f"closed with {code} {reason}".strip())


class AgentSocketConnection:
    """One connection, used by one task."""

    def __init__(self, websocket: ClientConnection) -> None:
        self._websocket = websocket
        self._unread: deque[ServerMessage] = deque()
        self._monitor = ProtocolMonitor()

    @classmethod
    async def open(cls, base_url: str, *, ticket: str | None = None, access_token: str | None = None) -> Self:
        """Connect with a ticket or an access token, and wait for `connection.ready`.

        Raises:
            ProblemError: the handshake was refused.
        """
        address = base_url.rstrip("/").replace("http", "ws", 1) + PATH
        headers = {} if access_token is None else {"Authorization": f"Bearer {access_token}"}
        try:
            websocket = await connect(
                address if ticket is None else f"{address}?ticket={ticket}",
                subprotocols=[SUBPROTOCOL],  # type: ignore[list-item] # a NewType of str
                additional_headers=headers,
                max_size=_MAX_BYTES,
            )
        except InvalidStatus as error:
            raise _refusal(error) from error
        opened = cls(websocket)
        await opened.receive()
        return opened

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close with 1000."""
        await self._websocket.close()

    async def send(self, message: ClientMessage) -> None:
        """Send a message.

        Raises:
            ProtocolViolation: the contract does not allow it now; nothing was sent.
            SocketClosed: the connection is closed.
        """
        text = message.model_dump_json()
        if violations := self._monitor.observe("client", json.loads(text)):
            raise ProtocolViolation(violations[0].detail)
        try:
            await self._websocket.send(text)
        except ConnectionClosed as error:
            raise _closed(error) from error

    async def receive(self) -> ServerMessage:
        """Wait for the next message. Events that came together are answered one by one.

        Fields and types that this version of the contract does not know are passed over.

        Raises:
            ProtocolViolation: the message breaks the contract.
            SocketClosed: the connection is closed.
        """
        while not self._unread:
            try:
                payload = json.loads(await self._websocket.recv(decode=True))
            except ConnectionClosed as error:
                raise _closed(error) from error
            if payload["type"] in SERVER_MESSAGES:
                self._unread.extend(self._judged(payload))
        return self._unread.popleft()

    async def open_conversation(
        self, conversation_id: UUID | None = None, *, after_cursor: int | None = None, batch: bool = False
    ) -> messages.ConversationOpened:
        """Begin a conversation, or follow one that exists; with `batch`, events that are ready come together.

        Raises:
            ProblemError: the service refused.
        """
        correlation_id = uuid4().hex
        await self.send(
            messages.ConversationOpen(
                type="conversation.open",
                correlation_id=correlation_id,
                conversation_id=MISSING if conversation_id is None else conversation_id,
                after_cursor=MISSING if after_cursor is None else after_cursor,
                batch=True if batch else MISSING,
            )
        )
        while True:
            match await self.receive():
                case messages.ConversationOpened() as opened if opened.correlation_id == correlation_id:
                    return opened
                case messages.Error() as refused if refused.correlation_id == correlation_id:
                    raise ProblemError(models.Problem.model_validate(refused.problem.model_dump()))
                case _:
                    pass

    async def reauthenticate(self, access_token: str) -> messages.ConnectionReauthenticated:
        """Give a fresh access token of the same session, so that the connection lives on.

        Raises:
            ProblemError: the service refused it.
        """
        correlation_id = uuid4().hex
        await self.send(
            messages.ConnectionReauthenticate(
                type="connection.reauthenticate", correlation_id=correlation_id, access_token=access_token
            )
        )
        while True:
            match await self.receive():
                case messages.ConnectionReauthenticated() as done if done.correlation_id == correlation_id:
                    return done
                case messages.Error() as refused if refused.correlation_id == correlation_id:
                    raise ProblemError(models.Problem.model_validate(refused.problem.model_dump()))
                case _:
                    pass

    async def ask(
        self, conversation_id: UUID, text: str, context: messages.MessageContext | None = None
    ) -> AsyncIterator[RunEvent]:
        """Send what the user wrote and yield the events of its run, to its end.

        Raises:
            ProblemError: the service refused the message.
        """
        message_id = uuid4()
        await self.send(
            messages.AgentMessage(
                type="agent.message",
                conversation_id=conversation_id,
                message_id=message_id,
                text=text,
                context=context or messages.MessageContext(surface="general"),
            )
        )
        run_id: UUID | None = None
        while True:
            message = await self.receive()
            if isinstance(message, messages.Error) and message.message_id == message_id:
                raise ProblemError(models.Problem.model_validate(message.problem.model_dump()))
            if isinstance(message, messages.MessageAccepted) and message.message_id == message_id:
                run_id = message.run_id
            if message.type in EVENT_TYPES and getattr(message, "run_id", None) == run_id is not None:
                yield message  # type: ignore[misc] # its type is one of EVENT_TYPES
                if isinstance(message, _ENDS):
                    return

    def _judged(self, payload: dict[str, Any]) -> list[ServerMessage]:
        if violations := self._monitor.observe("server", payload):
            raise ProtocolViolation(violations[0].detail)
        together = payload["type"] == "events"
        return [_typed(item) for item in (payload["events"] if together else [payload])]


def _typed(payload: dict[str, Any]) -> ServerMessage:
    model = SERVER_MESSAGES[payload["type"]]
    known = {name: value for name, value in payload.items() if name in model.model_fields}
    try:
        message: ServerMessage = TypeAdapter(model).validate_python(known)
    except ValidationError as error:
        raise ProtocolViolation(str(error)) from error
    return message


def _refusal(error: InvalidStatus) -> Exception:
    try:
        return ProblemError(models.Problem.model_validate_json(error.response.body or b""))
    except ValidationError:
        return UnexpectedResponse(f"the handshake was answered with {error.response.status_code}")


def _closed(error: ConnectionClosed) -> SocketClosed:
    frame = error.rcvd
    return SocketClosed(1006, "") if frame is None else SocketClosed(frame.code, frame.reason)
