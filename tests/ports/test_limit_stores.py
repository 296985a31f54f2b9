"""Known networks in SQL; counters shared in a real Redis."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from experience_plane.adapters.limit_counters import MemoryCounters, SharedCounters
from experience_plane.adapters.sql.known_networks import SqlKnownNetworks
from experience_plane.clock import system_clock
from experience_plane.security_guard.rate_limits import KNOWN_FOR, Limit
from manual_clock import ManualClock
from requirements import not_here

ADA, EVE = b"a" * 32, b"e" * 32


async def test_a_network_is_known_from_the_first_sign_in(engine: AsyncEngine, clock: ManualClock) -> None:
    store = SqlKnownNetworks(engine)
    assert not await store.knows(ADA, "192.0.2.1", clock() - KNOWN_FOR)
    await store.remember(ADA, "192.0.2.1", clock())
    assert await store.knows(ADA, "192.0.2.1", clock() - KNOWN_FOR)
    assert not await store.knows(EVE, "192.0.2.1", clock() - KNOWN_FOR)
    assert not await store.knows(ADA, "192.0.2.2", clock() - KNOWN_FOR)


async def test_signing_in_again_renews_what_is_known(engine: AsyncEngine, clock: ManualClock) -> None:
    store = SqlKnownNetworks(engine)
    for _ in range(3):
        await store.remember(ADA, "192.0.2.1", clock())
        clock.advance(timedelta(days=60))
    assert await store.knows(ADA, "192.0.2.1", clock() - KNOWN_FOR)
    clock.advance(timedelta(days=31))
    assert not await store.knows(ADA, "192.0.2.1", clock() - KNOWN_FOR)


async def test_parallel_sign_ins_from_one_network_do_not_collide(engine: AsyncEngine, clock: ManualClock) -> None:
    store = SqlKnownNetworks(engine)
    async with asyncio.TaskGroup() as sign_ins:
        for _ in range(20):
            sign_ins.create_task(store.remember(ADA, "192.0.2.1", clock()))
    assert await store.knows(ADA, "192.0.2.1", clock() - KNOWN_FOR)


@pytest.fixture
async def redis_url(tmp_path: Path) -> AsyncIterator[str]:
    program = shutil.which("redis-server")
    if program is None:
        not_here("redis-server is not installed")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ("--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path))
    process = await asyncio.create_subprocess_exec(program, *command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    async for line in process.stdout:
        if b"Ready to accept connections" in line:
            break
    yield f"redis://127.0.0.1:{port}/0"
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    await process.communicate()


async def test_processes_share_what_they_count(redis_url: str) -> None:
    limit = Limit(10, 3600)
    processes = [SharedCounters(redis_url, MemoryCounters(system_clock), system_clock) for _ in range(3)]
    counts = await asyncio.gather(*(processes[number % 3].take("ada", limit) for number in range(30)))
    assert sum(count.allowed for count in counts) == 10
    refused = await processes[0].take("ada", limit)
    assert not refused.allowed
    assert 3500 < refused.reset_after <= 3600
    for process in processes:
        await process.close()
