"""What taking a run back does, told once a file though it was written more often."""

from __future__ import annotations

from pathlib import Path

import pytest

from wizard.files import Journal
from wizard.files_undo import undo
from wizard.told.undone import by_file, made, some_are_back

pytestmark = pytest.mark.same_everywhere


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """Of a run that wrote one new file and one that was there, each twice."""
    (tmp_path / "old").write_bytes(b"before")
    found = Journal(tmp_path / "journal")
    for text in (b"1", b"2"):
        found.write(tmp_path / "old", text)
        found.write(tmp_path / "new", text)
    return found.folder


def told(journal: Path, *, dry: bool) -> dict[str, tuple[str, bool]]:
    done = by_file(journal, undo(journal, dry_run=dry))
    assert len({one.name for one in done}) == len(done)
    return {Path(one.name).name: (one.state, one.new) for one in done}


def test_what_would_be_done_is_what_is_done(journal: Path) -> None:
    expected = {"old": ("restored", False), "new": ("restored", True)}
    assert told(journal, dry=True) == expected
    assert not some_are_back(journal)
    assert told(journal, dry=False) == expected
    assert some_are_back(journal)


def test_what_somebody_changed_since_is_refused_in_both(journal: Path, tmp_path: Path) -> None:
    (tmp_path / "new").write_bytes(b"theirs")
    for dry in (True, False):
        assert told(journal, dry=dry) == {"old": ("restored", False), "new": ("refused", True)}
    assert some_are_back(journal)


def test_a_file_that_changed_between_two_writes_of_ours_is_not_told_as_put_back(tmp_path: Path) -> None:
    found, path = Journal(tmp_path / "journal"), tmp_path / "new"
    found.write(path, b"1")
    path.write_bytes(b"theirs")
    found.write(path, b"2")
    for dry in (True, False):
        assert told(found.folder, dry=dry) == {"new": ("refused", True)}
    assert path.read_bytes() == b"2", "left as it is is left as it is"
    assert made(found.folder) == {str(path)}


def test_without_its_bytes_nothing_is_known(journal: Path) -> None:
    for kept in journal.glob("before-*"):
        kept.unlink()
    assert not some_are_back(journal)
