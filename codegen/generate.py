"""Writes generated/python from the contracts: `python -m codegen.generate [--check]`.

Everything is made in a temporary folder first. Without --check the result replaces generated/python; with it, the two
are compared, a difference is shown as a diff, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import difflib
import json
import os
import pprint
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import jinja2
import yaml

from codegen.http_client import client_operations
from codegen.protocol import read_protocol

ROOT = Path(__file__).resolve().parent.parent
CODEGEN = ROOT / "codegen"
TARGET = ROOT / "generated" / "python" / "experience_plane_api"
PACKAGE = "experience_plane_api"
HEADER = "# Generated from contracts/ by `make generate`. Do not edit.\n"
ENGINES = ("protocol_types.py", "protocol_plans.py", "protocol_monitor.py", "socket_client.py")
PACKAGE_DOC = '"""The contracts as Python: models, routers, socket stubs, monitor, problem types, documents."""\n'
# The server generator also writes an entry point and stub implementations; the service has its own.
UNUSED = ("server/main.py", "server/README.md", "services")


def main() -> int:
    """Generate, or compare with --check; answers the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        fresh = generate(Path(folder))
        if arguments.check:
            return report_drift(fresh)
        shutil.rmtree(TARGET, ignore_errors=True)
        shutil.copytree(fresh, TARGET)
        return 0


def generate(work: Path) -> Path:
    """Generate the whole package below `work` and answer its folder."""
    bundle(work)
    asyncapi = json.loads((work / "asyncapi.bundle.json").read_text(encoding="utf-8"))
    registry = yaml.safe_load((ROOT / "contracts" / "problems.yaml").read_text(encoding="utf-8"))["problems"]
    package = work / PACKAGE
    generate_models(work, package)
    write_documents(work, package)
    openapi = json.loads((work / "openapi.bundle.json").read_text(encoding="utf-8"))
    write(package / "http_client.py", render("http_client.py.j2", operations=client_operations(openapi)))
    write(package / "agent_socket.py", render("agent_socket.py.j2", **socket_context(asyncapi)))
    write(package / "permissions.py", render("permissions.py.j2", **permission_context(openapi, asyncapi)))
    write(package / "problem_types.py", render("problem_types.py.j2", problems=problem_context(registry)))
    write(package / "protocol_tables.py", render("protocol_tables.py.j2", protocol=read_protocol(asyncapi)))
    for engine in ENGINES:
        write(package / engine, (CODEGEN / "python" / engine).read_text(encoding="utf-8"))
    write(package / "__init__.py", PACKAGE_DOC)
    (package / "py.typed").touch()
    run([tool("ruff"), "format", "--quiet", "--isolated", "--line-length=120", str(package)], work)
    return package


def bundle(work: Path) -> None:
    """Put both documents, each in one file, into `work`."""
    run(["node", str(CODEGEN / "bundle.mjs"), "--out", str(work)], ROOT)


def generate_models(work: Path, package: Path) -> None:
    """Let datamodel-code-generator write models and routers."""
    package.mkdir()
    shutil.copy(CODEGEN / "datamodel-codegen.toml", work / "pyproject.toml")
    run([tool("datamodel-codegen"), "--all-jobs"], work)
    for name in UNUSED:
        unused = package / name
        shutil.rmtree(unused) if unused.is_dir() else unused.unlink()
    for module in package.rglob("*.py"):
        module.write_text(HEADER + module.read_text(encoding="utf-8"), encoding="utf-8")


