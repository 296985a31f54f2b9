"""The HTTP half over stand-ins: each refusal is a problem, and nothing of the inside gets out."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator, MutableMapping
from typing import Any
from unittest.mock import AsyncMock
from uuid import uuid4

import httpx
import pytest
import structlog

from agent_socket_stage import PRINCIPAL
from experience_plane.http_api.application import Components, create_application
from experience_plane.security_guard.ports import (
    EmailTaken,
    InvalidCredentials,
    InvalidRefreshToken,
    Overloaded,
    PasswordRejected,
    PermissionDenied,
    Unauthenticated,
)

LOGIN = {"email": "ana@example.com", "password": "correct horse"}
REGISTER = LOGIN | {"name": "Ana"}
BEARER = {"Authorization": "Bearer good"}
MAX_BYTES = 2000


class Guard:
    """A Security Guard that raises what a test wants."""

    def __init__(self) -> None:
        self.failure: Exception | None = None
        self.permitted = True

    async def _fail(self, *_: object, **__: object) -> Any:
        assert self.failure is not None
        raise self.failure

    register = login = refresh = logout = current_user = issue_ticket = _fail

    async def guest_of(self, access_token: str | None) -> None:
        assert access_token is None

    async def authenticate(self, access_token: str) -> Any:
        if access_token != "good":
            raise Unauthenticated("signature of kid 7 is wrong")
        return PRINCIPAL

    def require_permission(self, principal: object, permission: str) -> None:
        if not self.permitted:
            raise PermissionDenied(permission)

    def json_web_key_set(self) -> Any:
        return {"keys": []}


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[MutableMapping[str, Any]]]:
    """What the service logged."""
    with structlog.testing.capture_logs() as lines:
        yield lines


@pytest.fixture
def guard() -> Guard:
    return Guard()


@pytest.fixture
def obstacle() -> dict[str, str | None]:
    return {"reason": None}


@pytest.fixture
async def client(guard: Guard, obstacle: dict[str, str | None]) -> AsyncIterator[httpx.AsyncClient]:
    readiness = AsyncMock(side_effect=lambda: obstacle["reason"])
    components = Components(
        guard=guard,
        log=AsyncMock(),
        agent_socket=None,
        event_streams=AsyncMock(),
        ag_ui=AsyncMock(),
        readiness=readiness,  # type: ignore[arg-type]
    )
    application = create_application(components, version="1.2.3", max_body_bytes=MAX_BYTES)
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url="http://plane.test") as client:
        yield client


def problem(response: httpx.Response, status: int, slug: str) -> dict[str, Any]:
    """The problem of a response, whose every header is as the contract says."""
    body: dict[str, Any] = response.json()
    assert (response.status_code, body["type"]) == (status, f"/problems/{slug}"), body
    assert body["status"] == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["x-request-id"] == body["request_id"]
    assert response.headers["x-content-type-options"] == "nosniff"
    return body


@pytest.mark.parametrize(
    ("failure", "path", "body", "status", "slug"),
    [
        (EmailTaken(), "register", REGISTER, 409, "email-taken"),
        (PasswordRejected("Too short."), "register", REGISTER, 422, "weak-password"),
        (Overloaded(retry_after=1.2), "register", REGISTER, 503, "overloaded"),
        (InvalidCredentials(), "login", LOGIN, 401, "invalid-credentials"),
        (Overloaded(retry_after=1.2), "login", LOGIN, 503, "overloaded"),
        (InvalidRefreshToken(), "refresh", {"refresh_token": "r" * 43}, 401, "invalid-refresh-token"),
        (RuntimeError("SELECT hunter2"), "login", LOGIN, 500, "internal-error"),
    ],
)  # fmt: skip
async def test_what_the_guard_raises_becomes_a_problem(
    client: httpx.AsyncClient, guard: Guard, failure: Exception, path: str, body: object, status: int, slug: str
) -> None:
    guard.failure = failure
    response = await client.post(f"/api/auth/{path}", json=body)
    shown = problem(response, status, slug)
    assert shown["instance"] == f"/api/auth/{path}"
    assert "hunter2" not in response.text
    assert ("retry-after" in response.headers) == (status == 503)
    if status == 503:
        assert response.headers["retry-after"] == "2"
    assert ("www-authenticate" in response.headers) == (status == 401)


async def test_an_unforeseen_error_is_logged(
    client: httpx.AsyncClient, guard: Guard, logs: list[MutableMapping[str, Any]]
) -> None:
    guard.failure = RuntimeError("the disk is full")
    problem(await client.post("/api/auth/login", json=LOGIN), 500, "internal-error")
    failed, served = logs
    assert failed["exc_info"] is guard.failure
    assert (served["event"], served["status"], served["path"]) == ("request_served", 500, "/api/auth/login")


async def test_a_request_has_one_line_in_the_log_and_a_probe_that_succeeds_none(
    client: httpx.AsyncClient, logs: list[MutableMapping[str, Any]]
) -> None:
    await client.get("/healthz")
    await client.get("/nothing?ticket=secret")
    [line] = logs
    assert (line["path"], line["status"]) == ("/nothing", 404)
    assert "secret" not in str(line)


@pytest.mark.parametrize(
    ("headers", "error"),
    [({}, False), ({"Authorization": "Basic good"}, False), ({"Authorization": "Bearer bad"}, True)],
)
async def test_without_a_good_access_token_authentication_is_required(
    client: httpx.AsyncClient, headers: dict[str, str], error: bool
) -> None:
    response = await client.get("/api/agents", headers=headers)
    body = problem(response, 401, "unauthenticated")
    assert "kid" not in body["detail"]
    challenge = response.headers["www-authenticate"]
    assert challenge.startswith('Bearer realm="experience-plane"')
    if error:
        assert 'error="invalid_token"' in challenge


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/api/runtime/agent/tickets"), ("GET", "/api/conversations"), ("GET", f"/api/conversations/{uuid4()}"),
     ("GET", f"/api/conversations/{uuid4()}/messages")],
)  # fmt: skip
async def test_without_the_permission_it_is_forbidden(
    client: httpx.AsyncClient, guard: Guard, method: str, path: str
) -> None:
    guard.permitted = False
    problem(await client.request(method, path, headers=BEARER), 403, "forbidden")


@pytest.mark.parametrize(
    ("path", "methods"),
    [("/api/auth/login", "POST"), ("/api/agents", "GET"), ("/api/conversations", "GET"), ("/healthz", "GET"),
     ("/api/runtime/agent/tickets", "POST"), ("/api/runtime/agent", "GET"), (f"/api/conversations/{uuid4()}", "GET")],
)  # fmt: skip
async def test_another_method_is_told_the_allowed_ones(client: httpx.AsyncClient, path: str, methods: str) -> None:
    for method in {"GET", "POST", "PUT", "DELETE", "PATCH"} - set(methods.split(", ")):
        response = await client.request(method, path)
        problem(response, 405, "method-not-allowed")
        assert response.headers["allow"] == methods


@pytest.mark.parametrize("path", ["/api/ws/agent", "/api/auth/login/", "/api", "/docs", "/openapi.json", "/api/a%00b"])
async def test_what_is_not_in_the_contract_is_not_there(client: httpx.AsyncClient, path: str) -> None:
    problem(await client.get(path), 404, "not-found")


async def test_the_socket_asks_for_an_upgrade(client: httpx.AsyncClient) -> None:
    response = await client.get("/api/runtime/agent")
    assert "experience.agent.v1" in problem(response, 426, "upgrade-required")["detail"]
    assert response.headers["upgrade"] == "websocket"


JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b'{"email": "a", "email": "b"}', b'{"n": NaN}', b'{"n": 1e999}', b'{"n": "\\ud800"}', b"\xff",
     b"[" * 500 + b"]" * 500, b'{"email":' + b"9" * 1500 + b"}{"],
)  # fmt: skip
async def test_a_body_that_is_not_json_is_malformed(client: httpx.AsyncClient, body: bytes) -> None:
    problem(await client.post("/api/auth/login", content=body, headers=JSON), 400, "malformed-request")


@pytest.mark.parametrize(
    "media_type", [None, "text/plain", "application/x-www-form-urlencoded", "application/json5", "application/*"]
)
async def test_another_media_type_is_not_supported(client: httpx.AsyncClient, media_type: str | None) -> None:
    headers = {} if media_type is None else {"Content-Type": media_type}
    response = await client.post("/api/auth/login", content=json.dumps(LOGIN), headers=headers)
    problem(response, 415, "unsupported-media-type")


async def test_a_media_type_may_have_parameters(client: httpx.AsyncClient, guard: Guard) -> None:
    guard.failure = InvalidCredentials()
    headers = {"Content-Type": "Application/JSON; charset=utf-8"}
    response = await client.post("/api/auth/login", content=json.dumps(LOGIN), headers=headers)
    problem(response, 401, "invalid-credentials")


async def _chunks(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 100):
        yield body[start : start + 100]


@pytest.mark.parametrize("sent", [lambda body: body, _chunks])
async def test_the_largest_body_is_read_and_one_more_byte_is_not(
    client: httpx.AsyncClient, guard: Guard, sent: Callable[[bytes], Any]
) -> None:
    """Whether its length is declared or found out."""
    guard.failure = InvalidCredentials()
    body = json.dumps(LOGIN).encode().ljust(MAX_BYTES)
    response = await client.post("/api/auth/login", content=sent(body), headers=JSON)
    problem(response, 401, "invalid-credentials")
    response = await client.post("/api/auth/login", content=sent(body + b" "), headers=JSON)
    assert str(MAX_BYTES) in problem(response, 413, "content-too-large")["detail"]
    assert response.headers["connection"] == "close"


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("login", {}, ["/email", "/password"]),
        ("login", [], [""]),
        ("login", "x", [""]),
        ("login", LOGIN | {"extra": 1, "a/b": 2}, ["/a~1b", "/extra"]),
        ("login", LOGIN | {"password": 7}, ["/password"]),
        ("register", REGISTER | {"email": "no-at"}, ["/email"]),
        ("register", REGISTER | {"name": "x" * 101}, ["/name"]),
        ("refresh", {"refresh_token": None}, ["/refresh_token"]),
    ],
)
async def test_each_field_at_fault_is_pointed_at(
    client: httpx.AsyncClient, path: str, body: object, expected: list[str]
) -> None:
    shown = problem(await client.post(f"/api/auth/{path}", json=body), 422, "invalid-request")
    assert sorted(error["pointer"] for error in shown["errors"]) == expected


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        ("/api/conversations?limit=0", "/query/limit"),
        ("/api/conversations?limit=x", "/query/limit"),
        ("/api/conversations?limit=1000", "/query/limit"),
        ("/api/conversations?cursor=zzz", "/query/cursor"),
        ("/api/conversations/not-a-uuid", "/path/conversation_id"),
        (f"/api/conversations/{uuid4()}/messages?after_cursor=-1", "/query/after_cursor"),
        (f"/api/conversations/{uuid4()}/messages?after_cursor=1.5", "/query/after_cursor"),
    ],
)
async def test_each_parameter_at_fault_is_pointed_at(client: httpx.AsyncClient, path: str, pointer: str) -> None:
    shown = problem(await client.get(path, headers=BEARER), 422, "invalid-request")
    assert [error["pointer"] for error in shown["errors"]] == [pointer]


async def test_a_service_that_stops_is_alive_but_not_ready(
    client: httpx.AsyncClient, obstacle: dict[str, str | None]
) -> None:
    assert (await client.get("/readyz")).json() == {"status": "ready"}
    obstacle["reason"] = "The service is stopping."
    assert problem(await client.get("/readyz"), 503, "not-ready")["detail"] == "The service is stopping."
    assert (await client.get("/healthz")).json() == {"status": "ok", "version": "1.2.3"}


async def test_every_answer_protects_a_browser_and_answers_of_the_api_are_not_kept(client: httpx.AsyncClient) -> None:
    for path in ("/healthz", "/api/agents", "/nothing"):
        headers = (await client.get(path)).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert (headers.get("cache-control") == "no-store") == path.startswith("/api/")


async def test_each_request_has_an_id_of_its_own(client: httpx.AsyncClient) -> None:
    """A client does not choose it: it is what the log is searched by."""
    sent = {"X-Request-Id": "mine"}
    ids = {(await client.get("/healthz", headers=sent)).headers["x-request-id"] for _ in range(5)}
    assert len(ids) == 5
    assert "mine" not in ids


@pytest.mark.parametrize("host", ["[", "evil/../", "a b", "", "::1", "[::1"])
async def test_what_stands_in_host_breaks_nothing(client: httpx.AsyncClient, host: str) -> None:
    for path in ("/nothing", "/api/agents", "/healthz"):
        assert (await client.get(path, headers={"Host": host})).status_code in {200, 401, 404}
    response = await client.post("/api/auth/login", json={}, headers={"Host": host})
    problem(response, 422, "invalid-request")


async def test_the_agents_are_those_of_the_catalogue(client: httpx.AsyncClient) -> None:
    agents = (await client.get("/api/agents", headers=BEARER)).json()["agents"]
    assert [agent["agent_id"] for agent in agents] == [
        "guide.concierge", "liaison.content", "liaison.insights", "liaison.journey", "liaison.outcomes",
    ]  # fmt: skip
