"""A run's state is found without reading its tokens."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010_run_states"
down_revision = "0009_passkeys"
branch_labels = None
depends_on = None

_NO_TOKEN = sa.text("type <> 'agent.token'")


def upgrade() -> None:
    """Index the events that are no tokens."""
    op.create_index(
        "ix_events_run_states",
        "events",
        ["run_id", "seq"],
        sqlite_where=_NO_TOKEN,
        postgresql_where=_NO_TOKEN,
    )
