"""Who answers: the rules, and how often the offline classifier reads a request right."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experience_plane.agents.catalog import AGENTS, GUIDE_ID
from experience_plane.agents.intent import classify
from experience_plane.agents.routing import Route, route

_DATA = Path(__file__).parents[2] / "data"
_SURFACES = ("general", "content", "insights", "journey", "outcomes")


def _utterances(name: str) -> Iterator[tuple[str, str]]:
    for line in (_DATA / name).read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        yield case["text"], case["agent"]


@pytest.mark.parametrize("name", ["routing_utterances.jsonl", "routing_held_out.jsonl"])
def test_nine_of_ten_requests_are_read_right(name: str) -> None:
    """The lexicon is general enough for both sets; a wrong reading shows with its text."""
    cases = list(_utterances(name))
    wrong = [(text, agent, classify(text).label) for text, agent in cases if classify(text).label != agent]
    assert len(wrong) <= 0.1 * len(cases), wrong


def test_the_guide_answers_on_the_general_surface_whatever_is_asked() -> None:
    """The guide itself decides to hand over."""
    assert route("general", None, "Profile sales.csv") == Route(GUIDE_ID)


@pytest.mark.parametrize("realm", _SURFACES[1:])
def test_a_surface_belongs_to_its_liaison(realm: str) -> None:
    """Words that point nowhere stay where the person is."""
    assert route(realm, None, "Go ahead with that, please") == Route(f"liaison.{realm}")


def test_an_unknown_surface_is_the_guides() -> None:
    """A frontend may name a surface this version does not know."""
    assert route("holodeck", None, "Go on") == Route(GUIDE_ID)


def test_a_clear_request_for_another_realm_leaves_the_surface() -> None:
    """A person on the content page may still ask for a chart."""
    assert route("content", None, "Plot the average revenue by month").agent_id == "liaison.insights"


@pytest.mark.parametrize("text", ["And the second one?", "thanks!", "Who am I talking to?", "yes", ""])
def test_an_active_liaison_keeps_the_conversation(text: str) -> None:
    """Small talk and short answers never tear a person away from a specialist."""
    assert route("general", "liaison.insights", text) == Route("liaison.insights")


def test_an_active_liaison_gives_way_to_another_realm_with_a_reason() -> None:
    """The entry handoff names both sides and says why."""
    chosen = route("general", "liaison.insights", "Now turn this procedure into a workflow as BPMN")
    assert (chosen.agent_id, chosen.from_agent_id) == ("liaison.journey", "liaison.insights")
    assert chosen.reason is not None
    assert "Journey liaison" in chosen.reason


def test_a_question_about_the_platform_goes_back_to_the_guide() -> None:
    """Liaisons do not know about passwords."""
    chosen = route("insights", "liaison.insights", "How do I change my password?")
    assert (chosen.agent_id, chosen.from_agent_id) == (GUIDE_ID, "liaison.insights")


def test_a_request_over_several_realms_stays_when_it_begins_here() -> None:
    """Otherwise the guide would hand it straight back."""
    text = "Profile the survey table, then draft a summary for management"
    assert route("general", "liaison.insights", text) == Route("liaison.insights")
    assert route("general", "liaison.journey", text).agent_id == GUIDE_ID


def test_courtesy_before_a_request_does_not_hide_it() -> None:
    """A greeting is not what a message is about."""
    assert classify("Hello! Could you profile this CSV table?").label == "liaison.insights"


def test_words_inside_pasted_material_do_not_route() -> None:
    """A table about workflows and reports is still a table."""
    text = "Profile this:\nworkflow,report,summary\nsop,process,steps\nbpmn,flow,conclusions\n"
    assert classify(text).label == "liaison.insights"


@given(
    st.sampled_from([*_SURFACES, "", "x"]),
    st.sampled_from([None, "nobody", *(agent.agent_id for agent in AGENTS)]),
    st.text(max_size=300),
)
def test_any_message_has_exactly_one_route_and_always_the_same(surface: str, active: str | None, text: str) -> None:
    """Routing is total and deterministic, and explains every change of hands."""
    chosen = route(surface, active, text)
    assert chosen == route(surface, active, text)
    assert chosen.agent_id in {agent.agent_id for agent in AGENTS}
    assert (chosen.from_agent_id is None) == (chosen.reason is None)
    assert chosen.from_agent_id != chosen.agent_id
