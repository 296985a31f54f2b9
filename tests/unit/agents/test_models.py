"""The model settings: offline by default, a provider by name, an OpenAI-compatible server by address."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from tests.unit.agents.conversation import asking, text_of, told

from experience_plane.agents.catalog import GUIDE_ID
from experience_plane.agents.engine import AgentEngine
from experience_plane.agents.models import ModelNotConfigured, ModelOptions, build_model
from experience_plane.runtime.events import ExecutionCompleted, HandoffRequested, StepCompleted, StepStarted
from experience_plane.runtime.port import ExecutionFailed


@dataclass
class ChatServer:
    """A tiny server of the Chat Completions API: answers each request with the next of `answers`."""

    url: str
    answers: list[list[dict[str, Any]] | int]
    requests: list[dict[str, Any]] = field(default_factory=list)
    authorizations: list[str | None] = field(default_factory=list)


@pytest.fixture
def server() -> Iterator[ChatServer]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            chat.requests.append(json.loads(body))
            chat.authorizations.append(self.headers["authorization"])
            answer = chat.answers.pop(0)
            if isinstance(answer, int):
                self.send_error(answer)
                return
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.end_headers()
            for delta in [*answer, {}]:
                reason = None if delta else "stop"
                choice = {"index": 0, "delta": delta, "finish_reason": reason}
                chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
                self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
            self.wfile.write(b"data: [DONE]\n\n")

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    chat = ChatServer(f"http://127.0.0.1:{httpd.server_port}/v1", [])
    thread = threading.Thread(target=httpd.serve_forever)
    thread.start()
    yield chat
    httpd.shutdown()
    thread.join()
    httpd.server_close()


def _tool_call(name: str, **arguments: str) -> dict[str, Any]:
    function = {"name": name, "arguments": json.dumps(arguments)}
    return {"tool_calls": [{"index": 0, "id": "call-1", "type": "function", "function": function}]}


def _engine(server: ChatServer, name: str = "openai:some-model") -> AgentEngine:
    return AgentEngine(build_model(ModelOptions(name, base_url=server.url, api_key="secret")))


@pytest.mark.parametrize("name", ["some-model", "openai:some-model", "openai-chat:some-model"])
async def test_a_compatible_server_answers_and_streams(server: ChatServer, name: str) -> None:
    """The text arrives in the server's own pieces, and the server gets the key and the bare model's name."""
    server.answers.append([{"content": "Good "}, {"content": "day."}])
    events = await told(_engine(server, name).run(asking(GUIDE_ID, "hello")))
    assert events[-1] == ExecutionCompleted("Good day.")
    assert (server.requests[0]["model"], server.authorizations) == ("some-model", ["Bearer secret"])


async def test_a_real_model_hands_over_by_the_same_tool(server: ChatServer) -> None:
    """The offline model has no way of its own."""
    server.answers.append([_tool_call("hand_off", agent_id="liaison.journey", reason="It is a procedure.")])
    events = await told(_engine(server).run(asking(GUIDE_ID, "x")))
    assert events == [HandoffRequested("liaison.journey", "It is a procedure.")]


async def test_a_real_model_uses_the_realms_tool_and_gets_its_result(server: ChatServer) -> None:
    """The tool's result is in the second request."""
    server.answers += [[_tool_call("profile_table")], [{"content": "Two rows."}]]
    events = await told(_engine(server).run(asking("liaison.insights", "a,b\n1,2\n3,4")))
    started, completed = events[:2]
    assert isinstance(started, StepStarted)
    assert started.intent == "insights.profile_table"
    assert isinstance(completed, StepCompleted)
    assert text_of(events) == "Two rows."
    assert "**2 rows and 2 columns.**" in server.requests[1]["messages"][-1]["content"]


async def test_a_server_that_refuses_is_an_execution_that_failed(server: ChatServer) -> None:
    """The person reads that the model gave no answer, not the server's words."""
    server.answers.append(400)
    with pytest.raises(ExecutionFailed, match="gave no answer"):
        await told(_engine(server).run(asking(GUIDE_ID, "x")))


@pytest.mark.parametrize("name", ["nonsense", "nobody:some-model"])
def test_an_unknown_model_is_refused_at_start(name: str) -> None:
    """A wrong setting must not wait for the first message."""
    with pytest.raises(ModelNotConfigured, match=name):
        build_model(ModelOptions(name))


def test_a_missing_key_is_refused_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pydantic AI names the variable that it would read."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ModelNotConfigured, match="OPENAI_API_KEY"):
        build_model(ModelOptions("openai:gpt-5"))


def test_a_provider_takes_the_key_from_the_settings() -> None:
    """Without any environment variable."""
    assert build_model(ModelOptions("openai:gpt-5", api_key="secret")).model_name == "gpt-5"


def test_the_key_is_not_printed() -> None:
    """Settings end up in logs."""
    assert "secret" not in repr(ModelOptions(api_key="secret"))
