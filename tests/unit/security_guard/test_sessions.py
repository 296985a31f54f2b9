"""How long an ended session may go unnoticed: not at all here, and no longer than documented elsewhere."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from experience_plane.security_guard.options import SessionOptions
from experience_plane.security_guard.sessions import Sessions
from experience_plane.security_guard.storage import (
    Account,
    NewRefreshToken,
    NewSession,
    Reused,
    Rotated,
    Rotation,
    SessionEnd,
)
from manual_clock import ManualClock

SESSION_ID = UUID(int=3)
ACCOUNT = Account(UUID(int=1), "ana@example.com", "Ana", UUID(int=2), ("member",))


class OneSession:
    """A store that holds one session and counts how often it is asked."""

    def __init__(self) -> None:
        self.account: Account | None = ACCOUNT
        self.reads = 0
        self.hold: asyncio.Event | None = None
        self.reading = asyncio.Event()

    async def find_live_account(self, session_id: UUID, now: datetime) -> Account | None:
        self.reads += 1
        account = self.account
        self.reading.set()
        if self.hold is not None:
            await self.hold.wait()
        return account

    async def end(self, session_id: UUID, reason: SessionEnd, now: datetime) -> None:
        self.account = None

    async def start(self, session: NewSession, refresh_token: NewRefreshToken) -> None:
        raise NotImplementedError

    async def rotate(self, rotation: Rotation) -> Rotated | Reused | None:
        raise NotImplementedError


async def test_the_store_is_asked_once_within_the_maximum_age(clock: ManualClock) -> None:
    store = OneSession()
    sessions = Sessions(store, SessionOptions(), clock)
    for _ in range(5):
        assert await sessions.live_account(SESSION_ID) == ACCOUNT
    assert store.reads == 1


async def test_a_session_ended_elsewhere_is_refused_once_the_state_is_old(clock: ManualClock) -> None:
    store = OneSession()
    sessions = Sessions(store, SessionOptions(), clock)
    await sessions.live_account(SESSION_ID)
    store.account = None
    clock.advance(timedelta(seconds=1) - timedelta(microseconds=1))
    assert await sessions.live_account(SESSION_ID) == ACCOUNT
    clock.advance(timedelta(microseconds=1))
    assert await sessions.live_account(SESSION_ID) is None


async def test_a_maximum_age_of_zero_asks_every_time(clock: ManualClock) -> None:
    store = OneSession()
    sessions = Sessions(store, SessionOptions(state_max_age=timedelta(0)), clock)
    await sessions.live_account(SESSION_ID)
    store.account = None
    assert await sessions.live_account(SESSION_ID) is None


async def test_a_session_ended_here_is_refused_at_once(clock: ManualClock) -> None:
    sessions = Sessions(OneSession(), SessionOptions(), clock)
    await sessions.live_account(SESSION_ID)
    await sessions.end(SESSION_ID, "logout")
    assert await sessions.live_account(SESSION_ID) is None


async def test_a_read_that_began_before_the_end_does_not_bring_the_session_back(clock: ManualClock) -> None:
    store = OneSession()
    store.hold = asyncio.Event()
    sessions = Sessions(store, SessionOptions(), clock)
    reader = asyncio.create_task(sessions.live_account(SESSION_ID))
    await store.reading.wait()
    await sessions.end(SESSION_ID, "logout")
    store.hold.set()
    assert await reader is None
    assert await sessions.live_account(SESSION_ID) is None


async def test_an_account_that_changed_here_is_read_anew_at_once(clock: ManualClock) -> None:
    store = OneSession()
    sessions = Sessions(store, SessionOptions(), clock)
    await sessions.live_account(SESSION_ID)
    store.account = replace(ACCOUNT, roles=("admin",))
    sessions.account_changed(UUID(int=99))
    assert await sessions.live_account(SESSION_ID) == ACCOUNT
    sessions.account_changed(ACCOUNT.user_id)
    assert await sessions.live_account(SESSION_ID) == store.account


async def test_a_read_that_began_before_an_account_changed_is_not_remembered(clock: ManualClock) -> None:
    store = OneSession()
    store.hold = asyncio.Event()
    sessions = Sessions(store, SessionOptions(), clock)
    reader = asyncio.create_task(sessions.live_account(SESSION_ID))
    await store.reading.wait()
    store.account = replace(ACCOUNT, roles=("admin",))
    sessions.account_changed(ACCOUNT.user_id)
    store.hold.set()
    assert await reader == store.account
    assert await sessions.live_account(SESSION_ID) == store.account
