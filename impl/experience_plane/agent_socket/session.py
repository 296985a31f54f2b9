"""Carries out what one connection asks for: reads, writes, follows conversations, keeps the deadline."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Protocol
from uuid import UUID

import structlog
from pydantic import MISSING

from experience_plane.agent_socket.connection import Connection, OwnViolation
from experience_plane.agent_socket.outputs import (
    CancelRun,
    Close,
    Follow,
    OpenConversation,
    Output,
    StartRun,
    Transmit,
)
from experience_plane.agent_socket.runs import Runs
from experience_plane.clock import Clock
from experience_plane.conversations.log import ConversationLog
from experience_plane.conversations.model import NewMessage, Owner
from experience_plane.errors import ExperiencePlaneError
from experience_plane.security_guard.access_policy import LIAISONS_CONSULT
from experience_plane.security_guard.ports import PermissionDenied
from experience_plane_api import messages
from experience_plane_api import problem_types as types
from experience_plane_api.permissions import MESSAGE_PERMISSIONS

_LOG = structlog.get_logger(__name__)
_QUEUE = 256
GOING_AWAY = 1001
_FAILED = Close(types.INTERNAL_ERROR.close_code or 4500, types.INTERNAL_ERROR.slug)

_REVOKED = Close(types.UNAUTHENTICATED.close_code or 4401, types.UNAUTHENTICATED.slug)


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


Permit = Callable[[str], Awaitable[None]]
"""Raises `PermissionDenied` unless the user has the permission now."""


class Session:
    """One connection at work.

    The connection and the order of the send queue are guarded by one lock: what the connection puts out reaches the
    queue in the same order. The queue is bounded, so that a slow reader holds up its own session and nothing else.
    """

    def __init__(
        self,
        *,
        frames: Frames,
        connection: Connection,
        owner: Owner,
        permit: Permit,
        log: ConversationLog,
        runs: Runs,
        clock: Clock,
    ) -> None:
        self._frames = frames
        self._connection = connection
        self._owner = owner
        self._permit = permit
        self._log = log
        self._runs = runs
        self._clock = clock
        self._lock = asyncio.Lock()
        self._queue: asyncio.Queue[Transmit | Close] = asyncio.Queue(_QUEUE)
        self._followers: dict[UUID, asyncio.Task[None]] = {}
        self._drain = asyncio.Event()
        self._failed = asyncio.Event()
        self._revoked = asyncio.Event()
        self.received = 0
        self.sent = 0
        self.close_code: int | None = None

    async def run(self) -> None:
        """Serve until one side closes."""
        ends = [self._started(work) for work in (self._write, self._read, self._failed.wait, self._revoked.wait)]
        others = [self._started(self._keep_deadline), self._started(self._await_drain)]
        try:
            # The writer ends after a close frame, the reader when the peer has gone.
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await _cancelled([*ends, *others, *self._followers.values()])
        if self.close_code is None and (self._revoked.is_set() or self._failed.is_set()):
            await self._close(_REVOKED if self._revoked.is_set() else _FAILED)

    def revoke(self) -> None:
        """The login behind the socket has ended: close at once, before anything that waits to be sent."""
        self._revoked.set()

    def drain(self) -> None:
        """Ask the client to go elsewhere: the service is stopping."""
        self._drain.set()

    def _started(self, work: Callable[[], Awaitable[object]]) -> asyncio.Task[None]:
        return asyncio.create_task(self._guarded(work), name=f"socket {work.__name__}")

    async def _guarded(self, work: Callable[[], Awaitable[object]]) -> None:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - whatever it is, this connection ends and says so
            event = "protocol_violation_by_service" if isinstance(error, OwnViolation) else "socket_failed"
            await _LOG.aerror(event, exc_info=error)
            self._failed.set()

    async def _write(self) -> None:
        await self._apply(self._connection.start)
        while True:
            output = await self._queue.get()
            if isinstance(output, Close):
                await self._close(output)
                return
            await self._frames.send(output.text)
            self.sent += 1

    async def _close(self, close: Close) -> None:
        self.close_code = close.code
        await self._frames.close(close.code, close.reason)

    async def _read(self) -> None:
        while (frame := await self._frames.receive()) is not None:
            self.received += 1
            await self._apply(partial(self._take, frame))

    def _take(self, frame: str | bytes) -> None:
        if isinstance(frame, str):
            self._connection.receive_text(frame, self._clock())
        else:
            self._connection.receive_binary(self._clock())

    async def _keep_deadline(self) -> None:
        while not self._connection.closed:
            await asyncio.sleep(max(0.0, (self._connection.deadline - self._clock()).total_seconds()))
            await self._apply(lambda: self._connection.tick(self._clock()))

    async def _await_drain(self) -> None:
        await self._drain.wait()
        await self._queue.put(Close(GOING_AWAY, "the service is stopping"))

    async def _apply(self, change: Callable[[], None]) -> None:
        """Change the connection and carry out what it then asks for."""
        async with self._lock:
            change()
            requests = await self._transmit(self._connection.take_outputs())
        for request in requests:
            await self._carry_out(request)

    async def _transmit(self, outputs: Sequence[Output]) -> list[Output]:
        requests: list[Output] = []
        for output in outputs:
            if isinstance(output, Transmit | Close):
                await self._queue.put(output)
            else:
                requests.append(output)
        return requests

    async def _carry_out(self, request: Output) -> None:
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
                async with self._lock:
                    for event in events:
                        self._connection.deliver(event)
                    await self._transmit(self._connection.take_outputs())


async def _cancelled(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
