"""The conversation log on each database: numbers, one writer, once per message, nothing lost between log and live."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from random import Random
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from experience_plane.adapters.sql import conversation_log
from experience_plane.adapters.sql.conversation_log import SqlConversationLog
from experience_plane.agent_socket import run_events
from experience_plane.conversations.log import (
    ConversationNotFound,
    CursorUnknown,
    MessageIdReused,
    RunFenced,
    RunInProgress,
    RunNotActive,
    RunNotFound,
)
from experience_plane.conversations.model import (
    Conversation,
    ConversationPosition,
    EventDraft,
    LoggedEvent,
    NewMessage,
    Owner,
)
from experience_plane.runtime.events import (
    ExecutionCompleted,
    HandoffRequested,
    StepCompleted,
    StepStarted,
    TokenEmitted,
)
from manual_clock import ManualClock

OWNER = Owner(UUID(int=1), UUID(int=2))
GUIDE = "guide.concierge"
STARTED = run_events.started(GUIDE)
CANCELLED = run_events.cancelled()
BROKEN = run_events.draft(StepStarted(UUID(int=5), "No Intent!", ""), GUIDE)


@pytest.fixture
async def log(engine: AsyncEngine, clock: ManualClock) -> AsyncIterator[SqlConversationLog]:
    log = SqlConversationLog(engine, clock=clock, feed_capacity=8)
    yield log
    await log.close()


def message(text: str = "hello", message_id: UUID | None = None) -> NewMessage:
    return NewMessage(message_id or uuid4(), text, "general", None)


def token(delta: str = "x") -> EventDraft:
    return run_events.draft(TokenEmitted(delta), GUIDE)


def completed(text: str) -> EventDraft:
    return run_events.draft(ExecutionCompleted(text), GUIDE)


async def begin(log: SqlConversationLog, conversation_id: UUID | None = None, text: str = "hello") -> LoggedEvent:
    """The first event of a run, in a new conversation unless one is given."""
    conversation_id = conversation_id or (await log.create_conversation(OWNER)).conversation_id
    return (await log.accept_message(conversation_id, message(text))).event


async def append(log: SqlConversationLog, run: LoggedEvent, next_seq: int, *drafts: EventDraft) -> list[LoggedEvent]:
    return list(await log.append(run.conversation_id, run.run_id, next_seq, drafts))


async def everything(log: SqlConversationLog, conversation_id: UUID, count: int, after: int = 0) -> list[LoggedEvent]:
    """The first `count` events that a follower gets."""
    seen: list[LoggedEvent] = []
    follower = log.follow(conversation_id, after)
    async with asyncio.timeout(20):
        while len(seen) < count:
            seen += await anext(follower)
    await follower.aclose()
    return seen


async def test_a_run_is_numbered_from_one_and_the_conversation_goes_on_counting(log: SqlConversationLog) -> None:
    """Laws of seq and cursor, over two runs of one conversation."""
    first = await begin(log)
    await append(log, first, 2, STARTED, token(), token())
    await append(log, first, 5, completed("xx"))
    second = await begin(log, first.conversation_id)
    await append(log, second, 2, STARTED)
    seen = await everything(log, first.conversation_id, 7)
    assert [event.seq for event in seen] == [1, 2, 3, 4, 5, 1, 2]
    assert [event.cursor for event in seen] == [1, 2, 3, 4, 5, 6, 7]


async def test_an_event_on_the_wire_says_where_it_stands(log: SqlConversationLog) -> None:
    """Its text is the message of the contract, placed."""
    run = await begin(log)
    [started] = await append(log, run, 2, STARTED)
    assert json.loads(started.text) == {
        "type": "agent.started",
        "conversation_id": str(run.conversation_id),
        "run_id": str(run.run_id),
        "seq": 2,
        "cursor": 2,
        "at": "2030-01-02T03:04:05Z",
        "agent_id": GUIDE,
    }


@pytest.mark.parametrize("next_seq", [1, 2, 4, 99])
async def test_a_second_writer_is_refused(log: SqlConversationLog, next_seq: int) -> None:
    """It does not know how far the first has come."""
    run = await begin(log)
    await append(log, run, 2, STARTED)
    with pytest.raises(RunFenced):
        await append(log, run, next_seq, token())
    assert len(await append(log, run, 3, token())) == 1


async def test_nothing_is_written_after_the_end(log: SqlConversationLog) -> None:
    """Not even with the right number."""
    run = await begin(log)
    await append(log, run, 2, CANCELLED)
    for next_seq in (2, 3):
        with pytest.raises(RunFenced):
            await append(log, run, next_seq, CANCELLED)


async def test_of_parallel_writers_of_one_number_one_wins(log: SqlConversationLog) -> None:
    """A zombie and its successor."""
    run = await begin(log)
    results = await asyncio.gather(*(append(log, run, 2, token(str(n))) for n in range(20)), return_exceptions=True)
    assert sum(isinstance(result, list) for result in results) == 1
    assert sum(isinstance(result, RunFenced) for result in results) == 19


async def test_a_message_sent_again_is_the_same_run(log: SqlConversationLog) -> None:
    """While it runs, and after it has ended."""
    conversation = await log.create_conversation(OWNER)
    sent = message()
    first = await log.accept_message(conversation.conversation_id, sent)
    again = await log.accept_message(conversation.conversation_id, sent)
    assert (first.duplicate, again.duplicate) == (False, True)
    assert again.event == first.event
    await append(log, first.event, 2, CANCELLED)
    assert (await log.accept_message(conversation.conversation_id, sent)).event == first.event


@pytest.mark.parametrize(
    "other",
    [
        NewMessage(UUID(int=9), "other", "general", None),
        NewMessage(UUID(int=9), "hello", "content", None),
        NewMessage(UUID(int=9), "hello", "general", "p1"),
    ],
)
async def test_a_message_id_is_not_used_for_another_message(log: SqlConversationLog, other: NewMessage) -> None:
    """Another text, surface or project is another message."""
    conversation = await log.create_conversation(OWNER)
    await log.accept_message(conversation.conversation_id, message(message_id=UUID(int=9)))
    with pytest.raises(MessageIdReused):
        await log.accept_message(conversation.conversation_id, other)


async def test_a_message_id_belongs_to_its_conversation(log: SqlConversationLog) -> None:
    """Two conversations, one id, two runs."""
    accepted = [
        await log.accept_message(
            (await log.create_conversation(OWNER)).conversation_id, message(message_id=UUID(int=9))
        )
        for _ in range(2)
    ]
    assert [one.duplicate for one in accepted] == [False, False]


async def test_a_conversation_has_one_run_at_a_time(log: SqlConversationLog) -> None:
    """The next message is accepted once the run has ended."""
    run = await begin(log)
    with pytest.raises(RunInProgress):
        await log.accept_message(run.conversation_id, message())
    await append(log, run, 2, run_events.cancelled())
    assert not (await log.accept_message(run.conversation_id, message())).duplicate


async def test_a_message_for_no_conversation_is_refused(log: SqlConversationLog) -> None:
    """There is nothing that could be in progress."""
    with pytest.raises(ConversationNotFound):
        await log.accept_message(uuid4(), message())


async def test_parallel_sends_of_one_message_begin_one_run(log: SqlConversationLog) -> None:
    """Fifty tabs press Enter."""
    conversation = await log.create_conversation(OWNER)
    sent = message()
    accepted = await asyncio.gather(*(log.accept_message(conversation.conversation_id, sent) for _ in range(50)))
    assert len({one.event.run_id for one in accepted}) == 1
    assert sum(not one.duplicate for one in accepted) == 1


async def test_two_processes_accept_one_message_once(log: SqlConversationLog, engine: AsyncEngine) -> None:
    """Each has a writer of its own; the database decides, and the loser answers with the winner's run."""
    other = SqlConversationLog(engine)
    for _ in range(10):
        conversation = await log.create_conversation(OWNER)
        sent = message()
        accepted = await asyncio.gather(
            *(one.accept_message(conversation.conversation_id, sent) for one in (log, other))
        )
        assert sorted(one.duplicate for one in accepted) == [False, True]
        assert len({one.event.run_id for one in accepted}) == 1
    await other.close()


