"""Sign-in by OpenID Connect: who may start, what comes back, and whose account it is.

A page starts with the S256 challenge of a verifier that it keeps, as in PKCE (RFC 7636). The provider sends the browser
to us, and we send it back to the page with a code that works once and only with that verifier: a code that somebody
else reads, or plants, is worth nothing. No cookie is needed, so pages of other origins and native apps can do it too.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from experience_plane.clock import Clock
from experience_plane.errors import ExperiencePlaneError, FieldError
from experience_plane.security_guard.audit import AuditTrail, LoggedAuditTrail, SecurityEvent
from experience_plane.security_guard.emails import parse_email
from experience_plane.security_guard.external_identity import name_of
from experience_plane.security_guard.opaque import digest, new_secret
from experience_plane.security_guard.passwords import PasswordHashing
from experience_plane.security_guard.ports import (
    EmailTaken,
    InvalidCredentials,
    InvalidEmail,
    ProviderUnavailable,
    TenancyPort,
)
from experience_plane.security_guard.principal import LoginOutcome, Principal, User
from experience_plane.security_guard.storage import Account, NewAccount

_MAX_RETURN_ADDRESS = 1000


class ProviderNotFound(ExperiencePlaneError):
    """No provider is configured under this id."""

    default_detail = "There is no such sign-in provider."


class SignInRefused(ExperiencePlaneError):
    """What came back does not belong to a sign-in that may be finished. `reason` is for the log only."""

    default_detail = "The sign-in cannot be finished; start it again."

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


class UnverifiedIdentity(ExperiencePlaneError):
    """The provider does not vouch for the e-mail address that an account here needs."""

    default_detail = "The provider has not verified the e-mail address."


class AccountLinkRequired(ExperiencePlaneError):
    """An account has this e-mail address, and is not linked with the provider."""

    default_detail = "An account with this e-mail address exists: log in to it, then link the provider."


class IdentityTaken(ExperiencePlaneError):
    """The identity at the provider is linked with another account."""

    default_detail = "This identity is linked with another account."


class InvalidReturnAddress(ExperiencePlaneError):
    """`return_to` is no page to which browsers may be sent."""

    def __init__(self) -> None:
        reason = "This is not an address of a page to which the service may send browsers."
        super().__init__(reason, errors=(FieldError("/return_to", reason),))


@dataclass(frozen=True, slots=True)
class ProviderIdentity:
    """Who a provider says somebody is. `email_verified`: the provider vouches for the address."""

    provider_id: str
    issuer: str
    subject: str
    email: str | None
    email_verified: bool
    name: str | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in on its way to the provider. `user_id`: it is to link this account instead of starting a session."""

    state_digest: bytes
    provider_id: str
    nonce_digest: bytes
    code_verifier: str = field(repr=False)
    code_challenge: str
    return_to: str
    user_id: UUID | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """A sign-in back from the provider, waiting for the page to fetch it with its code."""

    code_digest: bytes
    identity: ProviderIdentity
    code_challenge: str
    user_id: UUID | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Started:
    """Where the browser goes now, and until when it may come back."""

    authorization_url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Completed:
    """The page that the browser goes back to, with a code or with what went wrong."""

    return_to: str
    code: str | None = field(default=None, repr=False)
    failure: ExperiencePlaneError | None = None


class OidcProviderPort(Protocol):
    """One configured provider."""

    @property
    def provider_id(self) -> str: ...

    @property
    def name(self) -> str: ...

    async def authorization_url(self, *, state: str, nonce: str, code_challenge: str, redirect_uri: str) -> str:
        """Answer where the provider asks the user.

        Raises:
            ProviderUnavailable.
        """
        ...

    async def check_issuer(self, issuer: str | None) -> None:
        """Make sure that the answer is this provider's (RFC 9207): `issuer` as sent, where the provider sends it.

        Raises:
            SignInRefused, ProviderUnavailable.
        """
        ...

    async def redeem(
        self, *, code: str, code_verifier: str, nonce_digest: bytes, redirect_uri: str
    ) -> ProviderIdentity:
        """Exchange the provider's code, and answer whom its ID token names.

        Raises:
            SignInRefused: the code or the ID token is not good.
            ProviderUnavailable.
        """
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...


class OidcStore(Protocol):
    """Attempts and outcomes, each of which is taken once, and the identities that accounts are linked with."""

    async def add_attempt(self, attempt: Attempt, now: datetime) -> None:
        """Store an attempt, and forget those that expired before `now`."""
        ...

    async def take_attempt(self, state_digest: bytes, now: datetime) -> Attempt | None:
        """Remove an attempt and answer it, unless expired; of parallel callers exactly one gets it."""
        ...

    async def add_outcome(self, outcome: Outcome, now: datetime) -> None:
        """Store an outcome, and forget those that expired before `now`."""
        ...

    async def take_outcome(self, code_digest: bytes, now: datetime) -> Outcome | None:
        """Remove an outcome and answer it, unless expired; of parallel callers exactly one gets it."""
        ...

    async def find_account(self, issuer: str, subject: str) -> Account | None:
        """Answer the account that is linked with this identity."""
        ...

    async def add_account(self, account: NewAccount, identity: ProviderIdentity) -> None:
        """Store an account that is linked with the identity from the start, all or nothing.

        Raises:
            EmailTaken: the address has an account, or the identity has one.
        """
        ...

    async def link(self, user_id: UUID, identity: ProviderIdentity, now: datetime) -> None:
        """Link an account with an identity; nothing changes if it is already.

        Raises:
            IdentityTaken: the identity is linked with another account.
        """
        ...


