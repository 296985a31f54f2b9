"""Runs the service in uvicorn, and stops it in order: sockets are told to go before their connections are cut."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator

import structlog
import uvicorn

from experience_plane.adapters.external_authentication import ProviderNotConfigured
from experience_plane.adapters.sql.schema import SchemaTooNew
from experience_plane.agents.models import ModelNotConfigured
from experience_plane.bootstrap import VERSION, DatabaseNotOpened, open_service
from experience_plane.settings import Settings
from experience_plane.websocket_wire import WebSocketWire

_LOG = structlog.get_logger(__name__)


class _Server(uvicorn.Server):
    """Drains before uvicorn closes what is open; uvicorn alone would close the sockets with 1012."""

    def __init__(self, config: uvicorn.Config, drain: Callable[[], Awaitable[None]]) -> None:
        super().__init__(config)
        self._drain = drain

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End on SIGINT and SIGTERM. Uvicorn would raise the signal again, and runs would be left without an end."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        await self._drain()
        await super().shutdown(sockets)


async def serve(settings: Settings, listener: socket.socket) -> int:
    """Serve on a listening socket until a signal comes; answers the exit status."""
    host, port = listener.getsockname()[:2]
    try:
        async with open_service(settings) as service:
            server = _Server(_config(settings, service.application), service.drain)
            address = _address(host, port)
            await _LOG.ainfo("service_started", version=VERSION, address=address)
            print(f"Experience Plane is at {address} (Ctrl-C stops it).", flush=True)  # noqa: T201 - for the person who started it
            await server.serve([listener])
    except (SchemaTooNew, ModelNotConfigured, ProviderNotConfigured, DatabaseNotOpened) as error:
        await _LOG.aerror("service_not_started", reason=str(error))
        return 1
    return 0


def _config(settings: Settings, application: object) -> uvicorn.Config:
    return uvicorn.Config(
        application,  # type: ignore[arg-type]  # an ASGI application
        http="httptools",
        ws=WebSocketWire,
        ws_max_size=settings.agent_socket.max_message_bytes,
        ws_ping_interval=settings.agent_socket.ping_interval_seconds,
        ws_ping_timeout=settings.agent_socket.ping_timeout_seconds,
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=10,
    )


def _address(host: str, port: int) -> str:
    shown = "localhost" if host in {"127.0.0.1", "0.0.0.0", "::", "::1"} else host  # noqa: S104 - what a person can open
    return f"http://{shown}:{port}/"
