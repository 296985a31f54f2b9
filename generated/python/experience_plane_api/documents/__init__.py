# Generated from contracts/ by `make generate`. Do not edit.
"""The bundled contract documents, as the service serves and enforces them."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def load(name: str) -> dict[str, Any]:
    """Answer a bundled document, `openapi` or `asyncapi`; the same object each time, not to be changed."""
    document: dict[str, Any] = json.loads((files(__name__) / f"{name}.json").read_text(encoding="utf-8"))
    return document
