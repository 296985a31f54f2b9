"""AG-UI clients talk with the agents: over HTTP by hand, and with @ag-ui/client, which judges what it gets."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from ag_ui.core import RunAgentInput, UserMessage
from test_guests_over_http import Guest

from running_service import ENDS, Service, User

ROOT = Path(__file__).parents[2]


def request(text: Any = "Hello", thread: str = "shop", message: str = "m1", **fields: Any) -> dict[str, Any]:
    messages = [{"id": "m0", "role": "assistant", "content": "Hi."}, {"id": message, "role": "user", "content": text}]
    return {"threadId": thread, "runId": "r1", "messages": messages, "state": {}, "tools": [], "context": [], **fields}


def run(user: User, body: dict[str, Any]) -> httpx.Response:
    return user.http.post("/api/runtime/ag-ui", json=body, timeout=30)


def events(response: httpx.Response) -> list[dict[str, Any]]:
    assert (response.status_code, response.headers["content-type"]) == (200, "text/event-stream")
    blocks = [block for block in response.text.split("\n\n") if block.startswith("data: ")]
    return [json.loads(block.removeprefix("data: ")) for block in blocks]


def test_an_answer_is_the_run_that_the_log_has(service: Service) -> None:
    user, other = service.user(), service.user()
    heard = events(run(user, request()))
    assert (heard[0]["type"], heard[-1]["type"]) == ("RUN_STARTED", "RUN_FINISHED")
    assert {one["threadId"] for one in (heard[0], heard[-1])} == {"shop"}
    (conversation,) = user.http.get("/api/conversations").json()["conversations"]
    path = f"/api/conversations/{conversation['conversation_id']}/messages"
    question, answer = user.http.get(path).json()["messages"]
    assert question["text"] == "Hello"
    assert answer["text"] == "".join(one.get("delta", "") for one in heard)
    assert heard[-1]["result"]["conversation_id"] == conversation["conversation_id"]
    assert events(run(user, request())) == heard
    assert len(user.http.get(path).json()["messages"]) == 2
    events(run(user, request("And more", message="m2")))
    assert len(user.http.get(path).json()["messages"]) == 4
    assert events(run(other, request()))[-1]["result"]["conversation_id"] != conversation["conversation_id"]


def test_a_thread_may_be_a_conversation_of_the_socket(service: Service) -> None:
    user, other = service.user(), service.user()
    with user.socket() as talk:
        conversation_id = talk.opens()["conversation_id"]
        heard = events(run(user, request([{"type": "text", "text": "Hello"}], thread=conversation_id)))
        shown = talk.hears(*ENDS)
    tokens = [message["delta"] for message in shown if message["type"] == "agent.token"]
    assert [one["delta"] for one in heard if one["type"] == "TEXT_MESSAGE_CONTENT"] == tokens
    theirs = events(run(other, request(thread=conversation_id)))
    assert theirs[-1]["result"]["conversation_id"] != conversation_id


def test_what_cannot_be_run(service: Service) -> None:
    user = service.user()
    refused = [
        (request(""), "/messages/1/content"),
        (request([{"type": "image", "source": {}}]), "/messages/1/content/0"),
        (request("x" * 100_001), "/messages/1/content"),
        (request(forwardedProps={"surface": "kitchen"}), "/forwardedProps/surface"),
        (request() | {"messages": request()["messages"][:1]}, "/messages/0/role"),
        (request() | {"messages": []}, "/messages"),
        (request() | {"threadId": None}, "/threadId"),
    ]
    for body, pointer in refused:
        answer = run(user, body)
        assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-request")
        assert answer.json()["errors"][0]["pointer"] == pointer
    assert user.http.get("/api/conversations").json()["conversations"] == []
    events(run(user, request()))
    assert run(user, request("Other words")).json()["type"] == "/problems/message-id-reused"
    assert service.http().post("/api/runtime/ag-ui", json=request()).status_code == 401
    assert run(user, request(thread="long", state={"x": "y" * 100_000})).status_code == 200
    assert run(user, request(state={"x": "y" * 1_100_000})).json()["type"] == "/problems/content-too-large"


def test_a_guest_is_answered_by_the_guide_alone(service: Service) -> None:
    guest = Guest(service)
    assert events(run(guest, request()))[-1]["type"] == "RUN_FINISHED"
    refused = events(run(guest, request(message="m2", forwardedProps={"surface": "insights"})))[-1]
    assert (refused["type"], refused["code"]) == ("RUN_ERROR", "forbidden")


def test_a_client_that_goes_ends_no_run(service: Service) -> None:
    user = service.user()
    with user.http.stream("POST", "/api/runtime/ag-ui", json=request()) as response:
        assert response.status_code == 200
    heard = events(run(user, request()))
    assert heard[-1]["type"] == "RUN_FINISHED"


def test_the_library_s_own_input_is_understood(service: Service) -> None:
    user = service.user()
    own = RunAgentInput(
        thread_id=str(uuid4()), run_id="r", messages=[UserMessage(id="m", content="Hello")], forwarded_props={"a": None}
    )
    heard = events(run(user, own.model_dump(mode="json", by_alias=True)))
    assert heard[-1]["outcome"] == {"type": "success"}


def test_ag_ui_s_own_client_talks(service: Service) -> None:
    user = service.user()
    environment = os.environ | {"URL": f"{service.address}/api/runtime/ag-ui", "TOKEN": user.access_token}
    command = ["node", "--test", "--test-reporter=tap", str(ROOT / "tests" / "ag-ui-client" / "talk.test.mjs")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
