# Generated from contracts/ by `make generate`. Do not edit.
"""The problem types of the contract (RFC 9457), from the registry problems.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One problem type. `close_code` is what the socket closes with where the problem concerns the connection."""

    slug: str
    title: str
    status: int
    close_code: int | None
    retryable: bool

    @property
    def uri(self) -> str:
        """The `type` of a problem: where its page is, relative to the service."""
        return f"/problems/{self.slug}"


MALFORMED_REQUEST: Final = ProblemType(
    slug="malformed-request",
    title="The request could not be parsed",
    status=400,
    close_code=None,
    retryable=False,
)
"""The body is not well-formed JSON (RFC 8259), holds a duplicate key, a number that JSON does not know, or is nested too deeply; or the URL could not be read."""

MALFORMED_MESSAGE: Final = ProblemType(
    slug="malformed-message",
    title="The message could not be parsed",
    status=400,
    close_code=4400,
    retryable=False,
)
"""A frame on the agent socket was binary, or its text was not one well-formed JSON object. The connection lives on; one violation more than `limits.max_violations_per_minute` within 60 seconds closes it with the close code."""

INVALID_REQUEST: Final = ProblemType(
    slug="invalid-request",
    title="The request does not match the contract",
    status=422,
    close_code=None,
    retryable=False,
)
"""The request was understood, but a field is missing, unknown, of the wrong type or out of range. `errors` names each with a JSON Pointer."""

INVALID_MESSAGE: Final = ProblemType(
    slug="invalid-message",
    title="The message does not match the contract",
    status=422,
    close_code=4400,
    retryable=False,
)
"""A message on the agent socket has an unknown `type`, or a field that is missing, unknown, of the wrong type or out of range. The connection lives on; repeated violations close it as for malformed-message."""

MESSAGE_OUT_OF_ORDER: Final = ProblemType(
    slug="message-out-of-order",
    title="The message is not allowed in this state",
    status=409,
    close_code=None,
    retryable=False,
)
"""The protocol's state machines (`x-protocol` in asyncapi.yaml) do not allow this message now, for example an `agent.message` in a conversation that this connection has not opened."""

WEAK_PASSWORD: Final = ProblemType(
    slug="weak-password",
    title="The password is not acceptable",
    status=422,
    close_code=None,
    retryable=False,
)
"""The password is shorter than 8 or longer than 128 code points after NFKC normalisation, is among the passwords that attackers try first, or is little more than the name of the service or the user's own name or e-mail address (NIST SP 800-63B-4)."""

UNAUTHENTICATED: Final = ProblemType(
    slug="unauthenticated",
    title="Authentication is required",
    status=401,
    close_code=4401,
    retryable=False,
)
"""The request carries no access token, or one that is malformed, expired or revoked."""

INVALID_CREDENTIALS: Final = ProblemType(
    slug="invalid-credentials",
    title="The e-mail address or the password is wrong",
    status=401,
    close_code=None,
    retryable=False,
)
"""No account has this e-mail address with this password. The answer is the same for an unknown address and for a wrong password."""

WRONG_PASSWORD: Final = ProblemType(
    slug="wrong-password",
    title="The password is wrong",
    status=403,
    close_code=None,
    retryable=False,
)
"""What the user asked for needs the current password as proof, and the one given is not it."""

INVALID_CODE: Final = ProblemType(
    slug="invalid-code",
    title="The code is not valid",
    status=400,
    close_code=None,
    retryable=False,
)
"""The mailed code is unknown, expired, was used before, or a newer one was mailed since."""

INVALID_CHALLENGE: Final = ProblemType(
    slug="invalid-challenge",
    title="The login has to start again",
    status=401,
    close_code=None,
    retryable=False,
)
"""The challenge of a login is unknown, expired, used up by wrong codes, answered already, or the password or a factor of its account has changed since."""

WRONG_CODE: Final = ProblemType(
    slug="wrong-code",
    title="The code is wrong",
    status=403,
    close_code=None,
    retryable=False,
)
"""The code is not what the authenticator app shows now, or was used before; or it is no recovery code of the account that is left."""

REAUTHENTICATION_REQUIRED: Final = ProblemType(
    slug="reauthentication-required",
    title="Prove again who you are",
    status=403,
    close_code=None,
    retryable=False,
)
"""What the user asked for needs the current password, or a login in the last few minutes."""

