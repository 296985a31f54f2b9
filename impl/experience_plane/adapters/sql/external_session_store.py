"""Sessions of other issuers in SQL."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from experience_plane.adapters.sql.engine import read_connection, write_transaction
from experience_plane.adapters.sql.external_tables import external_sessions
from experience_plane.security_guard.external_identity import ExternalSession

_KEPT = timedelta(days=90)
"""How long a session is remembered after its last token; an ended one that came back later would be let in again."""


class SqlExternalSessionStore:
    """`ExternalSessionStore` on SQLite or PostgreSQL."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def admit(self, session: ExternalSession, now: datetime) -> ExternalSession | None:
        """See `ExternalSessionStore.admit`."""
        row = await self._row(session.session_id)
        if row is None and await self._add(session, now):
            return session
        if row is None or (row.ended_at is None and row.expires_at < session.expires_at):
            await self._renew(session)
        return await self.find(session.session_id)

    async def find(self, session_id: UUID) -> ExternalSession | None:
        """See `ExternalSessionStore.find`."""
        row = await self._row(session_id)
        return None if row is None or row.ended_at is not None else _session(row)

    async def end(self, session_id: UUID, now: datetime) -> None:
        """See `ExternalSessionStore.end`."""
        async with write_transaction(self._engine) as connection:
            await connection.execute(
                update(external_sessions)
                .where(external_sessions.c.session_id == session_id, external_sessions.c.ended_at.is_(None))
                .values(ended_at=now)
            )

    async def _row(self, session_id: UUID) -> Row[Any] | None:
        query = select(external_sessions).where(external_sessions.c.session_id == session_id)
        async with read_connection(self._engine) as connection:
            return (await connection.execute(query)).one_or_none()

    async def _add(self, session: ExternalSession, now: datetime) -> bool:
        """Whether the session was new; another request may have been first."""
        try:
            async with write_transaction(self._engine) as connection:
                await connection.execute(delete(external_sessions).where(external_sessions.c.expires_at <= now - _KEPT))
                await connection.execute(insert(external_sessions).values(**_values(session)))
        except IntegrityError:
            return False
        return True

    async def _renew(self, session: ExternalSession) -> None:
        # Not with an older token's claims, and never a session that has ended: one statement decides both.
        async with write_transaction(self._engine) as connection:
            await connection.execute(
                update(external_sessions)
                .where(
                    external_sessions.c.session_id == session.session_id,
                    external_sessions.c.ended_at.is_(None),
                    external_sessions.c.expires_at < session.expires_at,
                )
                .values(**_values(session))
            )


def _values(session: ExternalSession) -> dict[str, Any]:
    return {
        "session_id": session.session_id,
        "user_id": session.user_id,
        "tenant_id": session.tenant_id,
        "email": session.email,
        "name": session.name,
        "roles": list(session.roles),
        "expires_at": session.expires_at,
    }


def _session(row: Row[Any]) -> ExternalSession:
    return ExternalSession(
        session_id=row.session_id,
        user_id=row.user_id,
        tenant_id=row.tenant_id,
        email=row.email,
        name=row.name,
        roles=tuple(row.roles),
        expires_at=row.expires_at,
    )
