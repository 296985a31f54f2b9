"""outcomes.summarise_session: what was asked, what came of it, what is open."""

from __future__ import annotations

import pytest

from experience_plane.realms.outcomes import SessionTurn, summarise_session
from experience_plane.realms.result import MaterialMissing


def test_a_session_is_summarised_from_its_turns() -> None:
    """Pasted material is counted, not repeated; an answer that asks back leaves its request open."""
    result = summarise_session(
        [
            SessionTurn(None, "Profile this:\na,b\n1,2\n3,4"),
            SessionTurn(
                "Insights liaison", "Hello, I am the **Insights liaison**.\n\n**2 rows and 2 columns.**\n\nmore"
            ),
            SessionTurn(None, "Build the workflow"),
            SessionTurn("Journey liaison", "Please paste the procedure here."),
            SessionTurn(None, "Are you there?"),
        ]
    )
    assert result.summary == "The session has 3 requests, 1 answer and 2 open points."
    assert "- Profile this: (with 3 words pasted)" in result.text
    assert "- **Insights liaison**: 2 rows and 2 columns." in result.text
    assert result.text.endswith("### Still open\n- Build the workflow\n- Are you there?")


def test_a_long_session_shows_its_latest_part() -> None:
    """And says how much was left out."""
    turns = [SessionTurn(None, f"Question {number}") for number in range(20)]
    assert "- … and 8 earlier" in summarise_session(turns).text


@pytest.mark.parametrize("turns", [[], [SessionTurn("Concierge", "Welcome")]])
def test_an_empty_session_has_no_summary(turns: list[SessionTurn]) -> None:
    """Something must have been asked."""
    with pytest.raises(MaterialMissing):
        summarise_session(turns)
