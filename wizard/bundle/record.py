"""A bundle's manifest: what is in the folder, for which host, from which lock. Pure.

`bundle.json` names every file with its size and its sha256. It holds no address: whoever has the lock knows where the
files came from, and a sign-in in an address could travel with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from typing import Any, Literal

from wizard.errors import BadInput
from wizard.language import said
from wizard.text import one_line

SCHEMA = 1
MANIFEST = "bundle.json"
CHOICES, ONE_FILE, PYTHONS = "choices.toml", "uv-wizard.pyz", "python/downloads.json"
What = Literal["package", "build", "uv", "python", "one-file", "choices", "index", "about"]
_WHATS = ("package", "build", "uv", "python", "one-file", "choices", "index", "about")
_PART = re.compile(r"[A-Za-z0-9._+!=-]+")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Entry:
    """One file. `path`: in the bundle, with `/`; `hash`: as uv.lock states it, "" where it states none.

    `here` False: it lies in the earlier bundle that this one goes with.
    """

    path: str
    size: int
    sha256: str
    what: What
    package: str = ""
    version: str = ""
    hash: str = ""
    here: bool = True

    @property
    def name(self) -> str:
        """The file's own."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True)
class For:
    """The host that a bundle is for. `libc`: the name, and the least version that its files ask for; `python`: `3.12`;
    `build`: the patch release that came along, None: the host's own Python.
    """

    os: str
    arch: str
    libc: tuple[str, str] | None
    python: str
    build: str | None = None
    requires_python: str | None = None

    @property
    def told(self) -> str:
        """In words."""
        host = f"{self.os} {self.arch}"
        if self.libc:
            libc = " ".join(filter(None, self.libc))
            return said("{host} with {libc}, Python {python}", host=host, libc=libc, python=self.python)
        return said("{host}, Python {python}", host=host, python=self.python)


@dataclass(frozen=True)
class Manifest:
    """See the module. `lock`: sha256 of the project's uv.lock; `since`: the id of the earlier bundle it goes with."""

    wizard: str
    made: str
    target: For
    project: str
    lock: str
    uv: str
    extras: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = ()
    notes: tuple[str, ...] = ()
    since: str | None = None
    sources: tuple[str, ...] = field(default=())
    """Packages that are built on the host, there being no wheel for it: `name==version`."""

    @property
    def id(self) -> str:
        """The same for the same files."""
        told = "\n".join(sorted(f"{one.sha256} {one.path}" for one in self.entries))
        return sha256(f"{self.lock}\n{told}".encode()).hexdigest()[:16]

    def of(self, what: What) -> tuple[Entry, ...]:
        """Its files of that kind."""
        return tuple(one for one in self.entries if one.what == what)

    @property
    def here(self) -> tuple[Entry, ...]:
        """The files that lie in this bundle's own folder."""
        return tuple(one for one in self.entries if one.here)

    def without(self, earlier: Manifest) -> Manifest:
        """Leaves to an earlier bundle what it has in its own folder."""
        there = {(one.path, one.sha256) for one in earlier.here}
        kept = tuple(
            replace(one, here=not _may_stay(one) or (one.path, one.sha256) not in there) for one in self.entries
        )
        return replace(self, entries=kept, since=earlier.id)

    def document(self) -> dict[str, Any]:
        """JSON-ready."""
        told = {**asdict(self), "schema": SCHEMA, "id": self.id}
        told["files"] = told.pop("entries")
        libc = self.target.libc
        told["target"]["libc"] = {"name": libc[0], "version": libc[1]} if libc else None
        return told


def _may_stay(entry: Entry) -> bool:
    """The pages of an index are small, and name only what lies beside them."""
    return entry.what not in ("index", "about", "choices", "one-file")


def from_document(data: Any, where: str) -> Manifest:
    """The manifest in parsed JSON. Raises BadInput, naming the file `where` it stands."""
    if not isinstance(data, Mapping) or data.get("schema") != SCHEMA or not isinstance(data.get("files"), list):
        schema = data.get("schema") if isinstance(data, Mapping) else None
        newer = isinstance(schema, int) and schema > SCHEMA
        path = one_line(where, 200)
        raise BadInput(
            said("{path} was made by a newer uv-wizard; use that one", path=path)
            if newer
            else said("{path} is no bundle's manifest", path=path)
        )
    try:
        target = data["target"]
        libc = target["libc"]
        return Manifest(
            wizard=_text(data["wizard"]),
            made=_text(data["made"]),
            target=For(
                _text(target["os"]),
                _text(target["arch"]),
                (_text(libc["name"]), _text(libc["version"])) if libc else None,
                _text(target["python"]),
                None if target["build"] is None else _text(target["build"]),
                None if target["requires_python"] is None else _text(target["requires_python"]),
            ),
            project=_text(data["project"]),
            lock=_text(data["lock"]),
            uv=_text(data["uv"]),
            extras=_texts(data["extras"]),
            groups=_texts(data["groups"]),
            entries=tuple(_entry(one) for one in data["files"]),
            notes=_texts(data["notes"]),
            since=None if data["since"] is None else _text(data["since"]),
            sources=_texts(data["sources"]),
        )
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise BadInput(
            said(
                "{where} is not as uv-wizard writes it ({error})",
                where=one_line(where, 200),
                error=one_line(str(error), 80),
            )
        ) from None


def _entry(data: Mapping[str, Any]) -> Entry:
    path, size, digest, what = _text(data["path"]), data["size"], _text(data["sha256"]), data["what"]
    if not safe(path) or not isinstance(size, int) or size < 0 or not _SHA256.fullmatch(digest) or what not in _WHATS:
        raise ValueError(f"files: {path}")
    words = (_text(data["package"]), _text(data["version"]), _text(data["hash"]))
    return Entry(path, size, digest, what, *words, here=bool(data["here"]))


def safe(path: str) -> bool:
    """Whether a path leads nowhere but into the bundle, on every system."""
    parts = path.split("/")
    return all(_PART.fullmatch(part) and part.strip(".") and not part.endswith(".") for part in parts)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _texts(values: Iterable[Any]) -> tuple[str, ...]:
    if isinstance(values, str):
        raise TypeError(f"{values!r} is no list")
    return tuple(_text(one) for one in values)


__all__ = ["CHOICES", "MANIFEST", "ONE_FILE", "PYTHONS", "Entry", "For", "Manifest", "What", "from_document", "safe"]
