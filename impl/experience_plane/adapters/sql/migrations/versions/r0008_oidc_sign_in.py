"""Sign-in by OpenID Connect: attempts, outcomes, linked identities."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008_oidc_sign_in"
down_revision = "0005_admin"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables of sign-in by OpenID Connect."""
    _create_attempts()
    _create_outcomes()
    _create_identities()


def _create_attempts() -> None:
    op.create_table(
        "oidc_attempts",
        sa.Column("state_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("provider_id", sa.String(64), nullable=False),
        sa.Column("nonce_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("code_verifier", sa.String(128), nullable=False),
        sa.Column("code_challenge", sa.String(128), nullable=False),
        sa.Column("return_to", sa.Text, nullable=False),
        sa.Column("user_id", sa.Uuid),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("state_digest", name=op.f("pk_oidc_attempts")),
    )
    op.create_index(op.f("ix_oidc_attempts_expires_at"), "oidc_attempts", ["expires_at"])


def _create_outcomes() -> None:
    op.create_table(
        "oidc_outcomes",
        sa.Column("code_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("provider_id", sa.String(64), nullable=False),
        sa.Column("issuer", sa.String(500), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("email", sa.String(320)),
        sa.Column("email_verified", sa.Boolean, nullable=False),
        sa.Column("name", sa.String(200)),
        sa.Column("code_challenge", sa.String(128), nullable=False),
        sa.Column("user_id", sa.Uuid),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("code_digest", name=op.f("pk_oidc_outcomes")),
    )
    op.create_index(op.f("ix_oidc_outcomes_expires_at"), "oidc_outcomes", ["expires_at"])


def _create_identities() -> None:
    op.create_table(
        "oidc_identities",
        sa.Column("issuer", sa.String(500), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("provider_id", sa.String(64), nullable=False),
        sa.Column("linked_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_oidc_identities")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.user_id"], name=op.f("fk_oidc_identities_user_id_users"), ondelete="CASCADE"
        ),
    )
    op.create_index(op.f("ix_oidc_identities_user_id"), "oidc_identities", ["user_id"])
