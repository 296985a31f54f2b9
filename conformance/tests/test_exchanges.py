"""Exchanges against a service that keeps what is owed, and against the same with one fault at a time."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from experience_conformance.exchanges import play_exchanges
from experience_conformance.identity import Account

URL = "http://plane.test"
COOKIE = "__Host-experience-plane-refresh=epr_1; Path=/; Secure; HttpOnly; SameSite=Strict"
ADA = Account("ada@example.com", "the engine weaves", "0198c0dd-1111-7aaa-8bbb-0123456789ab", "token")


def service(
    *, cookie: str = COOKIE, origins: tuple[str | None, ...] = (URL,), leaks: bool = False
) -> Callable[[httpx.Request], httpx.Response]:
    """Logs everybody in, by cookie from pages of these origins only."""

    def answer(request: httpx.Request) -> httpx.Response:
        body: dict[str, Any] = json.loads(request.content)
        origin = request.headers.get("Origin")
        by_cookie = body.get("token_delivery") == "cookie" or "Cookie" in request.headers
        if request.headers.get("Cookie", cookie.partition(";")[0]) != cookie.partition(";")[0]:
            return httpx.Response(401, json={"type": "/problems/invalid-refresh-token"})
        if by_cookie and origin not in origins:
            return httpx.Response(403, json={"type": "/problems/forbidden"})
        tokens = {"access_token": "a"} | ({} if by_cookie and not leaks else {"refresh_token": "r"})
        return httpx.Response(200, json=tokens, headers={"Set-Cookie": cookie} if by_cookie else {})

    return answer


async def faults(answer: Callable[[httpx.Request], httpx.Response]) -> set[str]:
    results = await play_exchanges(URL, ADA, httpx.MockTransport(answer))
    return {violation.rule for result in results for violation in result.violations}


async def test_a_service_that_owes_nothing_is_told_nothing() -> None:
    assert await faults(service()) == set()


@pytest.mark.parametrize(
    ("answer", "rule"),
    [
        pytest.param(service(leaks=True), "http/body", id="the token is in the body, too"),
        pytest.param(service(origins=(URL, None)), "http/status", id="the cookie is taken from no page"),
        pytest.param(service(origins=(URL, "https://elsewhere.example")), "http/status", id="from a foreign page"),
        pytest.param(service(cookie=COOKIE.replace("; Secure", "")), "http/cookie", id="not Secure"),
        pytest.param(service(cookie=COOKIE.replace("; HttpOnly", "")), "http/cookie", id="not HttpOnly"),
        pytest.param(service(cookie=COOKIE.replace("Strict", "Lax")), "http/cookie", id="SameSite=Lax"),
        pytest.param(service(cookie=COOKIE.replace("Path=/", "Path=/api")), "http/cookie", id="another path"),
        pytest.param(service(cookie=COOKIE + "; Domain=plane.test"), "http/cookie", id="for subdomains"),
        pytest.param(service(cookie=COOKIE.replace("__Host-", "")), "http/cookie", id="another name"),
    ],
)
async def test_a_service_that_breaks_a_rule_is_told_which(
    answer: Callable[[httpx.Request], httpx.Response], rule: str
) -> None:
    assert rule in await faults(answer)
