"""What the contract gains and nothing implements is a type error in impl/, by name."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from requirements import not_here

ROOT = Path(__file__).resolve().parent.parent
OPERATION = """\
  /versionz:
    get:
      operationId: getVersion
      tags: [operations]
      summary: Show the version
      description: An operation that nothing implements.
      security: []
      responses:
        '200':
          description: The version.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Health'}
"""
MESSAGE = """\
    {name}:
      name: {name}
      summary: A message that nothing implements.
      x-direction: {sender}
      tags: [{{name: {sender}}}]
      payload: {{$ref: '#/components/schemas/{schema}'}}
"""
SCHEMA = """\
    {schema}:
      title: {schema}
      type: object
      additionalProperties: false
      required: [type]
      properties:
        type: {{type: string, const: {name}}}
"""
GAINED = (
    {"name": "gap.ask", "sender": "client", "schema": "GapAsk"},
    {"name": "gap.told", "sender": "server", "schema": "GapTold"},
)


def _widen(contracts: Path) -> None:
    openapi, asyncapi = contracts / "openapi.yaml", contracts / "asyncapi.yaml"
    openapi.write_text(openapi.read_text().replace("paths:\n", "paths:\n" + OPERATION, 1))
    text = asyncapi.read_text()
    for message in GAINED:
        name = message["name"]
        listed = f"    messages:\n      {name}: {{$ref: '#/components/messages/{name}'}}\n"
        text = text.replace("    messages:\n", listed, 1)
        text = text.replace("\n  messages:\n", "\n  messages:\n" + MESSAGE.format(**message), 1)
        text = text.replace("\n  schemas:\n", "\n  schemas:\n" + SCHEMA.format(**message), 1)
    asyncapi.write_text(text)


def test_what_nothing_implements_is_a_type_error(tmp_path: Path) -> None:
    """An operation, a message of the client and a message of the service are added; mypy names all three."""
    if not (ROOT / "node_modules").is_dir():
        not_here("node_modules is missing; run `make setup`")
    for part in ("codegen", "contracts", "impl"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__", "static"))
    (tmp_path / "pyproject.toml").symlink_to(ROOT / "pyproject.toml")
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    _widen(tmp_path / "contracts")
    subprocess.run([sys.executable, "-m", "codegen.generate"], cwd=tmp_path, check=True)
    mypy = subprocess.run(
        [sys.executable, "-m", "mypy", "impl"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    for gap in ('"get_version"', '"on_gap_ask"', '"on_gap_told"'):
        assert f"abstract attribute {gap}" in mypy.stdout, mypy.stdout[-5_000:]
