"""The one writer of a run: what comes while a commit is under way goes into the next, all at once."""

from __future__ import annotations

import asyncio
from uuid import UUID

from experience_plane.conversations.log import ConversationLog
from experience_plane.conversations.model import EventDraft


class RunWriter:
    """Appends a run's events and keeps its next `seq`.

    The writing is a task of its own, so that cancelling who adds events takes nothing back and the count stays right.
    """

    def __init__(
        self, log: ConversationLog, conversation_id: UUID, run_id: UUID, next_seq: int, *, ahead: int = 256
    ) -> None:
        self._log = log
        self._conversation_id = conversation_id
        self._run_id = run_id
        self._next_seq = next_seq
        self._ahead = ahead
        self._waiting: list[EventDraft] = []
        self._writing: asyncio.Task[None] | None = None
        self._failure: Exception | None = None

    async def add(self, draft: EventDraft) -> None:
        """Hand an event over; returns at once unless as many wait as may.

        Raises:
            RunFenced: the run has ended, or another writer has it.
            Exception: whatever else the log raised for an event added before; those that waited with it are lost.
        """
        self._begin(draft)
        while self._writing is not None and len(self._waiting) >= self._ahead:
            await asyncio.wait({self._writing})
        self._raise_failure()

    async def flush(self) -> None:
        """Wait until all that was added is durable; raises as `add` does."""
        while self._writing is not None:
            await asyncio.wait({self._writing})
        self._raise_failure()

    async def write(self, draft: EventDraft) -> None:
        """Append one event; on return it is durable. Raises as `add` does."""
        await self.add(draft)
        await self.flush()

    def _begin(self, draft: EventDraft) -> None:
        self._raise_failure()
        self._waiting.append(draft)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write(), name=f"writer of run {self._run_id}")

    async def _write(self) -> None:
        try:
            while drafts := self._waiting:
                self._waiting = []
                await self._log.append(self._conversation_id, self._run_id, self._next_seq, drafts)
                self._next_seq += len(drafts)
        except Exception as error:  # noqa: BLE001 - it is raised for who adds events
            self._failure = error
            self._waiting = []
        finally:
            self._writing = None

    def _raise_failure(self) -> None:
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure
