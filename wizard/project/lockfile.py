"""uv.lock as a record. Only read: uv alone writes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wizard.project.facts import Lock, LockedPackage, Project
from wizard.project.pyproject import mappings, table, text, texts
from wizard.remembered import remembered

_CONFLICT_MARKS = (b"<<<<<<< ", b"=======", b">>>>>>> ")


def has_merge_conflict(data: bytes) -> bool:
    """Whether git's conflict marks stand at the start of lines."""
    lines = data.splitlines()
    return all(any(line.startswith(mark) for line in lines) for mark in _CONFLICT_MARKS)


@remembered(2)
def lock_of(tables: Mapping[str, Any]) -> Lock:
    """The lock in the parsed uv.lock; entries that are not as uv writes them are left out."""
    packages = tuple(_package(entry) for entry in mappings(tables.get("package")) if isinstance(entry.get("name"), str))
    registries = dict.fromkeys(package.registry for package in packages if package.registry is not None)
    revision = tables.get("revision")
    return Lock(
        registries=tuple(registries),
        packages=packages,
        revision=revision if isinstance(revision, int) else None,
        requires_python=text(tables.get("requires-python")),
        supported=texts(tables.get("supported-markers")),
    )


def _package(entry: Mapping[str, Any]) -> LockedPackage:
    source = table(entry, "source")
    sdist = entry.get("sdist")
    return LockedPackage(
        name=entry["name"],
        version=text(entry.get("version")),
        registry=text(source.get("registry")),
        source=source,
        wheels=mappings(entry.get("wheels")),
        sdist=sdist if isinstance(sdist, Mapping) else None,
        dependencies=mappings(entry.get("dependencies")),
        optional_dependencies={name: mappings(lines) for name, lines in table(entry, "optional-dependencies").items()},
        group_dependencies={name: mappings(lines) for name, lines in table(entry, "dev-dependencies").items()},
    )


def own_registry(project: Project) -> str | None:
    """The lock's default registry, letter for letter; None where the lock names no index, or only declared ones.

    `--locked` compares texts: any other default index makes a sound lock fail, even by a trailing slash.
    """
    lock = project.lock
    if lock is None:
        return None
    declared = {str(index.get("url")) for index in project.indexes if not index.get("default")}
    own = [registry for registry in lock.registries if "://" in registry and registry not in declared]
    return own[0] if own else None
