"""What the generated routers cost for one request, beside the same operations by hand for FastAPI (ADR 0008)."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator
from inspect import signature
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from benchmarks.measure import Comparison, Work, compare
from experience_plane_api import models
from experience_plane_api.server import Credentials, RequirementSets, build_router

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


class _Operations:
    """Every operation of every service; the two that are measured answer, so a new one costs nothing here."""

    async def log_in(self, **_request: object) -> models.AuthenticationResult:
        return _RESULT

    async def get_current_user(self, **_request: object) -> models.User:
        return _USER

    def __getattr__(self, name: str) -> Callable[..., Awaitable[None]]:
        async def unmeasured(**_request: object) -> None:
            raise NotImplementedError(name)

        return unmeasured


def comparisons(*, count: int = 300, rounds: int = 9) -> Iterator[Comparison]:
    """Measure a secured GET and a POST with a body, each `count` times in each of `rounds`."""
    generated, by_hand = _generated(), _by_hand()
    me = _scope("GET", "/api/auth/me")
    login = _scope("POST", "/api/auth/login")
    yield compare(
        "generated GET /api/auth/me", _calls(generated, me), "by hand", _calls(by_hand, me), count=count, rounds=rounds
    )
    yield compare(
        "generated POST /api/auth/login",
        _calls(generated, login, _LOGIN),
        "by hand",
        _calls(by_hand, login, _LOGIN),
        count=count,
        rounds=rounds,
    )


def _generated() -> FastAPI:
    async def authorize(_requirements: RequirementSets, _credentials: Credentials) -> str:
        return "ada"

    parameters = signature(build_router).parameters.values()
    services = {each.name: _Operations() for each in parameters if each.default is each.empty} | {
        "authorize": authorize
    }
    application = FastAPI(openapi_url=None)
    application.include_router(build_router(**services))
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


if __name__ == "__main__":
    for comparison in comparisons():
        print(comparison, flush=True)
