"""The service with agents that stream 200 pieces as fast as they are taken; nothing else of it is changed."""

from __future__ import annotations

import socket
import sys
from collections.abc import AsyncGenerator

import uvloop

from experience_plane import bootstrap, observability
from experience_plane.runtime.events import ExecutionCompleted, RuntimeEvent, TokenEmitted
from experience_plane.runtime.port import ExecutionRequest
from experience_plane.server import serve
from experience_plane.settings import Settings

PIECES, PIECE = 200, "sixteen letters."


class _Streaming:
    """Takes the place of the agents."""

    def __init__(self, _model: object) -> None:
        """The model is not asked."""

    async def run(self, _request: ExecutionRequest) -> AsyncGenerator[RuntimeEvent, None]:
        """Stream the pieces."""
        for _ in range(PIECES):
            yield TokenEmitted(PIECE)
        yield ExecutionCompleted(PIECE * PIECES)


def main() -> None:
    """Serve on the port that the command line names."""
    bootstrap.AgentEngine = _Streaming  # type: ignore[assignment, misc]
    observability.configure(log_format="json", level="WARNING")
    listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
    uvloop.run(serve(Settings(), listener))


if __name__ == "__main__":
    main()
