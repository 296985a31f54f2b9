"""What one write to the conversation log does inside a transaction; the group commit calls it and commits."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from pydantic import MISSING
from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from experience_plane.adapters.sql.conversation_tables import conversations, events, messages, runs
from experience_plane.conversations.log import ConversationNotFound, MessageIdReused, RunFenced, RunInProgress
from experience_plane.conversations.model import AcceptedMessage, Envelope, EventDraft, LoggedEvent, NewMessage
from experience_plane_api import messages as wire
from experience_plane_api.agent_socket import RunEvent

_TITLE_LENGTH = 100


@dataclass(frozen=True, slots=True)
class AcceptMessage:
    """Begin a run for a message, once per message_id."""

    conversation_id: UUID
    message: NewMessage

    async def apply(self, connection: AsyncConnection, now: datetime) -> AcceptedMessage:
        """See `ConversationLog.accept_message`."""
        conversation = await self._locked(connection)
        if before := await self._accepted_before(connection):
            return AcceptedMessage(before, duplicate=True)
        if conversation.active_run_id is not None:
            raise RunInProgress
        cursor = conversation.cursor + 1
        await self._begin(connection, conversation, run_id := uuid4(), now)
        event = _logged(self._first_event(Envelope(self.conversation_id, run_id, 1, cursor, now)))
        await connection.execute(insert(events).values(**_event_row(event)))
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

    async def _locked(self, connection: AsyncConnection) -> Row[Any, Any, Any]:
        """Answer the conversation, and let no other process accept a message for it until this one is decided."""
        found = await connection.execute(
            select(conversations.c.cursor, conversations.c.title, conversations.c.active_run_id)
            .where(conversations.c.conversation_id == self.conversation_id)
            .with_for_update()
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


@dataclass(frozen=True, slots=True)
class AppendEvents:
    """Append events to a run, all or none."""

    conversation_id: UUID
    run_id: UUID
    next_seq: int
    drafts: Sequence[EventDraft]

    async def apply(self, connection: AsyncConnection, now: datetime) -> Sequence[LoggedEvent]:
        """See `ConversationLog.append`."""
        await self._fence(connection)
        last = await self._advance(connection, now)
        made = [
            draft(
                Envelope(
                    self.conversation_id, self.run_id, self.next_seq + index, last - len(self.drafts) + 1 + index, now
                )
            )
            for index, draft in enumerate(self.drafts)
        ]
        logged = [_logged(event) for event in made]
        await connection.execute(insert(events), [_event_row(event) for event in logged])
        for event in made:
            await self._follow_up(connection, event)
        return logged

    def committed(self, result: Sequence[LoggedEvent]) -> Sequence[LoggedEvent]:
        """Answer the events that are new in the log."""
        return result

    async def _fence(self, connection: AsyncConnection) -> None:
        passed = await connection.execute(
            update(runs)
            .where(runs.c.run_id == self.run_id, runs.c.seq == self.next_seq - 1, runs.c.ended_cursor.is_(None))
            .values(seq=runs.c.seq + len(self.drafts))
        )
        if passed.rowcount != 1:
            raise RunFenced

    async def _advance(self, connection: AsyncConnection, now: datetime) -> int:
        advanced = await connection.execute(
            update(conversations)
            .where(conversations.c.conversation_id == self.conversation_id)
            .values(cursor=conversations.c.cursor + len(self.drafts), updated_at=now)
            .returning(conversations.c.cursor)
        )
        return int(advanced.scalar_one())

    async def _follow_up(self, connection: AsyncConnection, event: RunEvent) -> None:
        match event:
            case wire.AgentStarted():
                await self._set_conversation(connection, active_agent_id=event.agent_id)
            case wire.AgentCompleted():
                await connection.execute(insert(messages).values(**_answer_row(event)))
                await self._end(connection, event.cursor)
            case wire.AgentFailed() | wire.AgentCancelled():
                await self._end(connection, event.cursor)
            case _:
                pass

    async def _end(self, connection: AsyncConnection, cursor: int) -> None:
        await connection.execute(update(runs).where(runs.c.run_id == self.run_id).values(ended_cursor=cursor))
        await self._set_conversation(connection, active_run_id=None)

    async def _set_conversation(self, connection: AsyncConnection, **values: object) -> None:
        await connection.execute(
            update(conversations).where(conversations.c.conversation_id == self.conversation_id).values(**values)
        )


def _context(message: NewMessage) -> wire.MessageContext:
    return wire.MessageContext.model_validate(
        {"surface": message.surface, "project_id": MISSING if message.project_id is None else message.project_id}
    )


def _logged(event: RunEvent) -> LoggedEvent:
    return LoggedEvent(
        conversation_id=event.conversation_id,
        run_id=event.run_id,
        seq=event.seq,
        cursor=event.cursor,
        type=event.type,
        text=event.model_dump_json(),
    )


def _event_row(event: LoggedEvent) -> dict[str, Any]:
    return {
        "conversation_id": event.conversation_id,
        "cursor": event.cursor,
        "run_id": event.run_id,
        "seq": event.seq,
        "type": event.type,
        "text": event.text,
    }


def _answer_row(event: wire.AgentCompleted) -> dict[str, Any]:
    return {
        "conversation_id": event.conversation_id,
        "cursor": event.cursor,
        "message_id": event.message_id,
        "run_id": event.run_id,
        "role": "agent",
        "agent_id": event.agent_id,
        "text": event.text,
        "at": event.at,
    }


def _title(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _TITLE_LENGTH else line[: _TITLE_LENGTH - 1].rstrip() + "…"
