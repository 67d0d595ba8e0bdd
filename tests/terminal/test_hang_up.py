"""A terminal that ends without a word: no signal reaches a program that is not in its session."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.support.projects import Project
from wizard.run import client

if sys.platform == "win32":
    pytest.skip("Windows has no pseudo-terminals of this kind", allow_module_level=True)

import pty

ROOT = Path(__file__).parents[2]
PAINTED = b"1/8 start"


def test_a_terminal_that_is_gone_ends_the_wizard(project: Project) -> None:
    mine, its = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "wizard", str(project.path)],
        stdin=its,
        stdout=its,
        stderr=its,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"},
        start_new_session=True,
    )
    os.close(its)
    giving_up = threading.Timer(60, child.kill)
    giving_up.start()
    try:
        seen = b""
        while PAINTED not in seen:
            seen += os.read(mine, 4096)
        os.close(mine)
        assert child.wait(60) == 128 + 1
    finally:
        giving_up.cancel()
        child.kill()
    assert client.runs() == []
