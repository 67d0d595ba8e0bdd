from __future__ import annotations

import os
from pathlib import Path

import pytest

from wizard.machine.folder_size import FolderSize, folder_size


def test_what_lies_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "f").write_bytes(b"x" * 3000)
    (tmp_path / "g").write_bytes(b"x" * 100)
    assert folder_size(os.fspath(tmp_path)) == FolderSize(3100, whole=True)
    assert folder_size(os.fspath(tmp_path / "none")) is None


@pytest.mark.wine_cannot("make symbolic links as this user")
def test_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "round").symlink_to(tmp_path)
    found = folder_size(os.fspath(tmp_path))
    assert found is not None
    assert found.bytes < 1000


def test_it_is_counted_no_longer_than_allowed(tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / str(number)).write_bytes(b"x" * 1024**2)
    found = folder_size(os.fspath(tmp_path), most=10)
    assert found is not None
    assert found.told == "more than 10 MiB"
    assert folder_size(os.fspath(tmp_path), limit_s=-1) == FolderSize(0, whole=False)
