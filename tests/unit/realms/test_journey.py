"""journey.build_workflow: steps, actors, decisions and the outline."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experience_plane.realms.journey import build_workflow, newest_procedure, outline, steps_in
from experience_plane.realms.result import MaterialMissing

_CLAIM = """\
Turn this into steps:
1. The customer sends the claim.
2. Clerk: register the claim
3. If the amount is above 1000, the manager reviews it
4. Otherwise the clerk approves it
5. Wait for the bank
6. If something is missing, go back to step 2
"""


def test_sentences_become_steps_with_their_actors() -> None:
    """The request to model them is not one of them."""
    steps = steps_in("First the clerk checks the form, then the manager approves it. Model that.")
    assert [(step.actor, step.action) for step in steps] == [("Clerk", "checks the form"), ("Manager", "approves it")]


def test_an_actor_stays_the_same_until_another_is_named() -> None:
    """English leaves the subject out."""
    steps = steps_in("The agent picks up the call, logs a ticket and then escalates to level two. Draw that.")
    assert [step.actor for step in steps] == ["Agent"] * 3


def test_a_list_is_taken_item_by_item() -> None:
    """With conditions, alternatives and loops."""
    steps = steps_in(_CLAIM)
    assert [step.actor for step in steps] == ["Customer", "Clerk", "Manager", "Clerk", None, None]
    assert steps[2].condition == "the amount is above 1000"
    assert steps[3].otherwise
    assert steps[5].back_to == 2


@pytest.mark.parametrize(
    ("clause", "actor"),
    [
        ("The team lead must sign the order", "Team lead"),
        ("Sales - calls the customer", "Sales"),
        ("The order is checked by the warehouse", "Warehouse"),
        ("Send the order to the supplier", None),
        ("Check all items", None),
    ],
)
def test_the_actor_is_who_does_it(clause: str, actor: str | None) -> None:
    """Modal verbs, labels and the passive name one; an imperative does not."""
    assert steps_in(f"- {clause}\n- End")[0].actor == actor


def test_the_result_tells_who_does_what_and_what_is_unclear() -> None:
    """Readable without the outline."""
    text = build_workflow([_CLAIM]).text
    for expected in (
        "**Workflow: 6 steps and 3 actors.**",
        "- **Clerk**: steps 2, 4",
        "Step 5 waits.",
        "Step 6 loops back to step 2.",
        "Step 6 does not say what happens otherwise.",
    ):
        assert expected in text


def test_the_outline_branches_at_decisions_and_loops_back() -> None:
    """Mermaid's flowchart notation."""
    lines = outline(steps_in(_CLAIM)).splitlines()
    assert lines[0] == "flowchart TD"
    for edge in ("d3 -- yes --> s3", "d3 -- no --> s4", "s3 --> s5", "s4 --> s5", "s6 --> s2"):
        assert f"  {edge}" in lines
    assert lines[-1] == "  d6 -- no --> finish([End])"


@pytest.mark.parametrize("text", ["", "hello", "Turn this procedure into steps", "Who approves it?", "a,b\n1,2\n3,4"])
def test_without_a_procedure_it_says_what_to_paste(text: str) -> None:
    """A question is not a procedure, and neither is a table."""
    with pytest.raises(MaterialMissing, match="paste its steps"):
        build_workflow([text])


def test_the_newest_procedure_counts() -> None:
    """Later talk does not hide it."""
    steps = newest_procedure(["1. a thing\n2. b thing", "1. Order\n2. Pay", "And who does it?"])
    assert steps is not None
    assert steps[0].action == "Order"


@given(st.text(max_size=400))
def test_any_text_gives_steps_numbered_from_one(text: str) -> None:
    """And an outline that names each of them."""
    steps = steps_in(text)
    assert [step.number for step in steps] == list(range(1, len(steps) + 1))
    assert all(f"  s{step.number}[" in outline(steps) for step in steps)
