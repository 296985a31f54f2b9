"""Which passwords are good enough, and that hashing never queues without bound."""

from __future__ import annotations

import asyncio
import dataclasses
import threading
from collections.abc import AsyncIterator

import pytest

from experience_plane.security_guard.options import HashingOptions, PasswordOptions
from experience_plane.security_guard.passwords import (
    PasswordHashing,
    check_password,
    common_passwords,
    normalise_password,
)
from experience_plane.security_guard.ports import Overloaded, PasswordRejected

CHEAP = HashingOptions(memory_cost_kib=8, time_cost=1, workers=1, queue_limit=2, retry_after=3.0)


@pytest.fixture
async def hashing() -> AsyncIterator[PasswordHashing]:
    opened = PasswordHashing(CHEAP)
    yield opened
    await opened.close()


@pytest.mark.parametrize(
    "password",
    ["aaaaaaab", "x" * 128, "😀" * 8, "        ", "correct horse battery staple", "żółć żółć", "e\u0301" * 8],
)
def test_a_long_enough_password_is_accepted_whatever_it_is_made_of(password: str) -> None:
    check_password(password, PasswordOptions())


@pytest.mark.parametrize("password", ["", "a" * 7, "x" * 129, "😀" * 7, "\ufdfa" * 8, "e\u0301" * 7])
def test_length_counts_code_points_after_nfkc(password: str) -> None:
    with pytest.raises(PasswordRejected, match="8 to 128") as caught:
        check_password(password, PasswordOptions())
    assert caught.value.errors[0].pointer == "/password"


@pytest.mark.parametrize(
    "password", ["password", "PassWord", "ｐａｓｓｗｏｒｄ", "12345678", "qwertyuiop", "TRUSTNO1", "\uff11" * 8]
)
def test_the_commonest_passwords_are_refused(password: str) -> None:
    with pytest.raises(PasswordRejected, match="common"):
        check_password(password, PasswordOptions())


def test_the_list_of_common_passwords_is_long_and_in_the_form_that_is_compared() -> None:
    listed = common_passwords()
    assert len(listed) >= 3000
    assert all(normalise_password(password).casefold() == password and len(password) >= 8 for password in listed)


@pytest.mark.parametrize(
    "password",
    [
        "ExperiencePlane",
        "experience-plane-1",
        "ada.lovelace",
        "AdaLovelace1815",
        "lovelace",
        "L0ve! lovelace",
        "ada.lovelace@example.com",
    ],
)
def test_a_password_made_of_what_anybody_would_guess_is_refused(password: str) -> None:
    with pytest.raises(PasswordRejected, match="little more than") as caught:
        check_password(
            password, PasswordOptions(), context=("Ada Lovelace", "ada.lovelace@example.com"), pointer="/new_password"
        )
    assert caught.value.errors[0].pointer == "/new_password"


@pytest.mark.parametrize(
    "password", ["canada is a big country", "lovelace weaves patterns", "bananabandana", "example.com rules"]
)
def test_a_password_that_only_mentions_the_context_is_accepted(password: str) -> None:
    check_password(password, PasswordOptions(), context=("Ada Lovelace", "ada@example.com"))


async def test_a_hash_of_another_cost_is_outdated(hashing: PasswordHashing) -> None:
    dearer = PasswordHashing(dataclasses.replace(CHEAP, time_cost=2))
    assert hashing.is_outdated(await dearer.hash("x"))
    assert not hashing.is_outdated(await hashing.hash("x"))
    await dearer.close()


async def test_a_hash_is_argon2id_with_the_documented_cost() -> None:
    hashing = PasswordHashing(HashingOptions())
    assert (await hashing.hash("correct horse")).startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    await hashing.close()


async def test_a_password_verifies_against_its_own_hash_only(hashing: PasswordHashing) -> None:
    password_hash = await hashing.hash("correct horse")
    assert password_hash != await hashing.hash("correct horse")
    assert await hashing.verify(password_hash, "correct horse")
    assert not await hashing.verify(password_hash, "wrong horse")
    assert not await hashing.verify("not a hash", "correct horse")


async def test_without_a_hash_the_same_work_is_done_and_nothing_matches(
    hashing: PasswordHashing, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    matches = hashing._matches

    def record(password_hash: str, secret: bytes) -> bool:
        checked.append(password_hash)
        return matches(password_hash, secret)

    monkeypatch.setattr(hashing, "_matches", record)
    assert not await hashing.verify(None, "anything")
    password_hash = await hashing.hash("x")
    await hashing.verify(password_hash, "y")
    parameters = [text.rsplit("$", 2)[0] for text in checked]
    assert checked[1] == password_hash
    assert parameters[0] == parameters[1]


class _Gate:
    """Work for the pool that does not end before it is let go."""

    def __init__(self) -> None:
        self.started, self.opened = threading.Event(), threading.Event()

    def __call__(self) -> None:
        self.started.set()
        self.opened.wait()


async def test_a_full_queue_refuses_at_once_and_recovers(hashing: PasswordHashing) -> None:
    gate = _Gate()
    blocked = asyncio.create_task(hashing._submit(gate))
    await asyncio.to_thread(gate.started.wait)
    waiting = [asyncio.create_task(hashing.hash("x")) for _ in range(CHEAP.queue_limit)]
    await asyncio.sleep(0)
    with pytest.raises(Overloaded) as caught:
        await hashing.hash("one too many")
    assert caught.value.retry_after == 3.0
    gate.opened.set()
    await asyncio.gather(blocked, *waiting)
    assert await hashing.hash("now there is room")


async def test_a_caller_that_gives_up_keeps_its_place_until_the_thread_is_done(hashing: PasswordHashing) -> None:
    gate = _Gate()
    blocked = asyncio.create_task(hashing._submit(gate))
    await asyncio.to_thread(gate.started.wait)
    blocked.cancel()
    waiting = [asyncio.create_task(hashing.hash("x")) for _ in range(CHEAP.queue_limit)]
    await asyncio.sleep(0)
    with pytest.raises(Overloaded):
        await hashing.hash("one too many")
    gate.opened.set()
    await asyncio.gather(*waiting)
