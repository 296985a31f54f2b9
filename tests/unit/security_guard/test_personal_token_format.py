"""How a personal access token is written."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experience_plane.security_guard.personal_token_format import (
    PREFIX,
    hint_of,
    is_personal_token,
    new_personal_token,
)
from experience_plane_api import documents

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
SCHEMAS = documents.load("openapi")["components"]["schemas"]
PATTERN = SCHEMAS["CreatedAccessToken"]["properties"]["token"]["pattern"]
EXAMPLE = documents.load("openapi")["components"]["examples"]["CreatedAccessToken"]["value"]


def test_new_tokens_are_written_as_the_contract_says_and_differ() -> None:
    tokens = {new_personal_token() for _ in range(200)}
    assert len(tokens) == 200
    for token in tokens:
        assert re.search(PATTERN, token)
        assert is_personal_token(token)
        assert re.fullmatch(SCHEMAS["CreatedAccessToken"]["properties"]["hint"]["pattern"], hint_of(token))


def test_the_example_of_the_contract_is_one() -> None:
    assert is_personal_token(EXAMPLE["token"])
    assert hint_of(EXAMPLE["token"]) == EXAMPLE["hint"]


def test_what_stays_unknown_beside_the_hint_has_160_bits() -> None:
    token = new_personal_token()
    assert 62 ** (len(token) - len(hint_of(token)) - 6) >= 2**160


@given(position=st.integers(0, 37), other=st.sampled_from(ALPHABET))
def test_a_token_with_one_other_character_is_none(position: int, other: str) -> None:
    token = EXAMPLE["token"]
    place = len(PREFIX) + position
    assert is_personal_token(token[:place] + other + token[place + 1 :]) == (token[place] == other)


@given(st.text())
def test_no_other_text_is_one(text: str) -> None:
    assert not is_personal_token(text)
    assert not is_personal_token(PREFIX + text)


@pytest.mark.parametrize(
    "change",
    [
        str.upper,
        str.lower,
        lambda token: token + "\n",
        lambda token: " " + token,
        lambda token: token + "0",
        lambda token: token[:-1],
        lambda token: token.replace("epp_", "epr_"),
        lambda token: token.removeprefix("epp_"),
        lambda token: token[:-1] + "\u0660",
    ],
)
def test_what_looks_like_a_token_is_none(change: object) -> None:
    assert callable(change)
    assert not is_personal_token(change(EXAMPLE["token"]))
