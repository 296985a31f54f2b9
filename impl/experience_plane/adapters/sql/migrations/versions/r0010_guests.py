"""Guests: users without an account."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010_guests"
down_revision = "0010_run_states"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Tell guests from accounts."""
    op.add_column("users", sa.Column("anonymous", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_index(op.f("ix_users_anonymous"), "users", ["anonymous"])
