"""From where accounts were signed in to, in SQL. Accounts are digests: an address that was only typed is not kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, LargeBinary, String, Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncEngine

from experience_plane.adapters.sql.engine import read_connection, write_transaction
from experience_plane.adapters.sql.metadata import METADATA, UtcDateTime
from experience_plane.security_guard.rate_limits import KNOWN_FOR

known_networks = Table(
    "known_networks",
    METADATA,
    Column("account", LargeBinary(32), primary_key=True),
    Column("network", String(64), primary_key=True),
    Column("last_sign_in_at", UtcDateTime, nullable=False, index=True),
)


class SqlKnownNetworks:
    """`KnownNetworks` on SQLite or PostgreSQL."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def remember(self, account: bytes, network: str, now: datetime) -> None:
        """See `KnownNetworks.remember`."""
        columns = known_networks.c
        row = {"account": account, "network": network, "last_sign_in_at": now}
        async with write_transaction(self._engine) as connection:
            await connection.execute(delete(known_networks).where(columns.last_sign_in_at < now - KNOWN_FOR))
            upsert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
            await connection.execute(
                upsert(known_networks)
                .values(row)
                .on_conflict_do_update(index_elements=["account", "network"], set_={"last_sign_in_at": now})
            )

    async def knows(self, account: bytes, network: str, since: datetime) -> bool:
        """See `KnownNetworks.knows`."""
        columns = known_networks.c
        query = select(columns.network).where(
            columns.account == account, columns.network == network, columns.last_sign_in_at >= since
        )
        async with read_connection(self._engine) as connection:
            return await connection.scalar(query) is not None
