"""What the contract says of a path: its methods, what they take as a body, and how often they may be used."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from experience_plane_api import documents

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def allowed_methods(path: str) -> Sequence[str]:
    """Answer a path's methods for an `Allow` header (RFC 9110, section 10.2.1); GET where the contract has none."""
    operations = _operations(path)
    return [method.upper() for method in _METHODS if method in operations] or ["GET"]


def takes_body(method: str, path: str) -> bool:
    """Answer whether the operation has a request body."""
    return "requestBody" in _operations(path).get(method.lower(), {})


def rate_limit_policy(method: str, path: str) -> str | None:
    """Answer the policy that the contract names for an operation (`x-rate-limit`)."""
    operation: Mapping[str, Any] = _operations(path).get(method.lower(), {})
    return operation.get("x-rate-limit")


def operations_that_take(field: str) -> Sequence[str]:
    """Answer the operations whose body has this field, as the generated services name them."""
    document = documents.load("openapi")
    operations = [
        operation for path in document["paths"].values() for operation in path.values() if isinstance(operation, dict)
    ]
    return [_snake_case(each["operationId"]) for each in operations if field in _body_fields(document, each)]


def _body_fields(document: Mapping[str, Any], operation: Mapping[str, Any]) -> Mapping[str, Any]:
    content = operation.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    fields: Mapping[str, Any] = schema.get("properties", {})
    return fields


def _snake_case(operation_id: str) -> str:
    return re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", operation_id)


def _operations(path: str) -> Mapping[str, Any]:
    literal = _literal_paths().get(path)
    if literal is not None:
        return literal
    return next((operations for pattern, operations in _templates() if pattern.fullmatch(path)), {})


@cache
def _literal_paths() -> Mapping[str, Mapping[str, Any]]:
    return {path: operations for path, operations in documents.load("openapi")["paths"].items() if "{" not in path}


@cache
def _templates() -> Sequence[tuple[re.Pattern[str], Mapping[str, Any]]]:
    paths = documents.load("openapi")["paths"].items()
    return [(_pattern(template), operations) for template, operations in paths if "{" in template]


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{[^}]+\\\}", "[^/]+", re.escape(template)))
