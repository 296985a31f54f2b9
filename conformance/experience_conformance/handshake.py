"""The handshakes that the service must refuse, each with the status, the problem and the headers that it owes."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import jsonschema_rs
from websockets.exceptions import InvalidHandshake, InvalidStatus
from websockets.http11 import Response

from experience_conformance.judge import Contract, Judge
from experience_conformance.player import Target
from experience_conformance.results import CaseResult
from experience_conformance.socket_client import open_socket
from experience_conformance.violations import Violation


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a handshake carries."""

    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    subprotocol: str | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """One handshake and the problem it must be refused with. `prepare` makes the credentials it needs."""

    id: str
    title: str
    problem: str
    prepare: Callable[[Contract, Target], Awaitable[Attempt]]


async def play_refusals(contract: Contract, target: Target) -> list[CaseResult]:
    """Tries all of them, in order."""
    return [await play_refusal(refusal, contract, target) for refusal in REFUSALS]


async def play_refusal(refusal: Refusal, contract: Contract, target: Target) -> CaseResult:
    """Tries one handshake and judges the answer."""
    started = time.monotonic()
    attempt = await refusal.prepare(contract, target)
    uri = f"{target.uri}?{urlencode(attempt.query)}" if attempt.query else target.uri
    judge = Judge(contract)
    try:
        socket = await open_socket(uri, judge, headers=attempt.headers, subprotocol=attempt.subprotocol)
    except InvalidStatus as refused:
        violations = _judge(contract, refusal.problem, refused.response)
    except (InvalidHandshake, OSError, TimeoutError) as error:
        violations = [Violation("handshake/answer", f"no answer of HTTP came: {error!r}")]
    else:
        await socket.close()
        violations = [Violation("handshake/accepted", f"accepted, where {refusal.problem} is owed")]
    return CaseResult(refusal.id, refusal.title, tuple(violations), seconds=time.monotonic() - started)


def _judge(contract: Contract, slug: str, response: Response) -> list[Violation]:
    expected = contract.documents.problems[slug].status
    found = []
    if response.status_code != expected:
        found.append(Violation("handshake/status", f"{response.status_code} instead of {expected} with {slug}"))
    found += _judge_headers(response)
    try:
        problem = json.loads(response.body or b"")
    except ValueError:
        return [*found, Violation("handshake/body", f"the body is no JSON: {(response.body or b'')[:200]!r}")]
    return found + _judge_problem(contract, slug, problem)


def _judge_headers(response: Response) -> list[Violation]:
    found = []
    media_type = response.headers.get("Content-Type", "").partition(";")[0]
    if media_type != "application/problem+json":
        found.append(Violation("handshake/content-type", f"{media_type!r} instead of 'application/problem+json'"))
    # RFC 9110, sections 15.5.2 and 15.5.22.
    for status, name in ((401, "WWW-Authenticate"), (426, "Upgrade")):
        if response.status_code == status and name not in response.headers:
            found.append(Violation("handshake/header", f"{status} without {name}"))
    return found


def _judge_problem(contract: Contract, slug: str, problem: Any) -> list[Violation]:
    components = contract.documents.asyncapi["components"]
    validator = jsonschema_rs.validator_for({"$ref": "#/components/schemas/Problem", "components": components})
    faults = [Violation("handshake/problem", error.message) for error in validator.iter_errors(problem)]
    if faults:
        return faults
    if problem["type"] != f"/problems/{slug}":
        faults.append(Violation("handshake/problem", f"{problem['type']} instead of /problems/{slug}"))
    return faults + contract.catalogue.problem_violations(problem)


async def _nothing(_: Contract, target: Target) -> Attempt:
    return Attempt(subprotocol=target.subprotocol)


async def _unknown_ticket(_: Contract, target: Target) -> Attempt:
    return Attempt({"ticket": secrets.token_urlsafe(32)}, subprotocol=target.subprotocol)


async def _malformed_ticket(_: Contract, target: Target) -> Attempt:
    return Attempt({"ticket": "short and not base64url"}, subprotocol=target.subprotocol)


async def _used_ticket(contract: Contract, target: Target) -> Attempt:
    ticket = await target.credentials.ticket("ada")
    uri = f"{target.uri}?{urlencode({'ticket': ticket})}"
    # The first use must be accepted, else the case would prove nothing.
    socket = await open_socket(uri, Judge(contract), subprotocol=target.subprotocol)
    await socket.close()
    return Attempt({"ticket": ticket}, subprotocol=target.subprotocol)


async def _token_as_ticket(_: Contract, target: Target) -> Attempt:
    return Attempt({"ticket": await target.credentials.access_token("ada")}, subprotocol=target.subprotocol)


async def _token_in_query(_: Contract, target: Target) -> Attempt:
    return Attempt({"access_token": await target.credentials.access_token("ada")}, subprotocol=target.subprotocol)


async def _malformed_token(_: Contract, target: Target) -> Attempt:
    return Attempt(headers={"Authorization": "Bearer not.a.token"}, subprotocol=target.subprotocol)


async def _no_subprotocol(_: Contract, target: Target) -> Attempt:
    return Attempt({"ticket": await target.credentials.ticket("ada")})


async def _other_subprotocol(_: Contract, target: Target) -> Attempt:
    return Attempt({"ticket": await target.credentials.ticket("ada")}, subprotocol="graphql-transport-ws")


REFUSALS = (
    Refusal("handshake-1", "Without credentials", "unauthenticated", _nothing),
    Refusal("handshake-2", "With a ticket that does not exist", "invalid-ticket", _unknown_ticket),
    Refusal("handshake-3", "With something that cannot be a ticket", "invalid-ticket", _malformed_ticket),
    Refusal("handshake-4", "With a ticket that was used before", "invalid-ticket", _used_ticket),
    Refusal("handshake-5", "With an access token in the place of a ticket", "invalid-ticket", _token_as_ticket),
    Refusal("handshake-6", "With an access token in the query string", "unauthenticated", _token_in_query),
    Refusal("handshake-7", "With an access token that is none", "unauthenticated", _malformed_token),
    Refusal("handshake-8", "Without a subprotocol", "upgrade-required", _no_subprotocol),
    Refusal("handshake-9", "With another subprotocol", "upgrade-required", _other_subprotocol),
)
