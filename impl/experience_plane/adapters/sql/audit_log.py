"""The audit log in SQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, func, insert, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from experience_plane.adapters.sql.audit_tables import audit_events
from experience_plane.adapters.sql.engine import read_connection, write_transaction
from experience_plane.adapters.sql.identity_tables import sessions, users
from experience_plane.clock import Clock
from experience_plane.security_guard.audit import (
    AuditQuery,
    AuditTrail,
    Circumstances,
    RecordedEvent,
    SecurityEvent,
    circumstances,
)


class SqlAuditTrail:
    """`AuditTrail` and `AuditLog` on SQLite or PostgreSQL; every event also goes to `log`."""

    def __init__(self, engine: AsyncEngine, log: AuditTrail, clock: Clock) -> None:
        self._engine = engine
        self._log = log
        self._clock = clock

    async def record(self, event: SecurityEvent) -> None:
        """See `AuditTrail.record`. The user of a session, and the tenant of a user, are looked up where not given."""
        await self._log.record(event)
        of_session = select(sessions.c.user_id).where(sessions.c.session_id == event.session_id).scalar_subquery()
        user_id = func.coalesce(literal(event.user_id, sessions.c.user_id.type), of_session)
        tenant_id = select(users.c.default_tenant_id).where(users.c.user_id == user_id).scalar_subquery()
        known = circumstances()
        async with write_transaction(self._engine) as connection:
            await connection.execute(
                insert(audit_events).values(
                    at=self._clock(),
                    kind=event.kind,
                    user_id=user_id,
                    actor_id=event.actor_id,
                    session_id=event.session_id,
                    tenant_id=tenant_id,
                    ip_address=known.ip_address,
                    user_agent=known.user_agent,
                    request_id=known.request_id,
                    detail=dict(event.detail),
                )
            )

    async def find(self, query: AuditQuery) -> Sequence[RecordedEvent]:
        """See `AuditLog.find`."""
        statement = (
            select(audit_events).where(*_conditions(query)).order_by(audit_events.c.event_id.desc()).limit(query.limit)
        )
        async with read_connection(self._engine) as connection:
            return [_recorded(row) for row in await connection.execute(statement)]


def _conditions(query: AuditQuery) -> Iterator[ColumnElement[bool]]:
    columns = audit_events.c
    if query.tenant_id is not None:
        yield columns.tenant_id == query.tenant_id
    if query.kind is not None:
        yield columns.kind == query.kind
    if query.user_id is not None:
        yield or_(columns.user_id == query.user_id, columns.actor_id == query.user_id)
    if query.since is not None:
        yield columns.at >= query.since
    if query.until is not None:
        yield columns.at < query.until
    if query.before is not None:
        yield columns.event_id < query.before


def _recorded(row: Row[Any]) -> RecordedEvent:
    return RecordedEvent(
        event_id=row.event_id,
        at=row.at,
        event=SecurityEvent(
            kind=row.kind, user_id=row.user_id, actor_id=row.actor_id, session_id=row.session_id, detail=row.detail
        ),
        tenant_id=row.tenant_id,
        circumstances=Circumstances(ip_address=row.ip_address, user_agent=row.user_agent, request_id=row.request_id),
    )
