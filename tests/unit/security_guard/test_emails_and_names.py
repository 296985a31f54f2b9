"""E-mail addresses and names in one spelling."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experience_plane.security_guard.emails import parse_email
from experience_plane.security_guard.names import parse_name
from experience_plane.security_guard.ports import InvalidEmail, InvalidName


@pytest.mark.parametrize(
    ("text", "address", "key"),
    [
        ("ana@example.com", "ana@example.com", "ana@example.com"),
        ("  Ana@EXAMPLE.com\n", "Ana@example.com", "ana@example.com"),
        ("ana@team.test", "ana@team.test", "ana@team.test"),
        ("ana@MÜNCHEN.de", "ana@münchen.de", "ana@xn--mnchen-3ya.de"),
        ("ana@xn--mnchen-3ya.de", "ana@münchen.de", "ana@xn--mnchen-3ya.de"),
        ("Ame\u0301lie@example.com", "Am\u00e9lie@example.com", "am\u00e9lie@example.com"),
        ("STRAẞE@example.com", "STRAẞE@example.com", "strasse@example.com"),
    ],
)
def test_an_address_has_one_spelling_to_show_and_one_key(text: str, address: str, key: str) -> None:
    parsed = parse_email(text)
    assert (parsed.address, parsed.key) == (address, key)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "ana",
        "@example.com",
        "ana@",
        "a b@example.com",
        "ana@example",
        "ana@@example.com",
        "ana@exa\x00mple.com",
        "ana@-example.com",
        "ana@x.invalid",
        f"{'a' * 65}@example.com",
        f"ana@{'a.' * 125}com",
        "\ud800@example.com",
    ],
)
def test_what_is_no_address_is_refused_with_a_pointer(text: str) -> None:
    with pytest.raises(InvalidEmail) as caught:
        parse_email(text)
    assert caught.value.errors[0].pointer == "/email"


@given(st.one_of(st.text(), st.emails()))
def test_any_text_is_parsed_or_refused_and_parsing_is_idempotent(text: str) -> None:
    try:
        parsed = parse_email(text)
    except InvalidEmail:
        return
    assert parse_email(parsed.address) == parsed


def test_a_name_is_trimmed_and_otherwise_left_alone() -> None:
    assert parse_name("  Amélie  O'Neill 😀 ") == "Amélie  O'Neill 😀"


@pytest.mark.parametrize("text", ["", " \t ", "a" * 101, "a\x00b", "a\nb", "a\x7fb", "\ud800"])
def test_an_unusable_name_is_refused_with_a_pointer(text: str) -> None:
    with pytest.raises(InvalidName) as caught:
        parse_name(text)
    assert caught.value.errors[0].pointer == "/name"
