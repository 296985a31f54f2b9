"""Accounts on the service under test, made and used over its own HTTP contract."""

from __future__ import annotations

import asyncio
import secrets
import shlex
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from experience_conformance.documents import Json

TIMEOUT_SECONDS = 30.0
LOGIN = "/api/auth/login"
TICKETS = "/api/runtime/agent/tickets"


class IdentityError(Exception):
    """The service did not give what the suite needs before it can judge anything: an account, a session or a ticket."""


class SessionEndedError(IdentityError):
    """The service refused a token or credentials (401)."""


@dataclass(frozen=True, slots=True)
class Promotion:
    """The command that makes a user an admin of all tenants, which no operation does; `{email}` in it is the user's.

    It runs in `directory`, or else where the judge does.
    """

    command: str
    directory: Path | None = None

    async def give(self, account: Account) -> None:
        """Runs the command for an account; raises IdentityError when it fails."""
        arguments = [part.replace("{email}", account.email) for part in shlex.split(self.command)]
        process = await asyncio.create_subprocess_exec(
            *arguments, cwd=self.directory, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        output, _ = await process.communicate()
        if process.returncode:
            raise IdentityError(f"{shlex.join(arguments)}: {output.decode(errors='replace')}")


@dataclass(slots=True)
class Account:
    """A registered user, logged in."""

    email: str
    password: str
    user_id: str
    access_token: str


@dataclass(slots=True)
class Accounts:
    """Registers each named user once; `url` is the address of the service without a path."""

    url: str
    _known: dict[str, Account] = field(default_factory=dict)

    async def account(self, name: str) -> Account:
        """Answers the account that the suite calls `name`, registered when first asked for."""
        if name not in self._known:
            self._known[name] = await self._register(name)
        return self._known[name]

    async def access_token(self, name: str) -> str:
        """An access token that has been accepted within this run."""
        return (await self.account(name)).access_token

    async def ticket(self, name: str) -> str:
        """Buys a ticket for one handshake; logs in again when a suite before has ended the session."""
        token = await self.access_token(name)
        try:
            answer = await self._post(TICKETS, None, token)
        except SessionEndedError:
            account = await self.account(name)
            session = await self._post(LOGIN, {"email": account.email, "password": account.password})
            account.access_token = str(session["access_token"])
            answer = await self._post(TICKETS, None, account.access_token)
        return str(answer["ticket"])

    async def user_id(self, name: str) -> str:
        """The id of the user."""
        return (await self.account(name)).user_id

    async def _register(self, name: str) -> Account:
        email = f"conformance-{name}-{secrets.token_hex(8)}@example.com"
        password = secrets.token_urlsafe(24)
        await self._post("/api/auth/register", {"name": f"Conformance {name}", "email": email, "password": password})
        session = await self._post(LOGIN, {"email": email, "password": password})
        return Account(email, password, session["user"]["user_id"], session["access_token"])

    async def _post(self, path: str, body: Json, token: str | None = None) -> dict[str, Json]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with httpx.AsyncClient(base_url=self.url, timeout=TIMEOUT_SECONDS, trust_env=False) as client:
            try:
                answer = await client.post(path, json=body, headers=headers)
            except httpx.HTTPError as error:
                raise IdentityError(f"POST {path}: {error!r}") from error
        if not answer.is_success:
            kind = SessionEndedError if answer.status_code == httpx.codes.UNAUTHORIZED else IdentityError
            raise kind(f"POST {path} answered {answer.status_code}: {answer.text[:500]}")
        found: dict[str, Json] = answer.json()
        return found
