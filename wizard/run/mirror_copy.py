"""The scratch copy of the project, synced with the mirrors' addresses; what a mirror turns out not to have is given up."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from wizard.errors import ExitCode
from wizard.mirrors.registries import same_index, torch_suffix
from wizard.run import mirror_lock
from wizard.run.mirror_job import Job, listed
from wizard.run.mirror_lock import LockedFile
from wizard.text import masked

_COPIED = ("pyproject.toml", "uv.toml", ".python-version", ".python-versions")
_ROUNDS = 8


def sync_copy(job: Job, text: str, left_out: list[str]) -> int | None:
    """Syncs the scratch copy; what a mirror turns out not to have is taken from the lock's address in the next round."""
    scratch = job.carrier.run_folder / "mirror-sync" / (job.project.name or "project")
    try:
        _copy(job.project, scratch)
        for _ in range(_ROUNDS):
            (scratch / "uv.lock").write_bytes(mirror_lock.rewritten(text, job.addresses).encode("utf-8"))
            if _sync(job, scratch, left_out) == 0:
                return None
            if job.carrier.cancelled():
                return ExitCode.INTERRUPTED
            printed = squeezed(job.carrier.output_tail)
            if _refused(job, printed):
                return 1
            if not _blame(job, printed) or not job.addresses:
                break
        else:
            job.note("The mirrors failed too often; the rest comes from the addresses in uv.lock.")
        job.index = None
        return None
    finally:
        shutil.rmtree(scratch.parent, ignore_errors=True)


def _copy(project: Path, scratch: Path) -> None:
    scratch.mkdir(parents=True, exist_ok=True)
    for name in _COPIED:
        if (project / name).is_file():
            shutil.copyfile(project / name, scratch / name)


def _sync(job: Job, scratch: Path, left_out: list[str]) -> int:
    argv = [*job.argv[:2], "--frozen", "--inexact", *job.options(), *left_out]
    more = {"UV_PROJECT_ENVIRONMENT": job.environment_path, **_cache_dir(job), **_patience(job)}
    return job.carrier.run_command(argv, env=job.env(**more), cwd=str(scratch), uv=True)


def _cache_dir(job: Job) -> dict[str, str]:
    """The cache's folder where it is named relative to the project: a copy elsewhere must not have another."""
    named = "UV_CACHE_DIR" in job.whole_env() or any(
        b"cache-dir" in (job.project / name).read_bytes() for name in _COPIED[:2] if (job.project / name).is_file()
    )
    if not named:
        return {}
    told = subprocess.run(
        [job.argv[0], "cache", "dir", "--color", "never"], cwd=job.project, env=job.whole_env(), stdin=subprocess.DEVNULL,
        capture_output=True, encoding="utf-8", errors="replace", check=False,
    ).stdout.strip()  # fmt: skip
    return {"UV_CACHE_DIR": os.path.join(job.project, told)} if told else {}


def _patience(job: Job) -> dict[str, str]:
    """A mirror that hangs is given less time than uv gives an index: there is another address for every file."""
    env = job.whole_env()
    return {name: value for name, value in (("UV_HTTP_TIMEOUT", "20"), ("UV_HTTP_RETRIES", "2")) if name not in env}


def squeezed(text: str) -> str:
    """uv's last error without the blanks, wraps and bars of any version's layout."""
    starts = [found.start() for found in re.finditer(r"^\s*(?:error\b|\u00d7|x )", text, re.MULTILINE)]
    return re.sub(r"[\s\u2502|]+", "", text[starts[-1] :] if starts else text)


def _refused(job: Job, printed: str) -> bool:
    """Whether a mirror's file had a wrong hash; then it is told, with the mirror's name."""
    found = re.search(r"[Hh]ashmismatchfor`([A-Za-z0-9._-]+)(?:==|@)([^`]*)`", printed)
    if not found:
        return False
    registries = sorted({file.registry for file in _rewritten_files(job) if file.package == found[1]})
    if not registries:
        return False
    kind = "mirrors.pypi" if torch_suffix(registries[0]) is None else "mirrors.pytorch"
    job.carrier.emit("diagnosis", **_diagnosis(masked(job.stand_ins[registries[0]]), found[1], kind))
    return True


def _diagnosis(mirror: str, package: str, kind: str) -> dict[str, Any]:
    from wizard import diagnosis
    from wizard.diagnosis import Context, Fix

    line = f"Hash mismatch for `{package}` from {mirror}"
    document = dict(diagnosis.of("hash-mismatch", (line,), Context(phase="sync")).document())
    told = f"The mirror {mirror} sent a file of {package} that is not the one uv.lock names."
    document["explanation"] = f"{told} {document['explanation']}"
    first = Fix("Take the packages from the official source", {kind: "official"}).document()
    document["fixes"] = [first, *(fix for fix in document["fixes"] if fix["choices"] != first["choices"])]
    return document


def _rewritten_files(job: Job) -> list[LockedFile]:
    return [job.files[url] for url in job.addresses if url in job.files]


def _blame(job: Job, printed: str) -> bool:
    """Gives up the addresses that the failure names; whether there were any."""
    guilty = [
        file
        for file in _rewritten_files(job)
        if job.addresses[file.url] in printed or f"`{file.package}=={file.version}`" in printed
    ]
    if not guilty:
        return False
    packages = {(file.package, file.version) for file in guilty}
    if re.search(r"\((?:404NotFound|410Gone)\)", printed):
        dropped = [file for file in _rewritten_files(job) if (file.package, file.version) in packages]
        job.note(f"A mirror lists {listed(packages)} and does not have it: from the address in uv.lock.")
    else:
        indexes = {job.stand_ins[file.registry] for file in guilty}
        dropped = [file for file in _rewritten_files(job) if job.stand_ins[file.registry] in indexes]
        job.note(f"The mirror {' and '.join(sorted(indexes))} failed; the rest comes from the addresses in uv.lock.")
        if job.index is not None and any(same_index(one, job.index) for one in indexes):
            job.index = None
    for file in dropped:
        job.addresses.pop(file.url, None)
    return True
