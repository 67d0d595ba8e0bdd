"""Somebody who never saw uv: from a machine without it to a verified environment by the Enter key alone, in each language."""

from __future__ import annotations

import os
import re
import shutil
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.run.test_uv_wheel import uv_wheel
from tests.support.index import Index
from tests.support.projects import Project
from tests.terminal.test_tmux import Terminal, wait_for
from wizard.language import _, ngettext, use

pytestmark = [
    pytest.mark.wine_cannot("run tmux"),
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed; .ci/run installs it"),
    pytest.mark.long,
]
LANGUAGES = ("en", "zh-CN", "ko")
LETTERS = {"en": "[a-z]", "zh-CN": "[\u4e00-\u9fff]", "ko": "[\uac00-\ud7a3]"}
MOST_KEYS = 60
Walk = Callable[[Path, str], "list[str]"]


@pytest.fixture
def bare(bare: Path, index: Index, uv: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """And an index that has one."""
    monkeypatch.delenv("UV_CACHE_DIR")
    monkeypatch.setenv("UV_DEFAULT_INDEX", index.url())
    monkeypatch.setenv("PIP_INDEX_URL", index.url())
    index.add(uv_wheel(uv, "0.13.8"))
    return bare


@pytest.fixture
def walk(bare: Path) -> Iterator[Walk]:
    """Enter, and nothing else, at every screen; all that was seen, the last one with the exit code."""
    opened: list[Terminal] = []
    tmux = shutil.which("tmux", path=os.defpath) or "tmux"

    def enter_alone(folder: Path, language: str) -> list[str]:
        use(language)
        argv = [os.fspath(without_uv(bare / "own-python")), "-m", "wizard", str(folder)]
        terminal = Terminal(argv, env={"UV_WIZARD_LANG": language, "LC_ALL": "C.UTF-8"}, tmux=tmux)
        opened.append(terminal)
        seen = [next_screen(terminal, "")]
        for _time in range(MOST_KEYS):
            if re.match(r" [1-6]/8 ", seen[-1]):
                assert not (bare / ".local").exists() or not list((bare / ".local").rglob("uv"))
                assert not (folder / ".venv").exists()
            pressed = terminal.where
            terminal.press("Enter")
            seen.append(next_screen(terminal, pressed))
            if "ended with" in seen[-1]:
                return seen
        raise AssertionError("no end:\n" + seen[-1])

    yield enter_alone
    for terminal in opened:
        terminal.lose()


def without_uv(folder: Path) -> Path:
    """A Python that has what the wizard needs and no uv beside it."""
    import venv  # Windows' own small Python has none, and gathers this file too

    venv.create(folder, with_pip=False)
    (site,) = folder.glob("lib/python*/site-packages")
    paths = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    (site / "needed.pth").write_text("\n".join(dict.fromkeys(paths)) + "\n")
    return folder / "bin" / "python"


def works(count: int) -> str:
    return ngettext("It works: Python and {count} package", "It works: Python and {count} packages", count)


def next_screen(terminal: Terminal, before: str) -> str:
    """The screen once it, or its cursor, asks for something else than before."""
    last = [""]

    def at_rest(now: str) -> bool:
        stands, last[0] = now == last[0], now
        return stands and now != before and asks(now)

    return wait_for(lambda: terminal.where, at_rest, "a button").rpartition("\n")[0]


def asks(screen: str) -> bool:
    """Whether it is whole: a button in row 23, or the end."""
    return "ended with" in screen or (screen.splitlines() + [""] * 24)[22].startswith("  [ ")


def held(seen: list[str], folder: Path, home: Path, language: str, verdict: str) -> None:
    assert "ended with 0" in seen[-1], seen[-1]
    assert any(verdict in screen for screen in seen), "\n".join(seen)
    assert all(re.search(LETTERS[language], screen) for screen in seen)
    assert {number for screen in seen for number in re.findall(r"^ (\d)/8 ", screen)} >= {"1", "6"}
    assert (folder / ".venv").is_dir()
    assert (folder / "uv.lock").is_file()
    assert (home / ".local/bin/uv").is_file()
    assert "env.sh" in seen[-1], "what this terminal has to be told is said last"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_project_with_its_lock(project: Project, bare: Path, walk: Walk, language: str) -> None:
    was = project.pyproject.read_bytes(), project.lock.read_bytes()
    seen = walk(project.path, language)
    held(
        seen,
        project.path,
        bare,
        language,
        works(2),
    )
    assert (project.pyproject.read_bytes(), project.lock.read_bytes()) == was
    assert project.run_python("import alpha; print(alpha.__version__)").strip() == "1.0"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_project_without_a_lock(project: Project, bare: Path, walk: Walk, language: str) -> None:
    project.lock.unlink()
    held(walk(project.path, language), project.path, bare, language, works(2))
    assert project.run_python("import alpha; print(alpha.__version__)").strip() == "1.0"


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_folder(tmp_path: Path, bare: Path, walk: Walk, language: str) -> None:
    folder = tmp_path / "first-steps"
    folder.mkdir()
    held(walk(folder, language), folder, bare, language, _("It works: Python, no packages yet"))
    assert {"pyproject.toml", "main.py", ".python-version", ".gitignore"} <= {one.name for one in folder.iterdir()}
