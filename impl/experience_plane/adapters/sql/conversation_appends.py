"""All appends of a batch in one go: what they need is read once, and each table is written once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from experience_plane.adapters.sql.conversation_tables import conversations, events, messages, runs
from experience_plane.conversations.log import RunFenced
from experience_plane.conversations.model import Envelope, EventDraft, LoggedEvent
from experience_plane_api import messages as wire
from experience_plane_api.agent_socket import RunEvent

_ENDS = frozenset({"agent.completed", "agent.failed", "agent.cancelled"})


@dataclass(frozen=True, slots=True)
class AppendEvents:
    """Append events to a run, all or none."""

    conversation_id: UUID
    run_id: UUID
    next_seq: int
    drafts: Sequence[EventDraft]

    def committed(self, result: Sequence[LoggedEvent]) -> Sequence[LoggedEvent]:
        """Answer the events that are new in the log."""
        return result


@dataclass(slots=True)
class _Ends:
    """Where the conversations of a batch end, and the runs in them that have not ended; moves with each append."""

    cursors: dict[UUID, int]
    seqs: dict[tuple[UUID, UUID], int]


_Placed = tuple[LoggedEvent, RunEvent | LoggedEvent]


async def append_all(
    connection: AsyncConnection, appends: Sequence[AppendEvents], cursors: Mapping[UUID, int], now: datetime
) -> list[Sequence[LoggedEvent] | Exception]:
    """Write the appends to conversations that the transaction has locked, at the cursors given.

    Answers for each its events, or why it is refused: RunFenced, or what a draft raised. A refused one changes nothing.
    """
    if not appends:
        return []
    ends = _Ends(dict(cursors), await _seqs(connection, appends))
    outcomes = [_place(append, ends, now) for append in appends]
    placed = [pair for outcome in outcomes if not isinstance(outcome, Exception) for pair in outcome]
    if placed:
        await _write(connection, [event for event, _ in placed], now)
        for event, made in placed:
            await _follow_up(connection, event, made)
    return [outcome if isinstance(outcome, Exception) else [event for event, _ in outcome] for outcome in outcomes]


def logged(made: RunEvent | LoggedEvent) -> LoggedEvent:
    """Answer the event with the text that goes on the wire."""
    if isinstance(made, LoggedEvent):
        return made
    return LoggedEvent(
        conversation_id=made.conversation_id,
        run_id=made.run_id,
        seq=made.seq,
        cursor=made.cursor,
        type=made.type,
        text=made.model_dump_json(),
    )


def event_row(event: LoggedEvent) -> dict[str, Any]:
    """Answer the row of an event."""
    return {
        "conversation_id": event.conversation_id,
        "cursor": event.cursor,
        "run_id": event.run_id,
        "seq": event.seq,
        "type": event.type,
        "text": event.text,
    }


async def _seqs(connection: AsyncConnection, appends: Sequence[AppendEvents]) -> dict[tuple[UUID, UUID], int]:
    query = select(runs.c.conversation_id, runs.c.run_id, runs.c.seq).where(
        runs.c.run_id.in_({append.run_id for append in appends}), runs.c.ended_cursor.is_(None)
    )
    return {(row.conversation_id, row.run_id): row.seq for row in await connection.execute(query)}


def _place(append: AppendEvents, ends: _Ends, now: datetime) -> list[_Placed] | Exception:
    run = (append.conversation_id, append.run_id)
    if ends.seqs.get(run) != append.next_seq - 1:
        return RunFenced()
    try:
        placed = [_placed(draft(envelope)) for draft, envelope in _envelopes(append, ends, now)]
    except Exception as error:  # noqa: BLE001 - whatever a draft raises belongs to the writer that made it
        return error
    ends.cursors[append.conversation_id] += len(placed)
    ends.seqs[run] += len(placed)
    if any(event.type in _ENDS for event, _ in placed):
        del ends.seqs[run]
    return placed


def _envelopes(append: AppendEvents, ends: _Ends, now: datetime) -> Iterator[tuple[EventDraft, Envelope]]:
    cursor = ends.cursors[append.conversation_id]
    for index, draft in enumerate(append.drafts):
        yield (
            draft,
            Envelope(append.conversation_id, append.run_id, append.next_seq + index, cursor + 1 + index, now),
        )


def _placed(made: RunEvent | LoggedEvent) -> _Placed:
    return logged(made), made


async def _write(connection: AsyncConnection, placed: Sequence[LoggedEvent], now: datetime) -> None:
    last_of_run = {event.run_id: event.seq for event in placed}
    last_of_conversation = {event.conversation_id: event.cursor for event in placed}
    await connection.execute(
        update(runs).where(runs.c.run_id == bindparam("run")).values(seq=bindparam("last")),
        [{"run": run_id, "last": seq} for run_id, seq in last_of_run.items()],
    )
    await connection.execute(
        update(conversations)
        .where(conversations.c.conversation_id == bindparam("conversation"))
        .values(cursor=bindparam("last"), updated_at=bindparam("now")),
        [{"conversation": one, "last": cursor, "now": now} for one, cursor in last_of_conversation.items()],
    )
    await connection.execute(insert(events), [event_row(event) for event in placed])


async def _follow_up(connection: AsyncConnection, event: LoggedEvent, made: RunEvent | LoggedEvent) -> None:
    match made:
        case wire.AgentStarted():
            await _set_conversation(connection, event, active_agent_id=made.agent_id)
        case wire.AgentCompleted():
            await connection.execute(insert(messages).values(**_answer_row(made)))
            await _end(connection, event)
        case wire.AgentFailed() | wire.AgentCancelled():
            await _end(connection, event)
        case _:
            pass


async def _end(connection: AsyncConnection, event: LoggedEvent) -> None:
    ended = update(runs).where(runs.c.run_id == event.run_id).values(ended_cursor=event.cursor)
    await connection.execute(ended)
    await _set_conversation(connection, event, active_run_id=None)


async def _set_conversation(connection: AsyncConnection, event: LoggedEvent, **values: object) -> None:
    await connection.execute(
        update(conversations).where(conversations.c.conversation_id == event.conversation_id).values(**values)
    )


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
