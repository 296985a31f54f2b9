"""The key of sealed secrets, in a file that only the service's user can read: made when it is needed first."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

_KEY_BYTES = 32


class EncryptionKeyFile:
    """Answers what the file holds. Processes that make it at once agree on one key."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self) -> str:
        """Read the key, or make one.

        Raises:
            OSError: the file can neither be read nor made.
            ValueError: the file is empty.
        """
        if not self._path.exists():
            self._make()
        key = self._path.read_text(encoding="utf-8").strip()
        if not key:
            raise ValueError(f"{self._path} is empty")
        return key

    def _make(self) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        written = self._path.with_name(f"{self._path.name}.{secrets.token_hex(8)}")
        descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(_KEY_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            # Whole or not at all, and never in place of one that another process has made meanwhile.
            os.link(written, self._path)
        except FileExistsError:
            pass
        finally:
            written.unlink()
