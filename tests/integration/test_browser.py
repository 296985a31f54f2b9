"""The page in a real browser: tests/browser, against a service of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from requirements import not_here
from running_service import Service

ROOT = Path(__file__).resolve().parents[2]
BROWSER = os.environ.get("CHROMIUM") or shutil.which("chromium")
PAGE = ROOT / "impl" / "experience_plane" / "static" / "index.html"


def _missing() -> str | None:
    if not PAGE.is_file():
        return "the pages are not built; run `make static`"
    return None if BROWSER else "there is no chromium; install it, or name one with CHROMIUM="


def test_a_person_registers_and_talks_in_a_browser(start: Callable[..., Service]) -> None:
    """Registers, is handed over, sees the answer stream in; any complaint of the browser's console is a failure."""
    if missing := _missing():
        not_here(missing)
    ran = subprocess.run(
        ["npm", "run", "--silent", "test:browser"],
        cwd=ROOT,
        env=os.environ | {"BASE_URL": start().address, "CHROMIUM": str(BROWSER)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-20_000:] + ran.stderr[-5_000:]