async def test_two_processes_write_to_the_same_conversations_without_waiting_for_each_other_forever(
    log: SqlConversationLog, engine: AsyncEngine
) -> None:
    """Batches of both touch the same conversations in opposite order; all are accepted."""
    other = SqlConversationLog(engine)
    conversations = [(await log.create_conversation(OWNER)).conversation_id for _ in range(20)]
    results = await asyncio.gather(
        *(log.accept_message(conversation, message("first")) for conversation in conversations),
        *(other.accept_message(conversation, message("second")) for conversation in reversed(conversations)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, RunInProgress) for result in results) == 20
    assert sum(not isinstance(result, BaseException) for result in results) == 20
    await other.close()


def commits_of(engine: AsyncEngine) -> list[object]:
    """Grows with each transaction that is committed."""
    commits: list[object] = []
    event.listen(engine.sync_engine, "commit", commits.append)
    return commits


async def test_parallel_appends_share_commits_and_all_are_durable(log: SqlConversationLog, engine: AsyncEngine) -> None:
    """Forty conversations write at once."""
    runs = [await begin(log) for _ in range(40)]
    commits = commits_of(engine)
    await asyncio.gather(*(append(log, run, 2, STARTED, token()) for run in runs))
    assert len(commits) <= 3
    fresh = SqlConversationLog(engine)
    for run in runs:
        assert [event.seq for event in await everything(fresh, run.conversation_id, 3)] == [1, 2, 3]
    await fresh.close()


