"""Telling what a message asks from what was pasted with it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experience_plane.realms.request import Request, pasted_texts, read_request


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Profile sales.csv", Request("Profile sales.csv", "")),
        ("Profile this:\na,b\n1,2\n3,4", Request("Profile this:", "a,b\n1,2\n3,4")),
        ("Make a workflow:\n1. Order\n2. Pay", Request("Make a workflow:", "1. Order\n2. Pay")),
        ("The lease\n\nNo pets.\nNo cats.", Request("", "The lease\n\nNo pets.\nNo cats.")),
        ("The lease\nNo pets.\nWhat about dogs?", Request("What about dogs?", "The lease\nNo pets.")),
        ("1. Order\n2. Pay\n3. Ship", Request("", "1. Order\n2. Pay\n3. Ship")),
    ],
)
def test_the_asking_and_the_material_are_told_apart(text: str, expected: Request) -> None:
    """A message may hold either or both."""
    assert read_request(text) == expected


@given(st.text(max_size=500))
def test_no_message_is_lost(text: str) -> None:
    """Whatever was written is asking, material, or blank."""
    request = read_request(text)
    assert bool(request.asking or request.material) == bool(text.strip())
    assert pasted_texts([text]) == [request.material or text]
