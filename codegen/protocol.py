"""Reads `x-protocol` of the bundled AsyncAPI document into the vocabulary of the generated monitor."""

from __future__ import annotations

from typing import Any

from codegen.python.protocol_types import (
    AtMostOne,
    ChildrenFinal,
    CloseCode,
    Concatenation,
    Contiguous,
    Envelope,
    Guard,
    Increasing,
    Law,
    Machine,
    Protocol,
    Seed,
    Transition,
)


def read_protocol(document: dict[str, Any]) -> Protocol:
    """Answer the protocol of a document; its schema, contracts/x-protocol.schema.json, is checked before."""
    protocol = document["x-protocol"]
    violation = protocol["violation"]
    return Protocol(
        version=protocol["version"],
        client_violation=violation["client"]["problem"],
        server_violation_close=violation["server"]["close"],
        repeated_violation_close=violation["repeated"]["close"],
        envelopes=tuple(
            Envelope(name, table["items"], tuple(table["same"]))
            for name, table in protocol.get("envelopes", {}).items()
        ),
        machines=tuple(_machine(name, table) for name, table in protocol["machines"].items()),
        laws=tuple(_law(name, law) for name, law in protocol["laws"].items()),
        close_codes=tuple(
            CloseCode(int(code), entry["meaning"], entry["reconnect"], entry.get("problem"))
            for code, entry in protocol["close_codes"].items()
        ),
    )


def _machine(name: str, table: dict[str, Any]) -> Machine:
    return Machine(
        name=name,
        key=table["key"],
        parent=table.get("parent"),
        initial=table["initial"],
        states=tuple(table["states"]),
        final=tuple(table.get("final", ())),
        seeded_by=_seed(table.get("seeded_by")),
        transitions=tuple(_transition(row) for row in table["transitions"]),
    )


def _transition(row: dict[str, Any]) -> Transition:
    return Transition(
        state=row["state"],
        sender=row["sender"],
        message=row["message"],
        next_state=row["next"],
        where=_guard(row.get("where")),
        refused_with=row.get("refused_with"),
    )


def _guard(guard: dict[str, Any] | None) -> Guard | None:
    return None if guard is None else Guard(guard["pointer"], guard["equals"])


def _seed(seed: dict[str, Any] | None) -> Seed | None:
    if seed is None:
        return None
    return Seed(seed["message"], seed.get("items"), seed["key"], seed.get("state"), seed.get("value"))


def _law(name: str, law: dict[str, Any]) -> Law:
    match law["kind"]:
        case "contiguous":
            return Contiguous(
                name, law["field"], law["scope"], law["first"], _seed(law.get("seeded_by")), _guard(law.get("except"))
            )
        case "increasing":
            return Increasing(name, law["field"], law["scope"], _seed(law.get("seeded_by")), _guard(law.get("except")))
        case "concatenation":
            parts = law["parts"]
            return Concatenation(
                name, law["message"], law["field"], law["scope"], parts["message"], parts["field"], law["since"]
            )
        case "children-final":
            return ChildrenFinal(name, law["machine"], tuple(law["messages"]))
        case "at-most-one":
            return AtMostOne(name, law["machine"], law["scope"])
        case kind:
            raise ValueError(f"x-protocol: law {name} has the unknown kind {kind!r}")
