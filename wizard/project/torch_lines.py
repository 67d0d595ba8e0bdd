"""The requirements of pyproject.toml, and those of them that have to come from torch's index. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement

from wizard.catalog_torch import the
from wizard.project.pyproject import normal, table
from wizard.project.torch_target import Path, Target

SYSTEMS = {"linux": "linux", "windows": "win32", "macos": "darwin"}
"""Names of systems as choices have them -> `sys_platform`."""


def lists(tables: Mapping[str, Any]) -> Iterator[tuple[Path, list[Any]]]:
    """Every list of requirements, with its place."""
    head = table(tables, "project")
    if isinstance(head.get("dependencies"), list):
        yield ("project", "dependencies"), head["dependencies"]
    for extra, lines in table(head, "optional-dependencies").items():
        if isinstance(lines, list):
            yield ("project", "optional-dependencies", extra), lines
    for group, lines in table(tables, "dependency-groups").items():
        if isinstance(lines, list):
            yield ("dependency-groups", group), lines
    old = table(tables, "tool", "uv").get("dev-dependencies")
    if isinstance(old, list):
        yield ("tool", "uv", "dev-dependencies"), old


def name_of(line: Any) -> str | None:
    """The package that a requirement names, None where it is none."""
    try:
        return normal(Requirement(line).name) if isinstance(line, str) else None
    except InvalidRequirement:
        return None


def packages(target: Target) -> tuple[str, ...]:
    routed = the().routed
    return ("torch", *(name for name in target.family if name in routed and name != "torch"))


def goes_along(name: str | None) -> bool:
    """Whether that package is one that some variant's torch needs from its own index, such as triton-rocm."""
    return name is not None and (name in the().index_packages or bool(_device().match(name)))


@cache
def _device() -> re.Pattern[str]:
    named = {one for variant in the().variants.values() for one in variant.index_packages}
    return re.compile("|".join(re.escape(one).replace("<gfx>", "gfx[0-9a-z]+") + "$" for one in sorted(named)))


def marker(systems: Iterable[str]) -> str:
    return " or ".join(f"sys_platform == '{SYSTEMS[system]}'" for system in systems)
