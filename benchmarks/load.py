"""A closed loop of HTTP/1.1 requests over kept connections; servers on one core, the load on the others."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).resolve().parent.parent
SERVER_CORE = 0
UNLIMITED = {"EXPERIENCE_PLANE_RATE_LIMITS__FACTOR": "1000000", "EXPERIENCE_PLANE_LOG_FORMAT": "json"}
_POLL_SECONDS = 0.05

Requests = Callable[[], bytes]
"""Answers the next request of one connection."""


@dataclass(slots=True)
class Load:
    """What a load came to; `latencies` in seconds."""

    seconds: float = 0.0
    statuses: dict[int, int] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Answers in a second."""
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        """Milliseconds within which this share of the answers came."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000


def request(method: str, path: str, body: str = "", token: str = "") -> bytes:
    """Write a request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body.encode())}"]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


class Connection:
    """One kept connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def to(cls, port: int) -> Connection:
        """Connect to this machine."""
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def exchange(self, sent: bytes) -> tuple[int, bytes, bytes]:
        """Send a request; answer the status, the head and the body."""
        self._writer.write(sent)
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
        body = await self._reader.readexactly(length) if length else b""
        return int(head[9:12]), head, body

    def close(self) -> None:
        """Hang up."""
        self._writer.close()


async def drive(port: int, connections: int, seconds: float, requests: Callable[[int], Requests]) -> Load:
    """Keep every connection busy for so long."""
    load, began = Load(), perf_counter()

    async def loop(number: int) -> None:
        connection, next_request = await Connection.to(port), requests(number)
        while (sent_at := perf_counter()) - began < seconds:
            status, _, _ = await connection.exchange(next_request())
            load.latencies.append(perf_counter() - sent_at)
            load.statuses[status] = load.statuses.get(status, 0) + 1
        connection.close()

    await asyncio.gather(*(loop(number) for number in range(connections)))
    load.seconds = perf_counter() - began
    return load


@contextlib.contextmanager
def load_on_the_other_cores() -> Iterator[None]:
    """Keep this process off the server's core."""
    before = os.sched_getaffinity(0)
    with contextlib.suppress(OSError):
        os.sched_setaffinity(0, before - {SERVER_CORE} or before)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextlib.contextmanager
def server(port: int, *command: str, **settings: str) -> Iterator[None]:
    """Run a server on its core, with an empty database."""
    with tempfile.TemporaryDirectory() as folder:
        database = {"EXPERIENCE_PLANE_DATABASE__URL": f"sqlite+aiosqlite:///{folder}/bench.sqlite3"}
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            env=os.environ | UNLIMITED | database | settings,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
        )
        try:
            os.sched_setaffinity(process.pid, {SERVER_CORE})
            _wait_for(port, process)
            yield
        finally:
            process.terminate()
            process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    async def connect() -> bool:
        try:
            connection = await Connection.to(port)
        except OSError:
            return False
        connection.close()
        return True

    while not asyncio.run(connect()):
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_POLL_SECONDS)
