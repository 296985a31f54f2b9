"""JSON as RFC 8259 and I-JSON (RFC 7493) have it: what other parsers would read differently is refused."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable
from typing import Any, NoReturn

MAX_DEPTH = 64
"""Arrays and objects within each other, unless the reader says otherwise; nothing in the contracts comes near."""


class MalformedJson(ValueError):
    """The text is not JSON, or JSON that two parsers may read as two different things."""


def parse(text: str | bytes, *, max_depth: int = MAX_DEPTH) -> Any:
    """Read one JSON value. A number with a zero fraction is an integer, as JSON Schema has it.

    Raises:
        MalformedJson: not JSON or not UTF-8; duplicate keys; NaN or an infinite number; unpaired surrogates; too deep.
    """
    try:
        decoded = text.decode("utf-8") if isinstance(text, bytes) else text
        value = _DECODER.decode(decoded)
        if "\\ud" in decoded.lower():
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeError as error:
        raise MalformedJson("The text is not UTF-8, or holds an unpaired surrogate.") from error
    except RecursionError as error:
        raise MalformedJson("The JSON is nested too deeply.") from error
    except json.JSONDecodeError as error:
        raise MalformedJson(f"{error.msg} at line {error.lineno}, column {error.colno}.") from error
    except MalformedJson:
        raise
    except ValueError as error:
        raise MalformedJson("A number has too many digits.") from error
    if decoded.count("[") + decoded.count("{") > max_depth and _is_deeper(value, max_depth):
        raise MalformedJson("The JSON is nested too deeply.")
    return value


def _is_deeper(value: Any, limit: int) -> bool:
    level = [value]
    for _ in range(limit):
        level = [inner for outer in level for inner in _members(outer) if isinstance(inner, dict | list)]
    return bool(level)


def _members(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) < len(pairs):
        counted = Counter(key for key, _ in pairs)
        twice = next(key for key, times in counted.items() if times > 1)
        raise MalformedJson(f"The key {json.dumps(twice[:64])} stands twice in one object.")
    return read


def _number(text: str) -> int | float:
    number = float(text)
    if not math.isfinite(number):
        raise MalformedJson(f"The number {text[:32]} is out of range.")
    return int(number) if number.is_integer() else number


def _constant(text: str) -> NoReturn:
    raise MalformedJson(f"{text} is not JSON.")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=_number, parse_constant=_constant)
