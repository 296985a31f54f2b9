"""Keys change while tokens live: none is refused before its time, and none is believed for ever."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import jwt
import pytest

from experience_plane.security_guard.access_tokens import AccessTokens
from experience_plane.security_guard.key_rotation import RotatingKeys, rotate_keys
from experience_plane.security_guard.options import KeyOptions, TokenOptions
from experience_plane.security_guard.ports import Unauthenticated
from experience_plane.security_guard.principal import User
from experience_plane.security_guard.signing_keys import new_signing_key
from experience_plane.security_guard.storage import StoredSigningKey
from manual_clock import ManualClock

USER = User(UUID(int=1), UUID(int=2), "ana@example.com", "Ana", ("member",), ("agents.talk",))
SESSION_ID = UUID(int=3)
OPTIONS = KeyOptions(prepublish=timedelta(minutes=10), reload_interval=timedelta(minutes=1))
LIFETIME = TokenOptions().lifetime


class Keys:
    """Signing keys in a list; counts how often it is read."""

    def __init__(self, *keys: StoredSigningKey) -> None:
        self.keys = list(keys)
        self.reads = 0

    async def add(self, key: StoredSigningKey) -> bool:
        self.keys.append(key)
        return True

    async def replace(self, key: StoredSigningKey, retire_at: datetime) -> bool:
        self.keys = [dataclasses.replace(old, not_after=retire_at) for old in self.keys]
        return await self.add(key)

    async def all(self) -> Sequence[StoredSigningKey]:
        self.reads += 1
        return list(self.keys)


@pytest.fixture
def store(clock: ManualClock) -> Keys:
    return Keys(new_signing_key(generation=1, clock=clock))


async def rotate(store: Keys, clock: ManualClock) -> StoredSigningKey:
    return await rotate_keys(store, OPTIONS, token_lifetime=LIFETIME, clock=clock)


def kid_of(token: str) -> str:
    kid: str = jwt.get_unverified_header(token)["kid"]
    return kid


async def test_a_new_key_is_published_before_it_signs(store: Keys, clock: ManualClock) -> None:
    old, new = store.keys[0], await rotate(store, clock)
    keys = RotatingKeys(store, await store.all(), OPTIONS, clock)
    tokens = AccessTokens(keys, TokenOptions(), clock)
    assert [key["kid"] for key in keys.current().json_web_key_set()["keys"]] == [new.kid, old.kid]
    assert kid_of(tokens.issue(USER, SESSION_ID)) == old.kid
    clock.advance(OPTIONS.prepublish)
    assert kid_of(tokens.issue(USER, SESSION_ID)) == new.kid


async def test_the_old_key_verifies_until_its_last_token_has_expired(store: Keys, clock: ManualClock) -> None:
    old = store.keys[0]
    await rotate(store, clock)
    keys = RotatingKeys(store, await store.all(), OPTIONS, clock)
    tokens = AccessTokens(keys, TokenOptions(), clock)
    clock.advance(OPTIONS.prepublish - timedelta(seconds=1))
    last = tokens.issue(USER, SESSION_ID)
    clock.advance(LIFETIME - timedelta(seconds=1))
    tokens.verify(last)
    clock.advance(timedelta(seconds=1))
    with pytest.raises(Unauthenticated):
        tokens.verify(last)
    assert old.kid in keys.current().public_keys
    clock.advance(OPTIONS.reload_interval + timedelta(seconds=1))
    assert old.kid not in keys.current().public_keys


async def test_a_process_that_has_not_looked_yet_signs_with_the_old_key(store: Keys, clock: ManualClock) -> None:
    keys = RotatingKeys(store, await store.all(), OPTIONS, clock)
    new = await rotate(store, clock)
    assert new.kid not in keys.current().public_keys
    clock.advance(timedelta(seconds=1))
    await keys.reload()
    assert new.kid in keys.current().public_keys


async def test_unknown_keys_are_looked_up_once_a_second_at_the_most(store: Keys, clock: ManualClock) -> None:
    keys = RotatingKeys(store, await store.all(), OPTIONS, clock)
    for _ in range(5):
        await keys.reload()
    assert store.reads == 1
    clock.advance(timedelta(seconds=1))
    for _ in range(5):
        await keys.reload()
    assert store.reads == 2


@pytest.mark.parametrize(("prepublish", "max_age"), [(900, 300), (180, 120), (60, 0), (0, 0)])
def test_the_key_set_may_be_kept_only_as_long_as_a_new_key_waits(
    clock: ManualClock, prepublish: int, max_age: int
) -> None:
    options = KeyOptions(prepublish=timedelta(seconds=prepublish))
    keys = RotatingKeys(Keys(), [new_signing_key(generation=1, clock=clock)], options, clock)
    assert keys.key_set_max_age == max_age


async def test_two_rotations_in_a_row_retire_both_older_keys(store: Keys, clock: ManualClock) -> None:
    await rotate(store, clock)
    newest = await rotate(store, clock)
    assert [key.generation for key in store.keys] == [1, 2, 3]
    assert newest.not_after is None
    assert all(key.not_after is not None for key in store.keys[:2])
