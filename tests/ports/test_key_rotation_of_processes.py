"""Signing keys replaced under two running processes, on each database."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import jwt
from sqlalchemy.ext.asyncio import AsyncEngine

from experience_plane.adapters.sql.identity_stores import sql_identity_stores
from experience_plane.security_guard.key_rotation import rotate_keys
from experience_plane.security_guard.local import open_local_guard
from experience_plane.security_guard.options import HashingOptions, IdentityOptions, KeyOptions
from manual_clock import ManualClock

ANA = {"name": "Ana", "email": "ana@example.com", "password": "correct horse battery"}
OPTIONS = IdentityOptions(hashing=HashingOptions(memory_cost_kib=8, time_cost=1))
LIFETIME = timedelta(minutes=15)


async def test_a_process_believes_a_token_of_a_key_that_it_has_not_seen_yet(
    engine: AsyncEngine, clock: ManualClock
) -> None:
    stores = sql_identity_stores(engine)
    running = await open_local_guard(stores, OPTIONS, clock)
    ana = await running.register_user(**ANA)
    key = await rotate_keys(
        stores.signing_keys, KeyOptions(prepublish=timedelta(0)), token_lifetime=LIFETIME, clock=clock
    )
    started_later = await open_local_guard(stores, OPTIONS, clock)
    clock.advance(timedelta(seconds=1))
    token = (await started_later.refresh(ana.tokens.refresh_token)).tokens.access_token
    assert jwt.get_unverified_header(token)["kid"] == key.kid
    assert (await running.authenticate(token)).user_id == ana.user.user_id
    assert (await started_later.authenticate(ana.tokens.access_token)).user_id == ana.user.user_id
    for guard in (running, started_later):
        await guard.close()


async def test_of_parallel_rotations_every_generation_is_made_once(engine: AsyncEngine, clock: ManualClock) -> None:
    store = sql_identity_stores(engine).signing_keys
    outcomes = await asyncio.gather(
        *(rotate_keys(store, KeyOptions(), token_lifetime=LIFETIME, clock=clock) for _ in range(5)),
        return_exceptions=True,
    )
    stored = await store.all()
    made = [outcome for outcome in outcomes if not isinstance(outcome, BaseException)]
    assert len(stored) == 1 + len(made) >= 2
    assert [key.not_after is None for key in stored] == [False] * len(made) + [True]
