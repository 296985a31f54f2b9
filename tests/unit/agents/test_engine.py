"""The agents on the offline model: what people read, and the events it becomes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic_ai.exceptions import ModelAPIError
from pydantic_ai.messages import ModelMessage, ToolReturnPart
from pydantic_ai.models.function import AgentInfo, DeltaToolCall, DeltaToolCalls, FunctionModel
from tests.unit.agents.conversation import asking, text_of, told, user

from experience_plane.agents import liaison
from experience_plane.agents.catalog import AGENTS, GUIDE_ID
from experience_plane.agents.engine import DELTA_MAX, NOTE_MAX, AgentEngine
from experience_plane.agents.offline_model import offline_model
from experience_plane.runtime.events import (
    ExecutionCompleted,
    HandoffRequested,
    StepCompleted,
    StepFailed,
    StepStarted,
    TokenEmitted,
)
from experience_plane.runtime.port import ExecutionFailed, ExecutionRequest, Turn, UnknownAgent

_CSV = "Profile this, please:\nname,amount\nAnn,10\nBob,\nCleo,14\n"
_PROCEDURE = "First the clerk checks the form, then the manager approves it. Model that."
_LEASE = "The lease\n\nTermination needs three months notice.\n\nFees for late payment are 2 percent."


@pytest.fixture
def engine() -> AgentEngine:
    return AgentEngine(offline_model())


async def _answer(engine: AgentEngine, request: ExecutionRequest) -> str:
    events = await told(engine.run(request))
    assert events[-1] == ExecutionCompleted(text_of(events))
    return text_of(events)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("hello", "welcome"),
        ("What can you do for me?", "Insights liaison"),
        ("Who am I talking to?", "Concierge"),
        ("Which file types do you support?", "CSV"),
        ("Is my data shared with other companies?", "workspace"),
        ("What is the difference between content and insights?", "**Journey** is about"),
        ("How do I change my password?", "account settings"),
        ("thanks, that's all for today", "welcome"),
        ("Blorp frobnicate the quux", "other words"),
    ],
)
async def test_the_guide_answers_questions_about_the_platform(
    engine: AgentEngine, question: str, expected: str
) -> None:
    """Offline, from the facts it has; when it does not know, it asks back."""
    assert expected in await _answer(engine, asking(GUIDE_ID, question))


async def test_the_guide_hands_over_to_the_specialist_with_a_reason(engine: AgentEngine) -> None:
    """A handoff is the only event when nothing else is to be said."""
    [handoff] = await told(engine.run(asking(GUIDE_ID, "Profile sales_2025.csv")))
    assert isinstance(handoff, HandoffRequested)
    assert handoff.to_agent_id == "liaison.insights"
    assert handoff.reason.startswith("The Insights liaison works with your tables")


async def test_the_guide_says_the_plan_before_it_hands_over_a_request_for_several(engine: AgentEngine) -> None:
    """One sentence, then the first specialist; nothing after the handoff."""
    *tokens, handoff = await told(engine.run(asking(GUIDE_ID, "Upload this CSV, profile it and give me a report")))
    assert text_of(tokens).startswith("This takes the Content liaison, the Insights liaison and the Outcomes liaison")
    assert isinstance(handoff, HandoffRequested)
    assert handoff.to_agent_id == "liaison.content"


@pytest.mark.parametrize(
    ("request_", "intent", "expected"),
    [
        (asking("liaison.insights", _CSV), "insights.profile_table", "**3 rows and 2 columns.**"),
        (asking("liaison.journey", _PROCEDURE), "journey.build_workflow", "1. **Clerk** checks the form"),
        (
            asking("liaison.content", "Find the paragraph about termination", user(_LEASE)),
            "content.search_documents",
            "*The lease*, paragraph 2",
        ),
        (
            asking("liaison.outcomes", "Summarise this", user("hi"), Turn("agent", "Welcome.", GUIDE_ID)),
            "outcomes.summarise_session",
            "**Concierge**: Welcome.",
        ),
    ],
)
async def test_a_liaison_runs_its_tool_on_what_was_pasted(
    engine: AgentEngine, request_: ExecutionRequest, intent: str, expected: str
) -> None:
    """A step starts and ends, and its result is the answer."""
    events = await told(engine.run(request_))
    started, completed = (event for event in events if isinstance(event, StepStarted | StepCompleted))
    assert isinstance(started, StepStarted)
    assert started.intent == intent
    assert isinstance(completed, StepCompleted)
    assert completed.step_id == started.step_id
    assert expected in text_of(events)


@pytest.mark.parametrize("agent", [agent for agent in AGENTS if agent.role == "liaison"], ids=lambda agent: agent.name)
async def test_a_liaison_greets_and_asks_for_material_when_there_is_none(engine: AgentEngine, agent: object) -> None:
    """Without anything pasted no step begins."""
    agent_id = getattr(agent, "agent_id")  # noqa: B009
    events = await told(engine.run(asking(agent_id, "Please do your work", handed_over_from=GUIDE_ID)))
    assert text_of(events).startswith("Hello, I am the **")
    assert "paste" in text_of(events) or "nothing to summarise yet" in text_of(events)
    assert not [event for event in events if isinstance(event, StepStarted)]


async def test_a_step_that_cannot_be_done_fails_and_the_agent_says_so(
    engine: AgentEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault in a tool never shows its inside."""

    def broken(_: object) -> None:
        raise RuntimeError("secret path")

    monkeypatch.setattr(liaison, "profile_table", broken)
    events = await told(engine.run(asking("liaison.insights", _CSV)))
    [failed] = [event for event in events if isinstance(event, StepFailed)]
    assert failed.reason == "Something went wrong on our side in this step."
    assert text_of(events) == "I could not finish that. Something went wrong on our side in this step."


