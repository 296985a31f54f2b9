"""Time-based one-time passwords (RFC 6238), as all authenticator apps make them: SHA-1, six digits, 30 seconds."""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP
from cryptography.hazmat.primitives.twofactor.totp import TOTP

DIGITS = 6
STEP_SECONDS = 30
_SECRET_BYTES = 20
"""The length that RFC 4226, section 4, recommends."""
_DRIFT_STEPS = 1
"""How far the app's clock may be off (RFC 6238, section 5.2)."""


def new_totp_secret() -> bytes:
    """A random secret of 160 bits."""
    return secrets.token_bytes(_SECRET_BYTES)


def matching_steps(secret: bytes, code: str, now: datetime) -> Sequence[int]:
    """Answer the time steps, of the present one and its neighbours, that have this code; the earliest first."""
    present = int(now.timestamp()) // STEP_SECONDS
    steps = range(max(0, present - _DRIFT_STEPS), present + _DRIFT_STEPS + 1)
    # SHA-1 is what apps support; HMAC does not need collision resistance.
    hotp, given = HOTP(secret, DIGITS, SHA1()), plain_code(code).encode()  # noqa: S303
    return [
        step for step, matches in [(step, hmac.compare_digest(hotp.generate(step), given)) for step in steps] if matches
    ]


def plain_code(code: str) -> str:
    """A code as it counts: without the spaces and hyphens that make it readable, in small letters."""
    return code.replace(" ", "").replace("-", "").lower()


def base32(secret: bytes) -> str:
    """The secret as people type it (RFC 4648, section 6)."""
    return base64.b32encode(secret).decode().rstrip("=")


def otpauth_uri(secret: bytes, *, account: str, issuer: str) -> str:
    """What the QR code for the app says (the key URI format that apps share)."""
    # A colon separates issuer and account in the label, so neither may hold one.
    totp = TOTP(secret, DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303
    uri = totp.get_provisioning_uri(account.replace(":", " "), issuer.replace(":", " "))
    # Apps show a plus as a plus; all understand %20. A plus of the account's own is %2B already.
    return uri.replace("+", "%20")
