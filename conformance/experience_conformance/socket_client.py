"""The driver: one WebSocket of the `websockets` library, with a judge that sees every frame before anyone else does."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from dataclasses import dataclass, field

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from experience_conformance.documents import Json
from experience_conformance.judge import Judge

ANSWER_SECONDS = 10.0
OPEN_SECONDS = 10.0
CLOSE_SECONDS = 5.0
# A quiet window is a few round trips, so that it is long enough on a slow link and costs little on a fast one.
QUIET_ROUND_TRIPS = 5
QUIET_AT_LEAST_SECONDS = 0.05


class NoAnswerError(Exception):
    """Nothing came within the time that an answer may take."""


class ClosedError(Exception):
    """The server closed the connection."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"the server closed the connection: {code} {reason}".rstrip())
        self.code = code
        self.reason = reason


@dataclass(slots=True)
class SocketClient:
    """An open connection. `log` are the readable messages of the server, in order."""

    connection: ClientConnection
    judge: Judge
    round_trip: float
    log: list[dict[str, Json]] = field(default_factory=list)
    _unread: deque[dict[str, Json]] = field(default_factory=deque)

    async def send(self, frame: str | bytes) -> None:
        """Sends a text frame, or a binary one for bytes, after the judge has seen it."""
        self.judge.sent(frame)
        await self._write(frame)

    async def send_unjudged(self, frame: bytes) -> None:
        """Sends a text frame that ends the connection, not UTF-8 or too large: a close code is owed, no message."""
        self.judge.expect_no_answer()
        await self._write(frame, text=True)

    async def receive(self, seconds: float | None = None) -> dict[str, Json]:
        """Answers the next readable message, those of an envelope one by one; raises NoAnswerError or ClosedError."""
        seconds = ANSWER_SECONDS if seconds is None else seconds
        while not self._unread:
            try:
                frame = await asyncio.wait_for(self.connection.recv(), seconds)
            except TimeoutError as error:
                raise NoAnswerError(f"nothing came within {seconds:g} s") from error
            except ConnectionClosed as error:
                raise ClosedError(*_close_of(error)) from error
            self._unread.extend(self.judge.received(frame))
        self.log.append(self._unread[0])
        return self._unread.popleft()

    async def drain(self) -> list[dict[str, Json]]:
        """Answers what arrives within a quiet window."""
        window = max(QUIET_AT_LEAST_SECONDS, QUIET_ROUND_TRIPS * self.round_trip)
        found = []
        with contextlib.suppress(NoAnswerError):
            while True:
                found.append(await self.receive(window))
        return found

    async def close(self) -> None:
        """Closes as the contract's client does, with 1000."""
        await self.connection.close()

    async def _write(self, frame: str | bytes, *, text: bool | None = None) -> None:
        try:
            await self.connection.send(frame, text=text)
        except ConnectionClosed as error:
            raise ClosedError(*_close_of(error)) from error


async def open_socket(
    uri: str, judge: Judge, *, headers: dict[str, str] | None = None, subprotocol: str | None = None
) -> SocketClient:
    """Shakes hands; raises websockets.InvalidHandshake when the service refuses."""
    started = time.monotonic()
    connection = await connect(
        uri,
        additional_headers=headers,
        subprotocols=[Subprotocol(subprotocol)] if subprotocol else None,
        max_size=None,
        open_timeout=OPEN_SECONDS,
        close_timeout=CLOSE_SECONDS,
        ping_interval=None,
        proxy=None,
    )
    return SocketClient(connection, judge, time.monotonic() - started)


def _close_of(error: ConnectionClosed) -> tuple[int, str]:
    # 1006 is what RFC 6455, section 7.1.5, calls a connection that ended without a close frame.
    return (error.rcvd.code, error.rcvd.reason) if error.rcvd else (1006, "")
