"""Security Guard: everything a handler may ask about identity."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Any

from experience_plane.security_guard.accounts import Accounts
from experience_plane.security_guard.administration import Administration
from experience_plane.security_guard.guests import Guests
from experience_plane.security_guard.local_passkeys import Passkeys
from experience_plane.security_guard.oidc_sign_in import OidcProviderPort, OidcSignIn
from experience_plane.security_guard.personal_token_format import PREFIX
from experience_plane.security_guard.personal_tokens import PersonalTokens, within
from experience_plane.security_guard.ports import (
    AuthenticationPort,
    InvalidTicket,
    NotSupported,
    PermissionDenied,
    Unauthenticated,
)
from experience_plane.security_guard.principal import Authenticated, LoginOutcome, Principal, Ticket, User
from experience_plane.security_guard.second_factors import SecondFactors
from experience_plane.security_guard.tickets import Tickets
from experience_plane.security_guard.user_sessions import UserSessions


class SecurityGuard:
    """The one door to identity; nothing else calls the ports."""

    def __init__(
        self,
        *,
        authentication: AuthenticationPort,
        tickets: Tickets,
        sessions: UserSessions | None = None,
        key_set_max_age: int = 300,
        administration: Administration | None = None,
        oidc_sign_in: OidcSignIn | None = None,
        accounts: Accounts | None = None,
        personal_tokens: PersonalTokens | None = None,
        second_factors: SecondFactors | None = None,
        guests: Guests | None = None,
        passkeys: Passkeys | None = None,
    ) -> None:
        self._authentication = authentication
        self._tickets = tickets
        self._sessions = sessions
        self.key_set_max_age = key_set_max_age
        """For how many seconds others may keep `json_web_key_set`."""
        self._administration = administration
        self._oidc_sign_in = oidc_sign_in
        self._accounts = accounts
        self._personal_tokens = personal_tokens
        self._second_factors = second_factors
        self._guests = guests
        self._passkeys = passkeys

    @property
    def sessions(self) -> UserSessions:
        """What a user may do with his sessions.

        Raises:
            NotSupported: the sessions are the identity provider's.
        """
        if self._sessions is None:
            raise NotSupported
        return self._sessions

    def watching(self, principal: Principal, revoked: Callable[[], None]) -> AbstractContextManager[None]:
        """Within the block, `revoked` is called once the principal's session ends, within a second of that."""
        return nullcontext() if self._sessions is None else self._sessions.watching(principal.session_id, revoked)

    @property
    def administration(self) -> Administration:
        """What admins do.

        Raises:
            NotSupported: the accounts are those of an external identity provider.
        """
        if self._administration is None:
            raise NotSupported("Users are managed at the identity provider.")
        return self._administration

    @property
    def accounts(self) -> Accounts:
        """Registration, addresses, passwords and deletion.

        Raises:
            NotSupported: an external identity provider keeps the accounts.
        """
        if self._accounts is None:
            raise NotSupported("Accounts are kept by the external identity provider; change them there.")
        return self._accounts

    @property
    def personal_tokens(self) -> PersonalTokens:
        """Personal access tokens.

        Raises:
            NotSupported: an external identity provider keeps the accounts.
        """
        if self._personal_tokens is None:
            raise NotSupported("Personal access tokens need accounts that are kept here.")
        return self._personal_tokens

    @property
    def second_factors(self) -> SecondFactors:
        """Second factors: given at a login, added, removed.

        Raises:
            NotSupported: an external identity provider keeps the accounts.
        """
        if self._second_factors is None:
            raise NotSupported("Second factors are the external identity provider's; set them up there.")
        return self._second_factors

    @property
    def guests(self) -> Guests:
        """People without an account.

        Raises:
            NotSupported: an external identity provider decides who comes in.
        """
        if self._guests is None:
            raise NotSupported("Log in at the identity provider; guests are not served here.")
        return self._guests

    @property
    def passkeys(self) -> Passkeys:
        """Passkeys: signed in with, added, deleted.

        Raises:
            NotSupported: they are switched off, or an external identity provider keeps the accounts.
        """
        if self._passkeys is None:
            raise NotSupported("This service takes no passkeys.")
        return self._passkeys

    @property
    def oidc_sign_in(self) -> OidcSignIn:
        """Sign-in by OpenID Connect.

        Raises:
            NotSupported: an external identity provider keeps the accounts.
        """
        if self._oidc_sign_in is None:
            raise NotSupported("Sign in at the identity provider that keeps the accounts.")
        return self._oidc_sign_in

    @property
    def oidc_providers(self) -> Sequence[OidcProviderPort]:
        """The providers that users can sign in with; none where accounts are elsewhere."""
        return () if self._oidc_sign_in is None else tuple(self._oidc_sign_in.providers.values())

    async def register_user(self, *, name: str, email: str, password: str) -> Authenticated:
        """Create an account with its tenant and log it in, which `register` does where the deployment allows it.

        Raises:
            EmailTaken, InvalidEmail, InvalidName, PasswordRejected, Overloaded.
        """
        return await self._authentication.register_user(name=name, email=email, password=password)

    async def register(self, *, name: str, email: str, password: str) -> Authenticated | None:
        """Create an account; None where its address must be verified before anybody is logged in.

        Raises:
            EmailTaken, InvalidEmail, InvalidName, PasswordRejected, Overloaded.
        """
        if self._accounts is None:
            return await self.register_user(name=name, email=email, password=password)
        return await self._accounts.registration.register(name=name, email=email, password=password)

    async def login(self, *, email: str, password: str) -> LoginOutcome:
        """Start a session, or ask for the second factor of an account that has one.

        Raises:
            InvalidCredentials, EmailUnconfirmed, Overloaded.
        """
        return await self._authentication.login(email=email, password=password)

    async def guest_of(self, access_token: str | None) -> Principal | None:
        """Answer the guest to whom an access token was issued; ask before the login that is to carry over.

        Raises:
            InvalidUpgrade: it is not believed, or was issued to somebody else.
        """
        return None if access_token is None else await self.guests.guest_of(access_token)

    async def carry_over(self, guest: Principal | None, outcome: LoginOutcome | None) -> None:
        """Give a guest's conversations to the user whom a login has let in; nothing happens where it let in nobody.

        Last, and not before the session begins: whoever is not logged in in the end has taken nothing from the guest.
        """
        if guest is not None and isinstance(outcome, Authenticated):
            await self.guests.carry_over(guest, outcome.user)

    async def refresh(self, refresh_token: str) -> Authenticated:
        """Exchange a refresh token for its successor; one used twice ends its session (RFC 9700, section 4.14.2).

        Raises:
            InvalidRefreshToken.
        """
        return await self._authentication.refresh(refresh_token)

    async def logout(self, principal: Principal) -> None:
        """End the principal's session: none of its tokens and tickets works on the next request."""
        await self._authentication.end_session(principal.session_id)

    async def authenticate(self, access_token: str) -> Principal:
        """Answer whom an access token stands for, a personal one or one of a login.

        Raises:
            Unauthenticated.
        """
        if self._personal_tokens is not None and access_token.startswith(PREFIX):
            return await self._personal_tokens.authenticate(access_token)
        return await self._authentication.verify_access_token(access_token)

    async def current_user(self, principal: Principal) -> User:
        """Answer the principal's user as stored now, with no more permissions than a personal token's scopes.

        A long-lived socket may ask this to learn that its session ended.

        Raises:
            Unauthenticated: the session has ended or the account is gone.
        """
        user = await self._authentication.current_user(principal)
        if principal.scopes is None:
            return user
        return replace(user, permissions=within(principal.scopes, user.permissions))

    def require_permission(self, principal: Principal, permission: str) -> None:
        """Let pass only who has the permission.

        Raises:
            PermissionDenied.
        """
        if permission not in principal.permissions:
            raise PermissionDenied(permission)

    async def require_permission_now(self, principal: Principal, permission: str) -> None:
        """Let pass only who has the permission at this moment; for sockets, which outlive what they were opened with.

        Raises:
            PermissionDenied: also when the session has ended.
        """
        try:
            user = await self.current_user(principal)
        except Unauthenticated as error:
            raise PermissionDenied(permission) from error
        if permission not in user.permissions:
            raise PermissionDenied(permission)

    async def issue_ticket(self, principal: Principal) -> Ticket:
        """Make a ticket that opens one socket for this principal."""
        return await self._tickets.issue(principal)

    async def redeem_ticket(self, value: str) -> Principal:
        """Use a ticket up and answer whom it was issued to.

        Raises:
            InvalidTicket: unknown, expired, redeemed before, or its session has ended.
        """
        principal = await self._tickets.redeem(value)
        try:
            await self._authentication.current_user(principal)
        except Unauthenticated as error:
            raise InvalidTicket from error
        return principal

    def json_web_key_set(self) -> Mapping[str, Any]:
        """The public keys that verify access tokens (RFC 7517, section 5)."""
        return self._authentication.json_web_key_set()

    async def close(self) -> None:
        """Free threads and connections, after the mail that is on its way."""
        if self._accounts is not None:
            await self._accounts.close()
        if self._sessions is not None:
            await self._sessions.close()
        if self._guests is not None:
            await self._guests.close()
        if self._oidc_sign_in is not None:
            await self._oidc_sign_in.close()
        await self._authentication.close()
