"""Who may open the agent socket, decided before the handshake is accepted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from agent_socket_stage import PRINCIPAL
from experience_plane.agent_socket.handshake import Handshake, HandshakeRefused, admit
from experience_plane.security_guard.ports import InvalidTicket, PermissionDenied, Unauthenticated
from experience_plane.security_guard.principal import Principal

TICKET = "t" * 43


class Guard:
    """Knows one access token and one ticket."""

    def __init__(self, *permissions: str) -> None:
        self.principal = replace(PRINCIPAL, permissions=permissions)

    async def authenticate(self, access_token: str) -> Principal:
        if access_token != "good":
            raise Unauthenticated
        return self.principal

    async def redeem_ticket(self, value: str) -> Principal:
        if value != TICKET:
            raise InvalidTicket
        return self.principal

    def require_permission(self, principal: Principal, permission: str) -> None:
        if permission not in principal.permissions:
            raise PermissionDenied(permission)


GOOD = Handshake(
    subprotocols=("experience.agent.v1",),
    origin=None,
    host="plane.example:8000",
    authorization="Bearer good",
    query=(),
)


async def admitted(permission: str = "agents.talk", origins: tuple[str, ...] = (), **changes: Any) -> Principal:
    return await admit(replace(GOOD, **changes), Guard(permission), origins)  # type: ignore[arg-type]


async def refusal(**changes: Any) -> HandshakeRefused:
    with pytest.raises(HandshakeRefused) as refused:
        await admitted(**changes)
    return refused.value


async def test_a_header_or_a_ticket_opens_the_socket() -> None:
    assert (await admitted()).user_id == PRINCIPAL.user_id
    assert (await admitted(authorization="bearer good")).user_id == PRINCIPAL.user_id
    assert (await admitted(authorization=None, query=(("ticket", TICKET),))).user_id == PRINCIPAL.user_id


@pytest.mark.parametrize("offered", [(), ("chat",), ("EXPERIENCE.AGENT.V1",), ("experience.agent.v2",)])
async def test_without_the_subprotocol_an_upgrade_is_required(offered: tuple[str, ...]) -> None:
    assert (await refusal(subprotocols=offered)).problem_type.slug == "upgrade-required"


@pytest.mark.parametrize("origin", ["http://plane.example:8000", "https://plane.example:8000", "https://app.example"])
async def test_own_pages_and_listed_ones_may_open_it(origin: str) -> None:
    await admitted(origin=origin, origins=("https://app.example",))


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://evil.example", "plane.example:8000"),
        ("https://plane.example", "plane.example:8000"),
        ("https://plane.example:8000.evil.example", "plane.example:8000"),
        ("https://app.example.evil", "plane.example:8000"),
        ("null", "plane.example:8000"),
        ("null", ""),
        ("", ""),
        ("null", None),
        ("http://[", "plane.example:8000"),
        ("http://[", "["),
        ("https://user@plane.example:8000", "plane.example:8000"),
    ],
)
async def test_pages_of_other_sites_may_not(origin: str, host: str | None) -> None:
    """Whatever they write, it is a refusal and not an error."""
    refused = await refusal(origin=origin, host=host, origins=("https://app.example",))
    assert refused.problem_type.slug == "forbidden"


@pytest.mark.parametrize("name", ["access_token", "token", "Ticket", "ticket ", "x"])
async def test_the_url_carries_a_ticket_and_nothing_else(name: str) -> None:
    """An access token in a URL ends up in logs and histories."""
    refused = await refusal(query=((name, "good"),))
    assert refused.problem_type.slug == "unauthenticated"
    assert name in refused.detail
    assert "good" not in refused.detail


@pytest.mark.parametrize(
    "changes",
    [
        {"authorization": None},
        {"query": (("ticket", TICKET),)},
        {"authorization": None, "query": (("ticket", TICKET), ("ticket", TICKET))},
        {"authorization": ""},
        {"authorization": "Bearer"},
        {"authorization": "Bearer "},
        {"authorization": "Basic good"},
        {"authorization": "good"},
    ],
)
async def test_exactly_one_credential_in_its_place_is_needed(changes: dict[str, Any]) -> None:
    assert (await refusal(**changes)).problem_type.slug == "unauthenticated"


async def test_what_the_guard_refuses_is_refused() -> None:
    with pytest.raises(Unauthenticated):
        await admitted(authorization="Bearer bad")
    with pytest.raises(InvalidTicket):
        await admitted(authorization=None, query=(("ticket", str(uuid4())),))
    with pytest.raises(PermissionDenied):
        await admitted(permission="conversations.read")