SECOND_FACTOR_EXISTS: Final = ProblemType(
    slug="second-factor-exists",
    title="The account has this factor already",
    status=409,
    close_code=None,
    retryable=False,
)
"""An authenticator app is used already."""

NO_SECOND_FACTOR: Final = ProblemType(
    slug="no-second-factor",
    title="The account has no such factor",
    status=409,
    close_code=None,
    retryable=False,
)
"""There is no authenticator app in use; or none was enrolled, or too long ago to be confirmed."""

PASSKEY_REFUSED: Final = ProblemType(
    slug="passkey-refused",
    title="The passkey is not accepted",
    status=401,
    close_code=None,
    retryable=False,
)
"""The passkey is not registered (any more) or not the account's, did not sign the challenge that it was asked to sign, has not verified its user where it must, seems to be copied, or belongs to an account that may not log in. The answer does not tell which."""

PASSKEY_TAKEN: Final = ProblemType(
    slug="passkey-taken",
    title="The passkey is registered already",
    status=409,
    close_code=None,
    retryable=False,
)
"""The credential is registered with this account or with another."""

TOO_MANY_PASSKEYS: Final = ProblemType(
    slug="too-many-passkeys",
    title="The account has too many passkeys",
    status=409,
    close_code=None,
    retryable=False,
)
"""The account has as many passkeys as the service allows."""

PASSKEY_NOT_FOUND: Final = ProblemType(
    slug="passkey-not-found",
    title="There is no such passkey",
    status=404,
    close_code=None,
    retryable=False,
)
"""The passkey does not exist, or is another user's."""

INVALID_REFRESH_TOKEN: Final = ProblemType(
    slug="invalid-refresh-token",
    title="The refresh token is not valid",
    status=401,
    close_code=None,
    retryable=False,
)
"""The refresh token is unknown, expired, or was used before. Using one twice ends the session that it belongs to (RFC 9700 section 4.14)."""

INVALID_TICKET: Final = ProblemType(
    slug="invalid-ticket",
    title="The ticket is not valid",
    status=401,
    close_code=None,
    retryable=False,
)
"""The socket ticket is unknown, expired (30 seconds after purchase) or was used before."""

FORBIDDEN: Final = ProblemType(
    slug="forbidden",
    title="This is not permitted",
    status=403,
    close_code=None,
    retryable=False,
)
"""The user is known but lacks the permission, or the page that opens the socket, or sends or asks for the refresh cookie, has an origin that is not on the list."""

NOT_FOUND: Final = ProblemType(
    slug="not-found",
    title="There is nothing at this address",
    status=404,
    close_code=None,
    retryable=False,
)
"""The path is not part of the contract."""

SESSION_NOT_FOUND: Final = ProblemType(
    slug="session-not-found",
    title="There is no such session",
    status=404,
    close_code=None,
    retryable=False,
)
"""The session does not exist, has ended, or belongs to someone else; the three cannot be told apart."""

ACCESS_TOKEN_NOT_FOUND: Final = ProblemType(
    slug="access-token-not-found",
    title="There is no such personal access token",
    status=404,
    close_code=None,
    retryable=False,
)
"""The personal access token does not exist, has expired, was revoked, or belongs to someone else; which of these cannot be told."""

ACCESS_TOKEN_LIMIT: Final = ProblemType(
    slug="access-token-limit",
    title="There are too many personal access tokens",
    status=409,
    close_code=None,
    retryable=False,
)
"""The user has as many personal access tokens that live as the service allows."""

CONVERSATION_NOT_FOUND: Final = ProblemType(
    slug="conversation-not-found",
    title="There is no such conversation",
    status=404,
    close_code=None,
    retryable=False,
)
"""The conversation does not exist, or belongs to someone else; the two cannot be told apart."""

RUN_NOT_FOUND: Final = ProblemType(
    slug="run-not-found",
    title="There is no such run",
    status=404,
    close_code=None,
    retryable=False,
)
"""The run does not exist in this conversation."""

RUN_NOT_ACTIVE: Final = ProblemType(
    slug="run-not-active",
    title="The run has ended already",
    status=409,
    close_code=None,
    retryable=False,
)
"""A run that has completed, failed or been cancelled cannot be cancelled. The end was sent, or is on its way."""

RUN_IN_PROGRESS: Final = ProblemType(
    slug="run-in-progress",
    title="Another run of this conversation is active",
    status=409,
    close_code=None,
    retryable=True,
)
"""A conversation has one active run at a time; a second message was sent before the first was answered."""

