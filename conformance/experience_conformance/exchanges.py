"""Exchanges over HTTP as data, for what no schema says: `exchanges.yaml` has what is sent and what is owed."""

from __future__ import annotations

from collections.abc import Iterator
from http.cookies import CookieError, SimpleCookie
from importlib import resources
from time import monotonic
from typing import Any

import httpx
import yaml

from experience_conformance.cases import Bindings
from experience_conformance.identity import TIMEOUT_SECONDS, Account
from experience_conformance.results import CaseResult
from experience_conformance.violations import Violation

_ATTRIBUTES = {"path": "/", "domain": "", "secure": True, "httponly": True, "samesite": "Strict"}
"""Of a cookie that no script reads, and that no other host gets or sets (RFC 6265bis, section 4.1.3.2)."""


async def play_exchanges(
    url: str, account: Account, transport: httpx.AsyncBaseTransport | None = None
) -> list[CaseResult]:
    """Plays all of them, in order, on the service at `url`, which has no path."""
    text = resources.files("experience_conformance").joinpath("exchanges.yaml").read_text(encoding="utf-8")
    known = {"origin": url, "email": account.email, "password": account.password}
    async with httpx.AsyncClient(base_url=url, timeout=TIMEOUT_SECONDS, trust_env=False, transport=transport) as client:
        return [await _play(client, exchange, Bindings(dict(known))) for exchange in yaml.safe_load(text)]


async def _play(client: httpx.AsyncClient, exchange: dict[str, Any], bindings: Bindings) -> CaseResult:
    started, found = monotonic(), []
    for number, step in enumerate(exchange["steps"], 1):
        filled: Any = bindings.fill({key: step.get(key, {}) for key in ("body", "headers")})
        client.cookies.clear()
        try:
            answer = await client.post(step["post"], json=filled["body"], headers=filled["headers"])
        except httpx.HTTPError as error:
            found.append(Violation("http/answer", f"step {number}: no answer came: {error!r}"))
            break
        broken = [Violation(rule, f"step {number}: {fault}") for rule, fault in _judge(step["answer"], answer)]
        found += broken
        if broken:
            break
        if "Set-Cookie" in answer.headers:
            bindings.values["cookie"] = answer.headers["Set-Cookie"].partition(";")[0]
    return CaseResult(exchange["id"], exchange["title"], tuple(found), seconds=monotonic() - started)


def _judge(owed: dict[str, Any], answer: httpx.Response) -> Iterator[tuple[str, str]]:
    if answer.status_code != owed["status"]:
        yield "http/status", f"{answer.status_code} instead of {owed['status']}"
        return
    body = answer.json()
    if "problem" in owed and body.get("type") != f"/problems/{owed['problem']}":
        yield "http/problem", f"{body.get('type')} instead of /problems/{owed['problem']}"
    for name in owed.get("with", ()):
        if name not in body:
            yield "http/body", f"{name} is missing"
    for name in owed.get("without", ()):
        if name in body:
            yield "http/body", f"{name} is in the body"
    yield from _judge_cookie(owed.get("sets"), answer.headers.get("Set-Cookie"))


def _judge_cookie(name: str | None, header: str | None) -> Iterator[tuple[str, str]]:
    if name is None or header is None:
        if name is not None or header is not None:
            yield "http/cookie", f"{'a' if name is None else 'no'} cookie is set"
        return
    try:
        morsel = SimpleCookie(header)[name]
    except (CookieError, KeyError):
        yield "http/cookie", f"{name} is not set"
        return
    for attribute, value in _ATTRIBUTES.items():
        if morsel[attribute] != value:
            yield "http/cookie", f"{attribute} is {morsel[attribute]!r} instead of {value!r}"
