"""The sync through mirrors: the lock's files come from them, uv.lock and pyproject.toml stay as they are to the byte.

`--locked` refuses any other default index, and `--frozen` asks none; so a scratch copy of the project, whose uv.lock
differs only in the addresses of files, is synced `--frozen` into the project's own environment, each file held to the
lock's hash by uv. Then the project's own `uv sync --locked` has the last word and finds nothing left to fetch.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from wizard.errors import ExitCode, WizardError
from wizard.mirrors.registries import same_index, stand_ins
from wizard.run import mirror_lock
from wizard.run.mirror_lock import LockedFile
from wizard.text import masked, one_line
from wizard.toml import TOMLError, parse

if TYPE_CHECKING:
    import httpx

    from wizard.run.mirror_pages import Found

_COPIED = ("pyproject.toml", "uv.toml", ".python-version", ".python-versions")
_ROUNDS = 8
_TRUE = {"1", "true", "yes", "on", "y", "t"}


class Carrier(Protocol):
    """What the supervisor hands to an action."""

    run_folder: Path
    environment: Mapping[str, str]

    output_tail: str
    """The last lines that the last command printed."""

    def emit(self, type: str, **fields: Any) -> None:  # noqa: A002 - the events' own key
        """Append an event."""

    def run_command(
        self, argv: list[str], env: Mapping[str, str | None] | None = None, cwd: str | None = None, *, uv: bool = False
    ) -> int:
        """Run a child whose output becomes events; its exit code."""

    def cancelled(self) -> bool:
        """Whether the user asked to stop."""


@dataclass
class _Job:
    """One sync. `addresses`: lock address -> mirror address, of the files that are still to come from a mirror."""

    carrier: Carrier
    argv: list[str]
    project: Path
    environment_path: str
    sync_env: dict[str, str | None]
    index: str | None
    """The mirror as an index beside the lock's own: it serves what builds ask for."""
    stand_ins: dict[str, str]
    addresses: dict[str, str] = field(default_factory=dict)
    files: dict[str, LockedFile] = field(default_factory=dict)
    """By lock address."""

    def note(self, text: str) -> None:
        self.carrier.emit("note", text=masked(one_line(text)))

    def options(self) -> list[str]:
        """What was chosen: extras, groups, --no-cache."""
        return [word for word in self.argv[2:] if word != "--locked"]

    def env(self, **more: str) -> dict[str, str | None]:
        index = {"UV_INDEX": self.index} if self.index else {}
        return {**self.sync_env, **index, "UV_PROJECT": None, "UV_WORKING_DIRECTORY": None, **more}

    def whole_env(self) -> dict[str, str]:
        laid = {**self.carrier.environment, **self.env()}
        return {name: value for name, value in laid.items() if value is not None}


def carry_out(action: Mapping[str, Any], carrier: Carrier) -> int:
    """The supervisor's `mirror-sync`; the last command's exit code.

    `action`: `argv` (the project's `uv sync --locked ...`), `project`, `environment_path`, `registries` (the lock's),
    `sync_env` (with UV_DEFAULT_INDEX = the lock's own registry), `mirrors` ({"pypi": address | None, "pytorch": ...}),
    `stand_ins` (lock registry -> mirror index; without it, made of `mirrors` and `registries`).
    Emits `note` events for all that does not come from a mirror, and `diagnosis` where a mirror's file has a wrong hash.
    """
    job = _job(action, carrier)
    if job.stand_ins and not _offline(job):
        code = _from_mirrors(job)
        if code is not None or carrier.cancelled():
            return code or ExitCode.INTERRUPTED
    return _last_word(job)


def _job(action: Mapping[str, Any], carrier: Carrier) -> _Job:
    mirrors: Mapping[str, str | None] = action.get("mirrors") or {}
    env = dict(action.get("sync_env") or {})
    ins = action.get("stand_ins")
    if ins is None:
        ins = stand_ins(action.get("registries") or (), (), mirrors)
    pypi = mirrors.get("pypi")
    default = env.get("UV_DEFAULT_INDEX")
    index = pypi if pypi and not (default and same_index(default, pypi)) else None
    return _Job(carrier, list(action["argv"]), Path(action["project"]), action["environment_path"], env, index, dict(ins))


def _offline(job: _Job) -> bool:
    return job.whole_env().get("UV_OFFLINE", "").lower() in _TRUE


