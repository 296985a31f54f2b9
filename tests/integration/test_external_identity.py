"""Identity providers elsewhere, over the real service and its HTTP interface."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from experience_plane.security_guard.oidc_sign_in import s256
from experience_plane.security_guard.opaque import new_secret
from gotrue_server import API_KEY, GoTrueServer
from oidc_server import CLIENT_ID, CLIENT_SECRET, OidcServer
from real_server import listening, serving
from running_service import Service
from signing import IssuerKey, IssuerKeys

PERSON = {"sub": "ana-1", "email": "ana@example.com", "email_verified": True, "name": "Ana"}
ANA = {"name": "Ana", "email": "ana@example.com", "password": "correct horse battery"}
PAGE = "http://localhost:8000/"


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def provider() -> Iterator[OidcServer]:
    with listening() as (listener, url):
        server = OidcServer(url, now, person=PERSON)
        with serving(server.application(), listener):
            yield server


@pytest.fixture
def gotrue() -> Iterator[GoTrueServer]:
    with listening() as (listener, url):
        server = GoTrueServer(url, now, IssuerKeys([IssuerKey("first", "ES256")]))
        with serving(server.application(), listener):
            yield server


@pytest.fixture
def http(start: Callable[..., Service], provider: OidcServer) -> Iterator[httpx.Client]:
    configured = {
        "id": "example",
        "name": "Example ID",
        "issuer": provider.url,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
    }
    with start(EXPERIENCE_PLANE_AUTH__OIDC_PROVIDERS=json.dumps([configured])).http() as client:
        yield client


def come_back(http: httpx.Client, operation: str, verifier: str, **headers: str) -> dict[str, str]:
    """Be the browser: to the provider, to the callback, to the page; answers what the page is opened with."""
    request = {"return_to": PAGE, "code_challenge": s256(verifier)}
    started = http.post(f"/api/auth/oidc/example/{operation}", json=request, headers=headers)
    assert started.status_code == 200, started.text
    asked = httpx.get(started.json()["authorization_url"])
    callback = urlsplit(asked.headers["location"])
    back = http.get(f"{callback.path}?{callback.query}&session_state=extra")
    assert (back.status_code, back.headers["cache-control"]) == (303, "no-store"), back.text
    assert back.headers["location"].startswith(f"{PAGE}?")
    again = http.get(f"{callback.path}?{callback.query}")
    assert again.json()["type"] == "/problems/invalid-sign-in"
    return dict(parse_qsl(urlsplit(back.headers["location"]).query))


def test_a_person_signs_in_with_a_provider(http: httpx.Client) -> None:
    listed = http.get("/api/auth/oidc/providers").json()
    assert listed == {"providers": [{"provider_id": "example", "name": "Example ID"}]}
    verifier = new_secret()
    opened = come_back(http, "start", verifier)
    exchange = {"code": opened["code"], "code_verifier": verifier}
    result = http.post("/api/auth/oidc/token", json=exchange)
    assert (result.status_code, result.headers["cache-control"]) == (200, "no-store")
    me = http.get("/api/auth/me", headers={"Authorization": f"Bearer {result.json()['access_token']}"}).json()
    assert (me["email"], me["name"]) == ("ana@example.com", "Ana")
    again = http.post("/api/auth/oidc/token", json=exchange)
    assert (again.status_code, again.json()["type"]) == (400, "/problems/invalid-sign-in")


def test_an_account_with_a_password_is_linked_by_its_owner(http: httpx.Client) -> None:
    registered = http.post("/api/auth/register", json=ANA).json()
    verifier = new_secret()
    exchange = {"code": come_back(http, "start", verifier)["code"], "code_verifier": verifier}
    refused = http.post("/api/auth/oidc/token", json=exchange)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/account-link-required")
    bearer = {"Authorization": f"Bearer {registered['access_token']}"}
    exchange = {"code": come_back(http, "link", verifier, **bearer)["code"], "code_verifier": verifier}
    assert http.post("/api/auth/oidc/identities", json=exchange).status_code == 401
    linked = http.post("/api/auth/oidc/identities", json=exchange, headers=bearer)
    assert linked.json()["provider_id"] == "example"
    exchange = {"code": come_back(http, "start", verifier)["code"], "code_verifier": verifier}
    assert http.post("/api/auth/oidc/token", json=exchange).json()["user"] == registered["user"]


def test_what_the_provider_got_wrong_comes_back_as_a_problem(http: httpx.Client, provider: OidcServer) -> None:
    provider.claim_changes = {"nonce": "another"}
    assert come_back(http, "start", new_secret()) == {"problem": "/problems/invalid-sign-in"}


@pytest.mark.parametrize(
    ("path", "changes", "problem"),
    [
        ("unknown/start", {}, "/problems/provider-not-found"),
        ("example/start", {"return_to": "https://evil.example/"}, "/problems/invalid-request"),
        ("example/start", {"code_challenge": "short"}, "/problems/invalid-request"),
        ("example/link", {}, "/problems/unauthenticated"),
    ],
)
def test_what_cannot_be_started_is_refused(
    http: httpx.Client, path: str, changes: dict[str, str], problem: str
) -> None:
    request = {"return_to": PAGE, "code_challenge": s256("v")} | changes
    assert http.post(f"/api/auth/oidc/{path}", json=request).json()["type"] == problem


def test_the_service_works_with_the_accounts_of_a_gotrue_server(
    start: Callable[..., Service], gotrue: GoTrueServer
) -> None:
    service = start(
        EXPERIENCE_PLANE_AUTH__PROVIDER="gotrue",
        EXPERIENCE_PLANE_AUTH__GOTRUE__URL=gotrue.url,
        EXPERIENCE_PLANE_AUTH__GOTRUE__API_KEY=API_KEY,
    )
    user = service.user()
    assert user.http.get("/api/auth/me").json()["email"] == user.email
    user.take(user.http.post("/api/auth/refresh", json={"refresh_token": user.refresh_token}).json())
    with user.socket() as talk:
        assert talk.opens()["conversation_id"]
    assert user.http.get("/.well-known/jwks.json").json()["type"] == "/problems/not-supported"
    assert user.http.get("/api/auth/oidc/providers").json() == {"providers": []}
    request = {"return_to": PAGE, "code_challenge": s256("v")}
    assert user.http.post("/api/auth/oidc/example/start", json=request).status_code == 501
    assert user.http.post("/api/auth/logout").status_code == 204
    assert user.http.get("/api/auth/me").status_code == 401
    assert gotrue.sessions == {}
    gotrue.down = True
    credentials: dict[str, Any] = {"email": user.email, "password": user.password}
    refused = user.http.post("/api/auth/login", json=credentials)
    assert (refused.status_code, refused.json()["type"]) == (503, "/problems/provider-unavailable")
    assert refused.headers["retry-after"] == "5"


def test_the_service_verifies_the_tokens_of_an_issuer(start: Callable[..., Service], provider: OidcServer) -> None:
    service = start(EXPERIENCE_PLANE_AUTH__PROVIDER="oidc", EXPERIENCE_PLANE_AUTH__OIDC__ISSUER=provider.url)
    token = provider.access_token(PERSON, "experience-plane")
    with service.http() as http:
        bearer = {"Authorization": f"Bearer {token}"}
        assert http.get("/api/auth/me", headers=bearer).json()["email"] == "ana@example.com"
        assert http.post("/api/runtime/agent/tickets", headers=bearer).status_code == 201
        refused = http.post("/api/auth/login", json={"email": ANA["email"], "password": ANA["password"]})
        assert (refused.status_code, refused.json()["type"]) == (501, "/problems/not-supported")
