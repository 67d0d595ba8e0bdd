"""A git address instead of a folder: cloned, looked at before anything of it runs, then a project like any other.

A clone runs nothing of what it fetches: hooks do not travel, submodules and large files are left out, filters of the
project's own .gitattributes are not installed (git's documentation: git-clone, githooks, gitattributes).
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from wizard.address import is_address
from wizard.advice.lock_files import files_here
from wizard.advice.torch_reach import Selected
from wizard.errors import BadInput, WizardError
from wizard.language import nsaid, said
from wizard.lists import counted
from wizard.machine.facts import Machine
from wizard.project.facts import Project
from wizard.text import clean, masked, one_line

_SAFE = ("-c", "core.hooksPath=", "-c", "protocol.ext.allow=never", "-c", "core.fsmonitor=false")
_POLL_S = 0.2
MOST = 8
"""Names that are told of a kind."""


def clone(
    address: str, folder: str, environment: Mapping[str, str], stopped: Callable[[], bool] = lambda: False
) -> None:
    """Clones it. Waits. Raises BadInput where the folder is taken, WizardError (one line) where git fails or was stopped."""
    if not is_address(address):
        raise BadInput(said("{address} is no git address", address=masked(one_line(address, 120))))
    target = Path(folder).expanduser()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BadInput(
            said("{target} is there already and not empty; name another folder", target=one_line(str(target), 200))
        )
    bare, _, branch = address.strip().removeprefix("git+").partition("#")
    words = [*(["--branch", branch] if branch else []), "--no-recurse-submodules", "--", bare, str(target)]
    env = {
        **environment,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_LFS_SKIP_SMUDGE": "1",
        "GIT_ASKPASS": "",
        "LC_ALL": "C.UTF-8",
    }
    try:
        child = subprocess.Popen(
            ["git", *_SAFE, "clone", *words], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )  # fmt: skip
    except OSError:
        raise WizardError(
            said("there is no git here; install it, or download the project and name its folder")
        ) from None
    with child:
        printed = b""
        while True:
            try:
                printed = child.communicate(timeout=_POLL_S)[1] or b""
                break
            except subprocess.TimeoutExpired:
                if stopped():
                    child.terminate()
    if stopped():
        raise WizardError(said("stopped; what was cloned so far is removed by git"))
    if child.returncode:
        raise WizardError(said("git could not clone it: {what}", what=_why(printed.decode("utf-8", "replace"))))


def _why(printed: str) -> str:
    lines = [one_line(masked(clean(line)), 200) for line in printed.splitlines() if line.strip()]
    fatal = [line for line in lines if line.startswith(("fatal:", "error:", "remote: "))]
    return (fatal or lines or [said("it said nothing")])[-1].removeprefix("fatal: ")


def about(project: Project | None, folder: str, machine: Machine) -> Iterator[str]:
    """What is in a project that somebody else wrote, before anything of it is run: where its packages come from, and what
    would be built from source on that machine, which runs code of theirs. Pure but for a look at what files there are.
    """
    if project is None:
        yield said("It has no pyproject.toml.")
        there = [name for name in ("environment.yml", "requirements.txt", "setup.py") if Path(folder, name).is_file()]
        if there:
            yield said("It has {there}: the first screen can make a project of it.", there=", ".join(there))
        return
    yield said(
        "Project {name}, Python {python}",
        name=one_line(project.name or "-", 60),
        python=one_line(project.requires_python or said("any"), 40),
    )
    lock = project.lock
    if lock is None:
        yield said("It has no uv.lock: which packages it takes nobody can say before uv lock.")
        return
    yield nsaid("{count} package in uv.lock, from", "{count} packages in uv.lock, from", lock.count)
    yield from (f"  {masked(one_line(registry, 70))}" for registry in lock.registries[:MOST])
    fetched = {one.name: str(url) for one in lock.packages if (url := one.source.get("git") or one.source.get("url"))}
    yield from (f"  {masked(one_line(url, 70))}   ({name})" for name, url in [*fetched.items()][:MOST])
    own = [one.name for one in lock.packages if one.registry is None and one.name not in fetched]
    built = [one.package for one in files_here(machine, project, Selected()) if not one.is_wheel]
    yield said(
        "Built from source here, which runs their code: {what}",
        what=_listed([*built, *fetched, *own]) or said("nothing"),
    )


def _listed(names: Sequence[str]) -> str:
    return counted(list(names), MOST)


__all__ = ["about", "clone"]
