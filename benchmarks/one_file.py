"""uv-wizard.pyz beside the installed program: its size, its first start, its later starts. And why it is shiv's, not pex's.

    .venv/bin/python benchmarks/one_file.py [--one-file FILE] [--runs 11] [--without-pex]

All hold the same packages and are started by the same Python, in turns (one of each, then again), and told by their
medians, so that what else the machine does meets all alike. A first start unpacks; each is tried in three new homes.
Exits 1 where a later start of uv-wizard.pyz takes more than 1.3 times the installed program's. Needs a package index.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
PARTS = REPO / "tools" / "one_file_parts"
LIMIT = 1.3
FIRST = 3
COMMANDS = (("--version",), ("doctor", "--json"))


@dataclass
class Candidate:
    """How it is started, and what it took: seconds by command."""

    name: str
    argv: list[str]
    file: Path | None = None
    first: list[float] = field(default_factory=list)
    later: dict[tuple[str, ...], list[float]] = field(default_factory=dict)


def done(argv: Sequence[str | Path], **more: str) -> None:
    said = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", **more}
    subprocess.run(
        [os.fspath(word) for word in argv], check=True, env=said, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )


def venv(folder: Path, *words: str) -> Path:
    base: str = getattr(sys, "_base_executable", sys.executable)
    done([base, "-m", "venv", *words, folder])
    return folder / ("Scripts" if os.name == "nt" else "bin")


def installed(work: Path) -> Candidate:
    programs = venv(work / "installed")
    pip: list[str | Path] = [programs / "python", "-m", "pip", "install", "-q"]
    done([*pip, "--require-hashes", "--no-deps", "-r", PARTS / "requirements.txt"])
    argv: list[str | Path] = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        work,
        REPO,
    ]
    done(argv)
    done([*pip, "--no-deps", next(work.glob("uv_wizard-*.whl"))])
    return Candidate("installed", [os.fspath(programs / "uv-wizard")])


def pexes(work: Path, one_file: Path, python: str) -> list[Candidate]:
    """The same packages, packed by pex in both of its ways."""
    with zipfile.ZipFile(one_file) as archive:
        archive.extractall(
            work / "unpacked", [name for name in archive.namelist() if name.startswith("site-packages/")]
        )
    programs = venv(work / "tools")
    done([programs / "python", "-m", "pip", "install", "-q", "pex"])
    found = []
    for name, words in (("pex", ()), ("pex --venv", ("--venv", "prepend"))):
        out = work / f"{name.replace(' ', '')}.pex"
        source: list[str | Path] = ["-D", work / "unpacked" / "site-packages", "-e", "wizard.__main__:main", "-o", out]
        done([programs / "pex", *words, *source], PEX_ROOT=os.fspath(work / "pex-root"))
        found.append(Candidate(name, [python, os.fspath(out)], out))
    return found


def seconds(one: Candidate, command: tuple[str, ...], home: Path) -> float:
    environment = {
        **{key: value for key, value in os.environ.items() if key not in {"PYTHONPATH", "PYTHONDONTWRITEBYTECODE"}},
        "HOME": os.fspath(home),
        "LOCALAPPDATA": os.fspath(home),
        "XDG_CACHE_HOME": os.fspath(home / "cache"),
        "PEX_ROOT": os.fspath(home / "pex"),
        "UV_WIZARD_STATE_DIR": os.fspath(home / "state"),
    }
    begun = time.perf_counter()
    subprocess.run(
        [*one.argv, *command], env=environment, cwd=home, check=True, stdin=subprocess.DEVNULL, capture_output=True
    )
    return time.perf_counter() - begun


def measure(candidates: list[Candidate], work: Path, runs: int) -> None:
    for number in range(FIRST):
        for one in candidates:
            home = work / f"home-{number}-{one.name.replace(' ', '')}"
            home.mkdir()
            one.first.append(seconds(one, COMMANDS[0], home))
    home = work / "home"
    home.mkdir()
    for command in COMMANDS:
        for one in candidates:
            one.later[command] = []
            seconds(one, command, home)  # unpacks, and fills the caches of Python and of the system
        for _ in range(runs):
            for one in candidates:
                one.later[command].append(seconds(one, command, home))


def told(candidates: list[Candidate]) -> bool:
    """Prints the table; whether the limit is kept."""
    base, ours = candidates[:2]
    heads = [f"later: {' '.join(command)}" for command in COMMANDS]
    print(f"{'':<14}{'MB':>6}{'first start':>13}" + "".join(f"{head:>31}" for head in heads))
    for one in candidates:
        size = f"{one.file.stat().st_size / 1e6:.1f}" if one.file else ""
        line = f"{one.name:<14}{size:>6}{statistics.median(one.first):>11.2f} s"
        for command in COMMANDS:
            took, usual = statistics.median(one.later[command]), statistics.median(base.later[command])
            line += f"{took:>20.3f} s {took / usual:>6.2f}x "
        print(line)
    worst = max(statistics.median(ours.later[one]) / statistics.median(base.later[one]) for one in COMMANDS)
    good = worst <= LIMIT
    print(
        f"{'ok' if good else 'MISSED'}: later starts of {ours.name} at most {worst:.2f}x the installed program's ({LIMIT}x)"
    )
    return good


def main() -> int:
    parser = argparse.ArgumentParser(description="uv-wizard.pyz beside the installed program.")
    parser.add_argument("--one-file", type=Path)
    parser.add_argument("--runs", type=int, default=11)
    parser.add_argument("--without-pex", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        one_file = work / "uv-wizard.pyz"
        if options.one_file is None:
            done([sys.executable, REPO / "tools" / "one_file.py", one_file])
        else:
            shutil.copyfile(options.one_file, one_file)
        python = os.fspath(venv(work / "bare", "--without-pip") / "python")
        candidates = [installed(work), Candidate("uv-wizard.pyz", [python, os.fspath(one_file)], one_file)]
        if not options.without_pex:
            candidates += pexes(work, one_file, python)
        measure(candidates, work, options.runs)
        return 0 if told(candidates) else 1


if __name__ == "__main__":
    sys.exit(main())
