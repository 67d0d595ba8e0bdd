"""What kind of machine this is: system, processor, C library, distribution, container, WSL, SSH, and its variables."""

from __future__ import annotations

import getpass
import os
import platform
import re
import shlex
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from wizard import catalog
from wizard.machine import folders
from wizard.machine.child import ask
from wizard.machine.facts import Libc
from wizard.machine.request import Answer, ProbeRequest
from wizard.machine.telling import finding
from wizard.text import masked

_ARCHES = {"amd64": "x86_64", "x64": "x86_64", "arm64": "aarch64", "armv8l": "aarch64", "i386": "i686", "x86": "i686"}
_CGROUP = re.compile(r"docker|kubepods|containerd|libpod|/lxc[./]|podman|garden|machine\.slice/machine-")
_CUDA_ENTRY = re.compile(r"cuda|cudnn|nccl", re.IGNORECASE)


def system(request: ProbeRequest) -> Answer:
    """os, arch, libc, distribution, cpu_count, user, home, in_container, wsl, ssh, environment, folders, visible_devices.
    Asks nothing that can hang, but for a musl loader's version and, on old macOS Pythons, sw_vers.
    """
    facts = {
        "os": request.os,
        "arch": architecture(_machine_word(request)),
        "libc": libc(request) if request.os == "linux" else None,
        "distribution": distribution(request),
        "cpu_count": _cpu_count(),
        "user": request.get("USERNAME" if request.os == "windows" else "USER") or _account(),
        "home": request.home_folder,
        "in_container": in_container(request),
        "wsl": request.os == "linux" and "microsoft" in request.text("proc/version").lower(),
        "ssh": any(request.get(name) for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT")),
        "environment": relevant(request.variables),
        "folders": own_folders(request),
        "visible_devices": {
            name: request.variables[name]
            for name in catalog.table("machine.toml")["environment"]["visible_devices"]
            if name in request.variables
        },
    }
    entries = [one for one in cuda_entries(request) if request.paths.isabs(one)]
    return Answer(facts, (finding("ld-library-path", entries, entry=entries[0]),) if entries else ())


def architecture(word: str) -> str | None:
    """x86_64 or aarch64 by any of their names; another processor by its own; None for none."""
    lower = word.strip().lower()
    return _ARCHES.get(lower, lower) or None


def _machine_word(request: ProbeRequest) -> str:
    if request.os == "windows":
        from wizard.machine.windows import native_machine

        # A Python for x64 on an ARM Windows is told that it runs on AMD64.
        return native_machine() or request.get("PROCESSOR_ARCHITEW6432") or platform.machine()
    if request.os == "macos" and _translated():
        return "arm64"
    return platform.machine()


def _translated() -> bool:
    """Whether this Python is one for Intel on Apple silicon."""
    try:
        return ask(["/usr/sbin/sysctl", "-n", "sysctl.proc_translated"], 2).out.strip() == "1"
    except OSError:
        return False


def _cpu_count() -> int | None:
    """The processors that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count()


def _account() -> str | None:
    with suppress(OSError, KeyError, ImportError):  # no entry in the account database, or no such database
        return getpass.getuser()
    return None


def libc(request: ProbeRequest) -> Libc | None:
    """glibc as this Python was told, else musl where its loader lies; None where neither is seen."""
    if sys.platform != "win32" and request.root == os.sep:
        with suppress(AttributeError, OSError, ValueError):
            name, _, version = (os.confstr("CS_GNU_LIBC_VERSION") or "").partition(" ")
            if name == "glibc":
                return Libc("glibc", version or None)
    loader = next(iter(sorted(request.at("lib").glob("ld-musl-*.so.1"))), None)
    if loader is None:
        return None
    try:
        said = ask([os.fspath(loader)], 2)
    except OSError:
        return Libc("musl", None)
    found = re.search(r"Version (\d+(?:\.\d+)+)", said.out + said.err)
    return Libc("musl", found.group(1) if found else None)


def distribution(request: ProbeRequest) -> str | None:
    """`Ubuntu 22.04`, `Windows 11`, `macOS 14.5`."""
    if request.os == "windows":
        from wizard.machine.windows import edition

        return edition()
    if request.os == "macos":
        return _macos()
    text = request.text("etc/os-release") or request.text("usr/lib/os-release")
    try:
        told = dict(word.partition("=")[::2] for word in shlex.split(text, comments=True))
    except ValueError:
        return None
    name = told.get("NAME", "").removesuffix(" GNU/Linux").removesuffix(" Linux")
    return f"{name} {told.get('VERSION_ID', '')}".strip() or None


def _macos() -> str | None:
    version = platform.mac_ver()[0]
    if version in ("", "10.16"):  # what a Python built long ago is told by macOS 11 and later
        try:
            said = ask(["/usr/bin/sw_vers", "-productVersion"], 2, environment={"SYSTEM_VERSION_COMPAT": "0"})
        except OSError:
            return None
        version = said.out.strip()
    return f"macOS {version}" if version else None


def in_container(request: ProbeRequest) -> bool:
    """Docker, Podman, Kubernetes, LXC, Apptainer and their kin, by the marks they leave."""
    if request.os == "windows":
        from wizard.machine.windows import is_container

        return is_container()
    if any(request.get(name) for name in ("KUBERNETES_SERVICE_HOST", "APPTAINER_NAME", "SINGULARITY_NAME")):
        return True
    if any(request.at(mark).exists() for mark in (".dockerenv", "run/.containerenv", ".singularity.d")):
        return True
    if request.get("container"):  # systemd-nspawn, podman and lxc set it for all that runs inside
        return True
    return bool(_CGROUP.search(request.text("proc/1/cgroup")))


def relevant(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that concern uv, Python, conda, shells, folders, proxies and GPUs; secrets masked."""
    named = catalog.table("machine.toml")["environment"]
    prefixes, names = tuple(named["prefixes"]), frozenset(named["names"])
    secret = re.compile(named["secret"], re.IGNORECASE)
    kept: dict[str, str] = {}
    for name, value in environment.items():
        upper = name.upper()
        if upper.startswith(prefixes) or upper in names:
            kept[name] = "***" if secret.search(name) and value else shown(name, value)
    return kept


def shown(name: str, value: str) -> str:
    """The value without credentials; a proxy may be written without its scheme."""
    if name.upper().endswith("_PROXY") and "://" not in value and "@" in value:
        return "***@" + value.rpartition("@")[2]
    return masked(value)


def cuda_entries(request: ProbeRequest) -> tuple[str, ...]:
    """Entries of LD_LIBRARY_PATH that name CUDA."""
    entries = (request.get("LD_LIBRARY_PATH") or "").split(request.paths.pathsep)
    return tuple(dict.fromkeys(one for one in entries if _CUDA_ENTRY.search(one)))


def own_folders(request: ProbeRequest) -> dict[str, str]:
    """The folders by rule, absolute: uv takes relative ones from where it runs, the project."""
    by_rule = folders.folders(request.os, request.home_folder, request.variables, lambda folder: Path(folder).is_dir())
    start = request.project or str(Path.cwd())
    return {name: request.paths.normpath(request.paths.join(start, path)) for name, path in by_rule.items()}
