"""Matches each answer with what it answers, by the correlation ids of the contract."""

from __future__ import annotations

from dataclasses import dataclass, field

from experience_conformance.documents import Json
from experience_conformance.messages import Catalogue, MessageType, slug_of
from experience_conformance.protocol import value_at
from experience_conformance.violations import Violation

ERROR = "error"
# A condition that the service did not foresee may answer anything.
ALWAYS_POSSIBLE = frozenset({"internal-error"})


@dataclass(slots=True)
class Pending:
    """Something that was sent and not answered yet. No problem but `refusals` may answer; one must if `must_refuse`."""

    label: str
    pointer: str | None
    value: Json
    replies: frozenset[str]
    refusals: frozenset[str]
    must_refuse: bool


@dataclass(slots=True)
class ReplyBook:
    """The questions and answers of one connection."""

    catalogue: Catalogue
    pending: list[Pending] = field(default_factory=list)

    def sent(self, message: dict[str, Json], refusal: str | None) -> None:
        """Notes a valid message of the client, and the problem that the tables demand in answer to it, if any."""
        kind = self.catalogue.types[message["type"]]
        value = value_at(message, kind.correlation) if kind.correlation else None
        refusals = frozenset({refusal}) if refusal else kind.misuse
        self.pending.append(
            Pending(kind.name, kind.correlation, value, kind.replies, refusals, must_refuse=refusal is not None)
        )

    def sent_invalid(self, label: str, message: dict[str, Json] | None, refusal: str) -> None:
        """Notes a frame that breaks the contract: an error with the problem `refusal` is owed."""
        kind = _kind_of(self.catalogue, message or {})
        pointer, value = _echo(self.catalogue, kind, message or {})
        replies = kind.replies if kind else frozenset({ERROR})
        self.pending.append(Pending(label, pointer, value, replies, frozenset({refusal}), must_refuse=True))

    def received(self, message: dict[str, Json]) -> list[Violation]:
        """Takes a valid message of the server; answers what is wrong with it as a reply."""
        kind = self.catalogue.types[message["type"]]
        match = next((entry for entry in self.pending if _answers(message, entry)), None)
        if match is not None:
            self.pending.remove(match)
            return _judge(message, match)
        if kind.name == ERROR:
            return [
                Violation("reply/unasked", f"an error with {slug_of(message['problem'])} answers nothing that was sent")
            ]
        if not kind.is_event:
            return [
                Violation(
                    "reply/correlation",
                    f"{kind.name} answers nothing that was sent: {_named(message, kind.correlation)}",
                )
            ]
        return []

    def settle(self) -> list[Violation]:
        """At the end of a conversation: what was never answered."""
        missing = [Violation("reply/missing", f"{entry.label} was not answered") for entry in self.pending]
        self.pending.clear()
        return missing


def _answers(message: dict[str, Json], entry: Pending) -> bool:
    if message["type"] not in entry.replies | {ERROR}:
        return False
    return entry.pointer is None or value_at(message, entry.pointer) == entry.value


def _judge(message: dict[str, Json], entry: Pending) -> list[Violation]:
    if message["type"] != ERROR:
        if entry.must_refuse:
            owed = "/".join(sorted(entry.refusals))
            return [
                Violation(
                    "reply/refusal", f"{entry.label} is answered by {message['type']} instead of an error with {owed}"
                )
            ]
        return []
    slug = slug_of(message["problem"])
    if slug not in entry.refusals | ALWAYS_POSSIBLE:
        allowed = ", ".join(sorted(entry.refusals)) or "none"
        return [Violation("reply/problem", f"{entry.label} is refused with {slug}; the contract allows {allowed}")]
    return []


def _kind_of(catalogue: Catalogue, message: dict[str, Json]) -> MessageType | None:
    name = message.get("type")
    return catalogue.types.get(name) if isinstance(name, str) else None


def _echo(catalogue: Catalogue, kind: MessageType | None, message: dict[str, Json]) -> tuple[str | None, Json]:
    """By which field the answer to an invalid message is known: its correlation id, where it has a valid one."""
    if kind is None or kind.correlation is None:
        return None, None
    value = value_at(message, kind.correlation)
    probe = {"type": ERROR, "problem": _ANY_PROBLEM, kind.correlation.removeprefix("/"): value}
    return (None, None) if catalogue.faults(probe, "server") else (kind.correlation, value)


_ANY_PROBLEM = {"type": "/problems/any", "title": "", "status": 400, "detail": ""}


def _named(message: dict[str, Json], pointer: str | None) -> str:
    return f"{pointer} is {value_at(message, pointer)!r}" if pointer else "it has no correlation id"
