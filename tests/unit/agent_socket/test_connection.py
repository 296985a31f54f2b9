"""One connection as a client sees it, told in sentences; there is no I/O and the clock stands still."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from agent_socket_stage import EXPIRES_AT, NOW, PRINCIPAL, Stage
from experience_plane.agent_socket.connection import OwnViolation
from experience_plane.agent_socket.outputs import (
    CancelRun,
    Follow,
    OpenConversation,
    Reauthenticate,
    StartRun,
    Unfollow,
)
from experience_plane.conversations.log import ConversationNotFound, RunInProgress
from experience_plane.conversations.model import Position
from experience_plane.security_guard.ports import Unauthenticated
from protocol_stories import CONVERSATION, RUN

OTHER = "0198c0de-a9f2-7c3e-8f4b-ffffffffffff"


def test_the_service_speaks_first() -> None:
    stage = Stage()
    ready = stage.start()
    assert ready["type"] == "connection.ready"
    assert ready["limits"]["max_messages_per_minute"] == 3
    assert ready["expires_at"] == "2030-01-02T03:19:05Z"


def test_a_ping_is_answered_with_its_mark_and_the_time() -> None:
    stage = Stage.ready()
    stage.sends("connection.ping", correlation_id="p1")
    assert stage.hears() == {"type": "connection.pong", "correlation_id": "p1", "at": "2030-01-02T03:04:05Z"}


def test_a_ping_without_a_mark_is_answered_without_one() -> None:
    stage = Stage.ready()
    stage.sends("connection.ping")
    assert "correlation_id" not in stage.hears()


def test_opening_asks_for_the_conversation_and_then_follows_it() -> None:
    stage = Stage.ready()
    stage.sends("conversation.open", correlation_id="c1")
    request = stage.asks(OpenConversation)
    stage.answers_opened(request, cursor=7)
    opened = stage.hears()
    assert (opened["type"], opened["cursor"], opened["correlation_id"]) == ("conversation.opened", 7, "c1")
    assert stage.asks(Follow) == Follow(UUID(CONVERSATION), 7)


def test_opening_what_does_not_exist_is_an_error_with_its_ids() -> None:
    stage = Stage.ready()
    stage.sends("conversation.open", conversation_id=CONVERSATION, correlation_id="c1")
    stage.refuses(stage.asks(OpenConversation), ConversationNotFound())
    error = stage.hears_error("conversation-not-found")
    assert (error["conversation_id"], error["correlation_id"]) == (CONVERSATION, "c1")


def test_the_last_allowed_conversation_opens_and_one_more_does_not() -> None:
    stage = Stage.ready(max_open_conversations=2)
    stage.opens(CONVERSATION)
    stage.opens(OTHER)
    stage.sends("conversation.open")
    stage.hears_error("too-many-requests")
    stage.opens(OTHER)


def test_a_message_in_a_conversation_that_is_not_open_is_out_of_order() -> None:
    stage = Stage.ready()
    stage.writes()
    error = stage.hears_error("message-out-of-order")
    assert error["conversation_id"] == CONVERSATION
    assert error["message_id"]


def test_a_message_starts_a_run() -> None:
    stage = Stage.with_conversation()
    stage.writes("hello")
    assert stage.asks(StartRun).message.text == "hello"


def test_a_refused_message_is_an_error_with_its_message_id() -> None:
    stage = Stage.with_conversation()
    stage.writes()
    request = stage.asks(StartRun)
    stage.refuses(request, RunInProgress())
    assert stage.hears_error("run-in-progress")["message_id"] == str(request.message.message_id)


def test_an_error_of_ours_tells_nothing() -> None:
    stage = Stage.with_conversation()
    stage.writes()
    stage.refuses(stage.asks(StartRun), RuntimeError("password=hunter2"))
    assert "hunter2" not in json.dumps(stage.hears_error("internal-error"))


def test_a_message_that_was_accepted_before_is_answered_once_more_as_a_duplicate() -> None:
    stage = Stage.with_conversation()
    stage.delivers("message.accepted", seq=1, cursor=1)
    first = stage.hears()
    stage.connection.message_accepted_before(stage.logged("message.accepted", seq=1, cursor=1))
    assert stage.hears() == first | {"duplicate": True}


def test_the_longest_text_is_taken_and_one_more_code_point_is_not() -> None:
    stage = Stage.with_conversation(max_text_length=5)
    stage.writes("😀" * 5)
    stage.asks(StartRun)
    stage.writes("a" * 6)
    assert stage.hears_error("invalid-message")["problem"]["errors"][0]["pointer"] == "/text"


def test_the_last_message_of_a_minute_is_taken_and_one_more_is_not() -> None:
    stage = Stage.with_conversation(max_messages_per_minute=3)
    for _ in range(3):
        stage.writes()
        stage.asks(StartRun)
    stage.now += timedelta(seconds=59.999)
    stage.writes()
    stage.hears_error("too-many-requests")
    stage.now += timedelta(seconds=0.001)
    stage.writes()
    stage.asks(StartRun)


def test_the_last_tolerated_violation_is_an_error_and_one_more_closes() -> None:
    stage = Stage.ready(max_violations_per_minute=2)
    for _ in range(2):
        stage.sends_text("{")
        stage.hears_error("malformed-message")
    stage.sends("intent")
    stage.hears_error("invalid-message")
    stage.is_closed_with(4400, "invalid-message")


def test_violations_are_forgotten_after_a_minute() -> None:
    stage = Stage.ready(max_violations_per_minute=2)
    for _ in range(10):
        stage.sends_text("{")
        stage.hears_error("malformed-message")
        stage.now += timedelta(seconds=30)
    stage.hears_nothing()


def test_a_binary_frame_is_malformed() -> None:
    stage = Stage.ready()
    stage.connection.receive_binary(stage.now)
    stage.hears_error("malformed-message")


def test_the_connection_lives_on_after_the_drift_that_started_the_project() -> None:
    stage = Stage.ready()
    stage.sends("intent", text="hello")
    error = stage.hears_error("invalid-message")["problem"]
    assert error["errors"][0]["pointer"] == "/type"
    assert "agent.message" in error["detail"]
    stage.sends("connection.ping")
    assert stage.hears()["type"] == "connection.pong"


def test_cancelling_is_asked_for_even_before_this_connection_has_seen_the_run() -> None:
    stage = Stage.with_conversation()
    stage.sends("run.cancel", conversation_id=CONVERSATION, run_id=RUN)
    assert str(stage.asks(CancelRun).message.run_id) == RUN


def test_the_client_is_warned_a_minute_before_and_authentication_ends_at_its_deadline() -> None:
    """Once, and not a microsecond before."""
    stage, minute, moment = Stage.ready(), timedelta(minutes=1), timedelta(microseconds=1)
    assert stage.connection.deadline == EXPIRES_AT - minute
    stage.passes(EXPIRES_AT - minute - moment - stage.now)
    stage.hears_nothing()
    stage.passes(moment)
    assert stage.hears()["type"] == "connection.expiring"
    assert stage.connection.deadline == EXPIRES_AT
    stage.passes(minute - moment)
    stage.hears_nothing()
    stage.passes(moment)
    stage.is_closed_with(4401, "unauthenticated")


def test_nothing_follows_a_close() -> None:
    stage = Stage.with_conversation()
    stage.connection.tick(EXPIRES_AT)
    stage.is_closed_with(4401, "unauthenticated")
    stage.writes()
    stage.sends_text("{")
    stage.connection.receive_binary(NOW)
    stage.connection.tick(EXPIRES_AT)
    stage.delivers("message.accepted", seq=1, cursor=1)
    stage.connection.message_accepted_before(stage.logged("message.accepted", seq=1, cursor=1))
    stage.hears_nothing()


def test_events_are_delivered_byte_for_byte() -> None:
    stage = Stage.with_conversation()
    event = stage.logged("message.accepted", seq=1, cursor=1)
    stage.connection.deliver([event])
    assert stage.hears_text() == event.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"message_type": "agent.started", "seq": 1, "cursor": 1},
        {"message_type": "message.accepted", "seq": 2, "cursor": 1},
        {"message_type": "message.accepted", "seq": 1, "cursor": 1, "conversation_id": OTHER},
    ],
)
def test_an_event_in_the_wrong_order_is_a_fault_of_ours_and_is_not_sent(wrong: dict[str, Any]) -> None:
    stage = Stage.with_conversation()
    with pytest.raises(OwnViolation):
        stage.delivers(**wrong)
    stage.hears_nothing()


def test_an_event_that_was_delivered_before_is_a_fault_of_ours() -> None:
    stage = Stage.with_conversation()
    stage.delivers("message.accepted", seq=1, cursor=1)
    with pytest.raises(OwnViolation):
        stage.delivers("message.accepted", seq=1, cursor=1)


def test_opening_again_replays_from_the_new_position() -> None:
    stage = Stage.with_conversation()
    for seq, message_type in enumerate(("message.accepted", "agent.started", "agent.cancelled"), 1):
        stage.delivers(message_type, seq=seq, cursor=seq)
        stage.hears()
    stage.opens(CONVERSATION, after_cursor=0)
    for seq, message_type in enumerate(("message.accepted", "agent.started", "agent.cancelled"), 1):
        stage.delivers(message_type, seq=seq, cursor=seq)
        assert stage.hears()["type"] == message_type


def test_a_message_id_may_be_anything_that_is_a_uuid() -> None:
    stage = Stage.with_conversation()
    message_id = uuid4()
    stage.sends(
        "agent.message",
        conversation_id=CONVERSATION.upper(),
        message_id=str(message_id).upper(),
        text="x",
        context={"surface": "general"},
    )
    assert stage.asks(StartRun).message.message_id == message_id


def test_as_many_events_come_together_as_the_limits_allow_and_one_more_comes_next() -> None:
    stage = Stage.ready(max_batch_events=3, max_batch_bytes=1200)
    stage.sends("conversation.open", conversation_id=CONVERSATION, batch=True)
    stage.answers_opened(stage.asks(OpenConversation))
    stage.hears()
    stage.asks(Follow)
    small = [
        stage.logged("message.accepted", seq=1, cursor=1, text="a"),
        stage.logged("agent.started", seq=2, cursor=2),
        *(stage.logged("agent.token", seq=number, cursor=number, delta="a") for number in (3, 4)),
    ]
    large = [stage.logged("agent.token", seq=number, cursor=number, delta="é" * 600) for number in (5, 6)]
    portions = list(stage.connection.portions([*small, *large]))
    assert [len(portion) for portion in portions] == [3, 1, 1, 1]
    for portion in portions:
        stage.connection.deliver(portion)
        text = stage.hears_text()
        assert len(text.encode()) <= 1200 or len(portion) == 1
    assert list(stage.connection.portions([])) == []


def test_a_token_of_the_same_session_extends_the_connection_and_no_other_does() -> None:
    stage = Stage.ready()
    later = EXPIRES_AT + timedelta(minutes=15)
    for wrong in ({"user_id": uuid4()}, {"session_id": uuid4()}):
        stage.sends("connection.reauthenticate", correlation_id="r1", access_token="a.b.c")
        request = stage.asks(Reauthenticate).message
        stage.connection.reauthenticated(request, replace(PRINCIPAL, expires_at=later, **wrong))
        assert stage.hears_error("forbidden")["correlation_id"] == "r1"
    stage.sends("connection.reauthenticate", correlation_id="r2", access_token="a.b.c")
    stage.connection.reauthenticated(stage.asks(Reauthenticate).message, replace(PRINCIPAL, expires_at=later))
    assert stage.hears()["correlation_id"] == "r2"
    assert stage.connection.deadline == later - timedelta(minutes=1)


def test_tokens_that_are_no_good_end_the_connection_when_they_are_repeated() -> None:
    stage = Stage.ready(max_violations_per_minute=2)
    for _ in range(3):
        stage.sends("connection.reauthenticate", access_token="a.b.c")
        stage.connection.reauthentication_refused(stage.asks(Reauthenticate).message, Unauthenticated("unknown"))
        stage.hears_error("unauthenticated")
    stage.is_closed_with(4400, "invalid-message")


def test_an_event_after_the_answer_to_a_close_is_a_fault_of_ours() -> None:
    stage = Stage.with_conversation()
    stage.sends("conversation.close", conversation_id=CONVERSATION, correlation_id="c1")
    stage.asks(Unfollow)
    assert stage.hears()["type"] == "conversation.closed"
    with pytest.raises(OwnViolation):
        stage.delivers("message.accepted", seq=1, cursor=1)
    stage.hears_nothing()


def test_a_position_older_than_what_is_kept_is_answered_with_a_reset() -> None:
    stage = Stage.ready()
    stage.sends("conversation.open", conversation_id=CONVERSATION, after_cursor=3)
    request = stage.asks(OpenConversation).message
    stage.connection.conversation_opened(request, UUID(CONVERSATION), Position(40, (), reset=True))
    opened = stage.hears()
    assert (opened["reset"], opened["cursor"]) == (True, 40)
