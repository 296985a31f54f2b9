"""The service as a process of its own, on a free port, spoken to as any client would."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

SUBPROTOCOL = "experience.agent.v1"
ENDS = {"agent.completed", "agent.failed", "agent.cancelled"}
QUICK = {
    "EXPERIENCE_PLANE_AUTH__HASHING__MEMORY_COST_KIB": "8",
    "EXPERIENCE_PLANE_AUTH__HASHING__TIME_COST": "1",
    "EXPERIENCE_PLANE_LOG_FORMAT": "json",
    "EXPERIENCE_PLANE_RATE_LIMITS__FACTOR": "1000",
}


class Service:
    """A running process; `lines` is what it has logged so far."""

    def __init__(self, database: Path, **settings: str) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("EXPERIENCE_PLANE_")}
        environment |= QUICK | {"EXPERIENCE_PLANE_DATABASE__URL": f"sqlite+aiosqlite:///{database}"} | settings
        self.process = subprocess.Popen(
            [sys.executable, "-m", "experience_plane", "serve", "--port", "0"],
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
            cwd=database.parent,
        )
        self.lines: list[str] = []
        self._addresses: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        self.address = self._addresses.get(timeout=60).rstrip("/").replace("localhost", "127.0.0.1")
        assert self.address, "".join(self.lines)

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line)
            with contextlib.suppress(ValueError):
                if (event := json.loads(line)).get("event") == "service_started":
                    self._addresses.put(event["address"])
        self._addresses.put("")

    def http(self) -> httpx.Client:
        return httpx.Client(base_url=self.address, limits=httpx.Limits(max_keepalive_connections=0))

    def user(self) -> User:
        """A user who has just registered."""
        return User(self)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and answer the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        status = self.process.wait(timeout=30)
        self._reader.join(timeout=10)
        assert self.process.stderr is not None
        self.process.stderr.close()
        return status


class User:
    """Someone with an account."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.email = f"{uuid4().hex}@example.com"
        self.password = f"correct horse {uuid4().hex}"
        self.http = service.http()
        response = self.http.post(
            "/api/auth/register", json={"name": "Ana", "email": self.email, "password": self.password}
        )
        assert response.status_code == 201, response.text
        self.take(response.json())

    def take(self, authentication: dict[str, Any]) -> None:
        self.access_token: str = authentication["access_token"]
        self.refresh_token: str = authentication["refresh_token"]
        self.http.headers["Authorization"] = f"Bearer {self.access_token}"

    def ticket(self) -> str:
        ticket: str = self.http.post("/api/runtime/agent/tickets").json()["ticket"]
        return ticket

    @contextlib.contextmanager
    def socket(self, *, by_ticket: bool = False) -> Iterator[Socket]:
        url = self.service.address.replace("http", "ws", 1) + "/api/runtime/agent"
        headers = {} if by_ticket else {"Authorization": f"Bearer {self.access_token}"}
        query = f"?ticket={self.ticket()}" if by_ticket else ""
        with connect(
            url + query,
            subprotocols=[SUBPROTOCOL],  # type: ignore[list-item]
            additional_headers=headers,
            proxy=None,
        ) as connection:
            yield Socket(connection)


class Socket:
    """An open agent socket."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.ready = self.hears("connection.ready")[-1]

    def says(self, message_type: str, **fields: Any) -> None:
        self.connection.send(json.dumps({"type": message_type, **fields}))

    def hears_to_the_end(self) -> tuple[list[dict[str, Any]], tuple[int, str] | None]:
        """All messages until the service closes, and how it does."""
        heard: list[dict[str, Any]] = []
        try:
            while True:
                heard.append(json.loads(self.connection.recv(timeout=30)))
        except ConnectionClosed as closed:
            return heard, None if closed.rcvd is None else (closed.rcvd.code, closed.rcvd.reason)

    def hears(self, *message_types: str) -> list[dict[str, Any]]:
        """All messages up to one of a type."""
        heard: list[dict[str, Any]] = []
        while not heard or heard[-1]["type"] not in message_types:
            heard.append(json.loads(self.connection.recv(timeout=30)))
        return heard

    def opens(self, conversation_id: str | None = None, **fields: Any) -> dict[str, Any]:
        self.says("conversation.open", **({"conversation_id": conversation_id} if conversation_id else {}), **fields)
        return self.hears("conversation.opened")[-1]

    def writes(self, conversation_id: str, text: str, surface: str = "general") -> None:
        self.says(
            "agent.message",
            conversation_id=conversation_id,
            message_id=str(uuid4()),
            text=text,
            context={"surface": surface},
        )
