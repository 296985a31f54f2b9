"""Runs: whatever happens, each has exactly one end in the log, and nothing after it."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import OperationalError

from experience_plane.adapters.sql.conversation_log import SqlConversationLog
from experience_plane.agent_socket import run_events
from experience_plane.agent_socket.run_writer import RunWriter
from experience_plane.agent_socket.runs import RunLimits, Runs
from experience_plane.conversations.log import (
    ConversationNotFound,
    RunFenced,
    RunInProgress,
    RunNotActive,
    RunNotFound,
    TooManyRuns,
)
from experience_plane.conversations.model import LoggedEvent, NewMessage, Owner
from experience_plane.errors import NotReady
from experience_plane.runtime.events import (
    ExecutionCompleted,
    HandoffRequested,
    StepCompleted,
    StepStarted,
    TokenEmitted,
)
from experience_plane.runtime.port import ExecutionFailed
from experience_plane_api.protocol_monitor import ProtocolMonitor
from protocol_stories import example
from scripted_runtime import Line, ScriptedRuntime

OWNER = Owner(UUID(int=1), UUID(int=2))
ENDS = ("agent.completed", "agent.failed", "agent.cancelled")
ANSWER = (TokenEmitted("yes"), ExecutionCompleted("yes"))
LIMITS = RunLimits(max_handoffs=2, max_seconds=30, end_retries_seconds=(0.0, 0.0))


def never() -> asyncio.Event:
    return asyncio.Event()


class Table:
    """A conversation, the runs, and a scripted Runtime."""

    def __init__(self, log: SqlConversationLog, *scripts: tuple[Line, ...], limits: RunLimits = LIMITS) -> None:
        self.log = log
        self.runtime = ScriptedRuntime(*scripts)
        self.runs = Runs(log=log, runtime=self.runtime, limits=limits)

    async def ask(self, text: str = "What can you do?", surface: str = "general") -> LoggedEvent:
        conversation = await self.log.create_conversation(OWNER)
        message = NewMessage(uuid4(), text, surface, None)
        accepted = await self.runs.start(OWNER, conversation.conversation_id, message)
        return accepted.event

    async def story(self, run: LoggedEvent) -> list[dict[str, Any]]:
        """All events of the run to its end; judged by the monitor, and nothing comes after them."""
        seen: list[LoggedEvent] = []
        follower = self.log.follow(run.conversation_id, run.cursor - 1)
        async with asyncio.timeout(20):
            while not seen or seen[-1].type not in ENDS:
                seen += await anext(follower)
        await follower.aclose()
        await self.runs.close()
        assert (await self.log.position(run.conversation_id, None)).cursor == seen[-1].cursor
        messages: list[dict[str, Any]] = [json.loads(event.text) for event in seen]
        assert sum(message["type"] in ENDS for message in messages) == 1
        _judge(messages)
        return messages

    async def types(self, run: LoggedEvent) -> list[str]:
        return [message["type"] for message in await self.story(run)]


def _judge(messages: list[dict[str, Any]]) -> None:
    monitor = ProtocolMonitor()
    conversation = messages[0]["conversation_id"]
    opened = example("conversation.opened", conversation_id=conversation, cursor=0, active_runs=[])
    for message in (example("connection.ready"), opened, *messages):
        assert monitor.observe("server", message) == ()


async def test_an_answer_is_streamed_and_completed(log: SqlConversationLog) -> None:
    table = Table(log, ANSWER)
    story = await table.story(await table.ask())
    assert [one["type"] for one in story] == ["message.accepted", "agent.started", "agent.token", "agent.completed"]
    assert story[-1]["text"] == "yes"


async def test_a_nul_in_an_answer_fails_nothing(log: SqlConversationLog) -> None:
    table = Table(log, (TokenEmitted("a\0"), TokenEmitted("b"), ExecutionCompleted("a\0b")))
    assert (await table.story(await table.ask()))[-1]["text"] == "a\ufffdb"


async def test_the_guide_hands_over_to_a_liaison(log: SqlConversationLog) -> None:
    handoff = HandoffRequested("liaison.insights", "Tables.")
    table = Table(log, (TokenEmitted("One moment."), handoff), ANSWER)
    story = await table.story(await table.ask())
    assert [one["agent_id"] for one in story if "agent_id" in one] == [
        "guide.concierge", "liaison.insights", "liaison.insights",
    ]  # fmt: skip
    assert [request.handed_over_from for request in table.runtime.requests] == [None, "guide.concierge"]
    assert table.runtime.closed == 2


async def test_the_next_message_knows_the_agent_and_what_was_said(log: SqlConversationLog) -> None:
    table = Table(log, (HandoffRequested("liaison.insights", "Tables."),), ANSWER, (never(),))
    run = await table.ask("Profile a table")
    follower = log.follow(run.conversation_id, 0)
    while (await anext(follower))[-1].type not in ENDS:
        pass
    await follower.aclose()
    await table.runs.start(OWNER, run.conversation_id, NewMessage(uuid4(), "and now?", "general", None))
    await table.runtime.waiting.wait()
    await table.runs.close()
    request = table.runtime.requests[-1]
    assert request.agent_id == "liaison.insights"
    assert [(turn.role, turn.text) for turn in request.history] == [("user", "Profile a table"), ("agent", "yes")]


@pytest.mark.parametrize(("handoffs", "end"), [(2, "agent.completed"), (3, "agent.failed")])
async def test_the_last_allowed_handoff_is_followed_and_one_more_fails(
    log: SqlConversationLog, handoffs: int, end: str
) -> None:
    table = Table(log, *[(HandoffRequested("liaison.content", "You."),)] * handoffs, ANSWER)
    story = await table.story(await table.ask())
    assert story[-1]["type"] == end
    assert sum(one["type"] == "agent.handoff" for one in story) == handoffs


@pytest.mark.parametrize(
    ("failure", "detail"),
    [
        (ExecutionFailed("The model does not answer."), "The model does not answer."),
        (RuntimeError("password=hunter2"), "Something went wrong"),
        (RunFenced(), "Something went wrong"),
    ],
)
async def test_an_error_of_the_runtime_is_an_end_that_leaks_nothing(
    log: SqlConversationLog, failure: Exception, detail: str
) -> None:
    table = Table(log, (TokenEmitted("ye"), failure))
    story = await table.story(await table.ask())
    assert story[-1]["type"] == "agent.failed"
    assert story[-1]["problem"]["detail"].startswith(detail)
    assert "hunter2" not in json.dumps(story)


STEP = StepStarted(UUID(int=5), "insights.profile_table", "Profiling")


@pytest.mark.parametrize(
    "script",
    [
        (TokenEmitted(""), ExecutionCompleted("")),
        (TokenEmitted("x" * 16_001), ExecutionCompleted("x" * 16_001)),
        (TokenEmitted("\ud83d"), ExecutionCompleted("\ud83d")),
        (TokenEmitted("a"), ExecutionCompleted("b")),
        (STEP, ExecutionCompleted("")),
        (STEP, HandoffRequested("liaison.content", "You.")),
        (StepCompleted(UUID(int=5), "Done."),),
        (STEP, StepCompleted(UUID(int=5), "Done."), STEP),
        (StepStarted(UUID(int=5), "No Intent!", "x"),),
        (HandoffRequested("nobody", "You."),),
        (HandoffRequested("liaison.content", ""),),
        (TokenEmitted("no end"),),
        (),
    ],
)
async def test_a_runtime_that_breaks_the_contract_fails_its_run_and_nobody_elses_log(
    log: SqlConversationLog, script: tuple[Line, ...]
) -> None:
    """The log is judged by the monitor: what it holds can be replayed to any client."""
    table = Table(log, script)
    story = await table.story(await table.ask())
    assert story[-1]["type"] == "agent.failed"
    assert table.runtime.closed == 1


async def test_a_run_that_takes_too_long_fails(log: SqlConversationLog) -> None:
    table = Table(log, (TokenEmitted("a"), never()), limits=RunLimits(max_seconds=0.05))
    story = await table.story(await table.ask())
    assert story[-1]["problem"]["detail"] == "The answer took too long."
    assert table.runtime.closed == 1


async def test_a_cancelled_run_ends_where_it_waits(log: SqlConversationLog) -> None:
    table = Table(log, (TokenEmitted("a"), never()))
    run = await table.ask()
    await table.runtime.waiting.wait()
    await table.runs.cancel(run.conversation_id, run.run_id)
    assert (await table.types(run))[-2:] == ["agent.token", "agent.cancelled"]
    assert table.runtime.closed == 1


@pytest.mark.parametrize("turns", range(40))
@pytest.mark.parametrize("times", [1, 3])
async def test_a_run_that_is_cancelled_anywhere_any_number_of_times_has_one_end(
    log: SqlConversationLog, turns: int, times: int
) -> None:
    """The loop turns a few times before each cancellation: within the commit of an event, between two, in the end."""
    table = Table(log, (TokenEmitted("a"), TokenEmitted("b"), TokenEmitted("c"), ExecutionCompleted("abc")))
    run = await table.ask()
    for _ in range(times):
        for _ in range(turns):
            await asyncio.sleep(0)
        if answering := table.runs._answers.get(run.run_id):
            answering.cancel()
    assert (await table.types(run))[-1] in ENDS


async def test_a_run_that_is_cancelled_before_it_began_has_an_end(log: SqlConversationLog) -> None:
    """No task has run since the message was accepted."""
    table = Table(log, ANSWER)
    run = await table.ask()
    await table.runs.close()
    assert (await table.types(run)) == ["message.accepted", "agent.cancelled"]


async def test_closing_ends_what_runs_and_takes_nothing_new(log: SqlConversationLog) -> None:
    table = Table(log, (TokenEmitted("a"), never()))
    run = await table.ask()
    await table.runtime.waiting.wait()
    await table.runs.close()
    assert (await table.types(run))[-1] == "agent.cancelled"
    with pytest.raises(NotReady):
        await table.ask()


@pytest.mark.parametrize("turns", range(12))
async def test_a_client_that_goes_while_its_message_is_accepted_leaves_no_run_without_an_end(
    log: SqlConversationLog, turns: int
) -> None:
    """The message may be in the log already, or not; the conversation is not blocked either way."""
    table = Table(log, ANSWER)
    conversation = await log.create_conversation(OWNER)
    asking = asyncio.create_task(
        table.runs.start(OWNER, conversation.conversation_id, NewMessage(uuid4(), "hello", "general", None))
    )
    for _ in range(turns):
        await asyncio.sleep(0)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    await table.runs.close()
    assert (await log.conversation(conversation.conversation_id, OWNER)).active_run_id is None
    assert await log.unfinished_runs() == []


async def test_an_end_that_the_log_could_not_take_is_written_again(log: SqlConversationLog) -> None:
    """The database was away for a moment."""
    table = Table(log, (never(),))
    run = await table.ask()
    await table.runtime.waiting.wait()
    append, failures = log.append, 2

    async def append_later(*arguments: Any) -> Any:
        nonlocal failures
        failures -= 1
        if failures >= 0:
            raise OperationalError("INSERT", {}, Exception("away"))
        return await append(*arguments)

    with patch.object(log, "append", append_later):
        await table.runs.cancel(run.conversation_id, run.run_id)
        assert (await table.types(run))[-1] == "agent.cancelled"


async def test_only_an_active_run_of_the_conversation_is_cancelled(log: SqlConversationLog) -> None:
    table = Table(log, ANSWER)
    run = await table.ask()
    with pytest.raises(RunNotFound):
        await table.runs.cancel(run.conversation_id, uuid4())
    await table.story(run)
    with pytest.raises(RunNotActive):
        await table.runs.cancel(run.conversation_id, run.run_id)


async def test_a_message_sent_twice_is_answered_once(log: SqlConversationLog) -> None:
    table = Table(log, (never(),))
    conversation_id = (await log.create_conversation(OWNER)).conversation_id
    message = NewMessage(uuid4(), "hello", "general", None)
    first = await table.runs.start(OWNER, conversation_id, message)
    again = await table.runs.start(OWNER, conversation_id, message)
    assert (again.event, again.duplicate) == (first.event, True)
    with pytest.raises(RunInProgress):
        await table.runs.start(OWNER, conversation_id, NewMessage(uuid4(), "other", "general", None))
    await table.runtime.waiting.wait()
    assert len(table.runtime.requests) == 1
    await table.runs.close()


async def test_a_message_in_someone_elses_conversation_is_not_accepted(log: SqlConversationLog) -> None:
    table = Table(log, ANSWER)
    conversation_id = (await log.create_conversation(OWNER)).conversation_id
    with pytest.raises(ConversationNotFound):
        await table.runs.start(Owner(uuid4(), uuid4()), conversation_id, NewMessage(uuid4(), "x", "general", None))


async def test_after_a_crash_every_run_gets_the_end_that_it_lacks(log: SqlConversationLog) -> None:
    """At whatever event the process died, and though another process does the same."""
    begun = []
    for events in range(3):
        conversation_id = (await log.create_conversation(OWNER)).conversation_id
        run = (await log.accept_message(conversation_id, NewMessage(uuid4(), "x", "general", None))).event
        writer = RunWriter(log, conversation_id, run.run_id, next_seq=2)
        for draft in [run_events.started("guide.concierge"), run_events.draft(STEP, "guide.concierge")][:events]:
            await writer.write(draft)
        begun.append(run)
    table = Table(log, ANSWER)
    await asyncio.gather(table.runs.fail_unfinished(), table.runs.fail_unfinished())
    assert await table.runs.fail_unfinished() == 0
    for run in begun:
        assert (await table.types(run))[-1] == "agent.failed"


async def test_the_last_allowed_run_of_a_user_begins_and_one_more_does_not(log: SqlConversationLog) -> None:
    """A message that is sent again takes no place; an ended run gives its place back."""
    runs = Runs(log=log, runtime=ScriptedRuntime((never(),), (never(),), ANSWER), limits=RunLimits(max_active=2))
    conversations = [(await log.create_conversation(OWNER)).conversation_id for _ in range(3)]
    message = NewMessage(uuid4(), "hello", "general", None)
    first = await runs.start(OWNER, conversations[0], message)
    assert (await runs.start(OWNER, conversations[0], message)).duplicate
    await runs.start(OWNER, conversations[1], NewMessage(uuid4(), "hello", "general", None))
    with pytest.raises(TooManyRuns):
        await runs.start(OWNER, conversations[2], NewMessage(uuid4(), "hello", "general", None))
    other = Owner(uuid4(), OWNER.tenant_id)
    await runs.start(
        other, (await log.create_conversation(other)).conversation_id, NewMessage(uuid4(), "hello", "general", None)
    )
    await runs.cancel(conversations[0], first.event.run_id)
    async for page in log.follow(conversations[0], 0):
        if page[-1].type in ENDS:
            break
    await asyncio.sleep(0)
    await runs.start(OWNER, conversations[2], NewMessage(uuid4(), "hello", "general", None))
    await runs.close()
