"""`x-protocol` of an AsyncAPI document as typed tables: machines, laws, close codes. Nothing here judges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from experience_conformance.documents import DocumentError, Json, resolve_pointer

Side = Literal["client", "server"]


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds for a message that has `equals` at `pointer`."""

    pointer: str
    equals: Json

    def holds(self, message: Json) -> bool:
        return bool(value_at(message, self.pointer) == self.equals)


@dataclass(frozen=True, slots=True)
class Transition:
    """In `state`, `sender` may send `message`; `refused_with` names the problem that must answer it there."""

    state: str
    sender: Side
    message: str
    next: str
    where: Condition | None
    refused_with: str | None


@dataclass(frozen=True, slots=True)
class Seed:
    """A message that says where machines or laws stand. A `state` or `value` that begins with a slash is a pointer."""

    message: str
    items: str | None
    key: str
    state: str | None
    value: str | None


@dataclass(frozen=True, slots=True)
class Machine:
    """The states of one kind of thing; `path` are the pointers that name an instance, the outermost first."""

    name: str
    path: tuple[str, ...]
    parent: str | None
    initial: str
    final: frozenset[str]
    seed: Seed | None
    transitions: tuple[Transition, ...]

    def find(self, state: str, sender: Side, message: Json) -> Transition | None:
        """Answers the row that `message` takes; a row with a condition that holds wins over one without."""
        kind = message["type"]
        rows = [row for row in self.transitions if (row.state, row.sender, row.message) == (state, sender, kind)]
        conditional = [row for row in rows if row.where is not None and row.where.holds(message)]
        return next(iter(conditional or [row for row in rows if row.where is None]), None)


@dataclass(frozen=True, slots=True)
class Law:
    """A rule over many messages; which fields are set depends on `kind`."""

    name: str
    kind: str
    path: tuple[str, ...]
    field: str | None
    first: int | None
    seed: Seed | None
    exception: Condition | None
    messages: tuple[str, ...]
    parts: tuple[str, str] | None
    since: str | None
    machine: str | None


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message that carries others; `max_items` and `max_bytes` point into the welcome, which says how many."""

    items: str
    same: tuple[str, ...]
    max_items: str | None
    max_bytes: str | None


@dataclass(frozen=True, slots=True)
class Protocol:
    """All of `x-protocol` that a judge of one connection needs."""

    envelopes: dict[str, Envelope]
    machines: dict[str, Machine]
    laws: tuple[Law, ...]
    out_of_order: str
    violation_limit: str
    violation_close: int
    close_codes: dict[int, str | None]


LAW_KINDS = frozenset({"contiguous", "increasing", "concatenation", "children-final", "at-most-one"})


def read(document: dict[str, Json]) -> Protocol:
    """Reads the extension of a bundled document; raises DocumentError for what this judge does not know."""
    try:
        return _read(document["x-protocol"])
    except KeyError as error:
        raise DocumentError(f"x-protocol lacks {error}") from error


def value_at(message: Json, pointer: str) -> Json:
    """What `pointer` points to in `message`, or None."""
    try:
        return resolve_pointer(message, pointer)
    except LookupError:
        return None


def key_of(message: Json, path: tuple[str, ...]) -> tuple[str, ...] | None:
    """The name of the instance that `message` is about, or None when it is about none."""
    values = [value_at(message, pointer) for pointer in path]
    return tuple(values) if all(isinstance(value, str) for value in values) else None


def walk_items(message: Json, pattern: str) -> Iterator[tuple[str, Json]]:
    """Yields each element of the lists that `pattern` names, with its own pointer; `*` stands for each index."""
    head, _, rest = pattern.partition("/*")
    items = value_at(message, head)
    for index, item in enumerate(items if isinstance(items, list) else []):
        if rest == "":
            if "/*" not in pattern:
                yield f"{head}/{index}", item
        else:
            for place, found in walk_items(item, rest):
                yield f"{head}/{index}{place}", found


def _read(extension: dict[str, Json]) -> Protocol:
    tables = extension["machines"]
    machines = {name: _machine(name, tables) for name in tables}
    violation = extension["violation"]
    return Protocol(
        envelopes={name: _envelope(table) for name, table in extension.get("envelopes", {}).items()},
        machines=machines,
        laws=tuple(_law(name, table, machines) for name, table in extension["laws"].items()),
        out_of_order=violation["client"]["problem"],
        violation_limit=violation["repeated"]["limit"],
        violation_close=violation["repeated"]["close"],
        close_codes={int(code): entry.get("problem") for code, entry in extension["close_codes"].items()},
    )


def _envelope(table: dict[str, Json]) -> Envelope:
    return Envelope(table["items"], tuple(table["same"]), table.get("max_items"), table.get("max_bytes"))


def _machine(name: str, tables: dict[str, Json]) -> Machine:
    table = tables[name]
    return Machine(
        name=name,
        path=_path(name, tables),
        parent=table.get("parent"),
        initial=table["initial"],
        final=frozenset(table.get("final", [])),
        seed=_seed(table.get("seeded_by")),
        transitions=tuple(_transition(row) for row in table["transitions"]),
    )


def _path(name: str, tables: dict[str, Json]) -> tuple[str, ...]:
    table = tables[name]
    if table["key"] is None:
        return ()
    return (*(_path(table["parent"], tables) if table.get("parent") else ()), table["key"])


def _transition(row: dict[str, Json]) -> Transition:
    return Transition(
        row["state"], row["sender"], row["message"], row["next"], _condition(row.get("where")), row.get("refused_with")
    )


def _condition(table: dict[str, Json] | None) -> Condition | None:
    return None if table is None else Condition(table["pointer"], table["equals"])


def _seed(table: dict[str, Json] | None) -> Seed | None:
    if table is None:
        return None
    return Seed(table["message"], table.get("items"), table["key"], table.get("state"), table.get("value"))


def _law(name: str, table: dict[str, Json], machines: dict[str, Machine]) -> Law:
    if table["kind"] not in LAW_KINDS:
        raise DocumentError(f"the law {name} is of the unknown kind {table['kind']}")
    parts = table.get("parts")
    scope = table.get("scope")
    return Law(
        name=name,
        kind=table["kind"],
        path=_scope_path(scope, machines) if scope else machines[table["machine"]].path[:-1],
        field=table.get("field"),
        first=table.get("first"),
        seed=_seed(table.get("seeded_by")),
        exception=_condition(table.get("except")),
        messages=tuple(table.get("messages") or ([table["message"]] if "message" in table else [])),
        parts=(parts["message"], parts["field"]) if parts else None,
        since=table.get("since"),
        machine=table.get("machine"),
    )


def _scope_path(scope: str, machines: dict[str, Machine]) -> tuple[str, ...]:
    """A scope that is the key of a machine means its instances: a run counts within its conversation."""
    owner = next((machine for machine in machines.values() if machine.path[-1:] == (scope,)), None)
    return owner.path if owner else (scope,)
