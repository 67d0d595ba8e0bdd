"""What a look at a machine starts from, and what a probe answers."""

from __future__ import annotations

import ntpath
import os
import posixpath
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from wizard.machine.facts import MachineFinding, Os


def own_os() -> Os:
    """The system that this process runs on."""
    if sys.platform == "win32":
        return "windows"
    return "macos" if sys.platform == "darwin" else "linux"


@dataclass(frozen=True)
class ProbeRequest:
    """What to look at. `root` and `os` are for trees that stand in for another machine's; nothing else sets them."""

    project: str | None = None
    """The project's folder; it need not exist."""
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    home: str | None = None
    """None: the one that the environment names, else the account's."""
    index_url: str | None = None
    """The package index to try: the lock's own registry, letter for letter."""
    network: bool = False
    """Whether to ask that index at all."""
    newest: bool = False
    """Whether to ask the package index for the newest uv; `network` does so too."""
    shells: bool = False
    """Whether to start the user's shells and ask them which uv they run."""
    root: str = os.sep
    os: Os = field(default_factory=own_os)

    @cached_property
    def variables(self) -> Mapping[str, str]:
        """The environment; with names in capitals on Windows, which does not tell `Path` from `PATH`."""
        if self.os != "windows":
            return self.environment
        return {name.upper(): value for name, value in self.environment.items()}

    def get(self, name: str) -> str | None:
        """A variable of the environment, None where it is not set or empty."""
        return self.variables.get(name) or None

    @property
    def home_folder(self) -> str:
        """The user's home, as uv finds it: the variable first."""
        named = self.home or self.get("USERPROFILE" if self.os == "windows" else "HOME")
        return named or os.path.expanduser("~")

    @property
    def search_path(self) -> tuple[str, ...]:
        """The folders of PATH in order, each once; relative ones are left out, for they name no place."""
        separator = ";" if self.os == "windows" else ":"
        entries = (entry.strip('"') for entry in (self.get("PATH") or "").split(separator))
        return tuple(dict.fromkeys(entry for entry in entries if self.paths.isabs(entry)))

    @property
    def paths(self) -> Any:
        """`ntpath` or `posixpath`: how that system writes paths."""
        return ntpath if self.os == "windows" else posixpath

    def at(self, path: str) -> Path:
        """A file of the system, `proc/version` say, below `root`."""
        return Path(self.root, path)

    def text(self, path: str, limit: int = 65_536) -> str:
        """The first bytes of such a file as text, `""` where it cannot be read."""
        try:
            with self.at(path).open("rb") as file:
                return file.read(limit).decode("utf-8", "replace")
        except OSError:
            return ""


@dataclass(frozen=True)
class Answer:
    """What a probe found: fields of `Machine`, and what else there is to tell."""

    facts: Mapping[str, Any] = field(default_factory=dict)
    findings: tuple[MachineFinding, ...] = ()
