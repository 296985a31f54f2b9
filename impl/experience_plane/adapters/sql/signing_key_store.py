"""Signing keys in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from experience_plane.adapters.sql.engine import read_connection, write_transaction
from experience_plane.adapters.sql.identity_tables import signing_keys
from experience_plane.security_guard.storage import StoredSigningKey


class SqlSigningKeyStore:
    """`SigningKeyStore` on SQLite or PostgreSQL."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(self, key: StoredSigningKey) -> bool:
        """See `SigningKeyStore.add`."""
        try:
            async with write_transaction(self._engine) as connection:
                await _insert(connection, key)
        except IntegrityError:
            return False
        return True

    async def replace(self, key: StoredSigningKey, retire_at: datetime) -> bool:
        """See `SigningKeyStore.replace`."""
        older = and_(
            signing_keys.c.generation < key.generation,
            or_(signing_keys.c.not_after.is_(None), signing_keys.c.not_after > retire_at),
        )
        try:
            async with write_transaction(self._engine) as connection:
                await _insert(connection, key)
                await connection.execute(update(signing_keys).where(older).values(not_after=retire_at))
        except IntegrityError:
            return False
        return True

    async def all(self) -> Sequence[StoredSigningKey]:
        """See `SigningKeyStore.all`."""
        async with read_connection(self._engine) as connection:
            rows = await connection.execute(select(signing_keys).order_by(signing_keys.c.generation))
        return [StoredSigningKey(**row) for row in rows.mappings()]


async def _insert(connection: AsyncConnection, key: StoredSigningKey) -> None:
    await connection.execute(
        insert(signing_keys).values(
            kid=key.kid,
            generation=key.generation,
            algorithm=key.algorithm,
            private_key_pem=key.private_key_pem,
            created_at=key.created_at,
            signs_from=key.signs_from,
            not_after=key.not_after,
        )
    )
