"""Identities of other issuers: their sessions as seen here."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006_external"
down_revision = "0004_sessions"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the table of external sessions."""
    op.create_table(
        "external_sessions",
        sa.Column("session_id", sa.Uuid, nullable=False),
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("email", sa.String(320), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("roles", sa.JSON, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_external_sessions")),
    )
    op.create_index(op.f("ix_external_sessions_expires_at"), "external_sessions", ["expires_at"])
