"""The storage ports of identity: what one caller wins, no parallel caller wins too."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from experience_plane.adapters.sql.engine import create_engine
from experience_plane.adapters.sql.identity_stores import sql_identity_stores
from experience_plane.adapters.sql.identity_tables import refresh_tokens, tenants
from experience_plane.security_guard.ports import EmailTaken, TenantAssignment
from experience_plane.security_guard.principal import Principal
from experience_plane.security_guard.signing_keys import load_key_ring, new_signing_key
from experience_plane.security_guard.storage import (
    IdentityStores,
    NewAccount,
    NewRefreshToken,
    NewSession,
    Reused,
    Rotated,
    Rotation,
)
from manual_clock import ManualClock

PARALLEL = 20


@pytest.fixture
def stores(engine: AsyncEngine) -> IdentityStores:
    return sql_identity_stores(engine)


@pytest.fixture
async def other_stores(database_url: str, engine: AsyncEngine) -> AsyncIterator[IdentityStores]:
    """The stores of another process on the same database."""
    other = create_engine(database_url)
    yield sql_identity_stores(other)
    await other.dispose()


def new_account(clock: ManualClock, email_key: str = "ana@example.com") -> NewAccount:
    return NewAccount(
        user_id=uuid4(),
        email="Ana@example.com",
        email_key=email_key,
        name="Ana",
        password_hash="$argon2id$…",
        tenant=TenantAssignment(uuid4(), "Ana's workspace", ("member", "editor")),
        created_at=clock(),
    )


def new_refresh_token(clock: ManualClock, digest: bytes) -> NewRefreshToken:
    return NewRefreshToken(digest.ljust(32, b"."), clock(), clock() + timedelta(days=30))


def digest_of(name: bytes) -> bytes:
    return name.ljust(32, b".")


async def start_session(stores: IdentityStores, clock: ManualClock, lifetime: timedelta | None = None) -> UUID:
    """Store an account and a session whose refresh token has the digest of "first"; answer the session's id."""
    account, session_id = new_account(clock), uuid4()
    await stores.accounts.add(account)
    session = NewSession(session_id, account.user_id, clock(), None if lifetime is None else clock() + lifetime)
    await stores.sessions.start(session, new_refresh_token(clock, b"first"))
    return session_id


async def test_an_account_comes_back_with_its_tenant_and_roles(stores: IdentityStores, clock: ManualClock) -> None:
    account = new_account(clock)
    await stores.accounts.add(account)
    found = await stores.accounts.find_by_email_key("ana@example.com")
    assert found is not None
    assert found.password_hash == "$argon2id$…"
    assert found.account.user_id == account.user_id
    assert found.account.tenant_id == account.tenant.tenant_id
    assert found.account.roles == ("member", "editor")
    assert found.account.email == "Ana@example.com"


async def test_an_unknown_e_mail_key_finds_nothing(stores: IdentityStores) -> None:
    assert await stores.accounts.find_by_email_key("nobody@example.com") is None


async def test_parallel_accounts_with_one_e_mail_key_make_one_account_and_one_tenant(
    stores: IdentityStores, clock: ManualClock, engine: AsyncEngine
) -> None:
    outcomes = await asyncio.gather(
        *(stores.accounts.add(new_account(clock)) for _ in range(PARALLEL)), return_exceptions=True
    )
    assert outcomes.count(None) == 1
    assert sum(isinstance(outcome, EmailTaken) for outcome in outcomes) == PARALLEL - 1
    async with engine.connect() as connection:
        assert await connection.scalar(select(func.count()).select_from(tenants)) == 1


def rotation(clock: ManualClock, old: bytes, new: bytes, grace: float = 10) -> Rotation:
    """An exchange of the token with the digest of `old` for one with that of `new`, which is also its seed."""
    successor = new_refresh_token(clock, new)
    return Rotation(digest=digest_of(old), seed=new, successor=successor, now=clock(), grace=timedelta(seconds=grace))


