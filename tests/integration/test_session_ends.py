"""Where a user is logged in, over a real server; and two processes on one PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from websockets.exceptions import ConnectionClosed

from running_service import Service, Socket


def closed_with(talk: Socket) -> tuple[int, str]:
    with pytest.raises(ConnectionClosed) as caught:
        talk.connection.recv(timeout=10)
    assert caught.value.rcvd is not None
    return caught.value.rcvd.code, caught.value.rcvd.reason


def test_a_user_sees_where_he_is_logged_in_and_ends_it(service: Service) -> None:
    user = service.user()
    credentials = {"email": user.email, "password": user.password}
    phone = user.http.post("/api/auth/login", json=credentials, headers={"User-Agent": "a phone"}).json()
    sessions = user.http.get("/api/auth/sessions").json()["sessions"]
    assert [session["user_agent"] for session in sessions if not session["current"]] == ["a phone"]
    assert {session["ip_address"] for session in sessions} == {"127.0.0.1"}
    other = next(session["session_id"] for session in sessions if not session["current"])
    assert user.http.delete(f"/api/auth/sessions/{other}").status_code == 204
    again = user.http.delete(f"/api/auth/sessions/{other}")
    assert (again.status_code, again.json()["type"]) == (404, "/problems/session-not-found")
    refused = user.http.post("/api/auth/refresh", json={"refresh_token": phone["refresh_token"]})
    assert refused.status_code == 401
    user.http.post("/api/auth/login", json=credentials)
    assert user.http.post("/api/auth/logout-elsewhere").status_code == 204
    assert len(user.http.get("/api/auth/sessions").json()["sessions"]) == 1
    assert user.http.post("/api/auth/logout-everywhere").status_code == 204
    assert user.http.get("/api/auth/me").status_code == 401


def test_the_end_of_a_session_closes_its_sockets_and_no_other(service: Service) -> None:
    user = service.user()
    elsewhere = service.user()
    with user.socket() as first, user.socket(by_ticket=True) as second, elsewhere.socket() as other:
        user.http.post("/api/auth/logout")
        assert [closed_with(talk) for talk in (first, second)] == [(4401, "unauthenticated")] * 2
        other.says("connection.ping", correlation_id="still-here")
        assert other.hears("connection.pong")[-1]["correlation_id"] == "still-here"


def test_the_end_of_a_session_closes_its_sockets_in_another_process(
    start: Callable[..., Service], postgresql_url: str
) -> None:
    here, there = (start(EXPERIENCE_PLANE_DATABASE__URL=postgresql_url) for _ in range(2))
    user = here.user()
    user.service = there
    with user.socket() as talk:
        assert user.http.post("/api/auth/logout").status_code == 204
        assert closed_with(talk) == (4401, "unauthenticated")
