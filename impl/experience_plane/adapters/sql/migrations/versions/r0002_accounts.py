"""Verified addresses and mailed codes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002_accounts"
down_revision = "0008_oidc_sign_in"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add what proving an address and recovering a password need."""
    op.add_column("users", sa.Column("email_verified_at", _MOMENT))
    op.create_table(
        "account_codes",
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("email", sa.String(320), nullable=False),
        sa.Column("email_key", sa.String(500), nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "purpose", name=op.f("pk_account_codes")),
        sa.UniqueConstraint("digest", name=op.f("uq_account_codes_digest")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.user_id"], name=op.f("fk_account_codes_user_id_users"), ondelete="CASCADE"
        ),
    )
