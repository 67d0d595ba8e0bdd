"""Puts back what a journal's run changed: the same bytes, modes and absence. What somebody changed since is left alone.

Can be done again after it was itself cut off: what is as it was before is passed over. Standard library only.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wizard import registry
from wizard.files import digest, read_bytes, records, write_atomically
from wizard.language import said


@dataclass(frozen=True)
class Versions:
    """A file or value as it was before us, as we left it, and as it is now; None: it was not there, or is not known."""

    before: bytes | None
    ours: bytes | None
    now: bytes | None
    kept: tuple[str, ...] = ()
    """Where the first two lie as files."""


@dataclass(frozen=True)
class Undone:
    """What undo did with one file or value: `restored`, `already` as before, or `refused` with why and the versions."""

    name: str
    state: str
    why: str = ""
    versions: Versions | None = None
    new: bool = False
    """Whether the run had made it: to put that back is to take it away."""


CHANGED = said("it was changed since")


def undo(folder: Path, *, dry_run: bool = False, only: str | None = None) -> tuple[Undone, ...]:
    """Puts back what the journal's run changed, newest first. What somebody changed since is left as it is, also where that
    was between two changes of the run: it is known before anything is put back.

    `only`: the path of the one file to put back.
    """
    done: list[Undone] = []
    would_be = () if dry_run else undo(folder, dry_run=True, only=only)
    theirs = {one.name: one for one in would_be if one.state == "refused"}
    entries = records(folder)
    oldest = {entry["path"]: entry for entry in reversed(entries) if entry["what"] == "file"}
    back = {path for path, entry in oldest.items() if _is_as_before(folder, entry)}
    would: dict[str, Any] = {}
    for entry in reversed(entries):
        name = entry["path"] if entry["what"] == "file" else registry.shown(entry["name"])
        if only is not None and name != only:
            continue
        if any(one.name == name and one.state == "refused" for one in done):
            continue
        if name in back and entry is not oldest.get(name):
            continue  # an undo before this one has gone all the way
        if name in theirs:
            done.append(theirs[name])
            continue
        try:
            if entry["what"] == "registry":
                done.append(_undo_registry(entry, would, dry_run=dry_run))
            else:
                done.append(_undo_file(folder, entry, would, dry_run=dry_run))
        except OSError as error:
            done.append(Undone(name, "refused", error.strerror or str(error)))
    return tuple(done)


def tidy(folder: Path) -> None:
    """Takes away temporary files of ours that a killed run left beside the user's; what it changed stays."""
    for entry in records(folder):
        if entry["what"] == "file":
            with contextlib.suppress(OSError):
                os.unlink(entry["spare"])


def _is_as_before(folder: Path, entry: Mapping[str, Any]) -> bool:
    try:
        return read_bytes(Path(entry["path"])) == _before(folder, entry)
    except OSError:
        return False


def _before(folder: Path, entry: Mapping[str, Any]) -> bytes | None:
    return (folder / entry["before"]).read_bytes() if entry["before"] else None


def _undo_file(folder: Path, entry: Mapping[str, Any], would: dict[str, Any], *, dry_run: bool) -> Undone:
    """`would`: what newer records would have put back, by path, where nothing is."""
    path = Path(entry["path"])
    before = _before(folder, entry)
    now = would[entry["path"]] if entry["path"] in would else read_bytes(path)
    ours = entry["after"] == "pending" or digest(now) == entry["after"]
    if now != before and not ours:
        return Undone(str(path), "refused", CHANGED, _versions(folder, entry, before, now))
    if dry_run:
        would[entry["path"]] = before
        return Undone(str(path), "already" if now == before else "restored", new=before is None)
    return Undone(str(path), "restored" if _put_back(path, entry, before, now) else "already", new=before is None)


def _put_back(path: Path, entry: Mapping[str, Any], before: bytes | None, now: bytes | None) -> bool:
    """False where all was as before. What a kill left half done goes, too: our temporary file, folders we made."""
    target = Path(os.path.realpath(path))  # a link to our file stays
    spare = Path(entry["spare"])
    with contextlib.suppress(OSError):
        spare.unlink()
    if now != before:
        if before is None:
            target.unlink()
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, before, entry.get("mode"), spare=spare)
    done = now != before
    if before is not None and "mode" in entry and stat.S_IMODE(target.stat().st_mode) != entry["mode"]:
        target.chmod(entry["mode"])
        done = True
    if before is None:
        for made in reversed(entry["made"]):
            with contextlib.suppress(OSError):  # not empty: somebody else uses it by now
                Path(made).rmdir()
    return done


def _versions(folder: Path, entry: Mapping[str, Any], before: bytes | None, now: bytes | None) -> Versions:
    kept = tuple(str(folder / entry[key]) for key in ("before", "ours") if entry.get(key))
    ours = (folder / entry["ours"]).read_bytes() if entry.get("ours") else None
    return Versions(before, ours, now, kept)


def _undo_registry(entry: Mapping[str, Any], would: dict[str, Any], *, dry_run: bool) -> Undone:
    name = entry["name"]
    shown = registry.shown(name)
    before, after = (None if value is None else tuple(value) for value in (entry["before"], entry["after"]))
    now = would[shown] if shown in would else registry.get(name)
    if now == before:
        return Undone(shown, "already")
    if now != after:
        told = [None if value is None else str(value[0]).encode() for value in (before, after, now)]
        return Undone(shown, "refused", CHANGED, Versions(told[0], told[1], told[2]))
    if dry_run:
        would[shown] = before
    else:
        registry.put(name, before)
    return Undone(shown, "restored")
