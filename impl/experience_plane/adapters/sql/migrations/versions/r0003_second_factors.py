"""Second factors: logins that wait for one, authenticator apps, recovery codes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003_second_factors"
down_revision = "0002_accounts"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables of second factors."""
    _create_challenges()
    _create_apps()
    _create_recovery_codes()


def _of_user(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["user_id"], ["users.user_id"], name=op.f(f"fk_{table}_user_id_users"), ondelete="CASCADE"
    )


def _create_challenges() -> None:
    op.create_table(
        "login_challenges",
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_login_challenges")),
        _of_user("login_challenges"),
    )
    op.create_index(op.f("ix_login_challenges_user_id"), "login_challenges", ["user_id"])
    op.create_index(op.f("ix_login_challenges_expires_at"), "login_challenges", ["expires_at"])


def _create_apps() -> None:
    op.create_table(
        "authenticator_apps",
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary, nullable=False),
        sa.Column("enrolled_at", _MOMENT, nullable=False),
        sa.Column("confirmed_at", _MOMENT),
        sa.Column("last_step", sa.BigInteger),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_authenticator_apps")),
        _of_user("authenticator_apps"),
    )


def _create_recovery_codes() -> None:
    op.create_table(
        "recovery_codes",
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_recovery_codes")),
        _of_user("recovery_codes"),
    )
    op.create_index(op.f("ix_recovery_codes_user_id"), "recovery_codes", ["user_id"])
