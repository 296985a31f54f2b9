"""The schema is upgraded by any number of processes at once, and a service never starts on the wrong one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

from experience_plane.adapters.sql import conversation_tables, external_tables, identity_tables, known_networks, schema  # noqa: F401 - they register themselves with METADATA
from experience_plane.adapters.sql.engine import create_engine, write_transaction
from experience_plane.adapters.sql.metadata import METADATA


async def test_an_empty_database_is_outdated_until_it_is_upgraded(empty_engine: AsyncEngine) -> None:
    with pytest.raises(schema.SchemaOutdated) as caught:
        await schema.check(empty_engine)
    assert caught.value.found is None
    await schema.upgrade(empty_engine)
    await schema.check(empty_engine)


async def test_upgrading_twice_changes_nothing(engine: AsyncEngine) -> None:
    await schema.upgrade(engine)
    await schema.check(engine)


@pytest.fixture
async def engines(database_url: str, empty_engine: AsyncEngine) -> AsyncIterator[list[AsyncEngine]]:
    """Engines as several processes would have them, on one database without any table."""
    opened = [create_engine(database_url) for _ in range(4)]
    yield opened
    for engine in opened:
        await engine.dispose()


async def test_processes_that_upgrade_at_once_wait_for_each_other(engines: list[AsyncEngine]) -> None:
    async with asyncio.TaskGroup() as processes:
        for engine in engines:
            processes.create_task(schema.upgrade(engine))
    for engine in engines:
        await schema.check(engine)


async def test_a_schema_from_a_newer_version_is_refused_and_left_alone(engine: AsyncEngine) -> None:
    async with write_transaction(engine) as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(schema.SchemaTooNew):
        await schema.check(engine)
    with pytest.raises(schema.SchemaTooNew):
        await schema.upgrade(engine)


async def test_the_migrations_make_exactly_the_tables_that_the_code_uses(engine: AsyncEngine) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_name": lambda name, kind, _: kind != "table" or name in METADATA.tables,
            },
        )
        return list(compare_metadata(context, METADATA))

    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
