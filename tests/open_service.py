"""The real application over a database of its own, and HTTP clients of its users."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from experience_plane.bootstrap import Service, open_service
from experience_plane.settings import AuthSettings, DatabaseSettings, HashingSettings, Settings

PASSWORD = "correct horse battery"


@dataclass(frozen=True, slots=True)
class Person:
    """A registered user with a client that sends the user's access token."""

    http: httpx.AsyncClient
    email: str
    user: dict[str, Any]
    access_token: str

    @property
    def user_id(self) -> str:
        return str(self.user["user_id"])


@dataclass(frozen=True, slots=True)
class House:
    """A service that runs in this process."""

    service: Service
    database_url: str

    def client(self, token: str | None = None, **headers: str) -> httpx.AsyncClient:
        """An HTTP client, with a Bearer token where one is given."""
        authorization = {} if token is None else {"Authorization": f"Bearer {token}"}
        transport = httpx.ASGITransport(self.service.application, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=authorization | headers)

    async def register(self, name: str) -> Person:
        """Register a user, named like the e-mail address."""
        email = f"{name}@example.com"
        body = {"name": name.title(), "email": email, "password": PASSWORD}
        answer = await self.client().post("/api/auth/register", json=body)
        assert answer.status_code == 201, answer.text
        token = answer.json()["access_token"]
        return Person(self.client(token), email, answer.json()["user"], token)

    async def login(self, email: str) -> httpx.Response:
        """Try to log in with the password that everyone has."""
        return await self.client().post("/api/auth/login", json={"email": email, "password": PASSWORD})


def house_settings(database_url: str) -> Settings:
    """Settings of a service for tests: cheap hashes, everything else as always."""
    return Settings(
        database=DatabaseSettings(url=database_url),
        auth=AuthSettings(hashing=HashingSettings(memory_cost_kib=8, time_cost=1)),
    )


@asynccontextmanager
async def open_house(database_url: str) -> AsyncIterator[House]:
    """Open the service on a database."""
    async with open_service(house_settings(database_url)) as service:
        yield House(service, database_url)


def problem_of(answer: httpx.Response) -> tuple[int, str]:
    """The status and the slug of a refusal."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")
