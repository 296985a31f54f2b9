"""Event streams over HTTP (HTML Living Standard, section 9.2): how many, how long, and how each of them ends."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from experience_plane.clock import Clock, system_clock
from experience_plane.security_guard.guard import SecurityGuard
from experience_plane.security_guard.ports import TooManyRequests
from experience_plane.security_guard.principal import Principal

_LOG = structlog.get_logger(__name__)
_HEARTBEAT = b":\n\n"
_LAST_WRITE_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EventStreamOptions:
    """The limits of event streams."""

    max_streams_per_user: int = 20
    heartbeat_seconds: float = 15.0
    """Between two comments."""
    write_seconds: float = 30.0
    """How long a reader may take nothing while something waits for it."""
    drain_seconds: float = 5.0
    """How long streams get to end when the service stops."""


class EventStreams:
    """The event streams of this process."""

    def __init__(
        self, guard: SecurityGuard, options: EventStreamOptions | None = None, clock: Clock = system_clock
    ) -> None:
        self._guard = guard
        self.options = options or EventStreamOptions()
        self._clock = clock
        self._streams: Counter[UUID] = Counter()
        self._draining = asyncio.Event()
        self._all_ended = asyncio.Event()
        self._all_ended.set()

    def answer(self, principal: Principal, blocks: AsyncGenerator[bytes, None]) -> Response:
        """Answer what sends the blocks to the principal as they come.

        Sending raises `TooManyRequests` when the user has as many streams as may be.
        """
        return _EventStream(self, principal, blocks)

    async def drain(self) -> None:
        """End every stream and wait for that, at most `drain_seconds`; one that is begun meanwhile ends at once."""
        self._draining.set()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._all_ended.wait(), self.options.drain_seconds)

    @contextlib.contextmanager
    def admitted(self, principal: Principal) -> Iterator[asyncio.Event]:
        """Within the block the principal has a stream; the event is set once its session has ended.

        Raises:
            TooManyRequests.
        """
        user_id = principal.user_id
        if self._streams[user_id] >= self.options.max_streams_per_user:
            raise TooManyRequests(retry_after=1.0)
        self._streams[user_id] += 1
        self._all_ended.clear()
        revoked = asyncio.Event()
        try:
            with self._guard.watching(principal, revoked.set):
                yield revoked
        finally:
            self._streams -= Counter({user_id: 1})
            if not self._streams:
                self._all_ended.set()

    async def end_of(self, principal: Principal, revoked: asyncio.Event) -> None:
        """Wait until the principal's stream has to end."""
        seconds = (principal.expires_at - self._clock()).total_seconds()
        waits = [asyncio.ensure_future(event.wait()) for event in (revoked, self._draining)]
        try:
            await asyncio.wait(waits, timeout=max(0.0, seconds), return_when=asyncio.FIRST_COMPLETED)
        finally:
            await _cancelled(waits)


class _EventStream(Response):
    def __init__(self, streams: EventStreams, principal: Principal, blocks: AsyncGenerator[bytes, None]) -> None:
        # A proxy that collects the answer before it passes it on would make a stream of it that never comes (nginx).
        super().__init__(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._streams = streams
        self._principal = principal
        self._blocks = blocks

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        async with contextlib.aclosing(self._blocks):
            with self._streams.admitted(self._principal) as revoked:
                await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
                await self._stream(receive, send, revoked)

    async def _stream(self, receive: Receive, send: Send, revoked: asyncio.Event) -> None:
        ends = [
            asyncio.ensure_future(work)
            for work in (
                self._send_blocks(send),
                self._send_heartbeats(send),
                _disconnected(receive),
                self._streams.end_of(self._principal, revoked),
            )
        ]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await _cancelled(ends)
        for failure in (task.exception() for task in ends if not task.cancelled()):
            if failure is not None:
                await _LOG.awarning("event_stream_failed", exc_info=failure)
        # For a reader that takes nothing the answer stays without its end, and the server closes the connection.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LAST_WRITE_SECONDS):
                await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _send_blocks(self, send: Send) -> None:
        async for block in self._blocks:
            await self._send(send, block)

    async def _send_heartbeats(self, send: Send) -> None:
        while True:
            await asyncio.sleep(self._streams.options.heartbeat_seconds)
            await self._send(send, _HEARTBEAT)

    async def _send(self, send: Send, body: bytes) -> None:
        async with asyncio.timeout(self._streams.options.write_seconds):
            await send({"type": "http.response.body", "body": body, "more_body": True})


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _cancelled(tasks: Sequence[asyncio.Future[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
