"""What of uv.lock has no file that this machine can take, and why. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from wizard.advice.reason import AdvisedFinding
from wizard.advice.torch_builds import known_pythons, minors
from wizard.advice.torch_list import place
from wizard.advice.torch_locked import missing_wheel, needed_glibc
from wizard.advice.torch_machine import Here
from wizard.advice.torch_ways import ways_out
from wizard.language import said
from wizard.lists import counted, either
from wizard.project.facts import LockedPackage, Project
from wizard.project.torch import FAMILY

if TYPE_CHECKING:
    from wizard.advice.torch import TorchAdvice

_NAMED = 5
"""Packages that one finding names; the rest are counted."""


def left_out(here: Here, supported: Sequence[str]) -> AdvisedFinding:
    """The lock was made for other systems than this one."""
    return AdvisedFinding(
        "no-wheel-platform",
        "error",
        said("uv.lock was not made for {platform}", platform=place(here.platform or "")),
        said(
            "The project names the systems that its lock is for (environments in [tool.uv] of pyproject.toml), and "
            "this one is not among them. Add it there and lock again, or work on one of the others."
        ),
        tuple(f"supported: {one}" for one in supported),
        alone=True,
    )


def without_wheel(
    here: Here, project: Project, pythons: Sequence[str], packages: Iterable[LockedPackage], advice: TorchAdvice
) -> Iterator[AdvisedFinding]:
    """Packages without a wheel for this machine and without a source distribution to build from."""
    lacking: dict[str, list[LockedPackage]] = {}
    for package in packages:
        if package.registry is not None and package.wheels and package.sdist is None:
            why = missing_wheel(package.wheels, here, pythons)
            if why is not None:
                lacking.setdefault(why, []).append(package)
    for why, some in lacking.items():
        names = [f"{one.name} {one.version}" for one in some]
        told = counted(names, _NAMED)
        other = _other_python(some, here, project)
        whole = _lacking(why, told, here, _some_of(pythons), some, other)
        of_torch = any(one.name in ("torch", *FAMILY) for one in some)
        known = {"package_name": some[0].name, **({"offered_python": other} if other else {})}
        yield replace(whole, fixes=ways_out(advice, "auto") if of_torch else (), known=known)


def _some_of(pythons: Sequence[str]) -> str:
    return either(pythons) if len(pythons) < 4 else said("{first} to {last}", first=pythons[-1], last=pythons[0])


def _other_python(some: Iterable[LockedPackage], here: Here, project: Project) -> str | None:
    """The newest Python that the project allows and that all of these have a wheel for here."""
    requires = project.requires_python
    allowed = minors(requires) if requires else known_pythons()
    able = (one for one in reversed(allowed) if all(not missing_wheel(p.wheels, here, [one]) for p in some))
    return next(able, None)


def _lacking(
    why: str, names: str, here: Here, python: str, some: list[LockedPackage], other: str | None
) -> AdvisedFinding:
    if why == "python":
        title = said("No wheel for Python {python}: {names}", python=python, names=names)
        would = (
            said("Python {other} would do.", other=other)
            if other
            else said("Nor for any other Python that this project allows.")
        )
        text = said(
            "uv.lock has no file of it for Python {python} and nothing to build it from. {would}",
            python=python,
            would=would,
        )
        return AdvisedFinding("no-wheel-python", "error", title, text, (names,))
    if why == "glibc":
        floor = needed_glibc(some[0].wheels, here)
        title = said("This Linux is too old for {names}", names=names)
        text = said("Its wheels need glibc {floor} or newer; this system has {glibc}.", floor=floor, glibc=here.glibc)
        return AdvisedFinding("glibc-too-old", "error", title, text, (names,))
    where = said("Linux with musl") if here.musl else place(here.platform or "")
    title = said("No wheel for {where}: {names}", where=where, names=names)
    text = said("uv.lock has no file of it for {where} and nothing to build it from.", where=where)
    return AdvisedFinding("no-wheel-platform", "error", title, text, (names,))
