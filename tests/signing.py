"""Keys of issuers in tests: real ones, and tokens signed with them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import get_default_algorithms


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _private(algorithm: str) -> Any:
    if algorithm.startswith(("RS", "PS")):
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(ec.SECP256R1()) if algorithm == "ES256" else Ed25519PrivateKey.generate()


@dataclass
class IssuerKey:
    """A private key with a name."""

    kid: str
    algorithm: str
    private: Any = None

    def __post_init__(self) -> None:
        self.private = self.private or _private(self.algorithm)

    @property
    def public_jwk(self) -> dict[str, Any]:
        jwk = get_default_algorithms()[self.algorithm].to_jwk(self.private.public_key(), as_dict=True)
        return {**jwk, "kid": self.kid, "use": "sig", "alg": self.algorithm}

    @property
    def public_der(self) -> bytes:
        public: bytes = self.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return public

    def sign_bytes(self, data: bytes) -> bytes:
        return get_default_algorithms()[self.algorithm].sign(data, self.private)

    def sign(self, claims: dict[str, Any], **header: Any) -> str:
        return jwt.encode(
            claims, self.private, algorithm=self.algorithm, headers={"kid": self.kid, "typ": "JWT", **header}
        )


@dataclass
class IssuerKeys:
    """The keys that an issuer publishes; the first signs."""

    published: list[IssuerKey] = field(default_factory=list)

    @property
    def current(self) -> IssuerKey:
        return self.published[0]

    def key_set(self) -> dict[str, Any]:
        return {"keys": [key.public_jwk for key in self.published]}


def unsigned(claims: dict[str, Any], alg: str = "none", signature: bytes = b"", **header: Any) -> str:
    """A token that nobody signed."""
    head = json.dumps({"alg": alg, "typ": "JWT", **header}).encode()
    return f"{b64(head)}.{b64(json.dumps(claims).encode())}.{b64(signature)}"


def forged(header: dict[str, Any], claims: dict[str, Any], sign: Callable[[bytes], bytes]) -> str:
    """A token whose parts are as they are given, which no library would make."""
    signing_input = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims).encode())}"
    return f"{signing_input}.{b64(sign(signing_input.encode()))}"


def hmac_sha256(key: bytes) -> Callable[[bytes], bytes]:
    return lambda data: hmac.new(key, data, hashlib.sha256).digest()
