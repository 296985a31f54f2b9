"""A small server that keeps the agent socket's contract in memory, and breaks it in one named way when asked to.

It exists to judge the judge: nothing here is shared with the service.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from experience_conformance.frames import UnreadableFrameError, read_frame
from experience_conformance.judge import Contract

Message = dict[str, Any]
SUBPROTOCOL = Subprotocol("experience.agent.v1")
ACCEPTED_TYPES = (
    "agent.message, connection.ping, connection.reauthenticate, conversation.close, conversation.open, run.cancel"
)
LIMITS = {
    "max_message_bytes": 65536,
    "max_text_length": 20000,
    "max_open_conversations": 5,
    "max_messages_per_minute": 100,
    "max_violations_per_minute": 10,
    "max_batch_events": 4,
    "max_batch_bytes": 16384,
    "max_json_depth": 64,
    "max_active_runs": 10,
    "max_sockets_per_user": 100,
    "max_send_queue_bytes": 1048576,
}


def keep(message: Message) -> list[Message]:
    """The mutation that changes nothing."""
    return [message]


@dataclass(slots=True)
class Fault:
    """How the server breaks the contract.

    `mutate` sees each outgoing message, `mutate_frame` each frame, in which several may go; the rest are switches.
    """

    mutate: Callable[[Message], list[Message]] = keep
    mutate_frame: Callable[[Message], list[Message]] = keep
    close_with: int | None = None
    accepts_unknown_fields: bool = False
    forgets_on_resume: bool = False
    accepts_any_ticket: bool = False
    restarts_on_resend: bool = False
    refuses_with_bare_status: bool = False
    believes_any_token: bool = False
    follows_what_is_closed: bool = False


@dataclass(slots=True)
class Conversation:
    owner: str
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    log: list[Message] = field(default_factory=list)
    followers: set[Connection] = field(default_factory=set)
    accepted: dict[str, Message] = field(default_factory=dict)
    run: asyncio.Task[None] | None = None
    run_id: str = ""
    seq: int = 0

    def append(self, kind: str, **fields: Any) -> None:
        self.seq += 1
        event = {
            "type": kind,
            "conversation_id": self.id,
            "run_id": self.run_id,
            "seq": self.seq,
            "cursor": len(self.log) + 1,
            "at": now(),
            **fields,
        }
        self.log.append(event)
        if kind == "message.accepted":
            self.accepted[fields["message_id"]] = event
        for follower in self.followers:
            follower.put(event)


def now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


@dataclass(slots=True, eq=False)
class Connection:
    """One client."""

    server: ReferenceServer
    socket: ServerConnection
    user: str
    open: dict[str, Conversation] = field(default_factory=dict)
    batched: set[str] = field(default_factory=set)
    outbox: asyncio.Queue[Message] = field(default_factory=asyncio.Queue)
    violations: int = 0
    messages: int = 0

    def put(self, message: Message) -> None:
        for outgoing in self.server.fault.mutate(dict(message)):
            self.outbox.put_nowait(outgoing)

    async def write(self) -> None:
        ahead: list[Message] = []
        while True:
            message = ahead.pop() if ahead else await self.outbox.get()
            together = [message]
            while self.joins(message) and not self.outbox.empty() and len(together) < LIMITS["max_batch_events"]:
                following = self.outbox.get_nowait()
                if not self.joins(following) or following["conversation_id"] != message["conversation_id"]:
                    ahead.append(following)
                    break
                together.append(following)
            await self.send(together)
            for _ in together:
                self.outbox.task_done()

    def joins(self, message: Message) -> bool:
        return "seq" in message and "duplicate" not in message and message["conversation_id"] in self.batched

    async def send(self, together: list[Message]) -> None:
        message = together[0]
        if self.joins(message):
            message = {"type": "events", "conversation_id": message["conversation_id"], "events": together}
        for outgoing in self.server.fault.mutate_frame(message):
            await self.socket.send(json.dumps(outgoing, ensure_ascii=False))

    def refuse(self, slug: str, about: Message, pointer: str = "", detail: str = "no") -> None:
        problem = self.server.problem(slug, detail)
        if pointer:
            problem["errors"] = [{"pointer": pointer, "detail": detail}]
        error = {"type": "error", "problem": problem}
        for name in ("correlation_id", "conversation_id", "message_id", "run_id"):
            if not self.server.contract.catalogue.faults({**error, name: about.get(name)}, "server"):
                error[name] = about[name]
        self.put(error)

    async def read(self) -> None:
        self.put(
            {
                "type": "connection.ready",
                "connection_id": uuid.uuid4().hex,
                "user_id": self.user,
                "tenant_id": str(uuid.uuid4()),
                "server_version": "0",
                "expires_at": (datetime.now(UTC) + timedelta(minutes=15)).isoformat(),
                "limits": LIMITS,
                "heartbeat": {"interval_seconds": 20, "timeout_seconds": 20},
            }
        )
        async for frame in self.socket:
            if not self.handle(frame):
                await self.outbox.join()
                await self.socket.close(self.server.fault.close_with or 4400, "invalid-message")

    def handle(self, frame: str | bytes) -> bool:
        try:
            message = read_frame(frame)
        except UnreadableFrameError as error:
            return self.violation("malformed-message", {}, "", str(error))
        faults = self.server.contract.catalogue.faults(message, "client")
        if self.server.fault.accepts_unknown_fields:
            faults = [fault for fault in faults if "Additional" not in fault]
        if faults:
            return self.violation("invalid-message", message, *pointer_of(faults[0], message))
        getattr(self, "on_" + message["type"].replace(".", "_"))(message)
        return True

    def violation(self, slug: str, message: Message, pointer: str, detail: str) -> bool:
        self.violations += 1
        if self.violations > LIMITS["max_violations_per_minute"]:
            return False
        self.refuse(slug, message, pointer, detail)
        return True

    def on_connection_ping(self, message: Message) -> None:
        self.put({"type": "connection.pong", "at": now(), **correlation(message)})

    def on_connection_reauthenticate(self, message: Message) -> None:
        name = message["access_token"].removeprefix("a.token.")
        if name == self.user or self.server.fault.believes_any_token:
            expires_at = (datetime.now(UTC) + timedelta(minutes=15)).isoformat()
            return self.put({"type": "connection.reauthenticated", "expires_at": expires_at, **correlation(message)})
        known = message["access_token"] != name
        return self.refuse("forbidden" if known else "unauthenticated", message)

    def on_conversation_close(self, message: Message) -> None:
        conversation = self.open.pop(message["conversation_id"], None)
        if conversation is None:
            return self.refuse("message-out-of-order", message)
        if not self.server.fault.follows_what_is_closed:
            conversation.followers.discard(self)
        about = {"conversation_id": conversation.id, **correlation(message)}
        return self.put({"type": "conversation.closed", **about})

    def on_conversation_open(self, message: Message) -> None:
        name = message.get("conversation_id")
        conversation = self.server.conversations.get(name) if name else Conversation(self.user)
        if conversation is None or conversation.owner != self.user:
            return self.refuse("conversation-not-found", message)
        after = message.get("after_cursor", len(conversation.log))
        if after > len(conversation.log):
            return self.refuse("invalid-message", message, "/after_cursor")
        if len(self.open) >= LIMITS["max_open_conversations"] and conversation.id not in self.open:
            return self.refuse("too-many-requests", message)
        self.server.conversations[conversation.id] = conversation
        self.open[conversation.id] = conversation
        (self.batched.add if message.get("batch") else self.batched.discard)(conversation.id)
        self.put(
            {
                "type": "conversation.opened",
                "conversation_id": conversation.id,
                "cursor": after,
                "active_runs": active_runs(conversation.log[:after]),
                **correlation(message),
            }
        )
        conversation.followers.add(self)
        for event in conversation.log[after + self.server.fault.forgets_on_resume :]:
            self.put(event)
        return None

    def on_agent_message(self, message: Message) -> None:
        self.messages += 1
        if self.messages > LIMITS["max_messages_per_minute"]:
            return self.refuse("too-many-requests", message)
        conversation = self.open.get(message["conversation_id"])
        if conversation is None:
            return self.refuse("message-out-of-order", message)
        before = conversation.accepted.get(message["message_id"])
        if before is not None and not self.server.fault.restarts_on_resend:
            if (before["text"], before["context"]) != (message["text"], message["context"]):
                return self.refuse("message-id-reused", message)
            return self.put({**before, "duplicate": True})
        if conversation.run is not None and not conversation.run.done():
            return self.refuse("run-in-progress", message)
        conversation.run_id, conversation.seq = str(uuid.uuid4()), 0
        conversation.append(
            "message.accepted", message_id=message["message_id"], text=message["text"], context=message["context"]
        )
        conversation.run = asyncio.create_task(answer(conversation))
        return None

    def on_run_cancel(self, message: Message) -> None:
        conversation = self.open.get(message["conversation_id"])
        if conversation is None:
            return self.refuse("message-out-of-order", message)
        if message["run_id"] not in {event["run_id"] for event in conversation.log}:
            return self.refuse("run-not-found", message)
        if message["run_id"] != conversation.run_id or conversation.run is None or conversation.run.done():
            return self.refuse("run-not-active", message)
        conversation.run.cancel()
        conversation.run = None
        conversation.append("agent.cancelled")
        return None


async def answer(conversation: Conversation) -> None:
    """A run with everything in it: a guide, a handoff, a step, a streamed text."""
    step = str(uuid.uuid4())
    story: list[tuple[str, Message]] = [
        ("agent.started", {"agent_id": "guide.concierge"}),
        (
            "agent.handoff",
            {"from_agent_id": "guide.concierge", "to_agent_id": "liaison.insights", "reason": "It is about a table."},
        ),
        ("agent.started", {"agent_id": "liaison.insights"}),
        ("step.started", {"step_id": step, "intent": "insights.profile_table", "title": "Profiling"}),
        ("step.completed", {"step_id": step, "summary": "Two rows."}),
        *[("agent.token", {"delta": delta}) for delta in ("Two ", "of three ", "rows.")],
        (
            "agent.completed",
            {"agent_id": "liaison.insights", "message_id": str(uuid.uuid4()), "text": "Two of three rows."},
        ),
    ]
    for kind, fields in story:
        # A round trip of the client fits in between, so that a cancel finds the run alive.
        await asyncio.sleep(0.002)
        conversation.append(kind, **fields)


def active_runs(log: list[Message]) -> list[Message]:
    """What had begun and not ended in a part of the log."""
    runs: dict[str, Message] = {}
    states = {"message.accepted": "accepted", "agent.started": "running", "agent.handoff": "handing_off"}
    for event in log:
        run = runs.setdefault(event["run_id"], {"run_id": event["run_id"], "steps": []})
        run |= {"seq": event["seq"], "state": states.get(event["type"], run.get("state"))}
        if event["type"] == "step.started":
            run["steps"].append(event["step_id"])
        elif event["type"] == "step.completed":
            run["steps"].remove(event["step_id"])
        elif event["type"] in {"agent.completed", "agent.failed", "agent.cancelled"}:
            del runs[event["run_id"]]
    return list(runs.values())


def correlation(message: Message) -> Message:
    return {"correlation_id": message["correlation_id"]} if "correlation_id" in message else {}


def pointer_of(fault: str, message: Message) -> tuple[str, str]:
    """The field that a fault is about, where the validator names only the object that it is in."""
    pointer, _, detail = fault.partition(": ")
    named = detail.split("'")[1] if "'" in detail else detail.split('"')[1] if '"' in detail else ""
    if pointer == "/type":
        return "/type", f'"{message.get("type")}" is not one of {ACCEPTED_TYPES}.'
    if "required" in detail or "Additional" in detail:
        return f"{pointer.rstrip('/')}/{named}", detail
    return pointer, detail


class ReferenceServer:
    """Serves until its context is left; also the credentials that a player asks for."""

    def __init__(self, contract: Contract, fault: Fault | None = None) -> None:
        self.contract = contract
        self.fault = fault or Fault()
        self.conversations: dict[str, Conversation] = {}
        self.users: dict[str, str] = {}
        self.tickets: dict[str, str] = {}
        self.uri = ""

    async def user_id(self, name: str) -> str:
        return self.users.setdefault(name, str(uuid.uuid4()))

    async def access_token(self, name: str) -> str:
        return f"a.token.{await self.user_id(name)}"

    async def ticket(self, name: str) -> str:
        value = uuid.uuid4().hex
        self.tickets[value] = await self.user_id(name)
        return value

    def problem(self, slug: str, detail: str) -> Message:
        entry = self.contract.documents.problems[slug]
        return {"type": f"/problems/{slug}", "title": entry.title, "status": entry.status, "detail": detail}

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[ReferenceServer]:
        async with serve(
            self._converse,
            "127.0.0.1",
            0,
            subprotocols=[SUBPROTOCOL],
            process_request=self._authenticate,
            max_size=LIMITS["max_message_bytes"],
        ) as server:
            self.uri = f"ws://127.0.0.1:{port_of(server)}/api/runtime/agent"
            yield self

    async def _converse(self, socket: ServerConnection) -> None:
        connection = Connection(self, socket, socket.user)  # type: ignore[attr-defined]
        writer = asyncio.create_task(connection.write())
        try:
            await connection.read()
        except ConnectionClosed:
            pass
        finally:
            for conversation in connection.open.values():
                conversation.followers.discard(connection)
            writer.cancel()

    def _authenticate(self, socket: ServerConnection, request: Request) -> Response | None:
        ticket = parse_qs(urlsplit(request.path).query).get("ticket", [""])[0]
        header = request.headers.get("Authorization", "")
        if header.startswith("Bearer a.token."):
            user = header.removeprefix("Bearer a.token.")
        elif ticket:
            user = self.tickets.pop(ticket, str(uuid.uuid4()) if self.fault.accepts_any_ticket else "")
        else:
            return self._refusal("unauthenticated")
        if not user:
            return self._refusal("invalid-ticket")
        if SUBPROTOCOL not in request.headers.get("Sec-WebSocket-Protocol", ""):
            return self._refusal("upgrade-required")
        socket.user = user  # type: ignore[attr-defined]
        return None

    def _refusal(self, slug: str) -> Response:
        problem = self.problem(slug, "Refused.")
        body = b"" if self.fault.refuses_with_bare_status else json.dumps(problem).encode()
        headers = Headers({"Content-Type": "application/problem+json", "Content-Length": str(len(body))})
        headers["X-Request-Id"] = uuid.uuid4().hex
        headers["WWW-Authenticate" if problem["status"] == 401 else "Upgrade"] = (
            "Bearer" if problem["status"] == 401 else "websocket"
        )
        return Response(problem["status"], HTTPStatus(problem["status"]).phrase, headers, body)


def port_of(server: Server) -> int:
    return int(next(iter(server.sockets)).getsockname()[1])
