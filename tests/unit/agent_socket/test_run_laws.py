"""What a Runtime's events must keep, before they are in the log."""

from __future__ import annotations

from uuid import UUID

import pytest

from experience_plane.agent_socket.run_laws import RunLaws
from experience_plane.runtime.events import (
    ExecutionCompleted,
    HandoffRequested,
    RuntimeEvent,
    StepCompleted,
    StepFailed,
    StepStarted,
    TokenEmitted,
)
from experience_plane.runtime.port import ExecutionFailed

STEP = UUID(int=7)
BEGUN = StepStarted(STEP, "insights.profile_table", "Profiling")
DONE = StepCompleted(STEP, "Done.")
FAILED = StepFailed(STEP, "No table.")
HANDOFF = HandoffRequested("liaison.content", "Documents.")


def told(*events: RuntimeEvent) -> RunLaws:
    laws = RunLaws()
    laws.agent_started()
    for event in events:
        laws.check(event)
    return laws


@pytest.mark.parametrize(
    "events",
    [
        (ExecutionCompleted(""),),
        (TokenEmitted("a"), TokenEmitted("é"), ExecutionCompleted("aé")),
        (BEGUN, DONE, TokenEmitted("a"), ExecutionCompleted("a")),
        (BEGUN, FAILED, HANDOFF),
        (TokenEmitted("\ud83d"), ExecutionCompleted("\ud83d")),
    ],
)
def test_what_keeps_the_laws_passes(events: tuple[RuntimeEvent, ...]) -> None:
    told(*events)


@pytest.mark.parametrize(
    ("events", "law"),
    [
        ((TokenEmitted("a"), ExecutionCompleted("b")), "joined"),
        ((ExecutionCompleted("unsaid"),), "joined"),
        ((BEGUN, ExecutionCompleted("")), "under way"),
        ((BEGUN, HANDOFF), "under way"),
        ((DONE,), "not under way"),
        ((BEGUN, DONE, DONE), "not under way"),
        ((BEGUN, BEGUN), "began before"),
        ((BEGUN, DONE, BEGUN), "began before"),
    ],
)
def test_what_breaks_a_law_fails_the_execution(events: tuple[RuntimeEvent, ...], law: str) -> None:
    laws = told(*events[:-1])
    with pytest.raises(ExecutionFailed) as failed:
        laws.check(events[-1])
    assert law in str(failed.value.__cause__)
    assert law not in str(failed.value)


def test_the_next_agent_begins_with_an_empty_text_but_the_same_steps() -> None:
    laws = told(TokenEmitted("said before"), BEGUN, DONE, HANDOFF)
    laws.agent_started()
    with pytest.raises(ExecutionFailed):
        laws.check(BEGUN)
    laws.check(TokenEmitted("x"))
    laws.check(ExecutionCompleted("x"))
