"""Which Python a container image gets, and what of uv.lock it would have to build. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from wizard import catalog
from wizard.advice.torch_locked import missing_wheel
from wizard.advice.torch_machine import look
from wizard.advice.torch_reach import Selected, installed
from wizard.errors import BadInput
from wizard.language import said
from wizard.lists import both
from wizard.machine.facts import Libc, Machine
from wizard.project.facts import LockedPackage, Project


@dataclass(frozen=True)
class ImagePython:
    """`version`: as the image's tag has it, `3.13` or, where only some patches will do, `3.12.4`; `minor`: `3.12`.

    `packages`: what a sync in the image installs; `built`: those of them that have no wheel for it.
    """

    version: str
    minor: str
    packages: tuple[LockedPackage, ...]
    built: tuple[LockedPackage, ...]


def machine_of_image(glibc: str) -> Machine:
    """The inside of a container as the audit sees it: its C library, and a GPU of which nothing is known."""
    return Machine(os="linux", arch="x86_64", libc=Libc("glibc", glibc), gpus=(), pythons=())


def image_python(project: Project, selected: Selected, glibc: str) -> ImagePython:
    """The one that .python-version names, else the one for which most packages have wheels. Raises BadInput."""
    machine, named = machine_of_image(glibc), _named(project)
    known = catalog.table("images.toml")["python"]
    versions = [named] if named else [known["preferred"], *(v for v in known["versions"] if v != known["preferred"])]
    found = [one for minor in versions if (one := _with(machine, project, selected, minor)) is not None]
    if not found:
        msg = said(
            "{asked}: no Python image is known for it ({first} to {last})",
            asked=both(
                [f"requires-python {project.requires_python or ''}", *([f".python-version {named}"] if named else [])]
            ),
            first=known["versions"][-1],
            last=known["versions"][0],
        )
        raise BadInput(msg)
    return min(found, key=lambda one: len(one.built))


def _named(project: Project) -> str | None:
    parts = (project.python_version_file or "").removeprefix("cpython@").split(".")
    return ".".join(parts[:2]) if len(parts) in (2, 3) and all(part.isdigit() for part in parts) else None


def _with(machine: Machine, project: Project, selected: Selected, minor: str) -> ImagePython | None:
    version = _tag(project.requires_python, minor)
    if version is None:
        return None
    there = replace(project, python_version_file=minor)
    packages = installed(machine, there, selected, minor)
    return ImagePython(version, minor, packages, tuple(_built(machine, packages, minor)))


def _tag(requires: str | None, minor: str) -> str | None:
    """The newest patch by its minor's tag; one patch where the project leaves the newest out; None where it allows none."""
    try:
        spec = SpecifierSet(requires or "")
    except InvalidSpecifier:
        return minor
    allowed = [patch for patch in range(60) if spec.contains(f"{minor}.{patch}")]
    if not allowed:
        return None
    return minor if allowed[-1] == 59 else f"{minor}.{allowed[-1]}"


def _built(machine: Machine, packages: tuple[LockedPackage, ...], minor: str) -> Iterator[LockedPackage]:
    here = look(machine)
    for one in packages:
        if one.registry is not None and missing_wheel(one.wheels, here, (minor,)) is not None:
            yield one