MESSAGE_ID_REUSED: Final = ProblemType(
    slug="message-id-reused",
    title="This message_id was used for another message",
    status=409,
    close_code=None,
    retryable=False,
)
"""A message with this message_id and another text or context was accepted before. Sending the same message again is safe; sending a different one under the same id is not."""

METHOD_NOT_ALLOWED: Final = ProblemType(
    slug="method-not-allowed",
    title="The method is not allowed here",
    status=405,
    close_code=None,
    retryable=False,
)
"""The path exists, but not with this method; the `Allow` header lists those it has."""

EMAIL_TAKEN: Final = ProblemType(
    slug="email-taken",
    title="The e-mail address has an account already",
    status=409,
    close_code=None,
    retryable=False,
)
"""An account with this e-mail address exists."""

GUESTS_NOT_ALLOWED: Final = ProblemType(
    slug="guests-not-allowed",
    title="This service is not for guests",
    status=403,
    close_code=None,
    retryable=False,
)
"""The service is configured to serve only people with an account (`auth.guests_allowed`)."""

PROVIDER_NOT_FOUND: Final = ProblemType(
    slug="provider-not-found",
    title="There is no such sign-in provider",
    status=404,
    close_code=None,
    retryable=False,
)
"""No OpenID Connect provider is configured under this id."""

INVALID_SIGN_IN: Final = ProblemType(
    slug="invalid-sign-in",
    title="The sign-in cannot be finished",
    status=400,
    close_code=None,
    retryable=False,
)
"""The state or the code is unknown, expired or was used before; the verifier is not that of the page that started; or what the provider answered is not believed. Which of them is in the log only."""

UNVERIFIED_IDENTITY: Final = ProblemType(
    slug="unverified-identity",
    title="The provider has not verified the e-mail address",
    status=403,
    close_code=None,
    retryable=False,
)
"""An account is made for, or linked with, an identity only if its provider says that the e-mail address is verified; to link, it must be the address of the account."""

ACCOUNT_LINK_REQUIRED: Final = ProblemType(
    slug="account-link-required",
    title="The account must be linked first",
    status=409,
    close_code=None,
    retryable=False,
)
"""An account has the e-mail address of the identity and is not linked with it. A verified address alone does not open an existing account."""

IDENTITY_TAKEN: Final = ProblemType(
    slug="identity-taken",
    title="The identity is linked with another account",
    status=409,
    close_code=None,
    retryable=False,
)
"""Someone signs in to another account with this identity."""

EMAIL_UNCONFIRMED: Final = ProblemType(
    slug="email-unconfirmed",
    title="The e-mail address is not confirmed",
    status=403,
    close_code=None,
    retryable=True,
)
"""The service (`auth.verification_required`), or its external identity provider, lets nobody in before the e-mail address is confirmed. An external provider answers this to registering too, for a known address as well."""

CONTENT_TOO_LARGE: Final = ProblemType(
    slug="content-too-large",
    title="The content is too large",
    status=413,
    close_code=None,
    retryable=False,
)
"""The body of the request is larger than the configured limit (64 KiB unless configured otherwise)."""

UNSUPPORTED_MEDIA_TYPE: Final = ProblemType(
    slug="unsupported-media-type",
    title="The media type is not supported",
    status=415,
    close_code=None,
    retryable=False,
)
"""The body is not `application/json`."""

UPGRADE_REQUIRED: Final = ProblemType(
    slug="upgrade-required",
    title="This address speaks WebSocket",
    status=426,
    close_code=None,
    retryable=False,
)
"""The agent socket was asked for without a WebSocket handshake, or without the subprotocol `experience.agent.v1`."""

TOO_MANY_REQUESTS: Final = ProblemType(
    slug="too-many-requests",
    title="Too many requests",
    status=429,
    close_code=None,
    retryable=True,
)
"""More requests, messages or sockets than the limits allow. `Retry-After` (HTTP) says how many seconds to wait."""

CONNECTION_TIMEOUT: Final = ProblemType(
    slug="connection-timeout",
    title="The connection was silent for too long",
    status=408,
    close_code=4408,
    retryable=True,
)
"""The client did not answer a WebSocket ping within `heartbeat.timeout_seconds`, so it is taken for gone."""

SLOW_READER: Final = ProblemType(
    slug="slow-reader",
    title="The client reads too slowly",
    status=503,
    close_code=4508,
    retryable=True,
)
"""What waits to be sent has reached `limits.max_send_queue_bytes`, and the client has not taken enough of it in time."""

