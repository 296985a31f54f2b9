"""A session at work over frames in memory: order, slow readers, draining, and what happens when something fails."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest
import structlog
from structlog.testing import capture_logs

from agent_socket_stage import PRINCIPAL
from experience_plane.adapters.sql.conversation_log import SqlConversationLog
from experience_plane.agent_socket.connection import Connection
from experience_plane.agent_socket.limits import SocketLimits
from experience_plane.agent_socket.runs import Runs
from experience_plane.agent_socket.session import Session, SessionOptions
from experience_plane.conversations.model import Owner
from experience_plane.runtime.events import ExecutionCompleted, TokenEmitted
from experience_plane.security_guard.ports import PermissionDenied, Unauthenticated
from experience_plane.security_guard.principal import Principal
from experience_plane_api.protocol_monitor import ProtocolMonitor
from scripted_runtime import Line, ScriptedRuntime

OWNER = Owner(PRINCIPAL.user_id, PRINCIPAL.tenant_id)
ANSWER = (*[TokenEmitted("y")] * 20, ExecutionCompleted("y" * 20))
ENDS = {"agent.completed", "agent.failed", "agent.cancelled"}


class Peer:
    """The client's end of a socket; while `reading` is not set, it takes nothing from the wire."""

    def __init__(self) -> None:
        self.to_service: asyncio.Queue[str | bytes | None] = asyncio.Queue()
        self.to_client: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.reading = asyncio.Event()
        self.reading.set()
        self.closed: list[tuple[int, str]] = []
        self.frames: list[str] = []
        self.monitor = ProtocolMonitor()

    async def receive(self) -> str | bytes | None:
        return await self.to_service.get()

    async def send(self, text: str) -> None:
        await self.reading.wait()
        assert not self.closed, "nothing is sent after the close"
        message = json.loads(text)
        assert self.monitor.observe("server", message) == ()
        self.frames.append(text)
        for one in message["events"] if message["type"] == "events" else [message]:
            self.to_client.put_nowait(one)

    async def close(self, code: int, reason: str) -> None:
        self.closed.append((code, reason))

    def says(self, message_type: str, **fields: Any) -> None:
        message = {"type": message_type, **fields}
        self.monitor.observe("client", message)
        self.to_service.put_nowait(json.dumps(message))

    async def hears(self, message_type: str) -> dict[str, Any]:
        """The next message of a type; others before it are passed over."""
        async with asyncio.timeout(20):
            while (message := await self.to_client.get())["type"] != message_type:
                pass
        return message

    async def opens(self, conversation: str | None = None, **fields: Any) -> str:
        self.says("conversation.open", **({"conversation_id": conversation} if conversation else {}), **fields)
        conversation_id: str = (await self.hears("conversation.opened"))["conversation_id"]
        return conversation_id

    def writes(self, conversation: str, text: str = "hello", message_id: str | None = None) -> None:
        self.says(
            "agent.message",
            conversation_id=conversation,
            message_id=message_id or str(uuid4()),
            text=text,
            context={"surface": "general"},
        )


class House:
    """A log and runs, into which clients come."""

    def __init__(self, log: SqlConversationLog, *script: Line) -> None:
        self.log = log
        self.runs = Runs(log=log, runtime=ScriptedRuntime(script or ANSWER))
        self.clock: Any = lambda: datetime.fromisoformat("2030-01-02T03:04:05Z")
        self.sessions: dict[Peer, Session] = {}
        self.permissions = {"agents.talk"}
        self.tokens: dict[str, Principal] = {}

    async def permit(self, permission: str) -> None:
        if permission not in self.permissions:
            raise PermissionDenied(permission)

    async def authenticate(self, access_token: str) -> Principal:
        if access_token not in self.tokens:
            raise Unauthenticated("unknown")
        return self.tokens[access_token]

    @asynccontextmanager
    async def client(self, options: SessionOptions | None = None) -> AsyncIterator[Peer]:
        peer = Peer()
        connection = Connection(connection_id="c0ffee", principal=PRINCIPAL, limits=SocketLimits(), server_version="1")
        session = Session(
            frames=peer,
            connection=connection,
            owner=OWNER,
            permit=self.permit,
            authenticate=self.authenticate,
            log=self.log,
            runs=self.runs,
            clock=self.clock,
            options=options,
        )
        self.sessions[peer] = session
        task = asyncio.create_task(session.run())
        try:
            await peer.hears("connection.ready")
            yield peer
        finally:
            peer.to_service.put_nowait(None)
            async with asyncio.timeout(20):
                await task
            assert len(peer.closed) <= 1

    async def ended(self, peer: Peer) -> tuple[int, str]:
        """How the service closes the peer's socket."""
        async with asyncio.timeout(20):
            while not peer.closed:  # noqa: ASYNC110 - the peer is a fake without events
                await asyncio.sleep(0)
        return peer.closed[0]