async def test_refusals_in_a_batch_cost_no_companion_its_place(log: SqlConversationLog, engine: AsyncEngine) -> None:
    """A client that writes against the rules does not turn others' shared commit into single ones."""
    runs = [await begin(log) for _ in range(20)]
    commits = commits_of(engine)
    results = await asyncio.gather(
        *(append(log, run, 2, STARTED) for run in runs),
        *(log.accept_message(run.conversation_id, message()) for run in runs),
        *(append(log, run, 7, STARTED) for run in runs),
        return_exceptions=True,
    )
    assert [type(result).__name__ for result in results] == ["list"] * 20 + ["RunInProgress"] * 20 + ["RunFenced"] * 20
    assert len(commits) <= 3


async def test_a_bad_write_takes_no_companion_down(log: SqlConversationLog) -> None:
    """An event that breaks the contract, in the midst of good ones."""
    runs = [await begin(log) for _ in range(5)]
    drafts = [STARTED, BROKEN, STARTED, BROKEN, STARTED]
    results = await asyncio.gather(
        *(append(log, run, 2, draft) for run, draft in zip(runs, drafts, strict=True)), return_exceptions=True
    )
    assert [isinstance(result, ValidationError) for result in results] == [False, True, False, True, False]
    for run, result in zip(runs, results, strict=True):
        next_seq = 3 if isinstance(result, list) else 2
        assert (await append(log, run, next_seq, CANCELLED))[0].cursor == next_seq


async def test_events_of_one_append_are_all_written_or_none(log: SqlConversationLog) -> None:
    """The second breaks the contract, so the first is not there either."""
    run = await begin(log)
    with pytest.raises(ValidationError):
        await append(log, run, 2, STARTED, BROKEN)
    assert (await log.position(run.conversation_id, None)).cursor == 1


async def test_a_caller_that_gives_up_does_not_take_its_write_back(log: SqlConversationLog) -> None:
    """What was handed over is written; nobody waits in vain."""
    run = await begin(log)
    writing = asyncio.create_task(append(log, run, 2, STARTED))
    await asyncio.sleep(0)
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    assert len(await everything(log, run.conversation_id, 2)) == 2


async def test_closing_finishes_what_waits_and_then_refuses(log: SqlConversationLog) -> None:
    """No write hangs at the end of the process."""
    run = await begin(log)
    writing = asyncio.create_task(append(log, run, 2, STARTED))
    await asyncio.sleep(0)
    await log.close()
    assert len(await writing) == 1
    with pytest.raises(RuntimeError, match="closed"):
        await append(log, run, 3, CANCELLED)


async def test_closing_ends_followers(log: SqlConversationLog) -> None:
    """Also one that begins afterwards."""
    run = await begin(log)
    follower = log.follow(run.conversation_id, 0)
    assert len(await anext(follower)) == 1
    waiting = asyncio.create_task(anext(follower, None))
    await asyncio.sleep(0)
    await log.close()
    assert await waiting is None
    assert [page async for page in log.follow(run.conversation_id, 1)] == []


