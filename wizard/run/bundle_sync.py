"""The sync from a bundle: no packet is sent, uv.lock and pyproject.toml stay as they are to the byte.

As through a mirror (wizard.run.mirror_sync): a scratch copy of the project, whose uv.lock names the bundle's files by
`file://` addresses, is synced `--frozen --offline` into the project's own environment, each file held to the lock's hash by
uv. Then the project's own `uv sync --locked` has the last word and finds nothing left to fetch. Measured in a network
namespace without an interface with uv 0.8.24, 0.10.12, 0.12.5 and 0.13.8; wheels, sources that are built, packaged
projects and those whose metadata their backend tells.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wizard.errors import ExitCode, WizardError
from wizard.language import said
from wizard.run import mirror_lock
from wizard.run.actions import Carrier
from wizard.run.mirror_copy import copy_project, sync_scratch
from wizard.run.mirror_job import Job
from wizard.text import one_line
from wizard.toml import TOMLError, parse

_WHEEL = re.compile(r'^[ \t]*\{ url = "(?P<url>[^"\\\n]*)"[^\n]*\},?[ \t]*\r?\n', re.MULTILINE)

_LACKS = re.compile(r"[Nn]etwork\s+(?:connectivity\s+is|was)\s+disabled")
_TOLD = said(
    "uv asked for something that is not in the bundle: export it once more; what a build asks for only while it goes on "
    "has to stand in requires under [build-system]."
)


def carry_out(action: Mapping[str, Any], carrier: Carrier) -> int:
    """The supervisor's `bundle-sync`; the last command's exit code.

    `action`: as of `mirror-sync`, and `files` (the lock's address -> path of the file), `indexes` (`file://` addresses of
    the bundle's own indexes, which serve what builds ask for).
    """
    files: Mapping[str, str] = action["files"]
    indexes = list(action["indexes"])
    env = {**dict(action.get("env") or {}), "UV_OFFLINE": "1", "UV_INDEX": " ".join(indexes) or None}
    if len(indexes) > 1:
        env["UV_INDEX_STRATEGY"] = "unsafe-best-match"  # one project's files may lie in both
    job = Job(carrier, list(action["argv"]), Path(action["project"]), str(action.get("member") or ""),
              action["environment_path"], env, None, {})  # fmt: skip
    code = _from_files(job, {url: Path(path).as_uri() for url, path in files.items()})
    if not code and not carrier.cancelled():
        code = carrier.run_command(job.argv, env=job.env(), cwd=str(job.folder), uv=True)
    if carrier.cancelled():
        return code or ExitCode.INTERRUPTED
    if code and _LACKS.search(carrier.output_tail):
        job.note(_TOLD)
    return code


def _from_files(job: Job, addresses: Mapping[str, str]) -> int:
    try:
        data = (job.project / "uv.lock").read_bytes()
        text, tables = data.decode("utf-8"), parse(data)
    except (TOMLError, UnicodeDecodeError) as error:
        raise WizardError(said("uv.lock can't be read: {error}", error=one_line(str(error), 200))) from None
    scratch = job.carrier.run_folder / "bundle-sync" / (job.project.name or "project")
    left_out = [word for name in sorted(mirror_lock.elsewhere(tables)) for word in ("--no-install-package", name)]
    try:
        copy_project(job, scratch)
        (scratch / "uv.lock").write_bytes(mirror_lock.rewritten(only(text, addresses), addresses).encode("utf-8"))
        return sync_scratch(job, scratch, left_out)
    finally:
        shutil.rmtree(scratch.parent, ignore_errors=True)


def only(text: str, kept: Mapping[str, str]) -> str:
    """The lock's text without the lines of wheels that are not among `kept`, so that uv takes those that are here."""
    return _WHEEL.sub(lambda found: found[0] if found["url"] in kept else "", text)


__all__ = ["carry_out", "only"]
