"""Second factors over HTTP: what a login answers, and that nothing goes around it."""

from __future__ import annotations

import base64
import json
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from test_external_identity import PERSON, come_back, now

from experience_plane.security_guard.opaque import new_secret
from oidc_server import CLIENT_ID, CLIENT_SECRET, OidcServer
from real_server import listening, serving
from running_service import Service, User

START = Callable[..., Service]
PREFIX = "EXPERIENCE_PLANE_RATE_LIMITS__"


def slug(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


def app_of(secret: str) -> TOTP:
    return TOTP(base64.b32decode(secret), 6, SHA1(), 30)


def enrol(http: httpx.Client, **proof: str) -> tuple[TOTP, list[str]]:
    """Use an app with the present code: the next one, which is accepted as well, is still to be used."""
    answer = http.post("/api/auth/factors/totp", json=proof)
    assert answer.status_code == 201, answer.text
    app = app_of(answer.json()["secret"])
    answer = http.post("/api/auth/factors/totp/confirm", json={"code": code(app)})
    assert answer.status_code == 200, answer.text
    return app, answer.json()["recovery_codes"]


def code(app: TOTP, steps: int = 0) -> str:
    return app.generate(int(time.time()) + 30 * steps).decode()


def log_in(user: User, **headers: str) -> httpx.Response:
    body = {"email": user.email, "password": user.password}
    with user.service.http() as http:
        return http.post("/api/auth/login", json=body, headers=headers)


def give(service: Service, challenge: str, given: str, method: str = "totp", **headers: str) -> httpx.Response:
    body = {"challenge": challenge, "method": method, "code": given}
    with service.http() as http:
        return http.post("/api/auth/login/second-factor", json=body, headers=headers)


def test_a_login_answers_202_without_any_token_until_the_code_is_given(service: Service) -> None:
    user = service.user()
    app, codes = enrol(user.http, current_password=user.password)
    asked = log_in(user)
    assert asked.status_code == 202
    assert set(asked.json()) == {"challenge", "methods", "expires_at"}
    assert asked.json()["methods"] == ["totp", "recovery_code"]
    assert asked.headers["cache-control"] == "no-store"
    challenge = asked.json()["challenge"]
    assert slug(give(service, challenge, codes[0])) == (403, "wrong-code")
    answer = give(service, challenge, code(app, 1))
    assert answer.status_code == 200
    assert set(answer.json()) == {"access_token", "refresh_token", "token_type", "expires_in", "user"}
    assert slug(give(service, challenge, codes[0], "recovery_code")) == (401, "invalid-challenge")
    assert user.http.get("/api/auth/factors").json() == {"totp": True, "passkeys": False, "recovery_codes_left": 10}


def test_a_challenge_opens_no_door_of_the_service(service: Service) -> None:
    user = service.user()
    enrol(user.http)
    challenge = log_in(user).json()["challenge"]
    with service.http() as http:
        bearer = {"Authorization": f"Bearer {challenge}"}
        assert slug(http.get("/api/auth/me", headers=bearer)) == (401, "unauthenticated")
        assert slug(http.post("/api/runtime/agent/tickets", headers=bearer)) == (401, "unauthenticated")
        assert slug(http.post("/api/auth/refresh", json={"refresh_token": challenge})) == (
            401,
            "invalid-refresh-token",
        )
        handshake = {
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Protocol": "experience.agent.v1",
        }
        assert http.get("/api/runtime/agent", headers=handshake | bearer).status_code == 401
        assert http.get(f"/api/runtime/agent?ticket={challenge}", headers=handshake).status_code == 401


def test_what_began_before_the_factor_ends_with_it(service: Service) -> None:
    user, other = service.user(), service.user()
    other.email, other.password = user.email, user.password
    other.take(log_in(user).json())
    with other.socket() as socket:
        enrol(user.http, current_password=user.password)
        with pytest.raises(Exception, match="4401"):
            socket.hears("error")
    assert slug(other.http.get("/api/auth/me")) == (401, "unauthenticated")
    with service.http() as http:
        refused = http.post("/api/auth/refresh", json={"refresh_token": other.refresh_token})
    assert slug(refused) == (401, "invalid-refresh-token")
    assert user.http.get("/api/auth/me").status_code == 200


def test_five_wrong_codes_end_a_challenge(service: Service) -> None:
    user = service.user()
    app, codes = enrol(user.http)
    challenge = log_in(user).json()["challenge"]
    answers = [give(service, challenge, "aaaaaa", "recovery_code") for _ in range(5)]
    assert {slug(answer) for answer in answers} == {(403, "wrong-code")}
    assert answers[0].json()["errors"][0]["pointer"] == "/code"
    assert slug(give(service, challenge, code(app, 1))) == (401, "invalid-challenge")
    assert give(service, log_in(user).json()["challenge"], codes[0], "recovery_code").status_code == 200


def test_codes_tried_for_one_account_are_limited_and_its_owner_still_gets_in(start: START) -> None:
    limits = {f"{PREFIX}FACTOR": "1", f"{PREFIX}CODE_PER_ACCOUNT": "4/hour"}
    service = start(**limits, EXPERIENCE_PLANE_HTTP__TRUSTED_PROXIES='["127.0.0.1/32"]')
    user = service.user()
    app, codes = enrol(user.http)
    home = {"X-Forwarded-For": "192.0.2.1"}
    challenge = log_in(user, **home).json()["challenge"]
    assert give(service, challenge, codes[0], "recovery_code", **home).status_code == 200
    challenges = [log_in(user).json()["challenge"] for _ in range(3)]
    attack = [
        give(service, challenges[number // 3], "aaaaaa", "recovery_code", **{"X-Forwarded-For": f"198.51.100.{number}"})
        for number in range(9)
    ]
    # The first code from home counted as a stranger's.
    assert [slug(answer) for answer in attack[:3]] == [(403, "wrong-code")] * 3
    assert {slug(answer) for answer in attack[3:]} == {(429, "too-many-requests")}
    assert "retry-after" in attack[-1].headers
    assert "account" not in attack[0].headers["ratelimit"]
    challenge = log_in(user, **home).json()["challenge"]
    assert give(service, challenge, code(app, 1), **home).status_code == 200


def test_the_second_factor_can_be_disabled_by_who_has_it(service: Service) -> None:
    user = service.user()
    _, codes = enrol(user.http)
    disable = "/api/auth/factors/totp/disable"
    wrong = {"code": codes[0], "current_password": "wrong horse battery"}
    assert slug(user.http.post(disable, json=wrong)) == (403, "wrong-password")
    assert slug(user.http.post(disable, json={"code": "aaaaaa"})) == (403, "wrong-code")
    new = user.http.post("/api/auth/factors/recovery-codes", json={"code": codes[0]}).json()["recovery_codes"]
    assert slug(user.http.post(disable, json={"code": codes[1]})) == (403, "wrong-code")
    assert user.http.post(disable, json={"code": new[0]}).status_code == 204
    assert slug(user.http.post(disable, json={"code": new[1]})) == (409, "no-second-factor")
    assert log_in(user).status_code == 200


def test_an_old_login_needs_the_password_to_enrol(start: START) -> None:
    service = start(EXPERIENCE_PLANE_AUTH__RECENT_LOGIN_SECONDS="0")
    user = service.user()
    assert slug(user.http.post("/api/auth/factors/totp", json={})) == (403, "reauthentication-required")
    enrol(user.http, current_password=user.password)
    assert slug(user.http.post("/api/auth/factors/totp", json={"current_password": user.password})) == (
        409,
        "second-factor-exists",
    )


def test_the_key_of_sealed_secrets_is_made_beside_the_database_and_survives_a_restart(
    start: START, tmp_path: Path
) -> None:
    service = start()
    user = service.user()
    assert not (tmp_path / "var" / "encryption.key").exists()
    app, _ = enrol(user.http)
    key = tmp_path / "var" / "encryption.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    service.stop()
    assert not any(key.read_text().strip() in line for line in service.lines)
    user.service = start()
    assert give(user.service, log_in(user).json()["challenge"], code(app, 1)).status_code == 200


def test_nothing_secret_is_logged(start: START) -> None:
    service = start()
    user = service.user()
    answer = user.http.post("/api/auth/factors/totp", json={}).json()
    app = app_of(answer["secret"])
    given = code(app)
    codes = user.http.post("/api/auth/factors/totp/confirm", json={"code": given}).json()["recovery_codes"]
    challenge = log_in(user).json()["challenge"]
    give(service, challenge, codes[0], "recovery_code")
    service.stop()
    log = "".join(service.lines)
    assert "second_factor.given" in log
    assert not [secret for secret in (answer["secret"], given, challenge, *codes) if secret in log]


def test_a_sign_in_with_a_provider_is_asked_for_the_second_factor(start: START) -> None:
    with listening() as (listener, url):
        provider = OidcServer(url, now, person=PERSON)
        with serving(provider.application(), listener):
            configured: dict[str, Any] = {
                "id": "example",
                "name": "Example ID",
                "issuer": url,
                "client_id": CLIENT_ID,
                "client_secret": CLIENT_SECRET,
            }
            service = start(EXPERIENCE_PLANE_AUTH__OIDC_PROVIDERS=json.dumps([configured]))
            with service.http() as http:
                first = exchange(http)
                assert first.status_code == 200
                # Who has no password enrols soon after the sign-in.
                bearer = {"Authorization": f"Bearer {first.json()['access_token']}"}
                secret = http.post("/api/auth/factors/totp", json={}, headers=bearer).json()["secret"]
                app = app_of(secret)
                body = {"code": code(app)}
                assert http.post("/api/auth/factors/totp/confirm", json=body, headers=bearer).status_code == 200
                asked = exchange(http)
            assert asked.status_code == 202
            assert set(asked.json()) == {"challenge", "methods", "expires_at"}
            assert give(service, asked.json()["challenge"], code(app, 1)).status_code == 200


def exchange(http: httpx.Client) -> httpx.Response:
    verifier = new_secret()
    brought = come_back(http, "start", verifier)
    return http.post("/api/auth/oidc/token", json={"code": brought["code"], "code_verifier": verifier})


def test_the_terminal_asks_for_the_code_until_it_is_right(service: Service) -> None:
    user = service.user()
    app, _ = enrol(user.http)
    typed = "\n".join([user.password, "no code", code(app, 1), ""])
    talked = subprocess.run(
        [sys.executable, "-m", "experience_plane", "chat", "--url", service.address, "--email", user.email],
        input=typed,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert talked.returncode == 0, talked.stderr
    assert "This code is wrong" in talked.stdout
    assert "Logged in as Ana." in talked.stdout
