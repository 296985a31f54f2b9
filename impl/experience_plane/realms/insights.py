"""Insights: what is in a table, and how far it can be trusted."""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from experience_plane.realms.result import MaterialMissing, RealmResult, counted, shortened
from experience_plane.realms.tables import Table, find_table

_Parsed = TypeVar("_Parsed")

_MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "nil", "-", "?", "#n/a"})
_MOSTLY = 0.8
_OUTLIERS_FROM = 8
_PLAIN_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?([eE][+-]?\d{1,3})?")
_DECIMAL_COMMA = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d+),\d+")
_NUMBER_DECORATION = re.compile(r"^[€$£¥]\s*|\s*[%€$£¥]$")
_DAY_FIRST = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})")
_BOOLEANS = frozenset({"true", "false", "yes", "no", "y", "n"})


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """One column: `kind` is integer, number, date, yes/no, text or empty; low, high and mean are ready to print."""

    name: str
    kind: str
    missing: int
    distinct: int
    low: str = ""
    high: str = ""
    mean: str = ""
    odd_values: int = 0
    outliers: int = 0


@dataclass(frozen=True, slots=True)
class TableProfile:
    """A table's size, columns and the faults that keep one from reporting on it."""

    rows: int
    columns: tuple[ColumnProfile, ...]
    duplicate_rows: int
    ragged_rows: int


def profile_table(texts: Sequence[str]) -> RealmResult:
    """Profile the newest table found in `texts` (oldest first).

    Raises:
        MaterialMissing: no text holds a table.
    """
    table = newest_table(texts)
    if table is None:
        raise MaterialMissing(
            "I need a table first: please paste it with its header line (CSV, tab-separated or Markdown)."
        )
    profile = profile_of(table)
    size = f"{counted(profile.rows, 'row')} and {counted(len(profile.columns), 'column')}"
    findings = _findings(profile)
    summary = f"The table has {size}; {counted(len(findings), 'finding')} on its quality."
    return RealmResult(summary, _markdown(profile, size, findings))


def newest_table(texts: Sequence[str]) -> Table | None:
    """The table in the newest text that holds one."""
    return next((table for text in reversed(texts) if (table := find_table(text))), None)


def profile_of(table: Table) -> TableProfile:
    """Measure a table: types, missing values, ranges, outliers, duplicates."""
    values_by_column = zip(*table.rows, strict=True)
    columns = tuple(
        _column(name, values, table.delimiter) for name, values in zip(table.header, values_by_column, strict=True)
    )
    return TableProfile(len(table.rows), columns, len(table.rows) - len(set(table.rows)), table.ragged)


def _column(name: str, values: Sequence[str], delimiter: str) -> ColumnProfile:
    present = [value for value in values if value.lower() not in _MISSING]
    missing, distinct = len(values) - len(present), len(set(present))
    if not present:
        return ColumnProfile(name, "empty", missing, 0)
    numbers = _parsed(present, lambda value: _number(value, decimal_comma=delimiter != ","))
    if _enough(numbers, present):
        return _number_column(name, numbers, len(present) - len(numbers), missing, distinct)
    dates = _parsed(present, _date)
    if _enough(dates, present):
        odd = len(present) - len(dates)
        return ColumnProfile(name, "date", missing, distinct, str(min(dates)), str(max(dates)), odd_values=odd)
    if all(value.lower() in _BOOLEANS for value in present):
        return ColumnProfile(name, "yes/no", missing, distinct)
    low, high = shortened(min(present), 24), shortened(max(present), 24)
    return ColumnProfile(name, "text", missing, distinct, low, high)


def _number_column(name: str, numbers: list[float], odd: int, missing: int, distinct: int) -> ColumnProfile:
    kind = "integer" if all(number.is_integer() for number in numbers) else "number"
    low, high, mean = _shown(min(numbers)), _shown(max(numbers)), _shown(statistics.fmean(numbers))
    return ColumnProfile(name, kind, missing, distinct, low, high, mean, odd, _outliers(numbers))


def _outliers(numbers: list[float]) -> int:
    """Values beyond 1.5 interquartile ranges of the quartiles (Tukey's fences)."""
    if len(numbers) < _OUTLIERS_FROM:
        return 0
    first, _, third = statistics.quantiles(numbers, n=4, method="inclusive")
    reach = 1.5 * (third - first)
    return sum(number < first - reach or number > third + reach for number in numbers)


def _parsed(values: Sequence[str], parse: Callable[[str], _Parsed | None]) -> list[_Parsed]:
    return [parsed for value in values if (parsed := parse(value)) is not None]


def _enough(parsed: Sequence[object], present: Sequence[str]) -> bool:
    return len(parsed) >= _MOSTLY * len(present)


def _number(value: str, *, decimal_comma: bool) -> float | None:
    bare = _NUMBER_DECORATION.sub("", value)
    if decimal_comma and _DECIMAL_COMMA.fullmatch(bare):
        return float(bare.replace(".", "").replace(",", "."))
    if not _PLAIN_NUMBER.fullmatch(bare):
        return None
    number = float(bare.replace(",", ""))
    return number if math.isfinite(number) else None


def _date(value: str) -> date | None:
    try:
        if match := _DAY_FIRST.fullmatch(value):
            return date(int(match[3]), int(match[2]), int(match[1]))
        return datetime.fromisoformat(value).date()
    except ValueError:
        return None


def _shown(number: float) -> str:
    return f"{number:,.0f}" if number.is_integer() and abs(number) < 1e15 else f"{number:,.6g}"


def _findings(profile: TableProfile) -> list[str]:
    found = []
    for column in profile.columns:
        name = f"**{shortened(column.name, 40)}**"
        if column.missing:
            share = column.missing / profile.rows
            found.append(f"{name} is missing in {column.missing:,} of {counted(profile.rows, 'row')} ({share:.0%}).")
        if column.odd_values:
            found.append(f"{name} is a {column.kind} column, but {counted(column.odd_values, 'value')} cannot be read.")
        if column.outliers:
            found.append(f"{name} has {counted(column.outliers, 'outlier')} (beyond 1.5 interquartile ranges).")
    if profile.duplicate_rows:
        found.append(f"{counted(profile.duplicate_rows, 'row')} repeated exactly.")
    if profile.ragged_rows:
        found.append(f"{counted(profile.ragged_rows, 'row')} with more or fewer cells than the header.")
    return found


def _markdown(profile: TableProfile, size: str, findings: list[str]) -> str:
    head = "| Column | Type | Missing | Distinct | Min | Max | Mean |\n|---|---|---:|---:|---:|---:|---:|"
    body = "\n".join(_row(column) for column in profile.columns)
    notes = "\n".join(f"- {finding}" for finding in findings) or "- Nothing stands out: no gaps, no repeated rows."
    return f"**{size}.**\n\n{head}\n{body}\n\nQuality:\n{notes}"


def _row(column: ColumnProfile) -> str:
    cells = (column.name, column.kind, f"{column.missing:,}", f"{column.distinct:,}")
    printed = (*cells, column.low, column.high, column.mean)
    return "| " + " | ".join(shortened(cell, 40).replace("|", r"\|") for cell in printed) + " |"
