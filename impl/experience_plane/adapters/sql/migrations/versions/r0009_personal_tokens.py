"""Personal access tokens."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009_personal_tokens"
down_revision = "0003_second_factors"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create what stands beside the session of a token; a ticket keeps the scopes that it was bought with."""
    op.create_table(
        "personal_access_tokens",
        sa.Column("session_id", sa.Uuid, nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("hint", sa.String(16), nullable=False),
        sa.Column("scopes", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_personal_access_tokens")),
        sa.UniqueConstraint("digest", name=op.f("uq_personal_access_tokens_digest")),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["sessions.session_id"],
            name=op.f("fk_personal_access_tokens_session_id_sessions"),
            ondelete="CASCADE",
        ),
    )
    op.add_column("tickets", sa.Column("scopes", sa.JSON(none_as_null=True)))
