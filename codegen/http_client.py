"""Reads the operations of the bundled OpenAPI document into what the Python client's template needs."""

from __future__ import annotations

import re
from typing import Any

_METHODS = ("get", "put", "post", "delete", "patch")
_TYPES = {"integer": "int", "string": "str"}


def client_operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Answer every operation as the template names it, except those that only send a browser elsewhere."""
    return [
        _operation(document, path, verb, item[verb])
        for path, item in document["paths"].items()
        for verb in _METHODS
        if verb in item and any(code[0] == "2" for code in item[verb]["responses"])
    ]


def _operation(document: dict[str, Any], path: str, verb: str, operation: dict[str, Any]) -> dict[str, Any]:
    parameters = [_resolved(document, parameter) for parameter in operation.get("parameters", ())]
    successes = {int(code): _model(entry) for code, entry in operation["responses"].items() if code[0] == "2"}
    model = next(iter(successes.values()))
    body = _model(operation.get("requestBody", {}))
    return {
        "method": re.sub(r"(?<!^)(?=[A-Z])", "_", operation["operationId"]).lower(),
        "signature": _signature(document, parameters, body),
        "answer": " | ".join(str(name) for name in successes.values()),
        "model": model,
        "summary": operation["summary"],
        "description": operation["description"],
        "problems": _problems(document, operation),
        "verb": verb.upper(),
        "path": f'f"{path}"' if "{" in path else f'"{path}"',
        "permission": operation.get("x-permission"),
        "expect": sorted(successes),
        "others": list(successes.items())[1:],
        "secured": bool(operation.get("security", document["security"])),
        "body": body is not None,
        "stream": any("text/event-stream" in entry.get("content", {}) for entry in operation["responses"].values()),
        "query": [parameter["name"] for parameter in parameters if parameter["in"] == "query"],
    }


def _signature(document: dict[str, Any], parameters: list[dict[str, Any]], body: str | None) -> str:
    paths = [parameter for parameter in parameters if parameter["in"] == "path"]
    arguments = [f", {entry['name']}: {_type(document, entry['schema'])}" for entry in paths]
    if body:
        arguments.append(f", body: {body}")
    query = [parameter for parameter in parameters if parameter["in"] == "query"]
    if query:
        arguments.append(", *")
        arguments += [f", {entry['name']}: {_type(document, entry['schema'])} | None = None" for entry in query]
    return "".join(arguments)


def _type(document: dict[str, Any], schema: dict[str, Any]) -> str:
    resolved = _resolved(document, schema)
    return "UUID" if resolved.get("format") == "uuid" else _TYPES[resolved["type"]]


def _problems(document: dict[str, Any], operation: dict[str, Any]) -> str:
    responses = (_resolved(document, response) for response in operation["responses"].values())
    return ", ".join(dict.fromkeys(slug for response in responses for slug in response.get("x-problems", ())))


def _model(content_holder: dict[str, Any]) -> str | None:
    schema = content_holder.get("content", {}).get("application/json", {}).get("schema")
    return None if schema is None else "models." + schema["$ref"].rpartition("/")[2]


def _resolved(document: dict[str, Any], value: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in value:
        pointer = value["$ref"]
        value = document
        for token in pointer.removeprefix("#/").split("/"):
            value = value[token.replace("~1", "/").replace("~0", "~")]
    return value