async def test_a_message_is_answered_on_every_socket_that_has_the_conversation_open(log: SqlConversationLog) -> None:
    house = House(log)
    async with house.client() as one, house.client() as two:
        conversation = await one.opens()
        await two.opens(conversation)
        one.writes(conversation)
        answers = [await peer.hears("agent.completed") for peer in (one, two)]
        assert answers[0] == answers[1]
    assert log._feed._subscriptions == {}
    await house.runs.close()


async def test_a_message_sent_again_is_answered_alone(log: SqlConversationLog) -> None:
    house = House(log)
    async with house.client() as peer:
        conversation = await peer.opens()
        message_id = str(uuid4())
        peer.writes(conversation, message_id=message_id)
        await peer.hears("agent.completed")
        peer.writes(conversation, message_id=message_id)
        assert (await peer.hears("message.accepted"))["duplicate"] is True
        peer.says("connection.ping")
        assert (await peer.to_client.get())["type"] == "connection.pong"
    await house.runs.close()


async def test_opening_again_in_the_midst_of_an_answer_replays_without_a_gap(log: SqlConversationLog) -> None:
    """The peer's monitor judges the seam, twenty times over."""
    house = House(log)
    async with house.client() as peer:
        conversation = await peer.opens()
        peer.writes(conversation)
        for cursor in range(20):
            await peer.opens(conversation, after_cursor=min(cursor, 1))
        await peer.hears("agent.completed")
        assert len(house.sessions[peer]._followers) == 1
    await house.runs.close()


LONG = (*[TokenEmitted("y" * 100)] * 600, ExecutionCompleted("y" * 60_000))


async def test_a_slow_reader_holds_up_itself_and_nobody_else(log: SqlConversationLog) -> None:
    """Of far more events than may wait for it, few wait; once it reads, it gets all, together."""
    house = House(log, *LONG)
    options = SessionOptions(max_send_queue_bytes=4096, slow_reader_seconds=600)
    async with house.client(options) as slow, house.client() as quick:
        conversation = await slow.opens()
        await quick.opens(conversation)
        slow.reading.clear()
        quick.writes(conversation)
        answer = await quick.hears("agent.completed")
        assert slow.to_client.empty()
        assert house.sessions[slow]._outbox.waiting_bytes < 4096 + SocketLimits().max_batch_bytes
        slow.reading.set()
        assert await slow.hears("agent.completed") == answer
        assert len(slow.frames) < len(quick.frames) / 2
        assert [json.loads(frame)["type"] for frame in quick.frames].count("events") == 0
    await house.runs.close()


async def test_a_reader_that_stays_too_slow_is_closed_and_goes_on_from_its_cursor(log: SqlConversationLog) -> None:
    house = House(log, *LONG)
    async with house.client(SessionOptions(max_send_queue_bytes=4096, slow_reader_seconds=0.01)) as slow:
        conversation = await slow.opens()
        slow.reading.clear()
        slow.writes(conversation)
        assert await house.ended(slow) == (4508, "slow-reader")
    async with house.client() as again:
        await again.opens(conversation, after_cursor=0, batch=True)
        assert (await again.hears("agent.completed"))["text"] == "y" * 60_000
    await house.runs.close()


