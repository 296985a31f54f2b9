"""The Runtime inside the service's own process: each execution is a task."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable

from experience_plane.errors import ExperiencePlaneError
from experience_plane.runtime.events import ExecutionCompleted, HandoffRequested, RuntimeEvent
from experience_plane.runtime.port import ExecutionFailed, ExecutionRequest

Execute = Callable[[ExecutionRequest], AsyncGenerator[RuntimeEvent, None]]
"""Yields the events of one execution; closing it cancels the execution."""


class EmbeddedRuntime:
    """Implements `runtime.port.Runtime` over a function that executes one agent.

    An execution runs ahead of its reader by at most `events_ahead` events, then waits.
    """

    def __init__(self, execute: Execute, *, events_ahead: int = 64) -> None:
        self._execute = execute
        self._events_ahead = events_ahead
        self._tasks: set[asyncio.Task[None]] = set()

    async def execute(self, request: ExecutionRequest) -> AsyncGenerator[RuntimeEvent, None]:
        """See `runtime.port.Runtime.execute`; errors the execution did not foresee become `ExecutionFailed`."""
        events: asyncio.Queue[RuntimeEvent | None] = asyncio.Queue()
        ahead = asyncio.Semaphore(self._events_ahead)
        task = self._started(request, events, ahead)
        try:
            while (event := await events.get()) is not None:
                ahead.release()
                yield event
                if isinstance(event, (ExecutionCompleted, HandoffRequested)):
                    return
            raise _failure(task)
        finally:
            task.cancel()
            await asyncio.wait({task})

    async def close(self) -> None:
        """Cancel all executions and wait until they ended; their readers get `ExecutionFailed`."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _started(
        self, request: ExecutionRequest, events: asyncio.Queue[RuntimeEvent | None], ahead: asyncio.Semaphore
    ) -> asyncio.Task[None]:
        task = asyncio.create_task(self._pump(request, events, ahead), name=f"run {request.run_id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        # The semaphore bounds the queue, so that the end can always be put in, even by a cancelled task.
        task.add_done_callback(lambda _: events.put_nowait(None))
        return task

    async def _pump(
        self, request: ExecutionRequest, events: asyncio.Queue[RuntimeEvent | None], ahead: asyncio.Semaphore
    ) -> None:
        execution = self._execute(request)
        try:
            async for event in execution:
                await ahead.acquire()
                events.put_nowait(event)
        finally:
            await execution.aclose()


def _failure(task: asyncio.Task[None]) -> ExperiencePlaneError:
    """Why a task ended without the last event that every execution owes."""
    if task.cancelled():
        return ExecutionFailed("The service is stopping.")
    error = task.exception()
    if isinstance(error, ExperiencePlaneError):
        return error
    failed = ExecutionFailed()
    failed.__cause__ = error
    return failed
