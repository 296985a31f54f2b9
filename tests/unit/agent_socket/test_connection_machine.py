"""Random clients, results and events against one connection: what it transmits always keeps the contract."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from agent_socket_stage import EXPIRES_AT, PRINCIPAL, SCHEMAS, Stage
from experience_plane.agent_socket.outputs import (
    CancelRun,
    Close,
    Follow,
    OpenConversation,
    Output,
    Reauthenticate,
    StartRun,
    Transmit,
    Unfollow,
)
from experience_plane.conversations.log import ConversationNotFound, MessageIdReused, RunInProgress, RunNotActive
from experience_plane.conversations.model import ActiveRun, LoggedEvent, Position
from experience_plane_api.agent_socket import CLIENT_MESSAGES
from protocol_stories import EXAMPLES, example

CONVERSATIONS = [str(UUID(int=number)) for number in (11, 12, 13)]
NEXT: dict[str, list[str]] = {
    "": ["message.accepted"],
    "message.accepted": ["agent.started", "agent.handoff", "agent.failed", "agent.cancelled"],
    "agent.started": ["agent.token", "agent.handoff", "agent.failed", "agent.cancelled"],
    "agent.token": ["agent.token", "agent.failed", "agent.cancelled"],
    "agent.handoff": ["agent.started", "agent.failed", "agent.cancelled"],
}
STATES = {"message.accepted": "accepted", "agent.handoff": "handing_off"}
JUNK = ["{", "[]", '{"type":"intent"}', '{"type":"agent.started"}', json.dumps(EXAMPLES["agent.token"][0])]
ENDS = {"agent.failed", "agent.cancelled"}


class AConnection(RuleBasedStateMachine):
    """The log of each conversation is a list; what was opened is delivered from its position on."""

    def __init__(self) -> None:
        super().__init__()
        self.stage = Stage(max_open_conversations=2, max_messages_per_minute=5, max_violations_per_minute=6)
        self.logs: dict[str, list[LoggedEvent]] = {conversation: [] for conversation in CONVERSATIONS}
        self.followed: dict[str, int] = {}
        self.pending: Output | None = None
        self.closed = False
        self.expires_at = EXPIRES_AT

    @initialize()
    def start(self) -> None:
        self.stage.connection.start()
        self.settle()

    @rule(
        message_type=st.sampled_from([*CLIENT_MESSAGES]),
        conversation=st.sampled_from(CONVERSATIONS),
        cursor=st.integers(0, 6),
        seconds=st.integers(0, 40),
        batch=st.booleans(),
    )
    @precondition(lambda self: self.pending is None)
    def client_sends(self, message_type: str, conversation: str, cursor: int, seconds: int, *, batch: bool) -> None:
        self.stage.now = min(self.stage.now + timedelta(seconds=seconds), self.expires_at)
        about = not message_type.startswith("connection.")
        fields: dict[str, Any] = {"conversation_id": conversation} if about else {}
        if message_type == "conversation.open" and cursor < 5:
            fields["after_cursor"] = cursor
        if message_type == "conversation.open":
            fields["batch"] = batch
        message = example(message_type) | fields
        self.stage.judge.observe("client", message)
        self.stage.sends_text(json.dumps(message))
        self.settle()

    @rule(
        junk=st.sampled_from(
            ["{", "[]", '{"type":"intent"}', '{"type":"agent.started"}', json.dumps(EXAMPLES["agent.token"][0])]
        )
    )
    def client_breaks_the_contract(self, junk: str) -> None:
        self.stage.sends_text(junk)
        self.settle()

    @rule(refusal=st.sampled_from([None, ConversationNotFound(), RunInProgress(), MessageIdReused(), RunNotActive()]))
    @precondition(lambda self: self.pending is not None)
    def result_comes(self, refusal: Exception | None) -> None:
        request, self.pending = self.pending, None
        connection = self.stage.connection
        if isinstance(request, Reauthenticate):
            self.reauthenticated(request, refusal)
        elif refusal is not None:
            connection.refused(request.message, refusal)  # type: ignore[union-attr]
        elif isinstance(request, OpenConversation):
            conversation = str(request.message.conversation_id)
            log = self.logs[conversation]
            cursor = request.message.after_cursor if isinstance(request.message.after_cursor, int) else len(log)
            cursor = min(cursor, len(log))
            connection.conversation_opened(request.message, UUID(conversation), Position(cursor, _active(log[:cursor])))
        elif isinstance(request, StartRun):
            accepted = [event for event in self.logs[str(request.message.conversation_id)] if event.seq == 1]
            if accepted:
                connection.message_accepted_before(accepted[0])
        self.settle()

    def reauthenticated(self, request: Reauthenticate, refusal: Exception | None) -> None:
        if refusal is not None:
            self.stage.connection.reauthentication_refused(request.message, refusal)
        else:
            later = max(self.expires_at, self.stage.now + timedelta(minutes=15))
            if not self.stage.connection.closed:
                self.expires_at = later
            self.stage.connection.reauthenticated(request.message, replace(PRINCIPAL, expires_at=later))

    @rule(conversation=st.sampled_from(CONVERSATIONS), data=st.data())
    def the_log_grows(self, conversation: str, data: st.DataObject) -> None:
        log = self.logs[conversation]
        last = log[-1].type if log and log[-1].type not in ENDS else ""
        message_type = data.draw(st.sampled_from(NEXT[last]))
        run = log[-1].run_id if last else UUID(int=UUID(conversation).int * 1000 + len(log))
        seq = log[-1].seq + 1 if last else 1
        place = {"conversation_id": conversation, "run_id": str(run)}
        log.append(self.stage.logged(message_type, **place, seq=seq, cursor=len(log) + 1))

    @rule(conversation=st.sampled_from(CONVERSATIONS), behind=st.booleans())
    @precondition(lambda self: self.followed)
    def events_are_delivered(self, conversation: str, *, behind: bool) -> None:
        if conversation in self.followed:
            for portion in self.stage.connection.portions(self.logs[conversation][self.followed[conversation] :]):
                self.stage.connection.deliver(portion, behind=behind)
            self.followed[conversation] = len(self.logs[conversation])
            self.settle()

    @rule(early=st.booleans())
    def time_passes(self, *, early: bool) -> None:
        """To the moment at which the connection wants to be told, or not as far."""
        connection = self.stage.connection
        self.stage.now = max(self.stage.now, connection.deadline - timedelta(seconds=early))
        connection.tick(self.stage.now)
        self.settle()
        assert self.closed or connection.deadline > self.stage.now

    @rule()
    def the_service_drains(self) -> None:
        self.stage.connection.drain(timedelta(seconds=1))
        self.settle()

    @invariant()
    def a_closed_connection_says_so(self) -> None:
        assert self.stage.connection.closed == self.closed

    def settle(self) -> None:
        for output in self.stage.connection.take_outputs():
            assert not self.closed, "nothing follows a close"
            match output:
                case Transmit(text):
                    message = json.loads(text)
                    assert SCHEMAS[message["type"]].is_valid(message), message
                    assert self.stage.judge.observe("server", message) == ()
                case Close(code):
                    assert code in {4400, 4401}
                    self.closed = True
                case Follow(conversation_id, after_cursor):
                    self.followed[str(conversation_id)] = after_cursor
                case Unfollow(conversation_id):
                    self.followed.pop(str(conversation_id), None)
                case OpenConversation() | StartRun() | CancelRun() | Reauthenticate():
                    assert self.pending is None
                    self.pending = output


def _active(log: list[LoggedEvent]) -> tuple[ActiveRun, ...]:
    if not log or log[-1].type in ENDS:
        return ()
    return (ActiveRun(log[-1].run_id, log[-1].seq, STATES.get(log[-1].type, "running"), ()),)  # type: ignore[arg-type]


TestAConnection = AConnection.TestCase
TestAConnection.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
