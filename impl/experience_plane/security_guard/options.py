"""Every limit of identity, with its default. The composition root fills these from the settings."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import timedelta


def _cpu_count() -> int:
    # What this process may use, where the system tells: a container or taskset may leave it fewer than there are.
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True, slots=True, kw_only=True)
class HashingOptions:
    """The cost of one argon2id hash and how many may wait for one.

    The default cost is OWASP's for argon2id: 19 MiB, two passes, one lane.
    """

    memory_cost_kib: int = 19_456
    time_cost: int = 2
    parallelism: int = 1
    workers: int = field(default_factory=_cpu_count)
    """Threads that hash at the same time; more than there are cores only adds memory."""
    queue_limit: int = 64
    """Hashes that may wait for a thread; one more is refused at once with `Overloaded`."""
    retry_after: float = 2.0
    """Seconds that a refused client is asked to wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordOptions:
    """Bounds on a new password in Unicode code points after NFKC (NIST SP 800-63B-4, section 3.1.1.2)."""

    min_length: int = 8
    max_length: int = 128
    service_name: str = "Experience Plane"
    """What attackers try first on this service in particular."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenOptions:
    """What an access token says and how long it is believed."""

    issuer: str = "experience-plane"
    audience: str = "experience-plane"
    lifetime: timedelta = timedelta(minutes=15)
    max_length: int = 4096
    """Characters; a longer token is refused unread."""
    not_before_leeway: timedelta = timedelta(seconds=5)
    """How far another node's clock may run ahead of ours. Expiry has no leeway."""
    verified_cache_size: int = 10_000
    """Verified tokens remembered by digest, so that a signature is checked once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOptions:
    """How long a login lasts and how stale our knowledge of it may be."""

    refresh_token_lifetime: timedelta = timedelta(days=30)
    """How long a session may go unused: each exchange begins it anew."""
    absolute_lifetime: timedelta = timedelta(days=90)
    """How long a session may last at all."""
    refresh_grace: timedelta = timedelta(seconds=10)
    """How long after its exchange a refresh token still answers, with the same successor."""
    state_max_age: timedelta = timedelta(seconds=1)
    """How long another process's logout may go unnoticed; zero reads the session on every request."""
    state_cache_size: int = 10_000
    check_interval: timedelta = timedelta(seconds=0.8)
    """Between two looks at the sessions of open sockets, each one query."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketOptions:
    """How long a socket ticket may be redeemed."""

    lifetime: timedelta = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyOptions:
    """How signing keys are replaced."""

    prepublish: timedelta = timedelta(minutes=15)
    """How long a new key is published before it signs."""
    reload_interval: timedelta = timedelta(minutes=1)
    """Between two looks at the stored keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOptions:
    """How addresses are proved, and what mails say."""

    verification_required: bool = False
    """Nobody gets a session before the address is verified, and registering tells nothing about an address."""
    mail_at_registration: bool = False
    """Whether registering mails a code also where verification is optional."""
    service_name: str = "Experience Plane"
    public_url: str = "http://localhost:8000"
    """Where the page is that the links of mails open."""
    verification_lifetime: timedelta = timedelta(days=1)
    email_change_lifetime: timedelta = timedelta(hours=1)
    password_reset_lifetime: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestOptions:
    """Whether and how long people may be here without an account."""

    allowed: bool = True
    idle_lifetime: timedelta = timedelta(days=30)
    """How long a guest who is not here is remembered."""
    cleanup_interval: timedelta = timedelta(hours=1)
    cleanup_batch: int = 200
    """Guests forgotten in one go, so that a start is never held up for long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalTokenOptions:
    """Bounds on personal access tokens."""

    limit: int = 50
    """Tokens that live, of one user."""
    longest_lifetime: timedelta = timedelta(days=365)
    usual_lifetime: timedelta = timedelta(days=30)
    """How long a token lives for which nothing else was asked; never longer than the longest."""
    use_interval: timedelta = timedelta(minutes=1)
    """How far the recorded last use may lie behind: a token that is used all the time writes this often."""
    cache_size: int = 10_000
    """Tokens remembered by digest, so that a token is looked up once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorOptions:
    """How long a login waits for its second factor, and what changing a factor takes."""

    challenge_lifetime: timedelta = timedelta(minutes=5)
    challenge_tries: int = 5
    """Codes that one challenge takes, the right one among them."""
    enrolment_lifetime: timedelta = timedelta(minutes=10)
    """How long a new authenticator app may take to be confirmed."""
    recent_login: timedelta = timedelta(minutes=5)
    """How long after its login a session may change factors without the password."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyOptions:
    """Who we are to authenticators, and the limits."""

    enabled: bool = True
    rp_id: str = "localhost"
    """The domain that passkeys are scoped to."""
    rp_name: str = "Experience Plane"
    origins: tuple[str, ...] = ("http://localhost:8000",)
    """Where the pages are that may ask for a passkey."""
    any_local_port: bool = True
    """Whether every port of http://localhost is such a place; for a service that runs on its user's machine."""
    challenge_lifetime: timedelta = timedelta(minutes=5)
    max_per_account: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityOptions:
    """All options of identity together."""

    hashing: HashingOptions = field(default_factory=HashingOptions)
    passwords: PasswordOptions = field(default_factory=PasswordOptions)
    tokens: TokenOptions = field(default_factory=TokenOptions)
    sessions: SessionOptions = field(default_factory=SessionOptions)
    tickets: TicketOptions = field(default_factory=TicketOptions)
    keys: KeyOptions = field(default_factory=KeyOptions)
    accounts: AccountOptions = field(default_factory=AccountOptions)
    guests: GuestOptions = field(default_factory=GuestOptions)
    personal_tokens: PersonalTokenOptions = field(default_factory=PersonalTokenOptions)
    second_factors: SecondFactorOptions = field(default_factory=SecondFactorOptions)
    passkeys: PasskeyOptions = field(default_factory=PasskeyOptions)
