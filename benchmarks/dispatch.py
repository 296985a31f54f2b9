"""What the generated routers cost for one request, beside the same operations by hand for FastAPI (ADR 0008)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from benchmarks.measure import Comparison, Work, compare
from experience_plane_api import models
from experience_plane_api.server import Credentials, RequirementSets, build_router
from experience_plane_api.server.services import (
    AgentsService,
    AuthService,
    ConversationsService,
    OperationsService,
    RuntimeService,
)

_USER = models.User.model_validate(
    {
        "user_id": "0198c0dd-1111-7aaa-8bbb-0123456789ab",
        "tenant_id": "0198c0dd-2222-7aaa-8bbb-0123456789ab",
        "email": "ada@example.com",
        "name": "Ada",
        "roles": ["member"],
        "permissions": ["agents.talk"],
    }
)
_RESULT = models.AuthenticationResult(
    access_token="a" * 600, refresh_token="r" * 43, token_type="Bearer", expires_in=900, user=_USER
)
_LOGIN = json.dumps({"email": "ada@example.com", "password": "the engine weaves"}).encode()


class _Auth(AuthService[str]):
    async def register_user(self, *, body: models.RegisterRequest) -> models.AuthenticationResult:
        return _RESULT

    async def log_in(self, *, body: models.LoginRequest) -> models.AuthenticationResult:
        return _RESULT

    async def refresh_session(self, *, body: models.RefreshRequest) -> models.AuthenticationResult:
        return _RESULT

    async def log_out(self, *, principal: str) -> None:
        return None

    async def get_current_user(self, *, principal: str) -> models.User:
        return _USER


class _Rest(RuntimeService[str], AgentsService[str], ConversationsService[str], OperationsService):
    async def create_agent_ticket(self, *, principal: str) -> Any: ...
    async def list_agents(self, *, principal: str) -> Any: ...
    async def list_conversations(self, *, principal: str, limit: int, cursor: str | None) -> Any: ...
    async def get_conversation(self, *, principal: str, conversation_id: Any) -> Any: ...
    async def list_messages(self, *, principal: str, conversation_id: Any, limit: int, after_cursor: Any) -> Any: ...
    async def get_json_web_key_set(self) -> Any: ...
    async def get_health(self) -> Any: ...
    async def get_readiness(self) -> Any: ...


def comparisons() -> Iterator[Comparison]:
    """Measure a secured GET and a POST with a body."""
    generated, by_hand = _generated(), _by_hand()
    me = _scope("GET", "/api/auth/me")
    login = _scope("POST", "/api/auth/login")
    yield compare("generated GET /api/auth/me", _calls(generated, me), "by hand", _calls(by_hand, me), count=300)
    yield compare(
        "generated POST /api/auth/login",
        _calls(generated, login, _LOGIN),
        "by hand",
        _calls(by_hand, login, _LOGIN),
        count=300,
    )


def _generated() -> FastAPI:
    async def authorize(_requirements: RequirementSets, _credentials: Credentials) -> str:
        return "ada"

    rest = _Rest()
    application = FastAPI(openapi_url=None)
    application.include_router(
        build_router(auth=_Auth(), runtime=rest, agents=rest, conversations=rest, operations=rest, authorize=authorize)
    )
    return application


_BEARER = HTTPBearer()


async def _principal(credentials: Annotated[HTTPAuthorizationCredentials, Security(_BEARER)]) -> str:
    return "ada"


def _by_hand() -> FastAPI:
    application = FastAPI(openapi_url=None)

    @application.get("/api/auth/me")
    async def me(principal: Annotated[str, Depends(_principal)]) -> models.User:
        return _USER

    @application.post("/api/auth/login")
    async def login(body: models.LoginRequest) -> models.AuthenticationResult:
        return _RESULT

    return application


def _scope(method: str, path: str) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "headers": [(b"authorization", b"Bearer a"), (b"content-type", b"application/json"), (b"host", b"localhost")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
    }


def _calls(application: FastAPI, scope: dict[str, Any], body: bytes = b"") -> Work:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start" and message["status"] != 200:
            raise RuntimeError(f"answered {message['status']}")

    async def work(count: int) -> None:
        for _ in range(count):
            await application({**scope, "state": {}}, receive, send)

    return work
