"""Limits of the real service: 429 with its fields, a victim who gets in during an attack, proxies that are believed."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx

from running_service import Service

START = Callable[..., Service]
PREFIX = "EXPERIENCE_PLANE_RATE_LIMITS__"
TIGHT = {
    f"{PREFIX}FACTOR": "1",
    f"{PREFIX}SIGN_IN_PER_CLIENT": "5/hour",
    f"{PREFIX}SIGN_IN_PER_ACCOUNT": "3/hour",
    "EXPERIENCE_PLANE_HTTP__TRUSTED_PROXIES": '["127.0.0.1/32"]',
}
ITEM = r'"[a-z0-9-]+";{0}=\d+;{1}=\d+'


def sign_in(service: Service, address: str, email: str, password: str = "wrong horse") -> httpx.Response:
    body = {"email": email, "password": password}
    with service.http() as http:
        return http.post("/api/auth/login", json=body, headers={"X-Forwarded-For": address})


def fields_are_well_formed(response: httpx.Response) -> bool:
    told = [("ratelimit-policy", ITEM.format("q", "w")), ("ratelimit", ITEM.format("r", "t"))]
    return all(re.fullmatch(f"{item}(, {item})*", response.headers[name]) for name, item in told)


def test_past_the_limit_of_a_network_the_answer_is_429_and_says_when_to_come_back(start: START) -> None:
    service = start(**TIGHT)
    answers = [sign_in(service, "192.0.2.1", f"user{number}@example.com") for number in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert all(fields_are_well_formed(answer) for answer in answers)
    assert answers[0].headers["ratelimit"].startswith('"sign-in-client";r=4;t=')
    refused = answers[-1]
    assert refused.json()["type"] == "/problems/too-many-requests"
    assert 3500 < int(refused.headers["retry-after"]) <= 3600
    assert sign_in(service, "192.0.2.2", "user0@example.com").status_code == 401


def test_addresses_of_one_ipv6_network_are_one_client(start: START) -> None:
    service = start(**TIGHT)
    answers = [sign_in(service, f"2001:db8:0:1::{number}", f"u{number}@example.com") for number in range(1, 7)]
    assert answers[-1].status_code == 429
    assert sign_in(service, "2001:db8:0:2::1", "u1@example.com").status_code == 401


def test_an_account_under_attack_lets_in_who_belongs_there_and_tells_strangers_nothing(start: START) -> None:
    service = start(**TIGHT)
    user = service.user()
    assert sign_in(service, "192.0.2.1", user.email, user.password).status_code == 200
    attack = [sign_in(service, f"198.51.100.{number}", user.email) for number in range(10)]
    assert {answer.status_code for answer in attack[3:]} == {429}
    unknown = [sign_in(service, f"198.51.100.{number}", "nobody@example.com") for number in range(10)]
    assert [answer.status_code for answer in unknown[:3]] == [401] * 3
    assert {answer.status_code for answer in unknown[3:]} == {429}
    assert "account" not in attack[0].headers["ratelimit"]
    assert sign_in(service, "192.0.2.1", user.email, user.password).status_code == 200


def test_a_request_with_a_token_counts_for_its_account(start: START) -> None:
    service = start(**{f"{PREFIX}FACTOR": "1", f"{PREFIX}STANDARD_PER_ACCOUNT": "2/hour"})
    ada, eve = service.user(), service.user()
    answers = [ada.http.get("/api/auth/me") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert '"standard-account";r=1' in answers[0].headers["ratelimit"]
    assert all(fields_are_well_formed(answer) for answer in answers)
    assert eve.http.get("/api/auth/me").status_code == 200


def test_a_header_from_a_peer_that_is_no_trusted_proxy_moves_nobody(start: START) -> None:
    service = start(**(TIGHT | {"EXPERIENCE_PLANE_HTTP__TRUSTED_PROXIES": '["192.0.2.0/24"]'}))
    answers = [sign_in(service, f"192.0.2.{number}", f"user{number}@example.com") for number in range(6)]
    assert answers[-1].status_code == 429


def test_the_log_names_the_client_behind_the_proxy(start: START) -> None:
    service = start(**TIGHT)
    sign_in(service, "203.0.113.77", "user@example.com")
    service.stop()
    assert any('"client":"203.0.113.77"' in line for line in service.lines)


def test_the_page_and_health_are_not_limited(start: START) -> None:
    service = start(**{f"{PREFIX}STANDARD_PER_CLIENT": "1/hour", f"{PREFIX}FACTOR": "1"})
    with service.http() as http:
        assert {http.get("/healthz").status_code for _ in range(5)} == {200}
        assert "ratelimit" not in http.get("/healthz").headers