async def test_a_follower_gets_what_is_in_the_log_and_then_what_comes(log: SqlConversationLog) -> None:
    """The seam between the two has no gap and nothing twice."""
    run = await begin(log)
    follower = log.follow(run.conversation_id, 0)
    seen = [event.cursor for event in await anext(follower)]
    for seq in range(2, 6):
        await append(log, run, seq, token())
        seen += [event.cursor for event in await anext(follower)]
    await follower.aclose()
    assert seen == [1, 2, 3, 4, 5]


async def test_a_follower_that_is_too_slow_reads_the_log_instead(log: SqlConversationLog) -> None:
    """Its buffer holds 8 events; 100 come."""
    run = await begin(log)
    follower = log.follow(run.conversation_id, 0)
    seen = [event.cursor for event in await anext(follower)]
    waiting = asyncio.create_task(anext(follower))
    for seq in range(2, 102):
        await append(log, run, seq, token())
    seen += [event.cursor for event in await waiting]
    while len(seen) < 101:
        seen += [event.cursor for event in await anext(follower)]
    await follower.aclose()
    assert seen == list(range(1, 102))


async def test_what_another_process_wrote_is_read_from_the_log(log: SqlConversationLog, engine: AsyncEngine) -> None:
    """Its events are not live here; the next that is live shows the gap."""
    other = SqlConversationLog(engine)
    run = await begin(log)
    follower = log.follow(run.conversation_id, 0)
    assert len(await anext(follower)) == 1
    waiting = asyncio.create_task(anext(follower))
    await asyncio.sleep(0)
    await append(other, run, 2, STARTED, token())
    await append(log, run, 4, token())
    assert [event.cursor for event in await waiting] == [2, 3, 4]
    await follower.aclose()
    await other.close()


@pytest.mark.parametrize("seed", range(8))
async def test_followers_see_every_event_once_whatever_the_interleaving(log: SqlConversationLog, seed: int) -> None:
    """Writers and followers that start anywhere, take their time, and overflow."""
    random = Random(seed)
    run = await begin(log)
    total = 60

    async def write() -> None:
        seq = 2
        while seq <= total:
            count = min(random.randint(1, 12), total - seq + 1)
            await append(log, run, seq, *[token()] * count)
            seq += count
            for _ in range(random.randint(0, 5)):
                await asyncio.sleep(0)

    async def follow(after: int) -> list[int]:
        seen: list[int] = []
        follower = log.follow(run.conversation_id, after)
        while len(seen) < total - after:
            seen += [event.cursor for event in await anext(follower)]
            for _ in range(random.randint(0, 30)):
                await asyncio.sleep(0)
        await follower.aclose()
        return seen

    afters = [random.randint(0, 1) for _ in range(4)]
    async with asyncio.timeout(30):
        _, *seen = await asyncio.gather(write(), *(follow(after) for after in afters))
    assert seen == [list(range(after + 1, total + 1)) for after in afters]
    assert log._feed._subscriptions == {}


async def test_the_position_at_the_end_names_the_active_run(log: SqlConversationLog) -> None:
    """State and open steps, as the run's machine has them."""
    run = await begin(log)
    assert (await log.position(run.conversation_id, None)).active_runs[0].state == "accepted"
    step, other = uuid4(), uuid4()
    await append(
        log,
        run,
        2,
        STARTED,
        run_events.draft(StepStarted(step, "insights.profile_table", "Profiling"), GUIDE),
        run_events.draft(StepStarted(other, "insights.profile_table", "Profiling"), GUIDE),
        run_events.draft(StepCompleted(step, "Done."), GUIDE),
    )
    [active] = (await log.position(run.conversation_id, None)).active_runs
    assert (active.run_id, active.seq, active.state, active.steps) == (run.run_id, 5, "running", (other,))


