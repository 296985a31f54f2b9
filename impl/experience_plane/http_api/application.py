"""The ASGI application: the generated routers over their services, the agent socket, the pages, the middleware."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.requests import HTTPConnection
from fastapi.security import HTTPAuthorizationCredentials
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from experience_plane.agent_socket.endpoint import AgentSocket
from experience_plane.conversations.log import ConversationLog
from experience_plane.http_api import pages, problem_responses
from experience_plane.http_api.access_tokens import AccessTokensHandlers
from experience_plane.http_api.account import AccountHandlers
from experience_plane.http_api.admin import AdminHandlers
from experience_plane.http_api.ag_ui import AgUiRuns
from experience_plane.http_api.agents import AgentsHandlers
from experience_plane.http_api.auth import AuthHandlers
from experience_plane.http_api.body_guard import BodyGuard
from experience_plane.http_api.client_address import NO_PROXIES, ClientAddress, TrustedProxies
from experience_plane.http_api.conversations import ConversationsHandlers
from experience_plane.http_api.cross_origin import cross_origin
from experience_plane.http_api.direct_operations import DirectOperations
from experience_plane.http_api.event_streams import EventStreams
from experience_plane.http_api.factors import FactorsHandlers
from experience_plane.http_api.oidc import OidcHandlers
from experience_plane.http_api.operations import OperationsHandlers
from experience_plane.http_api.passkeys import PasskeysHandlers
from experience_plane.http_api.permissions import operation_dependencies
from experience_plane.http_api.rate_limiting import RateLimiting, charge_account
from experience_plane.http_api.request_context import RequestContext
from experience_plane.http_api.runtime import RuntimeHandlers
from experience_plane.http_api.sessions import SessionsHandlers
from experience_plane.security_guard.guard import SecurityGuard
from experience_plane.security_guard.ports import Unauthenticated
from experience_plane.security_guard.principal import Principal
from experience_plane.security_guard.rate_limits import RateLimits
from experience_plane_api import problem_types as types
from experience_plane_api.agent_socket import PATH, SUBPROTOCOL
from experience_plane_api.server import Credentials, RequirementSets, build_router

_AG_UI = "/api/runtime/ag-ui"
"""Its clients send the whole conversation each time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Components:
    """What the application is made of, once it is open."""

    guard: SecurityGuard
    log: ConversationLog
    agent_socket: AgentSocket
    event_streams: EventStreams
    ag_ui: AgUiRuns
    readiness: Callable[[], Awaitable[str | None]]
    """Answers why traffic should not come; None when it may."""


def security_guard(connection: HTTPConnection) -> SecurityGuard:
    """The FastAPI dependency by which any handler gets the guard: it lives on `app.state`."""
    guard: SecurityGuard = connection.app.state.security_guard
    return guard


class _Application(FastAPI):
    """FastAPI within middleware: its own layers cost only those requests that come through to it."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._entrance: ASGIApp = super().__call__

    def put_within(self, *layers: Middleware) -> None:
        """Put middleware around it, the outermost first."""
        for cls, args, kwargs in reversed(layers):
            self._entrance = cls(self._entrance, *args, **kwargs)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._entrance(scope, receive, send)


Guard = Annotated[SecurityGuard, Depends(security_guard)]
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def create_application(
    components: Components,
    *,
    version: str,
    max_body_bytes: int,
    max_ag_ui_body_bytes: int = 1_048_576,
    static_dir: Path | None = None,
    proxies: TrustedProxies = NO_PROXIES,
    allowed_origins: Collection[str] = (),
    https: bool = False,
    rate_limits: RateLimits | None = None,
    lifespan: Lifespan | None = None,
) -> FastAPI:
    """Put the application together over open components."""
    application = _Application(
        title="Experience Plane",
        version=version,
        # The contract is the documentation; what FastAPI would derive from the code is not it.
        openapi_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    operations = _contract_router(components, version, allowed_origins)
    application.put_within(
        Middleware(ClientAddress, proxies=proxies),
        *cross_origin(allowed_origins),
        Middleware(RequestContext, https=https),
        Middleware(BodyGuard, max_bytes=max_body_bytes, larger={_AG_UI: max_ag_ui_body_bytes}),
        Middleware(RateLimiting, limits=rate_limits),
        Middleware(DirectOperations, router=operations),
    )
    application.state.security_guard = components.guard
    problem_responses.install(application)
    application.include_router(operations)
    application.include_router(_socket_router(components.agent_socket))
    application.router.routes.extend(pages.routes(static_dir))
    return application


def _contract_router(components: Components, version: str, allowed_origins: Collection[str]) -> APIRouter:
    guard = components.guard

    async def authorize(_requirements: RequirementSets, credentials: Credentials) -> Principal:
        bearer = credentials["bearerAuth"]
        if not isinstance(bearer, HTTPAuthorizationCredentials):
            raise Unauthenticated("the scheme is not Bearer")
        principal = await guard.authenticate(bearer.credentials)
        await charge_account(principal)
        return principal

    return build_router(
        auth=AuthHandlers(guard),
        sessions=SessionsHandlers(guard),
        passkeys=PasskeysHandlers(guard),
        access_tokens=AccessTokensHandlers(guard),
        oidc=OidcHandlers(guard),
        factors=FactorsHandlers(guard),
        account=AccountHandlers(guard),
        runtime=RuntimeHandlers(guard, components.ag_ui),
        agents=AgentsHandlers(),
        conversations=ConversationsHandlers(components.log, components.event_streams),
        admin=AdminHandlers(guard),
        operations=OperationsHandlers(guard, version=version, readiness=components.readiness),
        authorize=authorize,
        operation_dependencies=operation_dependencies(guard, allowed_origins),
    )


def _socket_router(agent_socket: AgentSocket) -> APIRouter:
    router = APIRouter()

    @router.websocket(PATH)
    async def talk(websocket: WebSocket, guard: Guard) -> None:
        await agent_socket.serve(websocket, guard)

    @router.get(PATH, include_in_schema=False)
    async def upgrade_required(request: Request) -> Response:
        detail = f"Open a WebSocket here, and offer the subprotocol {SUBPROTOCOL}."
        headers = {"Upgrade": "websocket", "Connection": "Upgrade"}
        return problem_responses.problem_response(types.UPGRADE_REQUIRED, detail, request, headers=headers)

    return router
