"""Carries out what one connection asks for: reads, writes, follows conversations, keeps the deadline."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol
from uuid import UUID

import structlog
from pydantic import MISSING

from experience_plane.agent_socket.connection import Connection, OwnViolation
from experience_plane.agent_socket.outbox import Outbox
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
from experience_plane.agent_socket.runs import Runs
from experience_plane.clock import Clock
from experience_plane.conversations.log import ConversationLog
from experience_plane.conversations.model import NewMessage, Owner
from experience_plane.errors import ExperiencePlaneError
from experience_plane.security_guard.access_policy import LIAISONS_CONSULT
from experience_plane.security_guard.ports import PermissionDenied
from experience_plane.security_guard.principal import Principal
from experience_plane_api import messages
from experience_plane_api import problem_types as types
from experience_plane_api.permissions import MESSAGE_PERMISSIONS
from experience_plane_api.problem_types import ProblemType

_LOG = structlog.get_logger(__name__)
_GOING_AWAY = Close(1001, "the service is stopping")


class Frames(Protocol):
    """A socket as the session needs it."""

    async def receive(self) -> str | bytes | None:
        """Answer the next frame; None once the peer is gone."""
        ...

    async def send(self, text: str) -> None:
        """Send a text frame."""
        ...

    async def close(self, code: int, reason: str) -> None:
        """Close the socket; does nothing when it is closed already."""
        ...


def _closing(problem_type: ProblemType) -> Close:
    if problem_type.close_code is None:
        raise ValueError(problem_type.slug)
    return Close(problem_type.close_code, problem_type.slug, at_once=True)


_FAILED = _closing(types.INTERNAL_ERROR)
_REVOKED = _closing(types.UNAUTHENTICATED)
_SLOW = _closing(types.SLOW_READER)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOptions:
    """How patient a session is."""

    max_send_queue_bytes: int = 1_048_576
    slow_reader_seconds: float = 10.0
    """How long what waits may stay at its bound; then the socket is closed with 4508."""
    close_seconds: float = 1.0
    """How long what waits may take to be sent before a close."""


Permit = Callable[[str], Awaitable[None]]
"""Raises `PermissionDenied` unless the user has the permission now."""

Authenticate = Callable[[str], Awaitable[Principal]]
"""Answers whom an access token stands for; raises `Unauthenticated`."""


class Session:
    """One connection at work.

    The connection is changed, and what it puts out is queued, without awaiting in between: so the order on the wire is
    that of the connection. A follower waits while the queue is full, and holds up nobody else.
    """

    def __init__(
        self,
        *,
        frames: Frames,
        connection: Connection,
        owner: Owner,
        permit: Permit,
        authenticate: Authenticate,
        log: ConversationLog,
        runs: Runs,
        clock: Clock,
        options: SessionOptions | None = None,
    ) -> None:
        self._frames = frames
        self._connection = connection
        self._owner = owner
        self._permit = permit
        self._authenticate = authenticate
        self._log = log
        self._runs = runs
        self._clock = clock
        self._options = options or SessionOptions()
        self._outbox = Outbox(
            self._options.max_send_queue_bytes,
            stall_seconds=self._options.slow_reader_seconds,
            stalled=lambda: self._end(_SLOW),
        )
        self._followers: dict[UUID, asyncio.Task[None]] = {}
        self._last: Close | None = None
        self._ended: asyncio.Future[Close] = asyncio.get_running_loop().create_future()
        self._alarm: asyncio.TimerHandle | None = None
        self._deadline: datetime | None = None
        self._grace: asyncio.TimerHandle | None = None
        self.received = 0
        self.sent = 0
        self.close_code: int | None = None

    async def run(self) -> None:
        """Serve until one side closes."""
        self._change(self._connection.start)
        tasks = [self._started(work) for work in (self._write, self._read)]
        try:
            # The writer ends after a close frame, the reader when the peer has gone.
            ends: list[asyncio.Future[Any]] = [*tasks, self._ended]
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._outbox.close()
            for timer in (self._alarm, self._grace):
                if timer is not None:
                    timer.cancel()
            await _cancelled([*tasks, *self._followers.values()])
        if self.close_code is None and self._ended.done():
            await self._close(self._ended.result())

    def revoke(self) -> None:
        """The login behind the socket has ended: close at once, before anything that waits to be sent."""
        self._end(_REVOKED)

    def announce_drain(self, reconnect_after: timedelta) -> None:
        """The service is stopping: ask the client to go elsewhere."""
        if not self._ended.done():
            self._change(lambda: self._connection.drain(reconnect_after))

    def drain(self) -> None:
        """Close: the service stops."""
        self._close_after_all(_GOING_AWAY)

    def _started(self, work: Callable[[], Awaitable[object]]) -> asyncio.Task[None]:
        return asyncio.create_task(self._guarded(work), name=f"socket {work.__name__}")

    async def _guarded(self, work: Callable[[], Awaitable[object]]) -> None:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - whatever it is, this connection ends and says so
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        event = "protocol_violation_by_service" if isinstance(error, OwnViolation) else "socket_failed"
        _LOG.error(event, exc_info=error)
        self._end(_FAILED)

    def _end(self, close: Close) -> None:
        if not self._ended.done():
            self._ended.set_result(close)

    def _close_after_all(self, close: Close) -> None:
        """Close once all that waits is sent; a peer that does not take it within a while is closed without."""
        if self._last is None:
            self._last = close
            self._outbox.wake()
            self._grace = asyncio.get_running_loop().call_later(self._options.close_seconds, self._end, close)

    async def _write(self) -> None:
        while True:
            for text, size in await self._outbox.take():
                await self._frames.send(text)
                self._outbox.sent(size)
                self.sent += 1
            if self._last is not None and not self._outbox.waiting_bytes:
                await self._close(self._last)
                return
            # The frames of one peer may fill a while; others have their turn in between.
            await asyncio.sleep(0)

    async def _close(self, close: Close) -> None:
        self.close_code = close.code
        await self._frames.close(close.code, close.reason)

    async def _read(self) -> None:
        while (frame := await self._frames.receive()) is not None:
            self.received += 1
            await self._apply(partial(self._take, frame))
            # Who asks and does not read the answers is not read either.
            await self._outbox.room()

    def _take(self, frame: str | bytes) -> None:
        if isinstance(frame, str):
            self._connection.receive_text(frame, self._clock())
        else:
            self._connection.receive_binary(self._clock())

    def _keep_deadline(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._deadline = self._connection.deadline
        seconds = max(0.0, (self._deadline - self._clock()).total_seconds())
        self._alarm = asyncio.get_running_loop().call_later(seconds, self._tick)

    def _tick(self) -> None:
        try:
            self._change(lambda: self._connection.tick(self._clock()))
        except Exception as error:  # noqa: BLE001 - whatever it is, this connection ends and says so
            self._fail(error)
        if not self._connection.closed:
            self._keep_deadline()

    async def _apply(self, change: Callable[[], None]) -> None:
        """Change the connection and carry out what it then asks for."""
        for request in self._change(change):
            await self._carry_out(request)

    def _change(self, change: Callable[[], None]) -> list[Output]:
        """Change the connection, queue what it sends, and answer what else it asks for."""
        change()
        requests: list[Output] = []
        for output in self._connection.take_outputs():
            match output:
                case Transmit(text):
                    self._outbox.put(text)
                case Close(at_once=True):
                    self._end(output)
                case Close():
                    self._close_after_all(output)
                case Unfollow(conversation_id):
                    # A cancelled task does not go on after its await: nothing it has in its hands is delivered.
                    if follower := self._followers.pop(conversation_id, None):
                        follower.cancel()
                case _:
                    requests.append(output)
        if self._connection.deadline != self._deadline and not self._connection.closed:
            self._keep_deadline()
        return requests

    async def _carry_out(self, request: Output) -> None:
        with structlog.contextvars.bound_contextvars(**_trace(request)):
            await self._do(request)

    async def _do(self, request: Output) -> None:
        match request:
            case OpenConversation(message):
                await self._or_refuse(message, self._open(message))
            case StartRun(message):
                await self._or_refuse(message, self._start(message))
            case CancelRun(message):
                await self._or_refuse(message, self._runs.cancel(message.conversation_id, message.run_id))
            case Follow(conversation_id, after_cursor):
                follower = self._guarded(lambda: self._follow(conversation_id, after_cursor))
                self._followers[conversation_id] = asyncio.create_task(follower, name=f"follow {conversation_id}")
            case Reauthenticate(message):
                await self._reauthenticate(message)
            case _:
                raise TypeError(request)

    async def _or_refuse(
        self, message: messages.ConversationOpen | messages.AgentMessage | messages.RunCancel, work: Awaitable[None]
    ) -> None:
        try:
            await work
        except ExperiencePlaneError as error:
            refusal = error
            await self._apply(lambda: self._connection.refused(message, refusal))

    async def _open(self, message: messages.ConversationOpen) -> None:
        if message.conversation_id is MISSING:
            conversation = await self._log.create_conversation(self._owner)
        else:
            conversation = await self._log.conversation(message.conversation_id, self._owner)
        after_cursor = None if message.after_cursor is MISSING else message.after_cursor
        position = await self._log.position(conversation.conversation_id, after_cursor)
        if follower := self._followers.pop(conversation.conversation_id, None):
            await _cancelled([follower])
        await self._apply(lambda: self._connection.conversation_opened(message, conversation.conversation_id, position))

    async def _reauthenticate(self, message: messages.ConnectionReauthenticate) -> None:
        try:
            principal = await self._authenticate(message.access_token)
        except ExperiencePlaneError as error:
            refusal = error
            await self._apply(lambda: self._connection.reauthentication_refused(message, refusal))
        else:
            await self._apply(lambda: self._connection.reauthenticated(message, principal))

    async def _start(self, message: messages.AgentMessage) -> None:
        await self._permit(MESSAGE_PERMISSIONS[message.type])
        context = message.context
        new = NewMessage(
            message_id=message.message_id,
            text=message.text,
            surface=context.surface,
            project_id=None if context.project_id is MISSING else context.project_id,
        )
        guide_only = not await self._may_consult_liaisons()
        accepted = await self._runs.start(self._owner, message.conversation_id, new, guide_only=guide_only)
        if accepted.duplicate:
            await self._apply(lambda: self._connection.message_accepted_before(accepted.event))

    async def _may_consult_liaisons(self) -> bool:
        try:
            await self._permit(LIAISONS_CONSULT)
        except PermissionDenied:
            return False
        return True

    async def _follow(self, conversation_id: UUID, after_cursor: int) -> None:
        async with contextlib.aclosing(self._log.follow(conversation_id, after_cursor)) as pages:
            async for events in pages:
                for portion in self._connection.portions(events):
                    behind = self._outbox.behind
                    await self._outbox.room()
                    self._change(partial(self._connection.deliver, portion, behind=behind))


def _trace(request: Output) -> dict[str, str]:
    """Answer the trace of the message behind a request; runs inherit it with the context in which they begin."""
    parent = getattr(getattr(request, "message", None), "traceparent", MISSING)
    if parent is MISSING:
        return {}
    _, trace_id, span_id, _ = parent.split("-")
    return {"trace_id": trace_id, "parent_span_id": span_id}


async def _cancelled(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
