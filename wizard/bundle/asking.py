"""What a bundle is made of and for, as it was asked: the host, its Python, the project; and who is asked for its files."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from wizard import credentials
from wizard.advice.torch_builds import minor
from wizard.advice.torch_reach import Selected, pythons_of
from wizard.bundle.store import Bundle
from wizard.bundle.target import Target
from wizard.choices import Choices
from wizard.errors import BadInput
from wizard.language import said
from wizard.machine.facts import Machine
from wizard.plan.mirrors import address
from wizard.plan.sync import run_environment
from wizard.project.facts import Project
from wizard.project.lockfile import own_registry
from wizard.run.environment import child_environment
from wizard.text import one_line

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True)
class Asked:
    """What was asked for. `machine`: the host's facts; `here`: this machine's."""

    folder: Path
    target: Target
    machine: Machine
    here: Machine
    project: Project
    choices: Choices
    selected: Selected
    one_file: Path | None = None
    since: Bundle | None = None


def python_for(given: str | None, project: Project, here: Machine, uv: str | None) -> str:
    """`3.12`: the one named, the project's, the one that uv takes here. Raises BadInput."""
    if given is not None:
        found = minor(given) if re.fullmatch(r"3\.\d+(?:\.\d+)?", given) else None
        if found is None:
            raise BadInput(
                said("--python {given} is not possible; allowed: a version such as 3.12", given=one_line(given, 40))
            )
        return found
    named = minor(project.python_version_file)
    taken = None if named or uv is None else _of_uv(uv, project)
    found = named or taken or next(iter(pythons_of(here, project)), None)
    if found is None:
        raise BadInput(said("no Python is known that this project takes; name the host's with --python, such as 3.12"))
    return found


def _of_uv(uv: str, project: Project) -> str | None:
    argv = [uv, "python", "find", "--no-python-downloads", "--show-version"]
    try:
        done = subprocess.run(
            argv, cwd=project.folder, env=child_environment(os.environ), stdin=subprocess.DEVNULL, capture_output=True,
            encoding="utf-8", errors="replace", timeout=20, check=False,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    return minor(done.stdout.strip()) if done.returncode == 0 and re.match(r"3\.\d+", done.stdout) else None


def client_for(asked: Asked, uv: str | None) -> httpx.Client:
    """One that signs in where the project's indexes and the mirrors ask for it. Raises WizardError."""
    from wizard.bundle.fetch import AT_ONCE
    from wizard.machine.uv import first_version
    from wizard.mirrors.client import make_client

    project = asked.project
    mirrors = [found for kind in ("pypi", "pytorch") if (found := address(asked.choices, kind))]
    places = [*(project.lock.registries if project.lock else ()), *mirrors]
    known = credentials.known(places, os.environ, credentials.named_in(project.indexes))
    return make_client(
        uv_version=first_version(asked.here), connect_s=10, read_s=60, connections=AT_ONCE, sign_ins=known, uv=uv,
        project=Path(project.path),
    )  # fmt: skip


def environment(asked: Asked) -> dict[str, str]:
    """Of the uv that is asked what builds need: the index that the lock is of, or the mirror that stands in for it."""
    told = run_environment(asked.project, asked.choices)
    mirror = address(asked.choices, "pypi") or own_registry(asked.project)
    return child_environment(os.environ, {**told, **({"UV_DEFAULT_INDEX": mirror} if mirror else {})})


__all__ = ["Asked", "client_for", "environment", "python_for"]
