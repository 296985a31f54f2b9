"""uvicorn's WebSocket protocol, with what ASGI has no words for: a close that waits for nothing, and who is silent."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from experience_plane.agent_socket.wire import EXTENSION
from experience_plane_api import problem_types as types

CLOSE_SECONDS = 2.0
"""How long a peer may take to answer a close frame, and to take what was sent before it."""


class WebSocketWire(WebSocketsSansIOProtocol):
    """One connection; implements `agent_socket.wire.Wire`, which the scope's extensions give to the application."""

    @property
    def round_trip_seconds(self) -> float | None:
        """What the last answered ping took."""
        return self.last_ping_rtt or None

    def handle_connect(self, event: Request) -> None:
        """See `WebSocketsSansIOProtocol`."""
        super().handle_connect(event)
        if hasattr(self, "scope"):
            self.scope["extensions"][EXTENSION] = {"wire": self}

    def keepalive_timeout(self) -> None:
        """A ping was not answered in time."""
        slug, code = types.CONNECTION_TIMEOUT.slug, types.CONNECTION_TIMEOUT.close_code or 4408
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": slug})
        self.close_at_once(code, slug)

    def close_at_once(self, code: int, reason: str) -> None:
        """See `Wire.close_at_once`."""
        if self.close_sent or self.disconnected or self.transport.is_closing():
            return
        self.stop_keepalive()
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        # A peer that takes nothing would keep its buffers here for ever.
        self.close_timer = asyncio.get_running_loop().call_later(CLOSE_SECONDS, self.transport.abort)
