"""Between text on the wire and the contract's messages. Judges with the contract's own schemas, not only its models."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

import jsonschema_rs
from pydantic import ValidationError

from experience_plane import strict_json
from experience_plane.errors import FieldError
from experience_plane_api import documents, messages
from experience_plane_api import problem_types as types
from experience_plane_api.agent_socket import CLIENT_MESSAGES, ClientMessage, ServerMessage
from experience_plane_api.problem_types import ProblemType

_ACCEPTED_TYPES = ", ".join(sorted(CLIENT_MESSAGES))
_ECHOED = ("correlation_id", "conversation_id", "message_id", "run_id")


@dataclass(frozen=True, slots=True)
class Reference:
    """What an `error` repeats of the message that it is about."""

    correlation_id: str | None = None
    conversation_id: UUID | None = None
    message_id: UUID | None = None
    run_id: UUID | None = None


class MessageRejected(Exception):
    """A frame breaks the contract; `reference` has those of its ids that were valid."""

    def __init__(
        self,
        problem_type: ProblemType,
        detail: str,
        errors: tuple[FieldError, ...] = (),
        reference: Reference | None = None,
    ) -> None:
        self.problem_type = problem_type
        self.detail = detail
        self.errors = errors
        self.reference = reference or Reference()
        super().__init__(detail)


def decode(text: str, *, max_depth: int = strict_json.MAX_DEPTH) -> tuple[ClientMessage, Mapping[str, Any]]:
    """Read a message of a client; answers it typed, and as the JSON object that it was.

    Raises:
        MessageRejected: malformed-message or invalid-message.
    """
    payload = _parse(text, max_depth)
    message_type = payload.get("type")
    model = CLIENT_MESSAGES.get(message_type) if isinstance(message_type, str) else None
    if model is None:
        raise _unknown_type(payload)
    if errors := tuple(_schema_errors(model.__name__, payload)):
        raise _invalid(errors, payload)
    try:
        return model.model_validate(payload), payload
    except ValidationError as error:
        # Engines of regular expressions disagree about a few characters, U+0085 as white space for one.
        raise _invalid(tuple(_model_error(fault) for fault in error.errors()), payload) from error


def encode(message: ServerMessage) -> str:
    """Write a message of the service."""
    return message.model_dump_json()


def reference_of(payload: Mapping[str, Any]) -> Reference:
    """Answer the ids of a message, each only if it is valid by itself."""
    valid = {
        name: payload[name] for name in _ECHOED if name in payload and _echo_validator(name).is_valid(payload[name])
    }
    return Reference(
        correlation_id=valid.get("correlation_id"),
        conversation_id=UUID(valid["conversation_id"]) if "conversation_id" in valid else None,
        message_id=UUID(valid["message_id"]) if "message_id" in valid else None,
        run_id=UUID(valid["run_id"]) if "run_id" in valid else None,
    )


def _parse(text: str, max_depth: int) -> dict[str, Any]:
    try:
        payload = strict_json.parse(text, max_depth=max_depth)
    except strict_json.MalformedJson as error:
        raise MessageRejected(types.MALFORMED_MESSAGE, str(error)) from error
    if not isinstance(payload, dict):
        raise MessageRejected(types.MALFORMED_MESSAGE, "The message is not a JSON object.")
    return payload


def _unknown_type(payload: Mapping[str, Any]) -> MessageRejected:
    if "type" not in payload:
        detail = f"The field type is missing; the contract accepts {_ACCEPTED_TYPES}."
        fault = f"Missing; one of {_ACCEPTED_TYPES}."
    else:
        shown = json.dumps(payload["type"])[:64]
        detail = f"The type {shown} is unknown; the contract accepts {_ACCEPTED_TYPES}."
        fault = f"{shown} is not one of {_ACCEPTED_TYPES}."
    errors = (FieldError("/type", fault),)
    return MessageRejected(types.INVALID_MESSAGE, detail, errors, reference_of(payload))


def _invalid(errors: tuple[FieldError, ...], payload: Mapping[str, Any]) -> MessageRejected:
    number = "1 field does" if len(errors) == 1 else f"{len(errors)} fields do"
    return MessageRejected(types.INVALID_MESSAGE, f"{number} not match the contract.", errors, reference_of(payload))


def _schema_errors(schema: str, payload: Mapping[str, Any]) -> Iterator[FieldError]:
    for error in _validator(f"#/components/schemas/{schema}").iter_errors(payload):
        yield from _field_errors(error)


def _field_errors(error: jsonschema_rs.ValidationError) -> Iterator[FieldError]:
    """One fault for each missing or unknown field, so that the pointer names the field and not its parent."""
    place = "".join(f"/{_escaped(token)}" for token in error.instance_path)
    match error.kind:
        case jsonschema_rs.ValidationErrorKind.Required(property=name):
            yield FieldError(f"{place}/{_escaped(name)}", "The field is missing.")
        case jsonschema_rs.ValidationErrorKind.AdditionalProperties(unexpected=names):
            for name in names:
                yield FieldError(f"{place}/{_escaped(name)}", "The contract has no such field.")
        case _:
            yield FieldError(place, error.message)


def _model_error(fault: Mapping[str, Any]) -> FieldError:
    return FieldError("".join(f"/{_escaped(token)}" for token in fault["loc"]), str(fault["msg"]))


def _escaped(token: str | int) -> str:
    return str(token).replace("~", "~0").replace("/", "~1")


@cache
def _validator(pointer: str) -> jsonschema_rs.Draft202012Validator:
    components = documents.load("asyncapi")["components"]
    return jsonschema_rs.Draft202012Validator(
        {"$ref": pointer, "components": {"schemas": components["schemas"]}},
        validate_formats=True,
        mask="(the value)",
    )


@cache
def _echo_validator(name: str) -> jsonschema_rs.Draft202012Validator:
    field = messages.Error.model_fields[name]
    return _validator(f"#/components/schemas/Error/properties/{field.alias or name}")
