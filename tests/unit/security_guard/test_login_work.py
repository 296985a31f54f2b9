"""A login costs the same hashing whatever is wrong with it."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from experience_plane.security_guard.access_policy import PersonalWorkspaces, RolePermissions
from experience_plane.security_guard.local_authentication import LocalAuthentication
from experience_plane.security_guard.options import AccountOptions, HashingOptions, IdentityOptions
from experience_plane.security_guard.ports import EmailUnconfirmed, InvalidCredentials
from experience_plane.security_guard.signing_keys import KeyRing
from experience_plane.security_guard.storage import Account, IdentityStores, PasswordAccount
from manual_clock import ManualClock

STORES = [field.name for field in dataclasses.fields(IdentityStores)]
PASSWORD = "correct horse battery"
OPTIONS = IdentityOptions(
    hashing=HashingOptions(memory_cost_kib=8, time_cost=1), accounts=AccountOptions(verification_required=True)
)


class OneAccount:
    """Ana's account, with the hash that it is given."""

    password_hash = ""

    async def find_by_email_key(self, email_key: str) -> PasswordAccount | None:
        if email_key != "ana@example.com":
            return None
        return PasswordAccount(
            Account(UUID(int=1), "ana@example.com", "Ana", UUID(int=2), ("member",)), self.password_hash
        )


@pytest.fixture
async def authentication(keys: KeyRing, clock: ManualClock) -> AsyncIterator[LocalAuthentication]:
    accounts = OneAccount()
    opened = LocalAuthentication(
        stores=IdentityStores(**dict.fromkeys(STORES) | {"accounts": accounts}),  # type: ignore[arg-type]
        keys=keys,
        gate=None,  # type: ignore[arg-type] - nobody gets past the first factor here
        tenancy=PersonalWorkspaces(),
        authorization=RolePermissions(),
        options=OPTIONS,
        clock=clock,
    )
    accounts.password_hash = await opened.hashing.hash(PASSWORD)
    yield opened
    await opened.hashing.close()


@pytest.mark.parametrize(
    ("email", "password", "refusal"),
    [
        ("ana@example.com", "wrong horse battery", InvalidCredentials),
        ("nobody@example.com", PASSWORD, InvalidCredentials),
        ("nobody@example.com", "", InvalidCredentials),
        ("not an address", PASSWORD, InvalidCredentials),
        ("ana@example.com", PASSWORD, EmailUnconfirmed),
    ],
)
async def test_every_refused_login_checks_one_hash_of_the_same_cost(
    authentication: LocalAuthentication,
    monkeypatch: pytest.MonkeyPatch,
    email: str,
    password: str,
    refusal: type[Exception],
) -> None:
    calls: list[str] = []
    hasher = authentication.hashing._hasher

    class Counting:
        def verify(self, password_hash: str, secret: bytes) -> bool:
            calls.append("verify " + password_hash.rsplit("$", 2)[0])
            return hasher.verify(password_hash, secret)

        def hash(self, secret: bytes) -> str:
            calls.append("hash")
            return hasher.hash(secret)

        def check_needs_rehash(self, password_hash: str) -> bool:
            return hasher.check_needs_rehash(password_hash)

    monkeypatch.setattr(authentication.hashing, "_hasher", Counting())
    with pytest.raises(refusal):
        await authentication.login(email=email, password=password)
    assert calls == ["verify $argon2id$v=19$m=8,t=1,p=1"]
