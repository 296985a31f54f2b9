"""Passkeys over HTTP, against a running service, with an authenticator in software."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from running_service import Service, User
from software_authenticator import SoftwareAuthenticator, encoded

START = Callable[..., Service]
LOGIN = "/api/auth/login/passkey"
SECOND = "/api/auth/login/second-factor/passkey"
Key = SoftwareAuthenticator


def slug(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


def asked(http: httpx.Client, path: str, **body: str) -> dict[str, Any]:
    answer = http.post(path, json=body) if body or "registration" in path else http.post(path)
    assert answer.status_code == 201, answer.text
    options: dict[str, Any] = answer.json()
    return options


def register(user: User, key: Key, name: str = "Key") -> httpx.Response:
    options = asked(user.http, "/api/auth/passkey-registration-options")
    return user.http.post("/api/auth/passkeys", json={"name": name, "credential": key.create(options)})


def owner_of(service: Service, key: Key) -> User:
    user = service.user()
    assert register(user, key).status_code == 201
    return user


def log_in(service: Service, key: Key) -> httpx.Response:
    with service.http() as http:
        return http.post(LOGIN, json={"credential": key.get(asked(http, LOGIN + "-options"))})


def waiting(user: User) -> dict[str, Any]:
    with user.service.http() as http:
        answer = http.post("/api/auth/login", json={"email": user.email, "password": user.password})
    assert answer.status_code == 202, answer.text
    required: dict[str, Any] = answer.json()
    return required


def complete(service: Service, challenge: str, key: Key) -> httpx.Response:
    with service.http() as http:
        options = asked(http, SECOND + "-options", challenge=challenge)
        return http.post(SECOND, json={"challenge": challenge, "credential": key.get(options)})


def test_a_passkey_is_added_used_alone_and_beside_the_password_renamed_and_deleted(service: Service) -> None:
    user, key = service.user(), Key()
    added = register(user, key, "Phone")
    assert (added.status_code, added.headers["cache-control"]) == (201, "no-store")
    assert len(added.json()["recovery_codes"]) == 10
    assert user.http.get("/api/auth/factors").json() == {"totp": False, "passkeys": True, "recovery_codes_left": 10}
    alone = log_in(service, key)
    assert (alone.status_code, alone.headers["cache-control"]) == (200, "no-store")
    assert alone.json()["user"]["email"] == user.email
    required = waiting(user)
    assert required["methods"] == ["passkey", "recovery_code"]
    beside = complete(service, required["challenge"], key)
    assert beside.status_code == 200
    user.take(beside.json())
    (passkey,) = user.http.get("/api/auth/passkeys").json()["passkeys"]
    assert (passkey["name"], passkey["backed_up"]) == ("Phone", False)
    assert passkey["last_used_at"] is not None
    path = f"/api/auth/passkeys/{passkey['passkey_id']}"
    assert user.http.patch(path, json={"name": "Old phone"}).json()["name"] == "Old phone"
    assert user.http.delete(path).status_code == 204
    assert user.http.get("/api/auth/passkeys").json() == {"passkeys": []}
    assert slug(user.http.delete(path)) == (404, "passkey-not-found")
    assert slug(user.http.patch(path, json={"name": "Phone"})) == (404, "passkey-not-found")
    assert slug(log_in(service, key)) == (401, "passkey-refused")


def test_a_browser_that_knows_more_than_the_contract_is_welcome(service: Service) -> None:
    user, key = service.user(), Key()
    options = asked(user.http, "/api/auth/passkey-registration-options")
    made = key.create(options) | {"authenticatorAttachment": "platform", "clientExtensionResults": {"credProps": {}}}
    made["response"] |= {"publicKeyAlgorithm": -7, "authenticatorData": "AAAA"}
    assert user.http.post("/api/auth/passkeys", json={"name": "Key", "credential": made}).status_code == 201


LIES: dict[str, dict[str, Any]] = {
    "another origin": {"origin": "https://evil.example"},
    "another relying party": {"rp_id": "evil.example"},
    "nobody present": {"user_present": False},
    "a frame of another site": {"client_data": {"crossOrigin": True}},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_lies_are_refused_wherever_they_are_told(service: Service, lie: dict[str, Any]) -> None:
    user, key = service.user(), Key()
    refused = register(user, Key(**lie))
    assert slug(refused) == (422, "invalid-request")
    assert refused.json()["errors"][0]["pointer"] == "/credential"
    assert register(user, key).status_code == 201
    for name, value in lie.items():
        setattr(key, name, value)
    assert slug(log_in(service, key)) == (401, "passkey-refused")
    assert slug(complete(service, waiting(user)["challenge"], key)) == (401, "passkey-refused")


def test_alone_a_passkey_that_verifies_nobody_is_refused_beside_the_password_it_is_not(service: Service) -> None:
    key = Key(verifies_user=False)
    user = owner_of(service, key)
    assert slug(log_in(service, key)) == (401, "passkey-refused")
    assert complete(service, waiting(user)["challenge"], key).status_code == 200


def test_a_challenge_works_once_and_for_what_it_was_made(service: Service) -> None:
    key = Key()
    user = owner_of(service, key)
    with service.http() as http:
        options = asked(http, LOGIN + "-options")
        credential = key.get(options)
        assert http.post(LOGIN, json={"credential": credential}).status_code == 200
        for replayed in (credential, key.get(options)):
            assert slug(http.post(LOGIN, json={"credential": replayed})) == (401, "passkey-refused")
        login, other = waiting(user)["challenge"], waiting(user)["challenge"]
        for_login, for_other = (asked(http, SECOND + "-options", challenge=each) for each in (login, other))
        for_alone = asked(http, LOGIN + "-options")
        for_registering = asked(user.http, "/api/auth/passkey-registration-options") | {"rpId": "localhost"}
        for options in (for_other, for_alone, for_registering):
            body = {"challenge": login, "credential": key.get(options)}
            assert slug(http.post(SECOND, json=body)) == (401, "passkey-refused")
        assert slug(http.post(LOGIN, json={"credential": key.get(for_login)})) == (401, "passkey-refused")
        assert complete(service, login, key).status_code == 200
        assert slug(http.post(SECOND, json={"challenge": login, "credential": key.get(for_login)})) == (
            401,
            "invalid-challenge",
        )


def test_what_was_begun_in_one_session_is_not_ended_in_another(service: Service) -> None:
    user, other = service.user(), service.user()
    options = asked(user.http, "/api/auth/passkey-registration-options")
    body = {"name": "Key", "credential": Key().create(options)}
    assert slug(other.http.post("/api/auth/passkeys", json=body)) == (422, "invalid-request")
    assert slug(user.http.post("/api/auth/passkeys", json=body)) == (422, "invalid-request")


def test_a_credential_has_one_owner_and_is_named_to_browsers_that_make_another(service: Service) -> None:
    key = Key()
    user = owner_of(service, key)
    options = asked(user.http, "/api/auth/passkey-registration-options")
    assert [each["id"] for each in options["excludeCredentials"]] == [encoded(key.credential_id)]
    assert slug(register(service.user(), key)) == (409, "passkey-taken")


def test_a_copied_authenticator_is_refused_and_the_audit_log_says_so(start: START, tmp_path: Path) -> None:
    service, key = start(), Key()
    owner_of(service, key)
    assert log_in(service, key).status_code == 200
    key.sign_count -= 1
    assert slug(log_in(service, key)) == (401, "passkey-refused")
    with sqlite3.connect(tmp_path / "plane.sqlite3") as database:
        kinds = [kind for (kind,) in database.execute("SELECT kind FROM audit_events ORDER BY event_id")]
    assert kinds.count("passkey.registered") == kinds.count("passkey.counter_went_back") == 1
    assert kinds[-1] == "login.failed"


def test_an_unknown_passkey_and_one_of_a_disabled_account_get_the_same_answer(start: START, tmp_path: Path) -> None:
    service, key = start(), Key()
    owner_of(service, key)
    with sqlite3.connect(tmp_path / "plane.sqlite3") as database:
        database.execute("UPDATE users SET disabled_at = created_at")
    unknown = Key(user_handle=key.user_handle)
    answers = [log_in(service, each) for each in (key, unknown)]
    for answer in answers:
        assert slug(answer) == (401, "passkey-refused")
    told = [answer.json() | {"request_id": ""} for answer in answers]
    assert told[0] == told[1]
    assert answers[0].headers.keys() == answers[1].headers.keys()


def test_the_options_of_a_login_say_nothing_of_anybody(service: Service) -> None:
    owner_of(service, Key())
    with service.http() as http:
        first, second = (asked(http, LOGIN + "-options") for _ in range(2))
    assert first.pop("challenge") != second.pop("challenge")
    assert (
        first
        == second
        == {
            "timeout": 300_000,
            "rpId": "localhost",
            "allowCredentials": [],
            "userVerification": "required",
        }
    )


def test_fifty_uses_of_one_challenge_at_once_make_one_session(start: START) -> None:
    service, key = start(), Key()
    user = owner_of(service, key)
    with service.http() as http:
        options = asked(http, LOGIN + "-options")

        def use(credential: dict[str, Any]) -> int:
            return http.post(LOGIN, json={"credential": credential}).status_code

        with ThreadPoolExecutor(10) as pool:
            statuses = list(pool.map(use, [key.get(options) for _ in range(50)]))
    assert sorted(statuses) == [200] + [401] * 49
    assert len(user.http.get("/api/auth/sessions").json()["sessions"]) == 2


def test_the_settings_bound_how_many_and_where(start: START) -> None:
    prefix = "EXPERIENCE_PLANE_AUTH__"
    service = start(
        **{
            f"{prefix}PUBLIC_URL": "https://app.plane.example/talk",
            f"{prefix}PASSKEYS__RP_ID": "plane.example",
            f"{prefix}PASSKEYS__MAX_PER_ACCOUNT": "1",
            f"{prefix}PASSKEYS__CHALLENGE_SECONDS": "30",
        }
    )
    user, key = service.user(), Key(origin="https://app.plane.example")
    options = asked(user.http, "/api/auth/passkey-registration-options")
    assert (options["rp"]["id"], options["timeout"]) == ("plane.example", 30_000)
    assert slug(register(user, Key(origin="http://localhost:8000"))) == (422, "invalid-request")
    assert register(user, key).status_code == 201
    assert slug(user.http.post("/api/auth/passkey-registration-options", json={})) == (409, "too-many-passkeys")
    assert log_in(service, key).status_code == 200


def test_switched_off_there_are_none(start: START) -> None:
    service = start(EXPERIENCE_PLANE_AUTH__PASSKEYS__ENABLED="false")
    user = service.user()
    assert slug(user.http.get("/api/auth/passkeys")) == (501, "not-supported")
    assert slug(user.http.post(LOGIN + "-options")) == (501, "not-supported")


def test_a_page_gets_its_refresh_token_in_the_cookie(service: Service) -> None:
    key = Key()
    user = owner_of(service, key)
    with service.http() as http:
        credential = key.get(asked(http, LOGIN + "-options"))
        alone = http.post(LOGIN, json={"credential": credential, "token_delivery": "cookie"})
        challenge = waiting(user)["challenge"]
        credential = key.get(asked(http, SECOND + "-options", challenge=challenge))
        body = {"challenge": challenge, "credential": credential, "token_delivery": "cookie"}
        beside = http.post(SECOND, json=body)
    for answer in (alone, beside):
        assert answer.status_code == 200
        assert "refresh_token" not in answer.json()
        assert answer.headers["set-cookie"].startswith("__Host-experience-plane-refresh=")
