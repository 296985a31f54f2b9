"""What second factors keep, as narrow storage ports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Challenge:
    """A login that waits for its second factor, about to be stored, by digest only."""

    digest: bytes
    user_id: UUID
    expires_at: datetime
    password_hash: str | None = field(default=None, repr=False)
    """What the password of this login was checked against; None where none was."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One more try at a challenge was counted: whose login it is, and how many tries are left after this one."""

    user_id: UUID
    tries_left: int


class ChallengeStore(Protocol):
    """Logins that wait for their second factor. Every method is atomic.

    They end when the password or a factor of the account changes.
    """

    async def add(self, challenge: Challenge, now: datetime) -> None:
        """Store a challenge, and forget those that expired before `now`.

        Either the login waits before a change of the password and is ended by it, or it does not wait.

        Raises:
            PasswordReplacedMeanwhile: the challenge's password hash is not the account's (any more).
        """
        ...

    async def find_user(self, digest: bytes, now: datetime) -> UUID | None:
        """Answer whose login it is, unless expired. Counts nothing."""
        ...

    async def try_once(self, digest: bytes, *, limit: int, now: datetime) -> Tried | None:
        """Count a try. None: unknown, expired, or tried `limit` times before."""
        ...

    async def take(self, digest: bytes, now: datetime) -> bool:
        """Remove the challenge; of parallel callers exactly one gets True, and nobody once it has expired."""
        ...


@dataclass(frozen=True, slots=True)
class StoredApp:
    """An authenticator app of an account; its secret is sealed."""

    user_id: UUID
    sealed_secret: bytes = field(repr=False)
    enrolled_at: datetime
    confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """An app is about to count: the step of its first code, and the recovery codes that go with it."""

    app: StoredApp
    step: int
    recovery_digests: Sequence[bytes]
    keep_session: UUID
    now: datetime


class AuthenticatorAppStore(Protocol):
    """One app for each account. Every method is atomic.

    A change of a factor ends all other sessions of the account, and all logins that wait for their second factor.
    """

    async def put_app(self, app: StoredApp) -> bool:
        """Store an app that waits to be confirmed, in place of another that waits. False: one is confirmed already."""
        ...

    async def find_app(self, user_id: UUID) -> StoredApp | None:
        """Answer the account's app."""
        ...

    async def confirm_app(self, confirmation: Confirmation) -> Sequence[UUID] | None:
        """Let the app count, with the recovery codes in place of all others. Answer the sessions that ended.

        None: the app does not wait any more.
        """
        ...

    async def accept_step(self, user_id: UUID, step: int) -> bool:
        """Keep that a code of this step was used: False when one of it, or of a later one, was used before."""
        ...

    async def replace_secret(self, app: StoredApp, sealed_secret: bytes) -> None:
        """Store the app's secret sealed anew, if it is still the one that `app` has."""
        ...

    async def remove_app(
        self, user_id: UUID, *, keep_recovery_codes: bool, keep_session: UUID, now: datetime
    ) -> Sequence[UUID] | None:
        """Remove the confirmed app. Answer the sessions that ended. None: there is none."""
        ...


class RecoveryCodeStore(Protocol):
    """The codes that are left, by digest only. Every method is atomic."""

    async def replace_codes(self, user_id: UUID, digests: Sequence[bytes]) -> None:
        """Store these codes in place of all that the account has."""
        ...

    async def count_codes(self, user_id: UUID) -> int:
        """Answer how many are left."""
        ...

    async def use_code(self, user_id: UUID, digest: bytes) -> int | None:
        """Remove a code and answer how many are left; of parallel callers exactly one gets an answer.

        None: no such code.
        """
        ...
