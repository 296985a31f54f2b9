"""insights.profile_table: finding a table in a message, and measuring it."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experience_plane.realms.insights import ColumnProfile, newest_table, profile_of, profile_table
from experience_plane.realms.result import MaterialMissing
from experience_plane.realms.tables import Table, find_table


def _table(text: str) -> Table:
    table = find_table(text)
    assert table is not None
    return table


def _column(text: str, name: str) -> ColumnProfile:
    return next(column for column in profile_of(_table(text)).columns if column.name == name)


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1,2\n3,4",
        "a;b\n1;2\n3;4",
        "a\tb\n1\t2\n3\t4",
        "| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |",
        "Profile this:\n\n```\na,b\n1,2\n3,4\n```\nThanks!",
    ],
)
def test_a_table_is_found_whatever_separates_its_cells(text: str) -> None:
    """And whatever stands around it."""
    table = _table(text)
    assert (table.header, table.rows) == (("a", "b"), (("1", "2"), ("3", "4")))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "Hello, dear friend.\nYes, I know, you are right.\nWell, so it goes.",
        "First, check the form.\nThen, approve it.",
        "1, 2, 3",
    ],
)
def test_prose_is_no_table(text: str) -> None:
    """Commas alone do not make one."""
    assert find_table(text) is None


def test_quoted_cells_keep_their_commas_and_line_breaks() -> None:
    """As in RFC 4180."""
    assert _table('name,note,n\nAnn,"one, two",1\nBob,"three\nfour",2').rows == (
        ("Ann", "one, two", "1"),
        ("Bob", "three four", "2"),
    )


def test_numbers_are_measured() -> None:
    """Minimum, maximum and mean over what is present."""
    column = _column("id,amount\n1,10.5\n2,\n3,12\n4,n/a", "amount")
    assert (column.kind, column.missing, column.low, column.high, column.mean) == ("number", 2, "10.5", "12", "11.25")


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ("1 2 3", "integer"),
        ("1.5 2 1e3", "number"),
        ("€5 $7 12%", "integer"),
        ("2025-01-02 2025-12-31 2024-02-29", "date"),
        ("31.12.2025 01/02/2025 05.06.2024", "date"),
        ("yes no yes", "yes/no"),
        ("a b c", "text"),
        ("- n/a null", "empty"),
    ],
)
def test_a_columns_type_is_read_from_its_values(values: str, kind: str) -> None:
    """The commonest notations."""
    text = "value;other\n" + "\n".join(f"{value};x" for value in values.split())
    assert _column(text, "value").kind == kind


def test_decimal_commas_are_numbers_where_commas_do_not_separate() -> None:
    """As spreadsheets export them in much of Europe."""
    assert _column("price;n\n1.234,50;a\n0,50;b", "price").mean == "617.5"


def test_a_few_odd_values_do_not_hide_a_numeric_column() -> None:
    """They are a finding instead."""
    column = _column("n,x\n1,a\n2,a\n3,a\n4,a\nmany,a", "n")
    assert (column.kind, column.odd_values) == ("integer", 1)


def test_outliers_and_repeated_rows_are_found() -> None:
    """By Tukey's fences, and by equality."""
    text = "n,x\n" + "".join(f"{n},a\n" for n in (1, 2, 2, 3, 3, 3, 4, 4, 500))
    assert _column(text, "n").outliers == 1
    assert profile_of(_table(text)).duplicate_rows == 4


def test_rows_of_another_width_are_counted() -> None:
    """And do not end the table."""
    assert profile_of(_table("a,b,c\n1,2,3\n1,2\n1,2,3,4\n5,6,7")).ragged_rows == 2


def test_the_newest_table_is_profiled() -> None:
    """A conversation may hold several."""
    table = newest_table(["a,b\n1,2\n3,4", "c,d\n1,2\n3,4", "thanks"])
    assert table is not None
    assert table.header == ("c", "d")


def test_without_a_table_it_says_what_to_paste() -> None:
    """In words for the person."""
    with pytest.raises(MaterialMissing, match="header line"):
        profile_table(["hello"])


def test_cells_cannot_break_the_result_table() -> None:
    """A pipe in a name is escaped."""
    assert r"a\|b" in profile_table(["a|b,c\n1,2\n3,4"]).text


@given(
    st.lists(
        st.tuples(*[st.text(st.characters(exclude_categories=["C", "Z"]), max_size=8)] * 3), min_size=2, max_size=10
    )
)
def test_any_csv_is_profiled_in_full(rows: list[tuple[str, str, str]]) -> None:
    """Every row that the csv module writes is counted."""
    written = io.StringIO()
    csv.writer(written).writerows([("first", "second", "third"), *rows])
    profile = profile_table([written.getvalue()])
    assert "3 columns" in profile.summary


@given(st.text(max_size=400))
def test_no_text_breaks_the_search_for_a_table(text: str) -> None:
    """It finds one or it does not."""
    table = find_table(text)
    assert table is None or all(len(row) == len(table.header) for row in table.rows)
