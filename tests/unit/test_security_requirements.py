"""The table in docs/security.md has every requirement, and each test that it names exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8").partition("## OWASP ASVS 5.0")[2]
ROWS = re.findall(r"^\| (V\d+\.\d+\.\d+) \| ([12]) \| ([^|]+) \| ([^|]+) \|$", TABLE, re.MULTILINE)
REQUIREMENTS = {
    "V6": {1: 3, 2: 12, 3: 4, 4: 4, 5: 5, 6: 3, 8: 4},
    "V7": {1: 3, 2: 4, 3: 2, 4: 5, 5: 2, 6: 2},
    "V9": {1: 3, 2: 4},
}
"""How many requirements of level 1 and 2 each section of ASVS 5.0.0 has; they come before those of level 3."""
TESTS = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TABLE)))


def test_every_requirement_has_one_row() -> None:
    expected = [
        f"{chapter}.{section}.{number}"
        for chapter, sections in REQUIREMENTS.items()
        for section, count in sections.items()
        for number in range(1, count + 1)
    ]
    assert [row[0] for row in ROWS] == expected


@pytest.mark.parametrize(("file", "name"), TESTS)
def test_a_test_that_the_table_names_exists(file: str, name: str) -> None:
    assert re.search(rf"^(async )?def {name}\(", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)


def test_a_row_names_a_test_or_gives_a_reason() -> None:
    assert [row[0] for row in ROWS if not row[3].strip()] == []
