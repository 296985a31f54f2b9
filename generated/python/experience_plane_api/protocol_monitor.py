# Generated from contracts/ by `make generate`. Do not edit.
"""The monitor of the agent socket's order: judges each message of one connection by the tables of the contract.

It does no I/O and knows no clock, serves both sides, and keeps a bounded memory: of the instances that have reached a
final state, only the latest `REMEMBERED` of each machine are kept, and of streamed text only a digest.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from experience_plane_api.protocol_tables import PROTOCOL
from experience_plane_api.protocol_types import (
    AtMostOne,
    ChildrenFinal,
    Concatenation,
    Contiguous,
    Guard,
    Increasing,
    Law,
    Machine,
    Protocol,
    Seed,
    Sender,
    Transition,
)

REMEMBERED: Final = 256
_CONNECTION: Final = ""


@dataclass(frozen=True, slots=True)
class Violation:
    """What a message breaks: a row that a machine does not have, or a law; `rule` is the name of either."""

    rule: str
    state: str | None
    message_type: str
    detail: str


@dataclass(slots=True)
class _Digest:
    sha: Any = field(default_factory=hashlib.sha256)
    whole: bool = True


class ProtocolMonitor:
    """Follows one connection.

    A message that breaks a rule moves nothing, so that the next one is judged as if it had not been sent.
    """

    def __init__(self, protocol: Protocol = PROTOCOL) -> None:
        self._protocol = protocol
        self._instances: dict[str, OrderedDict[str, _Instance]] = {
            machine.name: OrderedDict() for machine in protocol.machines
        }
        self._counters: dict[str, dict[str, int]] = {law.name: {} for law in protocol.laws}
        self._texts: dict[str, dict[str, _Digest]] = {law.name: {} for law in protocol.laws}
        self._rows = {machine.name: _Rows(machine) for machine in protocol.machines}

    def state(self, machine: str, key: str = _CONNECTION) -> str:
        """Answer the state of a machine's instance; of an instance never seen, its initial state."""
        instance = self._instances[machine].get(key)
        return instance.state if instance else self._machine(machine).initial

    def observe(self, sender: Sender, message: Mapping[str, Any]) -> tuple[Violation, ...]:
        """Judge the next message; empty when it is allowed, and then all machines have moved."""
        moves = list(self._moves(sender, message))
        violations = (
            *(_unexpected(move, message) for move in moves if move.row is None),
            *(() if sender == "client" else self._broken_laws(message)),
        )
        if not violations:
            for move in moves:
                self._move(move, message)
            if sender == "server":
                self._count(message)
                self._seed(message)
        return violations

    def _machine(self, name: str) -> Machine:
        return next(machine for machine in self._protocol.machines if machine.name == name)

    def _moves(self, sender: Sender, message: Mapping[str, Any]) -> Iterator[_Move]:
        for machine in self._protocol.machines:
            key = _CONNECTION if machine.key is None else _key(message, machine.key)
            rows = self._rows[machine.name]
            if key is None or (machine.key is not None and not rows.knows(sender, message["type"])):
                continue
            state = self.state(machine.name, key)
            yield _Move(machine, key, state, rows.find(state, sender, message))

    def _move(self, move: _Move, message: Mapping[str, Any]) -> None:
        if move.row is None:
            return
        instances = self._instances[move.machine.name]
        if move.machine.key is not None and move.row.next_state == move.machine.initial:
            instances.pop(move.key, None)
            return
        before = instances.get(move.key)
        parent = self._parent_key(move.machine, message) or (before.parent if before else None)
        scope = self._scope(message) or (before.scope if before else None)
        self._set(move.machine, move.key, _Instance(move.row.next_state, parent, scope))

    def _parent_key(self, machine: Machine, message: Mapping[str, Any]) -> str | None:
        pointer = self._machine(machine.parent).key if machine.parent else None
        return _key(message, pointer) if pointer else None

    def _scope(self, message: Mapping[str, Any]) -> str | None:
        """Answer the key of the outermost keyed machine, under which all others are seeded anew."""
        outermost = next(machine for machine in self._protocol.machines if machine.key and machine.parent is None)
        return _key(message, outermost.key or "")

    def _set(self, machine: Machine, key: str, instance: _Instance) -> None:
        instances = self._instances[machine.name]
        instances[key] = instance
        instances.move_to_end(key)
        if instance.state in machine.final:
            self._forget_oldest(machine, instances)

    def _forget_oldest(self, machine: Machine, instances: OrderedDict[str, _Instance]) -> None:
        ended = [key for key, instance in instances.items() if instance.state in machine.final]
        for key in ended[:-REMEMBERED]:
            self._forget(machine, key)

    def _broken_laws(self, message: Mapping[str, Any]) -> Iterator[Violation]:
        for law in self._protocol.laws:
            if detail := self._breach(law, message):
                yield Violation(rule=law.name, state=None, message_type=message["type"], detail=detail)

    def _breach(self, law: Law, message: Mapping[str, Any]) -> str | None:
        match law:
            case Contiguous():
                return self._not_contiguous(law, message)
            case Increasing():
                return self._not_increasing(law, message)
            case Concatenation():
                return self._not_joined(law, message)
            case ChildrenFinal():
                return self._open_children(law, message)
            case AtMostOne():
                return self._second(law, message)

    def _not_contiguous(self, law: Contiguous, message: Mapping[str, Any]) -> str | None:
        value, key = _find(message, law.field), _key(message, law.scope)
        if value is None or key is None or _holds(law.excluding, message):
            return None
        expected = self._counters[law.name].get(key, law.first - 1) + 1
        return None if value == expected else f"{law.field} is {value}, expected {expected}"

    def _not_increasing(self, law: Increasing, message: Mapping[str, Any]) -> str | None:
        value, key = _find(message, law.field), _key(message, law.scope)
        if value is None or key is None or _seeds(law.seeded_by, message) or _holds(law.excluding, message):
            return None
        last = self._counters[law.name].get(key)
        return None if last is None or value > last else f"{law.field} is {value}, expected more than {last}"

    def _not_joined(self, law: Concatenation, message: Mapping[str, Any]) -> str | None:
        key = _key(message, law.scope)
        if message["type"] != law.message or key is None:
            return None
        digest = self._texts[law.name].get(key)
        if digest is None or not digest.whole:
            return None
        text = _find(message, law.field) or ""
        same = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() == digest.sha.digest()
        return None if same else f"{law.field} is not every {law.part_message} since the last {law.since}, joined"

    def _open_children(self, law: ChildrenFinal, message: Mapping[str, Any]) -> str | None:
        machine = self._machine(law.machine)
        key = self._parent_key(machine, message)
        if message["type"] not in law.messages or key is None:
            return None
        under_way = [
            child
            for child, instance in self._instances[machine.name].items()
            if instance.parent == key and instance.state not in machine.final
        ]
        return f"{machine.name} {under_way[0]} is not over" if under_way else None

    def _second(self, law: AtMostOne, message: Mapping[str, Any]) -> str | None:
        machine = self._machine(law.machine)
        key = _key(message, machine.key or "")
        scope = _key(message, law.scope)
        if key is None or scope is None or self.state(machine.name, key) != machine.initial:
            return None
        row = self._rows[machine.name].find(machine.initial, "server", message)
        if row is None or row.next_state == machine.initial:
            return None
        active = [
            other
            for other, instance in self._instances[machine.name].items()
            if instance.parent == scope and instance.state not in machine.final
        ]
        return f"{machine.name} {active[0]} is not over" if active else None

    def _count(self, message: Mapping[str, Any]) -> None:
        for law in self._protocol.laws:
            match law:
                case Contiguous() | Increasing():
                    value, key = _find(message, law.field), _key(message, law.scope)
                    if isinstance(value, int) and key is not None and not _holds(law.excluding, message):
                        self._counters[law.name][key] = value
                case Concatenation():
                    self._join(law, message)
                case _:
                    pass

    def _join(self, law: Concatenation, message: Mapping[str, Any]) -> None:
        key = _key(message, law.scope)
        if key is None:
            return
        if message["type"] == law.since:
            self._texts[law.name][key] = _Digest()
        elif message["type"] == law.part_message:
            digest = self._texts[law.name].setdefault(key, _Digest(whole=False))
            digest.sha.update(str(_find(message, law.part_field)).encode("utf-8", "surrogatepass"))

    def _seed(self, message: Mapping[str, Any]) -> None:
        for machine in self._protocol.machines:
            if machine.seeded_by and _seeds(machine.seeded_by, message):
                self._seed_machine(machine, machine.seeded_by, message)
        for law in self._protocol.laws:
            if isinstance(law, Contiguous | Increasing) and law.seeded_by and _seeds(law.seeded_by, message):
                for item in _items(message, law.seeded_by.items):
                    key, value = _key(item, law.seeded_by.key), _find(item, law.seeded_by.value or "")
                    if key is not None and isinstance(value, int):
                        self._counters[law.name][key] = value

    def _seed_machine(self, machine: Machine, seed: Seed, message: Mapping[str, Any]) -> None:
        scope = self._scope(message)
        for stale in [key for key, instance in self._instances[machine.name].items() if instance.scope == scope]:
            self._forget(machine, stale)
        outer, _, inner = (seed.items or "").partition("/*")
        parent_seed = self._machine(machine.parent).seeded_by if machine.parent else None
        for item in _find(message, outer) or ():
            parent = _key(item, parent_seed.key) if inner and parent_seed else scope
            for leaf in (_find(item, inner) or ()) if inner else (item,):
                if (key := _key(leaf, seed.key)) is not None:
                    self._set(machine, key, _Instance(_seeded_state(seed, leaf), parent, scope))

    def _forget(self, machine: Machine, key: str) -> None:
        """Forget an instance with all below it: a step of a run that was cancelled will never end."""
        for child in self._protocol.machines:
            if child.parent == machine.name:
                for inner in [k for k, instance in self._instances[child.name].items() if instance.parent == key]:
                    self._forget(child, inner)
        self._instances[machine.name].pop(key, None)
        for counters in self._counters.values():
            counters.pop(key, None)
        for texts in self._texts.values():
            texts.pop(key, None)


