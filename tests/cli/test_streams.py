"""Streams that are closed, full or no longer read, and a folder that is gone: a code and a line, never another's place."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command import ROOT

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell closes the streams"),
    pytest.mark.wine_cannot("run a POSIX shell"),
]


def shell(script: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """`script` in sh, where `wizard` is the command."""
    return subprocess.run(
        ["sh", "-c", f'wizard() {{ "{sys.executable}" -m wizard "$@"; }}; {script}'],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    "script, code, out, err",
    [
        ("wizard --version >&-", 0, "", ""),
        ("wizard undo --list --json 2>&-", 0, "runs", ""),
        ("wizard diagnose none 2>&-", 2, "", ""),  # the complaint does not take the document's place
        ("wizard diagnose none >&-", 2, "", "cannot be read"),
        ("wizard --plain <&-", 4, "start", "input ended"),
        ("wizard --version | :", 0, "", ""),
        ("mkdir gone; cd gone; rmdir ../gone; wizard plan", 2, "", "not there any more"),
        ("mkdir gone; cd gone; rmdir ../gone; wizard undo --list", 0, "No run", ""),
    ],
)
def test_closed_streams_and_a_folder_that_is_gone(tmp_path: Path, script: str, code: int, out: str, err: str) -> None:
    done = shell(script, tmp_path)
    assert (done.returncode, "Traceback" in done.stderr) == (code, False), done
    assert out in done.stdout if out else done.stdout == ""
    assert err in done.stderr if err else done.stderr == ""
    assert done.stderr.count("\n") == bool(err)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="/dev/full, the disk that is full, is Linux's alone")
def test_a_full_disk_takes_no_output(tmp_path: Path) -> None:
    done = shell("wizard --version > /dev/full", tmp_path)
    assert done.returncode == 1
    assert done.stderr == f"uv-wizard: what there is to tell could not be written: {os.strerror(28)}\n"


def test_who_stops_reading_is_told_the_end_by_the_code(tmp_path: Path) -> None:
    """`head` has gone after the first event; the run is waited for, and its code is the truth."""
    (tmp_path / "pyproject.toml").write_text(
        "[project]\nname = 'demo'\nversion = '1'\nrequires-python = '>=3.10'\ndependencies = ['nothing-of-that-name']\n"
    )
    (tmp_path / "uv.lock").write_text("version = 1\nrevision = 3\nrequires-python = '>=3.10'\n")
    done = shell("{ wizard sync --json; echo $? >&2; } | head -n 1", tmp_path)
    assert json.loads(done.stdout)["type"] == "run"
    assert done.stderr == "1\n"
