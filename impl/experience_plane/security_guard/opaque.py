"""Opaque secrets: random, handed out once, stored as a digest only."""

from __future__ import annotations

import hashlib
import secrets

_SECRET_BYTES = 32


def new_secret() -> str:
    """A secret of 256 random bits in base64url."""
    return secrets.token_urlsafe(_SECRET_BYTES)


def digest(secret: str) -> bytes:
    """SHA-256 of a secret. No salt and no stretching: the secret has 256 bits of its own."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
