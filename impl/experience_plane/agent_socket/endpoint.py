"""The agent socket's place in the web server: the only file that touches the socket."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from time import monotonic
from uuid import UUID, uuid4

import structlog
from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from experience_plane.agent_socket.connection import Connection
from experience_plane.agent_socket.handshake import Handshake, HandshakeRefused, admit
from experience_plane.agent_socket.limits import Heartbeat, SocketLimits
from experience_plane.agent_socket.runs import Runs
from experience_plane.agent_socket.session import Session, SessionOptions
from experience_plane.agent_socket.wire import wire_of
from experience_plane.clock import Clock, system_clock
from experience_plane.conversations.log import ConversationLog
from experience_plane.conversations.model import Owner
from experience_plane.problems import problem, problem_of
from experience_plane.security_guard.guard import SecurityGuard
from experience_plane.security_guard.principal import Principal
from experience_plane_api import problem_types as types
from experience_plane_api.agent_socket import PATH, SUBPROTOCOL
from experience_plane_api.problem_types import ProblemType

_LOG = structlog.get_logger(__name__)
_NORMAL = 1000
_ABNORMAL = 1006


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSocketOptions:
    """How the endpoint admits and limits sockets."""

    limits: SocketLimits = field(default_factory=SocketLimits)
    allowed_origins: Collection[str] = ()
    heartbeat: Heartbeat = field(default_factory=Heartbeat)
    slow_reader_seconds: float = 10.0
    """How long what waits for a socket may stay at its bound; then it is closed with 4508."""
    expiry_notice_seconds: float = 60.0
    """How long before its authentication ends a client is warned."""
    drain_seconds: float = 5.0
    """How long active runs may take to end when the service stops."""
    reconnect_window_seconds: float = 5.0
    """The time over which clients are spread that are sent elsewhere."""
    close_seconds: float = 5.0
    """How long sockets get to close then."""


class AgentSocket:
    """Admits sockets and serves each in a session of its own."""

    def __init__(
        self,
        *,
        log: ConversationLog,
        runs: Runs,
        server_version: str,
        options: AgentSocketOptions | None = None,
        clock: Clock = system_clock,
    ) -> None:
        self._log = log
        self._runs = runs
        self._server_version = server_version
        self._options = options or AgentSocketOptions()
        self._clock = clock
        self._sockets: Counter[UUID] = Counter()
        self._sessions: dict[Session, asyncio.Task[None]] = {}
        self._draining = False

    async def serve(self, websocket: WebSocket, guard: SecurityGuard) -> None:
        """Answer one handshake, and serve the socket if it is admitted."""
        connection_id = uuid4().hex
        with structlog.contextvars.bound_contextvars(connection_id=connection_id):
            try:
                principal = await self._admitted(websocket, guard)
            except Exception as error:  # noqa: BLE001 - whatever it is, the handshake is answered with a problem
                await _refuse(websocket, error, connection_id)
                return
            try:
                await self._serve(websocket, guard, principal, connection_id)
            finally:
                self._leave(principal.user_id)

    async def drain(self) -> None:
        """Send every client elsewhere, let active runs end, at most `drain_seconds`, then close every socket with 1001.

        A socket that is admitted meanwhile is closed at once.
        """
        self._draining = True
        for session in tuple(self._sessions):
            session.announce_drain(self._reconnect_after())
        await self._runs.finish(self._options.drain_seconds)
        for session in tuple(self._sessions):
            session.drain()
        if self._sessions:
            await asyncio.wait(list(self._sessions.values()), timeout=self._options.close_seconds)

    def _reconnect_after(self) -> timedelta:
        return timedelta(seconds=random.uniform(0, self._options.reconnect_window_seconds))  # noqa: S311 - not a secret

    async def _admitted(self, websocket: WebSocket, guard: SecurityGuard) -> Principal:
        principal = await admit(_handshake(websocket), guard, self._options.allowed_origins)
        limit = self._options.limits.max_sockets_per_user
        if self._sockets[principal.user_id] >= limit:
            detail = f"A user may have {limit} sockets open."
            raise HandshakeRefused(types.TOO_MANY_REQUESTS, detail)
        self._sockets[principal.user_id] += 1
        return principal

    def _leave(self, user_id: UUID) -> None:
        self._sockets[user_id] -= 1
        if not self._sockets[user_id]:
            del self._sockets[user_id]

    async def _serve(
        self, websocket: WebSocket, guard: SecurityGuard, principal: Principal, connection_id: str
    ) -> None:
        session = self._session(websocket, guard, principal, connection_id)
        began, wire = monotonic(), wire_of(websocket)
        try:
            await websocket.accept(subprotocol=SUBPROTOCOL)
        except WebSocketDisconnect:
            return
        await _LOG.ainfo("socket_opened", user_id=str(principal.user_id))
        task = asyncio.create_task(session.run(), name=f"socket {connection_id}")
        self._sessions[session] = task
        if self._draining:
            session.drain()
        try:
            with guard.watching(principal, session.revoke):
                await task
        finally:
            del self._sessions[session]
            code = session.close_code or _StarletteFrames.code_of(websocket)
            await _LOG.ainfo(
                "socket_closed",
                close_code=code,
                duration_seconds=round(monotonic() - began, 3),
                messages_in=session.received,
                messages_out=session.sent,
                round_trip_seconds=None if wire is None else wire.round_trip_seconds,
            )

    def _session(self, websocket: WebSocket, guard: SecurityGuard, principal: Principal, connection_id: str) -> Session:
        connection = Connection(
            connection_id=connection_id,
            principal=principal,
            limits=self._options.limits,
            server_version=self._server_version,
            heartbeat=self._options.heartbeat,
            expiry_notice=timedelta(seconds=self._options.expiry_notice_seconds),
        )
        return Session(
            frames=_StarletteFrames(websocket),
            connection=connection,
            owner=Owner(principal.user_id, principal.tenant_id),
            permit=partial(guard.require_permission_now, principal),
            authenticate=guard.authenticate,
            log=self._log,
            runs=self._runs,
            clock=self._clock,
            options=SessionOptions(
                max_send_queue_bytes=self._options.limits.max_send_queue_bytes,
                slow_reader_seconds=self._options.slow_reader_seconds,
            ),
        )


class _StarletteFrames:
    """`Frames` over Starlette's WebSocket."""

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket

    async def receive(self) -> str | bytes | None:
        message = await self._websocket.receive()
        if message["type"] == "websocket.disconnect":
            self._websocket.scope["close_code"] = message.get("code", _ABNORMAL)
            return None
        text: str | None = message.get("text")
        data: bytes | None = message.get("bytes")
        return text if text is not None else data

    async def send(self, text: str) -> None:
        # A peer that has gone is told by `receive`; what was meant for it is dropped.
        try:
            await self._websocket.send_text(text)
        except WebSocketDisconnect:
            await asyncio.Event().wait()

    async def close(self, code: int, reason: str) -> None:
        if (wire := wire_of(self._websocket)) is not None:
            wire.close_at_once(code, reason)
            return
        # The peer, or the server on a violation of RFC 6455, may have closed before.
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await self._websocket.close(code, reason)

    @staticmethod
    def code_of(websocket: WebSocket) -> int:
        """Answer the code with which the peer has closed."""
        return int(websocket.scope.get("close_code", _NORMAL))


