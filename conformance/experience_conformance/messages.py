"""The messages of an AsyncAPI document: their schemas, directions and replies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jsonschema_rs

from experience_conformance.documents import Documents, Json, dereference
from experience_conformance.protocol import Side
from experience_conformance.violations import Violation


@dataclass(frozen=True, slots=True)
class MessageType:
    """One message; `correlation` points to what a reply repeats, `replies` are the types that answer it."""

    name: str
    sender: Side
    correlation: str | None
    replies: frozenset[str]
    misuse: frozenset[str]
    is_event: bool


class Catalogue:
    """All messages of the contract's channels, ready to judge by."""

    def __init__(self, documents: Documents) -> None:
        self._document = documents.asyncapi
        self._problems = documents.problems
        self.types: dict[str, MessageType] = self._read_types()
        self._validators = {name: self._validator(name) for name in self.types}

    def faults(self, message: dict[str, Json], sender: Side) -> list[str]:
        """Answers how a message breaks the schema of its type; empty when it does not."""
        name = message.get("type")
        if not isinstance(name, str) or name not in self.types or self.types[name].sender != sender:
            return [f"/type: {name!r} is not a message that the {sender} sends"]
        return [
            f"{_pointer(error.instance_path)}: {error.message}" for error in self._validators[name].iter_errors(message)
        ]

    def problem_violations(self, problem: dict[str, Json]) -> list[Violation]:
        """Compares a problem, already valid by its schema, with the registry."""
        slug = slug_of(problem)
        entry = self._problems.get(slug)
        if entry is None:
            return [Violation("problem/registered", f"{problem['type']} is not in the registry")]
        found = []
        for name, expected in (("title", entry.title), ("status", entry.status)):
            if problem[name] != expected:
                found.append(
                    Violation(f"problem/{name}", f"{slug} has the {name} {problem[name]!r} instead of {expected!r}")
                )
        return found

    def examples(self, name: str) -> list[dict[str, Json]]:
        """The example payloads of a message type."""
        return [example["payload"] for example in self._message(name).get("examples", [])]

    def _read_types(self) -> dict[str, MessageType]:
        replies = self._replies()
        events = self._sent_unasked()
        types = {}
        for channel in self._document["channels"].values():
            for name in channel["messages"]:
                types[name] = self._type(name, replies.get(name), is_event=name in events)
        return types

    def _type(self, name: str, replies: frozenset[str] | None, *, is_event: bool) -> MessageType:
        message = self._message(name)
        correlation = dereference(self._document, message.get("correlationId", {})).get("location")
        return MessageType(
            name=name,
            sender="server" if replies is None else "client",
            correlation=correlation.partition("#")[2] if correlation else None,
            replies=replies or frozenset(),
            misuse=frozenset(entry["problem"] for entry in message.get("x-misuse", [])),
            is_event=is_event,
        )

    def _replies(self) -> dict[str, frozenset[str]]:
        """For each message that the service receives, the types that may answer it."""
        found = {}
        for operation in self._operations("receive"):
            names = frozenset(_last(message) for message in operation.get("reply", {}).get("messages", []))
            found.update({_last(message): names for message in operation["messages"]})
        return found

    def _sent_unasked(self) -> frozenset[str]:
        return frozenset(_last(message) for operation in self._operations("send") for message in operation["messages"])

    def _operations(self, action: str) -> list[dict[str, Json]]:
        return [operation for operation in self._document["operations"].values() if operation["action"] == action]

    def _message(self, name: str) -> dict[str, Json]:
        for channel in self._document["channels"].values():
            if name in channel["messages"]:
                found: dict[str, Json] = dereference(self._document, channel["messages"][name])
                return found
        raise LookupError(name)

    def _validator(self, name: str) -> Any:
        schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "allOf": [self._message(name)["payload"]]}
        return jsonschema_rs.validator_for(
            {**schema, "components": self._document["components"]}, validate_formats=True
        )


def slug_of(problem: dict[str, Json]) -> str:
    """The last part of a problem's type."""
    return str(problem.get("type", "")).rsplit("/", 1)[-1]


def _last(reference: dict[str, str]) -> str:
    return reference["$ref"].rsplit("/", 1)[-1]


def _pointer(path: list[str | int]) -> str:
    return "".join(f"/{part}" for part in path) or "/"
