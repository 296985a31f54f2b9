"""One connection of the agent socket, without I/O and without a clock.

It is given frames, the results of what it asked for, events of the log, and the time; it gives outputs, in order, which
the endpoint carries out. The generated monitor judges each message of both sides: a client's violation is answered with
an error, one of our own closes the connection before it reaches the wire.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import MISSING

from experience_plane.agent_socket import codec
from experience_plane.agent_socket.codec import MessageRejected, Reference
from experience_plane.agent_socket.limits import Heartbeat, MinuteWindow, SocketLimits
from experience_plane.agent_socket.outputs import (
    CancelRun,
    Close,
    Follow,
    OpenConversation,
    Output,
    Reauthenticate,
    StartRun,
    Transmit,
    Unfollow,
)
from experience_plane.conversations.model import ActiveRun, LoggedEvent, Position
from experience_plane.errors import FieldError
from experience_plane.problems import problem, problem_of
from experience_plane.security_guard.principal import Principal
from experience_plane_api import messages, models
from experience_plane_api import problem_types as types
from experience_plane_api.agent_socket import AgentSocketReceiver, AgentSocketSender, ClientMessage, ServerMessage
from experience_plane_api.problem_types import ProblemType
from experience_plane_api.protocol_monitor import ProtocolMonitor, Violation

_ENVELOPE = 100
"""Bytes of an `events` message besides its events, at most."""


class OwnViolation(Exception):
    """The service was about to break the protocol: a fault of ours, never of the client."""

    def __init__(self, violations: Sequence[Violation]) -> None:
        super().__init__("; ".join(violation.detail for violation in violations))


class Connection(AgentSocketReceiver, AgentSocketSender):
    """The state of one connection. Call `take_outputs` after each call and carry out what it answers."""

    def __init__(
        self,
        *,
        connection_id: str,
        principal: Principal,
        limits: SocketLimits,
        server_version: str,
        heartbeat: Heartbeat | None = None,
        expiry_notice: timedelta = timedelta(minutes=1),
    ) -> None:
        self._connection_id = connection_id
        self._principal = principal
        self._limits = limits
        self._heartbeat = heartbeat or Heartbeat()
        self._server_version = server_version
        self._expiry_notice = expiry_notice
        self._warned = False
        self._monitor = ProtocolMonitor()
        self._messages = MinuteWindow(limits.max_messages_per_minute)
        self._violations = MinuteWindow(limits.max_violations_per_minute)
        self._open: dict[UUID, bool] = {}
        """The conversations that are open; True where their events come in batches."""
        self._outputs: list[Output] = []
        self._now = principal.expires_at
        self.closed = False
        """True once a Close was put out; whatever is given afterwards is ignored."""

    @property
    def deadline(self) -> datetime:
        """When `tick` must be called, if nothing else happens: the client is to be warned, or authentication ends."""
        return self._principal.expires_at if self._warned else self._principal.expires_at - self._expiry_notice

    def take_outputs(self) -> Sequence[Output]:
        """Answer what is to be done, in order, and forget it."""
        outputs, self._outputs = self._outputs, []
        return outputs

    def start(self) -> None:
        """The handshake is done: welcome the client."""
        self.send_connection_ready(
            messages.ConnectionReady(
                type="connection.ready",
                connection_id=self._connection_id,
                user_id=self._principal.user_id,
                tenant_id=self._principal.tenant_id,
                server_version=self._server_version,
                expires_at=self._principal.expires_at,
                limits=messages.Limits(**asdict(self._limits)),
                heartbeat=messages.Heartbeat(**asdict(self._heartbeat)),
            )
        )

    def receive_text(self, text: str, now: datetime) -> None:
        """A text frame came."""
        if self.closed:
            return
        self._now = now
        try:
            message, payload = codec.decode(text, max_depth=self._limits.max_json_depth)
        except MessageRejected as error:
            self._reject(error.problem_type, error.detail, error.errors, error.reference)
            return
        self._receive_valid(message, payload)

    def receive_binary(self, now: datetime) -> None:
        """A binary frame came; the contract has none."""
        if self.closed:
            return
        self._now = now
        self._reject(types.MALFORMED_MESSAGE, "The frame is binary; send text frames.", (), Reference())

    def tick(self, now: datetime) -> None:
        """Time has passed."""
        if self.closed:
            return
        if now >= self._principal.expires_at:
            self._close(types.UNAUTHENTICATED, at_once=True)
        elif now >= self.deadline:
            self._warned = True
            expires_at = self._principal.expires_at
            self.send_connection_expiring(
                messages.ConnectionExpiring(type="connection.expiring", expires_at=expires_at)
            )

    def drain(self, reconnect_after: timedelta) -> None:
        """The service is stopping: tell the client when to connect again."""
        if not self.closed:
            milliseconds = int(reconnect_after.total_seconds() * 1000)
            self.send_connection_draining(
                messages.ConnectionDraining(type="connection.draining", reconnect_after_ms=milliseconds)
            )

    def reauthenticated(self, request: messages.ConnectionReauthenticate, principal: Principal) -> None:
        """What `Reauthenticate` asked for is done; the session must be the one that opened the connection."""
        if self.closed:
            return
        if (principal.user_id, principal.session_id) != (self._principal.user_id, self._principal.session_id):
            detail = "The token is of another session than the one that opened this connection."
            self._reject(types.FORBIDDEN, detail, (), _reference_of(request))
            return
        self._principal, self._warned = principal, False
        self.send_connection_reauthenticated(
            messages.ConnectionReauthenticated(
                type="connection.reauthenticated",
                correlation_id=request.correlation_id,
                expires_at=principal.expires_at,
            )
        )

    def reauthentication_refused(self, request: messages.ConnectionReauthenticate, error: Exception) -> None:
        """The token of `Reauthenticate` is no good; too many of them end the connection."""
        if not self.closed:
            problem_type, made = problem_of(error, request_id=self._connection_id)
            self._reject(problem_type, made.detail, (), _reference_of(request))

    def conversation_opened(
        self, request: messages.ConversationOpen, conversation_id: UUID, position: Position
    ) -> None:
        """What `OpenConversation` asked for is done."""
        if self.closed:
            return
        self._open[conversation_id] = request.batch is True
        self.send_conversation_opened(
            messages.ConversationOpened(
                type="conversation.opened",
                conversation_id=conversation_id,
                correlation_id=request.correlation_id,
                cursor=position.cursor,
                reset=True if position.reset else MISSING,
                active_runs=[_wire_run(run) for run in position.active_runs],
            )
        )
        self._outputs.append(Follow(conversation_id, position.cursor))

    def message_accepted_before(self, event: LoggedEvent) -> None:
        """The message of `StartRun` was accepted before, with this event."""
        if not self.closed:
            accepted = json.loads(event.text) | {"duplicate": True}
            self.send_message_accepted(messages.MessageAccepted.model_validate(accepted))

    def refused(self, request: ClientMessage, error: Exception) -> None:
        """What the connection asked for a message of the client has failed."""
        if not self.closed:
            payload = request.model_dump(mode="json")
            _, made = problem_of(error, request_id=self._connection_id)
            self._send_error(made, codec.reference_of(payload))

    def portions(self, events: Sequence[LoggedEvent]) -> Iterator[Sequence[LoggedEvent]]:
        """Yield events as many at a time as go into one `events` message."""
        begin = size = 0
        for index, event in enumerate(events):
            more = event.size + 1
            if index > begin and (
                index - begin >= self._limits.max_batch_events or size + more > self._limits.max_batch_bytes - _ENVELOPE
            ):
                yield events[begin:index]
                begin, size = index, 0
            size += more
        if begin < len(events):
            yield events[begin:]

    def deliver(self, portion: Sequence[LoggedEvent], *, behind: bool = False) -> None:
        """A portion of a followed conversation's events, in the order of the log; `behind` when much waits already.

        Raises:
            OwnViolation: an event does not fit the protocol; nothing of the portion is sent.
        """
        if self.closed or not portion:
            return
        for event in portion:
            self._judge_own(event.message)
        conversation_id = portion[0].conversation_id
        if self._open.get(conversation_id) or (behind and len(portion) > 1):
            joined = ",".join([event.text for event in portion])
            text = f'{{"type":"events","conversation_id":"{conversation_id}","events":[{joined}]}}'
            self._outputs.append(Transmit(text))
        else:
            self._outputs.extend([Transmit(event.text) for event in portion])

    def on_conversation_open(self, message: messages.ConversationOpen) -> None:
        """See `AgentSocketReceiver.on_conversation_open`."""
        known = message.conversation_id is not MISSING and message.conversation_id in self._open
        if not known and len(self._open) >= self._limits.max_open_conversations:
            detail = f"A connection may have {self._limits.max_open_conversations} conversations open."
            self._refuse(types.TOO_MANY_REQUESTS, detail, message)
        else:
            self._outputs.append(OpenConversation(message))

    def on_conversation_close(self, message: messages.ConversationClose) -> None:
        """See `AgentSocketReceiver.on_conversation_close`."""
        self._open.pop(message.conversation_id, None)
        self._outputs.append(Unfollow(message.conversation_id))
        self.send_conversation_closed(
            messages.ConversationClosed(
                type="conversation.closed",
                correlation_id=message.correlation_id,
                conversation_id=message.conversation_id,
            )
        )

    def on_connection_reauthenticate(self, message: messages.ConnectionReauthenticate) -> None:
        """See `AgentSocketReceiver.on_connection_reauthenticate`."""
        self._outputs.append(Reauthenticate(message))

    def on_agent_message(self, message: messages.AgentMessage) -> None:
        """See `AgentSocketReceiver.on_agent_message`."""
        if len(message.text) > self._limits.max_text_length:
            detail = f"The text has more than {self._limits.max_text_length} code points."
            self._refuse(types.INVALID_MESSAGE, detail, message, (FieldError("/text", detail),))
        elif not self._messages.admits(self._now):
            detail = f"A connection may send {self._limits.max_messages_per_minute} messages a minute."
            self._refuse(types.TOO_MANY_REQUESTS, detail, message)
        else:
            self._outputs.append(StartRun(message))

    def on_run_cancel(self, message: messages.RunCancel) -> None:
        """See `AgentSocketReceiver.on_run_cancel`."""
        self._outputs.append(CancelRun(message))

    def on_connection_ping(self, message: messages.ConnectionPing) -> None:
        """See `AgentSocketReceiver.on_connection_ping`."""
        self.send_connection_pong(
            messages.ConnectionPong(type="connection.pong", correlation_id=message.correlation_id, at=self._now)
        )

    def transmit(self, message: ServerMessage) -> None:
        """See `AgentSocketSender.transmit`.

        Raises:
            OwnViolation: the message does not fit the protocol.
        """
        text = codec.encode(message)
        self._judge_own(json.loads(text))
        self._outputs.append(Transmit(text))

    def _judge_own(self, message: Mapping[str, Any]) -> None:
        if violations := self._monitor.observe("server", message):
            raise OwnViolation(violations)

    def _receive_valid(self, message: ClientMessage, payload: Mapping[str, Any]) -> None:
        if violations := self._monitor.observe("client", payload):
            detail = "; ".join(violation.detail for violation in violations)
            self._reject(types.MESSAGE_OUT_OF_ORDER, f"{detail}.", (), codec.reference_of(payload))
        else:
            self.receive(message)

    def _refuse(
        self, problem_type: ProblemType, detail: str, message: ClientMessage, errors: tuple[FieldError, ...] = ()
    ) -> None:
        """Answer a message that keeps the contract but goes over a limit."""
        made = problem(problem_type, detail, errors=errors, request_id=self._connection_id)
        self._send_error(made, _reference_of(message))

    def _reject(
        self, problem_type: ProblemType, detail: str, errors: tuple[FieldError, ...], reference: Reference
    ) -> None:
        """Answer a message that breaks the contract; too many of them end the connection."""
        made = problem(problem_type, detail, errors=errors, request_id=self._connection_id)
        self._send_error(made, reference)
        if not self._violations.admits(self._now):
            self._close(types.INVALID_MESSAGE)

    def _send_error(self, made: models.Problem, reference: Reference) -> None:
        self.send_error(
            messages.Error(
                type="error",
                problem=messages.Problem.model_validate(made.model_dump(mode="json")),
                correlation_id=_or_missing(reference.correlation_id),
                conversation_id=_or_missing(reference.conversation_id),
                message_id=_or_missing(reference.message_id),
                run_id=_or_missing(reference.run_id),
            )
        )

    def _close(self, problem_type: ProblemType, *, at_once: bool = False) -> None:
        if not self.closed and problem_type.close_code is not None:
            self.closed = True
            self._outputs.append(Close(problem_type.close_code, problem_type.slug, at_once))


def _reference_of(message: ClientMessage) -> Reference:
    return codec.reference_of(message.model_dump(mode="json"))


def _wire_run(run: ActiveRun) -> messages.ActiveRun:
    return messages.ActiveRun(run_id=run.run_id, seq=run.seq, state=run.state, steps=list(run.steps))


def _or_missing(value: Any) -> Any:
    return MISSING if value is None else value
