"""One writer for all of this process's writes to the conversation log: whatever waits shares the next commit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from experience_plane.adapters.sql.engine import write_transaction
from experience_plane.clock import Clock
from experience_plane.conversations.model import LoggedEvent

ResultT = TypeVar("ResultT")
ResultT_contra = TypeVar("ResultT_contra", contravariant=True)


class Write(Protocol[ResultT_contra]):
    """One write; after the commit, `committed` says which events are new."""

    @property
    def conversation_id(self) -> UUID: ...

    def committed(self, result: ResultT_contra) -> Sequence[LoggedEvent]: ...


Apply = Callable[[AsyncConnection, Sequence[Any], datetime], Awaitable[list[Any]]]
"""Applies writes in a transaction; answers for each its result, or the exception that refuses it and only it."""


class _Pending(Generic[ResultT]):
    def __init__(self, write: Write[ResultT]) -> None:
        self.write = write
        self.future: asyncio.Future[ResultT] = asyncio.get_running_loop().create_future()


class GroupCommit:
    """Applies all writes that wait in one transaction; nothing waits for a timer, only for the commit under way.

    Publishes after the commit. A write that is refused, or fails, takes none of its companions down: after a failure
    the transaction is rolled back and each is tried alone.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        apply: Apply,
        *,
        clock: Clock,
        publish: Callable[[Sequence[LoggedEvent]], None],
        batch_limit: int = 1024,
    ) -> None:
        self._engine = engine
        self._apply_all = apply
        self._clock = clock
        self._publish = publish
        self._batch_limit = batch_limit
        self._queue: asyncio.Queue[_Pending[Any] | None] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    async def write(self, write: Write[ResultT]) -> ResultT:
        """Apply a write and answer its result once it is durable; raises what refused it.

        Cancelling the caller does not take the write back.

        Raises:
            RuntimeError: the group commit is closed.
        """
        if self._closed:
            raise RuntimeError("the conversation log is closed")
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="group commit")
        pending = _Pending(write)
        self._queue.put_nowait(pending)
        return await pending.future

    async def close(self) -> None:
        """Commit what waits, then stop."""
        self._closed = True
        if self._task is not None:
            self._queue.put_nowait(None)
            await self._task

    async def _run(self) -> None:
        while (first := await self._queue.get()) is not None:
            batch = [first]
            while len(batch) < self._batch_limit and not self._queue.empty():
                if (pending := self._queue.get_nowait()) is None:
                    self._queue.put_nowait(None)
                    break
                batch.append(pending)
            await self._commit(batch)

    async def _commit(self, batch: Sequence[_Pending[Any]]) -> None:
        try:
            outcomes = await self._apply(batch)
        except Exception as error:  # noqa: BLE001 - whatever it is belongs to the one write that caused it
            if len(batch) == 1:
                _fail(batch[0], error)
                return
            for pending in batch:
                await self._commit([pending])
            return
        for pending, outcome in zip(batch, outcomes, strict=True):
            if isinstance(outcome, Exception):
                _fail(pending, outcome)
                continue
            self._publish(pending.write.committed(outcome))
            if not pending.future.done():
                pending.future.set_result(outcome)

    async def _apply(self, batch: Sequence[_Pending[Any]]) -> list[Any]:
        async with write_transaction(self._engine) as connection:
            return await self._apply_all(connection, [pending.write for pending in batch], self._clock())


def _fail(pending: _Pending[Any], error: Exception) -> None:
    if not pending.future.done():
        pending.future.set_exception(error)
