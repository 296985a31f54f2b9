"""What a browser answers is believed only when every part of it is what was asked for."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st

from experience_plane.security_guard.opaque import new_secret
from experience_plane.security_guard.options import PasskeyOptions
from experience_plane.security_guard.passkey_ceremonies import (
    Ceremonies,
    CeremonyFailed,
    answered_challenge,
    used_credential_id,
)
from experience_plane.security_guard.passkeys import Passkey
from experience_plane.security_guard.principal import User
from software_authenticator import BE, BS, Algorithm, SoftwareAuthenticator, decoded, encoded

OPTIONS = PasskeyOptions(rp_id="plane.example", origins=("https://plane.example",), any_local_port=False)
CEREMONIES = Ceremonies(OPTIONS)
ADA = User(uuid4(), uuid4(), "ada@example.com", "Ada", (), ())
Key = SoftwareAuthenticator


def authenticator(**attributes: Any) -> Key:
    return Key(**{"origin": "https://plane.example"} | attributes)


def register(key: Key, ceremonies: Ceremonies = CEREMONIES, **made_with: Any) -> Passkey:
    challenge = new_secret()
    answer = key.create(ceremonies.creation_options(ADA, challenge, ()))
    made = ceremonies.verify_registration(answer, challenge)
    return Passkey(
        passkey_id=uuid4(),
        user_id=ADA.user_id,
        credential_id=made.credential_id,
        public_key=made.public_key,
        sign_count=made.sign_count,
        transports=made.transports,
        backup_eligible=made.backup_eligible,
        backed_up=made.backed_up,
        name="key",
        created_at=datetime(2030, 1, 1, tzinfo=UTC),
    )


def sign_in(key: Key, passkey: Passkey, change: Callable[[dict[str, Any]], None] = lambda _: None) -> Any:
    challenge = new_secret()
    answer = key.get(CEREMONIES.request_options(challenge, user_verification="required"))
    change(answer)
    return CEREMONIES.verify_assertion(answer, challenge, passkey, user_handle_required=True)


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA", "RS256"])
def test_a_passkey_of_each_algorithm_registers_and_signs(algorithm: Algorithm) -> None:
    key = authenticator(algorithm=algorithm)
    passkey = register(key)
    assert passkey.credential_id == key.credential_id
    assert passkey.transports == ("hybrid", "internal")
    assertion = sign_in(key, passkey)
    assert (assertion.sign_count, assertion.user_verified, assertion.backed_up) == (2, True, False)


def test_what_the_browser_is_asked_names_the_user_the_algorithms_and_the_keys_that_are_there() -> None:
    passkey = register(authenticator())
    challenge = new_secret()
    asked = CEREMONIES.creation_options(ADA, challenge, [passkey])
    assert asked["challenge"] == challenge
    assert asked["rp"] == {"id": "plane.example", "name": "Experience Plane"}
    assert asked["user"] == {"id": encoded(ADA.user_id.bytes), "name": "ada@example.com", "displayName": "Ada"}
    assert [each["alg"] for each in asked["pubKeyCredParams"]] == [-8, -7, -257]
    assert asked["attestation"] == "none"
    assert asked["timeout"] == 300_000
    named = {"id": encoded(passkey.credential_id), "type": "public-key", "transports": ["hybrid", "internal"]}
    assert asked["excludeCredentials"] == [named]
    asked = CEREMONIES.request_options(challenge, [passkey], user_verification="preferred")
    assert (asked["rpId"], asked["allowCredentials"]) == ("plane.example", [named])
    asked = CEREMONIES.request_options(challenge, user_verification="required")
    assert (asked["userVerification"], asked["allowCredentials"]) == ("required", [])


def test_the_answer_says_which_challenge_and_which_credential() -> None:
    key, challenge = authenticator(), new_secret()
    answer = key.get(CEREMONIES.request_options(challenge, user_verification="required"))
    assert (answered_challenge(answer), used_credential_id(answer)) == (challenge, key.credential_id)


LIES: dict[str, dict[str, Any]] = {
    "the origin of another site": {"origin": "https://evil.example"},
    "the origin of a subdomain": {"origin": "https://app.plane.example"},
    "the origin without encryption": {"origin": "http://plane.example"},
    "the origin of this machine": {"origin": "http://localhost:8000"},
    "another relying party": {"rp_id": "evil.example"},
    "nobody present": {"user_present": False},
    "a frame of another site": {"client_data": {"crossOrigin": True}},
    "another ceremony": {"client_data": {"type": "payment.get"}},
    "another challenge": {"client_data": {"challenge": new_secret()}},
    "backed up and not eligible": {"backup": BS},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_lie_is_refused_at_registration_and_at_signing_in(lie: dict[str, Any]) -> None:
    with pytest.raises(CeremonyFailed):
        register(authenticator(**lie))
    key = authenticator()
    passkey = register(key)
    for name, value in lie.items():
        setattr(key, name, value)
    with pytest.raises(CeremonyFailed):
        sign_in(key, passkey)


def test_answers_of_the_other_ceremony_are_refused() -> None:
    key, challenge = authenticator(), new_secret()
    passkey = register(key)
    asked = CEREMONIES.request_options(challenge, user_verification="required")
    with pytest.raises(CeremonyFailed):
        CEREMONIES.verify_registration(key.get(asked), challenge)
    key.client_data = {"type": "webauthn.create"}
    with pytest.raises(CeremonyFailed):
        CEREMONIES.verify_assertion(key.get(asked), challenge, passkey, user_handle_required=True)


def test_self_attestation_is_read_and_certificates_are_refused_unread() -> None:
    register(authenticator(attestation="packed"))
    with pytest.raises(CeremonyFailed, match="attestation"):
        register(authenticator(attestation="packed", statement={"x5c": [b"certificate"]}))
    for attestation in ("fido-u2f", "tpm", "android-safetynet", "apple", "android-key", "compound"):
        with pytest.raises(CeremonyFailed, match="attestation"):
            register(authenticator(attestation=attestation))
    with pytest.raises(CeremonyFailed):
        register(authenticator(statement={"sig": b"of nobody"}))


def test_weak_keys_and_algorithms_that_nobody_asked_for_are_refused() -> None:
    short, other_curve = authenticator(), authenticator()
    short.key = rsa.generate_private_key(65537, 1024)
    other_curve.key = ec.generate_private_key(ec.SECP384R1())
    for key in (short, other_curve):
        with pytest.raises(CeremonyFailed, match="weak"):
            register(key)


def test_a_credential_id_has_1023_bytes_at_most() -> None:
    register(authenticator(credential_id=secrets.token_bytes(1023)))
    with pytest.raises(CeremonyFailed, match="too long"):
        register(authenticator(credential_id=secrets.token_bytes(1024)))


def test_the_id_beside_the_attestation_must_be_the_attested_one() -> None:
    key, challenge = authenticator(), new_secret()
    answer = key.create(CEREMONIES.creation_options(ADA, challenge, ()))
    with pytest.raises(CeremonyFailed):
        CEREMONIES.verify_registration(answer | {"id": "AAAA", "rawId": "AAAA"}, challenge)


def test_another_key_of_the_same_id_does_not_sign_in() -> None:
    key = authenticator()
    passkey = register(key)
    with pytest.raises(CeremonyFailed):
        sign_in(authenticator(credential_id=key.credential_id, user_handle=key.user_handle), passkey)


def test_the_user_handle_must_be_the_owners_and_may_be_missing_beside_a_password_only() -> None:
    key = authenticator()
    passkey = register(key)
    with pytest.raises(CeremonyFailed, match="handle"):
        sign_in(key, replace(passkey, user_id=uuid4()))
    key.user_handle = None
    with pytest.raises(CeremonyFailed, match="handle"):
        sign_in(key, passkey)
    challenge = new_secret()
    answer = key.get(CEREMONIES.request_options(challenge, [passkey], user_verification="preferred"))
    CEREMONIES.verify_assertion(answer, challenge, passkey, user_handle_required=False)


def test_a_key_does_not_become_synchronised_later() -> None:
    key = authenticator(backup=BE)
    passkey = register(key)
    key.backup = BE | BS
    assert sign_in(key, passkey).backed_up
    key.backup = 0
    with pytest.raises(CeremonyFailed, match="eligibility"):
        sign_in(key, passkey)


@pytest.mark.parametrize(
    ("origin", "good"),
    [
        ("http://localhost", True),
        ("http://localhost:1", True),
        ("http://localhost:65535", True),
        ("https://localhost:8000", False),
        ("http://localhost:8000/", False),
        ("http://localhost:8000.evil.example", False),
        ("http://localhost.evil.example:8000", False),
        ("http://127.0.0.1:8000", False),
        ("http://localhost:8000\n", False),
        (None, False),
        (["http://localhost"], False),
    ],
)
def test_on_its_users_machine_any_port_will_do(origin: Any, good: bool) -> None:
    local = Ceremonies(PasskeyOptions(origins=()))
    key = authenticator(origin=origin)
    if good:
        assert register(key, local).credential_id == key.credential_id
        return
    with pytest.raises(CeremonyFailed):
        register(key, local)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(["clientDataJSON", "authenticatorData", "signature", "userHandle", "attestationObject"])
KEY = authenticator()
PASSKEY = register(KEY)


@given(field=FIELDS, value=JSON | st.binary(max_size=80).map(encoded))
def test_garbage_in_any_field_is_refused_and_nothing_else_happens(field: str, value: Any) -> None:
    def spoil(answer: dict[str, Any]) -> None:
        answer["response"] = answer["response"] | {field: value}

    challenge = new_secret()
    answer = KEY.create(CEREMONIES.creation_options(ADA, challenge, ()))
    spoil(answer)
    if field in {"clientDataJSON", "attestationObject"}:
        with pytest.raises(CeremonyFailed):
            CEREMONIES.verify_registration(answer, challenge)
    if field != "attestationObject":
        with pytest.raises(CeremonyFailed):
            sign_in(KEY, PASSKEY, spoil)


CHALLENGE = new_secret()
ANSWER = KEY.get(CEREMONIES.request_options(CHALLENGE, user_verification="required"))["response"]


@given(field=st.sampled_from(["clientDataJSON", "authenticatorData", "signature"]), bit=st.integers(0, 1 << 16))
def test_no_bit_of_what_was_signed_can_be_changed(field: str, bit: int) -> None:
    value = bytearray(decoded(ANSWER[field]))
    value[bit // 8 % len(value)] ^= 1 << bit % 8
    name = encoded(KEY.credential_id)
    answer = {"id": name, "rawId": name, "type": "public-key", "response": ANSWER | {field: encoded(bytes(value))}}
    with pytest.raises(CeremonyFailed):
        CEREMONIES.verify_assertion(answer, CHALLENGE, PASSKEY, user_handle_required=True)


def test_client_data_that_is_nested_too_deeply_is_refused() -> None:
    deep = encoded(("[" * 3000).encode())
    with pytest.raises(CeremonyFailed):
        answered_challenge({"response": {"clientDataJSON": deep}})
    with pytest.raises(CeremonyFailed):
        answered_challenge({"response": {"clientDataJSON": encoded(json.dumps([]).encode())}})
    with pytest.raises(CeremonyFailed):
        used_credential_id({})
