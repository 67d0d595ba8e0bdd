"""uv's answer to a question: what it says, and never longer than it or its asker lives."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from wizard.run.dry_run import told

SAYS = "import sys; sys.stderr.buffer.write('✓ Would download 3 packages\\n'.encode() * 9000); sys.exit({code})"
LEAVES = (
    "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(30)']); "
    "sys.stderr.write('told'); sys.stderr.flush()"
)


def asked(code: str, folder: Path, **more: object) -> str | None:
    return told([sys.executable, "-c", code], folder, dict(os.environ), **more)  # type: ignore[arg-type]


@pytest.mark.same_everywhere
def test_all_of_it_is_told_and_nothing_of_a_failure(tmp_path: Path) -> None:
    found = asked(SAYS.format(code=0), tmp_path)
    assert found is not None
    assert found.count("✓ Would download 3 packages\n") == 9000
    assert asked(SAYS.format(code=2), tmp_path) is None
    assert told([str(tmp_path / "none")], tmp_path, {}) is None


def test_a_program_that_was_left_behind_is_not_waited_for(tmp_path: Path) -> None:
    begun = time.monotonic()
    assert asked(LEAVES, tmp_path) == "told"
    assert time.monotonic() - begun < 25  # it lives for 30


def test_nobody_waits_any_more(tmp_path: Path) -> None:
    begun = time.monotonic()
    assert asked("import time; time.sleep(60)", tmp_path, stopped=lambda: True) is None
    assert time.monotonic() - begun < 50
