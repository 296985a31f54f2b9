"""The key file: made once, for all processes, readable by nobody else."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from experience_plane.adapters.encryption_key_file import EncryptionKeyFile


def test_the_key_is_made_once_and_nobody_else_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "var" / "encryption.key"
    key = EncryptionKeyFile(path)()
    assert len(key) >= 43
    assert EncryptionKeyFile(path)() == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["encryption.key"]


def test_who_makes_it_at_once_gets_the_same_key(tmp_path: Path) -> None:
    path = tmp_path / "encryption.key"
    with ThreadPoolExecutor(20) as threads:
        keys = set(threads.map(lambda _: EncryptionKeyFile(path)(), range(100)))
    assert len(keys) == 1
    assert len(list(tmp_path.iterdir())) == 1


def test_an_empty_file_is_no_key(tmp_path: Path) -> None:
    path = tmp_path / "encryption.key"
    path.touch()
    with pytest.raises(ValueError, match="empty"):
        EncryptionKeyFile(path)()
