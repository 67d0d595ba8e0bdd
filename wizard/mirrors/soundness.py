"""The first stage: is this a package index at all, and what does it offer. One page, and one file of metadata."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from wizard.language import message_of, said
from wizard.mirrors import page
from wizard.mirrors.fetch import Answer, Meter, NoAnswer, get, host_of
from wizard.mirrors.page import File, Page, normalized, project_of
from wizard.mirrors.record import Mirror, MirrorResult

if TYPE_CHECKING:
    import httpx

_METADATA_LIMIT = 400_000
_REFUSALS = {
    401: said("asks for a sign-in (401)"),
    403: said("refuses (403)"),
    407: said("the proxy asks for a sign-in"),
    429: said("too many requests (429)"),
}


@dataclass(frozen=True)
class Look:
    """What the first stage saw of one mirror; `files` are those of the probed project, the newest last."""

    mirror: Mirror
    result: MirrorResult
    files: tuple[File, ...] = ()
    serial: int | None = None

    def unsound(self, reason: str, *, silent: bool = False) -> Look:
        """The same, ruled out."""
        return replace(self, result=replace(self.result, ok=False, why_not=reason, silent=silent, state="done"))


def look_at_index(
    client: httpx.Client, mirror: Mirror, probe: str, meter: Meter, deadline: float, page_limit: int
) -> Look:
    """Stage one of an index. `probe`: a project, or `variant/project` below a PyTorch base; `page_limit` in bytes."""
    project = normalized(probe.rpartition("/")[2])
    look = Look(mirror, MirrorResult(mirror.id, mirror.url or "", ok=False, official=mirror.official))
    try:
        answer, found = _page(client, mirror, probe, meter, deadline, page_limit)
        files = tuple(file for file in found.files if project_of(file.name) == project)
        if not files or found.project not in (None, project):
            what = (
                said("has no file of {project}", project=project)
                if found.form == "json"
                else said("a web page, not a package index")
            )
            return look.unsound(what)
        second = _second(client, answer.url, meter, deadline) or answer
        look = replace(look, files=_by_age(files), serial=found.serial or _serial(answer))
        look = replace(look, result=_seen(look, found, second.first_byte_s))
        trouble = _metadata_trouble(client, look.files, meter, deadline)
    except (NoAnswer, page.NotAPage) as error:
        return look.unsound(message_of(error), silent=isinstance(error, NoAnswer) and error.silent)
    if trouble is not None:
        look = replace(look, result=replace(look.result, metadata_files=False))
        return look.unsound(trouble)
    return replace(look, result=replace(look.result, ok=True, state="sound"))


def _page(
    client: httpx.Client, mirror: Mirror, probe: str, meter: Meter, deadline: float, limit: int
) -> tuple[Answer, Page]:
    """The first of the addresses where this kind of mirror has a project's files. Raises NoAnswer, NotAPage."""
    folder, _, project = probe.rpartition("/")
    project = normalized(project)
    probe = f"{folder}/{project}" if folder else project
    places = [f"{probe}/"]
    if mirror.kind == "pytorch":
        folder = folder or "cpu"
        places = (
            [f"{folder}/", f"{probe}/"]
            if mirror.index_type == "flat"
            else [f"{probe}/", f"{folder}/{project}/", f"{folder}/"]
        )
    answer = None
    for place in dict.fromkeys(places):
        answer = get(client, f"{mirror.url}/{place}", meter, deadline, limit=limit)
        if answer.status == 200:
            return answer, page.parse(answer.body, answer.headers.get("content-type", ""), answer.url)
        if answer.status not in (403, 404):
            break
    status = answer.status if answer else 0
    raise NoAnswer(_REFUSALS.get(status, said("answers {status} for {project}", status=status, project=project)))


def _second(client: httpx.Client, url: str, meter: Meter, deadline: float) -> Answer | None:
    """A second request on the connection that stands: its first byte is the latency. None where it was not answered."""
    try:
        return get(client, url, meter, deadline, method="HEAD")
    except NoAnswer:
        return None


def _seen(look: Look, found: Page, first_byte_s: float) -> MirrorResult:
    host, own = host_of(look.files[-1].url), host_of(look.result.url)
    return replace(
        look.result,
        latency_ms=first_byte_s * 1000,
        api=found.form,
        hashes=all(file.sha256 for file in look.files),
        upload_times=any(file.upload_time for file in look.files),
        metadata_files=any(file.metadata for file in look.files),
        files_host=None if host == own else host,
    )


def _serial(answer: Answer) -> int | None:
    told = answer.headers.get("x-pypi-last-serial", "")
    return int(told) if told.isdigit() else None


def _by_age(files: tuple[File, ...]) -> tuple[File, ...]:
    return tuple(sorted(files, key=lambda file: _version_key(file.name)))


def _version_key(name: str) -> tuple[bool, object]:
    from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename
    from packaging.version import InvalidVersion, Version

    try:
        version = parse_wheel_filename(name)[1] if name.endswith(".whl") else parse_sdist_filename(name)[1]
    except (InvalidSdistFilename, InvalidWheelFilename, InvalidVersion):
        return False, Version("0")
    return True, version


