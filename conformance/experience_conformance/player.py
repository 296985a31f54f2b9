"""Plays one conversation against a service and judges everything that comes back."""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol as Interface
from urllib.parse import urlencode

from websockets.exceptions import InvalidHandshake

from experience_conformance.cases import Bindings, Case, matches
from experience_conformance.documents import Json
from experience_conformance.judge import Contract, Judge
from experience_conformance.protocol import value_at
from experience_conformance.results import CaseResult, Trace
from experience_conformance.socket_client import ClosedError, NoAnswerError, SocketClient, open_socket
from experience_conformance.violations import Violation

SEQUENCE_AT_MOST = 10_000


class Credentials(Interface):
    """Where the player gets what a handshake needs, by the name of a user."""

    async def ticket(self, name: str) -> str: ...

    async def access_token(self, name: str) -> str: ...

    async def user_id(self, name: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Target:
    """The socket under test: `uri` with scheme ws or wss, and the subprotocol that the contract demands."""

    uri: str
    subprotocol: str
    credentials: Credentials


class ExpectationError(Exception):
    """Something else happened than the conversation says must happen."""


class InconclusiveError(Exception):
    """The contract allows what happened, but it was not what this conversation wants to see; another attempt may."""


@dataclass(slots=True)
class Player:
    """One attempt at one conversation."""

    contract: Contract
    target: Target
    sockets: dict[str, SocketClient] = field(default_factory=dict)
    judges: dict[str, Judge] = field(default_factory=dict)
    bindings: Bindings = field(default_factory=Bindings)

    async def play(self, case: Case) -> None:
        """Plays all steps.

        Raises ExpectationError, InconclusiveError, ClosedError or NoAnswerError when the story goes another way.
        """
        try:
            if "connect" not in case.steps[0]:
                await self._connect({"connect": "a"})
            for step in case.steps:
                await self._step(step)
            for name, socket in self.sockets.items():
                await self._drain(name, socket)
                self.judges[name].settle()
        finally:
            for socket in self.sockets.values():
                await socket.close()

    async def _step(self, step: dict[str, Json]) -> None:
        verbs: dict[str, Callable[[dict[str, Json]], Awaitable[None]]] = {
            "connect": self._connect,
            "send": self._send,
            "send_text": self._send_text,
            "send_bytes": self._send_bytes,
            "send_not_utf8": self._send_not_utf8,
            "send_larger_than": self._send_larger_than,
            "send_nested": self._send_nested,
            "expect": self._expect,
            "until": self._until,
            "expect_close": self._expect_close,
            "repeat": self._repeat,
            "quiet": self._quiet,
            "same_events": self._same_events,
            "batched": self._batched,
            "close": self._close,
        }
        verb = next(verb for verb in verbs if verb in step)
        await verbs[verb](step)

    async def _connect(self, step: dict[str, Json]) -> None:
        name, user = step["connect"], step.get("as", "ada")
        judge = Judge(self.contract)
        self.judges[name] = judge
        uri, headers = self.target.uri, {}
        if step.get("by", "ticket") == "ticket":
            uri = f"{uri}?{urlencode({'ticket': await self.target.credentials.ticket(user)})}"
        else:
            headers["Authorization"] = f"Bearer {await self.target.credentials.access_token(user)}"
        try:
            socket = await open_socket(uri, judge, headers=headers, subprotocol=self.target.subprotocol)
        except (InvalidHandshake, OSError, TimeoutError) as error:
            raise ExpectationError(f"the handshake failed: {error}") from error
        self.sockets[name] = socket
        self.bindings.values["access_token"] = await self.target.credentials.access_token(user)
        if socket.connection.subprotocol != self.target.subprotocol:
            raise ExpectationError(f"the subprotocol {socket.connection.subprotocol} was agreed on")
        ready = await socket.receive()
        self._bind({"limits": "/limits", "ready": ""}, ready)
        if not matches({"user_id": await self.target.credentials.user_id(user)}, ready):
            raise ExpectationError(f"{ready.get('type')} is for user {ready.get('user_id')}")

    async def _send(self, step: dict[str, Json]) -> None:
        await self._socket(step).send(json.dumps(self.bindings.fill(step["send"]), ensure_ascii=False))

    async def _send_text(self, step: dict[str, Json]) -> None:
        await self._socket(step).send(self.bindings.fill(step["send_text"]))

    async def _send_bytes(self, step: dict[str, Json]) -> None:
        await self._socket(step).send(step["send_bytes"].encode())

    async def _send_not_utf8(self, step: dict[str, Json]) -> None:
        await self._socket(step).send_unjudged(bytes.fromhex(step["send_not_utf8"]))

    async def _send_larger_than(self, step: dict[str, Json]) -> None:
        size = self.bindings.fill(step["send_larger_than"])
        start, end = b'{"type":"connection.ping","padding":"', b'"}'
        padding = b"x" * (size + 1 - len(start) - len(end))
        await self._socket(step).send_unjudged(start + padding + end)

    async def _send_nested(self, step: dict[str, Json]) -> None:
        depth = step["send_nested"]
        await self._socket(step).send('{"type": "connection.ping", "deep": ' + "[" * depth + "]" * depth + "}")

    async def _expect(self, step: dict[str, Json]) -> None:
        message = await self._next(step)
        if "or" in step and matches(self.bindings.fill(step["or"]), message):
            raise InconclusiveError(f"{message['type']} came first")
        pattern = self.bindings.fill(step["expect"])
        if not matches(pattern, message):
            raise ExpectationError(f"expected {_brief(pattern)}, got {_brief(message)}")
        self._bind(step.get("bind", {}), message)

    async def _next(self, step: dict[str, Json]) -> dict[str, Json]:
        """The next message; with `among_events`, the next that matches, or that is no event."""
        wanted = [self.bindings.fill(step[name]) for name in ("expect", "or") if name in step]
        while True:
            message = await self._socket(step).receive()
            kind = self.contract.catalogue.types.get(message.get("type", ""))
            passes = step.get("among_events") and kind is not None and kind.is_event and kind.name != "error"
            if not passes or any(matches(pattern, message) for pattern in wanted):
                return message

    async def _until(self, step: dict[str, Json]) -> None:
        socket, pattern = self._socket(step), self.bindings.fill(step["until"])
        seen = [self.bindings.fill(entry) for entry in step.get("seen", [])]
        for _ in range(SEQUENCE_AT_MOST):
            message = await socket.receive()
            if seen and matches(seen[0], message):
                seen.pop(0)
            if matches(pattern, message):
                if seen:
                    raise ExpectationError(f"{_brief(message)} came without {_brief(seen[0])} before it")
                self._bind(step.get("bind", {}), message)
                return
            if message.get("type") == "error":
                raise ExpectationError(f"expected {_brief(pattern)}, got {_brief(message)}")
        raise ExpectationError(f"{SEQUENCE_AT_MOST} messages and none of them {_brief(pattern)}")

    async def _expect_close(self, step: dict[str, Json]) -> None:
        name = step.get("socket", "a")
        socket, judge = self.sockets.pop(name), self.judges[name]
        try:
            while True:
                await socket.receive()
        except ClosedError as closed:
            judge.expect_no_answer()
            judge.closed(closed.code, closed.reason, expected=step["expect_close"])

    async def _repeat(self, step: dict[str, Json]) -> None:
        for _ in range(self.bindings.fill(step["repeat"]["times"]) + step["repeat"].get("more", 0)):
            for inner in step["repeat"]["steps"]:
                await self._step(inner)

    async def _quiet(self, step: dict[str, Json]) -> None:
        extra = await self._socket(step).drain()
        if extra:
            raise ExpectationError(f"{_brief(extra[0])} came where nothing more was due")

    async def _drain(self, name: str, socket: SocketClient) -> None:
        try:
            await socket.drain()
        except ClosedError as closed:
            self.judges[name].closed(closed.code, closed.reason, expected=None)

    async def _same_events(self, step: dict[str, Json]) -> None:
        first, second = step["same_events"]
        after = self.bindings.fill(step.get("after", 0))
        left, right = (self._events(name, after) for name in (first, second))
        if left != right:
            at = next(
                (i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right))
            )
            here, there = (_brief(events[at]) if at < len(events) else "nothing" for events in (left, right))
            raise ExpectationError(f"event {at + 1} after cursor {after} is {here} on {first} and {there} on {second}")

    def _events(self, name: str, after: int) -> list[dict[str, Json]]:
        """What came of the log after a position. What a law excepts, such as the reply to a duplicate, is no event."""
        types, laws = self.contract.catalogue.types, self.contract.protocol.laws
        exceptions = [law.exception for law in laws if law.exception is not None]
        return [
            message
            for message in self.sockets[name].log
            if message["type"] in types and types[message["type"]].is_event and message.get("cursor", 0) > after
            if not any(exception.holds(message) for exception in exceptions)
        ]

    async def _batched(self, step: dict[str, Json]) -> None:
        """Whether events came in envelopes on a socket, and then all of them."""
        judge = self.judges[step["batched"]]
        if not judge.envelopes or judge.bare:
            raise ExpectationError(f"{judge.envelopes} envelopes came, and {judge.bare} events outside of them")

    async def _close(self, step: dict[str, Json]) -> None:
        await self.sockets.pop(step["close"]).close()

    def _socket(self, step: dict[str, Json]) -> SocketClient:
        return self.sockets[step.get("socket", "a")]

    def _bind(self, names: dict[str, str], message: dict[str, Json]) -> None:
        for name, pointer in names.items():
            value = value_at(message, pointer)
            self.bindings.values[name] = value
            if isinstance(value, dict):
                self.bindings.values.update({f"{name}.{key}": inner for key, inner in value.items()})


async def play(case: Case, contract: Contract, target: Target) -> CaseResult:
    """Plays a case, again where it was inconclusive, and answers the verdict. The suite's own faults are not caught."""
    started = time.monotonic()
    for attempt in range(1, case.attempts + 1):
        player = Player(contract, target)
        failure = await _attempt(player, case)
        violations = [violation for judge in player.judges.values() for violation in judge.violations]
        if not isinstance(failure, InconclusiveError) or violations or attempt == case.attempts:
            break
    if failure is not None:
        violations.append(Violation("conversation/expectation", str(failure)))
    return CaseResult(
        id=case.id,
        title=case.title,
        violations=tuple(violations),
        traces=tuple(Trace(name, tuple(judge.trace)) for name, judge in player.judges.items()),
        seconds=time.monotonic() - started,
        frames=sum(judge.frames for judge in player.judges.values()),
    )


async def _attempt(player: Player, case: Case) -> Exception | None:
    try:
        await player.play(case)
    except (ExpectationError, InconclusiveError, ClosedError, NoAnswerError) as failure:
        return failure
    return None


def _brief(message: Json) -> str:
    text = json.dumps(message, ensure_ascii=False)
    return text if len(text) <= 300 else f"{text[:300]} …"
