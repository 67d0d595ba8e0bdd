"""What a container image of this project is made of. Reads the project's folder; the texts are made of it elsewhere."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from wizard import catalog, credentials
from wizard.advice.torch_locked import Locked, locked_here
from wizard.advice.torch_reach import Selected
from wizard.choices import Choices
from wizard.errors import BadInput
from wizard.export.git_version import variables
from wizard.export.image_python import ImagePython, image_python, machine_of_image
from wizard.export.local_sources import Sources, sources_of
from wizard.language import said
from wizard.machine.facts import Machine
from wizard.mirrors import official
from wizard.plan.install_uv import plan_uv
from wizard.plan.mirrors import address
from wizard.plan.uv_ways import specifier, wanted
from wizard.project import lock_options
from wizard.project.facts import Project
from wizard.project.lockfile import own_registry
from wizard.project.pyproject import read, table


@dataclass(frozen=True)
class Wishes:
    """What was asked for beside the choices. `big`: a base image with CUDA in it; `mirror`: the chosen one stays in the file."""

    big: bool = False
    mirror: bool = False
    devcontainer: bool = True


@dataclass(frozen=True)
class Image:
    """`run_base`, `build_base`: image names; `options`: of uv sync; `environment`: of the build; `secrets`: variables that
    the build is handed; `system`: Debian packages that the build needs; `mirror`: the address that was asked to stay;
    `foreign`: packages of uv.lock that no mirror of the package index has.
    """

    name: str
    uv: str
    python: ImagePython
    run_base: str
    build_base: str
    big: bool
    options: tuple[str, ...]
    environment: Mapping[str, str]
    secrets: tuple[str, ...]
    system: tuple[str, ...]
    sources: Sources
    files: tuple[str, ...]
    torch: Locked | None
    command: tuple[str, ...]
    mirror: str | None
    foreign: tuple[str, ...]
    told_version: tuple[str, ...] = ()
    """Variables that tell a build the version which it would ask git for."""

    @property
    def accelerator(self) -> str:
        """Of the torch in it: nvidia, amd, intel or none."""
        return self.torch.build.accelerator if self.torch and self.torch.build else "none"


def image_of(machine: Machine, project: Project, choices: Choices, selected: Selected, wishes: Wishes) -> Image:
    """The image. `selected`: the extras and groups that it gets. Raises BadInput."""
    known = catalog.table("images.toml")
    glibc = str(known["python"]["glibc"])
    torch = locked_here(machine_of_image(glibc), project, selected)
    big = _big(known, torch) if wishes.big else None
    glibc = str(big["glibc"]) if big else glibc
    python = image_python(project, selected, glibc)
    torch = locked_here(machine_of_image(glibc), _pinned(project, python), selected, python.minor)
    base = known["python"]["image"].format(version=python.version, suite=known["python"]["suite"])
    image = known["big"]["image"]
    environment, secrets = _index(machine, project, choices)
    mirror = _mirror(choices) if wishes.mirror else None
    own, uv, sources = own_registry(project), _uv(machine, project, choices), sources_of(project, python.packages)
    if sources.local and Version(uv) < Version(known["uv"]["local_from"]):
        sources = replace(sources, steps=False)
    return Image(
        name=re.sub(r"[^a-z0-9]+", "-", (project.name or os.path.basename(project.path)).lower()).strip("-") or "project",
        uv=uv,
        python=python,
        run_base=image.format(tag=big["run"]) if big else base,
        build_base=image.format(tag=big["build"]) if big else base,
        big=big is not None,
        options=_options(project, selected),
        environment=environment,
        secrets=secrets,
        system=_system(python, big=big is not None),
        sources=sources,
        files=tuple(name for name in ("uv.lock", "pyproject.toml", "uv.toml") if project.file(name)[1] is not None),
        torch=torch,
        command=_command(project),
        mirror=mirror,
        foreign=tuple(sorted({one.name for one in python.packages if one.registry not in (None, own)})) if mirror else (),
        told_version=variables([project.path, *sources.folders(project.path)]),
    )  # fmt: skip


def _mirror(choices: Choices) -> str | None:
    """The chosen mirror, for the file. Raises BadInput where it would have to know who asks."""
    mirror = address(choices, "pypi")
    if mirror is not None and credentials.of(mirror, os.environ) is not None:
        msg = said(
            "--keep-mirror: this mirror asks for a sign-in, which has no place in a Dockerfile; leave --keep-mirror out"
        )
        raise BadInput(msg)
    return mirror


def _pinned(project: Project, python: ImagePython) -> Project:
    return replace(project, python_version_file=python.minor)


def _big(known: Mapping[str, Any], torch: Locked | None) -> Mapping[str, Any]:
    """The large image of that torch's CUDA. Raises BadInput where there is none."""
    tags: list[Mapping[str, Any]] = known["big"]["tag"]
    variant = torch.build.variant.name if torch and torch.build and torch.build.variant else None
    found = next((one for one in tags if one["variant"] == variant), None)
    if found is None:
        what = said("torch here is {label}", label=torch.label) if torch else said("this project has no torch")
        msg = said(
            "--base cuda is not possible: {what}; such images are known for {tags}",
            what=what,
            tags=", ".join(one["variant"] for one in tags),
        )
        raise BadInput(msg)
    return found


