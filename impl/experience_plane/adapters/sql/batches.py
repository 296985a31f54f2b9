"""Work that waits while a transaction is under way shares the next one."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


class Batches(Generic[ItemT, ResultT]):
    """Applies items in the order in which they came, up to `limit` of them at once.

    `apply` answers one result for each item, after its commit. When it fails, each item of the batch is tried alone, so
    that one which cannot be written takes no other down.
    """

    def __init__(self, apply: Callable[[Sequence[ItemT]], Awaitable[Sequence[ResultT]]], *, limit: int = 64) -> None:
        self._apply = apply
        self._limit = limit
        self._waiting: deque[tuple[ItemT, asyncio.Future[ResultT]]] = deque()
        self._task: asyncio.Task[None] | None = None

    async def submit(self, item: ItemT) -> ResultT:
        """Answer the item's result; raises what `apply` raised for it. Cancelling the caller takes nothing back."""
        future: asyncio.Future[ResultT] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="batches")
        return await future

    async def _run(self) -> None:
        try:
            while self._waiting:
                # What has become ready in this turn of the loop comes along.
                await asyncio.sleep(0)
                batch = [self._waiting.popleft() for _ in range(min(self._limit, len(self._waiting)))]
                await self._commit(batch)
        finally:
            self._task = None

    async def _commit(self, batch: Sequence[tuple[ItemT, asyncio.Future[ResultT]]]) -> None:
        try:
            results = await self._apply([item for item, _ in batch])
        except Exception as error:  # noqa: BLE001 - whatever it is belongs to the one item that caused it
            if len(batch) > 1:
                for single in batch:
                    await self._commit([single])
            elif not batch[0][1].done():
                batch[0][1].set_exception(error)
            return
        for (_, future), result in zip(batch, results, strict=True):
            if not future.done():
                future.set_result(result)
