"""The name a user goes by."""

from __future__ import annotations

from experience_plane.security_guard.ports import InvalidName

MAX_LENGTH = 100


def parse_name(text: str) -> str:
    """Trim a name.

    Raises:
        InvalidName: empty, longer than 100 characters, or with characters that cannot be stored or shown.
    """
    name = text.strip()
    if not name or len(name) > MAX_LENGTH:
        raise InvalidName(f"The name must have 1 to {MAX_LENGTH} characters.")
    if any(_is_refused(character) for character in name):
        raise InvalidName("The name must not contain control characters.")
    return name


def _is_refused(character: str) -> bool:
    # PostgreSQL stores no NUL, and a lone surrogate has no UTF-8.
    return character < " " or character == "\x7f" or "\ud800" <= character <= "\udfff"
