"""An authenticator in software: what a browser and a security key make together (Web Authentication, W3C)."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import encode_cbor

Algorithm = Literal["ES256", "EdDSA", "RS256"]
PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey
ORIGIN = "http://localhost:8000"
UP, UV, BE, BS, AT = 1, 4, 8, 16, 64


def encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def decoded(value: str) -> bytes:
    return base64.urlsafe_b64decode(value + "===")


def new_key(algorithm: Algorithm) -> PrivateKey:
    if algorithm == "ES256":
        return ec.generate_private_key(ec.SECP256R1())
    if algorithm == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(65537, 2048)


def cose_key(key: PrivateKey) -> dict[int, Any]:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        numbers = key.public_key().public_numbers()
        size = (key.key_size + 7) // 8
        curve = {"secp256r1": 1, "secp384r1": 2}[key.curve.name]
        return {1: 2, 3: -7, -1: curve, -2: numbers.x.to_bytes(size, "big"), -3: numbers.y.to_bytes(size, "big")}
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return {1: 1, 3: -8, -1: 6, -2: key.public_key().public_bytes_raw()}
    modulus = key.public_key().public_numbers().n
    return {1: 3, 3: -257, -1: modulus.to_bytes((modulus.bit_length() + 7) // 8, "big"), -2: b"\x01\x00\x01"}


def signed(key: PrivateKey, data: bytes) -> bytes:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(data, ec.ECDSA(SHA256()))
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(data)
    return key.sign(data, padding.PKCS1v15(), SHA256())


@dataclass
class SoftwareAuthenticator:
    """Holds one credential. Every attribute may be changed, to make an authenticator or a browser that lies."""

    algorithm: Algorithm = "ES256"
    origin: str = ORIGIN
    rp_id: str | None = None
    """Answers for this one instead of the one that is asked for."""
    verifies_user: bool = True
    user_present: bool = True
    counts: bool = True
    backup: int = 0
    attestation: str = "none"
    statement: Mapping[str, Any] = field(default_factory=dict)
    client_data: dict[str, Any] = field(default_factory=dict)
    key: PrivateKey = field(init=False)
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    user_handle: bytes | None = None
    sign_count: int = 0

    def __post_init__(self) -> None:
        self.key = new_key(self.algorithm)

    def create(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Answer `navigator.credentials.create(options)` as its `toJSON()`."""
        self.user_handle = decoded(options["user"]["id"])
        length = len(self.credential_id).to_bytes(2, "big")
        attested = bytes(16) + length + self.credential_id + encode_cbor(cose_key(self.key))
        authenticator_data = self._authenticator_data(options["rp"]["id"], AT) + attested
        client_data = self._client_data("webauthn.create", options["challenge"])
        statement = dict(self.statement)
        if self.attestation == "packed":
            statement |= {"alg": cose_key(self.key)[3], "sig": self._sign(authenticator_data, client_data)}
        attestation = {"fmt": self.attestation, "attStmt": statement, "authData": authenticator_data}
        response = {"clientDataJSON": encoded(client_data), "attestationObject": encoded(encode_cbor(attestation))}
        return self._credential(response | {"transports": ["internal", "hybrid"]})

    def get(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Answer `navigator.credentials.get(options)` as its `toJSON()`."""
        authenticator_data = self._authenticator_data(options["rpId"], 0)
        client_data = self._client_data("webauthn.get", options["challenge"])
        response = {
            "clientDataJSON": encoded(client_data),
            "authenticatorData": encoded(authenticator_data),
            "signature": encoded(self._sign(authenticator_data, client_data)),
        }
        if self.user_handle is not None:
            response["userHandle"] = encoded(self.user_handle)
        return self._credential(response)

    def _authenticator_data(self, rp_id: str, flags: int) -> bytes:
        self.sign_count += 1 if self.counts else 0
        flags |= (UP if self.user_present else 0) | (UV if self.verifies_user else 0) | self.backup
        scope = hashlib.sha256((self.rp_id or rp_id).encode()).digest()
        return scope + bytes([flags]) + self.sign_count.to_bytes(4, "big")

    def _client_data(self, kind: str, challenge: str) -> bytes:
        told = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(told | self.client_data).encode()

    def _sign(self, authenticator_data: bytes, client_data: bytes) -> bytes:
        return signed(self.key, authenticator_data + hashlib.sha256(client_data).digest())

    def _credential(self, response: Mapping[str, Any]) -> dict[str, Any]:
        name = encoded(self.credential_id)
        return {"id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": {}}
