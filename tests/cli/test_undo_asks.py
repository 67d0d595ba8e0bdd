"""`uv-wizard undo` at a terminal shows what it would put back and asks; a pipe is refused, as before."""

from __future__ import annotations

import os
import re
import subprocess
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


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "UV_WIZARD_LANG": "en"}


def undo(folder: Path, *words: str, columns: int = 200) -> Any:
    return pexpect.spawn(
        sys.executable,
        ["-m", "wizard", "undo", *words],
        env=environment(),
        encoding="utf-8",
        timeout=60,
        dimensions=(24, columns),
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


def test_a_run_of_another_folder_is_named_with_a_command_that_can_be_copied(written: Path) -> None:
    child = undo(written.parent.parent)
    assert ended(child) == 0
    rows = child.before.splitlines()
    assert rows[-3] == f"  {written.parent}"
    assert re.fullmatch(r"  uv-wizard undo \d{8}-\d{6}", rows[-2])


@pytest.mark.parametrize("words", [("--yes",), ("--dry-run",)])
def test_at_a_terminal_no_other_folder_is_meant(words: tuple[str, ...], written: Path) -> None:
    asked, told = undo(written.parent.parent), undo(written.parent.parent, *words)
    assert ended(told) == ended(asked) == 0
    assert told.before == asked.before
    assert written.read_text("utf-8") == "after\n"
    child = undo(written.parent, *words)
    assert ended(child) == 0
    assert not child.before.startswith("Run ")
    assert written.read_text("utf-8") == ("before\n" if words == ("--yes",) else "after\n")


@pytest.mark.parametrize("here", [True, False])
def test_in_a_pipe_it_is_the_newest_of_all_and_another_folder_s_is_named_first(here: bool, written: Path) -> None:
    made = subprocess.run(
        [sys.executable, "-m", "wizard", "undo", "--yes"],
        cwd=written.parent if here else written.parent.parent,
        env=environment(),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    told = made.stdout.splitlines()
    assert told[0].startswith("Run ") is not here
    assert here or told[0].rpartition(", started ")[0].endswith(f", of {written.parent}")
    assert any(line.startswith("+ put back") for line in told)
    assert written.read_text("utf-8") == "before\n"


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
    child.expect_exact("An earlier run here changed files too. To take that one back:\r\n  uv-wizard undo\r\n")
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


def run_of(folder: Path, *changes: tuple[Path, str]) -> str:
    """A later run that wrote these; its id."""
    recorded = Recorded(str(folder))
    for path, text in changes:
        Journal(recorded.folder / state.JOURNAL).write(path, text.encode())
    recorded.end(0)
    return recorded.folder.name


def test_where_nothing_can_be_put_back_it_is_not_asked_and_the_earlier_run_is_named(written: Path) -> None:
    first = min(one.name for one in state.run_folders())
    lock = written.with_name("uv.lock")
    later = run_of(written.parent, (lock, "".join(f"{number}\n" for number in range(300))))
    lock.write_text("by hand\n", "utf-8")
    for words in ((), ("--yes",)):
        child = undo(written.parent, *words)
        assert ended(child) == 1
        told = child.before.splitlines()
        assert told[-6 + bool(words) :] == [
            *([] if words else [told[-6]]),
            f"x left as it is  {lock}: it was changed since",
            f"    300 lines differ; uv-wizard undo {later} --dry-run shows them",
            "Nothing of this run can be put back now. Nothing was changed.",
            "An earlier run here changed files too. To take that one back:",
            f"  uv-wizard undo {first}",
        ]
        assert words or told[-6].startswith(f"Run {later}, of {written.parent}, started ")
        assert "Put back?" not in child.before
        assert len(told) == 6 - len(words), "the lines that differ are not shown"
    shown = undo(written.parent, later, "--dry-run")
    assert ended(shown) == 1
    assert "+by hand" in shown.before
    assert lock.read_text("utf-8") == "by hand\n"


def test_an_earlier_run_of_which_nothing_is_left_to_put_back_is_not_named(written: Path) -> None:
    run_of(written.parent, (written, "again\n"))
    written.write_text("by hand\n", "utf-8")
    child = undo(written.parent)
    assert ended(child) == 1
    assert "uv-wizard undo" not in child.before.partition("Nothing of this run")[2]


def test_a_short_change_stands_above_the_run_and_the_question_and_is_told_once(written: Path) -> None:
    first, other = min(one.name for one in state.run_folders()), written.with_name("other.txt")
    later = run_of(written.parent, (other, "ours\n"), (written.with_name("more.txt"), "ours\n"))
    other.write_text("by hand\n", "utf-8")
    child = undo(written.parent)
    child.expect_exact("+by hand")
    child.expect_exact(f"Run {later}, of ")
    child.expect_exact(f"x left as it is  {other}: it was changed since")
    child.expect_exact("Put back? y, n [n]: ")
    child.sendline("y")
    assert ended(child) == 1
    assert "by hand" not in child.before
    assert f"1 line differs; uv-wizard undo {later} --dry-run shows it" in child.before
    assert child.before.splitlines()[-2:] == [
        "An earlier run here changed files too. To take that one back:",
        f"  uv-wizard undo {first}",  # without the id it would be the same run once more
    ]


def test_what_a_run_wrote_twice_is_told_once(written: Path) -> None:
    twice = written.with_name("pyproject.toml")
    run_of(written.parent, (twice, "1\n"), (twice, "2\n"))
    child = undo(written.parent)
    child.expect_exact("Put back? y, n [n]: ")
    assert [row for row in child.before.splitlines() if twice.name in row] == [f"+ would be taken away  {twice}"]
    child.sendline("y")
    assert ended(child) == 0
    assert [row for row in child.before.splitlines() if twice.name in row] == [f"+ taken away  {twice}"]


@pytest.mark.parametrize("words", [(), ("--list",)])
def test_no_word_is_cut_at_the_edge_and_no_command(words: tuple[str, ...], written: Path) -> None:
    child = undo(written.parent.parent, *words, columns=40)
    assert ended(child) == 0
    rows = [row for row in child.before.splitlines() if str(written.parent) not in row]
    assert max(map(len, rows)) < 40
    assert words or any(re.fullmatch(r"  uv-wizard undo \d{8}-\d{6}", row) for row in rows)