async def test_missing_material_becomes_a_failed_step_for_a_model_that_calls_the_tool_anyway() -> None:
    """A real model may call the tool too early; the person still reads what to paste."""

    async def eager(messages: list[ModelMessage], _: AgentInfo) -> AsyncIterator[str | DeltaToolCalls]:
        if any(isinstance(part, ToolReturnPart) for part in messages[-1].parts):
            yield "Please paste it."
        else:
            yield "Let me see."
            yield {0: DeltaToolCall(name="profile_table", json_args="{}")}

    events = await told(
        AgentEngine(FunctionModel(stream_function=eager)).run(asking("liaison.insights", "What is in my table?"))
    )
    [failed] = [event for event in events if isinstance(event, StepFailed)]
    assert "paste it with its header line" in failed.reason
    assert events[-1] == ExecutionCompleted("Let me see.\n\nPlease paste it.")


async def test_a_handoff_to_nobody_is_refused_and_tried_again() -> None:
    """Only the liaisons' ids are accepted; the model is told and corrects itself."""
    targets = iter(["liaison.sales", "liaison.journey"])

    async def confused(_: list[ModelMessage], __: AgentInfo) -> AsyncIterator[str | DeltaToolCalls]:
        arguments = f'{{"agent_id": "{next(targets)}", "reason": "{"because " * 100}"}}'
        yield {0: DeltaToolCall(name="hand_off", json_args=arguments)}

    events = await told(AgentEngine(FunctionModel(stream_function=confused)).run(asking(GUIDE_ID, "x")))
    assert isinstance(events[-1], HandoffRequested)
    assert events[-1].to_agent_id == "liaison.journey"
    assert len(events[-1].reason) <= NOTE_MAX


async def test_a_model_that_fails_is_an_execution_that_failed() -> None:
    """Provider errors keep their details for the log."""

    async def down(_: list[ModelMessage], __: AgentInfo) -> AsyncIterator[str | DeltaToolCalls]:
        yield "Well"
        raise ModelAPIError("some-model", "key sk-123 refused")

    with pytest.raises(ExecutionFailed) as failed:
        await told(AgentEngine(FunctionModel(stream_function=down)).run(asking(GUIDE_ID, "x")))
    assert "sk-123" not in failed.value.public_detail


async def test_an_unknown_agent_is_refused(engine: AgentEngine) -> None:
    """Before anything runs."""
    with pytest.raises(UnknownAgent):
        await told(engine.run(asking("liaison.sales", "x")))


async def test_closing_the_events_cancels_the_model_at_its_next_await() -> None:
    """A cancelled run must not go on thinking."""
    cancelled = asyncio.Event()

    async def endless(_: list[ModelMessage], __: AgentInfo) -> AsyncIterator[str | DeltaToolCalls]:
        try:
            while True:
                yield "on and "
                await asyncio.sleep(0)
        finally:
            cancelled.set()

    events = AgentEngine(FunctionModel(stream_function=endless)).run(asking(GUIDE_ID, "x"))
    await anext(events)
    await events.aclose()
    assert cancelled.is_set()


async def test_the_offline_model_streams_word_by_word(engine: AgentEngine) -> None:
    """People see the answer grow."""
    events = await told(engine.run(asking(GUIDE_ID, "hello")))
    deltas = [event.delta for event in events if isinstance(event, TokenEmitted)]
    assert len(deltas) > 50
    assert max(map(len, deltas)) <= 48


@settings(max_examples=25, deadline=None)
@given(
    agent=st.sampled_from([agent.agent_id for agent in AGENTS]),
    text=st.one_of(st.text(min_size=1, max_size=200), st.sampled_from([_CSV, _PROCEDURE, _LEASE, "hello"])),
    earlier=st.lists(st.sampled_from([_CSV, _PROCEDURE, _LEASE, "hi"]).map(user), max_size=2),
)
def test_every_execution_ends_once_and_its_text_is_all_deltas(agent: str, text: str, earlier: list[Turn]) -> None:
    """Whatever is written to whichever agent."""
    request = asking(agent, text, *earlier)
    events = asyncio.run(told(AgentEngine(offline_model()).run(request)))
    assert all(not isinstance(event, ExecutionCompleted | HandoffRequested) for event in events[:-1])
    assert all(0 < len(event.delta) <= DELTA_MAX for event in events if isinstance(event, TokenEmitted))
    started = [event.step_id for event in events if isinstance(event, StepStarted)]
    assert started == [event.step_id for event in events if isinstance(event, StepCompleted | StepFailed)]
    if isinstance(events[-1], ExecutionCompleted):
        assert events[-1].text == text_of(events)
    else:
        assert isinstance(events[-1], HandoffRequested)
