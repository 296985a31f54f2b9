"""Conversations as data: what is sent, and what the contract has come back. The files are in `conversations/`.

A step is an object with one verb and, where several sockets are open, `socket`. `$name` stands for what was bound
before, `$new.name` for a new UUID that is bound to `name`.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

import yaml

from experience_conformance.documents import DocumentError, Json

VERBS = frozenset({
    "connect",
    "send",
    "send_text",
    "send_bytes",
    "send_not_utf8",
    "send_larger_than",
    "send_nested",
    "expect",
    "until",
    "expect_close",
    "repeat",
    "quiet",
    "same_events",
    "batched",
    "close",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """One conversation. `id` is the section of the contract and an ordinal that is never used again."""

    id: str
    title: str
    steps: tuple[dict[str, Json], ...]
    attempts: int = 1


@dataclass(slots=True)
class Bindings:
    """The names of one conversation and what they stand for."""

    values: dict[str, Json] = field(default_factory=dict)

    def fill(self, template: Json) -> Json:
        """Answers the template with each `$name` replaced; raises DocumentError for a name that nothing is bound to."""
        if isinstance(template, dict):
            return {key: self.fill(value) for key, value in template.items()}
        if isinstance(template, list):
            return [self.fill(item) for item in template]
        if not isinstance(template, str):
            return template
        if re.fullmatch(r"\$[\w.]+", template):
            return self._value(template[1:])
        return re.sub(r"\$\{([\w.]+)\}", lambda match: str(self._value(match[1])), template)

    def _value(self, name: str) -> Json:
        if name.startswith("new."):
            name = name.removeprefix("new.")
            self.values[name] = str(uuid.uuid4())
        if name not in self.values:
            raise DocumentError(f"a conversation uses ${name} before it is bound")
        return self.values[name]


def load_cases() -> list[Case]:
    """Reads all conversations; raises DocumentError for a step with an unknown verb or an id that occurs twice."""
    found: list[Case] = []
    for file in sorted(resources.files("experience_conformance").joinpath("conversations").iterdir(), key=str):
        if file.name.endswith(".yaml"):
            found += [_case(entry) for entry in yaml.safe_load(file.read_text(encoding="utf-8"))]
    ids = [case.id for case in found]
    if len(set(ids)) != len(ids):
        raise DocumentError("two conversations have the same id")
    return found


def matches(pattern: Json, value: Json) -> bool:
    """Whether `value` has all that `pattern` names.

    A list wants each of its patterns to be met by some item; a string `/…/` is a regular expression.
    """
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(
            key in value and matches(sub, value[key]) for key, sub in pattern.items()
        )
    if isinstance(pattern, list):
        return isinstance(value, list) and all(any(matches(sub, item) for item in value) for sub in pattern)
    if isinstance(pattern, str) and len(pattern) > 1 and pattern.startswith("/") and pattern.endswith("/"):
        return isinstance(value, str) and re.search(pattern[1:-1], value) is not None
    return bool(pattern == value)


def _case(entry: dict[str, Any]) -> Case:
    for step in entry["steps"]:
        _check(step)
    return Case(entry["id"], entry["title"], tuple(entry["steps"]), entry.get("attempts", 1))


def _check(step: dict[str, Json]) -> None:
    verbs = VERBS & set(step)
    if len(verbs) != 1:
        raise DocumentError(f"a step needs one verb: {step}")
    for inner in step.get("repeat", {}).get("steps", []) if "repeat" in step else []:
        _check(inner)
