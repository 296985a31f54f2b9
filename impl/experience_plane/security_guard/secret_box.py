"""Secrets that have to be read again, such as those of authenticator apps: encrypted at rest.

AES-256-GCM with a random nonce for each secret. What a secret belongs to is authenticated with it, so that rows of a
table cannot be exchanged. The key is derived from the configured one by HKDF (RFC 5869).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
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
    """Seals with one key, and opens also what was sealed with earlier ones. The key is asked for when needed first."""

    def __init__(self, key: Callable[[], str], previous: Sequence[str] = ()) -> None:
        self._key = key
        self._previous = previous

    def seal(self, secret: bytes, *, owner: bytes) -> bytes:
        """Encrypt a secret that belongs to `owner`."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return _FORMAT + nonce + self._cipher.encrypt(nonce, secret, owner)

    def open(self, sealed: bytes, *, owner: bytes) -> bytes:
        """Decrypt what was sealed for `owner`.

        Raises:
            SecretUnreadable.
        """
        if not sealed.startswith(_FORMAT):
            raise SecretUnreadable("unknown format")
        for cipher in (self._cipher, *self._previous_ciphers):
            secret = _opened(cipher, sealed, owner)
            if secret is not None:
                return secret
        raise SecretUnreadable("another auth.encryption_key, or another owner")

    def resealed(self, sealed: bytes, *, owner: bytes) -> bytes | None:
        """Answer the same secret sealed with the key of now; None when it is already.

        Raises:
            SecretUnreadable.
        """
        if _opened(self._cipher, sealed, owner) is not None:
            return None
        return self.seal(self.open(sealed, owner=owner), owner=owner)

    @cached_property
    def _cipher(self) -> AESGCM:
        return _cipher_of(self._key())

    @cached_property
    def _previous_ciphers(self) -> Sequence[AESGCM]:
        return [_cipher_of(key) for key in self._previous]


def _cipher_of(key: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=_PURPOSE).derive(key.encode()))


def _opened(cipher: AESGCM, sealed: bytes, owner: bytes) -> bytes | None:
    start = len(_FORMAT) + _NONCE_BYTES
    try:
        return cipher.decrypt(sealed[len(_FORMAT) : start], sealed[start:], owner)
    except (InvalidTag, ValueError):
        return None


def session_key() -> str:
    """A key for one process: what it seals, no other can read."""
    return secrets.token_urlsafe(32)
