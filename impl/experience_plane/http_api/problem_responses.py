"""Renders every refusal of the HTTP half as a problem (RFC 9457)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from experience_plane.errors import ExperiencePlaneError, FieldError
from experience_plane.http_api.contract_paths import allowed_methods
from experience_plane.problems import problem, problem_of
from experience_plane_api import problem_types as types
from experience_plane_api.problem_types import ProblemType

_MEDIA_TYPE = "application/problem+json"
_REALM = 'Bearer realm="experience-plane"'
_BY_STATUS = {
    400: (types.MALFORMED_REQUEST, "The request could not be read."),
    401: (types.UNAUTHENTICATED, "The access token is missing."),
    404: (types.NOT_FOUND, "There is nothing at this address."),
    405: (types.METHOD_NOT_ALLOWED, "The method is not allowed here."),
    415: (types.UNSUPPORTED_MEDIA_TYPE, "The body must be application/json."),
}


def install(application: FastAPI) -> None:
    """Make every exception of the application a problem."""

    async def handle(request: Request, error: Exception) -> Response:
        response = refusal(request, error)
        assert response is not None
        return response

    for kind in (ExperiencePlaneError, RequestValidationError, HTTPException):
        application.add_exception_handler(kind, handle)


def refusal(request: Request, error: Exception) -> Response | None:
    """Answer the problem of an exception that refuses a request; None for one that is a fault of ours."""
    match error:
        case ExperiencePlaneError():
            return error_response(request, error)
        case RequestValidationError():
            return _invalid_request(request, error)
        case HTTPException():
            return _http_exception(request, error)
        case _:
            return None


def problem_response(
    problem_type: ProblemType,
    detail: str,
    request: Request,
    *,
    errors: Sequence[FieldError] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Answer a problem about a request."""
    made = problem(problem_type, detail, errors=errors, instance=_path(request), request_id=request.state.request_id)
    return _rendered(made.model_dump_json(), problem_type.status, headers or {})


def error_response(request: Request, error: Exception) -> Response:
    """Answer the problem of an exception; the log line of the request gets what it says beyond that."""
    problem_type, made = problem_of(error, instance=_path(request), request_id=request.state.request_id)
    request.state.refusal = str(error)
    headers = {}
    if problem_type.status == types.UNAUTHENTICATED.status:
        headers["WWW-Authenticate"] = _challenge(problem_type)
    if isinstance(error, ExperiencePlaneError) and error.retry_after is not None:
        headers["Retry-After"] = str(math.ceil(error.retry_after))
    return _rendered(made.model_dump_json(), problem_type.status, headers)


def _invalid_request(request: Request, error: RequestValidationError) -> Response:
    errors = tuple(_field_error(entry) for entry in error.errors())
    number = "1 field does" if len(errors) == 1 else f"{len(errors)} fields do"
    return problem_response(types.INVALID_REQUEST, f"{number} not match the contract.", request, errors=errors)


def _http_exception(request: Request, error: HTTPException) -> Response:
    problem_type, detail = _BY_STATUS.get(error.status_code, (types.INTERNAL_ERROR, "Something went wrong."))
    headers = {}
    if problem_type is types.UNAUTHENTICATED:
        headers["WWW-Authenticate"] = _REALM
    if problem_type is types.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(allowed_methods(_path(request)))
    return problem_response(problem_type, detail, request, headers=headers)


def _path(request: Request) -> str:
    """Answer the path as the router reads it; `request.url` also reads `Host`, in which a client may write anything."""
    return str(request.scope["path"])


def _challenge(problem_type: ProblemType) -> str:
    """RFC 6750, section 3.1: `invalid_token` where a token was given and is not good."""
    return f'{_REALM}, error="invalid_token"' if problem_type is types.UNAUTHENTICATED else _REALM


def _field_error(entry: Mapping[str, Any]) -> FieldError:
    place, *rest = entry["loc"]
    tokens = rest if place == "body" else [place, *rest]
    pointer = "".join("/" + str(token).replace("~", "~0").replace("/", "~1") for token in tokens)
    return FieldError(pointer, str(entry["msg"]))


def _rendered(text: str, status: int, headers: Mapping[str, str]) -> Response:
    return Response(text, status_code=status, media_type=_MEDIA_TYPE, headers=dict(headers))