AGENT_FAILED: Final = ProblemType(
    slug="agent-failed",
    title="The agent could not finish",
    status=502,
    close_code=None,
    retryable=True,
)
"""The agent's model, or a tool that it called, failed."""

INTERNAL_ERROR: Final = ProblemType(
    slug="internal-error",
    title="Something went wrong on our side",
    status=500,
    close_code=4500,
    retryable=True,
)
"""The service met a condition that it did not foresee. The log has the cause under the `request_id`."""

NOT_SUPPORTED: Final = ProblemType(
    slug="not-supported",
    title="The configured identity provider does not offer this here",
    status=501,
    close_code=None,
    retryable=False,
)
"""The service is configured with an external identity provider (`auth.provider`), which does this itself, or does not do it at all. `detail` says which."""

PROVIDER_UNAVAILABLE: Final = ProblemType(
    slug="provider-unavailable",
    title="The identity provider does not answer",
    status=503,
    close_code=None,
    retryable=True,
)
"""An external identity provider does not answer, or not as its own documents say it should. Nothing is believed that could not be checked."""

OVERLOADED: Final = ProblemType(
    slug="overloaded",
    title="The service is overloaded",
    status=503,
    close_code=None,
    retryable=True,
)
"""More work is queued than the service accepts, for example password hashing. `Retry-After` says when to come back."""

NOT_READY: Final = ProblemType(
    slug="not-ready",
    title="The service is not ready",
    status=503,
    close_code=None,
    retryable=True,
)
"""The service is starting, stopping, or cannot reach its database."""

USER_NOT_FOUND: Final = ProblemType(
    slug="user-not-found",
    title="There is no such user",
    status=404,
    close_code=None,
    retryable=False,
)
"""The user does not exist, or belongs to another tenant than the admin."""

LAST_ADMIN: Final = ProblemType(
    slug="last-admin",
    title="The tenant would be left without an admin",
    status=409,
    close_code=None,
    retryable=False,
)
"""The user is the last of its tenant that may manage users; without it nobody could."""

PROBLEM_TYPES: Final[dict[str, ProblemType]] = {
    problem.slug: problem
    for problem in (
        MALFORMED_REQUEST,
        MALFORMED_MESSAGE,
        INVALID_REQUEST,
        INVALID_MESSAGE,
        MESSAGE_OUT_OF_ORDER,
        WEAK_PASSWORD,
        UNAUTHENTICATED,
        INVALID_CREDENTIALS,
        WRONG_PASSWORD,
        INVALID_CODE,
        INVALID_CHALLENGE,
        WRONG_CODE,
        REAUTHENTICATION_REQUIRED,
        SECOND_FACTOR_EXISTS,
        NO_SECOND_FACTOR,
        PASSKEY_REFUSED,
        PASSKEY_TAKEN,
        TOO_MANY_PASSKEYS,
        PASSKEY_NOT_FOUND,
        INVALID_REFRESH_TOKEN,
        INVALID_TICKET,
        FORBIDDEN,
        NOT_FOUND,
        SESSION_NOT_FOUND,
        ACCESS_TOKEN_NOT_FOUND,
        ACCESS_TOKEN_LIMIT,
        CONVERSATION_NOT_FOUND,
        RUN_NOT_FOUND,
        RUN_NOT_ACTIVE,
        RUN_IN_PROGRESS,
        MESSAGE_ID_REUSED,
        METHOD_NOT_ALLOWED,
        EMAIL_TAKEN,
        GUESTS_NOT_ALLOWED,
        PROVIDER_NOT_FOUND,
        INVALID_SIGN_IN,
        UNVERIFIED_IDENTITY,
        ACCOUNT_LINK_REQUIRED,
        IDENTITY_TAKEN,
        EMAIL_UNCONFIRMED,
        CONTENT_TOO_LARGE,
        UNSUPPORTED_MEDIA_TYPE,
        UPGRADE_REQUIRED,
        TOO_MANY_REQUESTS,
        CONNECTION_TIMEOUT,
        SLOW_READER,
        AGENT_FAILED,
        INTERNAL_ERROR,
        NOT_SUPPORTED,
        PROVIDER_UNAVAILABLE,
        OVERLOADED,
        NOT_READY,
        USER_NOT_FOUND,
        LAST_ADMIN,
    )
}
