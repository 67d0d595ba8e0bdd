"""What a slow line pays: bytes written to the terminal for the whole way, for a screen, for a key, for a second of sync.

    python -m benchmarks.terminal [--seconds 20] [--packages 24]

Three times the same project from a cold cache, from an index on loopback that sends so that a sync takes about `--seconds`:
uv alone with its own bars, the wizard from its first screen to the verified end by Enter, and the same with
`--low-bandwidth`. Each on a real pseudo-terminal of 80x24, in truecolor. A second of sync is counted at rest: no key is
pressed while it runs, and the two seconds at its beginning and the one at its end, where a screen changes, are left out.

Exits 1 where a limit is passed: 2 KB a second of sync and 1000 bytes for Tab, Shift+Tab, Up or Down on any screen; nothing at
all on a screen where nothing is under way; with `--low-bandwidth` half of what the same second costs without.
POSIX only: it needs a terminal of its own.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.sync import fresh, steady
from tests.support.projects import Project
from tests.support.terminal import OnTerminal

REPO = Path(__file__).resolve().parent.parent
SCREENS = ("start", "uv", "settings", "mirrors", "torch", "review")
TITLES = {
    "start": "This machine and", "uv": "uv: the program", "settings": "Settings: where", "mirrors": "Mirrors: where",
    "torch": "torch: the variant", "review": "Review: what",
}  # fmt: skip
KEYS = (("Tab", b"\t"), ("Shift+Tab", b"\x1b[Z"), ("Up, into a list", b"\x1b[A"), ("Up", b"\x1b[A"), ("Down", b"\x1b[B"),
        ("Space", b" "), ("F1", b"\x1bOP"), ("Esc from F1", b"\x1b"))  # fmt: skip
SHEETS = ("F1", "Esc from F1", "Space")
"""Keys that draw more than a focus: told, without a limit."""
ENTER, GO_ON, QUIT = b"\r", b"\x0e", b"\x11"

MOST_PER_SECOND, MOST_PER_KEY, MOST_WHEN_STILL, MOST_OF_USUAL = 2048.0, 1000, 0, 0.5
SETTLED_S, STILL_S, ANSWERED_S = 2.0, 4.0, 0.5
"""Seconds without a byte after which a screen counts as drawn; for which it has to be still; after which a key is answered."""
HEAD_S, TAIL_S = 2.0, 1.0
"""Seconds at the beginning and the end of a sync in which other things are drawn too."""


@dataclass
class Written:
    """Bytes of one way. `second`: mean of a second of sync, `worst`: the second with the most."""

    screens: dict[str, int] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)
    still: dict[str, int] = field(default_factory=dict)
    second: float = 0.0
    worst: int = 0
    whole: int = 0
    first: int = 0
    """The first picture, until all facts stand."""


def of_a_second(terminal: OnTerminal, begin: float, end: float) -> tuple[float, int]:
    """Mean and most of the bytes of a second between two times of perf_counter."""
    begin, end = begin + HEAD_S, max(begin + HEAD_S + 1, end - TAIL_S)
    seconds = [0] * int(end - begin)
    for at, piece in terminal.pieces:
        if 0 <= int(at - begin) < len(seconds) and at >= begin:
            seconds[int(at - begin)] += len(piece)
    return sum(seconds) / len(seconds), max(seconds)


def alone(project: Project, env: dict[str, str]) -> Written:
    """uv with its own bars."""
    fresh(project)
    begin = time.perf_counter()
    terminal = OnTerminal([str(project.uv), "sync", "--locked"], {**project.env, **env}, project.path)
    if terminal.wait():
        sys.exit(f"uv sync failed:\n{terminal.text()}")
    second, worst = of_a_second(terminal, begin, time.perf_counter())
    return Written(second=second, worst=worst, whole=terminal.written)


def through(project: Project, env: dict[str, str], *options: str) -> Written:
    """From the first screen to the verified end by Enter, and once more to the review for what the other keys cost."""
    fresh(project)
    found = Written()
    with opened(project, env, *options) as terminal:
        for name in SCREENS:
            before = terminal.written
            _to(terminal, name, ENTER)
            found.screens[name] = terminal.written - before
            found.still[name] = terminal.quiet(STILL_S, limit=STILL_S)
        _sync(terminal, found)
        found.whole = terminal.written
    with opened(project, env, *options) as terminal:
        for name in SCREENS:
            _to(terminal, name, GO_ON)
            for key, typed in KEYS:
                terminal.send(typed)
                found.keys[f"{key} on {name}"] = terminal.quiet(ANSWERED_S)
        terminal.send(QUIT)
        terminal.wait()
    return found


@contextmanager
def opened(project: Project, env: dict[str, str], *options: str) -> Iterator[OnTerminal]:
    argv = [sys.executable, "-m", "wizard", os.fspath(project.path), *options]
    terminal = OnTerminal(argv, {**os.environ, **env, "PYTHONPATH": os.fspath(REPO)}, project.path)
    try:
        yield terminal
    finally:
        terminal.close()


def _to(terminal: OnTerminal, name: str, by: bytes) -> None:
    place = len(terminal.pieces)
    if name != SCREENS[0]:
        terminal.send(by)
    terminal.until(TITLES[name], since=0 if name == SCREENS[0] else place)
    terminal.quiet(SETTLED_S)


def _sync(terminal: OnTerminal, found: Written) -> None:
    before, place = terminal.written, len(terminal.pieces)
    terminal.send(ENTER)
    terminal.until("7/8 sync", since=place)
    begin = terminal.until(" %", since=place)
    found.screens["sync"] = terminal.written - before
    end = terminal.until("8/8 verify", since=place, limit=600.0)
    found.second, found.worst = of_a_second(terminal, begin, end)
    before, place = terminal.written, len(terminal.pieces)
    terminal.until("Finish", since=place, limit=120.0)
    terminal.quiet(SETTLED_S)
    found.screens["verify"] = terminal.written - before
    found.still["the end"] = terminal.quiet(STILL_S, limit=STILL_S)
    terminal.send(ENTER)
    if terminal.wait():
        sys.exit(f"the wizard failed:\n{terminal.text()[-4000:]}")


def tell(bare: Written, usual: Written, low: Written) -> int:
    """Prints the figures; 1 where a limit is passed."""
    print(f"{'bytes to the terminal':<34}{'uv alone':>12}{'wizard':>12}{'--low-bandwidth':>18}")
    rows: list[tuple[str, float | None, float, float, float | None]] = [
        ("the whole way", bare.whole, usual.whole, low.whole, None),
        ("a second of sync, mean", bare.second, usual.second, low.second, MOST_PER_SECOND),
        ("a second of sync, the worst", bare.worst, usual.worst, low.worst, None),
    ]
    rows += [(f"to the screen {name}", None, usual.screens[name], low.screens[name], None) for name in usual.screens]
    rows += [(f"still: {name}", None, usual.still[name], low.still[name], MOST_WHEN_STILL) for name in usual.still]
    rows += [
        (name, None, usual.keys[name], low.keys[name], None if name.startswith(SHEETS) else MOST_PER_KEY)
        for name in usual.keys
    ]
    passed = False
    for name, own, one, other, limit in rows:
        over = limit is not None and max(one, other) > limit
        passed = passed or over
        told = "" if limit is None else f"   limit {limit:g}{'   PASSED OVER' if over else ''}"
        print(f"{name:<34}{'' if own is None else f'{own:,.0f}':>12}{one:>12,.0f}{other:>18,.0f}{told}")
    share = low.second / usual.second
    print(f"{'--low-bandwidth of the usual':<34}{share:>42.2f}   limit {MOST_OF_USUAL:g}", end="")
    over = share > MOST_OF_USUAL
    print("   PASSED OVER" if over else "")
    return int(passed or over)


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--seconds", type=float, default=20.0)
    words.add_argument("--packages", type=int, default=24)
    given = words.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "home").mkdir()
        env = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8", "SHELL": "/bin/bash"}
        env |= {"HOME": str(folder / "home"), "UV_WIZARD_LANG": "en"}
        os.environ |= {"UV_WIZARD_STATE_DIR": str(folder / "state"), "UV_CACHE_DIR": str(folder / "cache")}
        os.environ |= {"UV_PYTHON": sys.executable, "UV_PYTHON_DOWNLOADS": "never"}
        os.environ.pop("NO_COLOR", None)
        with steady(folder, given.packages, given.seconds) as project:
            bare = alone(project, env)
            usual = through(project, env)
            low = through(project, env, "--low-bandwidth")
    return tell(bare, usual, low)


if __name__ == "__main__":
    sys.exit(main())
