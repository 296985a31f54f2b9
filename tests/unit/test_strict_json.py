"""JSON that two parsers might read differently is refused."""

from __future__ import annotations

import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experience_plane import strict_json

SCALARS = st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from("abc"), inner))


@given(VALUES)
def test_what_json_writes_is_read_as_it_was(value: object) -> None:
    """Both with and without escapes, as text and as bytes."""
    assert strict_json.parse(json.dumps(value)) == value
    assert strict_json.parse(json.dumps(value, ensure_ascii=False).encode()) == value


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a": 1, "b": 2, "a": 3}', 'The key "a" stands twice'),
        ('[{"a": {"b": 1, "b": 1}}]', 'The key "b" stands twice'),
        ('{"a": 1, "\\u0061": 2}', 'The key "a" stands twice'),
        ("NaN", "NaN is not JSON"),
        ("[Infinity]", "Infinity is not JSON"),
        ("-Infinity", "-Infinity is not JSON"),
        ("1e999", "1e999 is out of range"),
        ("-1E+400", r"-1E\+400 is out of range"),
        ("9" * 5000, "too many digits"),
        ('"\\ud83d"', "unpaired surrogate"),
        ('"\\uDC00x"', "unpaired surrogate"),
        ('{"\\ud800": 1}', "unpaired surrogate"),
        (b'"\xff"', "not UTF-8"),
        (b'"\xed\xa0\x80"', "not UTF-8"),
        ("", "Expecting value"),
        ("{'a': 1}", "line 1, column 2"),
        ("[1,]", "line 1"),
        ("01", "Extra data"),
        ('"\t"', "control character"),
        ("\ufeff{}", "Expecting value"),
        ("{} {}", "Extra data"),
        ("[" * 65 + "]" * 65, "too deeply"),
        ("[" * 100_000, "too deeply"),
        ('{"a":' * 65 + "1" + "}" * 65, "too deeply"),
        ("[" + "[]," * 70 + "[" * 64 + "]" * 64 + "]", "too deeply"),
    ],
)
def test_what_is_not_json_or_ambiguous_is_refused(text: str | bytes, found: str) -> None:
    """Each says what was found."""
    with pytest.raises(strict_json.MalformedJson, match=found):
        strict_json.parse(text)


def test_nesting_at_the_limit_is_read() -> None:
    """64 deep, whatever stands beside it."""
    assert strict_json.parse("[" * 64 + "]" * 64)
    assert strict_json.parse("[" + "[]," * 100 + "[]]") == [[]] * 101
    assert strict_json.parse(json.dumps("[" * 1000)) == "[" * 1000


@pytest.mark.parametrize(
    ("text", "value"), [("1.0", 1), ("1e2", 100), ("-0.0", 0), ("1.5", 1.5), ("1e308", int(1e308))]
)
def test_a_number_without_a_fraction_is_an_integer(text: str, value: float) -> None:
    """As JSON Schema has it."""
    read = strict_json.parse(text)
    assert read == value
    assert type(read) is type(value)


def test_paired_surrogates_are_one_character() -> None:
    """An escaped pair is fine."""
    assert strict_json.parse('"\\ud83d\\ude00"') == "😀"


def test_finding_the_double_key_takes_linear_time() -> None:
    """100,000 keys of which the last stands twice: with a quadratic search this test would not end."""
    keys = [f'"{first}{number}":1' for first in string.ascii_lowercase[:10] for number in range(10_000)]
    with pytest.raises(strict_json.MalformedJson, match="stands twice"):
        strict_json.parse("{" + ",".join([*keys, keys[-1]]) + "}")
