"""What a batch of writes to the conversation log does inside a transaction; the group commit commits it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from pydantic import MISSING
from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from experience_plane.adapters.sql.conversation_appends import AppendEvents, append_all, event_row, logged
from experience_plane.adapters.sql.conversation_tables import conversations, events, messages, runs
from experience_plane.conversations.log import ConversationNotFound, MessageIdReused, RunInProgress
from experience_plane.conversations.model import AcceptedMessage, Envelope, LoggedEvent, NewMessage
from experience_plane.errors import ExperiencePlaneError
from experience_plane_api import messages as wire

_TITLE_LENGTH = 100


@dataclass(frozen=True, slots=True)
class AcceptMessage:
    """Begin a run for a message, once per message_id."""

    conversation_id: UUID
    message: NewMessage

    async def apply(self, connection: AsyncConnection, now: datetime) -> AcceptedMessage:
        """See `ConversationLog.accept_message`; raises an ExperiencePlaneError only before anything is changed."""
        conversation = await self._conversation(connection)
        if before := await self._accepted_before(connection):
            return AcceptedMessage(before, duplicate=True)
        if conversation.active_run_id is not None:
            raise RunInProgress
        cursor = conversation.cursor + 1
        await self._begin(connection, conversation, run_id := uuid4(), now)
        event = logged(self._first_event(Envelope(self.conversation_id, run_id, 1, cursor, now)))
        await connection.execute(insert(events).values(**event_row(event)))
        await connection.execute(
            insert(runs).values(
                run_id=run_id,
                conversation_id=self.conversation_id,
                message_id=self.message.message_id,
                fingerprint=self._fingerprint(),
                seq=1,
                accepted_cursor=cursor,
            )
        )
        await connection.execute(insert(messages).values(**self._message_row(run_id, cursor, now)))
        return AcceptedMessage(event, duplicate=False)

    def committed(self, result: AcceptedMessage) -> Sequence[LoggedEvent]:
        """Answer the events that are new in the log."""
        return () if result.duplicate else (result.event,)

    async def _accepted_before(self, connection: AsyncConnection) -> LoggedEvent | None:
        found = await connection.execute(
            select(runs.c.fingerprint, *events.c)
            .join(events, (events.c.run_id == runs.c.run_id) & (events.c.seq == 1))
            .where(runs.c.conversation_id == self.conversation_id, runs.c.message_id == self.message.message_id)
        )
        row = found.one_or_none()
        if row is None:
            return None
        if row.fingerprint != self._fingerprint():
            raise MessageIdReused
        return LoggedEvent(row.conversation_id, row.run_id, row.seq, row.cursor, row.type, row.text)

    async def _conversation(self, connection: AsyncConnection) -> Row[Any, Any, Any]:
        found = await connection.execute(
            select(conversations.c.cursor, conversations.c.title, conversations.c.active_run_id).where(
                conversations.c.conversation_id == self.conversation_id
            )
        )
        row = found.one_or_none()
        if row is None:
            raise ConversationNotFound
        return row

    async def _begin(
        self, connection: AsyncConnection, before: Row[Any, Any, Any], run_id: UUID, now: datetime
    ) -> None:
        """Take the conversation's only place for an active run, and the next cursor."""
        await connection.execute(
            update(conversations)
            .where(conversations.c.conversation_id == self.conversation_id)
            .values(
                cursor=before.cursor + 1,
                updated_at=now,
                active_run_id=run_id,
                title=_title(self.message.text) if before.title is None else before.title,
            )
        )

    def _first_event(self, envelope: Envelope) -> wire.MessageAccepted:
        return wire.MessageAccepted(
            type="message.accepted",
            conversation_id=envelope.conversation_id,
            run_id=envelope.run_id,
            seq=1,
            cursor=envelope.cursor,
            at=envelope.at,
            message_id=self.message.message_id,
            text=self.message.text,
            context=_context(self.message),
        )

    def _message_row(self, run_id: UUID, cursor: int, now: datetime) -> dict[str, Any]:
        return {
            "conversation_id": self.conversation_id,
            "cursor": cursor,
            "message_id": self.message.message_id,
            "run_id": run_id,
            "role": "user",
            "agent_id": None,
            "text": self.message.text,
            "at": now,
        }

    def _fingerprint(self) -> bytes:
        what = [self.message.text, self.message.surface, self.message.project_id]
        return hashlib.sha256(json.dumps(what).encode()).digest()


Write = AcceptMessage | AppendEvents


async def apply_batch(connection: AsyncConnection, writes: Sequence[Write], now: datetime) -> list[Any]:
    """Apply writes that wait together, and answer for each its result, or the exception that refuses it.

    None of them was acknowledged when another was given, so any order is right: the appends come first, all at once.
    """
    cursors = await _lock(connection, {write.conversation_id for write in writes})
    appends = [write for write in writes if isinstance(write, AppendEvents)]
    appended = iter(await append_all(connection, appends, cursors, now))
    return [
        next(appended) if isinstance(write, AppendEvents) else await _outcome(write, connection, now)
        for write in writes
    ]


async def _lock(connection: AsyncConnection, conversation_ids: Collection[UUID]) -> dict[UUID, int]:
    """Answer where the conversations end; nobody else writes to them until the transaction is over.

    Every process locks in the same order, so that two batches cannot wait for each other.
    """
    found = await connection.execute(
        select(conversations.c.conversation_id, conversations.c.cursor)
        .where(conversations.c.conversation_id.in_(conversation_ids))
        .order_by(conversations.c.conversation_id)
        .with_for_update()
    )
    return {row.conversation_id: row.cursor for row in found}


async def _outcome(write: AcceptMessage, connection: AsyncConnection, now: datetime) -> Any:
    try:
        return await write.apply(connection, now)
    except ExperiencePlaneError as refusal:
        return refusal


def _context(message: NewMessage) -> wire.MessageContext:
    return wire.MessageContext.model_validate(
        {"surface": message.surface, "project_id": MISSING if message.project_id is None else message.project_id}
    )


def _title(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _TITLE_LENGTH else line[: _TITLE_LENGTH - 1].rstrip() + "…"
