"""Which rows of `sessions` count as what."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_

from experience_plane.adapters.sql.identity_tables import personal_access_tokens, sessions


def lives(now: datetime) -> ColumnElement[bool]:
    """The condition on a row of `sessions` that has neither ended nor expired."""
    return and_(sessions.c.ended_at.is_(None), or_(sessions.c.expires_at.is_(None), sessions.c.expires_at > now))


def is_personal_token() -> ColumnElement[bool]:
    """The condition on a row of `sessions` that stands for a personal access token."""
    return exists().where(personal_access_tokens.c.session_id == sessions.c.session_id)
