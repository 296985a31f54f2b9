"""Passwords: which are good enough, and hashing them without starving everything else."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import secrets
import sys
import threading
import unicodedata
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from importlib.resources import files
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from experience_plane.security_guard.options import HashingOptions, PasswordOptions
from experience_plane.security_guard.ports import Overloaded, PasswordRejected

T = TypeVar("T")

_COMMON_PASSWORDS = "data/common_passwords.txt"
_NICENESS = 10
"""Of the hashing threads, as in nice(1): a tenth of the event loop's share of a core that both want."""
_SHORTEST_CONTEXT_WORD = 3
_LEAST_BESIDE_CONTEXT = 5
"""Letters and digits that a password must have besides the words that anybody would guess."""


def normalise_password(password: str) -> str:
    """NFKC, so that the same password typed on two keyboards has the same bytes (NIST SP 800-63B-4, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


def check_password(
    password: str, options: PasswordOptions, *, context: Iterable[str] = (), pointer: str = "/password"
) -> None:
    """Refuse a new password that is too short, too long, common, or little more than a word of its context.

    `context` is what an attacker knows of this user, such as name and e-mail address; the service's name is added.

    Raises:
        PasswordRejected: with the rule it breaks; `pointer` is the field that it came in.
    """
    normalised = normalise_password(password)
    if not options.min_length <= len(normalised) <= options.max_length:
        reason = f"The password must have {options.min_length} to {options.max_length} characters."
        raise PasswordRejected(reason, pointer)
    if normalised.casefold() in common_passwords():
        raise PasswordRejected("This password is among the most common ones; choose another.", pointer)
    if _is_guessable(normalised, (options.service_name, *context)):
        reason = (
            "This password is little more than your name, your address or the name of this service; choose another."
        )
        raise PasswordRejected(reason, pointer)


@cache
def common_passwords() -> frozenset[str]:
    """The passwords that attackers try first, NFKC and case-folded, shipped with the package."""
    text = files("experience_plane.security_guard").joinpath(_COMMON_PASSWORDS).read_text(encoding="utf-8")
    return frozenset(text.partition("\n\n")[2].splitlines())


def _is_guessable(password: str, context: Iterable[str]) -> bool:
    rest = core = _letters_and_digits(password)
    for word in sorted(_context_words(context), key=len, reverse=True):
        rest = rest.replace(word, "")
    return rest != core and len(rest) < _LEAST_BESIDE_CONTEXT


def _context_words(context: Iterable[str]) -> set[str]:
    """Each text whole and in words; of an e-mail address the local part, because everybody shares the domain."""
    words: set[str] = set()
    for text in context:
        local = text.partition("@")[0]
        words |= {_letters_and_digits(text), _letters_and_digits(local)}
        words |= {_letters_and_digits(part) for part in re.split(r"[\W_]+", local)}
    return {word for word in words if len(word) >= _SHORTEST_CONTEXT_WORD}


def _letters_and_digits(text: str) -> str:
    return "".join(filter(str.isalnum, normalise_password(text).casefold()))


class PasswordHashing:
    """argon2id in a thread pool of its own, with a bounded queue: past the bound a caller is refused at once.

    The C code releases the interpreter's lock, so hashes use all cores while the event loop goes on.
    """

    def __init__(self, options: HashingOptions) -> None:
        self._hasher = PasswordHasher(
            time_cost=options.time_cost,
            memory_cost=options.memory_cost_kib,
            parallelism=options.parallelism,
            type=Type.ID,
        )
        self._executor = ThreadPoolExecutor(options.workers, thread_name_prefix="argon2", initializer=_give_way)
        self._places = threading.BoundedSemaphore(options.workers + options.queue_limit)
        self._retry_after = options.retry_after
        self._hash_of_nothing = self._hasher.hash(secrets.token_bytes(16))

    async def hash(self, password: str) -> str:
        """Answer the password's argon2id hash in PHC string format.

        Raises:
            Overloaded: the queue is full.
        """
        secret = _as_bytes(password)
        return await self._submit(lambda: self._hasher.hash(secret))

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether the password has this hash; without a hash, the same work and then False.

        Raises:
            Overloaded: the queue is full.
        """
        secret = _as_bytes(password)
        matches = await self._submit(lambda: self._matches(password_hash or self._hash_of_nothing, secret))
        return matches and password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        """Whether the hash was made at another cost than today's."""
        return self._hasher.check_needs_rehash(password_hash)

    async def close(self) -> None:
        """Give the threads back; what waits in the queue is dropped."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _matches(self, password_hash: str, secret: bytes) -> bool:
        try:
            return self._hasher.verify(password_hash, secret)
        except (VerificationError, InvalidHashError):
            return False

    async def _submit(self, work: Callable[[], T]) -> T:
        if not self._places.acquire(blocking=False):
            raise Overloaded(self._retry_after)
        future: Future[T] = self._executor.submit(work)
        # The place is freed when the thread is, not when the caller stops waiting: a cancelled request still hashes.
        future.add_done_callback(lambda _: self._places.release())
        return await asyncio.wrap_future(future)


def _give_way() -> None:
    """Let the event loop go first: a hash keeps a core for 20 ms. Only on Linux has a thread a priority of its own."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)


def _as_bytes(password: str) -> bytes:
    # A lone surrogate has no UTF-8; it must fail as a wrong password does, not as a fault of ours.
    return normalise_password(password).encode("utf-8", "surrogatepass")
