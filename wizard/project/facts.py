"""The record of a project: what pyproject.toml, uv.lock and .python-version say, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wizard.machine.facts import MachineFinding


@dataclass(frozen=True)
class LockedPackage:
    """One `[[package]]` of uv.lock; the sizes are those of its files, in bytes, where the index told them."""

    name: str
    version: str | None
    registry: str | None
    """The registry string letter for letter, None for git, path, editable, virtual and direct URL sources."""
    source: Mapping[str, Any] = field(default_factory=dict)
    wheels: tuple[Mapping[str, Any], ...] = ()
    sdist: Mapping[str, Any] | None = None
    dependencies: tuple[Mapping[str, Any], ...] = ()
    optional_dependencies: Mapping[str, tuple[Mapping[str, Any], ...]] = field(default_factory=dict)
    group_dependencies: Mapping[str, tuple[Mapping[str, Any], ...]] = field(default_factory=dict)
    """`[package.dev-dependencies]`: by dependency group."""

    @property
    def installs(self) -> bool:
        """Whether it is ever installed: a project that is no package itself stands in its own lock and never is."""
        return "virtual" not in self.source


@dataclass(frozen=True)
class Lock:
    """uv.lock, read and never written. `registries` in order of first appearance."""

    registries: tuple[str, ...]
    packages: tuple[LockedPackage, ...]
    revision: int | None
    requires_python: str | None
    supported: tuple[str, ...] = ()
    """Markers of the only environments that it was made for (`tool.uv.environments`); none: for all."""

    @property
    def count(self) -> int:
        """How many packages it names that are ever installed; one that it holds in several versions, each for other machines,
        is one: no machine takes two.
        """
        return len({package.name for package in self.packages if package.installs})

    @property
    def versions(self) -> dict[str, str]:
        """Version by name, of what is in it once: of several with one name nobody knows which one a machine takes."""
        found: dict[str, set[str]] = {}
        for package in self.packages:
            found.setdefault(package.name, set()).add(package.version or "")
        return {name: version for name, (version, *more) in found.items() if version and not more}

    @property
    def sizes(self) -> dict[str, int]:
        """Bytes of each package's file where the lock tells them, by `name==version`; the largest wheel counts."""
        found: dict[str, int] = {}
        for package in self.packages:
            told = [entry["size"] for entry in package.wheels if isinstance(entry.get("size"), int)]
            if told and package.version:
                found[f"{package.name}=={package.version}"] = max(told)
        return found


@dataclass(frozen=True)
class TorchFacts:
    """Torch in this project. `offers`: variant -> the extra or group that gives it."""

    declared: bool
    requirement: str | None
    """The specifier that the project asks for, such as `>=2.9`; None: any, or not declared."""
    locked_version: str | None
    locked_local: str | None
    registry: str | None
    offers: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """`{"cu126": ("extra", "cu126")}`; the kind is `extra` or `group`."""
    family: tuple[str, ...] = ()
    """torchvision, torchaudio, ... where the project asks for them."""
    pins: tuple[str, ...] = ()
    """What it asks of torchvision and torchaudio, as requirements: each of their releases goes with one torch."""
    wishes: tuple[str, ...] = ()
    """What it asks of torch, as requirements with their markers; `requirement` is these without markers."""


@dataclass(frozen=True)
class Project:
    """A project folder: the workspace root where the folder given is a member's."""

    path: str
    member: str = ""
    """The workspace member that the folder given lies in, relative to `path` with `/`; "": none, the root itself is meant."""
    name: str | None = None
    requires_python: str | None = None
    python_version_file: str | None = None
    """The first line of .python-version."""
    extras: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    default_groups: tuple[str, ...] = ("dev",)
    members: tuple[str, ...] = ()
    required_uv: str | None = None
    """`[tool.uv] required-version`."""
    indexes: tuple[Mapping[str, Any], ...] = ()
    """`[[tool.uv.index]]` tables (project's uv.toml first where there is one)."""
    sources: Mapping[str, Any] = field(default_factory=dict)
    torch: TorchFacts | None = None
    lock: Lock | None = None
    has_lock: bool = False
    choices: object = field(default_factory=dict)
    """`[tool.uv-wizard]` as it stands, a table or not; checked by wizard.choices."""
    environment_path: str = ""
    """Where the environment is or will be: `.venv`, or UV_PROJECT_ENVIRONMENT."""
    roomy: bool | None = None
    """Whether this user may make a folder beside the project's (for a cache on the same disk)."""
    member_files: Mapping[str, bytes] = field(default_factory=dict)
    """Bytes of the workspace members' pyproject.toml, by their path relative to the root with `/`."""
    files: Mapping[str, bytes | None] = field(default_factory=dict)
    """Bytes of pyproject.toml, uv.lock, uv.toml and .python-version by absolute path; None: it does not exist."""
    findings: tuple[MachineFinding, ...] = ()
    first_index: str | None = None
    """The default index that the environment names, without a sign-in: for a lock that names none, or is still to be made."""

    @property
    def readable(self) -> bool:
        """Whether pyproject.toml is TOML: else nobody knows what the project needs."""
        return not any(one.cause == "project-invalid" for one in self.findings)

    @property
    def folder(self) -> str:
        """Where uv is run: in a workspace member it makes the environment of that member."""
        if not self.member:
            return self.path
        separator = "\\" if "\\" in self.path and "/" not in self.path else "/"
        return separator.join([self.path.rstrip(separator), *self.member.split("/")])

    def file(self, name: str) -> tuple[str, bytes | None]:
        """Path and bytes of one of `files`; where it is not among them, where it would lie, and None."""
        for path, data in self.files.items():
            if path.replace("\\", "/").rpartition("/")[2] == name:
                return path, data
        separator = "\\" if "\\" in self.path and "/" not in self.path else "/"
        return f"{self.path.rstrip(separator)}{separator}{name}", None
