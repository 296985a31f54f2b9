"""`x-permission` of the contract, through the real application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import update

from experience_plane.adapters.sql.engine import create_engine, write_transaction
from experience_plane.adapters.sql.identity_tables import memberships
from experience_plane_api import documents
from open_service import House, open_house, problem_of

OPENAPI = documents.load("openapi")
OPERATIONS = [
    pytest.param(method, path, {"json": {}} if "requestBody" in operation else {}, id=operation["operationId"])
    for path, item in OPENAPI["paths"].items()
    for method, operation in item.items()
    if operation.get("x-permission")
]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(f"sqlite+aiosqlite:///{tmp_path / 'plane.sqlite3'}") as opened:
        yield opened


async def set_roles_of_everyone(database_url: str, roles: list[str]) -> None:
    engine = create_engine(database_url)
    async with write_transaction(engine) as connection:
        await connection.execute(update(memberships).values(roles=roles))
    await engine.dispose()


def filled(path: str) -> str:
    return "/".join(str(uuid4()) if part.startswith("{") else part for part in path.split("/"))


@pytest.mark.parametrize(("method", "path", "body"), OPERATIONS)
async def test_who_has_no_role_is_refused_by_every_operation_that_needs_a_permission(
    house: House, method: str, path: str, body: dict[str, Any]
) -> None:
    await house.register("ana")
    await set_roles_of_everyone(house.database_url, [])
    token = (await house.login("ana@example.com")).json()["access_token"]
    answer = await house.client(token).request(method, filled(path), **body)
    assert problem_of(answer) == (403, "forbidden")


@pytest.mark.parametrize(("method", "path", "body"), OPERATIONS)
async def test_who_is_unknown_is_asked_to_authenticate_first(
    house: House, method: str, path: str, body: dict[str, Any]
) -> None:
    for client in (house.client(), house.client("nonsense")):
        answer = await client.request(method, filled(path), **body)
        assert problem_of(answer) == (401, "unauthenticated")


async def test_any_user_may_see_who_it_is_and_which_permission_the_agents_need(house: House) -> None:
    ana = await house.register("ana")
    assert (await ana.http.get("/api/auth/me")).json()["roles"] == ["member"]
    agents = (await ana.http.get("/api/agents")).json()["agents"]
    assert {agent["permission"] for agent in agents} == {"agents.talk"}
