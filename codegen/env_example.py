"""Writes .env.example from the settings: `python -m codegen.env_example [--check]`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from experience_plane.settings import Settings

TARGET = Path(__file__).resolve().parent.parent / ".env.example"
HEADER = """\
# Every setting with its default, made from impl/experience_plane/settings.py by `make generate`. Copy this file to .env
# and uncomment what should differ; variables of the environment go before it.
"""


def main() -> int:
    """Write the file, or compare with --check; answers the exit status."""
    text = HEADER + "".join(_lines(Settings, Settings.model_config["env_prefix"]))
    if "--check" not in sys.argv:
        TARGET.write_text(text, encoding="utf-8")
        return 0
    if TARGET.exists() and TARGET.read_text(encoding="utf-8") == text:
        return 0
    print(".env.example is stale: run `make generate` and commit the result.")
    return 1


def _lines(model: type[BaseModel], prefix: str) -> Iterator[str]:
    for name, field in model.model_fields.items():
        variable = f"{prefix}{name.upper()}"
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield f"\n# {(field.annotation.__doc__ or '').strip()}\n"
            yield from _lines(field.annotation, f"{variable}__")
        else:
            yield f"# {field.description}\n# {variable}={_shown(field)}\n"


def _shown(field: FieldInfo) -> str:
    value: Any = field.default
    if value is None or isinstance(value, SecretStr):
        return ""
    return "[]" if value == [] else str(value)


if __name__ == "__main__":
    sys.exit(main())
