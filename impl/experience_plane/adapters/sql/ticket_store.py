"""Tickets in SQL."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncEngine

from experience_plane.adapters.sql.engine import write_transaction
from experience_plane.adapters.sql.identity_tables import tickets
from experience_plane.security_guard.principal import Principal


class SqlTicketStore:
    """`TicketStore` on SQLite or PostgreSQL."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(self, digest: bytes, principal: Principal, expires_at: datetime, now: datetime) -> None:
        """See `TicketStore.add`."""
        async with write_transaction(self._engine) as connection:
            await connection.execute(delete(tickets).where(tickets.c.expires_at <= now))
            await connection.execute(
                insert(tickets).values(
                    digest=digest,
                    user_id=principal.user_id,
                    tenant_id=principal.tenant_id,
                    session_id=principal.session_id,
                    roles=list(principal.roles),
                    permissions=list(principal.permissions),
                    scopes=None if principal.scopes is None else list(principal.scopes),
                    principal_expires_at=principal.expires_at,
                    expires_at=expires_at,
                )
            )

    async def take(self, digest: bytes, now: datetime) -> Principal | None:
        """See `TicketStore.take`."""
        async with write_transaction(self._engine) as connection:
            taken = await connection.execute(
                delete(tickets).where(tickets.c.digest == digest, tickets.c.expires_at > now).returning(*tickets.c)
            )
            row = taken.one_or_none()
        if row is None:
            return None
        return Principal(
            user_id=row.user_id,
            tenant_id=row.tenant_id,
            session_id=row.session_id,
            roles=tuple(row.roles),
            permissions=tuple(row.permissions),
            expires_at=row.principal_expires_at,
            scopes=None if row.scopes is None else tuple(row.scopes),
        )
