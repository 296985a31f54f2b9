from __future__ import annotations

from pathlib import Path

import pytest
from experience_conformance import documents
from experience_conformance.judge import Contract

CONTRACTS = Path(__file__).parents[2] / "contracts"


@pytest.fixture(scope="session")
def contract() -> Contract:
    return Contract.of(documents.load(CONTRACTS))
