"""Trees that stand in for another machine's files, and small programs that stand in for its tools."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from wizard.machine.request import ProbeRequest

Program = Callable[[Path, str], Path]
Request = Callable[..., ProbeRequest]


@pytest.fixture
def program() -> Program:
    """Writes a shell script that may be run; `body` is its second line and on."""
    if sys.platform == "win32":
        pytest.skip("a program on Windows is no script")

    def make(path: Path, body: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    return make


@pytest.fixture
def machine_tree(tmp_path: Path) -> Callable[[Mapping[str, str | bytes]], Path]:
    """Writes files below a root of its own."""

    def make(files: Mapping[str, str | bytes]) -> Path:
        root = tmp_path / "root"
        root.mkdir(exist_ok=True)
        for name, content in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return root

    return make


@pytest.fixture
def asked(tmp_path: Path) -> Request:
    """A request about a bare Linux: nothing of this machine but what the words say."""

    def make(
        environment: Mapping[str, str] | None = None, *, root: Path | None = None, **words: object
    ) -> ProbeRequest:
        home = tmp_path / "home"
        home.mkdir(exist_ok=True)
        told = {"HOME": os.fspath(home), **(environment or {})}
        base = root or tmp_path / "empty"
        base.mkdir(exist_ok=True)
        settled = {"project": os.fspath(tmp_path), "os": "linux", "home": os.fspath(home), **words}
        return ProbeRequest(environment=told, root=os.fspath(base), **settled)  # type: ignore[arg-type]

    return make
