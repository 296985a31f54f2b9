"""Structured logs: one line of JSON for each fact (or a readable line on a terminal), with no secret in it."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from functools import lru_cache
from typing import Any

import structlog
from pydantic_core import PydanticSerializationError, to_json

_SECRET_KEYS = re.compile(r"password|token|ticket|secret|authorization|cookie|api_key", re.IGNORECASE)
_SECRET_TEXT = re.compile(
    r"eyJ[\w-]+\.[\w-]+\.[\w-]*"  # a JWT
    r"|(?i:(?<=bearer )[\w.~+/=-]+)"
    r"|(?<=ticket=)[^&\s\"']+"
    r"|\bep[prt]_[\w-]+"
)
_REDACTED = "[redacted]"


def configure(*, log_format: str, level: str) -> None:
    """Set up structlog, and bring the standard library's loggers into the same stream."""
    console = log_format == "console" or (log_format == "auto" and sys.stderr.isatty())
    render: list[Any] = [structlog.dev.ConsoleRenderer(), _encoded] if console else [_json]
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.format_exc_info,
        redact,
        structlog.processors.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        # What the standard library's loggers do for a line takes longer than all the rest of it.
        processors=[*shared, *render],
        logger_factory=_Stream,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *render, _decoded],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # Each request has its own line; uvicorn's would be a second, with the ticket in it.
    logging.getLogger("uvicorn.access").disabled = True
    for name in ("httpx", "httpcore", "aiosqlite", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)


class _Stream(structlog.BytesLogger):
    """Writes each line to standard error, whole and at once."""

    def __init__(self, name: str = "") -> None:
        super().__init__(sys.stderr.buffer)
        self.name = name


def _json(_logger: object, _method: str, event: Mapping[str, Any]) -> bytes:
    try:
        return to_json(event, fallback=repr)
    except PydanticSerializationError:
        # Text that is not UTF-8: escaped by the standard library, which takes longer.
        return json.dumps(event, default=repr).encode()


def _encoded(_logger: object, _method: str, line: str) -> bytes:
    return line.encode(errors="backslashreplace")


def _decoded(_logger: object, _method: str, line: Any) -> str:
    text: str = line.decode()
    return text


def redact(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace what must not be in a log: values under telling names, and tokens inside any text."""
    for key, value in event.items():
        event[key] = _redacted(key, value)
    return event


def _redacted(key: str, value: Any) -> Any:
    if _is_secret_key(key):
        return _REDACTED
    if isinstance(value, str):
        return _SECRET_TEXT.sub(_REDACTED, value) if _may_hold_secret(value) else value
    if isinstance(value, Mapping):
        return {inner: _redacted(str(inner), item) for inner, item in value.items()}
    if isinstance(value, list | tuple):
        return [_redacted("", item) for item in value]
    return value


@lru_cache(maxsize=1000)
def _is_secret_key(key: str) -> bool:
    return _SECRET_KEYS.search(key) is not None


def _may_hold_secret(text: str) -> bool:
    """Whether the text has what no secret is without: most have not, and this is said sooner than by the pattern."""
    return "_" in text or " " in text or "=" in text or "eyJ" in text
