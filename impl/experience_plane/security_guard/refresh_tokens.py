"""Refresh tokens: the first of a session is random, each further one derived from the one before and a random seed.

Whoever presents a token again within the grace period must get the same successor, though only digests are stored. So
the exchange stores its seed, and the successor is HMAC(token, seed): the database alone, or a token alone, tells
nothing about it (docs/decisions/0014).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

_SEED_BYTES = 32
_PURPOSE = b"experience-plane refresh token successor\x00"


def new_seed() -> bytes:
    """What one exchange is derived from: 256 random bits."""
    return secrets.token_bytes(_SEED_BYTES)


def successor(refresh_token: str, seed: bytes) -> str:
    """The token that replaces `refresh_token` in the exchange that stored `seed`."""
    key = refresh_token.encode("utf-8", "surrogatepass")
    code = hmac.new(key, _PURPOSE + seed, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(code).rstrip(b"=").decode("ascii")
