"""What uv says of the environment: whether it is what uv.lock says, and whether its packages fit together."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from wizard.diagnosis import Context, Diagnosis, diagnose, of
from wizard.language import nsaid, said
from wizard.text import one_line
from wizard.verify import library
from wizard.verify.child import Finished
from wizard.verify.library import SYNC_AGAIN
from wizard.verify.record import Check, VerifyRequest
from wizard.verify.rungs import TITLES

Run = Callable[..., Finished]
NOT_LOOKED_AT = said("not looked at")
_UNREACHABLE = ("network-", "proxy-", "tls-", "index-", "offline-")
_CUDA = ("nvidia-", "cuda-toolkit")
"""How the packages begin that bring torch its CUDA libraries; the toolkit names the others by its extras."""
_LACKS = re.compile(
    r"The package `(?P<package>[^`]+)` requires `(?P<needs>[^`]+)`, but (?:it.s not installed|`[^`]+` is installed)"
)
_CHANGE = re.compile(r"^ ([+-]) ([a-z0-9][a-z0-9._-]*)==(\S+)", re.MULTILINE)
"""A line of what a sync would do, as every uv prints it."""


@dataclass(frozen=True)
class Asked:
    """A check and, where it failed, why."""

    check: Check
    diagnosis: Diagnosis | None = None


def in_sync(request: VerifyRequest, environment: Mapping[str, str], folder: Path, run: Run) -> Asked:
    """`uv sync --locked --check` with the chosen extras and groups; the last word on an environment is uv's."""
    if not request.locked or not request.uv or not request.project:
        why = said("no uv.lock") if not request.locked else said("no uv") if not request.uv else said("no project")
        return Asked(_unlooked("sync", why))
    chosen = [word for name in request.extras for word in ("--extra", name)]
    chosen += [word for name in request.groups for word in ("--group", name)]
    own = {**request.for_uv(environment), "UV_PYTHON_DOWNLOADS": "never"}
    begin = time.monotonic()
    done = run([request.uv, "sync", "--locked", "--check", *chosen], own, folder, request.limit, cwd=request.project)
    if "unexpected argument '--check'" in done.output:
        done = run(
            [request.uv, "sync", "--locked", "--dry-run", *chosen], own, folder, request.limit, cwd=request.project
        )
        clean = "Would make no changes" in done.output
    else:
        clean = done.returncode == 0
    seconds = time.monotonic() - begin
    if done.hung or done.returncode is None:
        return Asked(_unlooked("sync", said("uv gave no answer") if done.hung else one_line(done.output, 200), seconds))
    if clean:
        counted = re.search(r"(?:Checked|Audited) (\d+) packages?", done.output)
        value = nsaid("{count} package", "{count} packages", int(counted[1])) if counted else None
        return Asked(Check("sync", TITLES["sync"], True, value, None, seconds))
    if "environment is outdated" in done.output or "Would " in done.output:
        # With a lock that is out of date uv tells of the environment first: the lock decides what is to be done.
        locked = run([request.uv, "lock", "--check"], own, folder, request.limit, cwd=request.project)
        done = locked if locked.returncode and "needs to be updated" in locked.output else done
    return _out_of_sync(done, environment, seconds)


def fit(request: VerifyRequest, environment: Mapping[str, str], folder: Path, run: Run) -> Asked:
    """`uv pip check`. A lock may overrule what packages ask for, so only a CUDA library that torch lacks is a failure."""
    if not request.uv or not request.python:
        return Asked(_unlooked("fit", said("no uv")))
    begin = time.monotonic()
    done = run([request.uv, "pip", "check", "--python", request.python], environment, folder, request.limit)
    seconds = time.monotonic() - begin
    if done.returncode == 0:
        return Asked(Check("fit", TITLES["fit"], True, said("no conflict"), None, seconds))
    lines = [line.strip() for line in done.output.splitlines() if _LACKS.search(line)]
    if not lines:
        return Asked(
            _unlooked("fit", said("uv gave no answer") if done.hung else one_line(done.output.strip(), 200), seconds)
        )
    context = Context(environment=environment, phase="verify")
    for line in lines:
        found = _LACKS.search(line)
        if found and found["package"] == "torch" and found["needs"].startswith(_CUDA) and "not installed" in line:
            needed = found["needs"].partition(";")[0].strip()
            holder = re.split(r"[^\w.-]", needed)[0]
            check = Check("fit", TITLES["fit"], False, said("{what} is missing", what=holder), one_line(line), seconds)
            return Asked(check, library.not_installed(needed, lines[:6], context, request))
    return Asked(
        Check(
            "fit", TITLES["fit"], None, said("{count} disagree", count=len(lines)), one_line(" ".join(lines)), seconds
        )
    )


def _out_of_sync(done: Finished, environment: Mapping[str, str], seconds: float) -> Asked:
    found = diagnose(done.output, Context(environment=environment, exit_code=done.returncode, phase="sync"))
    if found.cause.startswith(_UNREACHABLE):
        return Asked(_unlooked("sync", found.title, seconds))
    if found.cause == "unknown" or found.severity != "error":
        found = _of_changes(done.output, environment) or replace(
            found,
            cause="unknown",
            title=said("The environment is not what uv.lock says"),
            explanation=said("Packages were added, removed or changed since the last sync. One sync puts it right."),
            fixes=(SYNC_AGAIN,),
            severity="error",
        )
    return Asked(
        Check("sync", TITLES["sync"], False, said(said("not in sync")), "\n".join(found.evidence), seconds), found
    )


def _of_changes(said: str, environment: Mapping[str, str]) -> Diagnosis | None:
    """The cause that has a name, where what a sync would change is torch or what it needs; None for all else."""
    context = Context(environment=environment, phase="verify")
    told = [(found[1], found[2], found[3], found[0].strip()) for found in _CHANGE.finditer(said)]
    gone = {name: version for sign, name, version, _ in told if sign == "-"}
    new = {name: version for sign, name, version, _ in told if sign == "+" and name not in gone}
    lines = [line for _, name, _, line in told if name == "torch" or name.startswith("nvidia-")][:6]
    if "torch" in new:
        found = of("torch-missing", lines, context)
    elif any(sign == "+" and name == "torch" and "+cpu" not in version for sign, name, version, _ in told) and (
        gone.get("torch", "").endswith("+cpu")
    ):
        found = of("torch-cpu-build", lines, context)
    elif holder := next((name for name in new if name.startswith("nvidia-")), None):
        return library.not_synced(holder, lines, context)
    else:
        return None
    return replace(found, fixes=(SYNC_AGAIN, *(fix for fix in found.fixes if fix.commands != SYNC_AGAIN.commands)))


def _unlooked(which: str, why: str, seconds: float = 0.0) -> Check:
    return Check(which, TITLES[which], None, NOT_LOOKED_AT, why, seconds)
