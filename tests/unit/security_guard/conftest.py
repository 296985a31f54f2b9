"""A clock, one key pair and an issuer of access tokens."""

from __future__ import annotations

from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from experience_plane.security_guard.access_tokens import AccessTokens
from experience_plane.security_guard.options import TokenOptions
from experience_plane.security_guard.principal import User
from experience_plane.security_guard.signing_keys import KeyRing
from manual_clock import ManualClock

USER = User(UUID(int=1), UUID(int=2), "ana@example.com", "Ana", ("member",), ("agents.talk",))
SESSION_ID = UUID(int=3)


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands still."""
    return ManualClock()


@pytest.fixture
def keys() -> KeyRing:
    """One fresh key, named "k1"."""
    key = Ed25519PrivateKey.generate()
    return KeyRing("k1", key, {"k1": key.public_key()})


@pytest.fixture
def access_tokens(keys: KeyRing, clock: ManualClock) -> AccessTokens:
    """Issues and verifies with the fresh key."""
    return AccessTokens(keys, TokenOptions(), clock)


@pytest.fixture
def token(access_tokens: AccessTokens) -> str:
    """A good access token."""
    return access_tokens.issue(USER, SESSION_ID)
