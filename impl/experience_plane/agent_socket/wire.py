"""What a session wants of the server beyond ASGI; the server offers it in the scope's extensions."""

from __future__ import annotations

from typing import Protocol

from starlette.websockets import WebSocket

EXTENSION = "experience_plane.wire"


class Wire(Protocol):
    """The connection below a WebSocket."""

    @property
    def round_trip_seconds(self) -> float | None:
        """What the last answered ping took; None before the first."""
        ...

    def close_at_once(self, code: int, reason: str) -> None:
        """Send a close frame after what was written, however slowly the peer reads; after a while the line is cut."""
        ...


def wire_of(websocket: WebSocket) -> Wire | None:
    """Answer the wire of a socket; None where the server offers none."""
    offered = websocket.scope.get("extensions", {}).get(EXTENSION)
    return None if offered is None else offered["wire"]
