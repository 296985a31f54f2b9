"""The refresh token of a page, over a real server: it is in the cookie and nowhere else, and works like any other."""

from __future__ import annotations

from http.cookies import SimpleCookie

import httpx
import pytest

from running_service import Service, User

NAME = "__Host-experience-plane-refresh"


def delivered(response: httpx.Response) -> str:
    """The refresh token of an answer, which is in its cookie only."""
    assert response.status_code in {200, 201}, response.text
    assert "refresh_token" not in response.json()
    assert response.headers["cache-control"] == "no-store"
    morsel = SimpleCookie(response.headers["set-cookie"])[NAME]
    assert morsel.value not in response.text
    assert (morsel["path"], morsel["samesite"], morsel["domain"]) == ("/", "Strict", "")
    assert morsel["secure"]
    assert morsel["httponly"]
    return morsel.value


def renew(user: User, token: str, **body: str) -> httpx.Response:
    headers = {"Cookie": f"{NAME}={token}", "Origin": user.service.address}
    return user.http.post("/api/auth/refresh", json=body, headers=headers)


def log_in(user: User) -> httpx.Response:
    credentials = {"email": user.email, "password": user.password, "token_delivery": "cookie"}
    return user.http.post("/api/auth/login", json=credentials)


def test_a_page_registers_logs_in_and_refreshes_by_cookie(service: Service) -> None:
    user = service.user()
    new = {"name": "B", "email": f"b-{user.email}", "password": user.password, "token_delivery": "cookie"}
    delivered(user.http.post("/api/auth/register", json=new))
    renewed = renew(user, delivered(log_in(user)))
    delivered(renewed)
    user.http.headers["Authorization"] = f"Bearer {renewed.json()['access_token']}"
    assert user.http.get("/api/auth/me").json()["email"] == user.email


def test_what_came_in_the_cookie_never_leaves_it(service: Service) -> None:
    user = service.user()
    delivered(renew(user, delivered(log_in(user)), token_delivery="body"))


def test_a_token_of_the_body_can_be_moved_into_the_cookie_and_goes_before_it(service: Service) -> None:
    user = service.user()
    delivered(renew(user, "nobodys", refresh_token=user.refresh_token, token_delivery="cookie"))


def test_two_tabs_at_once_get_the_same_successor_in_either_delivery(service: Service) -> None:
    user = service.user()
    token = delivered(log_in(user))
    first, second = delivered(renew(user, token)), delivered(renew(user, token))
    by_body = user.http.post("/api/auth/refresh", json={"refresh_token": token}).json()["refresh_token"]
    assert first == second == by_body


def test_a_used_cookie_ends_the_session(start: object) -> None:
    service: Service = start(EXPERIENCE_PLANE_AUTH__REFRESH_GRACE_SECONDS="0")  # type: ignore[operator]
    user = service.user()
    token = delivered(log_in(user))
    successor = delivered(renew(user, token))
    assert renew(user, token).json()["type"] == "/problems/invalid-refresh-token"
    assert renew(user, successor).json()["type"] == "/problems/invalid-refresh-token"


def test_who_logs_in_for_the_body_gets_no_cookie(service: Service) -> None:
    user = service.user()
    response = user.http.post("/api/auth/login", json={"email": user.email, "password": user.password})
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize("path", ["logout", "logout-everywhere", "account/delete"])
def test_the_end_of_the_session_takes_the_cookie_away(service: Service, path: str) -> None:
    user = service.user()
    body = {"current_password": user.password} if path == "account/delete" else None
    response = user.http.post(f"/api/auth/{path}", json=body)
    assert response.status_code == 204
    morsel = SimpleCookie(response.headers["set-cookie"])[NAME]
    assert (morsel.value, morsel["max-age"], morsel["path"]) == ("", "0", "/")


def test_a_changed_password_leaves_this_browser_logged_in(service: Service) -> None:
    user = service.user()
    body = {"current_password": user.password, "new_password": f"another {user.password}"}
    response = user.http.post("/api/auth/password/change", json=body)
    assert response.status_code == 204
    assert "set-cookie" not in response.headers
