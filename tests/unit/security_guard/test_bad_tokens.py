"""Tokens that are wrong in one way each, signed with the right key wherever that is possible."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from experience_plane.security_guard.access_tokens import AccessTokens
from experience_plane.security_guard.ports import Unauthenticated
from experience_plane.security_guard.signing_keys import KeyRing
from manual_clock import ManualClock


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass
class Forge:
    """Signs whatever it is told to, with the service's own key."""

    key: Ed25519PrivateKey
    now: int

    def header(self, **changes: Any) -> dict[str, Any]:
        return {"alg": "EdDSA", "kid": "k1", "typ": "at+jwt"} | changes

    def claims(self, **changes: Any) -> dict[str, Any]:
        return {
            "iss": "experience-plane",
            "sub": str(UUID(int=1)),
            "aud": "experience-plane",
            "exp": self.now + 900,
            "nbf": self.now,
            "iat": self.now,
            "jti": "j",
            "sid": str(UUID(int=3)),
            "tenant": str(UUID(int=2)),
            "roles": ["member"],
            "permissions": ["agents.talk"],
        } | changes

    def sign(self, header: bytes, claims: bytes) -> str:
        signing_input = f"{b64(header)}.{b64(claims)}"
        return f"{signing_input}.{b64(self.key.sign(signing_input.encode()))}"

    def token(self, header: dict[str, Any] | None = None, claims: dict[str, Any] | None = None) -> str:
        return self.sign(json.dumps(header or self.header()).encode(), json.dumps(claims or self.claims()).encode())

    def with_header(self, **changes: Any) -> str:
        return self.token(header=self.header(**changes))

    def with_claims(self, **changes: Any) -> str:
        return self.token(claims=self.claims(**changes))

    def without_claim(self, name: str) -> str:
        return self.token(claims={key: value for key, value in self.claims().items() if key != name})

    def without_header(self, name: str) -> str:
        return self.token(header={key: value for key, value in self.header().items() if key != name})


@pytest.fixture
def forge(keys: KeyRing, clock: ManualClock) -> Forge:
    return Forge(keys.signing_key, int(clock().timestamp()))


def _unsigned(forge: Forge, alg: str) -> str:
    return forge.with_header(alg=alg).rsplit(".", 1)[0] + "."


def _hmac_with_public_key(forge: Forge) -> str:
    signing_input = forge.with_header(alg="HS256").rsplit(".", 1)[0]
    public_key = forge.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return f"{signing_input}.{b64(hmac.digest(public_key, signing_input.encode(), hashlib.sha256))}"


def _own_key_in_header(forge: Forge) -> str:
    attacker = Ed25519PrivateKey.generate()
    raw = attacker.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": b64(raw)}
    return Forge(attacker, forge.now).with_header(jwk=jwk)


def _part(token: str, index: int, change: Callable[[str], str]) -> str:
    parts = token.split(".")
    parts[index] = change(parts[index])
    return ".".join(parts)


