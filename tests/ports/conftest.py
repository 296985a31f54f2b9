"""Every suite here runs on SQLite and on PostgreSQL, each in a database of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from experience_plane.adapters.sql import schema
from experience_plane.adapters.sql.engine import create_engine
from manual_clock import ManualClock
from postgresql_database import postgresql_url

__all__ = ["postgresql_url"]


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
