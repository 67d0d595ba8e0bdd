"""What the chosen mirrors mean for the sync: which address stands in for which registry of the lock. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from wizard import credentials
from wizard.choices import Choices
from wizard.language import Message, said
from wizard.mirrors.catalogue import built_in, torch_bases
from wizard.mirrors.registries import explicit_of, stand_ins
from wizard.plan.step import Plan
from wizard.project.facts import Project


def address(choices: Choices, kind: str) -> str | None:
    """The chosen mirror's address; None for the official source, and for `fastest` before it was measured."""
    value = choices.text(f"mirrors.{kind}")
    if value in {"official", "fastest"}:
        return None
    if "://" in value:
        return value.rstrip("/")
    return next((mirror.url for mirror in built_in().of(kind) if mirror.id == value), None)


def options(project: Project, choices: Choices, *, locks: bool = False) -> dict[str, Any] | None:
    """Options of wizard.run.mirror_sync; None where no registry of this lock has a mirror.

    `locks`: uv.lock is made anew before the sync, and may name other registries then.
    """
    chosen = {kind: address(choices, kind) for kind in ("pypi", "pytorch")}
    explicit, bases = explicit_of(project.indexes), torch_bases()
    if locks:
        there = {"explicit": list(explicit), "torch_bases": list(bases)}
        return {"mirrors": chosen, "new_lock": there} if any(chosen.values()) else None
    if project.lock is None:
        return None
    found = stand_ins(project.lock.registries, explicit, chosen, bases)
    return {"mirrors": chosen, "stand_ins": found} if found else None


def persisted(choices: Choices) -> str | None:
    """The address to keep as the default index of every project, None where nothing is to be kept."""
    return address(choices, "pypi") if choices.flag("mirrors.persist") else None


def with_sign_in(plan: Plan, choices: Choices, environment: Mapping[str, str]) -> Plan:
    """The plan, with a word on the sign-in where a step writes down an index that has one: without it nobody gets in."""
    index = address(choices, "pypi")
    if index is None or credentials.of(index, environment) is None:
        return plan
    parts = urlsplit(index)
    way = (
        said("uv auth login {netloc}", netloc=parts.netloc)
        if parts.scheme == "https"
        else said("a line for {hostname} in ~/.netrc", hostname=parts.hostname)
    )
    note = sign_in_note(way)
    writes = {"mirrors"} | ({"settings"} if persisted(choices) else set())
    return replace(
        plan, steps=tuple(replace(one, notes=(*one.notes, note)) if one.id in writes else one for one in plan.steps)
    )


def sign_in_note(way: str) -> Message:
    """That an index is written down without its sign-in."""
    return said(
        "This index asks who you are, and your sign-in is not written down. For uv "
        "outside this wizard keep it once: {way}.",
        way=way,
    )


def python_note(address: str) -> Message:
    """That a mirror of Pythons stands alone."""
    return said(
        "Pythons come from {address} alone: uv looks nowhere else when a mirror is set "
        "(UV_PYTHON_INSTALL_MIRROR), so the one that this project needs must be there.",
        address=address,
    )


PERSIST_NOTE = said(
    "Every project gets this index by default: uv sync --locked then fails where "
    "uv.lock was made with another, and a plain uv sync or uv run rewrites uv.lock "
    "to it."
)