@dataclass(frozen=True, slots=True)
class _Instance:
    state: str
    parent: str | None
    scope: str | None


@dataclass(frozen=True, slots=True)
class _Move:
    machine: Machine
    key: str
    state: str
    row: Transition | None


class _Rows:
    """The rows of one machine by what decides among them; a row with a guard goes before one without."""

    def __init__(self, machine: Machine) -> None:
        self._rows: dict[tuple[str, Sender, str], list[Transition]] = {}
        for row in sorted(machine.transitions, key=lambda row: row.where is None):
            self._rows.setdefault((row.state, row.sender, row.message), []).append(row)
        self._known = {(row.sender, row.message) for row in machine.transitions}

    def knows(self, sender: Sender, message_type: str) -> bool:
        """Answer whether the machine has a row for this message at all; if not, the message does not concern it."""
        return (sender, message_type) in self._known

    def find(self, state: str, sender: Sender, message: Mapping[str, Any]) -> Transition | None:
        rows = self._rows.get((state, sender, message["type"]), ())
        return next((row for row in rows if row.where is None or _holds(row.where, message)), None)


def _seeded_state(seed: Seed, item: Any) -> str:
    state = seed.state or ""
    return str(_find(item, state)) if state.startswith("/") else state


def _unexpected(move: _Move, message: Mapping[str, Any]) -> Violation:
    return Violation(
        rule=move.machine.name,
        state=move.state,
        message_type=message["type"],
        detail=f"{message['type']} is not allowed while the {move.machine.name} is {move.state}",
    )


def _find(value: Any, pointer: str) -> Any:
    """Answer what a JSON Pointer (RFC 6901) points to; None when nothing is there."""
    for token in pointer.split("/")[1:]:
        if not isinstance(value, Mapping) or token not in value:
            return None
        value = value[token]
    return value


def _key(value: Any, pointer: str) -> str | None:
    found = _find(value, pointer)
    return None if found is None else str(found).lower()


def _items(message: Mapping[str, Any], pointer: str | None) -> Iterable[Any]:
    return (message,) if pointer is None else _find(message, pointer) or ()


def _holds(guard: Guard | None, message: Mapping[str, Any]) -> bool:
    return guard is not None and _find(message, guard.pointer) == guard.equals


def _seeds(seed: Seed | None, message: Mapping[str, Any]) -> bool:
    return seed is not None and message["type"] == seed.message
