"""The tables of `x-protocol`, sorted by what decides at run time: one plan for each message of each side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal

from experience_plane_api.protocol_types import (
    AtMostOne,
    ChildrenFinal,
    Concatenation,
    Contiguous,
    Envelope,
    Guard,
    Increasing,
    Machine,
    Protocol,
    Seed,
    Sender,
    Transition,
)

Rows = Mapping[str, tuple[Transition | None, Sequence[Transition]]]
"""The rows of one message by state: the one without a guard, and those with one, which go before it."""


@dataclass(frozen=True, slots=True)
class MachinePlan:
    """A machine as one message meets it; `parent` is the place of the machine above among those of the plan."""

    name: str
    place: int
    key: str | None
    parent: int | None
    initial: str
    final: frozenset[str]
    rows: Rows | None
    """None when the message does not concern the machine."""


@dataclass(frozen=True, slots=True)
class NumberPlan:
    """A law that counts; `first` is None when the number only has to grow."""

    name: str
    field: str
    scope: int
    first: int | None
    excluding: Guard | None


@dataclass(frozen=True, slots=True)
class TextPlan:
    """A law over a text; `role` is what the message is to it."""

    law: Concatenation
    role: Literal["since", "part", "whole"]
    scope: int


@dataclass(frozen=True, slots=True)
class Plan:
    """All that is to be looked at for one message."""

    machines: tuple[MachinePlan, ...]
    numbers: tuple[NumberPlan, ...] = ()
    texts: tuple[TextPlan, ...] = ()
    children_final: tuple[tuple[ChildrenFinal, MachinePlan], ...] = ()
    at_most_one: tuple[tuple[AtMostOne, MachinePlan], ...] = ()
    seeded: tuple[Machine, ...] = ()
    seeded_numbers: tuple[Contiguous | Increasing, ...] = ()
    envelope: Envelope | None = None
    others: bool = True
    """Whether it may break a law other than those that count."""
    steady: bool = False
    """Whether it only counts, wherever it moves nothing: no guard, no other law, nothing seeded."""


@dataclass(frozen=True, slots=True)
class Plans:
    """The plan of each message of each side, and of one that nobody may send."""

    machines: Mapping[str, Machine]
    places: Mapping[str, int]
    client: Mapping[str, Plan]
    server: Mapping[str, Plan]
    unknown: Plan

    def line(self, name: str) -> tuple[str, ...]:
        """Answer a machine and those above it, the outermost first."""
        parent = self.machines[name].parent
        return (name,) if parent is None else (*self.line(parent), name)

    def scope(self, pointer: str) -> str:
        """Answer the machine whose instances the values of a scope are."""
        return next(name for name, machine in self.machines.items() if machine.key == pointer)


@lru_cache(maxsize=4)
def plans_of(protocol: Protocol) -> Plans:
    """Sort the tables of a protocol."""
    return _Planner(protocol).plans()


def find(value: Any, pointer: str) -> Any:
    """Answer what a JSON Pointer (RFC 6901) points to; None when nothing is there."""
    for token in pointer.split("/")[1:]:
        if not isinstance(value, Mapping) or token not in value:
            return None
        value = value[token]
    return value


def sources_of(message: Mapping[str, Any], pattern: str | None) -> Iterator[tuple[Any, ...]]:
    """Yield each item that a pattern names, followed by the values that it is within; `*` means each of a list."""
    sources: list[tuple[Any, ...]] = [(message,)]
    for part in () if pattern is None else pattern.split("/*"):
        sources = [(item, *within) for within in sources for item in find(within[0], part) or ()]
    yield from sources


class _Planner:
    def __init__(self, protocol: Protocol) -> None:
        self._protocol = protocol
        self._places = {machine.name: place for place, machine in enumerate(protocol.machines)}
        self._by_key = {machine.key: self._places[machine.name] for machine in protocol.machines}

    def plans(self) -> Plans:
        return Plans(
            machines={machine.name: machine for machine in self._protocol.machines},
            places=self._places,
            client={name: self._plan("client", name) for name in self._messages("client")},
            server={name: self._server_plan(name) for name in self._messages("server")},
            unknown=self._plan("server", ""),
        )

    def _messages(self, sender: Sender) -> set[str]:
        rows = {
            row.message for machine in self._protocol.machines for row in machine.transitions if row.sender == sender
        }
        return rows if sender == "client" else rows | {envelope.message for envelope in self._protocol.envelopes}

    def _plan(self, sender: Sender, message: str) -> Plan:
        return Plan(tuple(self._machine(machine, sender, message) for machine in self._protocol.machines))

    def _server_plan(self, message: str) -> Plan:
        laws, machines = self._protocol.laws, self._plan("server", message).machines
        by_name = {machine.name: machine for machine in machines}
        plan = Plan(
            machines=machines,
            numbers=tuple(plan for law in laws for plan in self._number(law, message)),
            texts=tuple(plan for law in laws for plan in self._text(law, message)),
            children_final=tuple(
                (law, by_name[law.machine])
                for law in laws
                if isinstance(law, ChildrenFinal) and message in law.messages
            ),
            at_most_one=tuple(
                (law, by_name[law.machine])
                for law in laws
                if isinstance(law, AtMostOne) and _begins(by_name[law.machine])
            ),
            seeded=tuple(machine for machine in self._protocol.machines if _seeds(machine.seeded_by, message)),
            seeded_numbers=tuple(
                law for law in laws if isinstance(law, Contiguous | Increasing) and _seeds(law.seeded_by, message)
            ),
            envelope=next((entry for entry in self._protocol.envelopes if entry.message == message), None),
        )
        ends_text = any(text.role == "whole" for text in plan.texts)
        others = bool(ends_text or plan.children_final or plan.at_most_one)
        guarded = any(row[1] for machine in machines for row in (machine.rows or {}).values())
        begins_text = any(text.role == "since" for text in plan.texts)
        steady = not (others or guarded or begins_text or plan.seeded or plan.seeded_numbers)
        return replace(plan, others=others, steady=steady)

    def _machine(self, machine: Machine, sender: Sender, message: str) -> MachinePlan:
        own = [row for row in machine.transitions if (row.sender, row.message) == (sender, message)]
        rows = {
            state: (
                next((row for row in own if row.state == state and row.where is None), None),
                tuple(row for row in own if row.state == state and row.where is not None),
            )
            for state in {row.state for row in own}
        }
        return MachinePlan(
            name=machine.name,
            place=self._places[machine.name],
            key=machine.key and _token(machine.key),
            parent=None if machine.parent is None else self._places[machine.parent],
            initial=machine.initial,
            final=frozenset(machine.final),
            # A machine without a key is concerned by every message.
            rows=rows if rows or machine.key is None else None,
        )

    def _number(self, law: object, message: str) -> Iterator[NumberPlan]:
        if isinstance(law, Contiguous | Increasing) and not _seeds(law.seeded_by, message):
            first = law.first if isinstance(law, Contiguous) else None
            yield NumberPlan(law.name, _token(law.field), self._by_key[law.scope], first, law.excluding)

    def _text(self, law: object, message: str) -> Iterator[TextPlan]:
        if isinstance(law, Concatenation):
            roles: dict[str, Literal["since", "part", "whole"]] = {
                law.since: "since",
                law.part_message: "part",
                law.message: "whole",
            }
            if role := roles.get(message):
                yield TextPlan(law, role, self._by_key[law.scope])


def _seeds(seed: Seed | None, message: str) -> bool:
    return seed is not None and seed.message == message


def _begins(machine: MachinePlan) -> bool:
    """Answer whether the message may lead an instance out of its initial state."""
    plain, guarded = (machine.rows or {}).get(machine.initial, (None, ()))
    return any(row is not None and row.next_state != machine.initial for row in (plain, *guarded))


def _token(pointer: str) -> str:
    """Answer the name of the field; keys and numbers stand at the top of a message."""
    token = pointer.removeprefix("/")
    if "/" in token or "~" in token:
        raise ValueError(f"x-protocol: {pointer} is not a field at the top of a message")
    return token
