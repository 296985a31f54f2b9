"""Every operation over a real server, and what only a real server shows."""

from __future__ import annotations

import json
import socket
from urllib.parse import urlsplit
from uuid import uuid4

import jwt

from running_service import Service


def spoken(service: Service, request: bytes) -> bytes:
    """The answer to bytes that no HTTP library would send."""
    address = urlsplit(service.address)
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:  # type: ignore[arg-type]
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    return answer


def test_a_person_registers_logs_in_refreshes_and_logs_out(service: Service) -> None:
    user = service.user()
    me = user.http.get("/api/auth/me").json()
    assert (me["email"], me["name"], me["roles"]) == (user.email, "Ana", ["member"])
    again = user.http.post("/api/auth/register", json={"name": "B", "email": user.email, "password": user.password})
    assert again.status_code == 409
    login = user.http.post("/api/auth/login", json={"email": user.email.upper(), "password": user.password})
    assert login.status_code == 200
    assert login.headers["cache-control"] == "no-store"
    wrong = user.http.post("/api/auth/login", json={"email": user.email, "password": "wrong horse"})
    assert wrong.json()["type"] == "/problems/invalid-credentials"
    user.take(user.http.post("/api/auth/refresh", json={"refresh_token": user.refresh_token}).json())
    assert user.http.get("/api/auth/me").status_code == 200
    assert user.http.post("/api/auth/logout").status_code == 204
    assert user.http.get("/api/auth/me").json()["type"] == "/problems/unauthenticated"
    used = user.http.post("/api/auth/refresh", json={"refresh_token": user.refresh_token})
    assert used.json()["type"] == "/problems/invalid-refresh-token"


def test_access_tokens_are_verified_with_the_published_keys(service: Service) -> None:
    user = service.user()
    keys = jwt.PyJWKSet.from_dict(user.http.get("/.well-known/jwks.json").json())
    header = jwt.get_unverified_header(user.access_token)
    claims = jwt.decode(user.access_token, keys[header["kid"]].key, algorithms=["EdDSA"], audience="experience-plane")
    assert claims["sub"] == user.http.get("/api/auth/me").json()["user_id"]


def test_conversations_are_listed_in_pages_and_belong_to_their_owner(service: Service) -> None:
    user, other = service.user(), service.user()
    with user.socket() as talk:
        ids = [talk.opens()["conversation_id"] for _ in range(3)]
        talk.writes(ids[0], "Hello")
        talk.hears("agent.completed")
    first = user.http.get("/api/conversations", params={"limit": 2}).json()
    second = user.http.get("/api/conversations", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    listed = [one["conversation_id"] for page in (first, second) for one in page["conversations"]]
    assert sorted(listed) == sorted(ids)
    assert listed[0] == ids[0]
    assert second["next_cursor"] is None
    assert user.http.get(f"/api/conversations/{ids[0]}").json()["title"] == "Hello"
    messages = user.http.get(f"/api/conversations/{ids[0]}/messages").json()["messages"]
    assert [message["role"] for message in messages] == ["user", "agent"]
    for path in (
        f"/api/conversations/{ids[0]}",
        f"/api/conversations/{ids[0]}/messages",
        f"/api/conversations/{uuid4()}",
    ):
        assert other.http.get(path).json()["type"] == "/problems/conversation-not-found"
    assert other.http.get("/api/conversations").json()["conversations"] == []


def test_probes_and_pages(service: Service) -> None:
    with service.http() as http:
        assert http.get("/healthz").json()["status"] == "ok"
        assert http.get("/readyz").json()["status"] == "ready"
        page = http.get("/")
        assert page.status_code == 200
        assert "server" not in page.headers


def test_a_host_header_that_is_no_host_breaks_nothing(service: Service) -> None:
    for host in (b"[", b"a b", b"", b"[::1", b"evil/../"):
        for line in (b"GET /nothing", b"POST /api/auth/login"):
            answer = spoken(service, line + b" HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n")
            assert answer.split(b" ")[1] in {b"404", b"400", b"415"}, answer


def test_a_body_that_is_too_large_is_refused_before_it_has_come(service: Service) -> None:
    head = b"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    answer = spoken(service, head + b"Content-Length: 65537\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413")
    chunks = b"4000\r\n" + b" " * 0x4000 + b"\r\n"
    answer = spoken(service, head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks * 4 + b"1\r\n \r\n0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413")
    answer = spoken(
        service, head + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + chunks * 4 + b"0\r\n\r\n"
    )
    assert answer.startswith(b"HTTP/1.1 400"), "the largest body is read; it is not JSON"


def test_a_client_that_goes_in_the_midst_of_its_body_is_no_error(service: Service) -> None:
    head = b"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n"
    before = len(service.lines)
    spoken(service, head + b'{"email')
    with service.http() as http:
        http.get("/nothing")
    assert not [line for line in service.lines[before:] if json.loads(line)["level"] == "error"]


def test_the_log_holds_no_secret(service: Service) -> None:
    """Neither of registering and logging in, nor of the socket, whose URL has the ticket in it."""
    user = service.user()
    user.http.post("/api/auth/login", json={"email": user.email, "password": user.password})
    user.http.post("/api/auth/login", json={"email": user.email, "password": user.password + "x"})
    refreshed = user.http.post("/api/auth/refresh", json={"refresh_token": user.refresh_token}).json()
    ticket = user.ticket()
    with user.socket() as talk:
        talk.says("connection.ping")
        talk.hears("connection.pong")
    with user.socket(by_ticket=True) as talk:
        talk.opens()
    user.http.get("/api/runtime/agent", params={"ticket": ticket, "token": user.access_token})
    user.http.post("/api/auth/logout")
    user.http.get("/nothing")
    log = "".join(service.lines)
    secrets = [user.password, user.access_token, user.refresh_token, ticket]
    for secret in (*secrets, refreshed["access_token"], refreshed["refresh_token"]):
        assert secret not in log
        assert secret.rpartition(".")[2] not in log
    assert "socket_opened" in log
    assert "ticket=[redacted]" in log or "ticket=" not in log
