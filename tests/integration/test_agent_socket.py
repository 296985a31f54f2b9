"""The agent socket over a real server."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Callable
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from experience_plane_api.protocol_monitor import ProtocolMonitor
from running_service import ENDS, SUBPROTOCOL, Service


def refusal(service: Service, *, query: str = "", path: str = "/api/runtime/agent", **options: Any) -> dict[str, Any]:
    """The problem with which a handshake is refused."""
    with pytest.raises(InvalidStatus) as refused:
        connect(service.address.replace("http", "ws", 1) + path + query, proxy=None, **options)
    response = refused.value.response
    body: dict[str, Any] = json.loads(response.body or b"{}")
    assert body["status"] == response.status_code
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["x-request-id"] == body["request_id"]
    return body


def test_a_conversation_from_the_guide_to_a_liaison_and_its_replay(service: Service) -> None:
    user = service.user()
    monitor = ProtocolMonitor()
    with user.socket(by_ticket=True) as talk:
        assert talk.connection.subprotocol == SUBPROTOCOL
        opened = talk.opens()
        talk.writes(opened["conversation_id"], "Profile this table:\nname,age\nAnn,3\nBob,\n")
        live = talk.hears(*ENDS)
    for message in (talk.ready, opened, *live):
        assert monitor.observe("server", message) == ()
    assert [message["type"] for message in live if not message["type"].startswith(("agent.token", "step"))] == [
        "message.accepted", "agent.started", "agent.handoff", "agent.started", "agent.completed",
    ]  # fmt: skip
    with user.socket() as talk:
        talk.opens(opened["conversation_id"], after_cursor=0)
        assert talk.hears(*ENDS) == live


def test_the_drift_that_started_the_project_is_answered_and_the_connection_lives(service: Service) -> None:
    with service.user().socket() as talk:
        talk.says("intent", text="How many rows?", correlation_id="c1")
        error = talk.hears("error")[-1]
        assert error["correlation_id"] == "c1"
        assert error["problem"]["type"] == "/problems/invalid-message"
        assert error["problem"]["errors"][0]["pointer"] == "/type"
        for accepted in ("agent.message", "connection.ping", "conversation.open", "run.cancel"):
            assert accepted in error["problem"]["detail"]
        conversation = talk.opens()["conversation_id"]
        talk.writes(conversation, "What can you do?")
        assert talk.hears(*ENDS)[-1]["type"] == "agent.completed"


def test_frames_that_break_the_contract_are_answered_and_repeated_ones_close(service: Service) -> None:
    frames = [b"\x00", "", "{", "[" * 900, '{"type":"connection.ping","correlation_id":' + "[" * 300 + "]" * 300 + "}"]
    with service.user().socket() as talk:
        for number in range(21):
            talk.connection.send(frames[number % len(frames)])
            assert talk.hears("error")[-1]["problem"]["status"] in {400, 422}
        with pytest.raises(ConnectionClosed) as closed:
            talk.connection.recv(timeout=30)
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4400, "invalid-message")


def test_a_message_that_is_too_large_closes_with_1009(service: Service) -> None:
    with service.user().socket() as talk:
        talk.connection.send(" " * 1_048_577)
        with pytest.raises(ConnectionClosed) as closed:
            talk.connection.recv(timeout=30)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009


def test_handshakes_are_refused_with_problems(service: Service) -> None:
    user = service.user()
    bearer = {"additional_headers": {"Authorization": f"Bearer {user.access_token}"}}
    offered = {"subprotocols": [SUBPROTOCOL]}
    ticket = user.ticket()
    assert refusal(service, **offered)["type"] == "/problems/unauthenticated"
    assert refusal(service, **bearer)["type"] == "/problems/upgrade-required"
    assert refusal(service, **offered, origin="https://evil.example", **bearer)["type"] == "/problems/forbidden"
    assert refusal(service, **offered, origin="http://[", **bearer)["type"] == "/problems/forbidden"
    assert refusal(service, **offered, query="?ticket=" + "x" * 43)["type"] == "/problems/invalid-ticket"
    assert refusal(service, **offered, query=f"?token={user.access_token}")["type"] == "/problems/unauthenticated"
    assert refusal(service, **offered, query=f"?ticket={ticket}", **bearer)["type"] == "/problems/unauthenticated"


def test_a_ticket_opens_one_socket(service: Service) -> None:
    user = service.user()
    ticket = user.ticket()
    url = f"{service.address.replace('http', 'ws', 1)}/api/runtime/agent?ticket={ticket}"
    with connect(url, subprotocols=[SUBPROTOCOL], proxy=None) as socket:  # type: ignore[list-item]
        assert json.loads(socket.recv())["type"] == "connection.ready"
    assert refusal(service, query=f"?ticket={ticket}", subprotocols=[SUBPROTOCOL])["type"] == "/problems/invalid-ticket"


def test_a_user_may_have_so_many_sockets_and_gets_another_when_one_closes(service: Service) -> None:
    user = service.user()
    headers = {"Authorization": f"Bearer {user.access_token}"}
    with contextlib.ExitStack() as sockets:
        for _ in range(20):
            sockets.enter_context(user.socket())
        refused = refusal(service, subprotocols=[SUBPROTOCOL], additional_headers=headers)
        assert refused["type"] == "/problems/too-many-requests"
    with user.socket() as talk:
        assert talk.ready


def test_a_handshake_elsewhere_is_refused_without_an_error_in_the_log(service: Service) -> None:
    before = len(service.lines)
    with pytest.raises(InvalidStatus) as refused:
        connect(service.address.replace("http", "ws", 1) + "/api/ws/agent", proxy=None)
    assert refused.value.response.status_code in {403, 404}
    with service.http() as http:
        http.get("/nothing")
    assert not [line for line in service.lines[before:] if json.loads(line)["level"] == "error"]


def test_who_asks_for_batches_gets_the_same_events(service: Service) -> None:
    user = service.user()
    with user.socket() as one, user.socket() as two:
        conversation = one.opens()["conversation_id"]
        two.opens(conversation, batch=True)
        one.writes(conversation, "What can you do?")
        live = one.hears(*ENDS)
        together: list[dict[str, Any]] = []
        while not together or together[-1]["type"] not in ENDS:
            together += two.hears("events")[-1]["events"]
    assert together == live


def test_json_that_is_nested_one_deeper_than_the_limit_is_refused(service: Service) -> None:
    with service.user().socket() as talk:
        depth = talk.ready["limits"]["max_json_depth"]
        for levels, slug in ((depth, "invalid-message"), (depth + 1, "malformed-message")):
            nested = "[" * (levels - 1) + "]" * (levels - 1)
            talk.connection.send(f'{{"type":"connection.ping","correlation_id":{nested}}}')
            assert talk.hears("error")[-1]["problem"]["type"] == f"/problems/{slug}"


def test_the_line_of_a_peer_that_takes_nothing_is_cut(start: Callable[..., Service]) -> None:
    """It neither reads nor answers pings; what it left waiting is freed, and the log says why it was closed."""
    settings = {"PING_INTERVAL_SECONDS": "0.2", "PING_TIMEOUT_SECONDS": "0.2"}
    service = start(**{f"EXPERIENCE_PLANE_AGENT_SOCKET__{name}": value for name, value in settings.items()})
    token = service.user().access_token
    host, _, port = service.address.removeprefix("http://").partition(":")
    request = (
        "GET /api/runtime/agent HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {'A' * 22}==\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Protocol: {SUBPROTOCOL}\r\nAuthorization: Bearer {token}\r\n\r\n"
    )
    with socket.create_connection((host, int(port))) as silent:
        silent.settimeout(30)
        silent.sendall(request.encode())
        heard = b""
        with contextlib.suppress(ConnectionResetError):
            while piece := silent.recv(65536):
                heard += piece
    assert (4408).to_bytes(2, "big") + b"connection-timeout" in heard
    service.stop()
    closed = [json.loads(line) for line in service.lines if "socket_closed" in line]
    assert [line["close_code"] for line in closed] == [4408]
