"""The writer of a run: what comes during a commit shares the next, and nothing is counted that is not in the log."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest

from experience_plane.agent_socket import run_events
from experience_plane.agent_socket.run_writer import RunWriter
from experience_plane.conversations.log import RunFenced

DRAFT = run_events.cancelled()


class Appends:
    """A log that commits when the test says so."""

    def __init__(self) -> None:
        self.batches: list[tuple[int, int]] = []
        self.commits: asyncio.Queue[Exception | None] = asyncio.Queue()

    async def append(self, _conversation: Any, _run: Any, next_seq: int, drafts: Sequence[Any]) -> None:
        self.batches.append((next_seq, len(drafts)))
        if error := await self.commits.get():
            raise error


def writer(log: Appends, ahead: int = 256) -> RunWriter:
    return RunWriter(log, uuid4(), uuid4(), next_seq=2, ahead=ahead)  # type: ignore[arg-type]


async def test_what_comes_during_a_commit_goes_into_the_next() -> None:
    log = Appends()
    write = writer(log)
    await write.add(DRAFT)
    await asyncio.sleep(0)
    for _ in range(10):
        await write.add(DRAFT)
    log.commits.put_nowait(None)
    log.commits.put_nowait(None)
    await write.flush()
    assert log.batches == [(2, 1), (3, 10)]


async def test_who_emits_faster_than_the_log_commits_waits() -> None:
    log = Appends()
    write = writer(log, ahead=3)
    await write.add(DRAFT)
    await asyncio.sleep(0)
    await write.add(DRAFT)
    await write.add(DRAFT)
    third = asyncio.create_task(write.add(DRAFT))
    await asyncio.sleep(0)
    assert not third.done()
    log.commits.put_nowait(None)
    log.commits.put_nowait(None)
    await third
    assert log.batches == [(2, 1), (3, 3)]


async def test_a_failure_is_raised_once_and_the_count_goes_on_from_what_is_in_the_log() -> None:
    log = Appends()
    write = writer(log)
    log.commits.put_nowait(None)
    await write.write(DRAFT)
    await write.add(DRAFT)
    log.commits.put_nowait(OSError("away"))
    with pytest.raises(OSError, match="away"):
        await write.flush()
    log.commits.put_nowait(None)
    await write.write(DRAFT)
    assert log.batches == [(2, 1), (3, 1), (3, 1)]


async def test_a_writer_whose_run_has_another_is_told_at_the_next_event() -> None:
    log = Appends()
    write = writer(log)
    log.commits.put_nowait(RunFenced())
    await write.add(DRAFT)
    for _ in range(3):
        await asyncio.sleep(0)
    with pytest.raises(RunFenced):
        await write.add(DRAFT)
