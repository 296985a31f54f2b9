"""What the guard decides by itself, and what is public about keys."""

from __future__ import annotations

import base64
import dataclasses
import json
from datetime import timedelta
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from experience_plane.security_guard.access_policy import PersonalWorkspaces, RolePermissions
from experience_plane.security_guard.guard import SecurityGuard
from experience_plane.security_guard.ports import PermissionDenied
from experience_plane.security_guard.principal import Principal, Ticket, TokenPair
from experience_plane.security_guard.signing_keys import load_key_ring, new_signing_key
from experience_plane.security_guard.storage import StoredSigningKey
from manual_clock import ManualClock


class Keys:
    """Signing keys in a list."""

    def __init__(self, *keys: StoredSigningKey) -> None:
        self.keys = list(keys)

    async def add(self, key: StoredSigningKey) -> bool:
        self.keys.append(key)
        return True

    async def all(self) -> list[StoredSigningKey]:
        return self.keys


def test_a_principal_without_the_permission_is_refused(clock: ManualClock) -> None:
    guard = SecurityGuard(authentication=None, tickets=None)  # type: ignore[arg-type]
    principal = Principal(UUID(int=1), UUID(int=2), UUID(int=3), ("member",), ("agents.talk",), clock())
    guard.require_permission(principal, "agents.talk")
    with pytest.raises(PermissionDenied) as caught:
        guard.require_permission(principal, "tenants.manage")
    assert caught.value.permission == "tenants.manage"
    assert "tenants.manage" not in caught.value.public_detail


async def test_the_key_set_is_public_and_only_public(clock: ManualClock) -> None:
    ring = await load_key_ring(Keys(), clock)
    (key,) = ring.json_web_key_set()["keys"]
    assert key.keys() == {"kty", "crv", "x", "kid", "alg", "use"}
    assert (key["kty"], key["crv"], key["alg"], key["use"]) == ("OKP", "Ed25519", "EdDSA", "sig")
    assert len(base64.urlsafe_b64decode(key["x"] + "=")) == 32
    json.dumps(key)


async def test_an_expired_key_neither_signs_nor_verifies(clock: ManualClock) -> None:
    old, new = (new_signing_key(generation=n, clock=clock) for n in (1, 2))
    old = dataclasses.replace(old, not_after=clock() + timedelta(hours=1))
    assert set((await load_key_ring(Keys(old, new), clock)).public_keys) == {old.kid, new.kid}
    clock.advance(timedelta(hours=1))
    assert set((await load_key_ring(Keys(old, new), clock)).public_keys) == {new.kid}
    with pytest.raises(RuntimeError, match="expired"):
        await load_key_ring(Keys(old), clock)


async def test_a_key_of_another_kind_stops_the_start(clock: ManualClock) -> None:
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    key = dataclasses.replace(new_signing_key(generation=1, clock=clock), private_key_pem=pem.decode())
    with pytest.raises(RuntimeError, match="not an Ed25519 key"):
        await load_key_ring(Keys(key), clock)


async def test_roles_add_up_and_an_unknown_role_adds_nothing() -> None:
    policy = RolePermissions({"member": ("b", "a"), "editor": ("c", "a")})
    assert await policy.permissions_of(("editor", "member", "unknown")) == ("a", "b", "c")


async def test_a_new_account_gets_a_workspace_of_its_own() -> None:
    first, second = [await PersonalWorkspaces().assign_tenant(user_id=UUID(int=1), user_name="Ana") for _ in range(2)]
    assert first.tenant_id != second.tenant_id
    assert (first.tenant_name, first.roles) == ("Ana's workspace", ("member",))


def test_printing_what_holds_a_secret_does_not_print_the_secret(clock: ManualClock) -> None:
    key = new_signing_key(generation=1, clock=clock)
    assert "s3cret" not in repr(TokenPair("s3cret", "s3cret", 900)) + repr(Ticket("s3cret", clock()))
    assert "PRIVATE KEY" not in repr(key)
