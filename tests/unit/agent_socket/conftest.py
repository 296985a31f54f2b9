"""A conversation log on SQLite, quickly: the schema is made once and copied."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from experience_plane.adapters.sql import schema
from experience_plane.adapters.sql.conversation_log import SqlConversationLog
from experience_plane.adapters.sql.engine import create_engine


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the current schema and no rows."""
    path = tmp_path_factory.mktemp("template") / "plane.sqlite3"

    async def make() -> None:
        engine = create_engine(f"sqlite+aiosqlite:///{path}")
        await schema.upgrade(engine)
        async with engine.connect() as connection:
            await connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        await engine.dispose()

    asyncio.run(make())
    return path


@pytest.fixture
async def log(empty_database: Path, tmp_path: Path) -> AsyncIterator[SqlConversationLog]:
    """A log without conversations."""
    path = tmp_path / "plane.sqlite3"
    shutil.copy(empty_database, path)
    engine = create_engine(f"sqlite+aiosqlite:///{path}")
    log = SqlConversationLog(engine)
    yield log
    await log.close()
    await engine.dispose()
