"""One-time passwords as RFC 6238 makes them."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experience_plane.security_guard.recovery_codes import new_recovery_codes, recovery_code_digests
from experience_plane.security_guard.totp import matching_steps, new_totp_secret, otpauth_uri, plain_code

RFC_SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_the_vectors_of_the_rfc_match_their_step(seconds: int, code: str) -> None:
    assert seconds // 30 in matching_steps(RFC_SECRET, code, datetime.fromtimestamp(seconds, UTC))


def test_a_code_matches_its_step_and_its_neighbours_and_no_other() -> None:
    step = 2000000000 // 30
    moments = {drift: datetime.fromtimestamp((step + drift) * 30, UTC) for drift in range(-3, 4)}
    matched = [drift for drift, moment in moments.items() if step in matching_steps(RFC_SECRET, "279037", moment)]
    assert matched == [-1, 0, 1]


def test_a_step_ends_after_its_thirtieth_second() -> None:
    step = 2000000000 // 30
    last = datetime.fromtimestamp((step + 2) * 30 - 0.001, UTC)
    after = datetime.fromtimestamp((step + 2) * 30, UTC)
    assert list(matching_steps(RFC_SECRET, "279037", last)) == [step]
    assert step not in matching_steps(RFC_SECRET, "279037", after)


@given(st.text())
def test_whatever_is_typed_is_compared_and_never_a_fault(code: str) -> None:
    matched = matching_steps(RFC_SECRET, code, datetime.fromtimestamp(2000000000, UTC))
    assert not matched or plain_code(code).isdecimal()


def test_secrets_have_160_bits_and_are_not_repeated() -> None:
    secrets = {new_totp_secret() for _ in range(100)}
    assert len(secrets) == 100
    assert {len(secret) for secret in secrets} == {20}


def test_recovery_codes_have_120_bits_and_are_not_repeated() -> None:
    codes = [code for _ in range(10) for code in new_recovery_codes()]
    assert len(set(codes)) == 100
    assert {len(plain_code(code)) * 5 for code in codes} == {120}


def test_a_recovery_code_is_the_same_however_it_is_typed() -> None:
    (code, *_) = new_recovery_codes()
    typed = [code, code.upper(), code.replace("-", ""), code.replace("-", " "), f" {code} "]
    assert len(set(recovery_code_digests(typed))) == 1


def test_apps_read_names_with_spaces_and_addresses_with_a_plus() -> None:
    uri = otpauth_uri(new_totp_secret(), account="ada+work@example.com", issuer="Experience Plane")
    parts = urlsplit(uri)
    assert unquote(parts.path) == "/Experience Plane:ada+work@example.com"
    # Apps take a plus in the query as a plus, not as a space.
    assert "issuer=Experience%20Plane" in parts.query.split("&")
