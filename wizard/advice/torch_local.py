"""A torch with a + in its version that the index it would come from can't have. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from wizard.advice.markers import environment, holds
from wizard.advice.torch_builds import build_of, known_pythons
from wizard.advice.torch_locked import index_variant
from wizard.advice.torch_machine import look
from wizard.advice.torch_sound import foreign_local
from wizard.advice.torch_wish import wish_of
from wizard.catalog_torch import the
from wizard.language import said
from wizard.lists import both, sentences
from wizard.machine.facts import Machine
from wizard.project.facts import Project
from wizard.text import masked

_VARIABLES = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS")


@dataclass(frozen=True)
class LocalVersion:
    """`variant`: what stands behind the +, where that is a variant; `fits`: the catalogue has that build for this system."""

    title: str
    explanation: str
    evidence: str
    variant: str | None
    fits: bool
    in_lock: bool = False


def local_version(machine: Machine, project: Project) -> LocalVersion | None:
    """The first such torch: of the lock, else of what the project asks for."""
    return _in_lock(project) or _asked_for(machine, project)


def _in_lock(project: Project) -> LocalVersion | None:
    for package in project.lock.packages if project.lock else ():
        if package.name != "torch" or package.registry is None:
            continue
        found = foreign_local(package)
        if found is not None:
            local, other = found
            return LocalVersion(
                said("uv.lock has torch {version} from the index of {other}", version=package.version, other=other),
                said(
                    "The index of {other} has only builds of {other}: uv would not find this file there. The lock "
                    "was edited by hand, or made through a mirror that mixes the indexes.",
                    other=other,
                ),
                said("torch {version} from {registry}", version=package.version, registry=masked(package.registry)),
                local,
                fits=False,
                in_lock=True,
            )
    return None


def _asked_for(machine: Machine, project: Project) -> LocalVersion | None:
    requirement = wish_of(machine, project, None).requirement
    public, _, local = (requirement or "").rpartition("+")
    if not public:
        return None
    local = local.partition(",")[0].strip()
    bound = set(_bound(machine, project)) if "torch" in project.sources else set(_addressed(machine, project))
    if None in bound or local in bound:
        return None
    variant = local if local in the().variants else None
    platform = look(machine).platform
    version = public.rpartition("=")[2].strip()
    release = the().release(version)
    fits = bool(variant and release and platform and build_of(release, variant, platform))
    if bound:
        index = both(sorted(str(one) for one in bound))
        title = said("The index of {index} has no torch{requirement}", index=index, requirement=requirement)
        text = said(
            "This project takes torch from the index of {index}, and that has only builds of {index}.", index=index
        )
    else:
        title = said("The package index has no torch{requirement}", requirement=requirement)
        text = said(
            "Builds with a + in their version lie only on the PyTorch index, and this project names no such index for torch."
        )
    told = said("Bind torch to that variant, or ask for the version without what stands behind the +.")
    return LocalVersion(title, sentences((text, told)), f"torch{requirement}", variant, fits)


def _bound(machine: Machine, project: Project) -> Iterator[str | None]:
    """The variants that the project binds torch to on this system; None: a place that may have any build."""
    urls = {str(index.get("name")): str(index.get("url")) for index in project.indexes}
    around = environment(machine.os, machine.arch, known_pythons()[-1])
    source = project.sources.get("torch")
    for entry in [source] if isinstance(source, Mapping) else source or ():
        if not isinstance(entry, Mapping):
            continue
        marker = entry.get("marker")
        if isinstance(marker, str) and not holds(marker, around):
            continue
        yield index_variant(urls.get(str(entry.get("index")))) if "index" in entry else None


def _addressed(machine: Machine, project: Project) -> Iterator[str | None]:
    """The variants of indexes that any package may come from; None: local files, which may be anything."""
    addresses = [str(index.get("url")) for index in project.indexes if index.get("explicit") is not True]
    for name in _VARIABLES:
        words = machine.environment.get(name, "").split()
        addresses += [word.partition("=")[2] if "=" in word.partition("://")[0] else word for word in words]
    for address in addresses:
        if variant := index_variant(address):
            yield variant
        elif "://" not in address or address.startswith("file:"):
            yield None
