"""Users can be disabled; the audit log, which only grows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005_admin"
down_revision = "0007_limits"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_REFUSAL = "audit_events is append only"


def upgrade() -> None:
    """Add the column, the table, and the triggers that keep its rows."""
    op.add_column("users", sa.Column("disabled_at", _MOMENT))
    op.create_table(
        "audit_events",
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("user_id", sa.Uuid),
        sa.Column("actor_id", sa.Uuid),
        sa.Column("session_id", sa.Uuid),
        sa.Column("tenant_id", sa.Uuid),
        sa.Column("ip_address", sa.String(45)),
        sa.Column("user_agent", sa.String(400)),
        sa.Column("request_id", sa.String(64)),
        sa.Column("detail", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_audit_events")),
    )
    op.create_index("ix_audit_events_tenant_id_event_id", "audit_events", ["tenant_id", "event_id"])
    op.create_index("ix_audit_events_user_id_event_id", "audit_events", ["user_id", "event_id"])
    if op.get_bind().dialect.name == "sqlite":
        _keep_on_sqlite()
    else:
        _keep_on_postgresql()


def _keep_on_sqlite() -> None:
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_events_refuse_{change.lower()} BEFORE {change} ON audit_events "
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        )


def _keep_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION audit_events_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_events_refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_events_refuse()"
    )
