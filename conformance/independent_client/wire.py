"""A WebSocket under an application that asyncapi-python generated: the wire factory that the library has for AMQP only.

The library's kernel knows queues, not connections: it asks for consumers and producers by channel, and matches replies
by a correlation id of its own. All endpoints of the application share one socket here; the id that the kernel made for
a request is remembered under the value that the contract says its reply repeats (`correlationId` of the message), and
given back with the frame that carries that value.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

from asyncapi_python.kernel.document.channel import Channel
from asyncapi_python.kernel.endpoint.message import WireMessage
from asyncapi_python.kernel.wire import AbstractWireFactory, EndpointParams
from typing_extensions import Unpack
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

PREFIX = "$message.payload#/"
ERROR = "error"
# What a reply repeats: the field, and its value.
Mark = tuple[str, str]


@dataclass(slots=True)
class Frame:
    """One text frame that came in, as the kernel wants it."""

    payload: bytes
    correlation_id: str | None
    factory: WebSocketWireFactory
    headers: dict[str, Any] = field(default_factory=dict)
    reply_to: str | None = None

    async def ack(self) -> None:
        """Nothing to do: a WebSocket has no acknowledgements."""

    async def nack(self) -> None:
        """The kernel stops the consumer in silence after this, so the factory is told."""
        self.factory.refuse(self.payload)

    async def reject(self) -> None:
        self.factory.refuse(self.payload)


@dataclass(slots=True, eq=False)
class SocketConsumer:
    """Hears every frame (`is_reply` false), or those that answer a request."""

    is_reply: bool
    frames: asyncio.Queue[Frame | None] = field(default_factory=asyncio.Queue)

    async def start(self) -> None:
        """Frames are queued from the beginning."""

    async def stop(self) -> None:
        self.frames.put_nowait(None)

    async def recv(self) -> AsyncGenerator[Frame, None]:
        while (frame := await self.frames.get()) is not None:
            yield frame


@dataclass(slots=True, eq=False)
class SocketProducer:
    """Sends to the one socket, whatever its channel."""

    factory: WebSocketWireFactory
    channel: Channel

    async def start(self) -> None:
        """The socket is opened by the factory."""

    async def stop(self) -> None:
        """The socket is closed by the factory."""

    async def send_batch(self, messages: list[WireMessage], *, address_override: str | None = None) -> None:
        del address_override  # a socket has one address
        for message in messages:
            await self.factory.send(message, self.channel)


class WebSocketWireFactory(AbstractWireFactory[WireMessage, Frame]):
    """Give it to the generated `Application`, start that, then `open`: so no consumer misses the first frame."""

    def __init__(self) -> None:
        self.refused: list[bytes] = []
        self.deaf = asyncio.Event()
        self._consumers: list[SocketConsumer] = []
        self._waiting: dict[Mark, str] = {}
        self._connection: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None

    async def create_consumer(self, **kwargs: Unpack[EndpointParams]) -> SocketConsumer:
        consumer = SocketConsumer(kwargs["is_reply"])
        self._consumers.append(consumer)
        return consumer

    async def create_producer(self, **kwargs: Unpack[EndpointParams]) -> SocketProducer:
        return SocketProducer(self, kwargs["channel"])

    async def open(self, uri: str, subprotocol: str) -> None:
        """Shakes hands and begins to read."""
        self._connection = await connect(uri, subprotocols=[Subprotocol(subprotocol)], proxy=None)
        self._reader = asyncio.create_task(self._read(self._connection))

    async def close(self) -> None:
        """Closes with 1000 and waits until the last frame is handed on."""
        if self._connection is not None and self._reader is not None:
            await self._connection.close()
            await self._reader

    async def send(self, message: WireMessage, channel: Channel) -> None:
        if self._connection is None:
            raise RuntimeError("the socket is not open")
        payload = json.loads(message.payload)
        mark = self._mark(payload, channel)
        if message.correlation_id is not None and mark is not None:
            self._waiting[mark] = message.correlation_id
        await self._connection.send(message.payload.decode())

    def refuse(self, payload: bytes) -> None:
        """A frame that the generated models do not take, or that a handler failed on: that consumer hears no more."""
        self.refused.append(payload)
        self.deaf.set()

    def _mark(self, payload: dict[str, Any], channel: Channel) -> Mark | None:
        """By what the reply to `payload` will be known, from the contract that the generator put into the channel."""
        for sent in channel.messages.values():
            if sent.name == payload["type"] and sent.correlation_id is not None:
                name = sent.correlation_id.location.removeprefix(PREFIX)
                return (name, payload[name]) if name in payload else None
        return None

    async def _read(self, connection: ClientConnection) -> None:
        try:
            async for text in connection:
                self._hand_on(text if isinstance(text, bytes) else text.encode())
        except ConnectionClosed:
            pass
        for consumer in self._consumers:
            await consumer.stop()

    def _hand_on(self, payload: bytes) -> None:
        message = json.loads(payload)
        request = self._answered(message)
        for consumer in self._consumers:
            if not consumer.is_reply:
                consumer.frames.put_nowait(Frame(payload, None, self))
            elif request is not None:
                consumer.frames.put_nowait(Frame(payload, request, self))

    def _answered(self, message: dict[str, Any]) -> str | None:
        mark = next((mark for mark in self._waiting if message.get(mark[0]) == mark[1]), None)
        return self._waiting.pop(mark) if mark is not None else None
