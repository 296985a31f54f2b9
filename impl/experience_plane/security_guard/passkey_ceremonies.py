"""The two ceremonies of Web Authentication: what browsers are asked, and whether what they answer is good.

Verification is py_webauthn's. What it leaves to us is here: which challenge is answered, origins, frames of other
sites, attestation that nobody asked for, keys that are too weak, and whose credential it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from webauthn import generate_authentication_options, generate_registration_options
from webauthn import verify_authentication_response as verify_authentication
from webauthn import verify_registration_response as verify_registration
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    decode_credential_public_key,
    decoded_public_key_to_cryptography,
    options_to_json_dict,
    parse_attestation_object,
    parse_client_data_json,
)
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.structs import (
    AttestationFormat,
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    CollectedClientData,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from experience_plane.security_guard.options import PasskeyOptions
from experience_plane.security_guard.passkeys import Passkey
from experience_plane.security_guard.principal import User

ALGORITHMS = (
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
)
_MIN_RSA_BITS = 2048
_MAX_CREDENTIAL_ID = 1023
_LOCAL_ORIGIN = re.compile(r"http://localhost(:[0-9]{1,5})?")
_TRANSPORTS = frozenset(each.value for each in AuthenticatorTransport)


class CeremonyFailed(Exception):
    """The answer is not good; the message says why, for the log."""


@dataclass(frozen=True, slots=True)
class NewCredential:
    """What a registration is worth keeping of."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    transports: tuple[str, ...]
    backup_eligible: bool
    backed_up: bool


@dataclass(frozen=True, slots=True)
class Assertion:
    """What an authenticator says by its signature."""

    sign_count: int
    user_verified: bool
    """Whether it made sure who uses it, by a PIN, a finger, a face: then it is two factors in one."""
    backed_up: bool


class Ceremonies:
    """Asks and verifies in the name of one relying party."""

    def __init__(self, options: PasskeyOptions) -> None:
        self._options = options

    def creation_options(self, user: User, challenge: str, present: Sequence[Passkey]) -> Mapping[str, Any]:
        """What `navigator.credentials.create` is called with (PublicKeyCredentialCreationOptionsJSON)."""
        made = generate_registration_options(
            rp_id=self._options.rp_id,
            rp_name=self._options.rp_name,
            user_id=user.user_id.bytes,
            user_name=user.email,
            user_display_name=user.name,
            challenge=base64url_to_bytes(challenge),
            timeout=self._timeout,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED,
                require_resident_key=False,
                user_verification=UserVerificationRequirement.PREFERRED,
            ),
            exclude_credentials=_descriptors(present),
            supported_pub_key_algs=list(ALGORITHMS),
        )
        return options_to_json_dict(made)

    def request_options(
        self, challenge: str, allowed: Sequence[Passkey] = (), *, user_verification: Literal["required", "preferred"]
    ) -> Mapping[str, Any]:
        """What `navigator.credentials.get` is called with (PublicKeyCredentialRequestOptionsJSON)."""
        made = generate_authentication_options(
            rp_id=self._options.rp_id,
            challenge=base64url_to_bytes(challenge),
            timeout=self._timeout,
            allow_credentials=_descriptors(allowed),
            user_verification=UserVerificationRequirement(user_verification),
        )
        return options_to_json_dict(made)

    def verify_registration(self, credential: Mapping[str, Any], challenge: str) -> NewCredential:
        """Answer the credential that the browser made for this challenge (WebAuthn, section 7.1).

        Raises:
            CeremonyFailed.
        """
        with _judging():
            _check_attestation(credential)
            verified = verify_registration(
                credential=dict(credential),
                expected_challenge=base64url_to_bytes(challenge),
                expected_rp_id=self._options.rp_id,
                expected_origin=self._origin(credential),
                supported_pub_key_algs=list(ALGORITHMS),
            )
            _check_key(verified.credential_public_key)
            _check_id(verified.credential_id, credential)
            return NewCredential(
                credential_id=verified.credential_id,
                public_key=verified.credential_public_key,
                sign_count=verified.sign_count,
                transports=_transports(credential),
                backup_eligible=verified.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
                backed_up=verified.credential_backed_up,
            )

    def verify_assertion(
        self, credential: Mapping[str, Any], challenge: str, passkey: Passkey, *, user_handle_required: bool
    ) -> Assertion:
        """Answer what the authenticator says of itself, if this passkey signed this challenge (WebAuthn, section 7.2).

        The counter is not judged here but where it is stored, so that two uses at once cannot both pass.

        Raises:
            CeremonyFailed.
        """
        with _judging():
            _check_user_handle(credential, passkey, required=user_handle_required)
            verified = verify_authentication(
                credential=dict(credential),
                expected_challenge=base64url_to_bytes(challenge),
                expected_rp_id=self._options.rp_id,
                expected_origin=self._origin(credential),
                credential_public_key=passkey.public_key,
                credential_current_sign_count=0,
            )
            if (verified.credential_device_type is CredentialDeviceType.MULTI_DEVICE) != passkey.backup_eligible:
                raise CeremonyFailed("the backup eligibility has changed")
            return Assertion(verified.new_sign_count, verified.user_verified, verified.credential_backed_up)

    @property
    def _timeout(self) -> int:
        return int(self._options.challenge_lifetime.total_seconds() * 1000)

    def _origin(self, credential: Mapping[str, Any]) -> str:
        client_data = _client_data(credential)
        origin = client_data.origin
        local = self._options.any_local_port and isinstance(origin, str) and _LOCAL_ORIGIN.fullmatch(origin)
        if origin not in self._options.origins and not local:
            raise CeremonyFailed(f"the origin is {str(origin)[:200]!a}")
        if client_data.cross_origin:
            raise CeremonyFailed("asked for in a frame of another site")
        return origin


