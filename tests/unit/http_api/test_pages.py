"""What pages may do: who may send the refresh cookie, who may read answers, and what every answer tells a browser."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from unittest.mock import AsyncMock

import httpx
import pytest

from experience_plane.errors import ForeignPage
from experience_plane.http_api.application import Components, create_application
from experience_plane.security_guard.ports import InvalidRefreshToken
from experience_plane_api import documents

OWN = "https://plane.test"
LISTED = "https://app.plane.test"
EXPOSED = {"ratelimit", "ratelimit-policy", "retry-after", "www-authenticate", "x-request-id"}


class Closed:
    """A Security Guard that lets nobody in, whoever asks whatever of it."""

    def __getattr__(self, name: str) -> Closed:
        return self

    async def __call__(self, *_: object, **__: object) -> None:
        raise InvalidRefreshToken


def browser(*, allowed_origins: tuple[str, ...] = (LISTED,), https: bool = True) -> httpx.AsyncClient:
    """A service where whatever is looked at is refused (401)."""
    components = Components(
        guard=Closed(),  # type: ignore[arg-type]
        log=AsyncMock(),
        agent_socket=None,  # type: ignore[arg-type]
        event_streams=AsyncMock(),
        ag_ui=AsyncMock(),
        readiness=AsyncMock(return_value=None),
    )
    application = create_application(
        components, version="1.2.3", max_body_bytes=2000, allowed_origins=allowed_origins, https=https
    )
    return httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url=OWN)


async def refresh(
    headers: Mapping[str, str | None],
    *,
    cookie: bool = True,
    content: bytes = b"{}",
    client: httpx.AsyncClient | None = None,
) -> httpx.Response:
    sent = {"Content-Type": "application/json", "Origin": OWN, "Sec-Fetch-Site": "same-origin"} | dict(headers)
    if cookie:
        sent["Cookie"] = f"__Host-experience-plane-refresh={'r' * 43}"
    async with client or browser() as http:
        told = {name: value for name, value in sent.items() if value is not None}
        return await http.post("/api/auth/refresh", headers=told, content=content)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": None},
        {"Origin": LISTED, "Sec-Fetch-Site": "same-site"},
        {"Origin": LISTED, "Sec-Fetch-Site": "cross-site"},
    ],
)
async def test_the_cookie_is_taken_from_our_pages_and_from_listed_ones(headers: dict[str, str | None]) -> None:
    assert (await refresh(headers)).json()["type"] == "/problems/invalid-refresh-token"


NO_PAGE: tuple[dict[str, str | None], ...] = (
    {"Origin": None},
    {"Origin": None, "Sec-Fetch-Site": "none"},
    {"Origin": None, "Sec-Fetch-Site": None},
)
FOREIGN_PAGES: tuple[dict[str, str | None], ...] = (
    {"Origin": "null"},
    {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "http://plane.test", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "https://evil.test", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "https://evil.test", "Sec-Fetch-Site": "same-origin"},
    {"Origin": "https://evil.test", "Sec-Fetch-Site": None},
    {"Origin": "https://plane.test:8443", "Sec-Fetch-Site": "same-site"},
    {"Origin": "https://plane.test.evil.test", "Sec-Fetch-Site": None},
    {"Origin": "https://app.plane.test.evil.test", "Sec-Fetch-Site": None},
    {"Origin": "https://plane.test@evil.test", "Sec-Fetch-Site": None},
    {"Origin": "https://[plane.test", "Sec-Fetch-Site": None},
    {"Origin": LISTED.upper(), "Sec-Fetch-Site": None},
    {"Origin": LISTED + "/", "Sec-Fetch-Site": None},
)


@pytest.mark.parametrize("headers", [*NO_PAGE, *FOREIGN_PAGES])
async def test_the_cookie_is_not_taken_from_other_pages(headers: dict[str, str | None]) -> None:
    response = await refresh(headers)
    assert (response.status_code, response.json()["type"]) == (403, "/problems/forbidden")
    assert "set-cookie" not in response.headers


def _logins() -> list[Any]:
    """Each operation of the contract that can set the cookie, with the body of its example."""
    document = documents.load("openapi")
    found = []
    for path, item in document["paths"].items():
        for operation in item.values():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if content is None:
                continue
            schema = document["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
            if "token_delivery" in schema["properties"]:
                example = next(iter(content["examples"].values()))
                name = example["$ref"].rpartition("/")[2]
                body = document["components"]["examples"][name]["value"]
                found.append(pytest.param(path, operation, body, id=operation["operationId"]))
    return found


async def _log_in(
    http: httpx.AsyncClient, path: str, body: Mapping[str, Any], headers: Mapping[str, str | None]
) -> httpx.Response:
    sent = {"Origin": OWN, "Sec-Fetch-Site": "same-origin"} | dict(headers)
    return await http.post(path, headers={k: v for k, v in sent.items() if v is not None}, json=body)


def _is_refused(response: httpx.Response) -> bool:
    refused = (response.status_code, response.json().get("detail")) == (403, ForeignPage.default_detail)
    assert not (refused and "set-cookie" in response.headers)
    return refused


@pytest.mark.parametrize(("path", "operation", "body"), _logins())
async def test_no_foreign_page_logs_its_visitor_in_by_cookie(path: str, operation: Any, body: dict[str, Any]) -> None:
    """Login CSRF: an account of the page's choice, in which the visitor would go on."""
    by_cookie, by_body = body | {"token_delivery": "cookie"}, body | {"token_delivery": "body"}
    assert "forbidden" in _problems(operation["responses"]["403"])
    async with browser() as http:
        for headers in FOREIGN_PAGES:
            assert _is_refused(await _log_in(http, path, by_cookie, headers)), headers
            assert not _is_refused(await _log_in(http, path, by_body, headers)), headers
        for headers in (*NO_PAGE, {}, {"Origin": LISTED, "Sec-Fetch-Site": "cross-site"}):
            assert not _is_refused(await _log_in(http, path, by_cookie, headers)), headers


