"""The scratch copy of the project, synced with the mirrors' addresses; what a mirror turns out not to have is given up."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from wizard.errors import ExitCode
from wizard.language import said
from wizard.run import mirror_lock
from wizard.run.mirror_blame import give_up, listed_mirrors, refused, squeezed
from wizard.run.mirror_job import Job

_COPIED = ("pyproject.toml", "uv.toml", ".python-version", ".python-versions")
_ROUNDS = 8
_LEAST = 1024.0
"""Bytes a second that a mirror has to bring: a gigabyte would take it twelve days."""


def sync_copy(job: Job, text: str, left_out: list[str]) -> int | None:
    """Syncs the scratch copy; what a mirror turns out not to have is taken from the lock's address in the next round."""
    scratch = job.carrier.run_folder / "mirror-sync" / (job.project.name or "project")
    try:
        copy_project(job, scratch)
        for _ in range(_ROUNDS):
            (scratch / "uv.lock").write_bytes(mirror_lock.rewritten(text, job.addresses).encode("utf-8"))
            if sync_scratch(job, scratch, left_out) == 0:
                return None
            if job.carrier.cancelled():
                return ExitCode.INTERRUPTED
            if job.carrier.dripped:
                job.note(said("Next to nothing comes from {job}; it is no longer waited for.", job=listed_mirrors(job)))
                break
            printed = squeezed(job.carrier.output_tail)
            if refused(job, printed):
                return 1
            if not give_up(job, printed):
                break
            if not job.addresses:
                return None
        job.note(
            said("Once more without the mirrors: what is still to be fetched comes from the addresses in uv.lock.")
        )
        job.index = None
        return None
    finally:
        shutil.rmtree(scratch.parent, ignore_errors=True)


def copy_project(job: Job, scratch: Path) -> None:
    """What uv reads of the project beside its uv.lock, in the scratch folder."""
    _copy(job.project, scratch)
    if job.member:  # its own groups and Python; the others of the workspace are left out
        _copy(job.folder, scratch / job.member)


def _copy(project: Path, scratch: Path) -> None:
    scratch.mkdir(parents=True, exist_ok=True)
    for name in _COPIED:
        if (project / name).is_file():
            shutil.copyfile(project / name, scratch / name)


def sync_scratch(job: Job, scratch: Path, left_out: list[str]) -> int:
    """The copy synced into the project's own environment, by the lock that lies in the copy; uv's exit code."""
    argv = [*job.argv[:2], "--frozen", "--inexact", *job.options(), *left_out]
    more = {"UV_PROJECT_ENVIRONMENT": job.environment_path, **_cache_dir(job), **_patience(job), **_signed(job)}
    return job.carrier.run_command(argv, env=job.env(**more), cwd=str(scratch / job.member), uv=True, least=_LEAST)


def _signed(job: Job) -> dict[str, str]:
    """Mirrors that ask for a sign-in are named as indexes too: for an index uv looks for one. Nothing is resolved here."""
    asking = [one.address for one in job.sign_ins() if one.address != job.index]
    return {"UV_INDEX": " ".join([*([job.index] if job.index else []), *asking])} if asking else {}


def _cache_dir(job: Job) -> dict[str, str]:
    """The cache's folder where it is named relative to the project: a copy elsewhere must not have another."""
    named = "UV_CACHE_DIR" in job.whole_env() or any(
        b"cache-dir" in (job.project / name).read_bytes() for name in _COPIED[:2] if (job.project / name).is_file()
    )
    if not named:
        return {}
    told = subprocess.run(
        [job.argv[0], "cache", "dir", "--color", "never"], cwd=job.folder, env=job.whole_env(), stdin=subprocess.DEVNULL,
        capture_output=True, encoding="utf-8", errors="replace", check=False,
    ).stdout.strip()  # fmt: skip
    return {"UV_CACHE_DIR": os.path.join(job.folder, told)} if told else {}


def _patience(job: Job) -> dict[str, str]:
    """A mirror that hangs is given less time than uv gives an index: there is another address for every file.

    A thin line's pauses are shorter: a connection that lost the same packet four times in a row goes on within 15 s.
    """
    env = job.whole_env()
    return {name: value for name, value in (("UV_HTTP_TIMEOUT", "15"), ("UV_HTTP_RETRIES", "1")) if name not in env}