def answered_challenge(credential: Mapping[str, Any]) -> str:
    """The challenge that a credential says it answers; believed once `Ceremonies` has verified the rest.

    Raises:
        CeremonyFailed: it says nothing that can be read.
    """
    with _judging():
        return bytes_to_base64url(_client_data(credential).challenge)


def used_credential_id(credential: Mapping[str, Any]) -> bytes:
    """The id of the credential that was used; believed once `Ceremonies` has verified the rest.

    Raises:
        CeremonyFailed: it says nothing that can be read.
    """
    with _judging():
        return base64url_to_bytes(credential["rawId"])


@contextmanager
def _judging() -> Iterator[None]:
    try:
        yield
    except CeremonyFailed:
        raise
    except Exception as error:
        # The library and its parsers raise whatever they stumble over; what cannot be read is not good.
        # They quote what strangers sent, which may hold what no log and no database takes.
        raise CeremonyFailed(ascii(f"{type(error).__name__}: {error}"[:200])) from error


def _client_data(credential: Mapping[str, Any]) -> CollectedClientData:
    return parse_client_data_json(base64url_to_bytes(credential["response"]["clientDataJSON"]))


def _check_id(credential_id: bytes, credential: Mapping[str, Any]) -> None:
    if len(credential_id) > _MAX_CREDENTIAL_ID or credential_id != base64url_to_bytes(credential["rawId"]):
        raise CeremonyFailed("the credential's id is too long, or not the authenticator's")


def _check_attestation(credential: Mapping[str, Any]) -> None:
    """We ask for none; some authenticators attest themselves, which says no more. Certificates we refuse unread."""
    attestation = parse_attestation_object(base64url_to_bytes(credential["response"]["attestationObject"]))
    is_self = attestation.fmt == AttestationFormat.PACKED and attestation.att_stmt.x5c is None
    if attestation.fmt != AttestationFormat.NONE and not is_self:
        raise CeremonyFailed(f"the attestation is {str(attestation.fmt)[:40]!a}")


def _check_key(public_key: bytes) -> None:
    key = decoded_public_key_to_cryptography(decode_credential_public_key(public_key))
    strong = (
        isinstance(key, Ed25519PublicKey)
        or (isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1))
        or (isinstance(key, RSAPublicKey) and key.key_size >= _MIN_RSA_BITS)
    )
    if not strong:
        raise CeremonyFailed("the key is weak, or not of its algorithm")


def _check_user_handle(credential: Mapping[str, Any], passkey: Passkey, *, required: bool) -> None:
    handle = credential["response"].get("userHandle")
    if handle is None and not required:
        return
    if handle is None or base64url_to_bytes(handle) != passkey.user_id.bytes:
        raise CeremonyFailed("the user handle is not the owner's")


def _descriptors(passkeys: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=passkey.credential_id,
            transports=[AuthenticatorTransport(each) for each in passkey.transports],
        )
        for passkey in passkeys
    ]


def _transports(credential: Mapping[str, Any]) -> tuple[str, ...]:
    told = credential["response"].get("transports") or ()
    return tuple(sorted(_TRANSPORTS.intersection(each for each in told if isinstance(each, str))))
