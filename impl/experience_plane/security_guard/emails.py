"""E-mail addresses: one spelling to show, one key to compare."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

from experience_plane.security_guard.ports import InvalidEmail

MAX_LENGTH = 254
"""RFC 5321, section 4.5.3.1.3, less the angle brackets."""


@dataclass(frozen=True, slots=True)
class EmailAddress:
    """`address` is what the user sees, `key` what makes an account unique."""

    address: str
    key: str


def parse_email(text: str) -> EmailAddress:
    """Normalise an address: trimmed, NFC, the domain in IDNA; the key ignores case in the local part too.

    Raises:
        InvalidEmail: not an address, longer than 254 characters, or under a name reserved from use (RFC 6761).
    """
    trimmed = text.strip()
    if not trimmed or len(trimmed) > MAX_LENGTH:
        raise InvalidEmail(f"The e-mail address must have 1 to {MAX_LENGTH} characters.")
    try:
        # test_environment admits .test, which RFC 6761 keeps for tests like ours and nobody can own.
        valid = validate_email(trimmed, check_deliverability=False, test_environment=True, strict=True)
    except (EmailNotValidError, UnicodeError) as error:
        raise InvalidEmail("This is not a usable e-mail address.") from error
    local_key = unicodedata.normalize("NFC", valid.local_part.casefold())
    return EmailAddress(address=valid.normalized, key=f"{local_key}@{(valid.ascii_domain or valid.domain).lower()}")
