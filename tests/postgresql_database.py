"""A PostgreSQL database for a run of the tests."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Iterator

import asyncpg  # type: ignore[import-untyped]
import pytest
from sqlalchemy import make_url

from requirements import not_here

POSTGRESQL = os.environ.get("EXPERIENCE_PLANE_TEST_POSTGRESQL", "postgresql+asyncpg://postgres@127.0.0.1:5432/postgres")


async def _administer(statement: str) -> None:
    dsn = make_url(POSTGRESQL).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(dsn, timeout=5)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A PostgreSQL database for this run of the tests, dropped at its end."""
    name = f"experience_plane_test_{secrets.token_hex(6)}"
    try:
        asyncio.run(_administer(f"CREATE DATABASE {name}"))
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        not_here(f"PostgreSQL does not answer at {POSTGRESQL}: {error}")
    yield make_url(POSTGRESQL).set(database=name).render_as_string(hide_password=False)
    asyncio.run(_administer(f"DROP DATABASE {name} WITH (FORCE)"))
