"""From where accounts were signed in to, for the rate limits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007_limits"
down_revision = "0006_external"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table of known networks."""
    op.create_table(
        "known_networks",
        sa.Column("account", sa.LargeBinary(32), nullable=False),
        sa.Column("network", sa.String(64), nullable=False),
        sa.Column("last_sign_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account", "network", name=op.f("pk_known_networks")),
    )
    op.create_index(op.f("ix_known_networks_last_sign_in_at"), "known_networks", ["last_sign_in_at"])
