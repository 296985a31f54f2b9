"""Reads the contract documents, each bundled into one object.

A reference to another file becomes a reference into `components/schemas` of the document that makes it, so that what
follows needs only references of the form `#/…`, and tools that cannot follow files can be given the result.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

Json = Any


class DocumentError(Exception):
    """A contract document cannot be used: it is a fault of the contract, not of what is judged by it."""


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One entry of the problem registry; `close_code` is None where the connection lives on."""

    slug: str
    title: str
    status: int
    close_code: int | None


@dataclass(frozen=True, slots=True)
class Documents:
    """The contract: both documents, bundled, and the problem registry."""

    openapi: dict[str, Json]
    asyncapi: dict[str, Json]
    problems: dict[str, ProblemType]


def load(directory: Path) -> Documents:
    """Reads `openapi.yaml`, `asyncapi.yaml` and `problems.yaml`; raises DocumentError when one is missing or broken."""
    return Documents(
        openapi=bundle(directory / "openapi.yaml"),
        asyncapi=bundle(directory / "asyncapi.yaml"),
        problems=_load_problems(directory / "problems.yaml"),
    )


def bundle(path: Path) -> dict[str, Json]:
    """Answers the document at `path` with each external schema copied into its `components/schemas`."""
    return _Bundler(path).run()


def resolve_pointer(document: Json, pointer: str) -> Json:
    """Answers what a JSON Pointer (RFC 6901) points to; raises LookupError when there is nothing."""
    found = document
    for token in _tokens(pointer):
        if isinstance(found, list):
            found = found[int(token)] if token.isdigit() else _missing(pointer)
        elif isinstance(found, dict) and token in found:
            found = found[token]
        else:
            _missing(pointer)
    return found


def dereference(document: dict[str, Json], node: Json) -> Json:
    """Follows `$ref` at the top of `node` until there is none."""
    while isinstance(node, dict) and "$ref" in node:
        try:
            node = resolve_pointer(document, node["$ref"].removeprefix("#"))
        except LookupError as error:
            raise DocumentError(f"{node['$ref']} points to nothing") from error
    return node


def _tokens(pointer: str) -> list[str]:
    if pointer == "":
        return []
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.removeprefix("/").split("/")]


def _missing(pointer: str) -> Json:
    raise LookupError(pointer)


def _read(path: Path) -> dict[str, Json]:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise DocumentError(f"{path}: {error}") from error
    if not isinstance(document, dict):
        raise DocumentError(f"{path}: not an object")
    return document


def _load_problems(path: Path) -> dict[str, ProblemType]:
    entries = _read(path)["problems"]
    return {
        slug: ProblemType(slug, entry["title"], entry["status"], entry["close_code"]) for slug, entry in entries.items()
    }


class _Bundler:
    """One run over one document."""

    def __init__(self, path: Path) -> None:
        self._root = path.resolve()
        self._files: dict[Path, dict[str, Json]] = {self._root: _read(self._root)}
        self._names: dict[tuple[Path, str], str] = {}

    def run(self) -> dict[str, Json]:
        document = copy.deepcopy(self._files[self._root])
        self._imported: dict[str, Json] = {}
        own = set(document.get("components", {}).get("schemas", {}))
        self._taken = own
        document = self._rewrite(document, self._root)
        document.setdefault("components", {}).setdefault("schemas", {}).update(self._imported)
        return dict(document)

    def _rewrite(self, node: Json, file: Path) -> Json:
        if isinstance(node, list):
            return [self._rewrite(item, file) for item in node]
        if not isinstance(node, dict):
            return node
        reference = node.get("$ref")
        if isinstance(reference, str):
            return {**node, "$ref": self._local(reference, file)}
        return {key: self._rewrite(value, file) for key, value in node.items()}

    def _local(self, reference: str, file: Path) -> str:
        target, _, pointer = reference.partition("#")
        place = (file.parent / target).resolve() if target else file
        if place == self._root:
            return f"#{pointer}"
        if (place, pointer) not in self._names:
            self._import(place, pointer)
        return f"#/components/schemas/{self._names[place, pointer]}"

    def _import(self, place: Path, pointer: str) -> None:
        if place not in self._files:
            self._files[place] = _read(place)
        name = pointer.rsplit("/", 1)[-1] or place.stem
        if name in self._taken:
            raise DocumentError(f"two schemas are called {name}; the second is {place.name}#{pointer}")
        self._taken.add(name)
        self._names[place, pointer] = name
        try:
            schema = resolve_pointer(self._files[place], pointer)
        except LookupError as error:
            raise DocumentError(f"{place.name}#{pointer} does not exist") from error
        self._imported[name] = self._rewrite(schema, place)
