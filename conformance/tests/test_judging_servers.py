"""The whole engine against a small server that keeps the contract, or breaks it in one way, which must be named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from experience_conformance.cases import load_cases
from experience_conformance.handshake import play_refusals
from experience_conformance.judge import Contract
from experience_conformance.player import Target, play
from experience_conformance.results import CaseResult, SuiteResult, render
from experience_conformance.socket_suite import run_socket_suite
from reference_server import Fault, Message, ReferenceServer

CASES = {case.id: case for case in load_cases()}
SUBPROTOCOL = "experience.agent.v1"


async def judge(contract: Contract, case_id: str, fault: Fault | None = None) -> CaseResult:
    async with ReferenceServer(contract, fault).running() as server:
        target = Target(server.uri, SUBPROTOCOL, server)
        if case_id.startswith("handshake"):
            return next(result for result in await play_refusals(contract, target) if result.id == case_id)
        return await play(CASES[case_id], contract, target)


async def test_a_server_that_keeps_the_contract_passes_every_case(contract: Contract) -> None:
    async with ReferenceServer(contract).running() as server:
        result = await run_socket_suite(contract, Target(server.uri, SUBPROTOCOL, server))
    assert result.passed, render([result])


def changed(kind: str, **fields: Any) -> Fault:
    return Fault(mutate=lambda message: [message | fields] if message["type"] == kind else [message])


def without(kind: str) -> Fault:
    return Fault(mutate=lambda message: [] if message["type"] == kind else [message])


def doubled(kind: str) -> Fault:
    return Fault(mutate=lambda message: [message, message] if message["type"] == kind else [message])


def skip_a_number(message: Message) -> list[Message]:
    return [message | {"seq": message["seq"] + 1}] if message["type"] == "agent.token" else [message]


def speak_after_the_end(message: Message) -> list[Message]:
    if message["type"] != "agent.completed":
        return [message]
    late = {key: message[key] for key in ("conversation_id", "run_id", "at")}
    token = {"type": "agent.token", "seq": message["seq"] + 1, "cursor": message["cursor"] + 1, "delta": "more", **late}
    return [message, token]


def forget_the_status(message: Message) -> list[Message]:
    return [message | {"problem": message["problem"] | {"status": 400}}] if message["type"] == "error" else [message]


def announce_what_nobody_sent(message: Message) -> list[Message]:
    return [message, {"type": "connection.draining"}] if message["type"] == "connection.ready" else [message]


def unwrap(message: Message) -> list[Message]:
    return message["events"] if message["type"] == "events" else [message]


def in_events(change: Callable[[list[Message]], list[Message]]) -> Fault:
    return Fault(
        mutate_frame=lambda message: (
            [message | {"events": change(message["events"])}] if message["type"] == "events" else [message]
        )
    )


NOBODY = "0198c0dd-1111-7aaa-8bbb-0123456789ab"


@pytest.mark.parametrize(
    ("case_id", "fault", "rule"),
    [
        pytest.param("agent.message-1", Fault(mutate=skip_a_number), "law/seq-is-contiguous", id="a seq is skipped"),
        pytest.param("agent.message-1", Fault(mutate=speak_after_the_end), "machine/run", id="an event after the end"),
        pytest.param(
            "agent.message-1", changed("agent.handoff", cursor=1), "law/cursor-increases", id="cursor goes back"
        ),
        pytest.param(
            "agent.message-1", changed("agent.completed", text="?"), "law/text-is-the-tokens", id="other text"
        ),
        pytest.param("agent.message-1", without("step.completed"), "law/steps-end-first", id="a step is left open"),
        pytest.param("agent.message-1", without("agent.started"), "machine/run", id="nobody starts"),
        pytest.param("agent.message-1", doubled("agent.completed"), "machine/run", id="a second end"),
        pytest.param("agent.message-1", changed("agent.token", colour="red"), "schema/agent.token", id="unknown field"),
        pytest.param(
            "agent.message-1", changed("agent.started", type="agent_started"), "schema/agent_started", id="type"
        ),
        pytest.param("agent.message-1", changed("agent.started", at="now"), "schema/agent.started", id="no timestamp"),
        pytest.param("agent.message-1", without("connection.ready"), "conversation/expectation", id="no welcome"),
        pytest.param("connection.ready-1", doubled("connection.ready"), "machine/connection", id="two welcomes"),
        pytest.param(
            "connection.ready-1", changed("connection.ready", user_id=NOBODY), "conversation/expectation", id="user"
        ),
        pytest.param(
            "agent.message-2", Fault(restarts_on_resend=True), "conversation/expectation", id="resend restarts"
        ),
        pytest.param("agent.message-4", Fault(restarts_on_resend=True), "conversation/expectation", id="id used again"),
        pytest.param(
            "connection.ping-1", changed("connection.pong", correlation_id="p9"), "reply/correlation", id="other id"
        ),
        pytest.param("connection.ping-1", without("connection.pong"), "conversation/expectation", id="no pong"),
        pytest.param("connection.ping-1", doubled("connection.pong"), "reply/correlation", id="two pongs"),
        pytest.param("error-1", Fault(mutate=forget_the_status), "problem/status", id="a status not of the registry"),
        pytest.param("error-2", Fault(accepts_unknown_fields=True), "reply/refusal", id="an unknown field is accepted"),
        pytest.param("resume-1", Fault(forgets_on_resume=True), "law/seq-is-contiguous", id="an event lost on resume"),
        pytest.param(
            "conversation.close-1",
            Fault(follows_what_is_closed=True),
            "machine/conversation",
            id="events after the close",
        ),
        pytest.param(
            "conversation.close-1",
            changed("conversation.closed", correlation_id="c9"),
            "reply/correlation",
            id="another conversation is closed",
        ),
        pytest.param(
            "connection.reauthenticate-2",
            Fault(believes_any_token=True),
            "conversation/expectation",
            id="any token will do",
        ),
        pytest.param(
            "connection.reauthenticate-1",
            without("connection.reauthenticated"),
            "conversation/expectation",
            id="no answer",
        ),
        pytest.param(
            "connection.ping-1",
            Fault(mutate=announce_what_nobody_sent),
            "schema/connection.draining",
            id="draining without a time",
        ),
        pytest.param("events-1", Fault(mutate_frame=unwrap), "conversation/expectation", id="not together"),
        pytest.param("events-1", Fault(mutate=skip_a_number), "law/seq-is-contiguous", id="a seq is skipped in events"),
        pytest.param(
            "events-1",
            in_events(lambda events: [*events[:-1], events[-1] | {"conversation_id": NOBODY}]),
            "envelope/same",
            id="an event of another conversation",
        ),
        pytest.param(
            "events-2", in_events(lambda events: events * 2), "envelope/items", id="more events than may come together"
        ),
        pytest.param("events-2", in_events(lambda events: events[::-1]), "law/cursor-increases", id="the wrong way"),
        pytest.param("x-protocol.violation-1", Fault(close_with=1011), "close/code", id="another close code"),
        pytest.param("x-protocol.violation-1", Fault(close_with=4500), "close/reason", id="a code of another problem"),
        pytest.param("handshake-2", Fault(accepts_any_ticket=True), "handshake/accepted", id="any ticket will do"),
        pytest.param(
            "handshake-1", Fault(refuses_with_bare_status=True), "handshake/body", id="a refusal without problem"
        ),
    ],
)
async def test_a_server_that_breaks_the_contract_is_told_what_it_breaks(
    contract: Contract, case_id: str, fault: Fault, rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("experience_conformance.socket_client.ANSWER_SECONDS", 0.5)
    result = await judge(contract, case_id, fault)
    assert rule in {violation.rule for violation in result.violations}, render([SuiteResult("socket", (result,))])


async def test_the_report_says_which_case_failed_and_shows_its_frames(contract: Contract) -> None:
    """What a person needs in order to see who is wrong: the rule, and the conversation up to it."""
    result = await judge(contract, "agent.message-1", Fault(mutate=skip_a_number))
    report = render([SuiteResult("socket", (result,))])
    assert "FAIL  agent.message-1" in report
    assert "law/seq-is-contiguous: /seq is 8 where 7 is next" in report
    assert 'a -> {"type": "conversation.open"' in report
    assert report.endswith("FAIL: the backend breaks the contract in 1 of 1 cases.")
