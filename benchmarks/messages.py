"""What judging one message costs: the strict reading of a client's message, and the monitor's verdict on an event."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from benchmarks.measure import Comparison, compare
from experience_plane.agent_socket import codec
from experience_plane_api import messages
from experience_plane_api.protocol_monitor import ProtocolMonitor

_CONVERSATION = "0198c0de-a9f2-7c3e-8f4b-1a2b3c4d5e6f"
_RUN = "0198c0de-b000-7c3e-8f4b-1a2b3c4d5e6f"
_MESSAGE = json.dumps(
    {
        "type": "agent.message",
        "conversation_id": _CONVERSATION,
        "message_id": "7f0c5f5e-3c57-4b5a-9d2e-2f1b6a1c9e10",
        "text": "How many rows have no e-mail address?",
        "context": {"surface": "general"},
    }
)


def comparisons() -> Iterator[Comparison]:
    """Measure the codec beside pydantic alone, and the monitor beside reading the event's JSON."""
    yield compare("codec: strict, by schema, then model", _decode, "pydantic alone", _pydantic, count=3000)
    yield compare("monitor: one agent.token", _observe, "json.loads of it", _parse, count=3000)


async def _decode(count: int) -> None:
    for _ in range(count):
        codec.decode(_MESSAGE)


async def _pydantic(count: int) -> None:
    for _ in range(count):
        messages.AgentMessage.model_validate_json(_MESSAGE)


async def _observe(count: int) -> None:
    monitor = _in_a_run()
    for seq in range(3, count + 3):
        monitor.observe("server", _token(seq))


async def _parse(count: int) -> None:
    text = json.dumps(_token(3))
    for _ in range(count):
        json.loads(text)


def _token(seq: int) -> dict[str, Any]:
    place = {"conversation_id": _CONVERSATION, "run_id": _RUN, "seq": seq, "cursor": seq}
    return {"type": "agent.token", **place, "at": "2026-11-23T12:00:01Z", "delta": "Three of "}


def _in_a_run() -> ProtocolMonitor:
    monitor = ProtocolMonitor()
    run = {"conversation_id": _CONVERSATION, "run_id": _RUN}
    for message in (
        {"type": "connection.ready"},
        {"type": "conversation.opened", "conversation_id": _CONVERSATION, "cursor": 0, "active_runs": []},
        {"type": "message.accepted", **run, "seq": 1, "cursor": 1},
        {"type": "agent.started", **run, "seq": 2, "cursor": 2},
    ):
        monitor.observe("server", message)
    return monitor
