"""What a project asks for by name, with the version that it has got: a misspelt name that somebody else owns is seen there."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from wizard.errors import BadInput
from wizard.project.facts import Project
from wizard.project.pyproject import normal
from wizard.project.requirement_editor import names_in_order
from wizard.text import one_line
from wizard.way import Way


def asked_for(way: Way) -> tuple[str, ...]:
    """`requests 2.32.5` and so on, in the order of pyproject.toml, as the files say now."""
    from wizard.project.read import read_project

    if way.project is None or way.begun is not None:
        return ()
    try:
        project = read_project(way.project.folder, way.environment)
    except BadInput:  # the folder is gone
        return ()
    return tuple(_told(project)) if project is not None else ()


def _told(project: Project) -> Iterator[str]:
    versions = _installed(project.environment_path)
    own = f"{project.member}/pyproject.toml"
    data = project.member_files.get(own) if project.member else project.file("pyproject.toml")[1]
    try:
        names = names_in_order(data or b"")
    except BadInput:
        return
    for name in names:
        if name in versions and name != normal(project.name or ""):
            yield one_line(f"{name} {versions[name]}".strip(), 60)


def _installed(environment: str) -> dict[str, str]:
    """Version by name, as the folders of the environment's packages say: uv.lock may hold several of one."""
    found = {}
    for pattern in ("lib/python*/site-packages", "Lib/site-packages"):
        for folder in Path(environment).glob(pattern):
            with contextlib.suppress(OSError):
                for entry in os.listdir(folder):
                    name, _, version = entry.removesuffix(".dist-info").partition("-")
                    if entry.endswith(".dist-info") and version:
                        found[normal(name)] = version
    return found


__all__ = ["asked_for"]
