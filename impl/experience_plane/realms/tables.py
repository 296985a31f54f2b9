"""Finds a delimited table (CSV, TSV, semicolons, Markdown pipes) inside a message."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

_DELIMITERS = ("\t", ";", "|", ",")
_QUOTED_LINES_MAX = 20
_HEADER_CELL_MAX = 60
_MARKDOWN_RULE = re.compile(r"^[\s|:+-]*-[\s|:+-]*$")


@dataclass(frozen=True, slots=True)
class Table:
    """A header and its rows; `source` is the text it was read from, `ragged` counts rows of another width."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    delimiter: str
    source: str
    ragged: int


def find_table(text: str) -> Table | None:
    """The largest table in the text, or None: prose with commas is not one."""
    lines = list(_logical_lines(text))
    found = [table for delimiter in _DELIMITERS for table in _tables(lines, delimiter)]
    return max(found, key=lambda table: (len(table.rows) * len(table.header), len(table.header)), default=None)


def _logical_lines(text: str) -> Iterator[str]:
    """Lines, with a quoted cell that spans lines kept in one piece."""
    lines = text.splitlines()
    index = 0
    while index < len(lines):
        end = _end_of_quoted(lines, index)
        yield "\n".join(lines[index : end + 1])
        index = end + 1


def _end_of_quoted(lines: list[str], start: int) -> int:
    quotes = lines[start].count('"')
    if quotes % 2 == 0:
        return start
    for end in range(start + 1, min(start + _QUOTED_LINES_MAX, len(lines))):
        if lines[end].count('"') % 2:
            return end
    return start


def _tables(lines: list[str], delimiter: str) -> Iterator[Table]:
    index = 0
    while index < len(lines):
        header = _cells(lines[index], delimiter)
        if not _is_header(header):
            index += 1
            continue
        end = index + 1
        while end < len(lines) and len(_cells(lines[end], delimiter)) > 1:
            end += 1
        table = _table(header, lines[index:end], delimiter)
        if table is not None:
            yield table
        index = end


def _table(header: tuple[str, ...], lines: list[str], delimiter: str) -> Table | None:
    rows = [_cells(line, delimiter) for line in lines[1:] if not _MARKDOWN_RULE.match(line)]
    if not rows or (len(header) < 3 and len(rows) < 2):
        return None
    matching = sum(len(row) == len(header) for row in rows)
    if matching * 2 < len(rows) or _reads_like_prose(rows):
        return None
    width = len(header)
    fitted = tuple((row + ("",) * width)[:width] for row in rows)
    return Table(header, fitted, delimiter, "\n".join(lines), ragged=len(rows) - matching)


def _reads_like_prose(rows: list[tuple[str, ...]]) -> bool:
    last_cells = [row[-1] for row in rows]
    return sum(cell.endswith((".", "!", "?")) and " " in cell for cell in last_cells) * 2 > len(rows)


def _is_header(cells: tuple[str, ...]) -> bool:
    if len(cells) < 2:
        return False
    return all(cell and len(cell) <= _HEADER_CELL_MAX and cell[-1] not in ".!?:" for cell in cells)


def _cells(line: str, delimiter: str) -> tuple[str, ...]:
    if delimiter not in line:
        return (line.strip(),)
    if delimiter == "|":
        line = line.strip().strip("|")
    try:
        return tuple(cell.strip() for cell in next(csv.reader([line.replace("\n", " ")], delimiter=delimiter), []))
    except csv.Error:  # a cell beyond the csv module's size limit
        return (line.strip(),)
