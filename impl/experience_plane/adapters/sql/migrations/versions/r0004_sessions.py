"""Sessions know their device, their last use and their end; exchanges of refresh tokens can be repeated; keys wait."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004_sessions"
down_revision = "0001"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add columns; what exists already has no value in them."""
    op.add_column("sessions", sa.Column("expires_at", _MOMENT))
    op.add_column("sessions", sa.Column("last_used_at", _MOMENT))
    op.add_column("sessions", sa.Column("user_agent", sa.String(400)))
    op.add_column("sessions", sa.Column("ip_address", sa.String(45)))
    op.add_column("refresh_tokens", sa.Column("successor_seed", sa.LargeBinary(32)))
    op.add_column("signing_keys", sa.Column("signs_from", _MOMENT))