class SessionStarter(Protocol):
    """The part of the built-in authentication that a sign-in ends with."""

    @property
    def hashing(self) -> PasswordHashing: ...

    async def start_session(self, account: Account) -> LoginOutcome:
        """Log the account in, as a login with its password would."""
        ...

    async def current_user(self, principal: Principal) -> User: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcSignInOptions:
    """`callback_base` is the public address of this service; `return_origins` those of pages besides its own."""

    callback_base: str
    return_origins: Sequence[str] = ()
    attempt_lifetime: timedelta = timedelta(minutes=10)
    outcome_lifetime: timedelta = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcSignInParts:
    """What the composition root chooses of a sign-in; the rest comes from the guard that it belongs to."""

    providers: Sequence[OidcProviderPort]
    store: OidcStore
    options: OidcSignInOptions


class OidcSignIn:
    """The flow of all configured providers."""

    def __init__(
        self,
        *,
        parts: OidcSignInParts,
        authentication: SessionStarter,
        tenancy: TenancyPort,
        clock: Clock,
        audit: AuditTrail | None = None,
    ) -> None:
        self.providers: Mapping[str, OidcProviderPort] = {each.provider_id: each for each in parts.providers}
        self._store = parts.store
        self._authentication = authentication
        self._tenancy = tenancy
        self._options = parts.options
        self._clock = clock
        self._audit = audit or LoggedAuditTrail()
        self._origins = {_origin(page) for page in (parts.options.callback_base, *parts.options.return_origins)}

    async def close(self) -> None:
        """Close the connections to the providers."""
        for provider in self.providers.values():
            await provider.close()

    async def start(
        self, provider_id: str, *, return_to: str, code_challenge: str, principal: Principal | None = None
    ) -> Started:
        """Begin a sign-in; with a principal, begin to link its account.

        Raises:
            ProviderNotFound, InvalidReturnAddress, ProviderUnavailable.
        """
        provider = self._provider(provider_id)
        self._check_return_address(return_to)
        state, nonce, verifier = new_secret(), new_secret(), new_secret()
        expires_at = self._clock() + self._options.attempt_lifetime
        url = await provider.authorization_url(
            state=state, nonce=nonce, code_challenge=s256(verifier), redirect_uri=self._redirect_uri(provider_id)
        )
        user_id = None if principal is None else principal.user_id
        attempt = Attempt(
            digest(state), provider_id, digest(nonce), verifier, code_challenge, return_to, user_id, expires_at
        )
        await self._store.add_attempt(attempt, self._clock())
        return Started(url, expires_at)

    async def complete(
        self, provider_id: str, *, state: str, code: str | None, error: str | None, issuer: str | None
    ) -> Completed:
        """Take the provider's answer, once for each state, and answer where the browser goes with what.

        Raises:
            SignInRefused: no attempt of this provider has this state (any more), so there is no page to go back to.
        """
        attempt = await self._store.take_attempt(digest(state), self._clock())
        if attempt is None or attempt.provider_id != provider_id:
            raise SignInRefused("unknown state")
        try:
            outcome_code = await self._accept(attempt, code, error, issuer)
        except (SignInRefused, ProviderUnavailable, ProviderNotFound) as failure:
            await self._audit.record(
                SecurityEvent(kind="oidc_sign_in.refused", detail={"provider": provider_id, "reason": str(failure)})
            )
            return Completed(attempt.return_to, failure=failure)
        return Completed(attempt.return_to, code=outcome_code)

    async def exchange(self, *, code: str, code_verifier: str) -> LoginOutcome:
        """Log in who came back from the provider, as with a password; whoever is new gets an account with a tenant.

        Raises:
            SignInRefused: the code is unknown, expired or used; the verifier is wrong; the account is disabled.
            UnverifiedIdentity, AccountLinkRequired: there is no account for this identity, and none is made.
        """
        outcome = await self._take(code, code_verifier)
        if outcome.user_id is not None:
            raise SignInRefused("started to link an account")
        identity = outcome.identity
        account = await self._store.find_account(identity.issuer, identity.subject)
        if account is None:
            account = await self._register(identity)
        try:
            return await self._authentication.start_session(account)
        except InvalidCredentials as error:
            raise SignInRefused("the account may not log in") from error

    async def link(self, principal: Principal, *, code: str, code_verifier: str) -> ProviderIdentity:
        """Link the principal's account with the identity that came back; it began this itself, logged in.

        Raises:
            SignInRefused: as for `exchange`, or another account began it.
            UnverifiedIdentity: the provider does not vouch for the account's own address.
            IdentityTaken: the identity is linked with another account.
        """
        outcome = await self._take(code, code_verifier)
        if outcome.user_id != principal.user_id:
            raise SignInRefused("started by someone else")
        user, identity = await self._authentication.current_user(principal), outcome.identity
        if _verified_key(identity) != parse_email(user.email).key:
            raise UnverifiedIdentity("The provider must have verified the e-mail address of this account.")
        await self._store.link(user.user_id, identity, self._clock())
        await self._audit.record(
            SecurityEvent(
                kind="oidc_identity.linked",
                user_id=user.user_id,
                session_id=principal.session_id,
                detail={"provider": identity.provider_id},
            )
        )
        return identity

    async def _accept(self, attempt: Attempt, code: str | None, error: str | None, issuer: str | None) -> str:
        provider = self._provider(attempt.provider_id)
        await provider.check_issuer(issuer)
        if code is None or error is not None:
            raise SignInRefused(f"the provider answers {(error or 'nothing')[:60]}")
        identity = await provider.redeem(
            code=code,
            code_verifier=attempt.code_verifier,
            nonce_digest=attempt.nonce_digest,
            redirect_uri=self._redirect_uri(attempt.provider_id),
        )
        value, now = new_secret(), self._clock()
        expires_at = now + self._options.outcome_lifetime
        outcome = Outcome(digest(value), identity, attempt.code_challenge, attempt.user_id, expires_at)
        await self._store.add_outcome(outcome, now)
        return value

    async def _take(self, code: str, code_verifier: str) -> Outcome:
        outcome = await self._store.take_outcome(digest(code), self._clock())
        if outcome is None:
            raise SignInRefused("unknown code")
        if not hmac.compare_digest(s256(code_verifier), outcome.code_challenge):
            # Whoever has the code and not the verifier has stolen it: it is used up by now.
            await self._audit.record(
                SecurityEvent(kind="oidc_code.stolen", detail={"provider": outcome.identity.provider_id})
            )
            raise SignInRefused("wrong verifier")
        return outcome

    async def _register(self, identity: ProviderIdentity) -> Account:
        if _verified_key(identity) is None:
            raise UnverifiedIdentity
        address = parse_email(identity.email or "")
        user_id, name = uuid4(), name_of(identity.name, address.address)
        tenant = await self._tenancy.assign_tenant(user_id=user_id, user_name=name)
        # Nobody knows this password: a login with any other takes as long as for other accounts, and a reset works.
        password_hash = await self._authentication.hashing.hash(new_secret())
        now = self._clock()
        account = NewAccount(
            user_id=user_id,
            email=address.address,
            email_key=address.key,
            name=name,
            password_hash=password_hash,
            tenant=tenant,
            created_at=now,
            email_verified_at=now,
        )
        try:
            await self._store.add_account(account, identity)
        except EmailTaken as error:
            return await self._registered_meanwhile(identity, error)
        await self._audit.record(
            SecurityEvent(kind="user.registered", user_id=user_id, detail={"provider": identity.provider_id})
        )
        return Account(user_id, address.address, name, tenant.tenant_id, tenant.roles, email_verified=True)

    async def _registered_meanwhile(self, identity: ProviderIdentity, error: EmailTaken) -> Account:
        account = await self._store.find_account(identity.issuer, identity.subject)
        if account is None:
            raise AccountLinkRequired from error
        return account

    def _provider(self, provider_id: str) -> OidcProviderPort:
        provider = self.providers.get(provider_id)
        if provider is None:
            raise ProviderNotFound
        return provider

    def _redirect_uri(self, provider_id: str) -> str:
        """An address of its own for each provider, so that one's answer cannot pass for another's (RFC 9700, 4.4)."""
        return f"{self._options.callback_base.rstrip('/')}/api/auth/oidc/{provider_id}/callback"

    def _check_return_address(self, address: str) -> None:
        plain = len(address) <= _MAX_RETURN_ADDRESS and address.isascii() and address.isprintable()
        if not plain or any(sign in address for sign in "?#@\\ ") or _origin(address) not in self._origins:
            raise InvalidReturnAddress


def s256(verifier: str) -> str:
    """The challenge of a verifier (RFC 7636, section 4.2)."""
    hashed = hashlib.sha256(verifier.encode("utf-8", "surrogatepass")).digest()
    return base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()


def _origin(address: str) -> tuple[str, str]:
    try:
        parts = urlsplit(address)
    except ValueError as error:
        raise InvalidReturnAddress from error
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise InvalidReturnAddress
    return parts.scheme, parts.netloc.lower()


def _verified_key(identity: ProviderIdentity) -> str | None:
    """What makes the verified address unique; None without one."""
    if not identity.email_verified or identity.email is None:
        return None
    try:
        return parse_email(identity.email).key
    except InvalidEmail:
        return None
