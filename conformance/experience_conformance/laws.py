"""The laws of `x-protocol`: rules over the sequence of the server's messages, by the meaning of each `kind`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol as Interface

from experience_conformance.documents import Json
from experience_conformance.protocol import Law, Machine, Protocol, key_of, value_at, walk_items
from experience_conformance.violations import Violation

Key = tuple[str, ...]


class States(Interface):
    """What the laws need to know of the machines."""

    def instances(self, machine: str, within: Key) -> dict[Key, str]: ...


@dataclass(slots=True)
class LawBook:
    """Remembers what the laws need; one for each connection."""

    protocol: Protocol
    states: States
    _numbers: dict[tuple[str, Key], int] = field(default_factory=dict)
    _texts: dict[tuple[str, Key], list[str]] = field(default_factory=dict)

    def check(self, message: Json) -> list[Violation]:
        """Answers which laws a message of the server breaks. The machines must have taken it before."""
        found: list[Violation] = []
        for law in self.protocol.laws:
            self._forget_texts(law, message)
            if law.exception is not None and law.exception.holds(message):
                continue
            found += [Violation(f"law/{law.name}", detail) for detail in self._check(law, message)]
        return found

    def _check(self, law: Law, message: Json) -> Iterator[str]:
        if law.seed is not None and law.seed.message == message["type"]:
            self._seed(law, message)
            return
        key = key_of(message, law.path)
        if key is None:
            return
        match law.kind:
            case "contiguous" | "increasing":
                yield from self._number(law, key, message)
            case "concatenation":
                yield from self._text(law, key, message)
            case "children-final":
                yield from self._children(law, key, message)
            case "at-most-one":
                yield from self._at_most_one(law, key)

    def _seed(self, law: Law, message: Json) -> None:
        seed = law.seed
        if seed is None or seed.value is None:
            return
        outer = key_of(message, law.path[:-1]) or ()
        if seed.items is None:
            self._numbers[law.name, (*outer, str(value_at(message, seed.key)))] = value_at(message, seed.value)
            return
        for known in [known for known in self._numbers if known[0] == law.name and known[1][: len(outer)] == outer]:
            del self._numbers[known]
        for _, item in walk_items(message, seed.items):
            self._numbers[law.name, (*outer, str(value_at(item, seed.key)))] = value_at(item, seed.value)

    def _forget_texts(self, law: Law, message: Json) -> None:
        """After a message that seeds the machine, events come from another position: what was joined before is void."""
        owner = next((machine for machine in self.protocol.machines.values() if machine.path == law.path), None)
        if owner is None or owner.seed is None or owner.seed.message != message["type"]:
            return
        outer = key_of(message, law.path[:-1]) or ()
        for known in [known for known in self._texts if known[0] == law.name and known[1][: len(outer)] == outer]:
            del self._texts[known]

    def _number(self, law: Law, key: Key, message: Json) -> Iterator[str]:
        value = value_at(message, law.field or "")
        if not isinstance(value, int):
            return
        last = self._numbers.get((law.name, key))
        self._numbers[law.name, key] = value
        if law.kind == "increasing":
            if last is not None and value <= last:
                yield f"{law.field} is {value} after {last}, in {key[-1]}"
            return
        expected = law.first if last is None else last + 1
        if expected is not None and value != expected:
            yield f"{law.field} is {value} where {expected} is next, in {key[-1]}"

    def _text(self, law: Law, key: Key, message: Json) -> Iterator[str]:
        kind = message["type"]
        if kind == law.since:
            self._texts[law.name, key] = []
        pieces = self._texts.get((law.name, key))
        if pieces is None:
            # The connection came in later than `since`: it cannot know the beginning of the text.
            return
        if law.parts is not None and kind == law.parts[0]:
            pieces.append(value_at(message, law.parts[1]))
        if kind in law.messages:
            del self._texts[law.name, key]
            text = value_at(message, law.field or "")
            if text != "".join(pieces):
                difference = _difference(text, "".join(pieces))
                yield f"{law.field} of {kind} is not its pieces joined: {difference}, in {key[-1]}"

    def _children(self, law: Law, key: Key, message: Json) -> Iterator[str]:
        machine = self._machine(law)
        if message["type"] not in law.messages:
            return
        outer = key_of(message, machine.path[:-1]) or key
        for child, state in self.states.instances(machine.name, outer).items():
            if state not in machine.final and state != machine.initial:
                yield f"{message['type']} while {machine.name} {child[-1]} is {state}"

    def _at_most_one(self, law: Law, key: Key) -> Iterator[str]:
        machine = self._machine(law)
        active = [
            child[-1]
            for child, state in self.states.instances(machine.name, key).items()
            if state not in machine.final and state != machine.initial
        ]
        if len(active) > 1:
            yield f"{' and '.join(active)} are active at once, in {key[-1]}"

    def _machine(self, law: Law) -> Machine:
        return self.protocol.machines[law.machine or ""]


def _difference(text: str, pieces: str) -> str:
    at = next((i for i, (a, b) in enumerate(zip(text, pieces, strict=False)) if a != b), min(len(text), len(pieces)))
    return f"from character {at} on {text[at : at + 40]!r} instead of {pieces[at : at + 40]!r}"
