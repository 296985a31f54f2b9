# Generated from contracts/ by `make generate`. Do not edit.
"""The vocabulary of `x-protocol`: state machines, their rows, and laws over fields (docs/protocol.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Sender = Literal["client", "server"]


@dataclass(frozen=True, slots=True)
class Guard:
    """Holds for a message whose value at the JSON Pointer equals `equals`."""

    pointer: str
    equals: object


@dataclass(frozen=True, slots=True)
class Transition:
    """In `state`, `sender` may send `message`, which leads to `next_state`.

    `refused_with` names the problem type that answers the message.
    """

    state: str
    sender: Sender
    message: str
    next_state: str
    where: Guard | None = None
    refused_with: str | None = None


@dataclass(frozen=True, slots=True)
class Seed:
    """A message that sets machines or counters: for each of `items`, the one of `key` gets the state or value."""

    message: str
    items: str | None
    key: str
    state: str | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Machine:
    """A state machine, one instance for each value of `key`; one for the connection when `key` is None."""

    name: str
    key: str | None
    parent: str | None
    initial: str
    states: tuple[str, ...]
    final: tuple[str, ...]
    seeded_by: Seed | None
    transitions: tuple[Transition, ...]


@dataclass(frozen=True, slots=True)
class Contiguous:
    """`field` is `first`, `first` + 1, … within each value of `scope`."""

    name: str
    field: str
    scope: str
    first: int
    seeded_by: Seed | None
    excluding: Guard | None


@dataclass(frozen=True, slots=True)
class Increasing:
    """`field` grows with each message of one value of `scope`."""

    name: str
    field: str
    scope: str
    seeded_by: Seed | None
    excluding: Guard | None


@dataclass(frozen=True, slots=True)
class Concatenation:
    """`field` of `message` is every `part_field` of `part_message` since the last `since`, joined."""

    name: str
    message: str
    field: str
    scope: str
    part_message: str
    part_field: str
    since: str


@dataclass(frozen=True, slots=True)
class ChildrenFinal:
    """No instance of `machine` under the message's parent instance is between its initial and a final state."""

    name: str
    machine: str
    messages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AtMostOne:
    """At most one instance of `machine` within each value of `scope` is between its initial and a final state."""

    name: str
    machine: str
    scope: str


Law = Contiguous | Increasing | Concatenation | ChildrenFinal | AtMostOne


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message that carries others, each judged as if sent by itself; `same` is what each has like the envelope."""

    message: str
    items: str
    same: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CloseCode:
    """A close code that the contract allows, and whether a client should connect again after it."""

    code: int
    meaning: str
    reconnect: bool
    problem: str | None


@dataclass(frozen=True, slots=True)
class Protocol:
    """All of `x-protocol`."""

    version: str
    client_violation: str
    server_violation_close: int
    repeated_violation_close: int
    envelopes: tuple[Envelope, ...]
    machines: tuple[Machine, ...]
    laws: tuple[Law, ...]
    close_codes: tuple[CloseCode, ...]