async def test_a_refresh_token_is_rotated_into_its_successor(stores: IdentityStores, clock: ManualClock) -> None:
    session_id = await start_session(stores, clock)
    for old, new in [(b"first", b"second"), (b"second", b"third")]:
        outcome = await stores.sessions.rotate(rotation(clock, old, new))
        assert isinstance(outcome, Rotated)
        assert (outcome.session_id, outcome.seed) == (session_id, new)
        assert outcome.account.email == "Ana@example.com"


async def test_a_token_presented_again_within_the_grace_gets_the_first_successor(
    stores: IdentityStores, clock: ManualClock
) -> None:
    session_id = await start_session(stores, clock)
    first = await stores.sessions.rotate(rotation(clock, b"first", b"second"))
    clock.advance(timedelta(seconds=10) - timedelta(microseconds=1))
    assert await stores.sessions.rotate(rotation(clock, b"first", b"other")) == first
    assert await stores.sessions.rotate(rotation(clock, b"other", b"x")) is None
    assert await stores.sessions.find_live_account(session_id, clock()) is not None


async def test_a_refresh_token_used_again_after_the_grace_ends_its_session(
    stores: IdentityStores, clock: ManualClock
) -> None:
    session_id = await start_session(stores, clock)
    await stores.sessions.rotate(rotation(clock, b"first", b"second"))
    clock.advance(timedelta(seconds=10))
    assert await stores.sessions.rotate(rotation(clock, b"first", b"stolen")) == Reused(session_id)
    assert await stores.sessions.find_live_account(session_id, clock()) is None
    for name in (b"second", b"stolen"):
        assert await stores.sessions.rotate(rotation(clock, name, b"x")) is None


async def test_of_parallel_rotations_one_makes_the_successor_that_all_get(
    stores: IdentityStores, other_stores: IdentityStores, clock: ManualClock, engine: AsyncEngine
) -> None:
    """Two processes at once: within one, requests share a transaction."""
    session_id = await start_session(stores, clock)
    outcomes = await asyncio.gather(
        *(
            (stores, other_stores)[n % 2].sessions.rotate(rotation(clock, b"first", b"next %d" % n))
            for n in range(PARALLEL)
        )
    )
    assert {outcome.session_id for outcome in outcomes if isinstance(outcome, Rotated)} == {session_id}
    assert len({outcome.seed for outcome in outcomes if isinstance(outcome, Rotated)}) == 1
    async with engine.connect() as connection:
        assert await connection.scalar(select(func.count()).select_from(refresh_tokens)) == 2


async def test_without_a_grace_exactly_one_of_parallel_rotations_succeeds(
    stores: IdentityStores, clock: ManualClock
) -> None:
    session_id = await start_session(stores, clock)
    outcomes = await asyncio.gather(
        *(stores.sessions.rotate(rotation(clock, b"first", b"next %d" % n, grace=0)) for n in range(PARALLEL))
    )
    assert sum(isinstance(outcome, Rotated) for outcome in outcomes) == 1
    assert outcomes.count(Reused(session_id)) == PARALLEL - 1


async def test_tokens_of_many_sessions_are_rotated_at_once(stores: IdentityStores, clock: ManualClock) -> None:
    account = new_account(clock)
    await stores.accounts.add(account)
    names = [b"token %d" % n for n in range(PARALLEL)]
    for name in names:
        session = NewSession(uuid4(), account.user_id, clock())
        await stores.sessions.start(session, new_refresh_token(clock, name))
    outcomes = await asyncio.gather(*(stores.sessions.rotate(rotation(clock, n, n[::-1])) for n in [*names, b"none"]))
    assert outcomes.pop() is None
    assert [outcome.seed for outcome in outcomes if isinstance(outcome, Rotated)] == [name[::-1] for name in names]


async def test_a_refresh_token_expires(stores: IdentityStores, clock: ManualClock) -> None:
    await start_session(stores, clock)
    clock.advance(timedelta(days=30))
    assert await stores.sessions.rotate(rotation(clock, b"first", b"second")) is None


