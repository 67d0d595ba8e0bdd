"""`uv-wizard undo` at a terminal shows what it would put back and asks; a pipe is refused, as before."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.recorded import Recorded
from wizard.files import Journal
from wizard.run import state

if sys.platform != "win32":
    import pexpect

pytestmark = pytest.mark.wine_cannot("open a pseudo-terminal for pexpect")
ROOT = Path(__file__).parents[2]


@pytest.fixture
def written(tmp_path: Path, home: Path) -> Path:
    """A file that a run of this machine has written anew."""
    made, recorded = tmp_path / "uv.toml", Recorded(str(tmp_path))
    made.write_text("before\n", "utf-8")
    Journal(recorded.folder / state.JOURNAL).write(made, b"after\n")
    recorded.end(0)
    return made


def undo(folder: Path, *words: str) -> Any:
    return pexpect.spawn(
        sys.executable,
        ["-m", "wizard", "undo", *words],
        env={**os.environ, "PYTHONPATH": str(ROOT), "UV_WIZARD_LANG": "en"},
        encoding="utf-8",
        timeout=60,
        dimensions=(24, 200),
        cwd=str(folder),
    )


def ended(child: Any) -> int | None:
    child.expect(pexpect.EOF)
    child.close()
    found: int | None = child.exitstatus
    return found


@pytest.mark.parametrize("answer, text", [("y", "before\n"), ("n", "after\n"), ("", "after\n")])
def test_it_shows_what_would_be_put_back_and_asks(answer: str, text: str, written: Path) -> None:
    child = undo(written.parent)
    child.expect(r"Run \d{8}-\d{6}, of .*, started ")
    child.expect_exact(f"+ would be put back  {written}")
    child.expect_exact("Put back? y, n [n]: ")
    child.sendline(answer)
    child.expect_exact("+ put back" if answer == "y" else "Nothing was changed.")
    assert ended(child) == 0
    assert written.read_text("utf-8") == text


def test_a_run_of_another_folder_is_named_and_not_asked_about(written: Path) -> None:
    child = undo(written.parent.parent)
    child.expect_exact("Nothing is left to take back in this folder.")
    child.expect(r"uv-wizard undo (\d{8}-\d{6})")
    run = child.match[1]
    assert ended(child) == 0
    assert written.read_text("utf-8") == "after\n"
    child = undo(written.parent.parent, run)
    child.expect_exact("Put back? y, n [n]: ")
    child.sendline("y")
    assert ended(child) == 0
    assert written.read_text("utf-8") == "before\n"


@pytest.mark.parametrize("here", [True, False])
def test_with_yes_a_run_of_another_folder_is_named_first(here: bool, written: Path) -> None:
    child = undo(written.parent if here else written.parent.parent, "--yes")
    assert ended(child) == 0
    told = child.before.splitlines()
    assert told[0].startswith("Run ") is not here
    assert here or told[0].rpartition(", started ")[0].endswith(f", of {written.parent}")
    assert any(line.startswith("+ put back") for line in told)


def test_what_came_before_and_since_is_said(written: Path) -> None:
    other = written.with_name("other.txt")
    later, nothing = Recorded(str(written.parent)), Recorded(str(written.parent))
    Journal(later.folder / state.JOURNAL).write(other, b"new\n")
    for one in (later, nothing):
        one.end(0)
    child = undo(written.parent)
    child.expect_exact("What ran here since then changed no files.")
    child.expect_exact(f"+ would be taken away  {other}")
    child.expect_exact("Put back? y, n [n]: ")
    child.sendline("y")
    child.expect_exact(f"+ taken away  {other}")
    child.expect_exact("An earlier run here changed files too")
    assert ended(child) == 0
    assert not other.exists()


def test_of_a_run_that_is_named_it_is_not_said_that_later_ones_changed_nothing(written: Path) -> None:
    first = min(one.name for one in state.run_folders())
    later = Recorded(str(written.parent))
    Journal(later.folder / state.JOURNAL).write(written.with_name("other.txt"), b"new\n")
    later.end(0)
    child = undo(written.parent, first)
    child.expect_exact("Put back? y, n [n]: ")
    assert "changed no files" not in child.before
    child.sendline("")
    assert ended(child) == 0