def _from_mirrors(job: _Job) -> int | None:
    """An exit code where the run ends here, None where the project's own sync is to go on."""
    client = _Later(lambda: _client(job))
    try:
        intent = mirror_lock.intent(_dry_run(job) or "")
        if 0 < intent.downloads <= len(intent.elsewhere):
            # Those from folders and git may be all: what is built here is counted too.
            intent = mirror_lock.intent(_dry_run(job, *_without(intent.elsewhere)) or "")
        if not intent.downloads:
            return None  # all is there; or the dry run failed, and the project's own sync will say why
        text, tables = _lock(job.project)
        files = mirror_lock.files_of(tables, intent.packages)
        job.files = {file.url: file for file in files if file.registry in job.stand_ins}
        _look_up(job, client)
    finally:
        client.close()
    left_out = _without(intent.elsewhere | mirror_lock.unreachable(tables, intent.packages))
    return _rounds(job, text, left_out) if job.addresses else None


def _without(names: Iterable[str]) -> list[str]:
    return [word for name in sorted(names) for word in ("--no-install-package", name)]


def _lock(project: Path) -> tuple[str, dict[str, Any]]:
    data = (project / "uv.lock").read_bytes()
    try:
        return data.decode("utf-8"), parse(data)
    except (TOMLError, UnicodeDecodeError) as error:  # uv has just read it: it was changed under our hands
        raise WizardError(f"uv.lock can't be read: {one_line(str(error), 200)}") from None


class _Later:
    """A client that is being made in a thread of its own: httpx takes a quarter of a second to import."""

    def __init__(self, make: Callable[[], httpx.Client]) -> None:
        self._made: httpx.Client | None = None
        self._error = ""
        self._unwanted = False
        self._lock = Lock()
        self._thread = Thread(target=self._run, args=(make,), daemon=True)
        self._thread.start()

    def _run(self, make: Callable[[], httpx.Client]) -> None:
        try:
            made = make()
        except (WizardError, ImportError, OSError) as error:
            self._error = str(error)
            return
        with self._lock:
            self._made = made
            if self._unwanted:
                made.close()

    def value(self) -> httpx.Client:
        self._thread.join()
        if self._made is None:
            raise WizardError(self._error)
        return self._made

    def close(self) -> None:
        """Does not wait for one that is not made yet."""
        with self._lock:
            self._unwanted = True
            if self._made is not None:
                self._made.close()


