"""Checks what no schema can: that `x-protocol` hangs together, and agrees with the messages and the problem registry.

`python -m codegen.lint_protocol` prints each fault and exits 1 when there is one.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

CONTRACTS = Path(__file__).resolve().parent.parent / "contracts"


def main() -> int:
    """Check contracts/; answers the exit status."""
    document = yaml.safe_load((CONTRACTS / "asyncapi.yaml").read_text(encoding="utf-8"))
    problems = yaml.safe_load((CONTRACTS / "problems.yaml").read_text(encoding="utf-8"))["problems"]
    schema = json.loads((CONTRACTS / "x-protocol.schema.json").read_text(encoding="utf-8"))
    found = list(faults(document, problems, schema))
    for fault in found:
        print(f"contracts/asyncapi.yaml: x-protocol: {fault}")
    return 1 if found else 0


def faults(document: dict[str, Any], problems: dict[str, Any], schema: dict[str, Any]) -> Iterator[str]:
    """Answer each fault in words; the later checks only make sense when the schema holds."""
    protocol = document["x-protocol"]
    broken = [f"{error.instance_path}: {error.message}" for error in jsonschema_rs.iter_errors(schema, protocol)]
    if broken:
        yield from broken
        return
    messages = document["components"]["messages"]
    for name, machine in protocol["machines"].items():
        yield from _machine_faults(name, machine, protocol, messages)
    yield from _unmentioned(protocol, messages)
    yield from _envelope_faults(protocol, messages)
    yield from _law_faults(protocol, messages)
    yield from _close_code_faults(protocol["close_codes"], problems)


def _machine_faults(
    name: str, machine: dict[str, Any], protocol: dict[str, Any], messages: dict[str, Any]
) -> Iterator[str]:
    states, rows = machine["states"], machine["transitions"]
    named = {machine["initial"], *machine.get("final", ())} | {row[end] for row in rows for end in ("state", "next")}
    yield from (f"{name}: the state {state} is not described" for state in sorted(named - states.keys()))
    reached = _reached(machine)
    yield from (f"{name}: no row leads to the state {state}" for state in sorted(states.keys() - reached))
    if (parent := machine.get("parent")) and parent not in protocol["machines"]:
        yield f"{name}: there is no machine {parent}"
    for row in rows:
        yield from (f"{name}: {fault}" for fault in _row_faults(row, messages))
    decided = Counter((row["state"], row["sender"], row["message"], json.dumps(row.get("where"))) for row in rows)
    yield from (f"{name}: two rows for {key[:3]}" for key, count in decided.items() if count > 1)


def _reached(machine: dict[str, Any]) -> set[str]:
    reached = {machine["initial"]}
    rows = machine["transitions"]
    while grown := {row["next"] for row in rows if row["state"] in reached} - reached:
        reached |= grown
    return reached


def _row_faults(row: dict[str, Any], messages: dict[str, Any]) -> Iterator[str]:
    message = messages.get(row["message"])
    if message is None:
        yield f"there is no message {row['message']}"
    elif message["x-direction"] != row["sender"]:
        yield f"{row['message']} is sent by the {message['x-direction']}, not by the {row['sender']}"
    if "refused_with" in row and row["sender"] != "client":
        yield f"{row['message']}: only what a client sends can be refused"


def _unmentioned(protocol: dict[str, Any], messages: dict[str, Any]) -> Iterator[str]:
    """Every message has a place in the machine of the connection, the one without a key."""
    rows = [
        row for machine in protocol["machines"].values() if machine["key"] is None for row in machine["transitions"]
    ]
    yield from (
        f"no row says when {name} may be sent"
        for name in sorted(messages.keys() - {r["message"] for r in rows} - protocol.get("envelopes", {}).keys())
    )


def _envelope_faults(protocol: dict[str, Any], messages: dict[str, Any]) -> Iterator[str]:
    """What carries others is sent by the service, and has no row of its own: its items have them."""
    machines = protocol["machines"].values()
    ruled = {row["message"] for machine in machines for row in machine["transitions"]}
    for name in protocol.get("envelopes", {}):
        if messages.get(name, {}).get("x-direction") != "server":
            yield f"envelope {name}: there is no such message of the server"
        if name in ruled:
            yield f"envelope {name}: has a row, though its items are what is judged"


def _law_faults(protocol: dict[str, Any], messages: dict[str, Any]) -> Iterator[str]:
    for name, law in protocol["laws"].items():
        if law.get("machine", next(iter(protocol["machines"]))) not in protocol["machines"]:
            yield f"{name}: there is no machine {law['machine']}"
        seed = law.get("seeded_by", {}).get("message")
        parts = law.get("parts", {}).get("message")
        named = {law.get("message"), law.get("since"), seed, parts, *law.get("messages", ())} - {None}
        yield from (f"{name}: there is no message {message}" for message in sorted(named - messages.keys()))


def _close_code_faults(close_codes: dict[str, Any], problems: dict[str, Any]) -> Iterator[str]:
    for code, entry in close_codes.items():
        slug = entry.get("problem")
        if slug is not None and problems.get(slug, {}).get("close_code") != int(code):
            yield f"close code {code}: the registry gives {slug} the code {problems.get(slug, {}).get('close_code')}"
    for slug, problem in problems.items():
        if problem["close_code"] is not None and str(problem["close_code"]) not in close_codes:
            yield f"the registry closes with {problem['close_code']} for {slug}; the table has no such code"


if __name__ == "__main__":
    sys.exit(main())
