"""Every suite here runs on SQLite and on PostgreSQL, each in a database of its own."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine

from experience_plane.adapters.sql import schema
from experience_plane.adapters.sql.engine import create_engine
from manual_clock import ManualClock
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


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An address of a database on each of the two systems; what it holds is up to the test before."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'plane.sqlite3'}"
    url: str = request.getfixturevalue("postgresql_url")
    return url


async def _empty(engine: AsyncEngine) -> None:
    if engine.dialect.name == "postgresql":
        async with engine.begin() as connection:
            await connection.execute(text("DROP SCHEMA public CASCADE"))
            await connection.execute(text("CREATE SCHEMA public"))


@pytest.fixture
async def empty_engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """An engine on a database without any table."""
    engine = create_engine(database_url)
    await _empty(engine)
    yield engine
    await engine.dispose()


@pytest.fixture
async def engine(empty_engine: AsyncEngine) -> AsyncEngine:
    """An engine on a database with the current schema and no rows."""
    await schema.upgrade(empty_engine)
    return empty_engine


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands still."""
    return ManualClock()
