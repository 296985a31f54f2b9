"""What waits to be sent on one socket, bounded by bytes."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

_AT_ONCE = 64


class Outbox:
    """Keeps the order of what is sent.

    `put` always takes a frame, so that answers keep their place; whoever produces much waits for `room` before each
    piece. What waits is then at most the bound and one piece of each producer. A bound that stays reached for
    `stall_seconds` is reported once: the peer reads too slowly.
    """

    def __init__(self, max_bytes: int, *, stall_seconds: float, stalled: Callable[[], None]) -> None:
        self._max_bytes = max_bytes
        self._stall_seconds = stall_seconds
        self._stalled = stalled
        self._waiting: deque[tuple[str, int]] = deque()
        self._bytes = 0
        self._filled = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._alarm: asyncio.TimerHandle | None = None
        self.behind = False
        """True from when the bound was reached until all is sent: the peer reads more slowly than it is written to."""

    @property
    def waiting_bytes(self) -> int:
        """Bytes in UTF-8 that wait, those of the frame on its way included."""
        return self._bytes

    def put(self, text: str) -> None:
        """Take a frame."""
        size = len(text) if text.isascii() else len(text.encode())
        self._waiting.append((text, size))
        self._bytes += size
        self._filled.set()
        if self._bytes >= self._max_bytes and self._alarm is None:
            self._room.clear()
            self.behind = True
            self._alarm = asyncio.get_running_loop().call_later(self._stall_seconds, self._stalled)

    async def room(self) -> None:
        """Wait until half of the bound is free, if it was reached."""
        await self._room.wait()

    def wake(self) -> None:
        """Let `take` answer even if nothing waits."""
        self._filled.set()

    async def take(self) -> Sequence[tuple[str, int]]:
        """Wait for frames and answer the next ones, each with its size, to be given to `sent`."""
        await self._filled.wait()
        taken = [self._waiting.popleft() for _ in range(min(_AT_ONCE, len(self._waiting)))]
        if not self._waiting:
            self._filled.clear()
        return taken

    def sent(self, size: int) -> None:
        """A frame of this size is on the wire."""
        self._bytes -= size
        if self._alarm is not None and self._bytes <= self._max_bytes // 2:
            self._room.set()
            self.close()
        if not self._bytes:
            self.behind = False

    def close(self) -> None:
        """Report nothing more."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
