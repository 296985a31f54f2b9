# Generated from contracts/ by `make generate`. Do not edit.
"""A typed client of the HTTP half of the contract: one method for each operation."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar
from uuid import UUID

import httpx
from pydantic import BaseModel, ValidationError

from experience_plane_api import models

ModelT = TypeVar("ModelT", bound=BaseModel)


class ProblemError(Exception):
    """The service refused; `problem` says why (RFC 9457)."""

    def __init__(self, problem: models.Problem) -> None:
        self.problem = problem
        super().__init__(f"{problem.title}: {problem.detail}")

    @property
    def slug(self) -> str:
        """The problem type's name in the registry."""
        return self.problem.type.rpartition("/")[2]


class UnexpectedResponse(Exception):
    """The answer is not one that the contract has: the other side is not this service, or it broke the contract."""


@dataclass(frozen=True, slots=True)
class ServerSentEvent:
    """One event of an event stream (HTML Living Standard, section 9.2)."""

    id: str | None
    event: str
    data: str


class HttpClient:
    """Calls the service at `base_url`. Set `access_token` to call operations that need one."""

    def __init__(
        self, base_url: str, *, access_token: str | None = None, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self.access_token = access_token
        self._http = httpx.AsyncClient(base_url=base_url, transport=transport, timeout=30)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    def run_ag_ui(self, body: models.RunAgentInput) -> AsyncGenerator[ServerSentEvent, None]:
        """Talk with the agents by AG-UI.

        Takes the last message of an AG-UI 1.0 `RunAgentInput`, which must be the user's, and answers its run as AG-UI events, so that any AG-UI client works
        with these agents. It is the same run, in the same log, that the agent socket would show.

        **Threads.** A `threadId` that is the id of one of the user's conversations is that conversation; every other names a conversation of its own for
        each user, begun with its first message. Earlier messages of the request are not read: the log has them.

        **Again.** The same `threadId` with the same `id` of the last message starts nothing: the run is answered again from its beginning. A client that
        disconnects ends no run.

        **Events.** `RUN_STARTED`; `TEXT_MESSAGE_*` with the agent as `name`; a step is a tool call (`TOOL_CALL_START`, `_ARGS` with its title, `_END`,
        `_RESULT` with its summary) that the service has made itself; other events, such as `agent.handoff`, are `CUSTOM` with their type as `name` and their
        JSON as `value`; then `RUN_FINISHED` (with the outcome `cancelled` for a cancelled run) or `RUN_ERROR`. `forwardedProps` may have `surface` and
        `project_id`, as the context of `agent.message` has them; the rest of it, tools, state and context are not used.

        The stream ends early for the reasons of `followConversation`, and counts as one.

        Raises:
            ProblemError: malformed-request, unauthenticated, forbidden, run-in-progress, message-id-reused, content-too-large, unsupported-media-type, invalid-request, too-many-requests, internal-error, not-ready, provider-unavailable.
        """
        return self._stream("POST", "/api/runtime/ag-ui", secured=True, body=body)

    def follow_conversation(
        self, conversation_id: UUID, *, after_cursor: int | None = None
    ) -> AsyncGenerator[ServerSentEvent, None]:
        """Follow a conversation.

        Answers the events of the conversation's log after a position, each once and in order, then those to come: for who cannot use a WebSocket. It is
        an event stream as browsers read it (HTML Living Standard, section 9.2, `EventSource`). `id` is the event's cursor, `event` its type, and `data` its
        JSON, the same that the agent socket sends (asyncapi.yaml, Events). A comment comes when nothing else does, so that a dead connection is noticed.

        A reader that comes back sends the last `id` that it has seen in `Last-Event-ID`, which event-stream libraries do by themselves, and misses nothing. The stream
        ends when the access token expires, when its session ends, when the service stops, and when a reader has taken nothing for too long. A user may
        have only so many streams at once; one more is answered with 429.

        Raises:
            ProblemError: unauthenticated, forbidden, conversation-not-found, invalid-request, too-many-requests, internal-error, provider-unavailable.
        """
        return self._stream(
            "GET",
            f"/api/conversations/{conversation_id}/events",
            secured=True,
            query={
                "after_cursor": after_cursor,
            },
        )

    async def register_user(self, body: models.RegisterRequest) -> models.AuthenticationResult | models.MailOnItsWay:
        """Register a user.

        Creates a user and logs it in (201). The e-mail address must not have an account yet; the comparison ignores case.

        A service that requires verified addresses answers 202 instead, the same whether the address has an account or not, and a mail to the address
        says how to go on.

        Raises:
            ProblemError: malformed-request, email-unconfirmed, forbidden, email-taken, content-too-large, unsupported-media-type, invalid-request, weak-password, too-many-requests, internal-error, not-supported, overloaded, provider-unavailable.
        """
        response = await self._call("POST", "/api/auth/register", expect={201, 202}, body=body)
        if response.status_code == 202:
            return models.MailOnItsWay.model_validate_json(response.content)
        return models.AuthenticationResult.model_validate_json(response.content)

    async def start_anonymous_session(self, body: models.AnonymousSessionRequest) -> models.AuthenticationResult:
        """Begin as a guest.

        Starts a session for somebody without an account, who may talk to the guide. Send the guest's access token as `upgrade` when registering or logging in: its
        conversations then belong to the account, and the guest is no more. A guest who is not here for some time is forgotten.

        Raises:
            ProblemError: malformed-request, guests-not-allowed, forbidden, content-too-large, unsupported-media-type, invalid-request, too-many-requests, internal-error, not-supported.
        """
        response = await self._call("POST", "/api/auth/anonymous", expect={201}, body=body)
        return models.AuthenticationResult.model_validate_json(response.content)

    async def log_in(self, body: models.LoginRequest) -> models.AuthenticationResult | models.SecondFactorRequired:
        """Log in.

        Starts a session. The answer, and the time it takes, is the same for an unknown address and for a wrong password.

        An account with a second factor is answered 202 with a challenge: no token is given before completeSecondFactor has the factor, too.

        Raises:
            ProblemError: malformed-request, invalid-credentials, email-unconfirmed, forbidden, content-too-large, unsupported-media-type, invalid-request, too-many-requests, internal-error, not-supported, overloaded, provider-unavailable.
        """
        response = await self._call("POST", "/api/auth/login", expect={200, 202}, body=body)
        if response.status_code == 202:
            return models.SecondFactorRequired.model_validate_json(response.content)
        return models.AuthenticationResult.model_validate_json(response.content)

    async def refresh_session(self, body: models.RefreshRequest) -> models.AuthenticationResult:
        """Exchange a refresh token for a new pair of tokens.

        Each refresh token works once. Presented again within a few seconds, as two tabs may, it answers the same new refresh token; after that it ends its session, because one of the two users of it is a thief (RFC 9700, section 4.14).

        A page sends `{}`, and its browser the cookie. What came in the cookie is answered in the cookie, whatever `token_delivery` says, so that no script ever gets to see it; and it is taken only from pages of the service's own origin or of one that is allowed (403 otherwise), so that no other site can use it. A refresh token in the body goes before the cookie.

        Raises:
            ProblemError: malformed-request, invalid-refresh-token, forbidden, content-too-large, unsupported-media-type, invalid-request, too-many-requests, internal-error, not-supported, provider-unavailable.
        """
        response = await self._call("POST", "/api/auth/refresh", expect={200}, body=body)
        return models.AuthenticationResult.model_validate_json(response.content)

    async def log_out(self) -> None:
        """Log out.

        Ends the session that the access token belongs to. Its access and refresh tokens are refused from the next request on.

        Raises:
            ProblemError: unauthenticated, forbidden, too-many-requests, internal-error, provider-unavailable.
        """
        await self._call("POST", "/api/auth/logout", expect={204}, secured=True)

    async def get_current_user(self) -> models.User:
        """Show the user who is logged in.

        Answers the user to whom the access token was issued.

        Raises:
            ProblemError: unauthenticated, too-many-requests, internal-error, provider-unavailable.
        """
        response = await self._call("GET", "/api/auth/me", expect={200}, secured=True)
        return models.User.model_validate_json(response.content)

    async def list_sessions(self) -> models.SessionList:
        """List the user's sessions.

        Answers where the user is logged in, the session used last first; the 100 latest of them.

        Raises:
            ProblemError: unauthenticated, forbidden, too-many-requests, internal-error, not-supported, provider-unavailable.
        """
        response = await self._call("GET", "/api/auth/sessions", expect={200}, secured=True)
        return models.SessionList.model_validate_json(response.content)

    async def end_session(self, session_id: UUID) -> None:
        """End a session.

        Ends one session of the user, this one or another. Its tokens are refused from the next request on, and its sockets are closed with 4401 within a second.

        Raises:
            ProblemError: unauthenticated, forbidden, session-not-found, invalid-request, too-many-requests, internal-error, not-supported, provider-unavailable.
        """
        await self._call("DELETE", f"/api/auth/sessions/{session_id}", expect={204}, secured=True)

    async def end_other_sessions(self) -> None:
        """End all other sessions.

        Ends every session of the user but the one that asks.

        Raises:
            ProblemError: unauthenticated, forbidden, too-many-requests, internal-error, not-supported, provider-unavailable.
        """
        await self._call("POST", "/api/auth/logout-elsewhere", expect={204}, secured=True)

    async def log_out_everywhere(self) -> None:
        """Log out everywhere.

        Ends every session of the user, this one too.

        Raises:
            ProblemError: unauthenticated, forbidden, too-many-requests, internal-error, not-supported, provider-unavailable.
        """
        await self._call("POST", "/api/auth/logout-everywhere", expect={204}, secured=True)

    async def list_access_tokens(self) -> models.AccessTokenList:
        """List the user's personal access tokens.

        Answers the tokens that live, the newest first. The tokens themselves are not kept; `hint` is how each begins.

        Raises:
            ProblemError: unauthenticated, forbidden, too-many-requests, internal-error, not-supported, provider-unavailable.
        """
        response = await self._call("GET", "/api/auth/access-tokens", expect={200}, secured=True)
        return models.AccessTokenList.model_validate_json(response.content)

    async def create_access_token(self, body: models.CreateAccessTokenRequest) -> models.CreatedAccessToken:
        """Create a personal access token.

        Makes a token for a script, and answers it this once. It is sent like an access token, in `Authorization: Bearer …`, until it expires or is revoked;
        it cannot be refreshed.

        Scopes are permissions, and the user must have each of them now. What the token may do is what its scopes and the user's permissions at that moment
        have in common. `account.manage`, `access_tokens.manage` and `session.end` are refused: a token manages no credentials and no logins.

        Tokens match `epp_[0-9A-Za-z]{38}`; the last six characters are a check sum, so that a scanner knows a token from a look-alike.

        Raises:
            ProblemError: malformed-request, unauthenticated, forbidden, access-token-limit, content-too-large, unsupported-media-type, invalid-request, too-many-requests, internal-error, not-supported, provider-unavailable.
        """
        response = await self._call("POST", "/api/auth/access-tokens", expect={201}, secured=True, body=body)
        return models.CreatedAccessToken.model_validate_json(response.content)

    async def revoke_access_token(self, access_token_id: UUID) -> None:
        """Revoke a personal access token.

        The token is refused from the next request on, and the sockets that it opened are closed with 4401 within a second.

        Raises:
            ProblemError: unauthenticated, forbidden, access-token-not-found, invalid-request, too-many-requests, internal-error, not-supported, provider-unavailable.
        """
        await self._call("DELETE", f"/api/auth/access-tokens/{access_token_id}", expect={204}, secured=True)

    async def list_oidc_providers(self) -> models.OidcProviderList:
        """List the providers to sign in with.

        Answers the OpenID Connect providers that this service is configured with; none is no error.

        Raises:
            ProblemError: too-many-requests, internal-error.
        """
        response = await self._call("GET", "/api/auth/oidc/providers", expect={200})
        return models.OidcProviderList.model_validate_json(response.content)

    async def start_oidc_sign_in(self, provider_id: str, body: models.OidcStartRequest) -> models.OidcStarted:
        """Start to sign in with a provider.

        Answers the address at which the provider asks the user; send the browser there. The page keeps a random verifier and sends its S256 challenge
        (RFC 7636); the code with which the browser comes back is worth nothing without the verifier.

        Raises:
            ProblemError: malformed-request, provider-not-found, content-too-large, unsupported-media-type, invalid-request, too-many-requests, internal-error, not-supported, provider-unavailable.
        """
        response = await self._call("POST", f"/api/auth/oidc/{provider_id}/start", expect={200}, body=body)
        return models.OidcStarted.model_validate_json(response.content)

    async def start_oidc_link(self, provider_id: str, body: models.OidcStartRequest) -> models.OidcStarted:
        """Start to link the account with a provider.

        As startOidcSignIn, for a user who is logged in and wants to sign in with the provider from now on. Only the same user can finish it.

        Raises:
            ProblemError: malformed-request, unauthenticated, forbidden, provider-not-found, content-too-large, unsupported-media-type, invalid-request, too-many-requests, internal-error, not-supported, provider-unavailable.
        """
        response = await self._call("POST", f"/api/auth/oidc/{provider_id}/link", expect={200}, secured=True, body=body)
        return models.OidcStarted.model_validate_json(response.content)

    async def exchange_oidc_code(
        self, body: models.OidcExchangeRequest
    ) -> models.AuthenticationResult | models.SecondFactorRequired:
        """Exchange the code of the callback for tokens.

        Logs in who came back from the provider. Whoever is new gets an account with a tenant, if the provider has verified the e-mail address. If the address has an account
        that is not linked with the provider, nobody is logged in: the user logs in as before and links it. The code works once, for a minute, with the page's verifier.
        As with logIn, an account with a second factor is answered 202.

        Raises:
            ProblemError: malformed-request, invalid-sign-in, unverified-identity, forbidden, account-link-required, content-too-large, unsupported-media-type, invalid-request, too-many-requests, internal-error, not-supported, overloaded, provider-unavailable.
        """
        response = await self._call("POST", "/api/auth/oidc/token", expect={200, 202}, body=body)
        if response.status_code == 202:
            return models.SecondFactorRequired.model_validate_json(response.content)
        return models.AuthenticationResult.model_validate_json(response.content)

    async def link_oidc_identity(self, body: models.OidcExchangeRequest) -> models.LinkedOidcIdentity:
        """Link the account with the identity that came back.

        Finishes startOidcLink. The provider must have verified the e-mail address of the account. Linking twice is no error.

        Raises:
            ProblemError: malformed-request, invalid-sign-in, unauthenticated, forbidden, unverified-identity, identity-taken, content-too-large, unsupported-media-type, invalid-request, too-many-requests, internal-error, not-supported, provider-unavailable.
        """
        response = await self._call("POST", "/api/auth/oidc/identities", expect={200}, secured=True, body=body)
        return models.LinkedOidcIdentity.model_validate_json(response.content)

    async def complete_second_factor(self, body: models.SecondFactorRequest) -> models.AuthenticationResult:
        """Give the second factor.

        Ends a login that was answered with a challenge. A challenge takes a few codes (five, as a setting), for a few minutes, and one that is right; after that,
        or when the password or a factor of the account has changed meanwhile, log in again. A code of an authenticator app works once, and so does a recovery code.

        Raises:
            ProblemError: malformed-request, invalid-challenge, wrong-code, forbidden, content-too-large, unsupported-media-type, invalid-request, too-many-requests, internal-error, not-supported, overloaded, provider-unavailable.
        """
        response = await self._call("POST", "/api/auth/login/second-factor", expect={200}, body=body)
        return models.AuthenticationResult.model_validate_json(response.content)

    async def get_second_factors(self) -> models.SecondFactors:
        """Show the second factors.

        Answers what the account asks for beside the password, and how many recovery codes are left.

        Raises:
            ProblemError: unauthenticated, forbidden, too-many-requests, internal-error, not-supported, provider-unavailable.
        """
        response = await self._call("GET", "/api/auth/factors", expect={200}, secured=True)
        return models.SecondFactors.model_validate_json(response.content)

    async def enrol_totp(self, body: models.EnrolTotpRequest) -> models.TotpEnrolment:
        """Begin to use an authenticator app.

        Makes a secret for an authenticator app (TOTP, RFC 6238: SHA-1, six digits, 30 seconds), shown once here, also as the URI of the QR code that such apps read. It
        counts once confirmTotp has a code made with it; asked for again, it takes the place of the last one.

        It needs the current password, or a login in the last few minutes (five, as a setting), which is how those do it who sign in with a provider and have no password.

        Raises:
            ProblemError: malformed-request, unauthenticated, wrong-password, reauthentication-required, forbidden, second-factor-exists, content-too-large, unsupported-media-type, invalid-request, too-many-requests, internal-error, not-supported, overloaded, provider-unavailable.
        """
        response = await self._call("POST", "/api/auth/factors/totp", expect={201}, secured=True, body=body)
        return models.TotpEnrolment.model_validate_json(response.content)

    async def confirm_totp(self, body: models.ConfirmTotpRequest) -> models.RecoveryCodes:
        """Use an authenticator app from now on.

        Takes a code that the app has made, and answers ten recovery codes, which are shown this once; each of them works once in place of a code. From now on each login needs
        the second factor. Every other session of the user ends, and so does every login that waits for its second factor.

        Raises:
            ProblemError: malformed-request, unauthenticated, wrong-code, forbidden, no-second-factor, content-too-large, unsupported-media-type, invalid-request, too-many-requests, internal-error, not-supported, overloaded, provider-unavailable.
        """
        response = await self._call("POST", "/api/auth/factors/totp/confirm", expect={200}, secured=True, body=body)
        return models.RecoveryCodes.model_validate_json(response.content)

    async def disable_totp(self, body: models.FactorProof) -> None:
        """Use the authenticator app no more.

        Needs a code, of the app or a recovery code, and the current password or a login in the last few minutes. The recovery codes go with the last factor of the account. Every
        other session of the user ends.

        Raises:
            ProblemError: malformed-request, unauthenticated, wrong-code, wrong-password, reauthentication-required, forbidden, no-second-factor, content-too-large, unsupported-media-type, invalid-request, too-many-requests, internal-error, not-supported, overloaded, provider-unavailable.
        """
        await self._call("POST", "/api/auth/factors/totp/disable", expect={204}, secured=True, body=body)

    async def regenerate_recovery_codes(self, body: models.FactorProof) -> models.RecoveryCodes:
        """Make new recovery codes.

        Answers ten new recovery codes, which are shown this once; the old ones stop working. Needs the same proof as disableTotp.

        Raises:
            ProblemError: malformed-request, unauthenticated, wrong-code, wrong-password, reauthentication-required, forbidden, no-second-factor, content-too-large, unsupported-media-type, invalid-request, too-many-requests, internal-error, not-supported, overloaded, provider-unavailable.
        """
        response = await self._call("POST", "/api/auth/factors/recovery-codes", expect={200}, secured=True, body=body)
        return models.RecoveryCodes.model_validate_json(response.content)

    async def create_second_factor_passkey_options(
        self, body: models.SecondFactorPasskeyOptionsRequest
    ) -> models.PasskeyRequestOptions:
        """Ask for a passkey as the second factor.

        Makes what `navigator.credentials.get` is called with, where a login waits for its second factor: any passkey of the account will do. It can be answered once, for a few
        minutes, in this login only.

        Raises:
            ProblemError: malformed-request, invalid-challenge, content-too-large, unsupported-media-type, invalid-request, too-many-requests, internal-error, not-supported, provider-unavailable.
        """
        response = await self._call("POST", "/api/auth/login/second-factor/passkey-options", expect={201}, body=body)
        return models.PasskeyRequestOptions.model_validate_json(response.content)

    async def complete_second_factor_with_passkey(
        self, body: models.SecondFactorPasskeyRequest
    ) -> models.AuthenticationResult:
        """Give a passkey as the second factor.

        Ends a login that was answered with a challenge, as completeSecondFactor does with a code. It counts among the tries of the challenge.

        Raises:
            ProblemError: malformed-request, invalid-challenge, passkey-refused, forbidden, content-too-large, unsupported-media-type, invalid-request, too-many-requests, internal-error, not-supported, provider-unavailable.
        """
        response = await self._call("POST", "/api/auth/login/second-factor/passkey", expect={200}, body=body)
        return models.AuthenticationResult.model_validate_json(response.content)

    async def create_passkey_authentication_options(self) -> models.PasskeyRequestOptions:
        """Ask for a passkey to log in with.

        Makes what `navigator.credentials.get` is called with to log in without a name or a password: the passkey says whose it is. The answer is the same for everybody. It can be
        answered once, for a few minutes.

        Raises:
            ProblemError: too-many-requests, internal-error, not-supported, provider-unavailable.
        """
        response = await self._call("POST", "/api/auth/login/passkey-options", expect={201})
        return models.PasskeyRequestOptions.model_validate_json(response.content)

    async def log_in_with_passkey(self, body: models.PasskeyLoginRequest) -> models.AuthenticationResult:
        """Log in with a passkey.

        Starts a session by a passkey alone. The authenticator must have verified its user (by a PIN, a finger, a face), so that the passkey is two factors in one and no other is asked
        for. The answer is the same for a passkey that nobody has, one that was deleted, and one of an account that may not log in.

        Raises:
            ProblemError: malformed-request, passkey-refused, email-unconfirmed, forbidden, content-too-large, unsupported-media-type, invalid-request, too-many-requests, internal-error, not-supported, provider-unavailable.
        """
        response = await self._call("POST", "/api/auth/login/passkey", expect={200}, body=body)
        return models.AuthenticationResult.model_validate_json(response.content)

    async def create_passkey_registration_options(
        self, body: models.PasskeyRegistrationOptionsRequest
    ) -> models.PasskeyCreationOptions:
        """Begin to add a passkey.

        Makes what `navigator.credentials.create` is called with. It can be answered once, for a few minutes, by registerPasskey in the same session.

        It needs the current password, or a login in the last few minutes (five, as a setting).

        Raises:
            ProblemError: malformed-request, unauthenticated, wrong-password, reauthentication-required, forbidden, too-many-passkeys, content-too-large, unsupported-media-type, invalid-request, too-many-requests, internal-error, not-supported, overloaded, provider-unavailable.
        """
        response = await self._call(
            "POST", "/api/auth/passkey-registration-options", expect={201}, secured=True, body=body
        )
        return models.PasskeyCreationOptions.model_validate_json(response.content)

    async def list_passkeys(self) -> models.PasskeyList:
        """List the user's passkeys.

        Answers the passkeys of the account, the oldest first.

        Raises:
            ProblemError: unauthenticated, forbidden, too-many-requests, internal-error, not-supported, provider-unavailable.
        """
        response = await self._call("GET", "/api/auth/passkeys", expect={200}, secured=True)
        return models.PasskeyList.model_validate_json(response.content)

    async def register_passkey(self, body: models.RegisterPasskeyRequest) -> models.RegisteredPasskey:
        """Add a passkey.

        Registers what the browser made. From now on the passkey logs in alone, where it verifies its user, and is asked for beside the password. If it is the first factor beside the
        password, the answer holds ten recovery codes, which are shown this once. Every other session of the user ends.

        Raises:
            ProblemError: malformed-request, unauthenticated, forbidden, passkey-taken, too-many-passkeys, content-too-large, unsupported-media-type, invalid-request, too-many-requests, internal-error, not-supported, provider-unavailable.
        """
        response = await self._call("POST", "/api/auth/passkeys", expect={201}, secured=True, body=body)
        return models.RegisteredPasskey.model_validate_json(response.content)

    async def delete_passkey(self, passkey_id: UUID) -> None:
        """Delete a passkey.

        The passkey is accepted no more. It needs a login in the last few minutes (five, as a setting), which had to give a second factor, too. The recovery codes go with the last
        factor of the account. Every other session of the user ends.

        Raises:
            ProblemError: unauthenticated, reauthentication-required, forbidden, passkey-not-found, invalid-request, too-many-requests, internal-error, not-supported, provider-unavailable.
        """
        await self._call("DELETE", f"/api/auth/passkeys/{passkey_id}", expect={204}, secured=True)

    async def rename_passkey(self, passkey_id: UUID, body: models.RenamePasskeyRequest) -> models.Passkey:
        """Rename a passkey.

        Names a passkey anew, so that the user can tell one from another.

        Raises:
            ProblemError: malformed-request, unauthenticated, forbidden, passkey-not-found, content-too-large, unsupported-media-type, invalid-request, too-many-requests, internal-error, not-supported, provider-unavailable.
        """
        response = await self._call("PATCH", f"/api/auth/passkeys/{passkey_id}", expect={200}, secured=True, body=body)
        return models.Passkey.model_validate_json(response.content)

    async def verify_email(self, body: models.VerifyEmailRequest) -> None:
        """Verify an e-mail address.

        Uses up the code that was mailed to an address, at registration or when the address of an account is changed, and so proves that the address is its owner's.

        Raises:
            ProblemError: malformed-request, invalid-code, email-taken, content-too-large, unsupported-media-type, invalid-request, too-many-requests, internal-error, not-supported, overloaded, provider-unavailable.
        """
        await self._call("POST", "/api/auth/email/verify", expect={204}, body=body)

    async def resend_verification(self, body: models.EmailRequest) -> models.MailOnItsWay:
        """Mail the verification code again.

        Mails a new code, which ends the one before, if the address has an account that is not verified. The answer, and the time it takes, is the same if not.

        Raises:
            ProblemError: malformed-request, content-too-large, unsupported-media-type, invalid-request, too-many-requests, internal-error, not-supported, overloaded, provider-unavailable.
        """
        response = await self._call("POST", "/api/auth/email/resend", expect={202}, body=body)
        return models.MailOnItsWay.model_validate_json(response.content)

    async def change_email(self, body: models.ChangeEmailRequest) -> models.MailOnItsWay:
        """Change the e-mail address.

        Mails a code to the new address, and a notice to the old one. The old address stays until the code is given to verifyEmail. The answer is the same when the new address has an account.

        Raises:
            ProblemError: malformed-request, unauthenticated, wrong-password, forbidden, content-too-large, unsupported-media-type, invalid-request, too-many-requests, internal-error, not-supported, overloaded, provider-unavailable.
        """
        response = await self._call("POST", "/api/auth/email/change", expect={202}, secured=True, body=body)
        return models.MailOnItsWay.model_validate_json(response.content)

    async def forgot_password(self, body: models.EmailRequest) -> models.MailOnItsWay:
        """Ask for a new password.

        Mails a code to the address, which ends the one before, if it has an account. The answer, and the time it takes, is the same if not.

        Raises:
            ProblemError: malformed-request, content-too-large, unsupported-media-type, invalid-request, too-many-requests, internal-error, not-supported, overloaded, provider-unavailable.
        """
        response = await self._call("POST", "/api/auth/password/forgot", expect={202}, body=body)
        return models.MailOnItsWay.model_validate_json(response.content)

    async def reset_password(self, body: models.ResetPasswordRequest) -> None:
        """Set a new password with a mailed code.

        Uses up the code, sets the password and ends every session of the user. Nobody is logged in by it. A refused password leaves the code as it was.

        Raises:
            ProblemError: malformed-request, invalid-code, content-too-large, unsupported-media-type, invalid-request, weak-password, too-many-requests, internal-error, not-supported, overloaded, provider-unavailable.
        """
        await self._call("POST", "/api/auth/password/reset", expect={204}, body=body)

    async def change_password(self, body: models.ChangePasswordRequest) -> None:
        """Change the password.

        Sets a new password, given the current one, and ends every other session of the user.

        Raises:
            ProblemError: malformed-request, unauthenticated, wrong-password, forbidden, content-too-large, unsupported-media-type, invalid-request, weak-password, too-many-requests, internal-error, not-supported, overloaded, provider-unavailable.
        """
        await self._call("POST", "/api/auth/password/change", expect={204}, secured=True, body=body)

    async def delete_account(self, body: models.DeleteAccountRequest) -> None:
        """Delete the account.

        Deletes the user who is logged in, given the password, with all sessions and conversations. This cannot be undone. Who is the only admin of a tenant that has other members makes another one before.

        Raises:
            ProblemError: malformed-request, unauthenticated, wrong-password, forbidden, last-admin, content-too-large, unsupported-media-type, invalid-request, too-many-requests, internal-error, not-supported, overloaded, provider-unavailable.
        """
        await self._call("POST", "/api/auth/account/delete", expect={204}, secured=True, body=body)

    async def create_agent_ticket(self) -> models.AgentTicket:
        """Buy a ticket for the agent socket.

        Answers a ticket for one handshake at `/api/runtime/agent?ticket=…`. It works once, for 30 seconds, and only while the session lives.

        Raises:
            ProblemError: unauthenticated, forbidden, too-many-requests, internal-error, provider-unavailable.
        """
        response = await self._call("POST", "/api/runtime/agent/tickets", expect={201}, secured=True)
        return models.AgentTicket.model_validate_json(response.content)

    async def list_agents(self) -> models.AgentList:
        """List the agents.

        Answers the guide and the liaison of each realm, with what they can do and the permission that talking with them needs.

        Raises:
            ProblemError: unauthenticated, too-many-requests, internal-error, provider-unavailable.
        """
        response = await self._call("GET", "/api/agents", expect={200}, secured=True)
        return models.AgentList.model_validate_json(response.content)

    async def list_conversations(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> models.ConversationList:
        """List the user's conversations.

        Answers the conversations of the user, the one with the latest activity first, in pages.

        Raises:
            ProblemError: unauthenticated, forbidden, invalid-request, too-many-requests, internal-error, provider-unavailable.
        """
        response = await self._call(
            "GET",
            "/api/conversations",
            expect={200},
            secured=True,
            query={
                "limit": limit,
                "cursor": cursor,
            },
        )
        return models.ConversationList.model_validate_json(response.content)

    async def get_conversation(self, conversation_id: UUID) -> models.Conversation:
        """Show a conversation.

        Answers one conversation of the user. A conversation of someone else is answered like one that does not exist.

        Raises:
            ProblemError: unauthenticated, forbidden, conversation-not-found, invalid-request, too-many-requests, internal-error, provider-unavailable.
        """
        response = await self._call("GET", f"/api/conversations/{conversation_id}", expect={200}, secured=True)
        return models.Conversation.model_validate_json(response.content)

    async def list_messages(
        self, conversation_id: UUID, *, limit: int | None = None, after_cursor: int | None = None
    ) -> models.MessageList:
        """List the messages of a conversation.

        Answers what the user and the agents said, the oldest first, in pages. Each message has the cursor of the event that completed it.

        Raises:
            ProblemError: unauthenticated, forbidden, conversation-not-found, invalid-request, too-many-requests, internal-error, provider-unavailable.
        """
        response = await self._call(
            "GET",
            f"/api/conversations/{conversation_id}/messages",
            expect={200},
            secured=True,
            query={
                "limit": limit,
                "after_cursor": after_cursor,
            },
        )
        return models.MessageList.model_validate_json(response.content)

    async def list_users(
        self, *, limit: int | None = None, email_prefix: str | None = None, cursor: str | None = None
    ) -> models.AdminUserList:
        """List and find users.

        Answers the users of the admin's tenant by e-mail address, in pages; with the permission platform.manage, of all tenants.

        Raises:
            ProblemError: unauthenticated, forbidden, invalid-request, too-many-requests, internal-error, not-supported.
        """
        response = await self._call(
            "GET",
            "/api/admin/users",
            expect={200},
            secured=True,
            query={
                "limit": limit,
                "email_prefix": email_prefix,
                "cursor": cursor,
            },
        )
        return models.AdminUserList.model_validate_json(response.content)

    async def get_user(self, user_id: UUID) -> models.AdminUser:
        """Show a user.

        A user of another tenant is answered like one that does not exist, unless one has the permission platform.manage.

        Raises:
            ProblemError: unauthenticated, forbidden, user-not-found, invalid-request, too-many-requests, internal-error, not-supported.
        """
        response = await self._call("GET", f"/api/admin/users/{user_id}", expect={200}, secured=True)
        return models.AdminUser.model_validate_json(response.content)

    async def disable_user(self, user_id: UUID) -> models.AdminUser:
        """Disable a user.

        Ends the user's sessions and refuses every login, which is answered like a wrong password. Disabling twice changes nothing. The last admin of a tenant, and who may do more than the caller, cannot be disabled.

        Raises:
            ProblemError: unauthenticated, forbidden, user-not-found, last-admin, invalid-request, too-many-requests, internal-error, not-supported.
        """
        response = await self._call("POST", f"/api/admin/users/{user_id}/disable", expect={200}, secured=True)
        return models.AdminUser.model_validate_json(response.content)

    async def enable_user(self, user_id: UUID) -> models.AdminUser:
        """Enable a user.

        Lets a disabled user log in again. Enabling twice changes nothing.

        Raises:
            ProblemError: unauthenticated, forbidden, user-not-found, invalid-request, too-many-requests, internal-error, not-supported.
        """
        response = await self._call("POST", f"/api/admin/users/{user_id}/enable", expect={200}, secured=True)
        return models.AdminUser.model_validate_json(response.content)

    async def set_user_roles(self, user_id: UUID, body: models.RolesRequest) -> models.AdminUser:
        """Set the roles of a user.

        Replaces the roles; they count from the user's next request on. Nobody gives a role that allows more than it may do itself, or changes who may do more. A tenant that has an admin keeps one.

        Raises:
            ProblemError: malformed-request, unauthenticated, forbidden, user-not-found, last-admin, content-too-large, unsupported-media-type, invalid-request, too-many-requests, internal-error, not-supported.
        """
        response = await self._call("PUT", f"/api/admin/users/{user_id}/roles", expect={200}, secured=True, body=body)
        return models.AdminUser.model_validate_json(response.content)

    async def end_user_sessions(self, user_id: UUID) -> None:
        """End the sessions of a user.

        Logs the user out everywhere; access and refresh tokens are refused from the next request on.

        Raises:
            ProblemError: unauthenticated, forbidden, user-not-found, invalid-request, too-many-requests, internal-error, not-supported.
        """
        await self._call("DELETE", f"/api/admin/users/{user_id}/sessions", expect={204}, secured=True)

    async def reset_user_factors(self, user_id: UUID) -> None:
        """Take the second factors of a user away.

        For who has lost them and the recovery codes. Authenticator app, passkeys and recovery codes are gone, every session ends, and the user is told by mail. From then on the password, or the sign-in with a provider, is all that a login takes: be sure who asks. Nobody does this to itself, as disableTotp and deletePasskey ask for more.

        Raises:
            ProblemError: unauthenticated, forbidden, user-not-found, invalid-request, too-many-requests, internal-error, not-supported, overloaded, provider-unavailable.
        """
        await self._call("DELETE", f"/api/admin/users/{user_id}/factors", expect={204}, secured=True)

    async def list_roles(self) -> models.RoleList:
        """List the roles.

        Answers each role with what it allows.

        Raises:
            ProblemError: unauthenticated, forbidden, too-many-requests, internal-error, not-supported.
        """
        response = await self._call("GET", "/api/admin/roles", expect={200}, secured=True)
        return models.RoleList.model_validate_json(response.content)

    async def list_audit_events(
        self,
        *,
        limit: int | None = None,
        kind: str | None = None,
        user_id: UUID | None = None,
        since: str | None = None,
        until: str | None = None,
        cursor: int | None = None,
    ) -> models.AuditEventList:
        """Read the audit log.

        Answers the security events of the admin's tenant, the latest first, in pages; with the permission platform.manage, of all tenants and of nobody known.

        Raises:
            ProblemError: unauthenticated, forbidden, invalid-request, too-many-requests, internal-error, not-supported.
        """
        response = await self._call(
            "GET",
            "/api/admin/audit-events",
            expect={200},
            secured=True,
            query={
                "limit": limit,
                "kind": kind,
                "user_id": user_id,
                "since": since,
                "until": until,
                "cursor": cursor,
            },
        )
        return models.AuditEventList.model_validate_json(response.content)

    async def get_json_web_key_set(self) -> models.JsonWebKeySet:
        """Show the public keys that access tokens are signed with.

        The JSON Web Key Set (RFC 7517) with which other services verify access tokens.

        Raises:
            ProblemError: internal-error, not-supported.
        """
        response = await self._call("GET", "/.well-known/jwks.json", expect={200})
        return models.JsonWebKeySet.model_validate_json(response.content)

    async def get_health(self) -> models.Health:
        """Say that the process is alive.

        Answers as long as the process can answer at all; looks at nothing else.

        Raises:
            ProblemError: internal-error.
        """
        response = await self._call("GET", "/healthz", expect={200})
        return models.Health.model_validate_json(response.content)

    async def get_readiness(self) -> models.Readiness:
        """Say whether the service can take traffic.

        Answers 200 when the database answers and the service is not stopping.

        Raises:
            ProblemError: internal-error, not-ready.
        """
        response = await self._call("GET", "/readyz", expect={200})
        return models.Readiness.model_validate_json(response.content)

    async def _call(
        self,
        method: str,
        path: str,
        *,
        expect: set[int],
        secured: bool = False,
        body: BaseModel | None = None,
        query: dict[str, Any] | None = None,
    ) -> httpx.Response:
        response = await self._http.send(self._request(method, path, secured=secured, body=body, query=query))
        if response.status_code not in expect:
            raise _refusal(response)
        return response

    async def _stream(
        self,
        method: str,
        path: str,
        *,
        secured: bool = False,
        body: BaseModel | None = None,
        query: dict[str, Any] | None = None,
    ) -> AsyncGenerator[ServerSentEvent, None]:
        request = self._request(method, path, secured=secured, body=body, query=query)
        response = await self._http.send(request, stream=True)
        try:
            if response.status_code != 200:
                await response.aread()
                raise _refusal(response)
            blocks = b""
            async for chunk in response.aiter_bytes():
                *whole, blocks = (blocks + chunk).split(b"\n\n")
                for event in map(_event, whole):
                    if event is not None:
                        yield event
        finally:
            await response.aclose()

    def _request(
        self, method: str, path: str, *, secured: bool, body: BaseModel | None, query: dict[str, Any] | None
    ) -> httpx.Request:
        headers = {"Authorization": f"Bearer {self.access_token}"} if secured and self.access_token else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
        return self._http.build_request(
            method,
            path,
            headers=headers,
            content=None if body is None else body.model_dump_json(by_alias=True),
            params={name: value for name, value in (query or {}).items() if value is not None},
        )


def _event(block: bytes) -> ServerSentEvent | None:
    """Read a block as the service writes it; a comment is no event."""
    lines = (line.partition(":") for line in block.decode().split("\n"))
    fields = {name: value.removeprefix(" ") for name, _, value in lines if name}
    if "data" not in fields:
        return None
    return ServerSentEvent(fields.get("id"), fields.get("event", "message"), fields["data"])


def _refusal(response: httpx.Response) -> Exception:
    try:
        return ProblemError(models.Problem.model_validate_json(response.content))
    except ValidationError:
        return UnexpectedResponse(f"{response.request.method} {response.request.url} answered {response.status_code}")
