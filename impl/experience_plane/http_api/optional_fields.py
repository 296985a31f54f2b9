"""Fields that a request may leave out."""

from __future__ import annotations


def given(field: object) -> str | None:
    """Answer a text field, or None where the client has left it out (Pydantic's `MISSING`)."""
    return field if isinstance(field, str) else None
