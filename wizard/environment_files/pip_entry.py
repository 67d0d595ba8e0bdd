"""One line of pip's as a dependency: a requirement, a git address, a file, a folder. Pure but for the name in a folder."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

from wizard.environment_files.record import Entry
from wizard.language import said

_EGG = re.compile(r"[#&]egg=(?P<name>[A-Za-z0-9._-]+)(?P<extras>\[[^\]]*\])?")
_VCS = re.compile(r"^(?:git|hg|svn|bzr)\+")
_SCP = re.compile(r"^git@(?P<host>[^:/]+):(?P<path>.+)$")
_BUILT = re.compile(r"^file:///(?:home|tmp|opt|croot|Users|builds|private|work|[A-Za-z]:|D:|C:)", re.IGNORECASE)


@dataclass(frozen=True)
class Told:
    """`requirement` None: it has no place; then `dropped` tells which pile. `path`: the folder it lies in, relative."""

    requirement: str | None
    why: str
    dropped: bool = False
    path: str | None = None


def requirement(text: str) -> Requirement | None:
    """The line as a requirement of PEP 508, None where it is none."""
    try:
        return Requirement(text)
    except InvalidRequirement:
        return None


def told(entry: Entry) -> Told:
    """What becomes of the line."""
    text = entry.text.removeprefix("-e ").strip() if entry.editable else entry.text
    bare, marker = _apart(text)
    if _VCS.match(bare) or bare.endswith(".git") or _SCP.match(bare):
        return _git(bare, marker)
    read = requirement(text)
    if read is not None:
        return _plain(read, text)
    if "://" in bare:
        return _address(bare, marker)
    return _folder(bare, editable=entry.editable)


def _apart(text: str) -> tuple[str, str]:
    bare, sign, marker = text.partition(" ;")
    return bare.strip(), f" ; {marker.strip()}" if sign else ""


def _plain(read: Requirement, text: str) -> Told:
    if read.url is not None:
        if _BUILT.match(read.url):
            return Told(
                _without_url(read), said("the folder it was built in is nobody's but the builder's: any version")
            )
        if re.match(r"^file:", read.url):
            return Told(None, said("a file of one machine; give its folder, or publish it"))
        return Told(text, said("the address is kept"))
    pinned = re.search(r"\+[A-Za-z0-9.]+", str(read.specifier))
    if pinned:
        public = re.sub(r"(===?\s*[^,;+\s]+)\+[A-Za-z0-9.]+", r"\1", text)
        return Told(
            public,
            said("the build {pinned} lies on another index; the variant of torch decides that", pinned=pinned[0]),
        )
    return Told(text, said("the same on the package index"))


def _without_url(read: Requirement) -> str:
    extras = f"[{','.join(sorted(read.extras))}]" if read.extras else ""
    return f"{read.name}{extras}" + (f" ; {read.marker}" if read.marker else "")


def _git(bare: str, marker: str) -> Told:
    scp = _SCP.match(bare)
    address = f"git+ssh://git@{scp['host']}/{scp['path']}" if scp else bare
    if not _VCS.match(address):
        address = f"git+{address}"
    if not address.startswith("git+"):
        return Told(None, said("uv fetches from git alone; publish it, or give a folder"))
    egg = _EGG.search(address)
    plain, _, fragment = address.partition("#")
    kept = "&".join(part for part in fragment.split("&") if part.startswith("subdirectory="))
    address = f"{plain}#{kept}" if kept else plain
    name = egg["name"] if egg else _repository(plain)
    if not name:
        return Told(None, said("the address does not say what the package is called; write it as name @ address"))
    extras = (egg["extras"] or "") if egg else ""
    why = said("git, as it was") if egg else said("git; the name is the repository's, check it")
    return Told(f"{name}{extras} @ {address}{marker}", why)


def _repository(address: str) -> str:
    path = urlsplit(address.removeprefix("git+")).path
    last = path.rstrip("/").rpartition("/")[2]
    name, at, _ = last.partition("@")
    return (name if at else last).removesuffix(".git")


def _address(bare: str, marker: str) -> Told:
    if bare.startswith("file:"):
        return Told(None, said("a file of one machine; give its folder, or publish it"))
    file = unquote(urlsplit(bare).path.rpartition("/")[2])
    egg = _EGG.search(bare)
    name = egg["name"] if egg else _of_file(file)
    if name is None:
        return Told(None, said("the address does not say what the package is called; write it as name @ address"))
    if re.search(r"\+(?:cu\d|cpu|rocm|xpu)", file) and name.startswith("torch"):
        version = file.split("-")[1].partition("+")[0]
        return Told(f"{name}=={version}", said("one build for one machine; the variant of torch decides that"))
    return Told(f"{name} @ {bare.partition('#')[0]}{marker}", said("the address is kept"))


def _of_file(file: str) -> str | None:
    try:
        return str(parse_wheel_filename(file)[0])
    except InvalidWheelFilename:
        pass
    found = re.match(r"^(?P<name>[A-Za-z0-9._-]+?)-\d[^-]*\.(?:tar\.gz|zip|tar\.bz2)$", file)
    return canonicalize_name(found["name"]) if found else None


def _folder(bare: str, *, editable: bool) -> Told:
    path = re.sub(r"\[[^\]]*\]$", "", bare).replace("\\", "/")
    if path in {".", "./"}:
        return Told(None, said("the project itself: uv installs it with its dependencies"), dropped=True)
    if path.startswith(("/", "~")) or re.match(r"^[A-Za-z]:/", path):
        return Told(None, said("a folder of one machine; put it beside the project, then uv add --editable FOLDER"))
    wheel = _of_file(path.rpartition("/")[2])
    if wheel is not None:
        return Told(wheel, said("a file beside the project"), path=path)
    if re.fullmatch(r"(?:\.{1,2}/)*[\w.@ /-]+", path) and ("/" in path or editable):
        last = path.rstrip("/").rpartition("/")[2]
        if re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?", last):
            return Told(last, said("a folder beside the project; its name is taken from the folder"), path=path)
    return Told(None, said("it is neither a requirement nor an address"))
