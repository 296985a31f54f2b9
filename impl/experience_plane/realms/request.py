"""Tells what a message asks from what was pasted along with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from experience_plane.realms.tables import find_table

_ASKING_MAX = 200
_OPENS_ASKING = re.compile(
    r"\W*(please|can|could|would|i|we|let|let's|what|which|who|where|when|why|how|is|are|do|does|find|search|look|turn|make|"
    r"create|build|draw|model|map|convert|import|upload|add|read|store|keep|profile|check|analy[sz]e|summari[sz]e|write|"
    r"give|tell|show|put|take|use|here|this|these|hello|hi|hey|thanks|and|now|then)\b",
    re.IGNORECASE,
)
_LIST_ITEM = re.compile(r"\s*(\d{1,3}[.)]|[-*•])\s+")


@dataclass(frozen=True, slots=True)
class Request:
    """`asking` is what the person wants; `material` is what they pasted, empty when nothing was."""

    asking: str
    material: str


def read_request(text: str) -> Request:
    """Split a message; a message that is only material has an empty `asking`."""
    text = text.strip()
    table = find_table(text)
    if table is not None:
        return Request(text.replace(table.source, "\n").strip(), table.source)
    lines = text.splitlines()
    if len(lines) > 2 or (len(lines) == 2 and len(text) > _ASKING_MAX):
        return _split_lines(lines)
    return _split_line(text)


def _split_lines(lines: list[str]) -> Request:
    first, rest = lines[0].strip(), "\n".join(lines[1:]).strip()
    if len(first) > _ASKING_MAX or _LIST_ITEM.match(first):
        return Request("", "\n".join(lines))
    if not _asks(first) and _asks(lines[-1].strip()):
        return Request(lines[-1].strip(), "\n".join(lines[:-1]).strip())
    if not _asks(first) and not _OPENS_ASKING.match(first):
        return Request("", "\n".join(lines))  # a document that opens with its title
    return Request(first, rest)


def _asks(line: str) -> bool:
    return len(line) <= _ASKING_MAX and line.endswith(("?", ":"))


def _split_line(text: str) -> Request:
    head, colon, tail = text.partition(": ")
    if colon and len(head) <= _ASKING_MAX and len(tail) > 2 * len(head) and len(tail) > 60:
        return Request(head, tail.strip())
    if len(text) > 2 * _ASKING_MAX:
        first, _, rest = text.partition(". ")
        return Request(first, rest) if len(first) <= _ASKING_MAX else Request("", text)
    return Request(text, "")


def pasted_texts(texts: Sequence[str]) -> list[str]:
    """The material of each message, or the whole message where nothing was set apart from the asking."""
    return [read_request(text).material or text for text in texts]