def _client(job: _Job) -> httpx.Client:
    from wizard.mirrors.client import make_client
    from wizard.run.mirror_pages import AT_ONCE

    told = subprocess.run(
        [job.argv[0], "--version"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=10
    ).stdout.split()
    return make_client(uv_version=told[1] if len(told) > 1 else "0", connect_s=5, read_s=10, connections=AT_ONCE)


def _dry_run(job: _Job, *more: str) -> str | None:
    """What `uv sync --locked --dry-run` prints, None where it fails or the user stops."""
    argv = [*job.argv[:2], "--locked", "--dry-run", "--color", "never", *job.options(), *more]
    child = subprocess.Popen(
        argv,
        cwd=job.project,
        env=job.whole_env(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    with child:
        while True:
            try:
                printed = child.communicate(timeout=0.1)[1]
                return printed if child.returncode == 0 else None
            except subprocess.TimeoutExpired:
                if job.carrier.cancelled():
                    child.kill()
                    return None


def _look_up(job: _Job, later: _Later) -> None:
    """Finds `job.addresses`; says what will not come from a mirror."""
    from wizard.run.mirror_pages import look_up

    packages = {(file.package, file.version) for file in job.files.values()}
    if not packages:
        return
    names = " and ".join(sorted({job.stand_ins[file.registry] for file in job.files.values()}))
    job.note(f"Looking up {_count(len(packages))} on {names}.")
    try:
        client = later.value()
    except WizardError as error:
        job.note(f"The mirrors can't be asked: {error}. The packages come from the addresses in uv.lock.")
        job.index = None
        return
    for found in look_up(job.files.values(), job.stand_ins, client, job.carrier.cancelled).values():
        _tell(job, found, len(packages))
        job.addresses.update(found.addresses)
        if found.trouble is not None and job.index is not None and same_index(found.index, job.index):
            job.index = None


def _tell(job: _Job, found: Found, packages: int) -> None:
    if found.trouble is not None:
        job.note(f"The mirror {found.index} can't be used: {found.trouble}. Its packages come from the addresses in uv.lock.")
        return
    if found.differing:
        job.note(
            f"The mirror {found.index} has other files than uv.lock names for {_listed(found.differing)}: not taken."
        )
    if found.lacking:
        job.note(
            f"The mirror {found.index} lacks {len(found.lacking)} of {_count(packages)} ({_listed(found.lacking)}): "
            f"from the addresses in uv.lock."
        )


def _count(number: int) -> str:
    return f"{number} package" if number == 1 else f"{number} packages"


def _listed(packages: Iterable[tuple[str, str]]) -> str:
    names = [f"{name} {version}".strip() for name, version in sorted(set(packages))]
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")


def _rounds(job: _Job, text: str, left_out: list[str]) -> int | None:
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
            printed = _squeezed(job.carrier.output_tail)
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


def _sync(job: _Job, scratch: Path, left_out: list[str]) -> int:
    argv = [*job.argv[:2], "--frozen", "--no-install-local", "--inexact", *job.options(), *left_out]
    more = {"UV_PROJECT_ENVIRONMENT": job.environment_path, **_cache_dir(job), **_patience(job)}
    return job.carrier.run_command(argv, env=job.env(**more), cwd=str(scratch), uv=True)


def _cache_dir(job: _Job) -> dict[str, str]:
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


def _patience(job: _Job) -> dict[str, str]:
    """A mirror that hangs is given less time than uv gives an index: there is another address for every file."""
    env = job.whole_env()
    return {name: value for name, value in (("UV_HTTP_TIMEOUT", "20"), ("UV_HTTP_RETRIES", "2")) if name not in env}


def _squeezed(text: str) -> str:
    """uv's last error without the blanks, wraps and bars of any version's layout."""
    starts = [found.start() for found in re.finditer(r"^\s*(?:error\b|\u00d7|x )", text, re.MULTILINE)]
    return re.sub(r"[\s\u2502|]+", "", text[starts[-1] :] if starts else text)


def _refused(job: _Job, printed: str) -> bool:
    """Whether a mirror's file had a wrong hash; then it is told, with the mirror's name."""
    found = re.search(r"[Hh]ashmismatchfor`([A-Za-z0-9._-]+)(?:==|@)([^`]*)`", printed)
    if not found:
        return False
    guilty = {job.stand_ins[f.registry] for f in _rewritten_files(job) if f.package == found[1]}
    if not guilty:
        return False
    from wizard.diagnosis.record import Fix

    mirror = masked(sorted(guilty)[0])
    kind = "mirrors.pypi" if job.index and same_index(mirror, job.index) else "mirrors.pytorch"
    job.carrier.emit("diagnosis", **_diagnosis(mirror, found[1], Fix("Take the official source", {kind: "official"})))
    return True


def _diagnosis(mirror: str, package: str, fix: Any) -> dict[str, Any]:
    from wizard import diagnosis
    from wizard.diagnosis import Context

    line = f"Hash mismatch for `{package}` from {mirror}"
    document = dict(diagnosis.of("hash-mismatch", (line,), Context(phase="sync")).document())
    document["explanation"] = f"The mirror {mirror} sent a file of {package} that is not the one uv.lock names. {document['explanation']}"
    document["fixes"] = [fix.document(), *document["fixes"]]
    return document


def _rewritten_files(job: _Job) -> list[LockedFile]:
    return [job.files[url] for url in job.addresses if url in job.files]


def _blame(job: _Job, printed: str) -> bool:
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
        job.note(f"A mirror lists {_listed(packages)} and does not have it: from the address in uv.lock.")
    else:
        indexes = {job.stand_ins[file.registry] for file in guilty}
        dropped = [file for file in _rewritten_files(job) if job.stand_ins[file.registry] in indexes]
        job.note(f"The mirror {' and '.join(sorted(indexes))} failed; the rest comes from the addresses in uv.lock.")
        if job.index is not None and any(same_index(one, job.index) for one in indexes):
            job.index = None
    for file in dropped:
        job.addresses.pop(file.url, None)
    return True


def _last_word(job: _Job) -> int:
    """The project's own `uv sync --locked`. Where it fails over the mirror, once more without it."""
    code = job.carrier.run_command(job.argv, env=job.env(), cwd=str(job.project), uv=True)
    if code == 0 or job.index is None or job.carrier.cancelled():
        return code
    printed = _squeezed(job.carrier.output_tail)
    host = urlsplit(job.index).netloc
    if host not in printed and not re.search(r"build(?:-?system|dependenc|require)|Failedtoresolverequirements", printed):
        return code
    job.note(f"Without the mirror {job.index} once more: what a build asked for did not come from it.")
    job.index = None
    return job.carrier.run_command(job.argv, env=job.env(), cwd=str(job.project), uv=True)