async def test_a_position_in_the_past_names_the_run_as_it_was(log: SqlConversationLog) -> None:
    """Though it has ended since."""
    run = await begin(log)
    await append(log, run, 2, STARTED, token())
    await append(log, run, 4, run_events.draft(HandoffRequested("liaison.insights", "Tables."), GUIDE))
    await append(log, run, 5, CANCELLED)
    states = [(await log.position(run.conversation_id, cursor)).active_runs for cursor in range(6)]
    assert [[(one.seq, one.state) for one in active] for active in states] == [
        [], [(1, "accepted")], [(2, "running")], [(3, "running")], [(4, "handing_off")], [],
    ]  # fmt: skip


async def test_a_position_is_found_without_reading_the_tokens(log: SqlConversationLog, engine: AsyncEngine) -> None:
    """However long the answer is by now, opening its conversation reads the same few rows."""
    run = await begin(log)
    await append(log, run, 2, STARTED, *[token()] * 400)
    read: list[int] = []
    with patch.object(conversation_log, "active_run", wraps=conversation_log.active_run) as judged:
        for cursor in (3, 300, 402):
            [active] = (await log.position(run.conversation_id, cursor)).active_runs
            assert (active.seq, active.state) == (cursor, "running")
            read.append(len(judged.call_args.args[2]))
    assert read == [2, 2, 2]


async def test_a_nul_that_an_agent_emits_harms_no_database(log: SqlConversationLog) -> None:
    """PostgreSQL keeps no NUL in a text; the event goes on with U+FFFD, in the tokens as in the whole."""
    run = await begin(log)
    emitted = [
        TokenEmitted("a\0b"),
        StepStarted(UUID(int=5), "insights.profile_table", "\0"),
        ExecutionCompleted("a\0b"),
    ]
    drafts = [run_events.draft(run_events.storable(event), GUIDE) for event in emitted]
    await append(log, run, 2, STARTED, *drafts)
    texts = [json.loads(event.text) for event in await everything(log, run.conversation_id, 5)]
    assert [texts[2]["delta"], texts[3]["title"], texts[4]["text"]] == ["a\ufffdb", "\ufffd", "a\ufffdb"]
    assert (await log.list_messages(run.conversation_id, limit=9, after_cursor=1))[0].text == "a\ufffdb"


async def test_a_position_past_the_end_is_unknown(log: SqlConversationLog) -> None:
    """The error points at the field."""
    run = await begin(log)
    with pytest.raises(CursorUnknown) as caught:
        await log.position(run.conversation_id, 2)
    assert caught.value.errors[0].pointer == "/after_cursor"
    with pytest.raises(ConversationNotFound):
        await log.position(uuid4(), None)


async def test_a_run_is_found_only_in_its_conversation_and_while_it_is_active(log: SqlConversationLog) -> None:
    """What `run.cancel` asks."""
    run = await begin(log)
    other = await begin(log)
    assert (await log.run_of(run.conversation_id, run.run_id)).next_seq == 2
    for conversation_id, run_id in ((other.conversation_id, run.run_id), (run.conversation_id, uuid4())):
        with pytest.raises(RunNotFound):
            await log.run_of(conversation_id, run_id)
    await append(log, run, 2, CANCELLED)
    with pytest.raises(RunNotActive):
        await log.run_of(run.conversation_id, run.run_id)


async def test_unfinished_runs_are_those_without_an_end(log: SqlConversationLog) -> None:
    """For a service that starts after a crash."""
    ended, accepted, running = [await begin(log) for _ in range(3)]
    await append(log, ended, 2, CANCELLED)
    await append(log, running, 2, STARTED)
    unfinished = {run.run_id: run.next_seq for run in await log.unfinished_runs()}
    assert unfinished == {accepted.run_id: 2, running.run_id: 3}


async def test_someone_elses_conversation_does_not_exist(log: SqlConversationLog) -> None:
    """Neither for another user nor in another tenant."""
    conversation = await log.create_conversation(OWNER)
    for owner in (Owner(OWNER.user_id, uuid4()), Owner(uuid4(), OWNER.tenant_id)):
        with pytest.raises(ConversationNotFound):
            await log.conversation(conversation.conversation_id, owner)
        assert await log.list_conversations(owner, limit=10, after=None) == []
    assert await log.conversation(conversation.conversation_id, OWNER) == conversation