def _metadata_trouble(client: httpx.Client, files: tuple[File, ...], meter: Meter, deadline: float) -> str | None:
    """Whether metadata that is offered is there: uv ends where it is not, though the wheel is. One file is tried."""
    file = next((file for file in reversed(files) if file.metadata and file.is_wheel), None)
    if file is None:
        return None
    answer = get(client, file.url + ".metadata", meter, deadline, headers={"Accept": "*/*"}, limit=_METADATA_LIMIT)
    if answer.status != 200:
        return said("offers metadata that it does not have ({status})", status=answer.status)
    stated = file.metadata_sha256
    if stated is not None and hashlib.sha256(answer.body).hexdigest() != stated.lower():
        return said("its metadata has another hash than stated")
    if b"Metadata-Version:" not in answer.body[:4096]:
        return said("its metadata is something else")
    return None


def look_at_files(
    client: httpx.Client,
    mirror: Mirror,
    probe: str,
    meter: Meter,
    deadline: float,
    page_limit: int,  # noqa: ARG001
) -> Look:
    """Stage one of a mirror of Pythons or of uv: whether it has the very file `probe`, and that is an archive."""
    url = f"{mirror.url}/{probe}"
    result = MirrorResult(mirror.id, mirror.url or "", ok=False, official=mirror.official)
    look = Look(mirror, result)
    try:
        get(client, url, meter, deadline, method="HEAD")  # the connection's own cost is not its latency
        answer = get(
            client, url, meter, deadline, headers={"Range": "bytes=0-1023", "Accept": "*/*"}, limit=1024, whole=False
        )
    except NoAnswer as error:
        return look.unsound(message_of(error), silent=error.silent)
    name = probe.rpartition("/")[2]
    if answer.status not in (200, 206):
        return look.unsound(
            _REFUSALS.get(answer.status, said("has no {name} ({status})", name=name, status=answer.status))
        )
    if "html" in answer.headers.get("content-type", "") or answer.body.lstrip()[:1] == b"<":
        return look.unsound(said("a web page, not a file"))
    host = host_of(answer.url)
    total = answer.headers.get("content-range", "").rpartition("/")[2]
    file = File(name, url, size=int(total) if total.isdigit() else None)
    latency = answer.first_byte_s * 1000
    elsewhere = None if host == host_of(mirror.url or "") else host
    return Look(mirror, replace(result, ok=True, latency_ms=latency, files_host=elsewhere, state="sound"), (file,))


def against(looks: Iterable[Look], reference: Look | None, now: float) -> list[Look]:
    """The looks, held against the official one, or where that is unknown against each other: hashes and freshness. Pure."""
    looks = list(looks)
    truth = _truth([reference] if reference and reference.files else [look for look in looks if look.files])
    known = (
        reference.files
        if reference and reference.files
        else tuple({f.name: f for look in looks for f in look.files}.values())
    )
    times = {file.name: file for file in known}
    for look in looks:  # a page with times counts for those that know none
        times.update({file.name: file for file in look.files if file.upload_time and file.name in times})
    return [_held(look, reference, truth, tuple(times.values()), now) for look in looks]


def _truth(looks: list[Look]) -> dict[str, str]:
    """File name -> the sha256 that most of them state; a tie states nothing."""
    votes: dict[str, dict[str, int]] = {}
    for look in looks:
        for file in look.files:
            if file.sha256:
                counted = votes.setdefault(file.name, {})
                counted[file.sha256] = counted.get(file.sha256, 0) + 1
    truth: dict[str, str] = {}
    for name, counted in votes.items():
        first, *others = sorted(counted.items(), key=lambda pair: -pair[1])
        if not others or first[1] > others[0][1]:
            truth[name] = first[0]
    return truth


def _held(look: Look, reference: Look | None, truth: dict[str, str], known: tuple[File, ...], now: float) -> Look:
    if not look.result.ok:
        return look
    wrong = next((f.name for f in look.files if f.sha256 and truth.get(f.name, f.sha256) != f.sha256), None)
    if wrong is not None:
        return look.unsound(said("names another file as {wrong}", wrong=wrong))
    if reference is not None and look.mirror.id == reference.mirror.id:
        return look
    # Who states no hashes is held to what the others state.
    files = tuple(file if file.sha256 else replace(file, sha256=truth.get(file.name)) for file in look.files)
    same_serial = reference and look.serial and reference.serial and look.serial >= reference.serial
    stale = 0.0 if same_serial else behind_hours(look.files, known, now)
    return replace(look, files=files, result=replace(look.result, stale_hours=stale))


def behind_hours(own: Iterable[File], known: Iterable[File], now: float) -> float | None:
    """How long the oldest file is out that came after the newest one this mirror has; 0 where it has all the newest.

    None where no upload time tells. `now`: seconds since the epoch.
    """
    moments = {file.name: moment for file in known if (moment := _moment(file.upload_time)) is not None}
    if not moments:
        return None
    names = {file.name for file in own}
    newest = max((moment for name, moment in moments.items() if name in names), default=None)
    missing = [m for name, m in moments.items() if name not in names and (newest is None or m > newest)]
    return max(0.0, (now - min(missing)) / 3600) if missing else 0.0


def _moment(text: str | None) -> float | None:
    try:
        moment = datetime.fromisoformat((text or "").replace("Z", "+00:00"))
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()