def write_documents(work: Path, package: Path) -> None:
    """Ship the bundled documents as package data."""
    documents = package / "documents"
    documents.mkdir()
    write(documents / "__init__.py", render("documents_init.py.j2"))
    for name in ("openapi", "asyncapi"):
        document = json.loads((work / f"{name}.bundle.json").read_text(encoding="utf-8"))
        text = json.dumps(document, indent=1, ensure_ascii=False)
        (documents / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def socket_context(document: dict[str, Any]) -> dict[str, Any]:
    """Answer what the socket's template needs: its messages by direction, with their replies."""
    messages = document["components"]["messages"]
    channel = document["channels"]["agent"]
    replies = {
        last(operation["messages"][0]["$ref"]): [last(reply["$ref"]) for reply in operation["reply"]["messages"]]
        for operation in document["operations"].values()
        if "reply" in operation
    }
    entries = [message_entry(name, message, replies.get(name, [])) for name, message in messages.items()]
    return {
        "subprotocol": channel["x-subprotocol"],
        "path": channel["address"],
        "client": [entry for entry in entries if entry["direction"] == "client"],
        "server": [entry for entry in entries if entry["direction"] == "server"],
        "events": [entry for entry in entries if entry["event"]],
    }


def message_entry(name: str, message: dict[str, Any], replies: list[str]) -> dict[str, Any]:
    """Answer one message as the template names it."""
    return {
        "type": name,
        "method": name.replace(".", "_"),
        "qualified": f"messages.{last(message['payload']['$ref'])}",
        "summary": message["summary"],
        "direction": message["x-direction"],
        "event": any(tag["name"] == "event" for tag in message["tags"]),
        "replies": " or ".join(f"`{reply}`" for reply in replies),
    }


def permission_context(openapi: dict[str, Any], asyncapi: dict[str, Any]) -> dict[str, Any]:
    """Answer which permission each operation, by the name of its handler, and each message needs."""
    messages = asyncapi["components"]["messages"]
    return {
        "operations": {
            operation["method"]: operation["permission"]
            for operation in client_operations(openapi)
            if operation["permission"]
        },
        "messages": {name: entry["x-permission"] for name, entry in messages.items() if entry.get("x-permission")},
        "socket": asyncapi["channels"]["agent"]["x-permission"],
    }


def problem_context(registry: dict[str, Any]) -> list[dict[str, Any]]:
    """Answer the registry's entries with the name of each constant."""
    return [{"slug": slug, "constant": slug.replace("-", "_").upper(), **entry} for slug, entry in registry.items()]


def last(pointer: str) -> str:
    """Answer the last token of a JSON Pointer."""
    return pointer.rpartition("/")[2]


def render(template: str, **context: Any) -> str:
    """Render a template of codegen/templates."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(CODEGEN / "templates"),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - the templates make Python from our own contract.
    )
    environment.filters["python"] = lambda value: pprint.pformat(value, width=110, sort_dicts=False)
    return environment.get_template(template).render(**context)


def write(path: Path, text: str) -> None:
    """Write a generated module under the header that says so."""
    path.write_text(HEADER + text, encoding="utf-8")


def tool(name: str) -> str:
    """Answer the path of a command that is installed beside this interpreter."""
    return str(Path(sys.executable).parent / name)


def run(command: list[str], folder: Path) -> None:
    """Run a command; its output is shown only when it fails."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "RUFF_NO_CACHE": "true"}
    result = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if result.returncode:
        raise SystemExit(f"{' '.join(command)}\n{result.stdout}{result.stderr}")


def report_drift(fresh: Path) -> int:
    """Print how generated/python differs from what the contracts say now; answers 1 when it does."""
    drift = [line for name in sorted(names(fresh) | names(TARGET)) for line in difference(fresh, name)]
    if drift:
        sys.stdout.writelines(drift)
        sys.stdout.write("\ngenerated/python is stale: run `make generate` and commit the result.\n")
    return 1 if drift else 0


def names(folder: Path) -> set[Path]:
    """Answer the generated files below a folder."""
    return {
        path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    }


def difference(fresh: Path, name: Path) -> list[str]:
    """Answer the unified diff of one file from what is committed to what it should be."""
    committed, expected = (
        (folder / name).read_text(encoding="utf-8").splitlines(keepends=True) if (folder / name).exists() else []
        for folder in (TARGET, fresh)
    )
    return list(difflib.unified_diff(committed, expected, f"committed/{name}", f"expected/{name}"))


if __name__ == "__main__":
    sys.exit(main())
