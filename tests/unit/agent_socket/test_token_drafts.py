"""A token's text is what the contract's model would have written, and what the contract refuses is no token."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from experience_plane.agent_socket.token_drafts import TokenDraft
from experience_plane.conversations.model import Envelope
from experience_plane_api.messages import AgentToken

NUMBERS = st.integers(1, 9_007_199_254_740_991)


@given(
    delta=st.text(min_size=1, alphabet=st.characters(exclude_categories=["Cs"])),
    ids=st.tuples(st.uuids(), st.uuids()),
    seq=NUMBERS,
    cursor=NUMBERS,
    at=st.datetimes(min_value=datetime(2000, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - Hypothesis adds UTC
)
def test_the_text_is_what_the_model_writes(
    delta: str, ids: tuple[UUID, UUID], seq: int, cursor: int, at: datetime
) -> None:
    event = TokenDraft.of(delta)(Envelope(*ids, seq, cursor, at))
    model = AgentToken(
        type="agent.token", conversation_id=ids[0], run_id=ids[1], seq=seq, cursor=cursor, at=at, delta=delta
    )
    assert event.text == model.model_dump_json()


@pytest.mark.parametrize("delta", ["", "x" * 16_001, "\ud83d"])
def test_what_the_contract_refuses_is_no_token(delta: str) -> None:
    with pytest.raises(ValidationError):
        TokenDraft.of(delta)
