"""Passwords: which are good enough, and hashing them without starving everything else."""

from __future__ import annotations

import asyncio
import secrets
import threading
import unicodedata
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from experience_plane.security_guard.options import HashingOptions, PasswordOptions
from experience_plane.security_guard.ports import Overloaded, PasswordRejected

T = TypeVar("T")

_COMMONEST = """
00000000 11111111 12121212 12341234 12344321 123123123 1234567890 12345678 123456789 147258369 1q2w3e4r 1q2w3e4r5t
1qaz2wsx 55555555 66666666 77777777 87654321 88888888 987654321 99999999 a1b2c3d4 aa123456 abc12345 abcd1234
abcdefgh admin123 administrator asdf1234 asdfasdf asdfghjk asdfghjkl baseball basketball business changeme computer
corvette danielle dragon123 einstein football iloveyou iloveyou1 jennifer letmein1 liverpool mercedes michelle
midnight monkey123 mustang1 p@ssw0rd passw0rd passwort password password1 password12 password123 princess princess1
q1w2e3r4 qazwsxedc qwer1234 qwerasdf qwerty12 qwerty123 qwertyui qwertyuiop samantha spiderman starwars sunshine
superman superman1 trustno1 victoria welcome1 whatever zaq12wsx zxcvbnm1
"""
_COMMON_PASSWORDS = frozenset(_COMMONEST.split())


def normalise_password(password: str) -> str:
    """NFKC, so that the same password typed on two keyboards has the same bytes (NIST SP 800-63B-4, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, options: PasswordOptions) -> None:
    """Refuse a new password that is too short, too long or among the commonest.

    Raises:
        PasswordRejected: with the rule it breaks.
    """
    if not options.min_length <= len(password) <= options.max_length:
        raise PasswordRejected(f"The password must have {options.min_length} to {options.max_length} characters.")
    if normalise_password(password).casefold() in _COMMON_PASSWORDS:
        raise PasswordRejected("This password is among the most common ones; choose another.")


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
        self._executor = ThreadPoolExecutor(options.workers, thread_name_prefix="argon2")
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


def _as_bytes(password: str) -> bytes:
    # A lone surrogate has no UTF-8; it must fail as a wrong password does, not as a fault of ours.
    return normalise_password(password).encode("utf-8", "surrogatepass")
