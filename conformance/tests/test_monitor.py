"""The monitor and the laws, message by message, without any socket."""

from __future__ import annotations

from typing import Any

import pytest

from experience_conformance.judge import Contract
from experience_conformance.monitor import Monitor

CONVERSATION = "0198c0de-a9f2-7c3e-8f4b-1a2b3c4d5e6f"
RUN = "0198c0de-b000-7c3e-8f4b-1a2b3c4d5e6f"
OTHER_RUN = "0198c0de-b999-7c3e-8f4b-1a2b3c4d5e6f"
STEP = "0198c0de-b111-7c3e-8f4b-1a2b3c4d5e6f"

READY = {"type": "connection.ready"}
OPEN = {"type": "conversation.open", "conversation_id": CONVERSATION}
CANCEL = {"type": "run.cancel", "conversation_id": CONVERSATION, "run_id": RUN}
MESSAGE = {"type": "agent.message", "conversation_id": CONVERSATION, "message_id": "m"}


def opened(cursor: int = 0, active_runs: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    message = {"type": "conversation.opened", "conversation_id": CONVERSATION}
    return {**message, "cursor": cursor, "active_runs": active_runs or []}


def event(kind: str, number: int, **fields: Any) -> dict[str, Any]:
    position = {"seq": number, "cursor": number}
    return {"type": kind, "conversation_id": CONVERSATION, "run_id": RUN, **position, **fields}


STORY = [
    READY,
    opened(),
    event("message.accepted", 1),
    event("agent.started", 2),
    event("agent.handoff", 3),
    event("agent.started", 4),
    event("step.started", 5, step_id=STEP),
    event("step.completed", 6, step_id=STEP),
    event("agent.token", 7, delta="Three of "),
    event("agent.token", 8, delta="the rows."),
    event("agent.completed", 9, text="Three of the rows."),
]


def rules(contract: Contract, messages: list[dict[str, Any]]) -> list[str]:
    """The rules that the last message breaks; all before it must break none."""
    monitor = Monitor(contract.protocol)
    for message in messages[:-1]:
        assert monitor.server(message) == []
    return [violation.rule for violation in monitor.server(messages[-1])]


def test_the_story_of_the_contract_is_accepted(contract: Contract) -> None:
    assert rules(contract, STORY) == []


@pytest.mark.parametrize(
    ("messages", "rule"),
    [
        pytest.param([opened()], "machine/connection", id="speaks before it is ready"),
        pytest.param([READY, READY], "machine/connection", id="is ready twice"),
        pytest.param(
            [READY, event("message.accepted", 1)], "machine/conversation", id="event of a closed conversation"
        ),
        pytest.param([*STORY[:2], event("agent.started", 1)], "machine/run", id="starts what was never accepted"),
        pytest.param(
            [*STORY[:3], event("agent.token", 2, delta="a")], "machine/run", id="a token before anyone started"
        ),
        pytest.param([*STORY[:5], event("agent.token", 4, delta="a")], "machine/run", id="a token between two agents"),
        pytest.param([*STORY[:4], event("agent.started", 3)], "machine/run", id="starts twice"),
        pytest.param([*STORY, event("agent.failed", 10)], "machine/run", id="two ends"),
        pytest.param([*STORY, event("message.accepted", 1)], "machine/run", id="accepted again and not a duplicate"),
        pytest.param([*STORY[:7], event("step.started", 6, step_id=STEP)], "machine/step", id="a step starts twice"),
        pytest.param([*STORY[:6], event("step.failed", 5, step_id=STEP)], "machine/step", id="an unknown step ends"),
        pytest.param([*STORY[:3], event("agent.started", 3)], "law/seq-is-contiguous", id="a gap in seq"),
        pytest.param(
            [*STORY[:2], event("message.accepted", 2)], "law/seq-is-contiguous", id="seq does not begin with 1"
        ),
        pytest.param(
            [*STORY[:3], event("agent.started", 2, cursor=1)], "law/cursor-increases", id="cursor stands still"
        ),
        pytest.param(
            [READY, opened(5), event("message.accepted", 1)], "law/cursor-increases", id="before the position"
        ),
        pytest.param(
            [*STORY[:10], event("agent.completed", 9, text="Three")], "law/text-is-the-tokens", id="text cut off"
        ),
        pytest.param([*STORY[:7], event("agent.completed", 6, text="")], "law/steps-end-first", id="an open step"),
        pytest.param([*STORY[:7], event("agent.handoff", 6)], "law/steps-end-first", id="a handoff with an open step"),
        pytest.param(
            [*STORY[:3], event("message.accepted", 1, cursor=2, run_id=OTHER_RUN)],
            "law/one-run-at-a-time",
            id="two runs at once",
        ),
    ],
)
def test_what_breaks_the_order_is_named(contract: Contract, messages: list[dict[str, Any]], rule: str) -> None:
    assert rule in rules(contract, messages)


def test_a_duplicate_is_a_reply_and_moves_nothing(contract: Contract) -> None:
    assert rules(contract, [*STORY, event("message.accepted", 1, duplicate=True)]) == []
    assert rules(contract, [*STORY[:5], event("message.accepted", 1, duplicate=True), event("agent.started", 4)]) == []


def test_a_resumed_run_goes_on_where_it_was(contract: Contract) -> None:
    run = {"run_id": RUN, "seq": 5, "state": "running", "steps": [STEP]}
    resumed = [READY, opened(5, [run])]
    assert rules(contract, [*resumed, *STORY[7:]]) == []
    assert rules(contract, [*resumed, STORY[8]]) == ["law/seq-is-contiguous"]
    early_end = event("agent.completed", 6, text="")
    assert rules(contract, [*resumed, early_end]) == ["law/steps-end-first"]


def test_opening_again_from_the_beginning_replays_the_run(contract: Contract) -> None:
    assert rules(contract, [*STORY, opened(), *STORY[2:]]) == []
    assert rules(contract, [*STORY[:9], opened(), *STORY[2:]]) == []


def test_the_client_is_told_what_the_server_owes_it(contract: Contract) -> None:
    monitor = Monitor(contract.protocol)
    for message in STORY[:2]:
        monitor.server(message)
    assert monitor.client(MESSAGE) is None
    assert monitor.client(CANCEL) is None
    for message in STORY[2:]:
        monitor.server(message)
    assert monitor.client(CANCEL) == "run-not-active"
    assert monitor.client({**MESSAGE, "conversation_id": RUN}) == "message-out-of-order"


def test_an_open_that_is_refused_leaves_the_conversation_closed(contract: Contract) -> None:
    monitor = Monitor(contract.protocol)
    monitor.server(READY)
    assert monitor.client(OPEN) is None
    assert monitor.state("conversation", (CONVERSATION,)) == "opening"
    assert monitor.server({"type": "error", "conversation_id": CONVERSATION}) == []
    assert monitor.state("conversation", (CONVERSATION,)) == "closed"
