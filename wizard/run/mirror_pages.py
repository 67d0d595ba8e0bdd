"""Where a mirror has the lock's files: read from its own pages, by file name and sha256, never guessed.

Mirrors lay their files out in their own ways, and some keep them on other hosts.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from wizard.language import message_of, said
from wizard.mirrors import page
from wizard.mirrors.client import why
from wizard.mirrors.registries import torch_suffix
from wizard.mirrors.together import together
from wizard.run.mirror_lock import LockedFile
from wizard.run.mirror_wanted import Python, wanted

if TYPE_CHECKING:
    import httpx

AT_ONCE = 20
_SECONDS = 90.0
_PATIENCE, _PATIENCE_S = 3, 9.0
"""So many requests without an answer, or so many seconds, and none with one: then a mirror counts as down."""
_LARGEST = 32_000_000
"""Bytes of a page, unpacked: some sixty thousand files."""
_SLOW_AFTER_S, _SLOW = 15.0, 500
"""After so many seconds a page comes faster than so many bytes a second, or is not waited for: 20 of them at once on a
thin line do.
"""
_ABSENT = frozenset({404, 410})


@dataclass
class Found:
    """What one mirror index has. `addresses`: the lock's address -> the mirror's; `trouble`: why nothing of it can be used."""

    index: str
    addresses: dict[str, str] = field(default_factory=dict)
    lacking: list[tuple[str, str]] = field(default_factory=list)
    """(name, version) of packages of which it has no file of the lock, or not the one for this machine."""
    differing: list[tuple[str, str]] = field(default_factory=list)
    """Those whose file of that name has another hash there."""
    untold: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """Why a page could not be had -> the packages on it."""
    trouble: str | None = None
    foreign: bool = False
    """Whether its pages are of a type that uv refuses: their links are good, and it is no index for a build."""


@dataclass
class _Index:
    """The questions to one mirror index while they are being asked."""

    address: str
    torch: bool
    answered: bool = False
    failures: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    flat: list[page.Page | None] = field(default_factory=list)
    begun: float = field(default_factory=time.monotonic)

    def given_up(self) -> bool:
        late = self.failures >= _PATIENCE or (self.failures and time.monotonic() - self.begun >= _PATIENCE_S)
        return bool(late) and not self.answered


@dataclass(frozen=True)
class _Answer:
    """`page` None without trouble: the mirror does not have the project."""

    page: page.Page | None = None
    trouble: str | None = None


def look_up(
    files: Iterable[LockedFile], stand_ins: Mapping[str, str], client: httpx.Client,
    stopped: Callable[[], bool] = lambda: False, python: Python | None = None,
) -> dict[str, Found]:  # fmt: skip
    """Mirror index -> what it has of `files`. `stand_ins`: lock registry -> mirror index. `python`: the environment's."""
    projects: dict[tuple[str, str], list[LockedFile]] = {}
    indexes: dict[str, _Index] = {}
    for file in files:
        address = stand_ins.get(file.registry)
        if address is not None:
            projects.setdefault((address, page.normalized(file.package)), []).append(file)
            indexes.setdefault(address, _Index(address, torch_suffix(file.registry) is not None))
    asked = list(projects)
    jobs = [partial(_ask, client, indexes[address], name) for address, name in asked]
    answers = dict(together(jobs, AT_ONCE, _SECONDS, stopped))
    found = {address: Found(address) for address in indexes}
    for position, (address, name) in enumerate(asked):
        answer = answers.get(position, _Answer(trouble=said("no answer in time")))
        _judge(found[address], projects[address, name], answer, python)
    for one in found.values():
        if not one.addresses:
            one.trouble = next(iter(one.untold), None)
    return found


def _ask(client: httpx.Client, index: _Index, project: str) -> _Answer:
    if index.given_up():
        return _Answer(trouble=said("no answer in time"))
    answer = _get(client, index, f"{index.address}/{project}/")
    if answer.page is not None and any(page.project_of(file.name) == project for file in answer.page.files):
        return answer
    if index.torch and answer.trouble is None:
        return _Answer(_listing(client, index))
    if answer.page is not None:
        return _Answer(trouble=None if answer.page.form == "json" else said("not an index"))
    return answer


def _get(client: httpx.Client, index: _Index, url: str) -> _Answer:
    import httpx

    try:
        with client.stream("GET", url, headers={"Accept": page.ACCEPT}) as response:
            if response.status_code != 200:
                index.answered = True
                absent = response.status_code in _ABSENT
                return _Answer(
                    trouble=None if absent else said("it answers {status_code}", status_code=response.status_code)
                )
            body = _body(response)
    except httpx.HTTPError as error:
        index.failures += 1
        return _Answer(trouble=why(error))
    except httpx.InvalidURL:
        return _Answer(trouble=said("not an address"))
    except _Unfit as error:
        index.failures += 1
        return _Answer(trouble=message_of(error))
    index.answered = True
    try:
        return _Answer(page.parse(body, response.headers.get("content-type", ""), str(response.url)))
    except page.NotAPage as error:
        return _Answer(trouble=said("not an index: {error}", error=error))


class _Unfit(Exception):
    """Why a page is not read to its end."""


def _body(response: httpx.Response) -> bytes:
    body = bytearray()
    begun = time.monotonic()
    for piece in response.iter_bytes():
        body += piece
        took = time.monotonic() - begun
        if len(body) > _LARGEST:
            raise _Unfit(said("its page has no end"))
        if took > _SLOW_AFTER_S and response.num_bytes_downloaded < _SLOW * took:
            raise _Unfit(said("no answer in time"))
    return bytes(body)


def _listing(client: httpx.Client, index: _Index) -> page.Page | None:
    """The flat listing of a variant's wheels, which some PyTorch mirrors have in place of project pages. Asked once."""
    with index.lock:
        if not index.flat:
            index.flat.append(_get(client, index, f"{index.address}/").page)
        return index.flat[0]


def _judge(found: Found, files: list[LockedFile], answer: _Answer, python: Python | None) -> None:
    """Adds to `found` what this answer says about the files of one project."""
    by_package: dict[tuple[str, str], list[LockedFile]] = {}
    for file in files:
        by_package.setdefault((file.package, file.version), []).append(file)
    if answer.trouble is not None:
        found.untold.setdefault(answer.trouble, []).extend(by_package)
        return
    found.foreign = found.foreign or (answer.page is not None and not answer.page.for_uv)
    offered = {file.name: file for file in answer.page.files} if answer.page else {}
    for package, ones in by_package.items():
        same = {file.name: there for file in ones if (there := offered.get(file.name)) and _same(there, file)}
        found.addresses.update({file.url: same[file.name].url for file in ones if file.name in same})
        missing = wanted(ones, python) if same and len(same) < len(ones) else None
        if not same or (missing is not None and missing.name not in same):
            names = {missing.name} if missing else {file.name for file in ones}
            (found.differing if names & offered.keys() else found.lacking).append(package)


def _same(there: page.File, file: LockedFile) -> bool:
    """Whether the page does not say that it is another file. uv holds what comes to the lock's hash."""
    return there.sha256 is None or file.sha256 is None or there.sha256 == file.sha256
