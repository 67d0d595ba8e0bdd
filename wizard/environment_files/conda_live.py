"""A conda environment as it stands: what somebody asked for, against what came along. Read from its own records.

conda writes each request into conda-meta/history (`# update specs: [...]`), and what is there into conda-meta/*.json
(conda's documentation, "conda-meta/history"). pip marks what was named on its command line by a file REQUESTED
(PEP 376). Nothing is run, nothing is changed.
"""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from wizard.environment_files import conda_spec
from wizard.environment_files.record import Described, Entry
from wizard.errors import BadInput
from wizard.language import said
from wizard.text import one_line

_SPECS = re.compile(r"^# (?P<what>update|install|create|remove|neutered) specs?:\s*(?P<specs>.*)$")
_LARGEST = 64 << 20


@dataclass(frozen=True)
class Live:
    """`described`: what was asked for by hand; `along`: (name, version) of what came with it."""

    described: Described
    along: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class _There:
    name: str
    version: str
    requested: bool = False
    text: str | None = None
    """As pip would be told, where it came from an address or a folder."""
    editable: bool = False


def read(prefix: Path) -> Live:
    """Raises BadInput where it is no environment of conda's."""
    meta = prefix / "conda-meta"
    if not meta.is_dir():
        raise BadInput(
            said("{prefix} is no conda environment: it has no folder conda-meta", prefix=one_line(str(prefix), 200))
        )
    installed = _by_conda(meta)
    asked = _asked(meta / "history")
    by_pip = [one for one in _by_pip(prefix) if canonicalize_name(one.name) not in installed]
    entries = [_entry(spec, installed) for spec in asked]
    named: set[str] = {canonicalize_name(conda.name) for spec in asked if (conda := conda_spec.read(spec))}
    if "python" in installed and "python" not in named:
        entries.insert(0, Entry(f"python={installed['python'].version}", "conda"))
        named.add("python")
    requested = [one for one in by_pip if one.requested]
    if not asked and not requested:  # records of other makes: all of it is told
        entries += [Entry(f"{one.name}={one.version}", "conda") for one in installed.values() if one.name != "python"]
        requested, named = by_pip, {*installed}
    entries += [Entry(one.text or f"{one.name}=={one.version}", "pip", editable=one.editable) for one in requested]
    taken = {canonicalize_name(one.name) for one in requested}
    along = [one for key, one in installed.items() if key not in named]
    along += [one for one in by_pip if canonicalize_name(one.name) not in taken]
    described = Described(
        tuple(entries), name=None if prefix.name in {"", "base"} else prefix.name, dump=not (asked or taken)
    )
    rows = tuple(sorted((one.name, one.version) for one in along))
    return Live(described, rows)


def _entry(spec: str, installed: dict[str, _There]) -> Entry:
    """The request; one without a version says which one it has been given."""
    read_ = conda_spec.read(spec)
    there = installed.get(canonicalize_name(read_.name)) if read_ else None
    if there is not None and read_ is not None and not read_.version:
        return Entry(spec, "conda", row=f"{spec} (here: {there.version})")
    return Entry(spec, "conda")


def _by_conda(meta: Path) -> dict[str, _There]:
    found: dict[str, _There] = {}
    for path in sorted(meta.glob("*.json")):
        record = _json(path)
        name, version = record.get("name"), record.get("version")
        if isinstance(name, str) and isinstance(version, str):
            found[canonicalize_name(name)] = _There(one_line(name, 80), one_line(version, 40))
    return found


def _json(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _LARGEST:
            return {}
        data = json.loads(path.read_text("utf-8", "replace"))
    except (OSError, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _asked(history: Path) -> list[str]:
    """The requests that are still in force, in their order."""
    try:
        lines = history.read_text("utf-8", "replace").splitlines()
    except OSError:
        return []
    found: dict[str, str] = {}
    for line in lines:
        said = _SPECS.match(line)
        for spec in _list(said["specs"]) if said else ():
            read_ = conda_spec.read(spec)
            if said is None or read_ is None:
                continue
            key = canonicalize_name(read_.name)
            if said["what"] == "remove":
                found.pop(key, None)
            elif said["what"] != "neutered":
                found[key] = spec
    return list(found.values())


def _list(text: str) -> list[str]:
    """A list as Python or JSON writes it; of old conda, words with commas between."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        value = [word.strip() for word in text.split(",")]
    words = value if isinstance(value, (list, tuple)) else [value]
    return [one_line(word, 200) for word in words if isinstance(word, str) and word.strip()]


def _by_pip(prefix: Path) -> list[_There]:
    folders = [*prefix.glob("lib/python3.*/site-packages"), prefix / "Lib" / "site-packages"]
    found = []
    for folder in folders:
        for info in sorted(folder.glob("*.dist-info")):
            one = _dist(info)
            if one is not None:
                found.append(one)
    return found


def _dist(info: Path) -> _There | None:
    installer = _first(info / "INSTALLER")
    name, _, version = info.name.removesuffix(".dist-info").partition("-")
    if installer == "conda" or not version:
        return None
    one = _There(name.replace("_", "-"), version, requested=(info / "REQUESTED").exists())
    origin = _json(info / "direct_url.json")
    url = origin.get("url")
    if not isinstance(url, str):
        return one
    vcs, folder = origin.get("vcs_info"), origin.get("dir_info")
    if isinstance(vcs, dict):
        at = f"@{vcs.get('commit_id')}" if vcs.get("commit_id") else ""
        return replace(one, text=f"{one.name} @ {vcs.get('vcs', 'git')}+{url}{at}")
    if isinstance(folder, dict):
        return replace(one, text=url.removeprefix("file://"), editable=bool(folder.get("editable")))
    return replace(one, text=f"{one.name} @ {url}")


def _first(path: Path) -> str:
    try:
        return (path.read_text("utf-8", "replace").splitlines() or [""])[0].strip().lower()
    except OSError:
        return ""


__all__ = ["Live", "read"]