def _stray_bits(segment: str) -> str:
    """The same bytes in another spelling: the last character's unused bits are set."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return segment[:-1] + alphabet[alphabet.index(segment[-1]) + 1]


def _duplicate(forge: Forge, in_header: bool) -> str:
    header, claims = json.dumps(forge.header()), json.dumps(forge.claims())
    if in_header:
        header = header[:-1] + ', "alg": "EdDSA"}'
    else:
        claims = claims[:-1] + ', "permissions": ["everything"]}'
    return forge.sign(header.encode(), claims.encode())


BAD_TOKENS: dict[str, Callable[[Forge], str]] = {
    "empty": lambda f: "",
    "one segment": lambda f: f.token().split(".")[0],
    "two segments": lambda f: f.token().rsplit(".", 1)[0],
    "four segments": lambda f: f.token() + ".AAAA",
    "empty signature": lambda f: f.token().rsplit(".", 1)[0] + ".",
    "empty payload": lambda f: _part(f.token(), 1, lambda _: ""),
    "alg none, unsigned": lambda f: _unsigned(f, "none"),
    "alg None, unsigned": lambda f: _unsigned(f, "None"),
    "alg NONE, unsigned": lambda f: _unsigned(f, "NONE"),
    "alg none, signed": lambda f: f.with_header(alg="none"),
    "alg missing": lambda f: f.without_header("alg"),
    "alg null": lambda f: f.with_header(alg=None),
    "alg a list": lambda f: f.with_header(alg=["EdDSA"]),
    "alg in another case": lambda f: f.with_header(alg="eddsa"),
    "alg ES256": lambda f: f.with_header(alg="ES256"),
    "alg HS256 with the public key as secret": _hmac_with_public_key,
    "kid unknown": lambda f: f.with_header(kid="k2"),
    "kid missing": lambda f: f.without_header("kid"),
    "kid null": lambda f: f.with_header(kid=None),
    "kid a list": lambda f: f.with_header(kid=["k1"]),
    "kid a path": lambda f: f.with_header(kid="../../dev/null"),
    "kid SQL": lambda f: f.with_header(kid="k1' OR '1'='1"),
    "typ JWT": lambda f: f.with_header(typ="JWT"),
    "typ missing": lambda f: f.without_header("typ"),
    "typ id token": lambda f: f.with_header(typ="id+jwt"),
    "key of the attacker in the header": _own_key_in_header,
    "jku": lambda f: f.with_header(jku="https://attacker.test/keys"),
    "x5u": lambda f: f.with_header(x5u="https://attacker.test/cert"),
    "crit": lambda f: f.with_header(crit=["exp"], exp=1),
    "b64 false": lambda f: f.with_header(b64=False, crit=["b64"]),
    "cty": lambda f: f.with_header(cty="JWT"),
    "signed by another key": lambda f: Forge(Ed25519PrivateKey.generate(), f.now).token(),
    "claims exchanged under the signature": lambda f: _part(
        f.token(), 1, lambda _: f.with_claims(sub=str(UUID(int=9))).split(".")[1]
    ),
    "signature truncated": lambda f: f.token()[:-4],
    "header padded": lambda f: _part(f.token(), 0, lambda s: s + "=" * (-len(s) % 4 or 4)),
    "payload padded": lambda f: _part(f.with_claims(jti="jj"), 1, lambda s: s + "=" * (-len(s) % 4 or 4)),
    "signature padded": lambda f: f.token() + "==",
    "signature with stray bits": lambda f: _part(f.token(), 2, _stray_bits),
    "standard base64 alphabet": lambda f: _part(f.token(), 2, lambda s: "+/" + s[2:]),
    "blank in front": lambda f: " " + f.token(),
    "line end behind": lambda f: f.token() + "\n",
    "not ASCII": lambda f: f.token() + "é",
    "a lone surrogate": lambda f: f.token() + "\ud800",
    "duplicate header member": lambda f: _duplicate(f, in_header=True),
    "duplicate claim": lambda f: _duplicate(f, in_header=False),
    "header not an object": lambda f: f.sign(b'["EdDSA"]', json.dumps(f.claims()).encode()),
    "header not JSON": lambda f: f.sign(b"{", json.dumps(f.claims()).encode()),
    "header nested without end": lambda f: f.sign(b'{"alg":' + b"[" * 1500, b"{}"),
    "payload not an object": lambda f: f.sign(json.dumps(f.header()).encode(), b"[]"),
    "payload not UTF-8": lambda f: f.sign(json.dumps(f.header()).encode(), b'{"iss":"\xff"}'),
    "payload with NaN": lambda f: f.with_claims(exp=float("nan")),
    "payload with Infinity": lambda f: f.with_claims(exp=float("inf")),
    "oversize": lambda f: f.with_claims(roles=["member" * 700]),
    "expired": lambda f: f.with_claims(exp=f.now),
    "expired long ago": lambda f: f.with_claims(exp=0),
    "exp text": lambda f: f.with_claims(exp=str(f.now + 900)),
    "exp a fraction": lambda f: f.with_claims(exp=f.now + 900.5),
    "exp true": lambda f: f.with_claims(exp=True),
    "exp beyond all calendars": lambda f: f.with_claims(exp=10**30),
    "nbf in the future": lambda f: f.with_claims(nbf=f.now + 60),
    "iat text": lambda f: f.with_claims(iat="now"),
    "iss of another service": lambda f: f.with_claims(iss="https://attacker.test"),
    "aud of another service": lambda f: f.with_claims(aud="billing"),
    "aud a list": lambda f: f.with_claims(aud=["experience-plane", "billing"]),
    "sub not a UUID": lambda f: f.with_claims(sub="ana"),
    "sub in another spelling": lambda f: f.with_claims(sub=UUID(int=1).hex),
    "sid a number": lambda f: f.with_claims(sid=3),
    "jti a number": lambda f: f.with_claims(jti=1),
    "roles text": lambda f: f.with_claims(roles="member"),
    "permissions with a number": lambda f: f.with_claims(permissions=["agents.talk", 1]),
    "a claim that we never issue": lambda f: f.with_claims(admin=True),
}
CLAIMS = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "sid", "tenant", "roles", "permissions"]


def test_the_forge_makes_good_tokens_when_it_changes_nothing(access_tokens: AccessTokens, forge: Forge) -> None:
    access_tokens.verify(forge.token())


@pytest.mark.parametrize("case", BAD_TOKENS)
def test_a_bad_token_is_refused(access_tokens: AccessTokens, forge: Forge, case: str) -> None:
    with pytest.raises(Unauthenticated):
        access_tokens.verify(BAD_TOKENS[case](forge))


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_token_without_one_of_its_claims_is_refused(access_tokens: AccessTokens, forge: Forge, claim: str) -> None:
    with pytest.raises(Unauthenticated):
        access_tokens.verify(forge.without_claim(claim))


def test_a_refusal_tells_the_client_nothing_about_the_reason(access_tokens: AccessTokens, forge: Forge) -> None:
    with pytest.raises(Unauthenticated) as caught:
        access_tokens.verify(forge.with_header(kid="k2"))
    assert caught.value.public_detail == Unauthenticated.default_detail
    assert str(caught.value) == "unknown kid"
