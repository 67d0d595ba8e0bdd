"""How long until something is there: `uv-wizard --version`, and the first screen in a real terminal.

    .venv/bin/python benchmarks/startup.py [PROJECT] [--runs 15]

Both are measured against the least that Python and Textual can do, in turns (one of each, then again), and by their
medians: what else the machine does then meets both alike. Exits 1 where a limit is missed. The limits:

- `python -m wizard --version` takes at most 0.25 s more than `python -c pass`;
- the wizard's first paint with words in it comes after at most 1.25 times what an empty Textual app needs for its
  first, blank paint. A paint is over when the last of the terminal's 24 rows has been written.

PROJECT: what the wizard is opened on (default: an empty folder). Not on Windows: there is no pty to watch.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import pexpect

REPO = Path(__file__).resolve().parent.parent
ROWS, COLUMNS = 24, 80
PATIENCE = 30.0

EMPTY_APP = "from textual.app import App; App().run()"
# A paint goes row by row, and the last row is the end of it.
LAST_ROW = re.compile(rb"\x1b\[%d;1H" % ROWS)
CONTROL = re.compile(rb"\x1b\[[0-9;?<>=]*[ -/]*[@-~]|\x1b\][^\x07]*\x07")
WORDS = re.compile(rb"[^\W\d_]{3,}|[\x80-\xff]{6,}")


@dataclass(frozen=True)
class Paint:
    """Seconds from the start of the process to the end of the first paint, and of the first that has words in it."""

    blank: float
    words: float | None


def environment(state: str) -> dict[str, str]:
    return {**os.environ, "UV_WIZARD_STATE_DIR": state, "PYTHONPATH": os.fspath(REPO), "TERM": "xterm-256color"}


def version_seconds(arguments: list[str], env: dict[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, *arguments], cwd=REPO, env=env, check=True, stdin=subprocess.DEVNULL, capture_output=True
    )
    return time.perf_counter() - start


def paint_seconds(arguments: list[str], env: dict[str, str], *, words: bool) -> Paint:
    """Starts a program in a terminal, ends it at the paint that was asked for."""
    start = time.perf_counter()
    child: pexpect.spawn[bytes] = pexpect.spawn(
        sys.executable, arguments, dimensions=(ROWS, COLUMNS), cwd=os.fspath(REPO), env=env, timeout=PATIENCE
    )
    seen, painted = b"", 0
    blank: float | None = None
    try:
        while time.perf_counter() - start < PATIENCE:
            try:
                seen += child.read_nonblocking(1 << 16, PATIENCE)
            except (pexpect.EOF, pexpect.TIMEOUT):
                break
            now = time.perf_counter() - start
            rows = [found.end() for found in LAST_ROW.finditer(seen)]
            if len(rows) <= painted:
                continue
            painted = len(rows)
            blank = now if blank is None else blank
            if not words or WORDS.search(CONTROL.sub(b"", seen)):
                return Paint(blank, now if words else None)
    finally:
        child.close(force=True)
    raise SystemExit(f"no paint came from {arguments}; the terminal got:\n{seen.decode('utf-8', 'replace')}")


def against(what: str, ours: list[float], theirs: list[float], limit: str, *, good: bool) -> None:
    a, b = statistics.median(ours), statistics.median(theirs)
    verdict = f"{'ok    ' if good else 'MISSED'} ({limit})" if limit else ""
    print(f"{what:<44} {a:7.3f} s   {b:7.3f} s   {a - b:+7.3f} s   {a / b:5.2f}x   {verdict}")


def main() -> int:
    parser = argparse.ArgumentParser(description="How long until something is there.")
    parser.add_argument("project", nargs="?", type=Path)
    parser.add_argument("--runs", type=int, default=15)
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        env = environment(folder)
        project = os.fspath((options.project or Path(folder)).resolve())
        version: list[float] = []
        bare: list[float] = []
        wizard: list[Paint] = []
        empty: list[Paint] = []
        for run in range(options.runs + 1):
            one = version_seconds(["-m", "wizard", "--version"], env), version_seconds(["-c", "pass"], env)
            two = (
                paint_seconds(["-m", "wizard", project], env, words=True),
                paint_seconds(["-c", EMPTY_APP], env, words=False),
            )
            if run:  # the first fills the caches of the system and of Python
                version.append(one[0])
                bare.append(one[1])
                wizard.append(two[0])
                empty.append(two[1])

    words = [paint.words for paint in wizard if paint.words is not None]
    blank = [paint.blank for paint in empty]
    quick = statistics.median(version) - statistics.median(bare) <= 0.25
    soon = statistics.median(words) / statistics.median(blank) <= 1.25
    print(f"{f'median of {options.runs}':<44} {'ours':>9}   {'theirs':>9}   {'more':>9}   ratio")
    against("--version, and python -c pass", version, bare, "at most 0.25 s more", good=quick)
    against("first paint, and an empty app's", [paint.blank for paint in wizard], blank, "", good=True)
    against("first paint with words, and an empty app's", words, blank, "at most 1.25x", good=soon)
    return 0 if quick and soon else 1


if __name__ == "__main__":
    sys.exit(main())