def _uv(machine: Machine, project: Project, choices: Choices) -> str:
    """An exact version: the chosen one, the one that the project asks for, the one here, the newest that is known."""
    known = str(catalog.table("uv.toml")["newest_known"])
    what = wanted(machine, project, choices, "")
    if what.version:
        return what.version
    kept = plan_uv(machine, project, choices, None).kept
    source = machine.uv_source
    version = (kept.version if kept else None) or what.newest or (source.newest if source else None) or known
    if not SpecifierSet(specifier(project)).contains(version, prereleases=True):
        msg = said(
            "this project asks for uv {required_uv} (required-version), and {version} is the newest known here; say "
            "which one the image gets: --set uv.version=",
            required_uv=project.required_uv,
            version=version,
        )
        raise BadInput(msg)
    return version


def _options(project: Project, selected: Selected) -> tuple[str, ...]:
    found = ["--package", project.name] if project.member and project.name else []
    if "dev" in project.default_groups and "dev" in project.groups and "dev" not in selected.groups:
        found.append("--no-dev")
    found += [word for name in selected.extras for word in ("--extra", name)]
    return tuple(found + [word for name in selected.groups for word in ("--group", name)])


def _index(machine: Machine, project: Project, choices: Choices) -> tuple[dict[str, str], tuple[str, ...]]:
    """What the lock needs to hold in the image: its own index where uv has another built in; sign-ins as secrets."""
    told = {name: value for name, value in lock_options.held(project).items() if value is not None}
    own, secrets = own_registry(project), []
    default = next((one.get("url") for one in project.indexes if one.get("default") is True), None)
    places = credentials.named_in(project.indexes)
    for name, url in places:
        if name and credentials.of(url, os.environ, places) is not None:
            base = "UV_INDEX_" + re.sub(r"[^A-Z0-9]", "_", name.upper())
            secrets += [f"{base}_USERNAME", f"{base}_PASSWORD"]
    if own is not None and own != default:
        uv = plan_uv(machine, project, choices, None).kept
        built_in = official.address(uv.path) if uv else None
        if built_in is None or built_in.rstrip("/") != own.rstrip("/"):
            signed = credentials.of(own, os.environ, places)
            bare = credentials.split(own)[0]
            told["UV_DEFAULT_INDEX"] = f"{credentials.index_name(bare)}={bare}" if signed else bare
            secrets += list(credentials.variables(signed)) if signed else []
    return told, tuple(dict.fromkeys(secrets))


def _system(python: ImagePython, *, big: bool) -> tuple[str, ...]:
    found = ["git"] if any("git" in one.source for one in python.packages) else []
    if any(one.sdist is not None for one in python.built) and not big:
        found.append("build-essential")
    if big:
        found.append("ca-certificates")
    return tuple(sorted(found))


def _command(project: Project) -> tuple[str, ...]:
    """What the container runs: the project's one script, its main.py, else Python."""
    tables = read(Path(project.folder) / "pyproject.toml").tables
    scripts = list(table(tables, "project", "scripts"))
    if len(scripts) == 1:
        return (str(scripts[0]),)
    inside = f"{project.member}/main.py" if project.member else "main.py"
    return ("python", inside) if (Path(project.folder) / "main.py").is_file() else ("python",)
