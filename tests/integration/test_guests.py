"""A guest talks, registers, and goes on with the same conversation; over HTTP and the socket of a real process."""

from __future__ import annotations

from http.cookies import SimpleCookie
from pathlib import Path
from uuid import uuid4

import pytest
from test_second_factor import code, enrol
from websockets.exceptions import ConnectionClosed

from running_service import ENDS, Service, User


class Guest(User):
    """Someone without an account."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.http = service.http()
        response = self.http.post("/api/auth/anonymous", json={})
        assert response.status_code == 201, response.text
        self.account = response.json()["user"]
        self.take(response.json())


def test_a_conversation_outlives_the_guest_who_began_it(service: Service) -> None:
    guest = Guest(service)
    assert guest.account["anonymous"] is True
    assert "email" not in guest.account
    with guest.socket() as socket:
        talk = socket.opens()["conversation_id"]
        socket.writes(talk, "What can you do for me?")
        cursor = socket.hears("agent.completed")[-1]["cursor"]
        body = {"name": "Ana", "email": f"{uuid4().hex}@example.com", "password": f"correct horse {uuid4().hex}"}
        response = guest.http.post("/api/auth/register", json=body | {"upgrade": guest.access_token})
        assert response.status_code == 201, response.text
        with pytest.raises(ConnectionClosed):
            socket.hears("never")
        assert socket.connection.close_code == 4401
    assert guest.http.get("/api/auth/me").status_code == 401
    guest.take(response.json())
    page = guest.http.get(f"/api/conversations/{talk}/messages").json()
    assert [message["role"] for message in page["messages"]] == ["user", "agent"]
    with guest.socket() as socket:
        socket.opens(talk, after_cursor=cursor)
        socket.writes(talk, "What else can you do?")
        assert socket.hears(*ENDS)[-1]["type"] == "agent.completed"


def test_a_login_takes_the_guests_conversation_along(service: Service) -> None:
    guest, ana = Guest(service), service.user()
    with guest.socket() as socket:
        talk = socket.opens()["conversation_id"]
    body = {"email": ana.email, "password": ana.password, "upgrade": guest.access_token}
    assert ana.http.post("/api/auth/login", json=body).status_code == 200
    assert ana.http.get(f"/api/conversations/{talk}").status_code == 200
    assert ana.http.post("/api/auth/login", json=body).status_code == 200
    refused = ana.http.post("/api/auth/login", json=body | {"upgrade": ana.access_token})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/upgrade")


def test_a_run_goes_on_while_its_guest_registers_and_ends_before_the_new_owner(service: Service) -> None:
    guest = Guest(service)
    with guest.socket() as socket:
        talk = socket.opens()["conversation_id"]
        socket.writes(talk, "What can you do for me?")
        started = socket.hears("message.accepted")[-1]
        body = {"name": "Ana", "email": f"{uuid4().hex}@example.com", "password": f"correct horse {uuid4().hex}"}
        response = guest.http.post("/api/auth/register", json=body | {"upgrade": guest.access_token})
    assert response.status_code == 201, response.text
    guest.take(response.json())
    with guest.socket() as socket:
        socket.opens(talk, after_cursor=started["cursor"])
        heard = socket.hears(*ENDS)
    assert (heard[-1]["type"], heard[-1]["run_id"]) == ("agent.completed", started["run_id"])
    assert [event["seq"] for event in heard] == list(range(2, len(heard) + 2))


def test_the_second_factor_comes_first_and_takes_the_upgrade_itself(service: Service) -> None:
    guest, ana = Guest(service), service.user()
    with guest.socket() as socket:
        talk = socket.opens()["conversation_id"]
    app, _ = enrol(ana.http)
    body = {"email": ana.email, "password": ana.password, "upgrade": guest.access_token}
    asked = ana.http.post("/api/auth/login", json=body)
    assert asked.status_code == 202
    assert guest.http.get(f"/api/conversations/{talk}").status_code == 200
    factor = {"challenge": asked.json()["challenge"], "method": "totp", "code": code(app, 1)}
    path = "/api/auth/login/second-factor"
    assert ana.http.post(path, json=factor | {"upgrade": ana.access_token}).status_code == 422
    ana.take(ana.http.post(path, json=factor | {"upgrade": guest.access_token}).json())
    assert ana.http.get(f"/api/conversations/{talk}").status_code == 200


def test_a_network_begins_only_so_many_guests(tmp_path: Path) -> None:
    limits = {"EXPERIENCE_PLANE_RATE_LIMITS__FACTOR": "1", "EXPERIENCE_PLANE_RATE_LIMITS__GUEST_PER_CLIENT": "2/hour"}
    service = Service(tmp_path / "plane.sqlite3", **limits)
    try:
        answers = [service.http().post("/api/auth/anonymous", json={}) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [201, 201, 429]
        assert "retry-after" in answers[-1].headers
        assert service.user().http.get("/api/auth/me").status_code == 200
    finally:
        service.stop()


def test_a_page_keeps_its_guest_in_the_cookie(service: Service) -> None:
    http = service.http()
    begun = http.post("/api/auth/anonymous", json={"token_delivery": "cookie"})
    assert "refresh_token" not in begun.json()
    morsel = SimpleCookie(begun.headers["set-cookie"])["__Host-experience-plane-refresh"]
    headers = {"Cookie": f"{morsel.key}={morsel.value}", "Origin": service.address}
    renewed = http.post("/api/auth/refresh", json={}, headers=headers)
    assert renewed.json()["user"] == begun.json()["user"]


def test_a_guest_is_answered_by_the_guide_alone(service: Service) -> None:
    with Guest(service).socket() as socket:
        talk = socket.opens()["conversation_id"]
        socket.writes(talk, "Hello", surface="insights")
        failed = socket.hears(*ENDS)[-1]
        assert (failed["type"], failed["problem"]["type"]) == ("agent.failed", "/problems/forbidden")
        assert "register" in failed["problem"]["detail"]


def test_a_guest_has_no_account_to_manage(service: Service) -> None:
    guest = Guest(service)
    assert guest.http.post("/api/auth/password/change", json={}).status_code == 403
    assert guest.http.post("/api/auth/logout").status_code == 204
    assert guest.http.get("/api/auth/me").status_code == 401


def test_a_service_for_accounts_only_says_so(tmp_path: Path) -> None:
    service = Service(tmp_path / "plane.sqlite3", EXPERIENCE_PLANE_AUTH__GUESTS_ALLOWED="false")
    try:
        response = service.http().post("/api/auth/anonymous", json={})
        assert (response.status_code, response.json()["type"]) == (403, "/problems/guests-not-allowed")
    finally:
        service.stop()
