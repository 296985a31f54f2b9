"""Personal access tokens over a real server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
from test_session_ends import closed_with
from websockets.exceptions import InvalidStatus

from experience_plane.security_guard.access_policy import NOT_GRANTABLE
from experience_plane.security_guard.personal_token_format import new_personal_token
from experience_plane_api import documents
from running_service import Service, User

PATH = "/api/auth/access-tokens"
OPERATIONS = [
    (method, path, operation)
    for path, item in documents.load("openapi")["paths"].items()
    for method, operation in item.items()
]


def created(user: User, *scopes: str) -> dict[str, Any]:
    answer = user.http.post(PATH, json={"name": "script", "scopes": list(scopes), "expires_in": 3600})
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    found: dict[str, Any] = answer.json()
    return found


def script(service: Service, token: str) -> httpx.Client:
    client = service.http()
    client.headers["Authorization"] = f"Bearer {token}"
    return client


def test_a_script_reads_what_its_scopes_say_until_its_token_is_revoked(service: Service) -> None:
    user = service.user()
    made = created(user, "conversations.read")
    client = script(service, made["token"])
    assert client.get("/api/auth/me").json()["permissions"] == ["conversations.read"]
    assert client.get("/api/conversations").status_code == 200
    assert client.post("/api/runtime/agent/tickets").status_code == 403
    (listed,) = user.http.get(PATH).json()["access_tokens"]
    assert listed["hint"] == made["token"][:8]
    assert listed["last_used_at"] is not None
    assert made["token"] not in str(listed)
    revoked = user.http.delete(f"{PATH}/{made['access_token_id']}")
    assert revoked.status_code == 204
    assert client.get("/api/auth/me").status_code == 401
    again = user.http.delete(f"{PATH}/{made['access_token_id']}")
    assert (again.status_code, again.json()["type"]) == (404, "/problems/access-token-not-found")
    assert made["token"] not in "".join(service.lines)


def test_no_token_manages_credentials_whatever_its_scopes(service: Service) -> None:
    user = service.user()
    client = script(service, created(user, "agents.talk", "conversations.read")["token"])
    credentials = [each for each in OPERATIONS if each[2].get("x-permission") in NOT_GRANTABLE]
    assert len(credentials) >= 12
    for method, path, operation in credentials:
        filled = "/".join(str(uuid4()) if part.startswith("{") else part for part in path.split("/"))
        body = {"json": {}} if "requestBody" in operation else {}
        answer = client.request(method, filled, **body)
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/forbidden"), path
    for scope in NOT_GRANTABLE:
        asked = user.http.post(PATH, json={"name": "script", "scopes": ["agents.talk", scope]})
        assert (asked.status_code, asked.json()["errors"][0]["pointer"]) == (422, "/scopes/1")
    refresh = client.post("/api/auth/refresh", json={"refresh_token": created(user, "agents.talk")["token"]})
    assert refresh.status_code == 401


def test_every_operation_on_credentials_needs_a_permission_that_no_token_has() -> None:
    for _, path, operation in OPERATIONS:
        if path.startswith("/api/auth/") and operation.get("security") != [] and path != "/api/auth/me":
            assert operation["x-permission"] in NOT_GRANTABLE, path


def test_what_is_not_such_a_token_is_refused(service: Service) -> None:
    token = created(service.user(), "agents.talk")["token"]
    hostile = [
        new_personal_token(),
        token[:-1],
        token + "0",
        token.upper(),
        token.swapcase(),
        token.replace("epp_", "epr_"),
        token.removeprefix("epp_"),
        "epp_",
        "epp_" + "0" * 38,
        "epp_" + "A" * 5000,
        f"{token}.{token}.{token}",
        f"{token}, {token}",
        f"{token};scope=users.manage",
        f"{token}%00",
        f"'{token}'",
        "epp_' OR '1'='1",
        token[:10] + " " + token[10:],
    ]
    for value in hostile:
        answer = script(service, value).get("/api/auth/me")
        assert (answer.status_code, answer.json()["type"]) == (401, "/problems/unauthenticated"), value
        assert answer.headers["www-authenticate"].startswith("Bearer")
    for headers in ({"Authorization": f"Basic {token}"}, {"Authorization": token}, {"Cookie": f"token={token}"}):
        assert service.http().get("/api/auth/me", headers=headers).status_code == 401
    assert service.http().get("/api/auth/me", params={"access_token": token}).status_code == 401
    assert script(service, token).get("/api/auth/me").status_code == 200


def test_sockets_of_a_token_close_when_it_is_revoked_and_others_stay(service: Service) -> None:
    user = service.user()
    made = created(user, "agents.talk")
    holder = service.user()
    holder.access_token = made["token"]
    holder.http.headers["Authorization"] = f"Bearer {made['token']}"
    with holder.socket() as first, holder.socket(by_ticket=True) as second, user.socket() as other:
        first.opens()
        user.http.delete(f"{PATH}/{made['access_token_id']}")
        assert [closed_with(talk) for talk in (first, second)] == [(4401, "unauthenticated")] * 2
        other.says("connection.ping", correlation_id="still-here")
        assert other.hears("connection.pong")[-1]["correlation_id"] == "still-here"


def test_a_token_without_the_scope_opens_no_socket(service: Service) -> None:
    holder = service.user()
    holder.access_token = created(holder, "conversations.read")["token"]
    with pytest.raises(InvalidStatus) as caught, holder.socket():
        pass
    assert caught.value.response.status_code == 403


def test_a_token_revoked_in_one_process_is_refused_and_cut_off_in_another(
    start: Callable[..., Service], postgresql_url: str
) -> None:
    here, there = (start(EXPERIENCE_PLANE_DATABASE__URL=postgresql_url) for _ in range(2))
    user = here.user()
    made = created(user, "agents.talk")
    holder = there.user()
    holder.access_token = made["token"]
    with holder.socket() as talk:
        assert user.http.delete(f"{PATH}/{made['access_token_id']}").status_code == 204
        assert closed_with(talk) == (4401, "unauthenticated")
    assert script(there, made["token"]).get("/api/auth/me").status_code == 401


def test_a_user_has_no_more_tokens_than_the_service_allows(start: Callable[..., Service]) -> None:
    user = start(EXPERIENCE_PLANE_AUTH__PERSONAL_TOKENS_PER_USER="2").user()
    for _ in range(2):
        created(user, "agents.talk")
    answer = user.http.post(PATH, json={"name": "script", "scopes": ["agents.talk"]})
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/access-token-limit")
