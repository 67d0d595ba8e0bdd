"""The record of a machine: what every later room may know about it.

`None` is unknown, an empty tuple is none; never a guess. The documented keys are INTERFACE.md's `machine`;
what else is here (`files`, `environment`, ...) lets plan and advice stay pure and is not printed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from wizard.text import end_of

Os = Literal["linux", "windows", "macos"]
Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class Libc:
    """The C library: name `glibc` or `musl`, version such as `2.35`."""

    name: str
    version: str | None


@dataclass(frozen=True)
class Gpu:
    """One device. `vendor` is nvidia, amd, intel or apple; `memory_mib` in MiB."""

    vendor: str
    name: str
    compute_capability: str | None = None
    gfx: str | None = None
    memory_mib: int | None = None
    mig: tuple[str, ...] = ()
    """Names of the MIG devices that this NVIDIA card is split into."""


@dataclass(frozen=True)
class Conda:
    """`active` is the environment's name; `auto_activate` whether base activates by itself."""

    active: str | None
    auto_activate: bool | None
    program: str | None = field(default=None, compare=False)
    """The conda that can be asked to change its settings."""
    version: str | None = field(default=None, compare=False)
    condarc: str | None = field(default=None, compare=False)
    """The file that `conda config --set` writes."""


@dataclass(frozen=True)
class CondaEnvironment:
    """`size_bytes`: what its files take, those that another environment counts too (hard links) once; None unknown."""

    name: str
    path: str
    size_bytes: int | None


@dataclass(frozen=True)
class FoundUv:
    """A uv on this machine, in PATH order; `how` it came, as INTERFACE.md lists. `real`: where its links lead."""

    path: str
    version: str | None
    how: str
    real: str | None = None
    toml_keys: tuple[str, ...] | None = field(default=None, compare=False)
    """The keys of a uv.toml that it was asked for and takes (wizard.machine.uv_keys); None: not known."""


@dataclass(frozen=True)
class UvInShell:
    """What a new shell runs for `uv`: asked of it. `start` is interactive, login or "" (cmd)."""

    shell: str
    start: str
    path: str | None
    """None where it finds none, and where it did not answer; an alias or a function as the shell tells it."""
    why_not: str | None = None
    """Why it did not answer; None where it did."""
    python: str | None = None
    """What it runs for `python`, None for nothing."""
    real: str | None = None
    """Where the links of `path` lead."""


@dataclass(frozen=True)
class UvSource:
    """Where a new uv could come from, asked politely and remembered for a day. None is unknown."""

    newest: str | None
    """The newest release that the index has."""
    versions: tuple[str, ...] = ()
    """All its releases, newest first."""
    installer: bool | None = None
    """Whether the official installer's host answers; asked only where no uv is here."""
    why_not: str | None = None
    """Why the newest is not known, in a few words."""


@dataclass(frozen=True)
class FoundPython:
    """A Python on this machine."""

    path: str
    version: str | None


@dataclass(frozen=True)
class Filesystem:
    """A filesystem that holds one of the folders concerned. `hardlinks` and `reflinks` were tried, not guessed."""

    mount: str
    type: str | None
    free_bytes: int | None
    total_bytes: int | None
    network: bool | None
    hardlinks: bool | None
    reflinks: bool | None
    purposes: tuple[str, ...] = ()
    """Which folders lie here: project, cache, pythons, home."""
    quota_free_bytes: int | None = None
    """What this user's quota leaves, None where there is none or nobody tells."""

    @property
    def room(self) -> int | None:
        """Bytes that this user can still write, None where not known."""
        known = [one for one in (self.free_bytes, self.quota_free_bytes) if one is not None]
        return min(known, default=None)


@dataclass(frozen=True)
class CacheFolder:
    """uv's cache as it lies in its folder. `exists`: and something is in it; `marked`: it carries uv's mark (CACHEDIR.TAG),
    so it is a cache indeed.
    """

    path: str
    exists: bool
    link: bool = False
    marked: bool = False
    hardlinks: bool | None = None
    """Whether a file of it could be hard-linked into the project's folder: tried."""
    reflinks: bool | None = None
    """The same for a clone."""
    moving_from: str | None = None
    """The folder of an older cache whose move to here was cut off."""