async def test_open_conversation_begins_it_once(log: SqlConversationLog) -> None:
    """A name that its owner gives again is the same conversation, with what was said in it."""
    conversation_id = uuid4()
    opened = await log.open_conversation(OWNER, conversation_id)
    assert opened.conversation_id == conversation_id
    await begin(log, conversation_id)
    again = await log.open_conversation(OWNER, conversation_id)
    assert again == await log.conversation(conversation_id, OWNER)
    assert again.cursor == 1
    assert await log.list_conversations(OWNER, limit=10, after=None) == [again]


async def test_open_conversation_gives_nobody_someone_elses(log: SqlConversationLog) -> None:
    """Neither to another user nor in another tenant; nor does it begin a second one."""
    conversation = await log.open_conversation(OWNER, uuid4())
    for owner in (Owner(OWNER.user_id, uuid4()), Owner(uuid4(), OWNER.tenant_id)):
        with pytest.raises(ConversationNotFound):
            await log.open_conversation(owner, conversation.conversation_id)
        assert await log.list_conversations(owner, limit=10, after=None) == []
    assert await log.conversation(conversation.conversation_id, OWNER) == conversation


async def test_open_conversation_in_parallel_begins_one(log: SqlConversationLog, engine: AsyncEngine) -> None:
    """In one process and in two: the database decides, and the losers answer with the winner's."""
    other = SqlConversationLog(engine)
    conversation_id = uuid4()
    opened = await asyncio.gather(*(one.open_conversation(OWNER, conversation_id) for one in (log, other) * 10))
    assert {one.conversation_id for one in opened} == {conversation_id}
    assert len(await log.list_conversations(OWNER, limit=10, after=None)) == 1
    await other.close()


async def test_conversations_are_listed_by_their_latest_activity_in_pages(
    log: SqlConversationLog, clock: ManualClock
) -> None:
    """Also those of the same moment come once each."""
    for number in range(7):
        await begin(log, text=f"number {number}")
        if number % 3 == 0:
            clock.advance(timedelta(seconds=1))
    whole = await log.list_conversations(OWNER, limit=100, after=None)
    assert [one.updated_at for one in whole] == sorted((one.updated_at for one in whole), reverse=True)
    pages: list[Conversation] = []
    after: ConversationPosition | None = None
    while page := await log.list_conversations(OWNER, limit=2, after=after):
        pages += page
        after = ConversationPosition(page[-1].updated_at, page[-1].conversation_id)
    assert pages == whole


async def test_messages_are_what_was_said_in_pages(log: SqlConversationLog) -> None:
    """The user's when accepted, the agent's when completed; an answer that failed is none."""
    run = await begin(log, text="one?")
    await append(log, run, 2, STARTED, token("1"), completed("1"))
    run = await begin(log, run.conversation_id, text="two?")
    await append(log, run, 2, STARTED, token("2"), CANCELLED)
    listed = await log.list_messages(run.conversation_id, limit=10, after_cursor=0)
    assert [(one.role, one.text, one.cursor) for one in listed] == [
        ("user", "one?", 1),
        ("agent", "1", 4),
        ("user", "two?", 5),
    ]
    assert await log.list_messages(run.conversation_id, limit=1, after_cursor=1) == listed[1:2]
    assert await log.latest_messages(run.conversation_id, limit=2, before_cursor=5) == listed[:2]
    assert await log.latest_messages(run.conversation_id, limit=1, before_cursor=9) == listed[2:]


async def test_a_conversation_shows_its_title_agent_run_and_end(log: SqlConversationLog, clock: ManualClock) -> None:
    """The first message is the title and stays it."""
    run = await begin(log, text="  How\n many   rows? " + "x" * 200)
    clock.advance(timedelta(seconds=5))
    await append(log, run, 2, STARTED)
    shown = await log.conversation(run.conversation_id, OWNER)
    assert shown.title is not None
    assert shown.title.startswith("How many rows? xxx")
    assert len(shown.title) == 100
    assert (shown.active_agent_id, shown.active_run_id, shown.cursor) == (GUIDE, run.run_id, 2)
    assert shown.updated_at - shown.created_at == timedelta(seconds=5)
    await append(log, run, 3, CANCELLED)
    await begin(log, run.conversation_id, text="second")
    assert (await log.conversation(run.conversation_id, OWNER)).title == shown.title
