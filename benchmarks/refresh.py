"""How many refresh tokens one process exchanges in a second on SQLite, beside requests that touch nothing.

    python -m benchmarks.refresh [clients]

Over real connections: the service is a process of its own, and the load another. Each client presents the token that it
was given last, so every exchange is durable before the next one of that client begins.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import perf_counter

SECONDS = 4.0
ROUNDS = 3


class Client:
    """One connection that is kept open."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, refresh_token: str = "") -> None:
        self._reader = reader
        self._writer = writer
        self.refresh_token = refresh_token

    async def ask(self, method: str, path: str, body: object = None) -> bytes:
        content = b"" if body is None else json.dumps(body).encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        self._writer.write(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content)
        answer = await self._reader.readuntil(b"\r\n\r\n")
        length = next(int(line[15:]) for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length"))
        content = await self._reader.readexactly(length)
        if not answer.startswith(b"HTTP/1.1 2"):
            raise RuntimeError(content)
        return content

    async def refresh(self) -> None:
        answer = await self.ask("POST", "/api/auth/refresh", {"refresh_token": self.refresh_token})
        self.refresh_token = json.loads(answer)["refresh_token"]

    async def health(self) -> None:
        await self.ask("GET", "/healthz")


async def measure(port: int, count: int) -> None:
    clients = [Client(*await asyncio.open_connection("127.0.0.1", port)) for _ in range(count)]
    for number, client in enumerate(clients):
        user = {"name": "Ada", "email": f"ada{number}@example.com", "password": "the engine weaves patterns"}
        client.refresh_token = json.loads(await client.ask("POST", "/api/auth/register", user))["refresh_token"]
    for _ in range(ROUNDS):
        refreshes = await _rate([client.refresh for client in clients])
        healths = await _rate([client.health for client in clients])
        known = f"GET /healthz {healths:7.0f}/s   ratio {refreshes / healths:.2f}"
        print(f"refresh {refreshes:7.0f}/s   {known}", flush=True)


async def _rate(works: list[Callable[[], Awaitable[None]]]) -> float:
    began = perf_counter()
    done = 0

    async def repeat(work: Callable[[], Awaitable[None]]) -> None:
        nonlocal done
        while perf_counter() - began < SECONDS:
            await work()
            done += 1

    await asyncio.gather(*(repeat(work) for work in works))
    return done / (perf_counter() - began)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 32
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "EXPERIENCE_PLANE_DATABASE__URL": f"sqlite+aiosqlite:///{folder}/bench.sqlite3",
            "EXPERIENCE_PLANE_LOG_FORMAT": "json",
            "EXPERIENCE_PLANE_RATE_LIMITS__ENABLED": "false",
        }
        log = Path(folder) / "log"
        with log.open("wb") as stream:
            command = [sys.executable, "-m", "experience_plane", "serve", "--port", "0"]
            service = subprocess.Popen(command, env=environment, stderr=stream, stdout=stream, cwd=folder)
        try:
            asyncio.run(measure(_port(service, log), count))
        finally:
            service.terminate()
            service.wait()


def _port(service: subprocess.Popen[bytes], log: Path) -> int:
    while service.poll() is None:
        for line in log.read_text().splitlines():
            if line.startswith("{") and "address" in (entry := json.loads(line)):
                return int(entry["address"].rstrip("/").rpartition(":")[2])
    raise RuntimeError(log.read_text())


if __name__ == "__main__":
    main()
