"""Any lawful run becomes a well-formed AG-UI run; each rule below is one that @ag-ui/client holds runs to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

from ag_ui.core import BaseEvent, RunErrorEvent, RunFinishedEvent, RunStartedEvent
from ag_ui.core import EventType as Type
from hypothesis import given
from hypothesis import strategies as some

from experience_plane.agent_socket.ag_ui import AgUiRun

RUN = UUID("0198c0de-b000-7c3e-8f4b-1a2b3c4d5e6f")
PROBLEM = {"type": "/problems/agent-failed", "title": "x", "status": 500, "detail": "The agent failed."}
ENDS: dict[str, dict[str, Any]] = {
    "agent.completed": {"agent_id": "guide.main", "message_id": str(RUN), "text": "…"},
    "agent.failed": {"problem": PROBLEM},
    "agent.cancelled": {},
}
TEXT = some.sampled_from(["The ", "“answer”", "\n"])


def event(kind: str, **fields: Any) -> dict[str, Any]:
    placed = {"conversation_id": str(RUN), "run_id": str(RUN), "seq": 1, "cursor": 1, "at": "2026-11-23T12:00:01Z"}
    return {"type": kind, **placed, **fields}


@some.composite
def runs(draw: some.DrawFn) -> list[dict[str, Any]]:
    """What a run may be: agents speak, act and hand over; only one that completes has no step under way."""
    run = [event("message.accepted")]
    under_way: list[str] = []
    for number in range(draw(some.integers(0, 12))):
        kinds = ["agent.started", "agent.token", "step.started", "agent.handoff", "run.restarted"]
        kind = draw(some.sampled_from([*kinds, *(["step.completed", "step.failed"] if under_way else [])]))
        match kind:
            case "agent.started":
                run.append(event(kind, agent_id="guide.main"))
            case "agent.token":
                run.append(event(kind, delta=draw(TEXT)))
            case "step.started":
                under_way.append(str(uuid5(RUN, str(number))))
                run.append(event(kind, step_id=under_way[-1], intent="content.read_file", title=draw(TEXT)))
            case "step.completed" | "step.failed":
                step_id = under_way.pop(draw(some.integers(0, len(under_way) - 1)))
                run.append(event(kind, step_id=step_id, summary=draw(TEXT), reason=draw(TEXT)))
            case _:
                run.append(event(kind))
    end = draw(some.sampled_from(sorted(ENDS)))
    if end == "agent.completed":
        run += [event("step.completed", step_id=step_id, summary="Done.") for step_id in under_way]
    return [*run, event(end, **ENDS[end])]


def told(run: Sequence[dict[str, Any]]) -> list[BaseEvent]:
    translator = AgUiRun("thread", "run")
    events: list[BaseEvent] = []
    for number, message in enumerate(run, 1):
        events += translator.translate(message)
        assert translator.ended == (number == len(run))
    return events


@given(runs())
def test_a_run_begins_once_and_ends_once(run: list[dict[str, Any]]) -> None:
    events = told(run)
    first, last = events[0], events[-1]
    assert isinstance(first, RunStartedEvent)
    assert isinstance(last, RunErrorEvent if run[-1]["type"] == "agent.failed" else RunFinishedEvent)
    ends = {Type.RUN_STARTED, Type.RUN_FINISHED, Type.RUN_ERROR}
    assert sum(one.type in ends for one in events) == 2
    assert {one.timestamp for one in events} == {1795435201000}


@given(runs())
def test_texts_and_tool_calls_begin_once_and_end_and_calls_are_answered(run: list[dict[str, Any]]) -> None:
    opened: set[str] = set()
    seen: set[str] = set()
    answered: set[str] = set()
    calls: list[str] = []
    for one in told(run):
        fields = one.model_dump()
        match one.type:
            case Type.TEXT_MESSAGE_START:
                assert fields["message_id"] not in seen
                seen.add(fields["message_id"])
                opened.add(fields["message_id"])
            case Type.TEXT_MESSAGE_CONTENT:
                assert fields["message_id"] in opened
            case Type.TEXT_MESSAGE_END:
                opened.remove(fields["message_id"])
            case Type.TOOL_CALL_START:
                assert not opened
                calls.append(fields["tool_call_id"])
                opened.add(fields["tool_call_id"])
            case Type.TOOL_CALL_ARGS:
                assert fields["tool_call_id"] in opened
            case Type.TOOL_CALL_END:
                opened.remove(fields["tool_call_id"])
            case Type.TOOL_CALL_RESULT:
                assert fields["tool_call_id"] in calls
                assert fields["tool_call_id"] not in answered
                answered.add(fields["tool_call_id"])
            case Type.RUN_FINISHED | Type.RUN_ERROR:
                assert not opened
            case _:
                pass
    assert answered == set(calls)


@given(runs())
def test_no_word_is_lost_and_a_replay_is_the_same(run: list[dict[str, Any]]) -> None:
    events = told(run)
    said = "".join(one.model_dump()["delta"] for one in events if one.type is Type.TEXT_MESSAGE_CONTENT)
    assert said == "".join(message["delta"] for message in run if message["type"] == "agent.token")
    assert [one.model_dump_json() for one in told(run)] == [one.model_dump_json() for one in events]


def test_who_speaks_how_a_run_ended_and_what_has_no_name_in_ag_ui() -> None:
    started = [event("message.accepted"), event("agent.started", agent_id="liaison.content")]
    handoff = event("agent.handoff", reason="It is about files.")
    events = told([*started, event("agent.token", delta="Hi"), handoff, event("agent.cancelled")])
    _, speaks, _, _, custom, end = [one.model_dump() for one in events]
    assert (speaks["type"], speaks["name"]) == (Type.TEXT_MESSAGE_START, "liaison.content")
    assert (custom["name"], custom["value"]) == ("agent.handoff", handoff)
    assert (end["thread_id"], end["run_id"], end["outcome"]) == ("thread", "run", {"type": "cancelled"})
    failed = told([*started, event("agent.failed", problem=PROBLEM)])[-1].model_dump()
    assert (failed["message"], failed["code"]) == ("The agent failed.", "agent-failed")
