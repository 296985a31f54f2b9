"""The generated monitor, judged by the tables of the contract itself."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experience_plane_api.protocol_monitor import REMEMBERED, ProtocolMonitor
from protocol_stories import CONVERSATION, DIRECTION, EXAMPLES, PROTOCOL, READY, RUN, STEP, Story, example, stories

OTHER_RUN = "0198c0de-b222-7c3e-8f4b-1a2b3c4d5e6f"
OPEN = ("client", example("conversation.open", after_cursor=0))
CLOSE = ("client", example("conversation.close"))
OPENED = ("server", example("conversation.opened", cursor=0, active_runs=[]))
ACCEPTED = ("server", example("message.accepted", seq=1, cursor=1))
STARTED = ("server", example("agent.started", seq=2, cursor=2))
HANDOFF = ("server", example("agent.handoff", seq=3, cursor=3))
CANCELLED = ("server", example("agent.cancelled", seq=3, cursor=3))
STEP_STARTED = ("server", example("step.started", seq=3, cursor=3))
STEP_COMPLETED = ("server", example("step.completed", seq=4, cursor=4))
RUNNING = [READY, OPEN, OPENED, ACCEPTED, STARTED]
WAYS: dict[str, dict[str, Story]] = {
    "connection": {"accepted": [], "ready": [READY]},
    "conversation": {
        "closed": [READY],
        "opening": [READY, OPEN],
        "open": [READY, OPEN, OPENED],
        "closing": [READY, OPEN, OPENED, CLOSE],
    },
    "run": {
        "unknown": [READY, OPEN, OPENED],
        "accepted": [READY, OPEN, OPENED, ACCEPTED],
        "running": RUNNING,
        "handing_off": [*RUNNING, HANDOFF],
        "ended": [*RUNNING, CANCELLED],
    },
    "step": {
        "unknown": RUNNING,
        "started": [*RUNNING, STEP_STARTED],
        "ended": [*RUNNING, STEP_STARTED, STEP_COMPLETED],
    },
}
SEEDED_BY_THE_EXAMPLE = {"run": "running", "step": "unknown"}
PATH_OF = {
    "connection": (),
    "conversation": (CONVERSATION,),
    "run": (CONVERSATION, RUN),
    "step": (CONVERSATION, RUN, STEP),
}
CASES = [
    (machine, state, sender, message_type)
    for machine, table in PROTOCOL["machines"].items()
    for state in table["states"]
    for sender in ("client", "server")
    for message_type in EXAMPLES.keys() - PROTOCOL["envelopes"].keys()
]


def after(story: Story) -> ProtocolMonitor:
    """A monitor that has seen a legal story."""
    monitor = ProtocolMonitor()
    for sender, message in story:
        assert monitor.observe(sender, message) == ()  # type: ignore[arg-type]
    return monitor


def rules(monitor: ProtocolMonitor, message_type: str, sender: str = "server", **fields: Any) -> set[str]:
    """The rules that a message breaks."""
    violations = monitor.observe(sender, example(message_type, **fields))  # type: ignore[arg-type]
    return {violation.rule for violation in violations}


def test_every_state_of_the_contract_has_a_way_to_it() -> None:
    """A state that is added to the contract must be added here."""
    assert {name: set(table["states"]) for name, table in PROTOCOL["machines"].items()} == {
        name: set(ways) for name, ways in WAYS.items()
    }
    for name, ways in WAYS.items():
        for state, story in ways.items():
            assert after(story).state(name, *PATH_OF[name]) == state


@pytest.mark.parametrize(("machine", "state", "sender", "message_type"), CASES)
def test_each_message_in_each_state_is_a_row_or_a_violation(
    machine: str, state: str, sender: str, message_type: str
) -> None:
    """The tables are total, and the monitor has the same rows as the document."""
    table = PROTOCOL["machines"][machine]
    rows = [row for row in table["transitions"] if (row["sender"], row["message"]) == (sender, message_type)]
    row = next((row for row in rows if row["state"] == state and "where" not in row), None)
    concerned = machine == "connection" or bool(rows)
    monitor = after(WAYS[machine][state])
    broken = rules(monitor, message_type, sender, **({"run_id": RUN, "conversation_id": CONVERSATION} if rows else {}))
    assert (machine in broken) == (concerned and row is None)
    if message_type == table.get("seeded_by", {}).get("message") and not broken:
        assert monitor.state(machine, *PATH_OF[machine]) == SEEDED_BY_THE_EXAMPLE[machine]
    elif not broken:
        assert monitor.state(machine, *PATH_OF[machine]) == (row["next"] if row else state)
    else:
        assert monitor.state(machine, *PATH_OF[machine]) == state


@pytest.mark.parametrize("state", ["unknown", "accepted", "running", "handing_off", "ended"])
def test_a_duplicate_acceptance_is_a_reply_in_every_state_and_moves_nothing(state: str) -> None:
    """The row with the guard goes before the one without."""
    monitor = after(WAYS["run"][state])
    assert rules(monitor, "message.accepted", seq=1, cursor=1, duplicate=True) == set()
    assert monitor.state("run", CONVERSATION, RUN) == state


def test_seq_has_no_gap_and_no_repetition() -> None:
    """Law seq-is-contiguous."""
    for seq in (1, 2, 4, 99):
        assert rules(after(RUNNING), "agent.token", seq=seq, cursor=3) == {"seq-is-contiguous"}
    assert rules(after(RUNNING), "agent.token", seq=3, cursor=3) == set()


def test_the_first_event_is_number_one() -> None:
    """Law seq-is-contiguous, at its start."""
    assert rules(after([READY, OPEN, OPENED]), "message.accepted", seq=2, cursor=1) == {"seq-is-contiguous"}


def test_cursor_increases_but_may_leap() -> None:
    """Law cursor-increases."""
    for cursor in (1, 2):
        assert rules(after(RUNNING), "agent.token", seq=3, cursor=cursor) == {"cursor-increases"}
    assert rules(after(RUNNING), "agent.token", seq=3, cursor=1000) == set()


def test_cursor_starts_after_the_position_that_was_opened() -> None:
    """Law cursor-increases, seeded."""
    opened = ("server", example("conversation.opened", cursor=7, active_runs=[]))
    assert rules(after([READY, OPEN, opened]), "message.accepted", seq=1, cursor=7) == {"cursor-increases"}
    assert rules(after([READY, OPEN, opened]), "message.accepted", seq=1, cursor=8) == set()


def test_the_text_is_the_tokens_since_the_last_agent_began() -> None:
    """Law text-is-the-tokens."""
    token = ("server", example("agent.token", seq=3, cursor=3, delta="no "))
    handoff = ("server", example("agent.handoff", seq=4, cursor=4))
    again = ("server", example("agent.started", seq=5, cursor=5))
    answer = ("server", example("agent.token", seq=6, cursor=6, delta="yes"))
    story = [*RUNNING, token, handoff, again, answer]
    for text in ("no yes", "ye", "", "yes "):
        assert rules(after(story), "agent.completed", seq=7, cursor=7, text=text) == {"text-is-the-tokens"}
    assert rules(after(story), "agent.completed", seq=7, cursor=7, text="yes") == set()


def test_the_text_of_a_run_that_was_joined_midway_is_not_judged() -> None:
    """Its first tokens were never seen on this connection."""
    runs = [{"run_id": RUN, "seq": 5, "state": "running", "steps": []}]
    opened = ("server", example("conversation.opened", cursor=5, active_runs=runs))
    token = ("server", example("agent.token", seq=6, cursor=6, delta="end"))
    monitor = after([READY, OPEN, opened, token])
    assert rules(monitor, "agent.completed", seq=7, cursor=7, text="start and end") == set()


@pytest.mark.parametrize("message_type", ["agent.completed", "agent.handoff"])
def test_steps_end_before_the_run_completes_or_hands_over(message_type: str) -> None:
    """Law steps-end-first."""
    fields = {"text": ""} if message_type == "agent.completed" else {}
    monitor = after([*RUNNING, STEP_STARTED])
    assert rules(monitor, message_type, seq=4, cursor=4, **fields) == {"steps-end-first"}
    monitor = after([*RUNNING, STEP_STARTED, STEP_COMPLETED])
    assert rules(monitor, message_type, seq=5, cursor=5, **fields) == set()


def test_a_run_may_fail_or_be_cancelled_within_a_step() -> None:
    """Only completing and handing over wait for steps."""
    for message_type in ("agent.failed", "agent.cancelled"):
        assert rules(after([*RUNNING, STEP_STARTED]), message_type, seq=4, cursor=4) == set()


def test_a_conversation_has_one_run_at_a_time() -> None:
    """Law one-run-at-a-time."""
    assert rules(after(RUNNING), "message.accepted", run_id=OTHER_RUN, seq=1, cursor=3) == {"one-run-at-a-time"}
    assert rules(after([*RUNNING, CANCELLED]), "message.accepted", run_id=OTHER_RUN, seq=1, cursor=4) == set()


def test_another_conversation_may_have_a_run_of_its_own() -> None:
    """The law's scope is the conversation."""
    other = "0198c0de-a9f2-7c3e-8f4b-ffffffffffff"
    open_other = ("client", example("conversation.open", conversation_id=other))
    opened = ("server", example("conversation.opened", conversation_id=other, cursor=0, active_runs=[]))
    monitor = after([*RUNNING, open_other, opened])
    assert rules(monitor, "message.accepted", conversation_id=other, run_id=OTHER_RUN, seq=1, cursor=1) == set()


