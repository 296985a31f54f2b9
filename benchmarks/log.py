"""The conversation log beside raw sqlite3 on the same disk: how many events, how late they are, how fast a resume is.

`python -m benchmarks.log` needs no service. Every event is durable before its follower has it; so is every raw row.
"""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles
from time import perf_counter
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncEngine

from experience_plane.adapters.sql import schema
from experience_plane.adapters.sql.conversation_log import SqlConversationLog
from experience_plane.adapters.sql.engine import create_engine
from experience_plane.agent_socket.run_writer import RunWriter
from experience_plane.agent_socket.token_drafts import TokenDraft
from experience_plane.conversations.model import LoggedEvent, NewMessage, Owner

_OWNER = Owner(UUID(int=1), UUID(int=2))
_DELTA = "Three of "
_RUNS, _PER_SECOND, _SECONDS = 40, 2000, 4
_RESUMED = 10_000
_COMMITS, _ROWS = 40, 50


def lines() -> Iterator[str]:
    """Measure one after the other, each on a fresh database in one directory."""
    with tempfile.TemporaryDirectory() as directory:
        yield from asyncio.run(_lines(Path(directory)))


async def _lines(directory: Path) -> list[str]:
    engine = create_engine(f"sqlite+aiosqlite:///{directory / 'plane.sqlite3'}")
    await schema.upgrade(engine)
    try:
        known = _raw_rows_per_second(directory / "raw.sqlite3")
        return [
            await _throughput(engine, known),
            await _latency(engine),
            await _resume(engine, directory / "plane.sqlite3"),
        ]
    finally:
        await engine.dispose()


async def _throughput(engine: AsyncEngine, known: float) -> str:
    log = SqlConversationLog(engine)
    writers = [RunWriter(log, run.conversation_id, run.run_id, 2) for run in [await _run(log) for _ in range(_RUNS)]]
    began = perf_counter()
    await asyncio.gather(*(_emit(writer, 500) for writer in writers))
    rate = _RUNS * 500 / (perf_counter() - began)
    await log.close()
    name = f"log: append, {_RUNS} runs"
    beside = f"sqlite3, {_ROWS} rows a commit: {known:8.0f} rows/s"
    return f"{name:44} {rate:8.0f} events/s   {beside}   ratio {rate / known:5.2f}"


async def _emit(writer: RunWriter, count: int) -> None:
    for _ in range(count):
        await writer.add(TokenDraft.of(_DELTA))
    await writer.flush()


async def _latency(engine: AsyncEngine) -> str:
    """From the agent's token to the follower that has it, at a steady pace over many runs."""
    log = SqlConversationLog(engine)
    late: list[float] = []
    runs = [await _run(log) for _ in range(_RUNS)]
    await asyncio.gather(*(_paced(log, run, number, late) for number, run in enumerate(runs)))
    await log.close()
    cuts = quantiles(late, n=100)
    return (
        f"{f'log: token to follower, {_PER_SECOND}/s, {_RUNS} runs':44} "
        f"p50 {cuts[49] * 1e3:.1f} ms   p90 {cuts[89] * 1e3:.1f} ms   p99 {cuts[98] * 1e3:.1f} ms"
    )


async def _paced(log: SqlConversationLog, run: LoggedEvent, number: int, late: list[float]) -> None:
    writer = RunWriter(log, run.conversation_id, run.run_id, 2)
    interval = _RUNS / _PER_SECOND
    count = round(_SECONDS / interval)
    emitted: list[float] = []
    following = asyncio.create_task(_follow(log, run, emitted, count, late))
    begin = perf_counter() + 0.2 + number * interval / _RUNS
    for tick in range(count):
        await asyncio.sleep(max(0.0, begin + tick * interval - perf_counter()))
        emitted.append(perf_counter())
        await writer.add(TokenDraft.of(_DELTA))
    await writer.flush()
    await following


async def _follow(
    log: SqlConversationLog, run: LoggedEvent, emitted: list[float], count: int, late: list[float]
) -> None:
    seen = 0
    async for events in log.follow(run.conversation_id, run.cursor):
        now = perf_counter()
        late += [now - emitted[event.seq - 2] for event in events]
        seen += len(events)
        if seen == count:
            return


async def _resume(engine: AsyncEngine, database: Path) -> str:
    log = SqlConversationLog(engine)
    run = await _run(log)
    await log.append(run.conversation_id, run.run_id, 2, [TokenDraft.of(_DELTA)] * _RESUMED)
    rates = sorted([await _resumed(log, run) for _ in range(5)])
    known = _raw_reads_per_second(database, run.conversation_id)
    await log.close()
    name = f"log: resume with {_RESUMED} missed"
    return f"{name:44} {rates[2]:8.0f} events/s   sqlite3 alone: {known:8.0f} rows/s   ratio {rates[2] / known:5.2f}"


async def _resumed(log: SqlConversationLog, run: LoggedEvent) -> float:
    seen, began = 0, perf_counter()
    async for events in log.follow(run.conversation_id, run.cursor):
        seen += len(events)
        if seen == _RESUMED:
            break
    return _RESUMED / (perf_counter() - began)


async def _run(log: SqlConversationLog) -> LoggedEvent:
    conversation = await log.create_conversation(_OWNER)
    message = NewMessage(uuid4(), "How many rows?", "general", None)
    return (await log.accept_message(conversation.conversation_id, message)).event


def _raw_rows_per_second(path: Path) -> float:
    with sqlite3.connect(path, isolation_level=None) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE events (run TEXT, seq INTEGER, text TEXT, PRIMARY KEY (run, seq))")
        began = perf_counter()
        for commit in range(_COMMITS):
            connection.execute("BEGIN IMMEDIATE")
            rows = [("r", commit * _ROWS + row, "x" * 200) for row in range(_ROWS)]
            connection.executemany("INSERT INTO events VALUES (?, ?, ?)", rows)
            connection.execute("COMMIT")
        took = perf_counter() - began
    connection.close()
    return _COMMITS * _ROWS / took


def _raw_reads_per_second(path: Path, conversation_id: UUID) -> float:
    connection = sqlite3.connect(path)
    began = perf_counter()
    query = "SELECT run_id, seq, cursor, type, text FROM events WHERE conversation_id = ? ORDER BY cursor"
    rows = connection.execute(query, (conversation_id.hex,)).fetchall()
    took = perf_counter() - began
    connection.close()
    return len(rows) / took


if __name__ == "__main__":
    for line in lines():
        print(line, flush=True)
