"""The one table from exception to problem type (RFC 9457), and the making of problems from it."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import MISSING

from experience_plane.conversations import log
from experience_plane.errors import ExperiencePlaneError, FieldError, ForeignPage, NotReady
from experience_plane.runtime.port import ExecutionFailed, LiaisonsNotAllowed, UnknownAgent
from experience_plane.security_guard import (
    authenticator_apps,
    directory,
    oidc_sign_in,
    passkeys,
    personal_token_store,
    second_factor,
)
from experience_plane.security_guard import ports as identity
from experience_plane.security_guard.access_tokens import UnknownSigningKey
from experience_plane_api import models
from experience_plane_api import problem_types as types
from experience_plane_api.problem_types import ProblemType

PROBLEM_TYPE_OF: dict[type[ExperiencePlaneError], ProblemType] = {
    identity.EmailTaken: types.EMAIL_TAKEN,
    identity.EmailUnconfirmed: types.EMAIL_UNCONFIRMED,
    identity.InvalidCode: types.INVALID_CODE,
    identity.InvalidCredentials: types.INVALID_CREDENTIALS,
    identity.InvalidEmail: types.INVALID_REQUEST,
    identity.GuestsNotAllowed: types.GUESTS_NOT_ALLOWED,
    identity.InvalidName: types.INVALID_REQUEST,
    identity.InvalidUpgrade: types.INVALID_REQUEST,
    identity.InvalidRefreshToken: types.INVALID_REFRESH_TOKEN,
    identity.InvalidTicket: types.INVALID_TICKET,
    identity.NotSupported: types.NOT_SUPPORTED,
    identity.Overloaded: types.OVERLOADED,
    identity.PasswordRejected: types.WEAK_PASSWORD,
    identity.PermissionDenied: types.FORBIDDEN,
    identity.TooManyRequests: types.TOO_MANY_REQUESTS,
    identity.ProviderUnavailable: types.PROVIDER_UNAVAILABLE,
    identity.SessionNotFound: types.SESSION_NOT_FOUND,
    identity.Unauthenticated: types.UNAUTHENTICATED,
    UnknownSigningKey: types.UNAUTHENTICATED,
    personal_token_store.AccessTokenNotFound: types.ACCESS_TOKEN_NOT_FOUND,
    personal_token_store.InvalidLifetime: types.INVALID_REQUEST,
    personal_token_store.InvalidScope: types.INVALID_REQUEST,
    personal_token_store.TooManyAccessTokens: types.ACCESS_TOKEN_LIMIT,
    directory.LastAdmin: types.LAST_ADMIN,
    directory.UnknownRole: types.INVALID_REQUEST,
    directory.UserNotFound: types.USER_NOT_FOUND,
    passkeys.PasskeyNotFound: types.PASSKEY_NOT_FOUND,
    passkeys.PasskeyRefused: types.PASSKEY_REFUSED,
    passkeys.PasskeyRejected: types.INVALID_REQUEST,
    passkeys.PasskeyTaken: types.PASSKEY_TAKEN,
    passkeys.TooManyPasskeys: types.TOO_MANY_PASSKEYS,
    oidc_sign_in.AccountLinkRequired: types.ACCOUNT_LINK_REQUIRED,
    oidc_sign_in.IdentityTaken: types.IDENTITY_TAKEN,
    oidc_sign_in.InvalidReturnAddress: types.INVALID_REQUEST,
    oidc_sign_in.ProviderNotFound: types.PROVIDER_NOT_FOUND,
    oidc_sign_in.SignInRefused: types.INVALID_SIGN_IN,
    oidc_sign_in.UnverifiedIdentity: types.UNVERIFIED_IDENTITY,
    identity.ReauthenticationRequired: types.REAUTHENTICATION_REQUIRED,
    identity.WrongPassword: types.WRONG_PASSWORD,
    authenticator_apps.NoSecondFactor: types.NO_SECOND_FACTOR,
    authenticator_apps.SecondFactorExists: types.SECOND_FACTOR_EXISTS,
    second_factor.InvalidChallenge: types.INVALID_CHALLENGE,
    second_factor.WrongCode: types.WRONG_CODE,
    log.ConversationNotFound: types.CONVERSATION_NOT_FOUND,
    log.CursorUnknown: types.INVALID_MESSAGE,
    log.OwnerGone: types.UNAUTHENTICATED,
    log.MessageIdReused: types.MESSAGE_ID_REUSED,
    log.RunFenced: types.INTERNAL_ERROR,
    log.RunInProgress: types.RUN_IN_PROGRESS,
    log.RunNotActive: types.RUN_NOT_ACTIVE,
    log.RunNotFound: types.RUN_NOT_FOUND,
    log.TooManyRuns: types.TOO_MANY_REQUESTS,
    ExecutionFailed: types.AGENT_FAILED,
    LiaisonsNotAllowed: types.FORBIDDEN,
    ForeignPage: types.FORBIDDEN,
    NotReady: types.NOT_READY,
    UnknownAgent: types.INTERNAL_ERROR,
}

_MAX_ERRORS = 32
_MAX_DETAIL = 2000
_INTERNAL_DETAIL = "Something went wrong on our side. The log has it under the request_id."


def problem_of(
    error: Exception, *, instance: str | None = None, request_id: str | None = None
) -> tuple[ProblemType, models.Problem]:
    """Answer the problem type of an exception, and the problem to send. What is not in the table is our fault."""
    problem_type = PROBLEM_TYPE_OF.get(type(error)) if isinstance(error, ExperiencePlaneError) else None
    if problem_type is None or not isinstance(error, ExperiencePlaneError) or problem_type is types.INTERNAL_ERROR:
        detail = _INTERNAL_DETAIL
        return types.INTERNAL_ERROR, problem(types.INTERNAL_ERROR, detail, instance=instance, request_id=request_id)
    made = problem(problem_type, error.public_detail, errors=error.errors, instance=instance, request_id=request_id)
    return problem_type, made


def problem(
    problem_type: ProblemType,
    detail: str,
    *,
    errors: Sequence[FieldError] = (),
    instance: str | None = None,
    request_id: str | None = None,
) -> models.Problem:
    """Make a problem of a type; `errors` beyond the contract's number are left out."""
    listed = [
        models.ProblemError(pointer=error.pointer[:500], detail=error.detail[:1000]) for error in errors[:_MAX_ERRORS]
    ]
    return models.Problem(
        type=problem_type.uri,
        title=problem_type.title,
        status=problem_type.status,
        detail=detail[:_MAX_DETAIL],
        instance=MISSING if instance is None else instance[:_MAX_DETAIL],
        request_id=MISSING if request_id is None else request_id,
        errors=listed or MISSING,
    )