def test_opening_midway_seeds_runs_and_steps() -> None:
    """What `active_runs` says goes on as if this connection had seen it."""
    runs = [{"run_id": RUN, "seq": 4, "state": "running", "steps": [STEP]}]
    monitor = after([READY, OPEN, ("server", example("conversation.opened", cursor=9, active_runs=runs))])
    assert monitor.state("run", CONVERSATION, RUN) == "running"
    assert monitor.state("step", CONVERSATION, RUN, STEP) == "started"
    assert rules(monitor, "agent.completed", seq=5, cursor=10, text="") == {"steps-end-first"}
    assert rules(monitor, "step.completed", seq=5, cursor=10) == set()
    assert rules(monitor, "agent.completed", seq=6, cursor=11, text="any") == set()


def test_opening_again_sets_the_conversation_back_and_replays() -> None:
    """A run that had ended at the later position is told once more from the earlier one."""
    again = ("client", example("conversation.open", after_cursor=1))
    runs = [{"run_id": RUN, "seq": 1, "state": "accepted", "steps": []}]
    opened = ("server", example("conversation.opened", cursor=1, active_runs=runs))
    monitor = after([*RUNNING, CANCELLED, again, opened, STARTED, CANCELLED])
    assert monitor.state("run", CONVERSATION, RUN) == "ended"


