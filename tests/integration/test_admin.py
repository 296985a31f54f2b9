"""Admins at work, through the real application."""

from __future__ import annotations

import asyncio
import base64
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from experience_plane.bootstrap import grant_role
from open_service import House, Person, house_settings, open_house, problem_of


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(f"sqlite+aiosqlite:///{tmp_path / 'plane.sqlite3'}") as opened:
        yield opened


async def admin_of(house: House, name: str, role: str = "admin") -> Person:
    """Someone with a role, given by the command before the first request that needs it."""
    person = await house.register(name)
    await grant_role(house_settings(house.database_url), person.email, role)
    return person


async def events(admin: Person, **conditions: str) -> list[dict[str, Any]]:
    answer = await admin.http.get("/api/admin/audit-events", params=conditions)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["events"]
    return found


async def test_the_command_makes_an_admin_whose_token_from_before_counts_as_one(house: House) -> None:
    admin = await admin_of(house, "ana")
    found = (await admin.http.get("/api/admin/users")).json()
    assert [(user["email"], user["roles"]) for user in found["users"]] == [("ana@example.com", ["member", "admin"])]
    assert found["next_cursor"] is None
    roles = (await admin.http.get("/api/admin/roles")).json()["roles"]
    assert [role["name"] for role in roles] == ["guest", "member", "admin", "platform_admin"]


async def test_an_admin_sees_nobody_of_another_tenant(house: House) -> None:
    admin, ben = await admin_of(house, "ana"), await house.register("ben")
    one = f"/api/admin/users/{ben.user_id}"
    for method, path in [
        ("GET", one),
        ("POST", f"{one}/disable"),
        ("POST", f"{one}/enable"),
        ("DELETE", f"{one}/sessions"),
        ("DELETE", f"{one}/factors"),
    ]:
        assert problem_of(await admin.http.request(method, path)) == (404, "user-not-found")
    assert problem_of(await admin.http.put(f"{one}/roles", json={"roles": []})) == (404, "user-not-found")
    assert {event["user_id"] for event in await events(admin)} == {admin.user_id}


