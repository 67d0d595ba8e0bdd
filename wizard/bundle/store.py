"""A bundle's folder: read, and every file held to the sha256 that the manifest states. Nothing here writes into it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from wizard.bundle.record import MANIFEST, Entry, Manifest, from_document
from wizard.errors import BadInput
from wizard.language import said
from wizard.text import one_line

_PIECE = 1 << 20
_AT_ONCE = 4
State = Literal["good", "missing", "changed", "unread"]


@dataclass(frozen=True)
class Bundle:
    """A folder and its manifest."""

    folder: Path
    manifest: Manifest

    def path(self, entry: Entry) -> Path:
        """Where that file lies, or should."""
        return self.folder.joinpath(*entry.path.split("/"))


@dataclass(frozen=True)
class Looked:
    """What became of a file. `why` for one that can't be read."""

    entry: Entry
    state: State
    why: str = ""

    @property
    def told(self) -> str:
        """In one line."""
        path = self.entry.path
        if self.state == "missing":
            return said("{path} is missing", path=path)
        if self.state == "changed":
            return said("{path} has other bytes than the manifest states", path=path)
        if self.state == "good":
            return said("{path} is good", path=path)
        return said("{path} cannot be read: {error}", path=path, error=self.why)


def read(folder: Path) -> Bundle:
    """The bundle in a folder (or of the bundle.json named). Raises BadInput."""
    path = folder / MANIFEST if folder.is_dir() else folder
    try:
        data = json.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        half = folder.is_dir() and (folder / "files").is_dir()
        where = one_line(str(folder), 200)
        raise BadInput(
            said("{folder} is not finished: run the same uv-wizard export bundle again", folder=where)
            if half
            else said("{folder} is no bundle: no {manifest} there", folder=where, manifest=MANIFEST)
        ) from None
    except OSError as error:
        raise BadInput(
            said("{path} cannot be read: {error}", path=one_line(str(path), 200), error=error.strerror or error)
        ) from None
    except (ValueError, RecursionError) as error:
        raise BadInput(
            said("{path} is not valid JSON: {error}", path=one_line(str(path), 200), error=one_line(str(error), 100))
        ) from None
    return Bundle(path.parent.absolute(), from_document(data, str(path)))


def digest(path: Path) -> tuple[int, str]:
    """(bytes, sha256) of a file. Raises OSError."""
    made, size = hashlib.sha256(), 0
    with path.open("rb") as data:
        while piece := data.read(_PIECE):
            made.update(piece)
            size += len(piece)
    return size, made.hexdigest()


def look(
    bundle: Bundle, entries: Iterable[Entry] | None = None, on_done: Callable[[Looked], None] = lambda _: None
) -> list[Looked]:
    """Reads those files (default: all that lie here) and says of each whether it is what the manifest states."""
    wanted = list(bundle.manifest.here if entries is None else entries)

    def one(entry: Entry) -> Looked:
        found = _state(bundle.path(entry), entry)
        on_done(found)
        return found

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(one, wanted))


def _state(path: Path, entry: Entry) -> Looked:
    try:
        if path.stat().st_size != entry.size:
            return Looked(entry, "changed")
        return Looked(entry, "good" if digest(path) == (entry.size, entry.sha256) else "changed")
    except (FileNotFoundError, NotADirectoryError):
        return Looked(entry, "missing")
    except OSError as error:
        return Looked(entry, "unread", error.strerror or str(error))


def holders(bundles: Sequence[Bundle]) -> dict[Entry, Bundle]:
    """Every file that the first bundle names -> the one of `bundles` that holds it. Raises BadInput where none does."""
    first = bundles[0].manifest
    ids = {one.manifest.id for one in bundles}
    by_hash = {(entry.path, entry.sha256): bundle for bundle in reversed(bundles) for entry in bundle.manifest.here}
    found = {}
    for entry in first.entries:
        holder = bundles[0] if entry.here else by_hash.get((entry.path, entry.sha256))
        if holder is None and first.since not in ids:
            msg = said(
                "the bundle {folder} goes with an earlier one (id {since}), which is needed too: name it with another --bundle",
                folder=one_line(str(bundles[0].folder), 120),
                since=first.since,
            )
            raise BadInput(msg)
        if holder is None:
            msg = said(
                "{path} is in none of these bundles: the earlier one went with another again; name that one too",
                path=entry.path,
            )
            raise BadInput(msg)
        found[entry] = holder
    return found


__all__ = ["Bundle", "Looked", "digest", "holders", "look", "read"]