def test_ids_are_compared_as_uuids_are() -> None:
    """RFC 9562: upper and lower case are the same."""
    opened = ("server", example("conversation.opened", conversation_id=CONVERSATION.upper(), cursor=0, active_runs=[]))
    assert after([READY, OPEN, opened]).state("conversation", CONVERSATION) == "open"


def test_what_was_on_its_way_may_come_until_the_conversation_is_closed() -> None:
    """And nothing of it may come afterwards; what was known of it is forgotten."""
    closing = [*RUNNING, CLOSE]
    assert rules(after(closing), "agent.token", seq=3, cursor=3) == set()
    closed = [*closing, ("server", example("conversation.closed"))]
    assert "conversation" in rules(after(closed), "agent.token", seq=3, cursor=3)
    assert after(closed)._root.children["conversation"] == {}


def test_a_violation_moves_nothing() -> None:
    """The next message is judged as if the wrong one had not been sent."""
    monitor = after(RUNNING)
    assert rules(monitor, "agent.token", seq=9, cursor=9)
    assert rules(monitor, "agent.token", seq=3, cursor=3) == set()


def test_memory_is_bounded_over_many_runs_with_steps_that_never_end() -> None:
    """A run that is cancelled within a step takes the step with it when it is forgotten."""
    monitor = after([READY, OPEN, OPENED])
    cursor = 0
    for number in range(2 * REMEMBERED):
        ids = {"run_id": f"00000000-0000-0000-0001-{number:012}", "step_id": f"00000000-0000-0000-0002-{number:012}"}
        for seq, message_type in enumerate(("message.accepted", "agent.started", "step.started", "agent.cancelled"), 1):
            cursor += 1
            fields = ids if message_type == "step.started" else {"run_id": ids["run_id"]}
            assert rules(monitor, message_type, seq=seq, cursor=cursor, **fields) == set()
    conversation = monitor._root.children["conversation"][CONVERSATION]
    assert len(conversation.children["run"]) == REMEMBERED
    assert not any(run.children or run.texts for run in conversation.children["run"].values())