async def test_a_session_expires_however_much_it_is_used(stores: IdentityStores, clock: ManualClock) -> None:
    session_id = await start_session(stores, clock, lifetime=timedelta(hours=2))
    clock.advance(timedelta(hours=1))
    assert isinstance(await stores.sessions.rotate(rotation(clock, b"first", b"second")), Rotated)
    assert await stores.sessions.find_live_account(session_id, clock()) is not None
    clock.advance(timedelta(hours=1))
    assert await stores.sessions.find_live_account(session_id, clock()) is None
    assert await stores.sessions.rotate(rotation(clock, b"second", b"third")) is None


async def test_an_ended_session_has_no_account_and_rotates_nothing(stores: IdentityStores, clock: ManualClock) -> None:
    session_id = await start_session(stores, clock)
    assert await stores.sessions.find_live_account(session_id, clock()) is not None
    await stores.sessions.end(session_id, "logout", clock())
    await stores.sessions.end(session_id, "logout", clock())
    assert await stores.sessions.find_live_account(session_id, clock()) is None
    assert await stores.sessions.rotate(rotation(clock, b"first", b"second")) is None


async def test_the_grace_ends_with_the_session(stores: IdentityStores, clock: ManualClock) -> None:
    session_id = await start_session(stores, clock)
    await stores.sessions.rotate(rotation(clock, b"first", b"second"))
    await stores.sessions.end(session_id, "logout", clock())
    assert await stores.sessions.rotate(rotation(clock, b"first", b"second")) is None


async def test_processes_that_start_at_once_agree_on_one_signing_key(
    stores: IdentityStores, clock: ManualClock
) -> None:
    rings = await asyncio.gather(*(load_key_ring(stores.signing_keys, clock) for _ in range(PARALLEL)))
    assert len({ring.signing_kid for ring in rings}) == 1
    assert len(await stores.signing_keys.all()) == 1


async def test_the_newest_generation_signs_and_the_older_is_still_believed(
    stores: IdentityStores, clock: ManualClock
) -> None:
    older, newer = (new_signing_key(generation=n, clock=clock) for n in (1, 2))
    assert await stores.signing_keys.add(older)
    assert await stores.signing_keys.add(newer)
    assert not await stores.signing_keys.add(new_signing_key(generation=2, clock=clock))
    ring = await load_key_ring(stores.signing_keys, clock)
    assert ring.signing_kid == newer.kid
    assert set(ring.public_keys) == {older.kid, newer.kid}


def principal(clock: ManualClock) -> Principal:
    return Principal(uuid4(), uuid4(), uuid4(), ("member",), ("agents.talk",), clock() + timedelta(minutes=15))


async def test_a_ticket_is_taken_once_with_all_of_its_principal(stores: IdentityStores, clock: ManualClock) -> None:
    bought_by = principal(clock)
    await stores.tickets.add(digest_of(b"t"), bought_by, clock() + timedelta(seconds=30), clock())
    assert await stores.tickets.take(digest_of(b"t"), clock()) == bought_by
    assert await stores.tickets.take(digest_of(b"t"), clock()) is None


async def test_of_parallel_takers_of_a_ticket_exactly_one_gets_it(stores: IdentityStores, clock: ManualClock) -> None:
    bought_by = principal(clock)
    await stores.tickets.add(digest_of(b"t"), bought_by, clock() + timedelta(seconds=30), clock())
    outcomes = await asyncio.gather(*(stores.tickets.take(digest_of(b"t"), clock()) for _ in range(PARALLEL)))
    assert outcomes.count(bought_by) == 1
    assert outcomes.count(None) == PARALLEL - 1


async def test_a_ticket_expires(stores: IdentityStores, clock: ManualClock) -> None:
    await stores.tickets.add(digest_of(b"t"), principal(clock), clock() + timedelta(seconds=30), clock())
    clock.advance(timedelta(seconds=30))
    assert await stores.tickets.take(digest_of(b"t"), clock()) is None
