"""Writers wait for each other instead of failing, and what failed leaves nothing behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import StatementError
from sqlalchemy.ext.asyncio import AsyncEngine

from experience_plane.adapters.sql.engine import create_engine, read_connection, write_transaction
from experience_plane.adapters.sql.identity_tables import tenants

MOMENT = datetime(2030, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)


@pytest.fixture
async def other_engine(database_url: str, engine: AsyncEngine) -> AsyncIterator[AsyncEngine]:
    """A second engine on the same database, as another process would have."""
    other = create_engine(database_url)
    yield other
    await other.dispose()


async def _rename_after_reading(engine: AsyncEngine, number: int) -> None:
    async with write_transaction(engine) as connection:
        name = await connection.scalar(select(tenants.c.name).with_for_update())
        await connection.execute(update(tenants).values(name=f"{name}{number % 10}"))


async def test_writers_that_read_first_never_find_the_database_locked(
    engine: AsyncEngine, other_engine: AsyncEngine
) -> None:
    async with write_transaction(engine) as connection:
        await connection.execute(insert(tenants).values(tenant_id=uuid4(), name="", created_at=MOMENT))
    await asyncio.gather(*(_rename_after_reading((engine, other_engine)[n % 2], n) for n in range(40)))
    async with read_connection(engine) as connection:
        assert await connection.scalar(select(func.length(tenants.c.name))) == 40


async def test_readers_go_on_while_a_writer_works_and_see_commits_only(engine: AsyncEngine) -> None:
    async with write_transaction(engine) as writer:
        await writer.execute(insert(tenants).values(tenant_id=uuid4(), name="x", created_at=MOMENT))
        async with read_connection(engine) as reader:
            assert await reader.scalar(select(func.count()).select_from(tenants)) == 0
    async with read_connection(engine) as reader:
        assert await reader.scalar(select(func.count()).select_from(tenants)) == 1


async def test_a_write_transaction_that_raises_leaves_nothing_and_lets_the_next_writer_in(engine: AsyncEngine) -> None:
    with pytest.raises(RuntimeError):  # noqa: PT012 - the raise has to be inside the transaction
        async with write_transaction(engine) as connection:
            await connection.execute(insert(tenants).values(tenant_id=uuid4(), name="x", created_at=MOMENT))
            raise RuntimeError
    async with write_transaction(engine) as connection:
        assert await connection.scalar(select(func.count()).select_from(tenants)) == 0


async def test_a_cancelled_writer_lets_the_next_one_in(engine: AsyncEngine) -> None:
    inside = asyncio.Event()

    async def write_for_ever() -> None:
        async with write_transaction(engine) as connection:
            await connection.execute(insert(tenants).values(tenant_id=uuid4(), name="x", created_at=MOMENT))
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(write_for_ever())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with write_transaction(engine) as connection:
        assert await connection.scalar(select(func.count()).select_from(tenants)) == 0


async def test_moments_come_back_aware_in_utc_to_the_microsecond(engine: AsyncEngine) -> None:
    elsewhere = MOMENT.astimezone(timezone(timedelta(hours=5, minutes=30)))
    async with write_transaction(engine) as connection:
        await connection.execute(insert(tenants).values(tenant_id=uuid4(), name="x", created_at=elsewhere))
    async with read_connection(engine) as connection:
        stored = await connection.scalar(select(tenants.c.created_at))
    assert stored == MOMENT
    assert stored.utcoffset() == timedelta(0)


async def test_a_naive_datetime_is_refused(engine: AsyncEngine) -> None:
    with pytest.raises(StatementError, match="naive"):
        async with write_transaction(engine) as connection:
            await connection.execute(
                insert(tenants).values(tenant_id=uuid4(), name="x", created_at=MOMENT.replace(tzinfo=None))
            )
