"""`export dockerfile`: the files, what to type next, and what uv.lock would do in the image, seen before it is built."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from wizard import catalog
from wizard.advice.findings import Finding, findings
from wizard.advice.torch_audit import audit
from wizard.advice.torch_reach import Selected
from wizard.choices import Choices
from wizard.diagnosis.record import Fix
from wizard.export import devcontainer, dockerfile, dockerignore
from wizard.export.image import Image, Wishes, image_of
from wizard.export.image_python import machine_of_image
from wizard.export.record import Exported, change
from wizard.language import said
from wizard.lists import both
from wizard.machine.facts import Machine
from wizard.project.facts import Project
from wizard.project.lockfile import own_registry
from wizard.text import masked, one_line

_LIBRARIES = "cuda-library-missing"
_OF_THE_HOST = ("driver-too-old", "gpu-too-old", "gpu-too-new")


def made(machine: Machine, project: Project, choices: Choices, selected: Selected, wishes: Wishes) -> Exported:
    """The files. Raises BadInput where the project can't be put into an image."""
    image = image_of(machine, project, choices, selected, wishes)
    found = seen_ahead(image, project, selected)
    files = [change(project.path, "Dockerfile", dockerfile.text(image))]
    ignore = ".dockerignore" if not image.sources.prefix else "Dockerfile.dockerignore"
    there = change(project.path, ignore, b"")
    files.append(replace(there, after=dockerignore.merged(there.before)))
    notes = [*_here(machine, project, selected), *_notes(image, project)]
    if wishes.devcontainer:
        container = change(project.path, devcontainer.NAME, devcontainer.text(image))
        ours = devcontainer.is_ours(container.before)
        files += [container] if ours else []
        notes += (
            []
            if ours
            else [
                said("{name} is there and stays as it is; for this image it needs target dev", name=devcontainer.NAME)
            ]
        )
    commands = (
        (dockerfile.build_command(image), said("build it")),
        (dockerfile.run_command(image), said("run it")),
    )
    return Exported(tuple(files), said("a Dockerfile for {name}", name=image.name), tuple(notes), commands, found)


def seen_ahead(image: Image, project: Project, selected: Selected) -> tuple[Finding, ...]:
    """What stands against the image: the audit of uv.lock for its platform and its Python."""
    glibc = _glibc(image)
    there = replace(project, python_version_file=image.python.minor)
    told = findings(machine_of_image(glibc), None, audit(machine_of_image(glibc), there, selected))
    found = []
    for one in told:
        diagnosis = one.diagnosis
        if diagnosis.cause == _LIBRARIES and image.big:
            diagnosis = replace(diagnosis, severity="warning", fixes=())  # the base image has them
        elif diagnosis.cause == _LIBRARIES:
            big = Fix(said("Take the large base image, which has CUDA's libraries in it"), None,
                      (("uv-wizard", "export", "dockerfile", "--base", "cuda", "--yes"),))  # fmt: skip
            diagnosis = replace(
                diagnosis, title=said("In the image: {title}", title=diagnosis.title), fixes=(*diagnosis.fixes, big)
            )
        found.append(replace(one, diagnosis=diagnosis))
    return tuple(found)


def _here(machine: Machine, project: Project, selected: Selected) -> Iterator[str]:
    """Where this machine could not run what is in the image: its driver and its GPU are the host's, in a container too."""
    if machine.os == "linux":
        for one in audit(machine, project, selected):
            if one.cause in _OF_THE_HOST:
                yield said("Not on this machine: {title}. {explanation}", title=one.title, explanation=one.explanation)


def _glibc(image: Image) -> str:
    known = catalog.table("images.toml")
    if not image.big:
        return str(known["python"]["glibc"])
    tag = image.run_base.rpartition(":")[2]
    return next(str(one["glibc"]) for one in known["big"]["tag"] if one["run"] == tag)


def _notes(image: Image, project: Project) -> Iterator[str]:
    if image.told_version:
        yield (
            said(
                "The version of this project is made of git's history, which no image holds: docker build "
                "--build-arg VERSION=... tells it (git describe --tags); without, the image says 0+unknown"
            )
        )
    gpu = catalog.table("images.toml")["gpu"].get(image.accelerator)
    if gpu is not None:
        yield str(gpu["host"])
    torch = project.torch
    if torch is not None and torch.offers and image.torch is None:
        yield said(
            "No torch in the image: the project gives it by extra; choose with --set sync.extras={offers}",
            offers=min(torch.offers),
        )
    named = project.python_version_file or ""
    if named.count(".") == 2 and not named.endswith(image.python.version):
        yield said(
            ".python-version names {named}; the image has the newest {version}",
            named=named,
            version=image.python.version,
        )
    if "--no-dev" in image.options:
        yield said("The group dev stays out of the image; --set sync.groups=dev takes it in. The dev container has it.")
    yield from _of_the_build(image, project)


def _of_the_build(image: Image, project: Project) -> Iterator[str]:
    if image.sources.prefix:
        beside = ", ".join(one.path for one in image.sources.outside)
        yield said("The build needs folders beside this one, so it is given the folder above: {beside}", beside=beside)
    built = [one for one in image.python.built if one.sdist is not None]
    if built:
        names = ", ".join(f"{one.name} {one.version}" for one in built[:5])
        yield said(
            "Built from source in the image, for want of a wheel for Python {minor} on Linux: {names}",
            minor=image.python.minor,
            names=names,
        )
    if any("git" in one.source for one in image.python.packages):
        yield said(
            "Packages from git: the build clones them without a sign-in. A private one needs a key that the build is given."
        )
    if image.secrets:
        yield said(
            "Sign-ins are handed to the build and stay out of the image; set {secrets} first.",
            secrets=both(image.secrets),
        )
    own = own_registry(project)
    if "UV_DEFAULT_INDEX" in image.environment and own is not None:
        yield said(
            "uv.lock was made with {own}: the build asks it too, for the lock holds nowhere else.",
            own=one_line(masked(own), 80),
        )
    if image.mirror is not None:
        yield said(
            "The build asks {mirror} first (PACKAGE_MIRROR); what runs knows nothing of it.",
            mirror=one_line(masked(image.mirror), 80),
        )
