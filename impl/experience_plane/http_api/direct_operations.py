"""Serves the generated operations without FastAPI's walk through what an operation could need (ADR 0026).

FastAPI reads an operation's signature once, into a tree of `Dependant`s, and then solves that tree for each request
with all that such a tree may hold. Those of the contract hold little: a principal, parameters, a body, an answer of one
model. What they hold is compiled here once. An operation or a request of another kind goes on to FastAPI.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter
from fastapi._compat import ModelField
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import request_body_to_args, request_params_to_args
from fastapi.exceptions import RequestValidationError, ResponseValidationError
from fastapi.routing import APIRoute
from pydantic_core import PydanticUndefined
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from experience_plane.http_api.problem_responses import refusal
from experience_plane_api.server._runtime.server.application import ParameterReader

_Reader = Callable[[Request], Mapping[str, Any]]
_Parameters = tuple[tuple[Sequence[ModelField], _Reader], ...]


class DirectOperations:
    """ASGI middleware; stands where the body has been read and the request has been counted."""

    def __init__(self, app: ASGIApp, *, router: APIRouter) -> None:
        self._app = app
        self._literal: dict[tuple[str, str], _Operation] = {}
        self._templated: list[_Operation] = []
        for operation in filter(None, (_compiled(route, router) for route in router.routes)):
            if operation.is_literal:
                self._literal[operation.method, operation.path] = operation
            else:
                self._templated.append(operation)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or leave it to FastAPI."""
        operation = self._find(scope) if scope["type"] == "http" else None
        if operation is None or not operation.takes(scope):
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            answer = await operation.answer(request)
        except Exception as error:
            refused = refusal(request, error)
            if refused is None:
                raise
            answer = refused
        await answer(scope, receive, send)

    def _find(self, scope: Scope) -> _Operation | None:
        operation = self._literal.get((scope["method"], scope["path"]))
        if operation is not None:
            return operation
        for templated in self._templated:
            if templated.method == scope["method"] and (match := templated.pattern.match(scope["path"])):
                scope["path_params"] = match.groupdict()
                return templated
        return None


@dataclass(slots=True)
class _Exchange:
    request: Request
    errors: list[Any] = field(default_factory=list)
    results: dict[Callable[..., Any], Any] = field(default_factory=dict)
    """What each dependency came to; it is asked once for a request."""


@dataclass(frozen=True, slots=True)
class _Call:
    """A function, and from where it has its arguments."""

    function: Callable[..., Awaitable[Any]]
    name: str | None
    dependencies: tuple[_Call, ...]
    request_names: tuple[str, ...]
    parameters: _Parameters
    body: list[ModelField]

    async def result(self, exchange: _Exchange) -> Any:
        """Answer what the function answers; None, without calling it, when an argument is wrong."""
        if self.function in exchange.results:
            return exchange.results[self.function]
        arguments: dict[str, Any] = {}
        for dependency in self.dependencies:
            result = await dependency.result(exchange)
            if dependency.name is not None:
                arguments[dependency.name] = result
        if self.parameters or self.body:
            await self._read(exchange, arguments)
        for name in self.request_names:
            arguments[name] = exchange.request
        answer = exchange.results[self.function] = None if exchange.errors else await self.function(**arguments)
        return answer

    async def _read(self, exchange: _Exchange, arguments: dict[str, Any]) -> None:
        for fields, read in self.parameters:
            values, errors = request_params_to_args(fields, read(exchange.request))
            arguments |= values
            exchange.errors += errors
        if self.body:
            body = exchange.request.scope["state"].get("body", PydanticUndefined)
            values, errors = await request_body_to_args(self.body, body, embed_body_fields=False)
            arguments |= values
            exchange.errors += errors


@dataclass(frozen=True, slots=True)
class _Operation:
    method: str
    path: str
    pattern: re.Pattern[str]
    call: _Call
    status: int
    model: ModelField | None
    by_alias: bool
    exclude_unset: bool

    @property
    def is_literal(self) -> bool:
        return "{" not in self.path

    def takes(self, scope: Scope) -> bool:
        """Whether the path means what it says (no mount, no slash that is encoded), and cookies are text."""
        plain_path = self.is_literal or b"%2" not in scope.get("raw_path", b"")
        cookies = (value for name, value in scope["headers"] if name == b"cookie")
        return plain_path and not scope.get("root_path") and all(map(bytes.isascii, cookies))

    async def answer(self, request: Request) -> ASGIApp:
        """Call the operation.

        Raises:
            RequestValidationError: an argument does not match the contract.
            ResponseValidationError: nor does the answer.
        """
        exchange = _Exchange(request)
        value = await self.call.result(exchange)
        if exchange.errors:
            raise RequestValidationError(exchange.errors)
        return value if isinstance(value, Response) else self._rendered(value)

    def _rendered(self, value: Any) -> ASGIApp:
        if self.model is None:
            return Response(status_code=self.status)
        if type(value) is not self.model.field_info.annotation:
            value, errors = self.model.validate(value, {}, loc=("response",))
            if errors:
                raise ResponseValidationError(errors)
        body = self.model.serialize_json(value, by_alias=self.by_alias, exclude_unset=self.exclude_unset)
        return _Json(self.status, body)


@dataclass(frozen=True, slots=True)
class _Json:
    """An answer whose headers need no working out."""

    status: int
    body: bytes

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        headers = [(b"content-length", b"%d" % len(self.body)), (b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


def _compiled(route: object, router: APIRouter) -> _Operation | None:
    if not isinstance(route, APIRoute) or type(route) is not router.route_class or not _is_simple(route):
        return None
    assert route.status_code is not None
    method = next(iter(route.methods or ()))
    return _Operation(
        method=method,
        path=route.path,
        pattern=route.path_regex,
        call=_compiled_call(route.dependant),  # codespell:ignore dependant
        status=route.status_code,
        model=route.response_field,
        by_alias=route.response_model_by_alias,
        exclude_unset=route.response_model_exclude_unset,
    )


def _compiled_call(node: Dependant) -> _Call:
    sources: Sequence[tuple[Sequence[ModelField], _Reader]] = (
        (node.path_params, lambda request: request.path_params),
        (node.query_params, lambda request: request.query_params),
        (node.cookie_params, lambda request: request.cookies),
    )
    assert node.call is not None
    return _Call(
        function=node.call,
        name=node.name,
        dependencies=tuple(map(_compiled_call, node.dependencies)),
        request_names=tuple(filter(None, (node.request_param_name, node.http_connection_param_name))),
        parameters=tuple((fields, read) for fields, read in sources if fields),
        body=node.body_params,
    )


def _is_simple(route: APIRoute) -> bool:
    """Whether the operation has nothing that is not compiled here."""
    has_answer = route.response_field is not None or route.status_code == 204
    one_method = len(route.methods or ()) == 1 and route.status_code is not None
    return has_answer and one_method and not route._embed_body_fields and _is_simple_call(route.dependant)  # noqa: SLF001


def _is_simple_call(node: Dependant) -> bool:
    others = (
        node.header_params,
        node.websocket_param_name,
        node.response_param_name,
        node.background_tasks_param_name,
        node.security_scopes_param_name,
        isinstance(node.call, ParameterReader),
    )
    return not any(others) and _is_coroutine_function(node.call) and all(map(_is_simple_call, node.dependencies))


def _is_coroutine_function(call: Any) -> bool:
    return inspect.iscoroutinefunction(call) or inspect.iscoroutinefunction(type(call).__call__)
