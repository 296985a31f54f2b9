"""Reads the text of a frame as RFC 8259 and the contract want it, where Python's parser is more lenient."""

from __future__ import annotations

import json

from experience_conformance.documents import Json


class UnreadableFrameError(Exception):
    """The frame is not one well-formed JSON object; the text says why."""


def read_frame(frame: str | bytes) -> dict[str, Json]:
    """Parses a frame; raises UnreadableFrameError for binary, bad JSON, duplicate keys, NaN and what is no object."""
    if isinstance(frame, bytes):
        raise UnreadableFrameError("a binary frame")
    try:
        message = json.loads(frame, object_pairs_hook=_unique, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise UnreadableFrameError(str(error)) from error
    if not isinstance(message, dict):
        raise UnreadableFrameError(f"a JSON {type(message).__name__} instead of an object")
    return message


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key!r} occurs twice")
        found[key] = value
    return found


def _refuse(constant: str) -> Json:
    raise ValueError(f"{constant} is no JSON number")
