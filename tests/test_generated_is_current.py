"""What is generated is what the contracts say now."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from requirements import not_here

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = {
    "python": [sys.executable, "-m", "codegen.generate", "--check"],
    "typescript": ["npm", "run", "--silent", "check:typescript"],
}


@pytest.mark.parametrize("language", COMMANDS)
def test_generated_code_is_current(language: str) -> None:
    """The drift is printed as a diff."""
    if not (ROOT / "node_modules").is_dir():
        not_here("node_modules is missing; run `make setup`")
    checked = subprocess.run(COMMANDS[language], cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout[-20_000:] + checked.stderr[-5_000:]
