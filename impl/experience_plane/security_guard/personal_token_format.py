"""How a personal access token is written: `epp_`, 32 random characters, and a check sum of six, all base62.

The prefix lets scanners find a token by one expression, the check sum lets them, and us, know a look-alike without
asking a database (the idea of GitHub's tokens, 2021). The check sum is public; it protects nothing.
"""

from __future__ import annotations

import re
import secrets
import string
import zlib

PREFIX = "epp_"
_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_RANDOM_LENGTH = 32
"""190 bits; 166 of them are unknown to who has seen the hint."""
_CHECK_LENGTH = 6
_HINT_LENGTH = len(PREFIX) + 4
_PATTERN = re.compile(rf"{PREFIX}[0-9A-Za-z]{{{_RANDOM_LENGTH + _CHECK_LENGTH}}}")


def new_personal_token() -> str:
    """Make a token that nobody has."""
    random = "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM_LENGTH))
    return PREFIX + random + _check_sum(PREFIX + random)


def is_personal_token(value: str) -> bool:
    """Answer whether a token is written like this, down to the check sum."""
    return _PATTERN.fullmatch(value) is not None and _check_sum(value[:-_CHECK_LENGTH]) == value[-_CHECK_LENGTH:]


def hint_of(token: str) -> str:
    """How the token begins: enough to tell a user's tokens apart, too little to guess one."""
    return token[:_HINT_LENGTH]


def _check_sum(text: str) -> str:
    """CRC-32 (as in zlib) in base62, the most significant digit first, padded with zeros to six digits."""
    digits, rest = "", zlib.crc32(text.encode("ascii"))
    for _ in range(_CHECK_LENGTH):
        rest, digit = divmod(rest, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits
