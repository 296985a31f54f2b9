"""The name a user goes by."""

from __future__ import annotations

import unicodedata

from experience_plane.security_guard.ports import InvalidName

MAX_LENGTH = 200
_REFUSED_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})


def parse_name(text: str) -> str:
    """Trim and NFC-normalise a name.

    Raises:
        InvalidName: empty, longer than 200 characters, or with control characters (databases refuse NUL, logs break on
            line ends).
    """
    name = unicodedata.normalize("NFC", text).strip()
    if not name or len(name) > MAX_LENGTH:
        raise InvalidName(f"The name must have 1 to {MAX_LENGTH} characters.")
    if any(unicodedata.category(character) in _REFUSED_CATEGORIES for character in name):
        raise InvalidName("The name must not contain control characters.")
    return name
