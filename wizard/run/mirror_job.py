"""One sync through mirrors while it goes on: what it was told, and what is still to come from a mirror."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from wizard import credentials
from wizard.credentials import SignIn
from wizard.language import nsaid
from wizard.lists import counted
from wizard.mirrors.uv_network import in_force
from wizard.run.actions import Carrier
from wizard.run.environment import child_environment
from wizard.run.mirror_lock import LockedFile
from wizard.text import masked, one_line


@dataclass
class Job:
    """One sync. `addresses`: lock address -> mirror address, of the files that are still to come from a mirror."""

    carrier: Carrier
    argv: list[str]
    project: Path
    member: str
    """The workspace member that is synced, relative to `project`; "" for the project itself."""
    environment_path: str
    sync_env: dict[str, str | None]
    index: str | None
    """The mirror as an index beside the lock's own: it serves what builds ask for."""
    stand_ins: dict[str, str]
    addresses: dict[str, str] = field(default_factory=dict)
    files: dict[str, LockedFile] = field(default_factory=dict)
    """By lock address."""
    named: list[tuple[str, str]] = field(default_factory=list)
    """(name, address) of the project's own indexes."""

    @property
    def folder(self) -> Path:
        """Where uv is run."""
        return self.project / self.member

    def note(self, text: str) -> None:
        self.carrier.emit("note", text=masked(one_line(text)))

    def options(self) -> list[str]:
        """What was chosen: extras, groups, --no-cache."""
        return [word for word in self.argv[2:] if word != "--locked"]

    def env(self, **more: str) -> dict[str, str | None]:
        index = {"UV_INDEX": self.index} if self.index else {}
        return {**self.sync_env, **index, "UV_PROJECT": None, "UV_WORKING_DIRECTORY": None, **more}

    def whole_env(self) -> dict[str, str]:
        return child_environment(self.carrier.environment, self.env())

    def sign_ins(self) -> tuple[SignIn, ...]:
        """Those of the mirrors, as far as the environment tells."""
        return credentials.known(self.stand_ins.values(), self.whole_env(), self.named)

    @property
    def offline(self) -> bool:
        """Whether the user told uv to ask nobody."""
        return in_force(self.whole_env(), self.project).offline


def count(number: int) -> str:
    return nsaid("{count} package", "{count} packages", number)


def listed(packages: Iterable[tuple[str, str]]) -> str:
    names = [f"{name} {version}".strip() for name, version in sorted(set(packages))]
    return counted(names, 6)