def test_a_long_text_is_judged_piece_by_piece() -> None:
    """A piece like the one before takes a shorter way through the monitor, and is judged as strictly."""
    monitor = after(RUNNING)
    for number in range(3, 203):
        place = {"seq": number, "cursor": number}
        assert rules(monitor, "agent.token", **place | {"seq": number + 1}, delta="a") == {"seq-is-contiguous"}
        assert rules(monitor, "agent.token", **place | {"cursor": number - 1}, delta="a") == {"cursor-increases"}
        assert "run" in rules(monitor, "agent.token", **place, delta="a", run_id=OTHER_RUN)
        assert rules(monitor, "agent.token", **place, delta="a") == set()
    assert rules(monitor, "agent.completed", seq=203, cursor=203, text="a" * 199) == {"text-is-the-tokens"}
    assert rules(monitor, "agent.completed", seq=203, cursor=203, text="a" * 200) == set()


def test_an_envelope_is_judged_item_by_item() -> None:
    """`envelopes`: what is in it counts as if it had been sent by itself."""
    tokens = [example("agent.token", seq=number, cursor=number, delta="a") for number in (3, 4, 5)]
    monitor = after(RUNNING)
    assert rules(monitor, "events", conversation_id=CONVERSATION, events=tokens) == set()
    assert rules(monitor, "agent.completed", seq=6, cursor=6, text="aaa") == set()
    assert rules(after(RUNNING), "events", conversation_id=CONVERSATION, events=tokens[1:]) == {"seq-is-contiguous"}
    assert rules(after(RUNNING), "events", conversation_id=OTHER_RUN, events=tokens) == {"events"}
    assert "connection" in rules(ProtocolMonitor(), "events", conversation_id=CONVERSATION, events=tokens)


def test_examples_are_messages_of_the_side_that_sends_them() -> None:
    """Each message has one direction, and the connection's machine no row for the other."""
    for row in PROTOCOL["machines"]["connection"]["transitions"]:
        assert DIRECTION[row["message"]] == row["sender"]


@given(stories(), st.data())
def test_every_prefix_of_a_legal_story_is_accepted(story: Story, data: st.DataObject) -> None:
    """The stories are told without the monitor."""
    after(story[: data.draw(st.integers(0, len(story)))])


@given(stories(), st.data())
def test_any_single_mutation_of_an_event_is_flagged(story: Story, data: st.DataObject) -> None:
    """A changed number, a lost or doubled event, or two that changed places."""
    places = [
        index
        for index, (sender, message) in enumerate(story)
        if sender == "server" and "seq" in message and not message.get("duplicate") and _goes_on(story, index)
    ]
    index = data.draw(st.sampled_from(places))
    mutated = deepcopy(story)
    message = mutated[index][1]
    match data.draw(st.sampled_from(["seq", "cursor", "lost", "doubled", "swapped"])):
        case "seq":
            message["seq"] += data.draw(st.sampled_from([-1, 1, 7]))
        case "cursor":
            message["cursor"] = data.draw(st.integers(message["cursor"] + 1, message["cursor"] + 5)) - 6
            message["cursor"] = min(message["cursor"], _cursor_before(story, index))
        case "lost":
            del mutated[index]
        case "doubled":
            mutated.insert(index, mutated[index])
        case _:
            other = _goes_on(story, index)
            mutated[index], mutated[other] = mutated[other], mutated[index]
    monitor = ProtocolMonitor()
    assert any([monitor.observe(sender, said) for sender, said in mutated])  # type: ignore[arg-type]  # noqa: C419 - all of it is told


def _goes_on(story: Story, index: int) -> int:
    """Where the run's next event is; 0 when there is none."""
    run = story[index][1]["run_id"]
    return next((later for later in range(index + 1, len(story)) if _is_event_of(story[later][1], run)), 0)


def _is_event_of(message: dict[str, Any], run: str) -> bool:
    return "seq" in message and message["run_id"] == run and not message.get("duplicate")


def _cursor_before(story: Story, index: int) -> int:
    return int(story[index][1]["cursor"]) - 1
