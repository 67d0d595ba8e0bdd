"""The command line in a process of its own, and its events."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def wizard(*argv: str, cwd: Path | None = None, check: int | None = 0) -> subprocess.CompletedProcess[str]:
    """Runs the command; fails with what it printed unless it exits with `check` (None: any), and on any traceback."""
    done = subprocess.run(
        [sys.executable, "-m", "wizard", *argv],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=110,
    )
    assert "Traceback" not in done.stderr, done.stderr
    if check is not None:
        assert done.returncode == check, (done.stdout, done.stderr)
    return done


def inside(*argv: str, check: int | None = 0) -> subprocess.CompletedProcess[str]:
    """The same in this process, which has its imports: for tests of what a command says and writes."""
    from wizard.cli.main import main

    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(list(argv))
    done = subprocess.CompletedProcess(argv, code, out.getvalue(), err.getvalue())
    assert check is None or code == check, (done.stdout, done.stderr)
    return done


def events(text: str) -> list[dict[str, Any]]:
    """Each line of `--json`."""
    return [json.loads(line) for line in text.splitlines()]


def of(found: Sequence[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    """Those of one type."""
    return [event for event in found if event["type"] == kind]
