"""What every realm tool answers with, and how it says that there is nothing to work on."""

from __future__ import annotations

from dataclasses import dataclass

from experience_plane.errors import ExperiencePlaneError


class MaterialMissing(ExperiencePlaneError):
    """The conversation holds nothing this tool can work on; `public_detail` says what to paste."""

    default_detail = "There is nothing to work on in this conversation yet."


@dataclass(frozen=True, slots=True)
class RealmResult:
    """A tool's result: `summary` is one plain sentence, `text` the whole result as Markdown."""

    summary: str
    text: str


def counted(number: int, noun: str) -> str:
    """`1 row`, `2 rows`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def shortened(text: str, limit: int) -> str:
    """The text on one line, at most `limit` characters, with an ellipsis where it was cut."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
