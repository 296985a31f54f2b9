"""Follows one connection through the state machines of `x-protocol`, from the tables alone.

It sees both directions. What the server sends against the tables is a violation; what the client sends against them is
no violation of the server's: `client` answers with the problem that the server now owes.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from experience_conformance.documents import Json
from experience_conformance.laws import LawBook
from experience_conformance.protocol import Machine, Protocol, Side, Transition, key_of, value_at, walk_items
from experience_conformance.violations import Violation

Key = tuple[str, ...]


@dataclass(slots=True)
class Monitor:
    """The state of one connection. Messages must have passed their schemas."""

    protocol: Protocol
    _states: dict[str, dict[Key, str]] = field(default_factory=dict)
    _laws: LawBook = field(init=False)

    def __post_init__(self) -> None:
        self._states = {name: {} for name in self.protocol.machines}
        self._laws = LawBook(self.protocol, self)

    def state(self, machine: str, key: Key = ()) -> str:
        """The state of one instance; one that nothing was heard of is in the initial state."""
        return self._states[machine].get(key, self.protocol.machines[machine].initial)

    def instances(self, machine: str, within: Key) -> dict[Key, str]:
        """The instances of a machine that are known within an instance of an outer machine."""
        return {key: state for key, state in self._states[machine].items() if key[: len(within)] == within}

    def client(self, message: Json) -> str | None:
        """Takes a message of the client; answers the problem with which the server must refuse it, or None."""
        steps = self._steps("client", message)
        if any(row is None for _, _, row in steps):
            return self.protocol.out_of_order
        refusals = [row.refused_with for _, _, row in steps if row is not None and row.refused_with is not None]
        for machine, key, row in steps:
            if row is not None:
                self._states[machine.name][key] = row.next
        return next(iter(refusals), None)

    def server(self, message: Json) -> list[Violation]:
        """Takes a message of the server; answers what it breaks. A machine without a row for it stays where it is."""
        found: list[Violation] = []
        for machine, key, row in self._steps("server", message):
            if row is None:
                name = f"{machine.name} {'/'.join(key)}".strip()
                detail = f"{message['type']} is not allowed while {name} is {self.state(machine.name, key)}"
                found.append(Violation(f"machine/{machine.name}", detail))
            else:
                self._states[machine.name][key] = row.next
        self._seed(message)
        return found + self._laws.check(message)

    def _steps(self, sender: Side, message: Json) -> list[tuple[Machine, Key, Transition | None]]:
        steps = []
        for machine in self.protocol.machines.values():
            key = key_of(message, machine.path)
            if key is not None:
                steps.append((machine, key, machine.find(self.state(machine.name, key), sender, message)))
        return steps

    def _seed(self, message: Json) -> None:
        for machine in self.protocol.machines.values():
            if machine.seed is not None and machine.seed.message == message["type"]:
                self._forget(machine, message)
                for place, key in seeded_keys(self.protocol, machine, message):
                    state = machine.seed.state or machine.initial
                    found = value_at(message, place + state) if state.startswith("/") else state
                    self._states[machine.name][key] = found

    def _forget(self, machine: Machine, message: Json) -> None:
        outer = outer_key(machine, message)
        for key in self.instances(machine.name, outer):
            del self._states[machine.name][key]


def outer_key(machine: Machine, message: Json) -> Key:
    """The instance that the seeding message is about: by the longest prefix of the machine's path that it has."""
    for length in range(len(machine.path), 0, -1):
        key = key_of(message, machine.path[:length])
        if key is not None:
            return key
    return ()


def seeded_keys(protocol: Protocol, machine: Machine, message: Json) -> list[tuple[str, Key]]:
    """Each instance that a seeding message names, with the pointer to where it names it."""
    seed = machine.seed
    if seed is None or seed.items is None:
        return []
    outer = outer_key(machine, message)
    parent = protocol.machines[machine.parent] if machine.parent else None
    parents = [] if parent is None or parent.seed is None else seeded_keys(protocol, parent, message)
    found = []
    for place, _ in walk_items(message, seed.items):
        enclosing = next((key for at, key in parents if place.startswith(f"{at}/")), outer)
        found.append((place, (*enclosing, str(value_at(message, place + seed.key)))))
    return found
