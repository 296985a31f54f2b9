"""Secrets that have to be read again, such as those of authenticator apps: encrypted at rest.

AES-256-GCM with a random nonce for each secret. What a secret belongs to is authenticated with it, so that rows of a
table cannot be exchanged. The key is derived from the configured one by HKDF (RFC 5869).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_FORMAT = b"\x01"
_NONCE_BYTES = 12
_PURPOSE = b"experience-plane secrets at rest"


class SecretUnreadable(Exception):
    """The secret was encrypted with another key, or for something else, or has been tampered with."""


class SecretBox:
    """Seals and opens secrets. The key is asked for when it is needed first."""

    def __init__(self, key: Callable[[], str]) -> None:
        self._key = key

    def seal(self, secret: bytes, *, owner: bytes) -> bytes:
        """Encrypt a secret that belongs to `owner`."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return _FORMAT + nonce + self._cipher.encrypt(nonce, secret, owner)

    def open(self, sealed: bytes, *, owner: bytes) -> bytes:
        """Decrypt what was sealed for `owner`.

        Raises:
            SecretUnreadable.
        """
        start = len(_FORMAT) + _NONCE_BYTES
        if not sealed.startswith(_FORMAT):
            raise SecretUnreadable("unknown format")
        try:
            return self._cipher.decrypt(sealed[len(_FORMAT) : start], sealed[start:], owner)
        except (InvalidTag, ValueError) as error:
            raise SecretUnreadable("another auth.encryption_key, or another owner") from error

    @cached_property
    def _cipher(self) -> AESGCM:
        return AESGCM(HKDF(SHA256(), 32, salt=None, info=_PURPOSE).derive(self._key().encode()))


def session_key() -> str:
    """A key for one process: what it seals, no other can read."""
    return secrets.token_urlsafe(32)
