"""What the chosen mirrors mean for the sync: which address stands in for which registry of the lock. Pure."""

from __future__ import annotations

from typing import Any

from wizard.choices import Choices
from wizard.mirrors.catalogue import built_in, torch_bases
from wizard.mirrors.registries import explicit_of, stand_ins
from wizard.project.facts import Project


def address(choices: Choices, kind: str) -> str | None:
    """The chosen mirror's address; None for the official source, and for `fastest` before it was measured."""
    value = choices.text(f"mirrors.{kind}")
    if value in {"official", "fastest"}:
        return None
    if "://" in value:
        return value.rstrip("/")
    return next((mirror.url for mirror in built_in().of(kind) if mirror.id == value), None)


def options(project: Project, choices: Choices) -> dict[str, Any] | None:
    """Options of wizard.run.mirror_sync; None where no registry of this lock has a mirror."""
    if project.lock is None:
        return None
    chosen = {kind: address(choices, kind) for kind in ("pypi", "pytorch")}
    found = stand_ins(project.lock.registries, explicit_of(project.indexes), chosen, torch_bases())
    return {"mirrors": chosen, "stand_ins": found} if found else None


def persisted(choices: Choices) -> str | None:
    """The address to keep as the default index of every project, None where nothing is to be kept."""
    return address(choices, "pypi") if choices.flag("mirrors.persist") else None


PYTHON_NOTE = (
    "Pythons come from {address} alone: uv looks nowhere else when a mirror is set (UV_PYTHON_INSTALL_MIRROR), so the one "
    "that this project needs must be there."
)
PERSIST_NOTE = (
    "Every project gets this index by default: uv sync --locked then fails where uv.lock was made with another, "
    "and a plain uv sync or uv run rewrites uv.lock to it."
)
