"""Records what a uv prints, on a terminal and through a pipe: `python -m tests.run.recordings.record UV...` (POSIX).

Each UV is a path of a uv binary. Paths of the machine that records are replaced, so that the files are the same anywhere.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from tests.support import handler
from tests.support.index import Cut, Index, Status
from tests.support.projects import make_project
from tests.support.wheels import sdist, wheel
from wizard.run import terminal

HERE = Path(__file__).parent


def record(argv: list[str], cwd: Path, env: Mapping[str, str], *, on_terminal: bool) -> bytes:
    child = terminal.start(argv, env, str(cwd), terminal=on_terminal)
    pieces = []
    while (piece := child.read(1)) != b"":
        pieces.append(piece or b"")
    child.wait()
    return b"".join(pieces)


def scenes(uv: Path, base: Path) -> Iterator[tuple[str, bytes]]:
    """(name, bytes): a fresh sync on a terminal and through a pipe, one that changes something, and three that go wrong."""
    env = {**os.environ, "UV_PYTHON": sys.executable, "UV_PYTHON_DOWNLOADS": "never", "UV_NO_WRAP": "1"}
    env |= {"HOME": str(base), "TERM": "xterm-256color"}
    with Index() as index:
        index.add(wheel("alpha", "1.0", requires=["beta>=1"], size=1_500_000), wheel("beta", "1.1", size=300_000))
        index.add(wheel("gamma", "2.0", size=2_500_000), wheel("gamma", "1.0"), sdist("sigma", "3.0"))
        index.add(wheel("delta-with-a-rather-long-name", "1.0+cu126"))
        for name, rate in (("alpha", 3_000_000), ("gamma", 4_000_000), ("beta", 900_000)):
            index.rate(name, rate)
        wanted = ["alpha", "gamma", "delta-with-a-rather-long-name", "sigma"]
        project = make_project(base, index, uv, dependencies=wanted, env=env)
        env["UV_DEFAULT_INDEX"] = index.url()
        sync = [str(uv), "sync", "--locked"]

        def fresh(*, on_terminal: bool = True, cache: str = "cache") -> bytes:
            shutil.rmtree(project.venv, ignore_errors=True)
            shutil.rmtree(base / cache, ignore_errors=True)
            variables = {**env, "UV_CACHE_DIR": str(base / cache)}
            return record(sync, project.path, variables, on_terminal=on_terminal)

        yield "terminal", fresh()
        yield "pipe", fresh(on_terminal=False)
        pip = {**env, "UV_CACHE_DIR": str(base / "cache")}
        for words in (["install", "gamma==1.0"], ["uninstall", "beta"]):
            done = [str(uv), "pip", words[0], "--quiet", "--python", str(project.python), words[1]]
            subprocess.run(done, env=pip, cwd=project.path, check=True)
        yield "change", record(sync, project.path, pip, on_terminal=True)
        yield "nothing", record(sync, project.path, pip, on_terminal=True)
        index.fault("alpha-1.0", Cut(500_000, times=1))
        yield "cut", fresh()
        index.fault("alpha-1.0", Status(404))
        yield "missing", fresh()
        index.heal("alpha-1.0")
        env["UV_LINK_MODE"] = "hardlink"
        with tempfile.TemporaryDirectory(dir="/dev/shm") as elsewhere:
            (base / "far").symlink_to(elsewhere)
            yield "warning", record(sync, _without(project.venv), {**env, "UV_CACHE_DIR": elsewhere}, on_terminal=True)


def sizeless(uv: Path, base: Path) -> Iterator[tuple[str, bytes]]:
    """An index that tells no sizes, neither on its pages nor with its files."""
    told = handler.Handler.send_header

    def silent(self: BaseHTTPRequestHandler, name: str, value: str) -> None:
        if name == "Content-Length" and self.command == "GET" and self.path.endswith(".whl"):
            self.close_connection = True
            name, value = "Connection", "close"
        told(self, name, value)

    handler.Handler.send_header = silent  # type: ignore[method-assign,assignment] # this script is its own process
    env = {**os.environ, "UV_PYTHON": sys.executable, "UV_NO_WRAP": "1", "HOME": str(base), "TERM": "xterm-256color"}
    with Index() as index:
        index.ranges = False
        index.add(wheel("alpha", "1.0", requires=["beta>=1"], size=600_000), wheel("beta", "1.1"), size=False)
        index.rate("alpha", 1_000_000)
        project = make_project(base, index, uv, env=env)
        env |= {"UV_DEFAULT_INDEX": index.url(), "UV_CACHE_DIR": str(base / "cache")}
        yield "sizeless", record([str(uv), "sync", "--locked"], project.path, env, on_terminal=True)
    handler.Handler.send_header = told  # type: ignore[method-assign] # as it was


def _without(venv: Path) -> Path:
    shutil.rmtree(venv, ignore_errors=True)
    return venv.parent


def main(binaries: list[str]) -> None:
    for name in list(os.environ):
        if name.startswith(("UV_", "VIRTUAL_ENV")):
            del os.environ[name]
    for binary in binaries:
        said = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True)
        version = said.stdout.split()[1]
        for make in (scenes, sizeless):
            with tempfile.TemporaryDirectory() as base:
                for scene, data in make(Path(binary), Path(base).resolve()):
                    neutral = data.replace(sys.executable.encode(), b"/usr/bin/python3")
                    (HERE / f"{version}-{scene}.bin").write_bytes(neutral)


if __name__ == "__main__":
    main(sys.argv[1:])
