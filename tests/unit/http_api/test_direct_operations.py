"""What is served directly is answered as FastAPI answers it, which stays the judge of what an operation needs."""

from typing import Annotated
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import APIRouter, Body, Depends, FastAPI, Path
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from experience_plane.http_api import problem_responses
from experience_plane.http_api.body_guard import BodyGuard
from experience_plane.http_api.direct_operations import DirectOperations
from experience_plane_api import models

BEARER = {"Authorization": "Bearer good"}
LOGIN = {"email": "ana@example.com", "password": "correct horse"}
SESSION = uuid4()


class Name(BaseModel):
    name: str


class Calls:
    """The operations, and how often who asks was looked up."""

    def __init__(self) -> None:
        self.router = APIRouter()
        self.authenticated = 0
        bearer = HTTPBearer(auto_error=False)

        async def principal(credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> str:
            self.authenticated += 1
            return credentials.credentials if credentials else "nobody"

        async def allowed(name: Annotated[str, Depends(principal)]) -> None:
            assert name

        @self.router.get("/api/auth/me", status_code=200, dependencies=[Depends(allowed)])
        async def me(name: Annotated[str, Depends(principal)]) -> Name:
            return Name(name=name)

        @self.router.post("/api/auth/login", status_code=201)
        async def log_in(body: Annotated[models.LoginRequest, Body()]) -> Name:
            return Name(name=body.password)

        @self.router.delete("/api/auth/sessions/{session_id}", status_code=204, response_class=Response)
        async def end(session_id: Annotated[UUID, Path()], name: Annotated[str, Depends(principal)]) -> None:
            assert (session_id, name) == (SESSION, "good")

        @self.router.get("/api/agents", status_code=200)
        async def refused() -> Name:
            return {"unexpected": 1}  # type: ignore[return-value]


class Reached:
    """FastAPI, and whether a request came through to it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.paths: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.paths.append(scope["path"])
        await self.app(scope, receive, send)


@pytest.fixture
def calls() -> Calls:
    return Calls()


@pytest.fixture
def fastapi(calls: Calls) -> Reached:
    application = FastAPI(openapi_url=None)
    problem_responses.install(application)
    application.include_router(calls.router)
    return Reached(application)


async def answer(app: ASGIApp, request: httpx.Request) -> tuple[int, bytes, str | None]:
    async def identified(scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"] = {"request_id": "the same"}
        await BodyGuard(app, max_bytes=1000)(scope, receive, send)

    transport = httpx.ASGITransport(identified, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport) as client:
        response = await client.send(request)
    return response.status_code, response.content, response.headers.get("content-type")


def sent(method: str, path: str, *, json: object = None, headers: dict[str, str] | None = None) -> httpx.Request:
    return httpx.Request(method, f"http://plane.test{path}", json=json, headers=headers)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (sent("GET", "/api/auth/me", headers=BEARER), 200),
        (sent("GET", "/api/auth/me"), 200),
        (sent("POST", "/api/auth/login", json=LOGIN), 201),
        (sent("POST", "/api/auth/login", json={"email": 7}), 422),
        (sent("POST", "/api/auth/login", json=[]), 422),
        (sent("DELETE", f"/api/auth/sessions/{SESSION}", headers=BEARER), 204),
        (sent("DELETE", "/api/auth/sessions/mine", headers=BEARER), 422),
        (sent("GET", "/api/agents"), 500),
    ],
    ids=lambda value: f"{value.method} {value.url.path}" if isinstance(value, httpx.Request) else str(value),
)
async def test_a_direct_answer_is_the_one_of_fastapi(
    fastapi: Reached, calls: Calls, request_: httpx.Request, status: int
) -> None:
    direct = await answer(DirectOperations(fastapi, router=calls.router), request_)
    assert fastapi.paths == []
    assert direct[0] == status
    assert direct == await answer(fastapi, request_) or status == 500


@pytest.mark.parametrize(
    "request_",
    [
        sent("PUT", "/api/auth/me"),
        sent("GET", "/nothing"),
        sent("DELETE", "/api/auth/sessions/a%2Fb", headers=BEARER),
    ],
)
async def test_what_is_no_plain_operation_is_left_to_fastapi(
    fastapi: Reached, calls: Calls, request_: httpx.Request
) -> None:
    await answer(DirectOperations(fastapi, router=calls.router), request_)
    assert len(fastapi.paths) == 1


async def test_who_asks_is_looked_up_once(fastapi: Reached, calls: Calls) -> None:
    await answer(DirectOperations(fastapi, router=calls.router), sent("GET", "/api/auth/me", headers=BEARER))
    assert calls.authenticated == 1


async def test_an_operation_that_wants_the_request_gets_it(fastapi: Reached) -> None:
    router = APIRouter()

    @router.get("/api/agents", status_code=200)
    async def path(request: Request) -> Name:
        return Name(name=request.url.path)

    status, body, _ = await answer(DirectOperations(fastapi, router=router), sent("GET", "/api/agents"))
    assert (status, b"/api/agents" in body) == (200, True)