def _problems(response: Mapping[str, Any]) -> list[str]:
    if "$ref" in response:
        response = documents.load("openapi")["components"]["responses"][response["$ref"].rpartition("/")[2]]
    return list(response["x-problems"])


def test_every_login_of_the_contract_is_among_them() -> None:
    named = {parameter.id for parameter in _logins()}
    assert {"registerUser", "logIn", "refreshSession", "exchangeOidcCode", "completeSecondFactor"} <= named


@pytest.mark.parametrize("media_type", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
async def test_what_a_form_can_send_is_not_read(media_type: str | None) -> None:
    """Everything else needs a preflight, and only listed pages get through one."""
    assert (await refresh({"Content-Type": media_type})).status_code == 415


async def test_without_a_token_anywhere_nobody_is_logged_in() -> None:
    assert (await refresh({}, cookie=False)).json()["type"] == "/problems/invalid-refresh-token"


async def test_a_cookie_opens_no_other_operation() -> None:
    cookie = f"__Host-experience-plane-refresh={'r' * 43}"
    async with browser() as http:
        for method, path in (
            ("GET", "/api/auth/me"),
            ("POST", "/api/auth/logout"),
            ("POST", "/api/runtime/agent/tickets"),
        ):
            response = await http.request(method, path, headers={"Cookie": cookie, "Origin": OWN})
            assert response.json()["type"] == "/problems/unauthenticated", path


def _asked(origin: str) -> dict[str, str]:
    return {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }


async def test_a_listed_page_gets_through_a_preflight_and_may_read_answers() -> None:
    async with browser() as http:
        preflight = await http.options("/api/auth/refresh", headers=_asked(LISTED))
        answer = await http.get("/healthz", headers={"Origin": LISTED})
        refused = await http.get("/api/auth/me", headers={"Origin": LISTED})
    assert preflight.status_code == 200
    assert {"authorization", "content-type"} <= set(
        preflight.headers["access-control-allow-headers"].lower().split(", ")
    )
    for response in (preflight, answer, refused):
        assert response.headers["access-control-allow-origin"] == LISTED
        assert response.headers["access-control-allow-credentials"] == "true"
        assert "origin" in response.headers["vary"].lower().split(", ")
    for response in (answer, refused):
        assert set(response.headers["access-control-expose-headers"].lower().split(", ")) == EXPOSED


@pytest.mark.parametrize(
    "origin", ["https://evil.test", "null", "https://app.plane.test.evil.test", "http://app.plane.test"]
)
async def test_no_other_page_gets_through(origin: str) -> None:
    async with browser() as http:
        preflight = await http.options("/api/auth/refresh", headers=_asked(origin))
        answer = await http.get("/healthz", headers={"Origin": origin})
    assert preflight.status_code == 400
    for response in (preflight, answer):
        assert "access-control-allow-origin" not in response.headers
        assert "access-control-allow-credentials" not in response.headers
        assert "origin" in response.headers["vary"].lower().split(", ")


async def test_without_a_list_no_page_of_another_origin_is_told_anything() -> None:
    async with browser(allowed_origins=()) as http:
        preflight = await http.options("/api/auth/refresh", headers=_asked(LISTED))
        answer = await http.get("/healthz", headers={"Origin": LISTED})
    assert preflight.status_code == 405
    assert not [
        name for response in (preflight, answer) for name in response.headers if name.startswith("access-control")
    ]


@pytest.mark.parametrize("path", ["/", "/healthz", "/api/auth/me", "/nothing"])
async def test_every_answer_tells_browsers_to_be_careful(path: str) -> None:
    async with browser() as http:
        headers: Any = (await http.get(path)).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert (policy["default-src"], policy["frame-ancestors"], policy["base-uri"]) == ("'none'", "'none'", "'none'")
    assert (policy["script-src"], policy["style-src"], policy["connect-src"]) == ("'self'", "'self'", "'self'")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["strict-transport-security"] == "max-age=63072000"
    assert "camera=()" in headers["permissions-policy"]
    assert (headers.get("cache-control") == "no-store") == path.startswith("/api/")


async def test_without_https_browsers_are_not_bound_to_it() -> None:
    async with browser(https=False) as http:
        assert "strict-transport-security" not in (await http.get("/healthz")).headers
