"""What a sync costs through the wizard, beside uv alone: time, bytes written to the terminal, processor, memory.

    python -m benchmarks.sync [--seconds 20] [--packages 24] [--runs 3] [--requirement torch]

Both on a terminal of 80x24, cold cache, in turn. By default from an index on loopback that sends at a set rate, so that a
sync takes about `--seconds`; with `--requirement` once from the index that uv uses here (torch: 2.8 GiB and more).
Limits: 0.4 s more than uv alone (median), a tenth of one core for screen and supervisor together, a quarter of the bytes
that uv's own bars write, 80 MiB for both. Exits 1 where one is passed. POSIX only: it needs a terminal of its own.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from uv import find_uv_bin

from tests.support.index import Index
from tests.support.projects import Project, make_project
from tests.support.terminal import OnTerminal
from tests.support.wheels import wheel
from wizard.plan.step import Command, Plan, Step
from wizard.run import client, state

REPO = Path(__file__).resolve().parent.parent
LIMITS = {"seconds more": 0.4, "of a core": 0.1, "of uv's bytes": 0.25, "MiB": 80.0}


@dataclass
class Cost:
    """Of one sync. `cpu_s` and `memory` (bytes) are of what the wizard adds: its screen and its supervisor."""

    seconds: float
    written: int
    cpu_s: float = 0.0
    memory: int = 0


class Watched:
    """Processor and memory of some processes, from now until `stop`."""

    def __init__(self, *pids: int) -> None:
        self.cpu_s, self.memory = 0.0, 0
        self._processes = [psutil.Process(pid) for pid in pids]
        self._before = self._cpu()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _cpu(self) -> float:
        return sum(sum(process.cpu_times()[:2]) for process in self._processes)

    def _look(self) -> None:
        while not self._over.wait(0.1):
            try:
                self.cpu_s = self._cpu() - self._before
                self.memory = max(self.memory, sum(process.memory_info().rss for process in self._processes))
            except psutil.NoSuchProcess:
                return

    def stop(self) -> None:
        """Looks no more."""
        self._over.set()
        self._thread.join()


def alone(project: Project) -> Cost:
    """uv with its own bars."""
    fresh(project)
    begin = time.perf_counter()
    terminal = OnTerminal([str(project.uv), "sync", "--locked"], project.env, project.path)
    if terminal.wait():
        sys.exit("uv sync failed")
    return Cost(time.perf_counter() - begin, terminal.written)


def through(project: Project) -> Cost:
    """The same command under the supervisor, with the sync screen following it."""
    fresh(project)
    argv = (str(project.uv), "sync", "--locked")
    command = Command(argv, {"UV_DEFAULT_INDEX": project.registry}, str(project.path), "uv")
    begin = time.perf_counter()
    run = client.start(Plan((Step("sync", "Sync", commands=(command,)),), str(project.path)), project=str(project.path))
    record = state.read_json(run.folder / state.SUPERVISOR)
    if record is None:
        sys.exit("no supervisor")
    watched = Watched(int(record["pid"]))
    screen = OnTerminal(
        [sys.executable, "-m", "wizard", "attach", run.id],
        {**os.environ, "TERM": "xterm-256color", "PYTHONPATH": str(REPO)},
        project.path,
    )
    seeing = Watched(screen.child.pid)
    code = next(event["exit_code"] for batch in client.follow(run) for event in batch if event["type"] == "end")
    seconds = time.perf_counter() - begin
    written = screen.written
    watched.stop()
    seeing.stop()
    while screen.child.poll() is None:
        screen.press(b"\x11")
    if code:
        sys.exit(f"the run failed; see {run.folder}")
    return Cost(seconds, written, watched.cpu_s + seeing.cpu_s, watched.memory + seeing.memory)


def fresh(project: Project) -> None:
    """No environment, no cache, and nothing of the run before still on its way to the disk."""
    shutil.rmtree(project.path / ".venv", ignore_errors=True)
    shutil.rmtree(project.env["UV_CACHE_DIR"], ignore_errors=True)
    os.sync()


@contextmanager
def steady(folder: Path, packages: int, seconds: float) -> Iterator[Project]:
    """A project whose files take so long, all of them over one thin line."""
    sizes = [8_000_000 // (1 + number % 4) for number in range(packages)]
    with Index() as index:
        names = [f"package-{number}" for number in range(packages)]
        index.add(*(wheel(name, size=size) for name, size in zip(names, sizes, strict=True)))
        project = make_project(folder, index, Path(find_uv_bin()), dependencies=names)
        index.line(sum(sizes) / seconds)
        yield project


@contextmanager
def real(folder: Path, requirement: str) -> Iterator[Project]:
    """A project that asks for that, locked with the index in force here."""
    (folder / "real").mkdir()
    path = folder / "real"
    (path / "pyproject.toml").write_text(
        f'[project]\nname = "real"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["{requirement}"]\n'
    )
    uv = Path(find_uv_bin())
    subprocess.run([uv, "lock", "-q"], cwd=path, check=True)
    from wizard.project.lockfile import own_registry
    from wizard.project.read import read_project

    found = read_project(str(path), dict(os.environ))
    yield Project(path, uv, (own_registry(found) if found else None) or "", dict(os.environ))


def tell(mine: list[Cost], own: list[Cost]) -> int:
    """Prints the figures; 1 where a limit is passed."""
    best, bare = min(mine, key=lambda one: one.seconds), min(own, key=lambda one: one.seconds)
    more = statistics.median(one.seconds for one in mine) - statistics.median(one.seconds for one in own)
    figures = {
        "seconds more": more,
        "of a core": best.cpu_s / best.seconds,
        "of uv's bytes": statistics.median(one.written for one in mine) / statistics.median(one.written for one in own),
        "MiB": max(one.memory for one in mine) / 2**20,
    }
    print(f"uv alone            {bare.seconds:8.2f} s  {bare.written:10,} bytes to the terminal")
    print(f"through the wizard  {best.seconds:8.2f} s  {best.written:10,} bytes to the terminal")
    passed = False
    for name, value in figures.items():
        over = value > LIMITS[name]
        passed = passed or over
        print(f"{value:10.3f} {name:15} limit {LIMITS[name]:g}{'   PASSED OVER' if over else ''}")
    return int(passed)


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--seconds", type=float, default=20.0)
    words.add_argument("--packages", type=int, default=24)
    words.add_argument("--runs", type=int, default=3)
    words.add_argument("--requirement")
    given = words.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ |= {"UV_WIZARD_STATE_DIR": str(folder / "state"), "UV_CACHE_DIR": str(folder / "cache")}
        os.environ |= {"UV_PYTHON": sys.executable, "TERM": "xterm-256color"}  # or uv alone draws nothing
        made = real(folder, given.requirement) if given.requirement else steady(folder, given.packages, given.seconds)
        with made as project:
            mine, own = [], []
            for _ in range(given.runs):
                own.append(alone(project))
                mine.append(through(project))
    return tell(mine, own)


if __name__ == "__main__":
    sys.exit(main())
