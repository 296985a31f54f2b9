"""Signing keys in SQL."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

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
        except IntegrityError:
            return False
        return True

    async def all(self) -> Sequence[StoredSigningKey]:
        """See `SigningKeyStore.all`."""
        async with read_connection(self._engine) as connection:
            rows = await connection.execute(select(signing_keys).order_by(signing_keys.c.generation))
        return [StoredSigningKey(**row) for row in rows.mappings()]
