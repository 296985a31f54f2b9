"""Outcomes: what a session came to, from its turns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from experience_plane.realms.request import read_request
from experience_plane.realms.result import MaterialMissing, RealmResult, counted, shortened

_LISTED_MAX = 12
_MARKUP = re.compile(r"[*`>#|]+")
_ASKS_BACK = re.compile(r"\bplease paste\b|\bplease tell\b|\bI need a\b.*\bfirst\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SessionTurn:
    """One message of the session; `speaker` is an agent's display name, None for the person."""

    speaker: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was asked and the answers that followed, each with its speaker."""

    asked: str
    answers: tuple[tuple[str, str], ...]


def summarise_session(turns: Sequence[SessionTurn]) -> RealmResult:
    """Summarise the turns (oldest first): what was asked, what came of it, what is still open.

    Raises:
        MaterialMissing: nothing was said before.
    """
    exchanges = _exchanges(turns)
    if not exchanges:
        raise MaterialMissing(
            "There is nothing to summarise yet: this is the start of our conversation. Work on something first, "
            "and please come back to me when there is a result to write up."
        )
    results = [(speaker, text) for exchange in exchanges for speaker, text in exchange.answers if not _is_open(text)]
    unanswered = [exchange.asked for exchange in exchanges if _unanswered(exchange)]
    summary = (
        f"The session has {counted(len(exchanges), 'request')}, {counted(len(results), 'answer')} "
        f"and {counted(len(unanswered), 'open point')}."
    )
    return RealmResult(summary, _markdown(summary, exchanges, results, unanswered))


def _exchanges(turns: Sequence[SessionTurn]) -> list[Exchange]:
    exchanges: list[Exchange] = []
    for turn in turns:
        if turn.speaker is None:
            exchanges.append(Exchange(_asked(turn.text), ()))
        elif exchanges:
            last = exchanges[-1]
            exchanges[-1] = Exchange(last.asked, (*last.answers, (turn.speaker, turn.text)))
    return exchanges


def _asked(text: str) -> str:
    request = read_request(text)
    pasted = f" (with {counted(len(request.material.split()), 'word')} pasted)" if request.material else ""
    return shortened(request.asking or "Shared some material", 140) + pasted


def _is_open(answer: str) -> bool:
    return bool(_ASKS_BACK.search(answer))


def _unanswered(exchange: Exchange) -> bool:
    return all(_is_open(text) for _, text in exchange.answers)


def _markdown(
    summary: str, exchanges: Sequence[Exchange], results: Sequence[tuple[str, str]], unanswered: Sequence[str]
) -> str:
    sections = [
        f"## Session summary\n\n{summary}",
        _section("What was asked", [exchange.asked for exchange in exchanges]),
        _section("What came of it", [f"**{speaker}**: {_gist(text)}" for speaker, text in results]),
        _section("Still open", list(unanswered)),
    ]
    return "\n\n".join(sections)


def _section(heading: str, lines: Sequence[str]) -> str:
    listed = [f"- {line}" for line in lines[-_LISTED_MAX:]] or ["- Nothing."]
    if len(lines) > _LISTED_MAX:
        listed.insert(0, f"- … and {len(lines) - _LISTED_MAX} earlier")
    return f"### {heading}\n" + "\n".join(listed)


def _gist(answer: str) -> str:
    """The answer's first sentence that says something, without markup."""
    plain = _MARKUP.sub("", answer.split("\n\n", 1)[-1] if answer.startswith("Hello") else answer)
    first_line = next((line.strip() for line in plain.splitlines() if len(line.strip()) > 3), "")
    return shortened(re.split(r"(?<=[.!?])\s", first_line)[0], 200)
