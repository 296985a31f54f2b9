"""Access tokens: what ours say, and that only ours are believed."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID

import jwt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from experience_plane.security_guard.access_tokens import AccessTokens
from experience_plane.security_guard.options import TokenOptions
from experience_plane.security_guard.ports import Unauthenticated
from experience_plane.security_guard.principal import Principal, User
from experience_plane.security_guard.signing_keys import KeyRing
from manual_clock import ManualClock

BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
USER = User(UUID(int=1), UUID(int=2), "ana@example.com", "Ana", ("member",), ("agents.talk",))
SESSION_ID = UUID(int=3)


def test_a_token_is_an_rfc_9068_access_token(token: str, keys: KeyRing, clock: ManualClock) -> None:
    assert jwt.get_unverified_header(token) == {"alg": "EdDSA", "kid": "k1", "typ": "at+jwt"}
    claims = json.loads(jwt.PyJWS().decode(token, keys.public_keys["k1"], algorithms=["EdDSA"]))
    issued_at = int(clock().timestamp())
    assert len(claims.pop("jti")) >= 20
    assert claims == {
        "iss": "experience-plane",
        "sub": str(UUID(int=1)),
        "aud": "experience-plane",
        "exp": issued_at + 900,
        "nbf": issued_at,
        "iat": issued_at,
        "sid": str(UUID(int=3)),
        "tenant": str(UUID(int=2)),
        "roles": ["member"],
        "permissions": ["agents.talk"],
    }


def test_verifying_answers_the_principal(access_tokens: AccessTokens, token: str, clock: ManualClock) -> None:
    principal = Principal(
        UUID(int=1), UUID(int=2), UUID(int=3), ("member",), ("agents.talk",), clock() + timedelta(minutes=15)
    )
    assert access_tokens.verify(token) == principal
    assert access_tokens.verify(token) == principal


def test_two_tokens_are_never_the_same(access_tokens: AccessTokens) -> None:
    assert access_tokens.issue(USER, SESSION_ID) != access_tokens.issue(USER, SESSION_ID)


@pytest.mark.parametrize("seen_before", [False, True])
def test_a_token_expires_on_the_second(
    access_tokens: AccessTokens, token: str, clock: ManualClock, seen_before: bool
) -> None:
    if seen_before:
        access_tokens.verify(token)
    clock.advance(timedelta(minutes=15) - timedelta(microseconds=1))
    access_tokens.verify(token)
    clock.advance(timedelta(microseconds=1))
    with pytest.raises(Unauthenticated):
        access_tokens.verify(token)


def test_a_clock_that_runs_a_little_behind_believes_and_one_far_behind_does_not(
    access_tokens: AccessTokens, clock: ManualClock, keys: KeyRing
) -> None:
    token = access_tokens.issue(USER, SESSION_ID)
    clock.advance(timedelta(seconds=-6))
    with pytest.raises(Unauthenticated):
        access_tokens.verify(token)
    clock.advance(timedelta(seconds=1))
    access_tokens.verify(token)


def test_a_full_cache_forgets_and_verifies_anew(keys: KeyRing, clock: ManualClock) -> None:
    access_tokens = AccessTokens(keys, TokenOptions(verified_cache_size=2), clock)
    tokens = [access_tokens.issue(USER, SESSION_ID) for _ in range(4)]
    for token in tokens + tokens:
        assert access_tokens.verify(token).user_id == USER.user_id


@st.composite
def _mutations(draw: st.DrawFn, token: str) -> str:
    kind = draw(st.sampled_from(["replace", "insert", "delete", "swap", "truncate", "append", "repeat"]))
    at = draw(st.integers(0, len(token) - 1))
    other = draw(st.integers(0, len(token) - 1))
    character = draw(st.one_of(st.sampled_from(BASE64URL + ".=+/ \n"), st.characters()))
    low, high = sorted((at, other))
    return {
        "replace": token[:at] + character + token[at + 1 :],
        "insert": token[:at] + character + token[at:],
        "delete": token[:at] + token[at + 1 :],
        "swap": token[:low] + token[high] + token[low + 1 : high] + token[low : low + 1] + token[high + 1 :],
        "truncate": token[:at],
        "append": token + character,
        "repeat": token[:high] + token[low:],
    }[kind]


@settings(max_examples=500, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_no_mutated_token_is_believed(access_tokens: AccessTokens, token: str, data: st.DataObject) -> None:
    access_tokens.verify(token)
    mutated = data.draw(_mutations(token))
    if mutated != token:
        with pytest.raises(Unauthenticated):
            access_tokens.verify(mutated)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.one_of(st.text(), st.from_regex(r"\A[A-Za-z0-9_-]{1,40}\.[A-Za-z0-9_-]{1,40}\.[A-Za-z0-9_-]{1,90}\Z")))
def test_no_arbitrary_text_is_believed_or_breaks_anything(access_tokens: AccessTokens, text: str) -> None:
    with pytest.raises(Unauthenticated):
        access_tokens.verify(text)
