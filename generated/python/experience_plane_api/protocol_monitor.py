# Generated from contracts/ by `make generate`. Do not edit.
"""The monitor of the agent socket's order: judges each message of one connection by the tables of the contract.

It does no I/O and knows no clock, serves both sides, and keeps a bounded memory: of the instances that have reached a
final state, only the latest `REMEMBERED` of each parent are kept, and of streamed text only a digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from experience_plane_api.protocol_plans import (
    MachinePlan,
    NumberPlan,
    Plan,
    Plans,
    find,
    plans_of,
    sources_of,
)
from experience_plane_api.protocol_tables import PROTOCOL
from experience_plane_api.protocol_types import (
    Contiguous,
    Envelope,
    Guard,
    Increasing,
    Machine,
    Protocol,
    Sender,
    Transition,
)

REMEMBERED: Final = 256
_PIECES_AT_ONCE: Final = 64


@dataclass(frozen=True, slots=True)
class Violation:
    """What a message breaks: a row that a machine does not have, or a law; `rule` is the name of either."""

    rule: str
    state: str | None
    message_type: str
    detail: str


class _Text:
    """A digest of a text that comes in pieces; they are hashed many at once."""

    __slots__ = ("_pieces", "_sha")

    def __init__(self) -> None:
        self._sha = hashlib.sha256()
        self._pieces: list[str] = []

    def append(self, piece: str) -> None:
        self._pieces.append(piece)
        if len(self._pieces) >= _PIECES_AT_ONCE:
            self._hash()

    def is_of(self, text: str) -> bool:
        self._hash()
        return hashlib.sha256(_bytes(text)).digest() == self._sha.digest()

    def _hash(self) -> None:
        self._sha.update(_bytes("".join(self._pieces)))
        self._pieces.clear()


class _Instance:
    """One instance of a machine, those below it, and what the laws of its scope remember."""

    __slots__ = ("children", "numbers", "state", "texts")

    def __init__(self, state: str) -> None:
        self.state = state
        self.children: dict[str, dict[str, _Instance]] = {}
        self.numbers: dict[str, int] = {}
        self.texts: dict[str, _Text] = {}


class _Case:
    """What one message concerns: by the place of each machine, the key, the instance and the row; None where none."""

    __slots__ = ("instances", "keys", "legal", "moving", "rows")

    def __init__(self) -> None:
        self.keys: list[str | None] = []
        self.instances: list[_Instance | None] = []
        self.rows: list[Transition | None] = []
        self.moving: list[MachinePlan] = []
        self.legal = True


class _Lane:
    """Where the last message moved nothing but counters: one like it needs to be judged by its numbers only."""

    __slots__ = ("_keys", "_numbers", "_texts", "plan")

    def __init__(
        self,
        plan: Plan,
        keys: Sequence[tuple[str, Any]],
        numbers: Sequence[tuple[NumberPlan, dict[str, int]]],
        texts: Sequence[tuple[str, _Text]],
    ) -> None:
        self.plan = plan
        self._keys = keys
        self._numbers = [(number.field, number.first is not None, number.name, counted) for number, counted in numbers]
        self._texts = texts

    def takes(self, message: Mapping[str, Any]) -> bool:
        """Take the next message if it is about the same and its numbers are right; else nothing has changed."""
        for field, key in self._keys:
            if message.get(field) != key:
                return False
        for field, contiguous, name, numbers in self._numbers:
            value, last = message.get(field), numbers[name]
            if value is None or (value != last + 1 if contiguous else value <= last):
                return False
        for field, _, name, numbers in self._numbers:
            numbers[name] = message[field]
        for pointer, begun in self._texts:
            begun.append(str(find(message, pointer)))
        return True


class ProtocolMonitor:
    """Follows one connection.

    A message that breaks a rule moves nothing, so that the next one is judged as if it had not been sent.
    """

    def __init__(self, protocol: Protocol = PROTOCOL) -> None:
        self._plans: Plans = plans_of(protocol)
        self._root = _Instance("")
        self._lane: _Lane | None = None

    def state(self, machine: str, *path: str) -> str:
        """Answer the state of the instance with these keys, the outermost first; its initial state if never seen."""
        instance = self._root
        for name, key in zip(self._plans.line(machine), path or ("",), strict=True):
            below = instance.children.get(name, {}).get(key.lower())
            if below is None:
                return self._plans.machines[machine].initial
            instance = below
        return instance.state

    def observe(self, sender: Sender, message: Mapping[str, Any]) -> tuple[Violation, ...]:
        """Judge the next message; empty when it is allowed, and then all machines have moved.

        An envelope is judged item by item; what comes before the first item that breaks a rule has moved.
        """
        plan = (self._plans.server if sender == "server" else self._plans.client).get(message["type"])
        if plan is not None and plan.envelope is not None:
            return self._observe_items(plan.envelope, message)
        return self._observe_one(plan or self._plans.unknown, message)

    def _observe_items(self, envelope: Envelope, message: Mapping[str, Any]) -> tuple[Violation, ...]:
        for item in find(message, envelope.items) or ():
            for pointer in envelope.same:
                if find(item, pointer) != find(message, pointer):
                    detail = f"{pointer} of {item['type']} is not that of the {envelope.message} in which it comes"
                    return (Violation(envelope.message, None, message["type"], detail),)
            if violations := self._observe_one(self._plans.server.get(item["type"], self._plans.unknown), item):
                return violations
        return ()

    def _observe_one(self, plan: Plan, message: Mapping[str, Any]) -> tuple[Violation, ...]:
        if self._lane is not None and self._lane.plan is plan and self._lane.takes(message):
            return ()
        self._lane = None
        case = self._case(plan, message)
        if not case.legal or (plan.others and any(_other_breaches(plan, case, message))):
            return tuple(_violations(plan, case, message))
        for machine in case.moving:
            self._move(machine, case)
        if plan.numbers:
            _count(plan, case, message)
        if plan.texts:
            _join(plan, case, message)
        if plan.seeded or plan.seeded_numbers:
            self._seed(plan, message)
        if plan.steady and not case.moving:
            self._lane = _lane(plan, case, message)
        return ()

    def _case(self, plan: Plan, message: Mapping[str, Any]) -> _Case:
        """Find what a message concerns, from the outermost machine inwards."""
        case = _Case()
        for machine in plan.machines:
            key = self._key(machine, case, message)
            instance = None if key is None else self._instance(machine, case, key)
            case.keys.append(key)
            case.instances.append(instance)
            case.rows.append(None)
            if key is not None and machine.rows is not None:
                _take_row(machine, instance, case, message)
        for number in plan.numbers:
            if (value := message.get(number.field)) is not None:
                case.legal = case.legal and _uncounted(number, value, case, message) is None
        return case

    def _key(self, machine: MachinePlan, case: _Case, message: Mapping[str, Any]) -> str | None:
        if machine.parent is not None and case.keys[machine.parent] is None:
            return None
        if machine.key is None:
            return ""
        # Identifiers are UUIDs: upper and lower case are the same (RFC 9562, section 4).
        key = message.get(machine.key)
        return None if key is None else str(key).lower()

    def _instance(self, machine: MachinePlan, case: _Case, key: str) -> _Instance | None:
        above = self._root if machine.parent is None else case.instances[machine.parent]
        return None if above is None else above.children.get(machine.name, {}).get(key)

    def _move(self, machine: MachinePlan, case: _Case) -> None:
        instance, row = case.instances[machine.place], case.rows[machine.place]
        next_state = machine.initial if row is None else row.next_state
        if instance is None:
            self._begin(machine, next_state, case)
        elif next_state == machine.initial and machine.key is not None:
            del self._siblings(machine, case)[str(case.keys[machine.place])]
        else:
            instance.state = next_state
            if next_state in machine.final:
                self._end(machine, instance, case)

    def _begin(self, machine: MachinePlan, state: str, case: _Case) -> None:
        instance = _Instance(state)
        self._siblings(machine, case)[str(case.keys[machine.place])] = instance
        case.instances[machine.place] = instance

    def _siblings(self, machine: MachinePlan, case: _Case) -> dict[str, _Instance]:
        above = self._root if machine.parent is None else case.instances[machine.parent]
        if above is None:
            raise LookupError(f"a {machine.name} in something that this connection has never seen")
        return above.children.setdefault(machine.name, {})

    def _end(self, machine: MachinePlan, ended: _Instance, case: _Case) -> None:
        """Forget what was below an instance that is over, and the oldest of those that are over for long."""
        ended.children.clear()
        ended.texts.clear()
        siblings = self._siblings(machine, case)
        key = str(case.keys[machine.place])
        siblings[key] = siblings.pop(key)
        if len(siblings) > REMEMBERED:
            over = [other for other, instance in siblings.items() if instance.state in machine.final]
            for other in over[: max(0, len(over) - REMEMBERED)]:
                del siblings[other]

    def _seed(self, plan: Plan, message: Mapping[str, Any]) -> None:
        for machine in plan.seeded:
            if (above := self._above(machine, (message,))) is not None:
                above.children.pop(machine.name, None)
        for machine in plan.seeded:
            self._seed_machine(machine, message)
        for law in plan.seeded_numbers:
            self._seed_number(law, message)

    def _seed_machine(self, machine: Machine, message: Mapping[str, Any]) -> None:
        seed = machine.seeded_by
        for sources in () if seed is None else sources_of(message, seed.items):
            above, key = self._above(machine, sources), find(sources[0], seed.key) if seed else None
            if above is not None and key is not None:
                state = (seed.state if seed else None) or machine.initial
                found = str(find(sources[0], state)) if state.startswith("/") else state
                above.children.setdefault(machine.name, {})[str(key).lower()] = _Instance(found)

    def _seed_number(self, law: Contiguous | Increasing, message: Mapping[str, Any]) -> None:
        seed = law.seeded_by
        for sources in () if seed is None else sources_of(message, seed.items):
            machine = self._plans.machines[self._plans.scope(law.scope)]
            above, key = self._above(machine, sources), find(sources[0], seed.key) if seed else None
            value = find(sources[0], (seed.value if seed else None) or "")
            instance = above and above.children.get(machine.name, {}).get(str(key).lower())
            if instance is not None and isinstance(value, int):
                instance.numbers[law.name] = value

    def _above(self, machine: Machine, sources: Sequence[Any]) -> _Instance | None:
        """Answer the instance of which those of the machine are a part, by keys in the innermost of the sources."""
        above: _Instance | None = self._root
        for name in self._plans.line(machine.name)[:-1]:
            pointer = self._plans.machines[name].key or ""
            key = next((key for source in sources if (key := find(source, pointer)) is not None), None)
            above = above and above.children.get(name, {}).get(str(key).lower())
        return above


def _take_row(machine: MachinePlan, instance: _Instance | None, case: _Case, message: Mapping[str, Any]) -> None:
    state = machine.initial if instance is None else instance.state
    plain, guarded = (machine.rows or {}).get(state, (None, ()))
    row = next((row for row in guarded if _holds(row.where, message)), plain)
    case.rows[machine.place] = row
    if row is None:
        case.legal = False
    elif row.next_state != state or (instance is None and machine.key is None):
        case.moving.append(machine)


def _lane(plan: Plan, case: _Case, message: Mapping[str, Any]) -> _Lane | None:
    """Answer the lane that a message which moved nothing has opened; None where not every law has counted it."""
    numbers = [
        (number, instance.numbers)
        for number in plan.numbers
        if (instance := case.instances[number.scope]) is not None
        and number.field in message
        and not _holds(number.excluding, message)
    ]
    if len(numbers) < len(plan.numbers):
        return None
    fields = [machine.key for machine in plan.machines if machine.key is not None]
    fields += [number.excluding.pointer.removeprefix("/") for number in plan.numbers if number.excluding is not None]
    scoped = [(text.law, case.instances[text.scope]) for text in plan.texts]
    texts = [
        (law.part_field, begun)
        for law, instance in scoped
        if instance is not None and (begun := instance.texts.get(law.name)) is not None
    ]
    return _Lane(plan, [(field, message.get(field)) for field in dict.fromkeys(fields)], numbers, texts)


def _uncounted(number: NumberPlan, value: int, case: _Case, message: Mapping[str, Any]) -> str | None:
    """Answer what was expected instead of a number; None when it is right."""
    if case.keys[number.scope] is None or _holds(number.excluding, message):
        return None
    instance = case.instances[number.scope]
    last = None if instance is None else instance.numbers.get(number.name)
    if number.first is None:
        return None if last is None or value > last else f"more than {last}"
    expected = number.first if last is None else last + 1
    return None if value == expected else str(expected)


def _count(plan: Plan, case: _Case, message: Mapping[str, Any]) -> None:
    for number in plan.numbers:
        instance = case.instances[number.scope]
        if instance is None or _holds(number.excluding, message):
            continue
        if (value := message.get(number.field)) is not None:
            instance.numbers[number.name] = value


def _join(plan: Plan, case: _Case, message: Mapping[str, Any]) -> None:
    for text in plan.texts:
        instance = case.instances[text.scope]
        if instance is None:
            continue
        if text.role == "since":
            instance.texts[text.law.name] = _Text()
        elif text.role == "whole":
            instance.texts.pop(text.law.name, None)
        # Without `since`, the connection came in the middle: the text is not known whole and is not judged.
        elif (begun := instance.texts.get(text.law.name)) is not None:
            begun.append(str(find(message, text.law.part_field)))


def _violations(plan: Plan, case: _Case, message: Mapping[str, Any]) -> Iterator[Violation]:
    """Say again, in words, what a message breaks."""
    kind = message["type"]
    for machine in plan.machines:
        instance = case.instances[machine.place]
        concerned = machine.rows is not None and case.keys[machine.place] is not None
        if concerned and case.rows[machine.place] is None:
            state = machine.initial if instance is None else instance.state
            detail = f"{kind} is not allowed while the {machine.name} is {state}"
            yield Violation(machine.name, state, kind, detail)
    for number in plan.numbers:
        value = message.get(number.field)
        if value is not None and (expected := _uncounted(number, value, case, message)) is not None:
            yield Violation(number.name, None, kind, f"/{number.field} is {value}, expected {expected}")
    for rule, detail in _other_breaches(plan, case, message):
        yield Violation(rule, None, kind, detail)


def _other_breaches(plan: Plan, case: _Case, message: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for text in plan.texts:
        instance = case.instances[text.scope]
        begun = None if instance is None or text.role != "whole" else instance.texts.get(text.law.name)
        if begun is not None and not begun.is_of(str(find(message, text.law.field) or "")):
            law = text.law
            yield law.name, f"{law.field} is not every {law.part_message} since the last {law.since}, joined"
    for parent_law, machine in plan.children_final:
        if (other := _under_way(machine, case)) is not None:
            yield parent_law.name, f"{machine.name} {other} is not over"
    for scope_law, machine in plan.at_most_one:
        row, before = case.rows[machine.place], case.instances[machine.place]
        begins = row is not None and row.next_state != machine.initial
        if begins and (before is None or before.state == machine.initial) and (other := _under_way(machine, case)):
            yield scope_law.name, f"{machine.name} {other} is not over"


def _under_way(machine: MachinePlan, case: _Case) -> str | None:
    """Answer the key of an instance that is part of the same as this message, begun and not over."""
    above = None if machine.parent is None else case.instances[machine.parent]
    siblings = {} if above is None else above.children.get(machine.name, {})
    idle = {machine.initial, *machine.final}
    return next((key for key, instance in siblings.items() if instance.state not in idle), None)


def _holds(guard: Guard | None, message: Mapping[str, Any]) -> bool:
    return guard is not None and bool(find(message, guard.pointer) == guard.equals)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
