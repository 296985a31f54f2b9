"""The database's schema: brought up to date, or checked before the service starts."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

from experience_plane.adapters.sql.engine import write_transaction

_MIGRATIONS = Path(__file__).parent / "migrations"
_UPGRADE_LOCK = 5_203_117_641_903_388_201
"""An arbitrary number, the same in every version: who upgrades a PostgreSQL database holds this advisory lock."""


class SchemaOutdated(Exception):
    """The database is older than this version of the service: run the upgrade."""

    def __init__(self, found: str | None, expected: str) -> None:
        super().__init__(f"the database schema is {found or 'empty'}, this version needs {expected}; upgrade it")
        self.found = found
        self.expected = expected


class SchemaTooNew(Exception):
    """The database was upgraded by a newer version of the service; this one must not touch it."""

    def __init__(self, found: str, newest_known: str) -> None:
        super().__init__(f"the database schema is {found}, this version knows nothing newer than {newest_known}")
        self.found = found
        self.newest_known = newest_known


async def upgrade(engine: AsyncEngine) -> None:
    """Apply the missing migrations in one transaction. Processes that upgrade at once wait for each other.

    Raises:
        SchemaTooNew: the database holds a revision that this version does not know.
    """
    async with write_transaction(engine) as connection:
        if engine.dialect.name == "postgresql":
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _UPGRADE_LOCK})
        await connection.run_sync(_upgrade)


async def check(engine: AsyncEngine) -> None:
    """Make sure that the schema is the one this version works with.

    Raises:
        SchemaOutdated: migrations are missing.
        SchemaTooNew: the database holds a revision that this version does not know.
    """
    async with engine.connect() as connection:
        found = await connection.run_sync(_revision)
    head = _head()
    _refuse_unknown(found, head)
    if found != head:
        raise SchemaOutdated(found, head)


def _upgrade(connection: Connection) -> None:
    _refuse_unknown(_revision(connection), _head())
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _refuse_unknown(found: str | None, head: str) -> None:
    known = {script.revision for script in _scripts().walk_revisions()}
    if found is not None and found not in known:
        raise SchemaTooNew(found, head)


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _head() -> str:
    head = _scripts().get_current_head()
    if head is None:
        raise RuntimeError("the package was built without its migrations")
    return head


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    # A percent sign in the path would start an interpolation in Alembic's configuration.
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