@dataclass(frozen=True)
class NetworkFact:
    """Whether the package index answers: `latency_ms` to its first byte, None where it did not; `proxy` masked."""

    latency_ms: float | None
    proxy: str | None = None
    why_not: str | None = None
    """Why it did not answer, in a few words."""


@dataclass(frozen=True)
class MachineFinding:
    """What a probe has to tell beside its fact: an id of failures/causes.toml where one fits, else a name of ours."""

    cause: str
    severity: Severity
    title: str
    explanation: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Machine:
    """A machine as far as it is known. `foreign` is True when it came from `--machine FILE`."""

    os: Os | None = None
    arch: str | None = None
    libc: Libc | None = None
    gpus: tuple[Gpu, ...] | None = None
    nvidia_driver: str | None = None
    rocm: str | None = None
    in_container: bool | None = None
    wsl: bool | None = None
    ssh: bool | None = None
    shell: str | None = None
    conda: Conda | None = None
    uv: tuple[FoundUv, ...] | None = None
    conda_environments: tuple[CondaEnvironment, ...] | None = None
    uv_in_shells: tuple[UvInShell, ...] | None = None
    uv_source: UvSource | None = None
    pythons: tuple[FoundPython, ...] | None = None
    filesystems: tuple[Filesystem, ...] | None = None

    cache: CacheFolder | None = None
    distribution: str | None = None
    """`Ubuntu 22.04`, `Windows 11`, `macOS 14.5`."""
    cpu_count: int | None = None
    user: str | None = None
    host: str | None = None
    """Its name, only where a message to who looks after it is written."""
    home: str | None = None
    visible_devices: Mapping[str, str] = field(default_factory=dict)
    """CUDA_VISIBLE_DEVICES and its kin, where set."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """The variables of this process that concern uv, Python, shells and folders; secrets masked."""
    unusable_paths: Mapping[str, str] = field(default_factory=dict)
    """Variables that name a file or folder which can't be used, each with why (wizard.machine.named_paths)."""
    folders: Mapping[str, str] = field(default_factory=dict)
    """Absolute paths: cache, pythons, uv_bin, config (ours), state (ours), user_uv_toml."""
    files: Mapping[str, bytes | None] = field(default_factory=dict)
    """Bytes of the files that a plan may touch (shell start-up files, uv.toml, our own); None: it does not exist."""
    uv_configs: tuple[tuple[str, bytes], ...] | None = None
    """(path, bytes) of every uv.toml that uv reads here beside a project's own, what wins first."""
    kept_files: Mapping[str, str] = field(default_factory=dict)
    """Of those, the ones that are not ours to write, each with why: `managed by chezmoi`, `read-only`."""
    linked_files: Mapping[str, str] = field(default_factory=dict)
    """Of those, the symbolic links, each with the file it leads to."""
    registry: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Windows: UV_* and Path of HKCU\\Environment, unexpanded, each with its kind (`REG_SZ`, `REG_EXPAND_SZ`)."""
    network: NetworkFact | None = None
    findings: tuple[MachineFinding, ...] = ()
    foreign: bool = False


DOCUMENTED = ("os", "arch", "libc", "gpus", "nvidia_driver", "rocm", "in_container", "wsl", "ssh", "shell",
              "conda", "conda_environments", "uv", "uv_in_shells", "pythons", "filesystems", "distribution",
              "cpu_count")  # fmt: skip


def short(machine: Machine, path: str, most: int | None = None) -> str:
    """The path as people write it, with `~`; its end, which tells more, where it has more than `most` cells."""
    home = machine.home
    told = f"~{path[len(home) :]}" if home and path.startswith((f"{home}/", f"{home}\\")) else path
    return told if most is None else end_of(told, most)


def document(machine: Machine) -> dict[str, Any]:
    """The machine as INTERFACE.md's JSON shape (with `distribution`, `cpu_count` and `uv_newest` beside)."""
    from dataclasses import asdict

    whole = asdict(machine)
    newest = machine.uv_source.newest if machine.uv_source else None
    return {**{key: whole[key] for key in DOCUMENTED}, "uv_newest": newest}
