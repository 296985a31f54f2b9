"""The Ed25519 keys that sign access tokens, and their public halves."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from experience_plane.clock import Clock
from experience_plane.security_guard.storage import SigningKeyStore, StoredSigningKey

ALGORITHM = "EdDSA"
"""The JWS algorithm of every key (RFC 8037); no other is ever accepted."""


class SigningKeys(Protocol):
    """Keys that may change with time."""

    def current(self) -> KeyRing:
        """Answer the keys that count now; use one answer for everything that must agree."""
        ...


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The key that signs now, and every key whose tokens are believed."""

    signing_kid: str
    signing_key: Ed25519PrivateKey
    public_keys: Mapping[str, Ed25519PublicKey]

    def current(self) -> KeyRing:
        """See `SigningKeys.current`."""
        return self

    def json_web_key_set(self) -> dict[str, Any]:
        """The public keys as RFC 7517 and RFC 8037 spell them."""
        return {"keys": [_json_web_key(kid, key) for kid, key in self.public_keys.items()]}


async def load_key_ring(store: SigningKeyStore, clock: Clock) -> KeyRing:
    """Read the keys, creating the first one when there is none.

    Processes that start at once agree: the store lets one of them add generation 1, and all read it back.
    """
    return key_ring(await load_signing_keys(store, clock), clock)


async def load_signing_keys(store: SigningKeyStore, clock: Clock) -> Sequence[StoredSigningKey]:
    """Read the keys as they are stored, creating the first one when there is none."""
    stored = await store.all()
    if not stored:
        await store.add(new_signing_key(generation=1, clock=clock))
        stored = await store.all()
    return stored


def new_signing_key(*, generation: int, clock: Clock, signs_from: datetime | None = None) -> StoredSigningKey:
    """Make a key, named by its RFC 7638 thumbprint."""
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")
    return StoredSigningKey(
        kid=_thumbprint(key.public_key()),
        generation=generation,
        algorithm=ALGORITHM,
        private_key_pem=pem,
        created_at=clock(),
        not_after=None,
        signs_from=signs_from,
    )


def key_ring(stored: Sequence[StoredSigningKey], clock: Clock) -> KeyRing:
    """The keys as they count now: all that are believed, and the newest of those that may sign.

    Raises:
        RuntimeError: no key is left, or one is of another kind.
    """
    now = clock()
    believed = [key for key in stored if key.not_after is None or key.not_after > now]
    if not believed:
        raise RuntimeError("every signing key has expired; rotate the keys")
    private_keys = {key.kid: _load_private_key(key) for key in believed}
    # A key that is only published waits; should all others be gone, it is better than none.
    signing = [key for key in believed if key.signs_from is None or key.signs_from <= now] or believed
    newest = max(signing, key=lambda key: key.generation)
    return KeyRing(
        signing_kid=newest.kid,
        signing_key=private_keys[newest.kid],
        public_keys={kid: key.public_key() for kid, key in reversed(private_keys.items())},
    )


def _load_private_key(stored: StoredSigningKey) -> Ed25519PrivateKey:
    key = load_pem_private_key(stored.private_key_pem.encode("ascii"), password=None)
    if stored.algorithm != ALGORITHM or not isinstance(key, Ed25519PrivateKey):
        raise RuntimeError(f"signing key {stored.kid} is not an Ed25519 key")
    return key


def _json_web_key(kid: str, key: Ed25519PublicKey) -> dict[str, Any]:
    return {**_required_members(key), "kid": kid, "alg": ALGORITHM, "use": "sig"}


def _thumbprint(key: Ed25519PublicKey) -> str:
    canonical = json.dumps(_required_members(key), separators=(",", ":"), sort_keys=True)
    return _base64url(hashlib.sha256(canonical.encode("ascii")).digest())


def _required_members(key: Ed25519PublicKey) -> dict[str, str]:
    return {"crv": "Ed25519", "kty": "OKP", "x": _base64url(key.public_bytes(Encoding.Raw, PublicFormat.Raw))}


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
