"""A carrier that runs real commands, as the supervisor does, and keeps what was told."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.projects import Project
from wizard.run.environment import child_environment

_MISLEADING = ("UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS", "UV_FROZEN")


class Carrier:
    """See wizard.run.mirror_sync.Carrier."""

    def __init__(self, run_folder: Path, env: Mapping[str, str]) -> None:
        self.run_folder = run_folder
        self.journal_folder = run_folder / "journal"
        self.run_folder.mkdir(parents=True, exist_ok=True)
        self.environment: Mapping[str, str] = {
            "UV_NO_WRAP": "1",
            **{name: value for name, value in env.items() if name not in _MISLEADING},
        }
        self.events: list[dict[str, Any]] = []
        self.output_tail = ""
        self.commands: list[list[str]] = []
        self.stop = False
        self.dripped = False

    def emit(self, type: str, **fields: Any) -> None:  # noqa: A002 - as the supervisor's
        self.events.append({"type": type, **fields})

    def run_command(
        self, argv: list[str], env: Mapping[str, str | None] | None = None, cwd: str | None = None, *, uv: bool = False,
        least: float | None = None,
    ) -> int:  # fmt: skip
        self.commands.append(argv)
        whole = child_environment(self.environment, env)
        done = subprocess.run(
            argv, cwd=cwd, env=whole, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", check=False
        )
        self.output_tail = done.stdout + done.stderr
        return done.returncode

    def cancelled(self) -> bool:
        return self.stop

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"] == kind]

    @property
    def notes(self) -> str:
        return "\n".join(event["text"] for event in self.of("note"))


def action_for(
    project: Project, *, pypi: str | None = None, pytorch: str | None = None, options: tuple[str, ...] = (), **more: Any
) -> dict[str, Any]:
    """What the plan hands to the mirror sync."""
    return {
        "uv": os.fspath(project.uv),
        "project": os.fspath(project.path),
        "environment_path": os.fspath(project.venv),
        "mirrors": {"pypi": pypi, "pytorch": pytorch},
        "registries": [project.registry],
        "sync_env": {"UV_DEFAULT_INDEX": project.registry},
        "argv": [os.fspath(project.uv), "sync", "--locked", *options],
        **more,
    }


def fingerprint(folder: Path) -> dict[str, str]:
    """Every file of a project by its hash, but for its environment and what Python compiles where a build runs from it."""
    return {
        os.fspath(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not {".venv", "__pycache__"} & set(path.parts)
    }


def user_config(home: Path) -> Path:
    """Where this uv reads its user's uv.toml, with the home of tests/conftest.py."""
    return home / ("AppData/Roaming/uv" if os.name == "nt" else ".config/uv")
