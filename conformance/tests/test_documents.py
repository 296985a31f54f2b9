from __future__ import annotations

from pathlib import Path

import pytest

from experience_conformance.documents import DocumentError, bundle, load, resolve_pointer
from experience_conformance.judge import Contract

CONTRACTS = Path(__file__).parents[2] / "contracts"


def test_every_reference_of_a_bundled_document_points_to_something_in_it() -> None:
    contract = load(CONTRACTS)
    for document in (contract.openapi, contract.asyncapi):
        references = list(references_in(document))
        assert references
        for reference in references:
            assert reference.startswith("#/")
            resolve_pointer(document, reference[1:])


def test_examples_of_messages_keep_their_schemas(contract: Contract) -> None:
    """A judge that refuses the contract's own examples is wrong, or the contract is."""
    for name, kind in contract.catalogue.types.items():
        for example in contract.catalogue.examples(name):
            assert contract.catalogue.faults(example, kind.sender) == []


def test_a_reference_to_nothing_is_a_fault_of_the_contract(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text("Known: {type: string}\n")
    (tmp_path / "root.yaml").write_text("schema: {$ref: 'other.yaml#/Unknown'}\n")
    with pytest.raises(DocumentError, match="Unknown does not exist"):
        bundle(tmp_path / "root.yaml")


def test_two_files_may_not_bring_the_same_name(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("Thing: {type: string}\n")
    (tmp_path / "b.yaml").write_text("Thing: {type: integer}\n")
    (tmp_path / "root.yaml").write_text("one: {$ref: 'a.yaml#/Thing'}\ntwo: {$ref: 'b.yaml#/Thing'}\n")
    with pytest.raises(DocumentError, match="two schemas are called Thing"):
        bundle(tmp_path / "root.yaml")


def references_in(node: object) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [reference for value in node.values() for reference in references_in(value)]
    if isinstance(node, list):
        return [reference for item in node for reference in references_in(item)]
    return []
