"""One writer for all of this process's writes to the conversation log: whatever waits shares the next commit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from experience_plane.adapters.sql.engine import write_transaction
from experience_plane.clock import Clock
from experience_plane.conversations.model import LoggedEvent

ResultT = TypeVar("ResultT")
ResultT_co = TypeVar("ResultT_co", covariant=True)


class Write(Protocol[ResultT_co]):
    """One write: `apply` in a transaction; after the commit, `committed` says which events are new."""

    async def apply(self, connection: AsyncConnection, now: datetime) -> ResultT_co: ...

    def committed(self, result: Any) -> Sequence[LoggedEvent]: ...


class _Pending(Generic[ResultT]):
    def __init__(self, write: Write[ResultT]) -> None:
        self.write = write
        self.future: asyncio.Future[ResultT] = asyncio.get_running_loop().create_future()


class GroupCommit:
    """Applies writes in the order in which they came, all that wait in one transaction; publishes after the commit.

    A write that fails takes none of its companions down: the transaction is rolled back and each is tried alone.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        clock: Clock,
        publish: Callable[[Sequence[LoggedEvent]], None],
        batch_limit: int = 256,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._publish = publish
        self._batch_limit = batch_limit
        self._queue: asyncio.Queue[_Pending[Any] | None] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def write(self, write: Write[ResultT]) -> ResultT:
        """Apply a write and answer its result once it is durable; raises what `apply` raised."""
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="group commit")
        pending = _Pending(write)
        self._queue.put_nowait(pending)
        return await pending.future

    async def close(self) -> None:
        """Commit what waits, then stop."""
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
            results = await self._apply(batch)
        except Exception as error:  # noqa: BLE001 - whatever it is belongs to the one write that caused it
            if len(batch) == 1:
                _fail(batch[0], error)
                return
            for pending in batch:
                await self._commit([pending])
            return
        for pending, result in zip(batch, results, strict=True):
            self._publish(pending.write.committed(result))
            if not pending.future.done():
                pending.future.set_result(result)

    async def _apply(self, batch: Sequence[_Pending[Any]]) -> list[Any]:
        async with write_transaction(self._engine) as connection:
            return [await pending.write.apply(connection, self._clock()) for pending in batch]


def _fail(pending: _Pending[Any], error: Exception) -> None:
    if not pending.future.done():
        pending.future.set_exception(error)
