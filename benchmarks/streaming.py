"""Streams over the agent socket, with identity, log and judging, beside a bare handler of the same server.

Counted is what arrives: events in a second at the client, which looks for them in the bytes and parses nothing.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
from collections.abc import Iterator, Sequence
from statistics import median
from time import perf_counter
from typing import Any
from uuid import uuid4

from benchmarks.identity import PASSWORD
from benchmarks.load import Connection, load_on_the_other_cores, request, server

PORT, BARE_PORT = 8262, 8263
SOCKETS, ROUNDS, SECONDS = 32, 3, 2.0
RESUMED_RUNS = 50
_UNHURRIED = {
    "EXPERIENCE_PLANE_AGENT_SOCKET__MAX_MESSAGES_PER_MINUTE": "100000",
    "EXPERIENCE_PLANE_AGENT_SOCKET__MAX_SOCKETS_PER_USER": "1000",
    "EXPERIENCE_PLANE_AGENT_SOCKET__MAX_ACTIVE_RUNS": "1000",
}
_EVENT, _END = b'"type":"agent.', b'"type":"agent.completed"'


class Socket(asyncio.Protocol):
    """One WebSocket, which counts what comes."""

    def __init__(self) -> None:
        self.events = self.ended = 0
        self._tail = b""
        self._waiting: dict[bytes, asyncio.Future[bytes]] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to write."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Count; an event whose mark is cut in two is counted with the next piece."""
        seen = self._tail + data
        cut = max(seen.rfind(b'"type"'), len(seen) - len(_END))
        whole, self._tail = seen[:cut], seen[cut:]
        self.events += whole.count(_EVENT)
        self.ended += whole.count(_END)
        for mark, waiting in list(self._waiting.items()):
            if mark in seen and not waiting.done():
                waiting.set_result(seen)

    async def hear(self, mark: bytes) -> bytes:
        """Wait for a piece of data that has this in it."""
        waiting = self._waiting[mark] = asyncio.get_running_loop().create_future()
        found = await waiting
        del self._waiting[mark]
        return found

    def say(self, message: object) -> None:
        """Send a text frame, masked with zeros (RFC 6455, section 5.3)."""
        body = json.dumps(message).encode()
        length = bytes([0x80 | len(body)]) if len(body) < 126 else b"\xfe" + len(body).to_bytes(2, "big")
        self.transport.write(b"\x81" + length + bytes(4) + body)

    @classmethod
    async def open(cls, port: int, path: str = "/", headers: Sequence[str] = ()) -> Socket:
        """Shake hands."""
        key = base64.b64encode(os.urandom(16)).decode()
        loop = asyncio.get_running_loop()
        _, socket = await loop.create_connection(cls, "127.0.0.1", port)
        lines = [f"GET {path} HTTP/1.1", "Host: localhost", "Upgrade: websocket", "Connection: Upgrade", *headers]
        lines += [f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13"]
        heard = asyncio.ensure_future(socket.hear(b"\r\n\r\n"))
        await asyncio.sleep(0)
        socket.transport.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        if b" 101 " not in await heard:
            raise RuntimeError("the handshake was refused")
        return socket


def lines() -> Iterator[str]:
    """Measure, and say each result in a line."""
    with (
        load_on_the_other_cores(),
        server(PORT, "benchmarks.streaming_service", str(PORT), **_UNHURRIED),
        server(BARE_PORT, "benchmarks.bare_socket", str(BARE_PORT)),
    ):
        for conversations in (SOCKETS, 1):
            for batch in (False, True):
                yield _streamed(conversations, batch=batch)
        yield from _resumed()


def _streamed(conversations: int, *, batch: bool) -> str:
    rounds = [(asyncio.run(_ours(conversations, batch=batch)), asyncio.run(_bare())) for _ in range(ROUNDS)]
    ratio = median(ours / bare for ours, bare in rounds)
    ours, bare = (median(rates) for rates in zip(*rounds, strict=True))
    name = f"{SOCKETS} sockets on {conversations:2} conversations, {'batched' if batch else 'one by one'}"
    return f"{name:52} {ours:8.0f}/s   bare handler: {bare:8.0f}/s   ratio {ratio:5.2f}"


def _resumed() -> Iterator[str]:
    for batch, way in ((False, "one by one"), (True, "batched")):
        rate = asyncio.run(_resume(batch=batch))
        yield f"{f'resume of {RESUMED_RUNS * 203} events, {way}':52} {rate:8.0f}/s"


async def _bare() -> float:
    sockets = [await Socket.open(BARE_PORT) for _ in range(SOCKETS)]
    return await _rate(sockets, sockets, lambda _: {"type": "go"})


async def _ours(conversations: int, *, batch: bool) -> float:
    sockets = await _sockets(SOCKETS)
    ids = [await _opened(socket, batch=batch) for socket in sockets[:conversations]]
    for number, socket in enumerate(sockets[conversations:]):
        await _opened(socket, batch=batch, conversation_id=ids[number % conversations])
    return await _rate(sockets, sockets[:conversations], lambda number: _message(ids[number]))


async def _resume(*, batch: bool) -> float:
    writer, reader = await _sockets(2)
    conversation_id = await _opened(writer, batch=True)
    for _ in range(RESUMED_RUNS):
        await _answer(writer, _message(conversation_id))
    began = perf_counter()
    opened = {"type": "conversation.open", "conversation_id": conversation_id, "after_cursor": 0, "batch": batch}
    reader.say(opened)
    while reader.ended < RESUMED_RUNS - 1:
        await reader.hear(_END)
    seconds = perf_counter() - began
    for socket in (writer, reader):
        socket.transport.close()
    return reader.events / seconds


async def _rate(sockets: Sequence[Socket], senders: Sequence[Socket], message: Any) -> float:
    """Keep every sender busy for so long, and answer the events in a second on all sockets."""
    before, began = sum(socket.events for socket in sockets), perf_counter()

    async def talk(number: int) -> None:
        while perf_counter() - began < SECONDS:
            await _answer(senders[number], message(number))

    await asyncio.gather(*(talk(number) for number in range(len(senders))))
    rate = (sum(socket.events for socket in sockets) - before) / (perf_counter() - began)
    for socket in sockets:
        socket.transport.close()
    return rate


async def _answer(socket: Socket, message: object) -> None:
    heard = asyncio.ensure_future(socket.hear(_END))
    await asyncio.sleep(0)
    socket.say(message)
    await heard


async def _sockets(number: int) -> list[Socket]:
    connection = await Connection.to(PORT)
    user = json.dumps({"name": "Ada", "email": f"{uuid4().hex}@example.com", "password": PASSWORD})
    _, _, body = await connection.exchange(request("POST", "/api/auth/register", user))
    connection.close()
    token = json.loads(body)["access_token"]
    headers = (f"Authorization: Bearer {token}", "Sec-WebSocket-Protocol: experience.agent.v1")
    return [await Socket.open(PORT, "/api/runtime/agent", headers) for _ in range(number)]


async def _opened(socket: Socket, *, batch: bool, conversation_id: str | None = None) -> str:
    heard = asyncio.ensure_future(socket.hear(b'"conversation.opened"'))
    await asyncio.sleep(0)
    known = {} if conversation_id is None else {"conversation_id": conversation_id}
    socket.say({"type": "conversation.open", "batch": batch, **known})
    data = await heard
    place = data.rindex(b'"conversation_id":"') + len(b'"conversation_id":"')
    return data[place : place + 36].decode()


def _message(conversation_id: str) -> dict[str, object]:
    message = {"type": "agent.message", "conversation_id": conversation_id, "message_id": str(uuid4())}
    return message | {"text": "Go on.", "context": {"surface": "general"}}