@pytest.mark.parametrize("way", ["expired", "revoked", "drained"])
async def test_a_close_does_not_wait_for_a_reader_that_does_not_read(log: SqlConversationLog, way: str) -> None:
    house = House(log, *LONG)
    async with house.client(SessionOptions(max_send_queue_bytes=4096, close_seconds=0.01)) as slow:
        conversation = await slow.opens()
        slow.reading.clear()
        slow.writes(conversation)
        while house.sessions[slow]._outbox.waiting_bytes < 4096:  # noqa: ASYNC110 - an outbox tells nobody
            await asyncio.sleep(0)
        session = house.sessions[slow]
        if way == "expired":
            house.clock = lambda: PRINCIPAL.expires_at
            session._clock = house.clock
            session._tick()
        elif way == "revoked":
            session.revoke()
        else:
            session.drain()
        code, _ = await house.ended(slow)
        assert code == (1001 if way == "drained" else 4401)
    await house.runs.close()


async def test_events_that_are_ready_come_together_for_who_asks(log: SqlConversationLog) -> None:
    house = House(log, *LONG)
    async with house.client() as peer:
        conversation = await peer.opens(batch=True)
        peer.writes(conversation)
        await peer.hears("agent.completed")
        batches = [json.loads(frame) for frame in peer.frames[2:]]
        assert {batch["type"] for batch in batches} == {"events"}
        limits = SocketLimits()
        assert all(len(batch["events"]) <= limits.max_batch_events for batch in batches)
        assert all(
            len(frame.encode()) <= limits.max_batch_bytes or len(json.loads(frame)["events"]) == 1
            for frame in peer.frames
        )
    await house.runs.close()


async def test_a_stopping_service_says_so(log: SqlConversationLog) -> None:
    house = House(log)
    async with house.client() as peer:
        await peer.opens()
        house.sessions[peer].drain()
        assert await house.ended(peer) == (1001, "the service is stopping")


async def test_a_drained_socket_is_told_what_came_before(log: SqlConversationLog) -> None:
    house = House(log)
    async with house.client() as peer:
        peer.says("connection.ping", correlation_id="p1")
        await peer.hears("connection.pong")
        house.sessions[peer].drain()
        await house.ended(peer)


async def test_authentication_that_ends_closes(log: SqlConversationLog) -> None:
    house = House(log)
    house.clock = lambda: PRINCIPAL.expires_at
    async with house.client() as peer:
        assert await house.ended(peer) == (4401, "unauthenticated")


async def test_a_log_that_fails_closes_with_an_internal_error_and_nothing_follows(log: SqlConversationLog) -> None:
    house = House(log)
    async with house.client() as peer:
        with patch.object(log, "create_conversation", side_effect=OSError("disk")):
            peer.says("conversation.open")
            assert await house.ended(peer) == (4500, "internal-error")


async def test_an_event_out_of_order_closes_its_readers_socket_and_not_the_process(log: SqlConversationLog) -> None:
    house = House(log)

    async def broken(conversation_id: UUID, after_cursor: int) -> Any:
        async for page in follow(conversation_id, after_cursor):
            yield [*page, *page]

    follow = log.follow
    async with house.client() as peer:
        with patch.object(log, "follow", broken):
            conversation = await peer.opens()
            peer.writes(conversation)
            assert await house.ended(peer) == (4500, "internal-error")
    await house.runs.close()


async def test_a_client_that_goes_leaves_its_run_to_be_finished(log: SqlConversationLog) -> None:
    gate = asyncio.Event()
    house = House(log, TokenEmitted("a"), gate, ExecutionCompleted("a"))
    async with house.client() as peer:
        conversation = await peer.opens()
        peer.writes(conversation)
        await peer.hears("agent.token")
    gate.set()
    async with house.client() as peer:
        await peer.opens(conversation, after_cursor=0)
        assert (await peer.hears("agent.completed"))["text"] == "a"
    await house.runs.close()


async def test_every_frame_is_answered_even_when_the_client_sends_nonsense(log: SqlConversationLog) -> None:
    house = House(log)
    async with house.client() as peer:
        for frame in (b"\x00", "{", '{"type":"intent"}', '{"type":"agent.message","text":"\x85"}'):
            peer.to_service.put_nowait(frame)
            assert (await peer.hears("error"))["problem"]["status"] in {400, 422}
        peer.writes(str(uuid4()), text="x")
        assert (await peer.hears("error"))["problem"]["type"] == "/problems/message-out-of-order"


