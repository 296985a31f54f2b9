"""Judges one connection: each frame against its schema, the machines, the laws, the registry and what it answers.

Does no I/O.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from experience_conformance.documents import Documents, Json
from experience_conformance.frames import UnreadableFrameError, read_frame
from experience_conformance.messages import Catalogue
from experience_conformance.monitor import Monitor
from experience_conformance.protocol import Envelope, Protocol, value_at
from experience_conformance.protocol import read as read_protocol
from experience_conformance.replies import ReplyBook
from experience_conformance.violations import Violation


@dataclass(frozen=True, slots=True)
class Contract:
    """What a judge needs, prepared once for many connections."""

    documents: Documents
    catalogue: Catalogue
    protocol: Protocol

    @classmethod
    def of(cls, documents: Documents) -> Contract:
        """Reads the tables and compiles the schemas."""
        return cls(documents, Catalogue(documents), read_protocol(documents.asyncapi))


@dataclass(frozen=True, slots=True)
class TraceEntry:
    """One thing that happened on a connection, in order."""

    direction: Literal["sent", "received", "closed"]
    text: str


@dataclass(slots=True)
class Judge:
    """The verdict on one connection grows in `violations`, the story in `trace`."""

    contract: Contract
    violations: list[Violation] = field(default_factory=list)
    trace: list[TraceEntry] = field(default_factory=list)
    frames: int = 0
    envelopes: int = 0
    """How many messages came that carry others."""
    bare: int = 0
    """How many messages that a law counts came by themselves."""
    _welcome: dict[str, Json] = field(default_factory=dict)
    _monitor: Monitor = field(init=False)
    _replies: ReplyBook = field(init=False)

    def __post_init__(self) -> None:
        self._monitor = Monitor(self.contract.protocol)
        self._replies = ReplyBook(self.contract.catalogue)

    def sent(self, frame: str | bytes) -> None:
        """Takes a frame that the client sends, valid or not, just before it is sent."""
        self._remember("sent", frame)
        try:
            message = read_frame(frame)
        except UnreadableFrameError as error:
            self._replies.sent_invalid(f"a frame that cannot be read ({error})", None, "malformed-message")
            return
        if self.contract.catalogue.faults(message, "client"):
            self._replies.sent_invalid(f"an invalid {message.get('type')!r}", message, "invalid-message")
        else:
            self._replies.sent(message, self._monitor.client(message))

    def received(self, frame: str | bytes) -> list[dict[str, Json]]:
        """Takes a frame of the server and judges it; answers its message, or those of an envelope."""
        self.frames += 1
        self._remember("received", frame)
        try:
            message = read_frame(frame)
        except UnreadableFrameError as error:
            self._add([Violation("frame/readable", str(error))])
            return []
        faults = self.contract.catalogue.faults(message, "server")
        if faults:
            self._add([Violation(f"schema/{message.get('type')}", fault) for fault in faults])
            return [message]
        envelope = self.contract.protocol.envelopes.get(message["type"])
        if envelope is None:
            self.bare += self._is_counted(message)
            self._judge(message)
            return [message]
        self.envelopes += 1
        self._add(self._misfits(envelope, message, frame))
        items: list[dict[str, Json]] = value_at(message, envelope.items) or []
        for item in items:
            self._judge(item)
        return items

    def _judge(self, message: dict[str, Json]) -> None:
        # The first message of a connection is the one that announces limits.
        self._welcome = self._welcome or message
        self._add(self._monitor.server(message))
        self._add(self._replies.received(message))
        if "problem" in message:
            self._add(self.contract.catalogue.problem_violations(message["problem"]))

    def _is_counted(self, message: dict[str, Json]) -> bool:
        laws = [law for law in self.contract.protocol.laws if law.kind == "contiguous"]
        return any(
            value_at(message, law.field or "") is not None and not (law.exception and law.exception.holds(message))
            for law in laws
        )

    def _misfits(self, envelope: Envelope, message: dict[str, Json], frame: str | bytes) -> list[Violation]:
        kind, items = message["type"], value_at(message, envelope.items) or []
        found = [
            Violation("envelope/same", f"{pointer} of an item is not that of the {kind} in which it comes")
            for pointer in envelope.same
            if any(value_at(item, pointer) != value_at(message, pointer) for item in items)
        ]
        most = value_at(self._welcome, envelope.max_items) if envelope.max_items else None
        if isinstance(most, int) and len(items) > most:
            found.append(Violation("envelope/items", f"{kind} carries {len(items)} of at most {most}"))
        size = len(frame.encode() if isinstance(frame, str) else frame)
        largest = value_at(self._welcome, envelope.max_bytes) if envelope.max_bytes else None
        if isinstance(largest, int) and size > largest and len(items) > 1:
            found.append(Violation("envelope/bytes", f"{kind} has {size} bytes of at most {largest}"))
        return found

    def closed(self, code: int, reason: str, *, expected: int | None) -> None:
        """Takes the close of the server; `expected` is None when nothing the client did asked for one."""
        self.trace.append(TraceEntry("closed", f"{code} {reason}".strip()))
        if expected is None:
            self._add([Violation("close/unexpected", f"the connection was closed with {code} {reason}".strip())])
        elif code != expected:
            self._add(
                [Violation("close/code", f"the connection was closed with {code} {reason} instead of {expected}")]
            )
        self._add(self._close_reason(code, reason))

    def expect_no_answer(self) -> None:
        """The connection ends by the client's own doing: what is not answered need not be."""
        self._replies.pending.clear()

    def settle(self) -> None:
        """The conversation is over and everything had its time."""
        self._add(self._replies.settle())

    def _close_reason(self, code: int, reason: str) -> list[Violation]:
        if code not in self.contract.protocol.close_codes:
            return [Violation("close/code", f"the contract does not know the close code {code}")]
        problem = self.contract.documents.problems.get(reason)
        if reason and code >= 4000 and (problem is None or problem.close_code != code):
            return [Violation("close/reason", f"{reason!r} is not the slug of a problem that closes with {code}")]
        return []

    def _add(self, violations: list[Violation]) -> None:
        self.violations += [violation for violation in violations if violation not in self.violations]

    def _remember(self, direction: Literal["sent", "received"], frame: str | bytes) -> None:
        text = frame if isinstance(frame, str) else f"binary {frame.hex()}"
        self.trace.append(
            TraceEntry(direction, text if len(text) <= 2000 else f"{text[:2000]} … ({len(text)} characters)")
        )
