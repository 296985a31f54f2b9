"""Reading a compact JWS (RFC 7515) without tolerance (RFC 8725): one token has one spelling.

PyJWT checks the signature later; it accepts padding, duplicate members and unknown headers, so all that is refused here
first.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from typing import Any

_COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)", re.ASCII)


class MalformedToken(ValueError):
    """The text is not a token that we could have issued."""


@dataclass(frozen=True, slots=True)
class ParsedJws:
    """Header and payload of a token whose signature nobody has checked yet."""

    header: dict[str, Any]
    payload: bytes


def parse_compact(token: str, max_length: int) -> ParsedJws:
    """Split and decode a token of at most `max_length` characters.

    Raises:
        MalformedToken: too long, not three canonical base64url segments, or a header that is not one JSON object.
    """
    if len(token) > max_length:
        raise MalformedToken("token too long")
    segments = _COMPACT.fullmatch(token)
    if segments is None:
        raise MalformedToken("not three base64url segments")
    header, payload, _ = (_decode(segment) for segment in segments.groups())
    return ParsedJws(header=parse_object(header), payload=payload)


def parse_object(data: bytes) -> dict[str, Any]:
    """Read one JSON object in which no member occurs twice (RFC 8725, section 2.4) and no number is NaN or infinite.

    Raises:
        MalformedToken: it is something else.
    """
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise MalformedToken("not strict JSON") from error
    if not isinstance(value, dict):
        raise MalformedToken("not a JSON object")
    return value


def _decode(segment: str) -> bytes:
    if len(segment) % 4 == 1:
        raise MalformedToken("impossible base64url length")
    data = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    if base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii") != segment:
        raise MalformedToken("base64url with stray bits")
    return data


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise MalformedToken("duplicate member")
    return members


def _refuse_constant(name: str) -> Any:
    raise MalformedToken(f"{name} is not JSON")