def _handshake(websocket: WebSocket) -> Handshake:
    return Handshake(
        subprotocols=websocket.scope.get("subprotocols", ()),
        origin=websocket.headers.get("origin"),
        host=websocket.headers.get("host"),
        authorization=websocket.headers.get("authorization"),
        query=tuple(websocket.query_params.multi_items()),
    )


async def _refuse(websocket: WebSocket, error: Exception, connection_id: str) -> None:
    if isinstance(error, HandshakeRefused):
        problem_type = error.problem_type
        made = problem(problem_type, error.detail, instance=PATH, request_id=connection_id)
    else:
        problem_type, made = problem_of(error, instance=PATH, request_id=connection_id)
    if problem_type is types.INTERNAL_ERROR:
        await _LOG.aerror("handshake_failed", exc_info=error)
    await _LOG.ainfo("socket_refused", problem=problem_type.slug, status=problem_type.status, reason=str(error))
    response = Response(
        made.model_dump_json(),
        status_code=problem_type.status,
        media_type="application/problem+json",
        headers=dict(_refusal_headers(problem_type, connection_id)),
    )
    with contextlib.suppress(WebSocketDisconnect):
        await websocket.send_denial_response(response)


def _refusal_headers(problem_type: ProblemType, connection_id: str) -> Sequence[tuple[str, str]]:
    headers = [("X-Request-Id", connection_id), ("Cache-Control", "no-store")]
    match problem_type.status:
        case 401:
            headers.append(("WWW-Authenticate", 'Bearer realm="experience-plane"'))
        case 426:
            headers.append(("Upgrade", "websocket"))
        case 429:
            headers.append(("Retry-After", "1"))
        case _:
            pass
    return headers