async def test_who_loses_the_permission_to_talk_may_not_send_the_next_message(log: SqlConversationLog) -> None:
    house = House(log)
    async with house.client() as peer:
        conversation = await peer.opens()
        peer.writes(conversation)
        await peer.hears("agent.completed")
        house.permissions.clear()
        peer.writes(conversation)
        assert (await peer.hears("error"))["problem"]["type"] == "/problems/forbidden"
        assert not peer.closed


async def test_a_fresh_token_extends_the_connection_and_the_next_warning_comes_in_time(log: SqlConversationLog) -> None:
    house = House(log)
    first = PRINCIPAL.expires_at
    house.tokens["fresh"] = replace(PRINCIPAL, expires_at=first + timedelta(minutes=15))
    house.tokens["other"] = replace(PRINCIPAL, session_id=uuid4(), expires_at=first + timedelta(minutes=30))
    house.clock = lambda: first - timedelta(seconds=59)
    async with house.client() as peer:
        session = house.sessions[peer]
        assert (await peer.hears("connection.expiring"))["expires_at"] == first.isoformat().replace("+00:00", "Z")
        peer.says("connection.reauthenticate", correlation_id="r1", access_token="stale")
        assert (await peer.hears("error"))["problem"]["type"] == "/problems/unauthenticated"
        peer.says("connection.reauthenticate", correlation_id="r2", access_token="other")
        assert (await peer.hears("error"))["problem"]["type"] == "/problems/forbidden"
        peer.says("connection.reauthenticate", correlation_id="r3", access_token="fresh")
        assert (await peer.hears("connection.reauthenticated"))["correlation_id"] == "r3"
        assert session._deadline == first + timedelta(minutes=14)
        session._clock = lambda: first + timedelta(minutes=14)
        session._tick()
        await peer.hears("connection.expiring")
        session._clock = lambda: first + timedelta(minutes=15)
        session._tick()
        assert await house.ended(peer) == (4401, "unauthenticated")


async def test_a_closed_conversation_is_followed_no_more_and_the_run_goes_on(log: SqlConversationLog) -> None:
    gate = asyncio.Event()
    house = House(log, TokenEmitted("a"), gate, ExecutionCompleted("a"))
    async with house.client() as one, house.client() as two:
        conversation = await one.opens()
        await two.opens(conversation)
        one.writes(conversation)
        await one.hears("agent.token")
        one.says("conversation.close", conversation_id=conversation)
        await one.hears("conversation.closed")
        gate.set()
        await two.hears("agent.completed")
        one.says("connection.ping")
        assert (await one.to_client.get())["type"] == "connection.pong"
        assert house.sessions[one]._followers == {}
    await house.runs.close()


async def test_the_trace_of_a_message_is_that_of_its_run(log: SqlConversationLog) -> None:
    house = House(log, OSError("model"))
    trace_id = "4bf92f3577b34da6a3ce929d0e0e4736"
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        async with house.client() as peer:
            conversation = await peer.opens()
            fields = {"message_id": str(uuid4()), "text": "hello", "context": {"surface": "general"}}
            peer.says(
                "agent.message",
                conversation_id=conversation,
                traceparent=f"00-{trace_id}-00f067aa0ba902b7-01",
                **fields,
            )
            await peer.hears("agent.failed")
        await house.runs.close()
    assert [line["trace_id"] for line in lines if line["event"] == "run_failed"] == [trace_id]


async def test_a_drained_client_is_told_and_no_new_run_begins(log: SqlConversationLog) -> None:
    gate = asyncio.Event()
    house = House(log, TokenEmitted("a"), gate, ExecutionCompleted("a"))
    async with house.client() as peer:
        conversation = await peer.opens()
        other = await peer.opens()
        peer.writes(conversation)
        await peer.hears("agent.token")
        house.sessions[peer].announce_drain(timedelta(milliseconds=1370))
        assert (await peer.hears("connection.draining"))["reconnect_after_ms"] == 1370
        finishing = asyncio.create_task(house.runs.finish(20))
        await asyncio.sleep(0)
        peer.writes(other)
        assert (await peer.hears("error"))["problem"]["type"] == "/problems/not-ready"
        gate.set()
        await peer.hears("agent.completed")
        await finishing
        house.sessions[peer].drain()
        assert await house.ended(peer) == (1001, "the service is stopping")
    await house.runs.close()
