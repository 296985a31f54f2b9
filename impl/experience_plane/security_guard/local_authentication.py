"""Authentication by accounts, sessions and keys of our own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from experience_plane.clock import Clock
from experience_plane.security_guard.access_policy import GUEST_ROLE
from experience_plane.security_guard.access_tokens import AccessTokens, UnknownSigningKey
from experience_plane.security_guard.audit import AuditTrail, LoggedAuditTrail, SecurityEvent
from experience_plane.security_guard.device import current_device
from experience_plane.security_guard.emails import EmailAddress, parse_email
from experience_plane.security_guard.key_rotation import RotatingKeys
from experience_plane.security_guard.names import parse_name
from experience_plane.security_guard.opaque import digest, new_secret
from experience_plane.security_guard.options import IdentityOptions
from experience_plane.security_guard.passwords import PasswordHashing, check_password
from experience_plane.security_guard.ports import (
    AuthorizationPort,
    EmailUnconfirmed,
    InvalidCredentials,
    InvalidEmail,
    InvalidRefreshToken,
    InvalidUpgrade,
    Overloaded,
    TenancyPort,
    Unauthenticated,
)
from experience_plane.security_guard.principal import (
    Authenticated,
    LoginOutcome,
    Principal,
    SecondFactorMethod,
    TokenPair,
    User,
)
from experience_plane.security_guard.refresh_tokens import new_seed, successor
from experience_plane.security_guard.second_factor import InvalidChallenge, Proof, SecondFactorGate
from experience_plane.security_guard.sessions import Sessions
from experience_plane.security_guard.storage import (
    Account,
    IdentityStores,
    NewAccount,
    NewRefreshToken,
    NewSession,
    PasswordAccount,
    PasswordReplacedMeanwhile,
    Reused,
    Rotation,
)


class LocalAuthentication:
    """The built-in `AuthenticationPort`.

    It asks the tenancy and authorization ports itself, because an access token carries tenant, roles and permissions
    and has to come out of the call that authenticates.
    """

    def __init__(
        self,
        *,
        stores: IdentityStores,
        keys: RotatingKeys,
        gate: SecondFactorGate,
        tenancy: TenancyPort,
        authorization: AuthorizationPort,
        options: IdentityOptions,
        clock: Clock,
        audit: AuditTrail | None = None,
    ) -> None:
        self._audit = audit or LoggedAuditTrail()
        self._stores = stores
        self._keys = keys
        self._gate = gate
        self._tenancy = tenancy
        self._authorization = authorization
        self._options = options
        self._clock = clock
        self._hashing = PasswordHashing(options.hashing)
        self._access_tokens = AccessTokens(keys, options.tokens, clock)
        self.sessions = Sessions(stores.sessions, options.sessions, clock)

    async def register_user(self, *, name: str, email: str, password: str) -> Authenticated:
        """See `AuthenticationPort.register_user`."""
        parsed_name, address = parse_name(name), parse_email(email)
        check_password(password, self._options.passwords, context=(parsed_name, address.address))
        password_hash = await self._hashing.hash(password)
        account = await self.create_account(parsed_name, address, password_hash)
        await self._audit.record(SecurityEvent(kind="user.registered", user_id=account.user_id))
        return await self.admit(account)

    async def login(self, *, email: str, password: str) -> LoginOutcome:
        """See `AuthenticationPort.login`."""
        while True:
            found = await self._account_with(email, password)
            password_hash = await self._rehash_if_outdated(found, password)
            try:
                return await self.start_session(found.account, password_hash)
            except PasswordReplacedMeanwhile:
                # Another password, which this one is checked against now; or the same one, whose hash was renewed.
                continue

    async def _account_with(self, email: str, password: str) -> PasswordAccount:
        found = await self._find_account(email)
        if not await self._hashing.verify(found.password_hash if found else None, password) or found is None:
            await self._audit.record(
                SecurityEvent(kind="login.failed", user_id=found.account.user_id if found else None)
            )
            raise InvalidCredentials
        return found

    async def refresh(self, refresh_token: str) -> Authenticated:
        """See `AuthenticationPort.refresh`."""
        outcome = await self._stores.sessions.rotate(self._rotation(refresh_token))
        if isinstance(outcome, Reused):
            self.sessions.forget(outcome.session_id)
            await self._audit.record(SecurityEvent(kind="refresh_token.reused", session_id=outcome.session_id))
        if outcome is None or isinstance(outcome, Reused):
            raise InvalidRefreshToken
        value = successor(refresh_token, outcome.seed)
        return await self._authenticated(outcome.account, outcome.session_id, value)

    async def end_session(self, session_id: UUID) -> None:
        """See `AuthenticationPort.end_session`."""
        await self.sessions.end(session_id, "logout")
        await self._audit.record(SecurityEvent(kind="session.ended", session_id=session_id))

    async def verify_access_token(self, access_token: str) -> Principal:
        """See `AuthenticationPort.verify_access_token`."""
        principal = await self._signed(access_token)
        return await self._as_of_now(principal, await self._live_account(principal))

    async def current_user(self, principal: Principal) -> User:
        """See `AuthenticationPort.current_user`."""
        return await self._user(await self._live_account(principal))

    def json_web_key_set(self) -> dict[str, Any]:
        """See `AuthenticationPort.json_web_key_set`."""
        return self._keys.current().json_web_key_set()

    async def close(self) -> None:
        """Give the hashing threads back, and stop following the keys."""
        await self._keys.close()
        await self._hashing.close()

    async def create_account(self, name: str, address: EmailAddress, password_hash: str) -> Account:
        """Store a new account with the tenant and the roles that tenancy gives it.

        Raises:
            EmailTaken.
        """
        user_id = uuid4()
        tenant = await self._tenancy.assign_tenant(user_id=user_id, user_name=name)
        await self._stores.accounts.add(
            NewAccount(
                user_id=user_id,
                email=address.address,
                email_key=address.key,
                name=name,
                password_hash=password_hash,
                tenant=tenant,
                created_at=self._clock(),
            )
        )
        return Account(user_id, address.address, name, tenant.tenant_id, tenant.roles)

    async def create_guest(self) -> Account:
        """Store a guest, in a tenant of its own."""
        user_id, name = uuid4(), "Guest"
        assigned = await self._tenancy.assign_tenant(user_id=user_id, user_name=name)
        tenant = replace(assigned, roles=(GUEST_ROLE,))
        # No address has such a key: a guest is never found by one.
        await self._stores.accounts.add(
            NewAccount(
                user_id=user_id,
                email="",
                email_key=f"guest:{user_id}",
                name=name,
                password_hash="",
                tenant=tenant,
                created_at=self._clock(),
                anonymous=True,
            )
        )
        return Account(user_id, "", name, tenant.tenant_id, tenant.roles, anonymous=True)

    async def guest_of(self, access_token: str) -> Principal:
        """Answer the guest to whom this access token was issued, who may be no more.

        Raises:
            InvalidUpgrade: it is not believed, or was issued to somebody else.
        """
        try:
            principal = await self._signed(access_token)
        except Unauthenticated as error:
            raise InvalidUpgrade from error
        if principal.roles != (GUEST_ROLE,):
            raise InvalidUpgrade
        return principal

    async def _rehash_if_outdated(self, found: PasswordAccount, password: str) -> str:
        """Answer the hash that the account has now."""
        if not self._hashing.is_outdated(found.password_hash):
            return found.password_hash
        try:
            new_hash = await self._hashing.hash(password)
        except Overloaded:
            return found.password_hash
        await self._stores.account_lifecycle.rehash(
            found.account.user_id, old_hash=found.password_hash, new_hash=new_hash
        )
        return new_hash

    async def _find_account(self, email: str) -> PasswordAccount | None:
        try:
            address = parse_email(email)
        except InvalidEmail:
            return None
        return await self._stores.accounts.find_by_email_key(address.key)

    @property
    def hashing(self) -> PasswordHashing:
        """The one bounded pool in which passwords are hashed."""
        return self._hashing

    async def start_session(self, account: Account, password_hash: str | None = None) -> LoginOutcome:
        """Log an account in that has given its first factor, or ask for the second.

        Every way of logging in ends here, or, with the second factor given, in `complete_login`.

        Raises:
            InvalidCredentials: the account is disabled.
            EmailUnconfirmed.
            PasswordReplacedMeanwhile: `password_hash` is given, and the account has another one by now.
        """
        await self._require_admittance(account)
        if required := await self._gate.ask(account, password_hash):
            return required
        session_id = uuid4()
        authenticated = await self._open_session(account, session_id, password_hash)
        # Who enrols a factor ends the sessions that began before. One that begins meanwhile sees the factor here.
        if await self._gate.methods_of(account.user_id):
            await self.sessions.end(session_id, "factor_changed")
            return await self.start_session(account, password_hash)
        return authenticated

    async def complete_login(self, challenge: str, method: SecondFactorMethod, proof: Proof) -> Authenticated:
        """Log in whose login waits for this challenge, if `proof` takes what was given as the second factor.

        Raises:
            InvalidChallenge, WrongCode.
        """
        found = await self._gate.pass_with(challenge, method, proof)
        try:
            return await self.admit(found.account, found.password_hash)
        except (InvalidCredentials, PasswordReplacedMeanwhile) as error:
            raise InvalidChallenge from error

    async def admit(self, account: Account, password_hash: str | None = None) -> Authenticated:
        """Log in an account that has given all its factors, such as one passkey that knows its user.

        Raises:
            InvalidCredentials: the account is disabled.
            EmailUnconfirmed.
            PasswordReplacedMeanwhile: see `start_session`.
        """
        await self._require_admittance(account)
        return await self._open_session(account, uuid4(), password_hash)

    async def _require_admittance(self, account: Account) -> None:
        if account.disabled:
            # Who guesses passwords learns nothing from this answer; the user learns the reason from the admin.
            await self._audit.record(
                SecurityEvent(kind="login.failed", user_id=account.user_id, detail={"reason": "disabled"})
            )
            raise InvalidCredentials
        if self._options.accounts.verification_required and not (account.email_verified or account.anonymous):
            raise EmailUnconfirmed

    async def _open_session(
        self, account: Account, session_id: UUID, password_hash: str | None = None
    ) -> Authenticated:
        """The one place where a login becomes tokens."""
        value, now = new_secret(), self._clock()
        expires_at = now + self._options.sessions.absolute_lifetime
        session = NewSession(session_id, account.user_id, now, expires_at, current_device(), password_hash)
        await self._stores.sessions.start(session, self._refresh_token(value))
        await self._audit.record(SecurityEvent(kind="session.started", user_id=account.user_id, session_id=session_id))
        return await self._authenticated(account, session_id, value)

    async def _signed(self, access_token: str) -> Principal:
        try:
            return self._access_tokens.verify(access_token)
        except UnknownSigningKey:
            await self._keys.reload()
            return self._access_tokens.verify(access_token)

    def _refresh_token(self, value: str) -> NewRefreshToken:
        now = self._clock()
        options = self._options.sessions
        lifetime = min(options.refresh_token_lifetime, options.absolute_lifetime)
        return NewRefreshToken(digest(value), now, now + lifetime)

    def _rotation(self, refresh_token: str) -> Rotation:
        seed = new_seed()
        return Rotation(
            digest=digest(refresh_token),
            seed=seed,
            successor=self._refresh_token(successor(refresh_token, seed)),
            now=self._clock(),
            grace=self._options.sessions.refresh_grace,
        )

    async def _authenticated(self, account: Account, session_id: UUID, refresh_token: str) -> Authenticated:
        user = await self._user(account)
        tokens = TokenPair(
            access_token=self._access_tokens.issue(user, session_id),
            refresh_token=refresh_token,
            expires_in=int(self._options.tokens.lifetime.total_seconds()),
        )
        return Authenticated(user, tokens)

    async def _live_account(self, principal: Principal) -> Account:
        account = await self.sessions.live_account(principal.session_id)
        if account is None or account.user_id != principal.user_id:
            raise Unauthenticated("session ended")
        return account

    async def _as_of_now(self, principal: Principal, account: Account) -> Principal:
        """The token says what the roles were when it was issued; what counts is what they are."""
        permissions = await self._authorization.permissions_of(account.roles)
        if (account.roles, permissions) == (principal.roles, principal.permissions):
            return principal
        return replace(principal, roles=account.roles, permissions=permissions)

    async def _user(self, account: Account) -> User:
        return User(
            user_id=account.user_id,
            tenant_id=account.tenant_id,
            email=account.email,
            name=account.name,
            roles=account.roles,
            permissions=await self._authorization.permissions_of(account.roles),
            email_verified=account.email_verified,
            anonymous=account.anonymous,
        )
