"""Engines for SQLite and PostgreSQL, and the two ways to use one: `write_transaction` and `read_connection`.

SQLite lets one connection write at a time, and a transaction that reads first and writes later fails with "database is
locked" whatever the timeout, because its snapshot is stale. So every write transaction there begins with BEGIN
IMMEDIATE, which takes the write lock before anything is read; that covers other processes, which wait up to
`busy_timeout`. Within the process writers queue on a lock in front of it: it is fair, where SQLite polls, and a waiting
writer holds no connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

_WRITE_LOCK = "experience_plane_write_lock"
_BEGIN = "experience_plane_begin"


def create_engine(
    url: str,
    *,
    pool_size: int = 10,
    busy_timeout: timedelta = timedelta(seconds=10),
) -> AsyncEngine:
    """Make an engine for `sqlite+aiosqlite:///path` or `postgresql+asyncpg://…`. It connects on first use.

    Args:
        url: where the database is; the directory of an SQLite file is created.
        pool_size: connections kept open; under load there may be twice as many.
        busy_timeout: how long SQLite waits for another process that writes.

    Raises:
        ValueError: another database, or SQLite in memory, which connections cannot share safely.
    """
    parsed = make_url(url)
    if parsed.drivername == "sqlite+aiosqlite":
        return _create_sqlite_engine(parsed, pool_size, busy_timeout)
    if parsed.drivername == "postgresql+asyncpg":
        return create_async_engine(
            parsed, pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=True, hide_parameters=True
        )
    raise ValueError(f"unsupported database {parsed.drivername!r}: use sqlite+aiosqlite or postgresql+asyncpg")


@asynccontextmanager
async def write_transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A transaction that may write: committed when the block ends, rolled back when it raises.

    Do not open a second one inside the first: on SQLite it would wait for itself.
    """
    lock: asyncio.Lock | None = engine.get_execution_options().get(_WRITE_LOCK)
    if lock is None:
        async with engine.begin() as connection:
            yield connection
        return
    async with lock, engine.connect() as connection:
        await connection.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})
        async with connection.begin():
            yield connection


@asynccontextmanager
async def read_connection(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection for single reads: every statement sees the latest commit, and none pays for BEGIN and ROLLBACK.

    Reads that must agree with each other belong into one `engine.begin()`.
    """
    async with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            await connection.execution_options(**{_BEGIN: None})
        else:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
        yield connection


def _create_sqlite_engine(url: URL, pool_size: int, busy_timeout: timedelta) -> AsyncEngine:
    if not url.database or ":memory:" in url.database or "mode=memory" in url.database:
        raise ValueError("SQLite needs a file: connections to a database in memory cannot keep transactions apart")
    Path(url.database).expanduser().parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        hide_parameters=True,  # What users write, and digests of secrets, do not belong into an error's text.
        # The driver begins no transaction of its own accord; _emit_begin does.
        connect_args={"isolation_level": None},
        execution_options={_WRITE_LOCK: asyncio.Lock()},
    )
    _configure_connections(engine.sync_engine, busy_timeout)
    event.listen(engine.sync_engine, "begin", _emit_begin)
    return engine


def _configure_connections(engine: Engine, busy_timeout: timedelta) -> None:
    pragmas = (
        f"PRAGMA busy_timeout = {int(busy_timeout.total_seconds() * 1000)}",
        "PRAGMA journal_mode = WAL",
        # A commit that a client was told about survives a power cut.
        "PRAGMA synchronous = FULL",
        "PRAGMA foreign_keys = ON",
    )

    def configure(dbapi_connection: Any, _record: Any) -> None:
        cursor = dbapi_connection.cursor()
        for pragma in pragmas:
            cursor.execute(pragma)
        cursor.close()

    event.listen(engine, "connect", configure)


def _emit_begin(connection: Connection) -> None:
    statement = connection.get_execution_options().get(_BEGIN, "BEGIN")
    if statement is not None:
        connection.exec_driver_sql(statement)