async def test_a_platform_admin_pages_through_all_users(house: House) -> None:
    admin = await admin_of(house, "zoe", "platform_admin")
    for name in ("ana", "ben", "ann"):
        await house.register(name)
    seen, cursor = [], None
    while True:
        params = {"limit": 1} | ({"cursor": cursor} if cursor else {})
        page = (await admin.http.get("/api/admin/users", params=params)).json()
        seen += [user["email"] for user in page["users"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert seen == [f"{name}@example.com" for name in ("ana", "ann", "ben", "zoe")]
    found = (await admin.http.get("/api/admin/users", params={"email_prefix": "AN"})).json()["users"]
    assert [user["email"] for user in found] == ["ana@example.com", "ann@example.com"]


async def test_a_disabled_user_is_out_at_once_and_its_login_looks_like_a_wrong_password(house: House) -> None:
    admin, ben = await admin_of(house, "ana", "platform_admin"), await house.register("ben")
    one = f"/api/admin/users/{ben.user_id}"
    assert (await admin.http.post(f"{one}/disable")).json()["disabled_at"] is not None
    assert problem_of(await ben.http.get("/api/auth/me")) == (401, "unauthenticated")
    refused = await house.login(ben.email)
    wrong = await house.login("nobody@example.com")
    assert problem_of(refused) == (401, "invalid-credentials")
    assert refused.json() | {"request_id": ""} == wrong.json() | {"request_id": ""}
    assert (await admin.http.post(f"{one}/enable")).json()["disabled_at"] is None
    assert problem_of(await ben.http.get("/api/auth/me")) == (401, "unauthenticated")
    assert (await house.login(ben.email)).status_code == 200


async def test_roles_count_from_the_next_request_on(house: House) -> None:
    admin, ben = await admin_of(house, "ana", "platform_admin"), await house.register("ben")
    path = f"/api/admin/users/{ben.user_id}/roles"
    assert problem_of(await ben.http.get("/api/admin/roles")) == (403, "forbidden")
    assert (await admin.http.put(path, json={"roles": ["admin"]})).json()["roles"] == ["admin"]
    assert (await ben.http.get("/api/admin/roles")).status_code == 200
    # Ben is the only admin of his own tenant.
    assert problem_of(await admin.http.put(path, json={"roles": []})) == (409, "last-admin")
    unknown = await admin.http.put(path, json={"roles": ["admin", "king"]})
    assert problem_of(unknown) == (422, "invalid-request")
    assert unknown.json()["errors"][0]["pointer"] == "/roles/1"


async def test_an_admin_gives_no_more_than_it_has(house: House) -> None:
    admin = await admin_of(house, "ana")
    path = f"/api/admin/users/{admin.user_id}"
    assert problem_of(await admin.http.put(f"{path}/roles", json={"roles": ["platform_admin"]})) == (403, "forbidden")
    assert problem_of(await admin.http.put(f"{path}/roles", json={"roles": ["member"]})) == (409, "last-admin")
    assert problem_of(await admin.http.post(f"{path}/disable")) == (409, "last-admin")


async def test_the_sessions_of_a_user_end_at_once_and_it_may_log_in_again(house: House) -> None:
    admin, ben = await admin_of(house, "ana", "platform_admin"), await house.register("ben")
    assert (await admin.http.delete(f"/api/admin/users/{ben.user_id}/sessions")).status_code == 204
    assert problem_of(await ben.http.get("/api/auth/me")) == (401, "unauthenticated")
    assert (await house.login(ben.email)).status_code == 200


async def test_lost_second_factors_are_taken_away_by_who_may_manage_their_user(house: House) -> None:
    admin, ben = await admin_of(house, "ana", "platform_admin"), await house.register("ben")
    enrolment = (await ben.http.post("/api/auth/factors/totp", json={})).json()
    code = TOTP(base64.b32decode(enrolment["secret"]), 6, SHA1(), 30).generate(int(time.time())).decode()
    assert (await ben.http.post("/api/auth/factors/totp/confirm", json={"code": code})).status_code == 200
    assert (await house.login(ben.email)).status_code == 202
    assert problem_of(await ben.http.delete(f"/api/admin/users/{admin.user_id}/factors")) == (403, "forbidden")
    assert problem_of(await admin.http.delete(f"/api/admin/users/{admin.user_id}/factors")) == (403, "forbidden")
    assert (await admin.http.delete(f"/api/admin/users/{ben.user_id}/factors")).status_code == 204
    assert problem_of(await ben.http.get("/api/auth/me")) == (401, "unauthenticated")
    assert (await house.login(ben.email)).status_code == 200
    (event,) = await events(admin, kind="second_factor.reset")
    assert (event["user_id"], event["actor_id"]) == (ben.user_id, admin.user_id)


async def test_the_audit_log_tells_who_did_what_to_whom_and_from_where(house: House) -> None:
    admin, ben = await admin_of(house, "ana", "platform_admin"), await house.register("ben")
    client = house.client(**{"User-Agent": "Browser/1"})
    body = {"email": ben.email, "password": "wrong horse battery"}
    failed = await client.post("/api/auth/login", json=body)
    (event,) = await events(admin, kind="login.failed")
    assert event["user_id"] == ben.user_id
    assert event["tenant_id"] == ben.user["tenant_id"]
    assert (event["ip_address"], event["user_agent"]) == ("127.0.0.1", "Browser/1")
    assert event["request_id"] == failed.headers["x-request-id"]
    await admin.http.put(f"/api/admin/users/{ben.user_id}/roles", json={"roles": ["guest"]})
    (event,) = await events(admin, kind="user.roles_changed", user_id=ben.user_id)
    assert event["actor_id"] == admin.user_id
    assert event["detail"] == {"before": "member", "after": "guest"}
    answer = (await admin.http.get("/api/admin/audit-events", params={"limit": 1})).json()
    assert len(answer["events"]) == 1
    assert answer["next_cursor"] == answer["events"][0]["event_id"]


async def test_the_command_says_what_it_did(house: House) -> None:
    await house.register("ana")

    def command(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "experience_plane", "users", *arguments],
            env={**os.environ, "EXPERIENCE_PLANE_DATABASE__URL": house.database_url},
            capture_output=True,
            text=True,
            check=False,
        )

    done = await asyncio.to_thread(command, "grant-role", "ANA@example.com", "admin")
    assert (done.returncode, done.stdout) == (0, "ANA@example.com has the roles member, admin.\n")
    refused = await asyncio.to_thread(command, "grant-role", "ana@example.com", "king")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "There is no role king." in refused.stderr
    reset = await asyncio.to_thread(command, "reset-factors", "ana@example.com")
    assert (reset.returncode, "has no second factor" in reset.stdout) == (0, True)
    unknown = await asyncio.to_thread(command, "reset-factors", "nobody@example.com")
    assert (unknown.returncode, unknown.stderr) == (1, "There is no such user.\n")
