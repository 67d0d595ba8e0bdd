"""The sync through mirrors: the lock's files come from them, uv.lock and pyproject.toml stay as they are to the byte.

`--locked` refuses any other default index, and `--frozen` asks none; so a scratch copy of the project, whose uv.lock
differs only in the addresses of files, is synced `--frozen` into the project's own environment, each file held to the
lock's hash by uv. Then the project's own `uv sync --locked` has the last word and finds nothing left to fetch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from wizard.errors import ExitCode, WizardError
from wizard.language import said
from wizard.mirrors.registries import same_index, stand_ins
from wizard.run import mirror_lock
from wizard.run.actions import Carrier
from wizard.run.mirror_ask import Later, dry_run, find_addresses
from wizard.run.mirror_blame import about_a_build, squeezed
from wizard.run.mirror_copy import sync_copy
from wizard.run.mirror_job import Job, listed
from wizard.run.mirror_lock import LockedFile
from wizard.run.mirror_wanted import python_of
from wizard.text import one_line
from wizard.toml import TOMLError, parse


def carry_out(action: Mapping[str, Any], carrier: Carrier) -> int:
    """The supervisor's `mirror-sync`; the last command's exit code.

    `action`: `argv` (the project's `uv sync --locked ...`), `project`, `member`, `environment_path`, `registries` (the lock's),
    `sync_env` (with UV_DEFAULT_INDEX = the lock's own registry), `mirrors` ({"pypi": address | None, "pytorch": ...}),
    `named` (name and address of the project's indexes),
    `stand_ins` (lock registry -> mirror index; without it, made of `mirrors` and `registries`),
    `new_lock` ({"explicit": addresses, "torch_bases": addresses}: the run has just made uv.lock, so it tells the registries).
    Emits `note` events for all that does not come from a mirror, and `diagnosis` where a mirror's file has a wrong hash.
    """
    job = _job(action, carrier)
    if job.stand_ins and not job.offline:
        code = _from_mirrors(job)
        if code is not None or carrier.cancelled():
            return code or ExitCode.INTERRUPTED
    return _last_word(job)


def _job(action: Mapping[str, Any], carrier: Carrier) -> Job:
    mirrors: Mapping[str, str | None] = action.get("mirrors") or {}
    env = dict(action.get("sync_env") or {})
    ins = action.get("stand_ins")
    if ins is None:
        new = action.get("new_lock") or {}
        registries = _registries(Path(action["project"])) if new else action.get("registries") or ()
        ins = stand_ins(registries, new.get("explicit") or (), mirrors, new.get("torch_bases") or ())
    pypi = mirrors.get("pypi")
    default = env.get("UV_DEFAULT_INDEX")
    index = pypi if pypi and not (default and same_index(default, pypi)) else None
    return Job(
        carrier,
        list(action["argv"]),
        Path(action["project"]),
        str(action.get("member") or ""),
        action["environment_path"],
        env,
        index,
        dict(ins),
        named=[(name, url) for name, url in action.get("named") or ()],
    )


def _from_mirrors(job: Job) -> int | None:
    """An exit code where the run ends here, None where the project's own sync is to go on."""
    client = Later(job)
    try:
        intent = mirror_lock.intent(dry_run(job) or "")
        if 0 < intent.downloads <= len(intent.elsewhere):
            # Those from folders and git may be all: what is built here is counted too.
            intent = mirror_lock.intent(dry_run(job, *_without(intent.elsewhere)) or "")
        if not intent.downloads:
            return None  # all is there; or the dry run failed, and the project's own sync will say why
        text, tables = _lock(job.project)
        files = mirror_lock.files_of(tables, intent.packages)
        _keep_proven(job, [file for file in files if file.registry in job.stand_ins])
        find_addresses(job, client, intent.python or python_of(Path(job.environment_path)))
    finally:
        client.close()
    return sync_copy(job, text, _without(mirror_lock.elsewhere(tables))) if job.addresses else None


def _registries(project: Path) -> list[str]:
    """The lock's, as it is now; none where it can't be read, which uv will tell."""
    try:
        _, tables = _lock(project)
    except (WizardError, OSError):
        return []
    named = (package.get("source", {}).get("registry") for package in tables.get("package", ()))
    return list(dict.fromkeys(one for one in named if isinstance(one, str)))


def _keep_proven(job: Job, files: list[LockedFile]) -> None:
    """Nothing could tell a mirror's file from the true one where the lock states no hash."""
    job.files = {file.url: file for file in files if file.hash}
    proven = {(file.package, file.version) for file in job.files.values()}
    bare = {(file.package, file.version) for file in files} - proven
    if bare:
        job.note(
            said(
                "uv.lock has no hash to hold a mirror to for {bare}: from the addresses in uv.lock.", bare=listed(bare)
            )
        )


def _without(names: Iterable[str]) -> list[str]:
    """As options; `--no-install-local` says less (git, a local index) and is not in uv 0.8.0."""
    return [word for name in sorted(names) for word in ("--no-install-package", name)]


def _lock(project: Path) -> tuple[str, dict[str, Any]]:
    data = (project / "uv.lock").read_bytes()
    try:
        return data.decode("utf-8"), parse(data)
    except (TOMLError, UnicodeDecodeError) as error:  # uv has just read it: it was changed under our hands
        raise WizardError(said("uv.lock can't be read: {error}", error=one_line(str(error), 200))) from None


def _last_word(job: Job) -> int:
    """The project's own `uv sync --locked`. Where it fails over the mirror, once more without it."""
    code = job.carrier.run_command(job.argv, env=job.env(), cwd=str(job.folder), uv=True)
    if code == 0 or job.index is None or job.carrier.cancelled():
        return code
    printed = squeezed(job.carrier.output_tail)
    if urlsplit(job.index).netloc.rpartition("@")[2] not in printed and not about_a_build(printed):
        return code
    job.note(said("Once more without the mirror {index}, in case that was its doing.", index=job.index))
    job.index = None
    return job.carrier.run_command(job.argv, env=job.env(), cwd=str(job.folder), uv=True)
