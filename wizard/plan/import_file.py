"""A pyproject.toml of what an environment file asks for: a new one, or what an existing one lacks. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

import tomlkit
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Array, Table

from wizard.environment_files import hints
from wizard.environment_files.record import Imported
from wizard.environment_files.unsaid_python import unsaid_python
from wizard.errors import BadInput
from wizard.language import nsaid, said
from wizard.plan.step import Command, FileChange, Step
from wizard.text import masked

_SERIES = re.compile(r"==(\d+\.\d+)\.\*")


def step(imported: Imported, folder: str, separator: str, files: dict[str, bytes | None], python: str) -> Step | None:
    """The step, None where nothing changes. `files`: pyproject.toml and .python-version by name, as they are now;
    `python`: the Python at hand (`3.12`), for a file that names none. Raises BadInput.
    """
    before = files.get("pyproject.toml")
    notes = list(imported.notes)
    wanted = imported.requires_python
    if before is None:
        if wanted is None:
            wanted, why = unsaid_python(imported.dependencies, python)
            notes += [why] if why else []
        after = _new(imported, folder, separator, wanted)
    else:
        after, more = _merged(imported, before)
        notes += more
    notes += [said("{text}: not decided; {why}", text=one.text, why=one.why) for one in imported.undecided]
    changes = [FileChange(f"{folder}{separator}pyproject.toml", before, after)]
    series = _SERIES.fullmatch(wanted or "")
    if series and files.get(".python-version") is None and before is None:
        changes.append(FileChange(f"{folder}{separator}.python-version", None, f"{series[1]}\n".encode()))
    changes = [change for change in changes if change.before != change.after]
    if not changes:
        return None
    summary = nsaid(
        "{count} dependency into pyproject.toml",
        "{count} dependencies into pyproject.toml",
        len(imported.dependencies),
    )
    origin = "conda" if imported.of_conda else ""
    return Step("import", "import", summary, files=tuple(changes), notes=tuple(notes), origin=origin)


def lock_step(command: Command) -> Step:
    """uv makes uv.lock of it."""
    return Step("lock", "lock", said("uv makes uv.lock"), commands=(command,))


def project_name(imported: Imported, folder: str, separator: str) -> str:
    """The file's name for it, else the folder's, as a name that pyproject.toml may hold."""
    name = name_of(imported.name or "", folder.rstrip(separator).rpartition(separator)[2])
    taken = {_name(one) for one in imported.dependencies}
    return f"{name}-project" if canonicalize_name(name) in taken else name  # uv takes one of the same name for itself


def name_of(*texts: str) -> str:
    """The first of these that makes a name which pyproject.toml may hold, as such."""
    for text in texts:
        name = re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-._")
        if name and name != "base":
            return name
    return "project"


def _new(imported: Imported, folder: str, separator: str, python: str) -> bytes:
    document = tomlkit.document()
    project = tomlkit.table()
    project.add("name", project_name(imported, folder, separator))
    project.add("version", "0.1.0")
    project.add("requires-python", python)
    project.add("dependencies", _lines(imported.dependencies))
    document.add("project", project)
    _settings(document, imported, set())
    return tomlkit.dumps(document).encode()


def _lines(requirements: Iterable[str]) -> Array:
    array = tomlkit.array()
    for one in requirements:
        array.append(one)
    return array.multiline(multiline=True)


def _merged(imported: Imported, before: bytes) -> tuple[bytes, list[str]]:
    """What the project has stays as it is, also where the file asks for another version: that is told."""
    try:
        document = tomlkit.parse(before.decode("utf-8"))
    except (TOMLKitError, UnicodeDecodeError) as error:
        msg = said("pyproject.toml can't be read: {error}. Correct it, then import again", error=error)
        raise BadInput(msg) from None
    project = document.get("project")
    if not isinstance(project, dict):
        msg = said(
            "pyproject.toml has no [project] table to put dependencies into; add one, or move it away and import again"
        )
        raise BadInput(msg)
    listed = project.get("dependencies")
    has = {_name(str(one)): str(one) for one in listed or ()}
    new = [one for one in imported.dependencies if _name(one) not in has]
    notes: list[str] = [
        said("{has} stays; the file asks for {one}", has=has[_name(one)], one=one)
        for one in imported.dependencies
        if _name(one) in has and has[_name(one)] != one
    ]
    if listed is None and new:
        project["dependencies"] = _lines(new)
    elif isinstance(listed, Array):
        for one in new:
            listed.append(one)
    if imported.requires_python and project.get("requires-python") is None:
        project["requires-python"] = imported.requires_python
    elif imported.requires_python and str(project.get("requires-python")) != imported.requires_python:
        notes.append(
            said(
                "{has} stays; the file asks for {one}",
                has=f"requires-python {project.get('requires-python')}",
                one=imported.requires_python,
            )
        )
    _settings(document, imported, {_name(one) for one in new})
    return tomlkit.dumps(document).encode(), notes


def _name(requirement: str) -> str:
    try:
        return canonicalize_name(Requirement(requirement).name)
    except InvalidRequirement:
        return requirement


def _settings(document: tomlkit.TOMLDocument, imported: Imported, new: set[str]) -> None:
    """`[tool.uv]`: indexes, folders, constraints. An index of one torch variant is left to the choice of the variant."""
    paths = {name: found for name, found in imported.paths.items() if not new or name in new}
    indexes = [one for one in imported.indexes if hints.of_address(one) is None]
    if not (paths or indexes or imported.constraints or imported.find_links):
        return
    tool = document.setdefault("tool", tomlkit.table(is_super_table=True))
    uv: Table = tool.setdefault("uv", tomlkit.table())
    if imported.constraints and "constraint-dependencies" not in uv:
        uv.add("constraint-dependencies", _lines(imported.constraints))
    links = [one for one in imported.find_links if hints.of_address(one) is None]
    if links and "find-links" not in uv:
        uv.add("find-links", _lines(links))
    if paths:
        sources = uv.setdefault("sources", tomlkit.table())
        for name, (path, editable) in paths.items():
            entry = tomlkit.inline_table()
            entry.update({"path": path, **({"editable": True} if editable else {})})
            sources.setdefault(name, entry)
    if indexes and "index" not in uv:
        uv.add("index", _indexes(indexes, imported.default_index))


def _indexes(addresses: list[str], default: str | None) -> tomlkit.items.AoT:
    listed = tomlkit.aot()
    for number, address in enumerate(addresses, 1):
        entry = tomlkit.table()
        entry.add("name", _index_name(address, number))
        entry.add("url", address.replace("***@", ""))
        if default is not None and masked(default) == address:
            entry.add("default", value=True)
        listed.append(entry)
    return listed


def _index_name(address: str, number: int) -> str:
    host = (urlsplit(address).hostname or "").removeprefix("www.").partition(".")[0]
    return f"{host}-{number}" if re.fullmatch(r"[a-z0-9-]+", host) else f"index-{number}"
