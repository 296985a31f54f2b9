"""Work that a request starts and does not wait for, so that its answer and its time tell nothing about the outcome."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from experience_plane.security_guard.ports import Overloaded

_LOG = structlog.get_logger(__name__)
_RETRY_AFTER = 2.0


class BackgroundWork:
    """Runs a few jobs at a time and refuses more than `limit` that wait."""

    def __init__(self, *, limit: int = 1000, concurrency: int = 4) -> None:
        self._limit = limit
        self._slots = asyncio.Semaphore(concurrency)
        self._tasks: set[asyncio.Task[None]] = set()

    def submit(self, name: str, job: Callable[[], Awaitable[None]]) -> None:
        """Start a job; what it raises goes to the log under `name`.

        Raises:
            Overloaded: too many jobs wait already.
        """
        if len(self._tasks) >= self._limit:
            raise Overloaded(_RETRY_AFTER)
        task = asyncio.create_task(self._run(name, job))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settle(self) -> None:
        """Wait until nothing is left to do."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self, patience: timedelta) -> None:
        """Give what runs this long to end, then stop it."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=patience.total_seconds())
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _run(self, name: str, job: Callable[[], Awaitable[None]]) -> None:
        async with self._slots:
            try:
                await job()
            except Exception as error:  # noqa: BLE001 - nobody waits for the job: the log is the only place for it
                await _LOG.aerror("background_work_failed", work=name, exc_info=error)
