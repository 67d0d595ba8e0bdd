"""What a choice of torch means: what changes, what is downloaded, what is ruled out. Pure but for the plan."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from wizard.errors import WizardError
from wizard.language import message_of, nsaid, said
from wizard.text import needed_size, one_line, standing_size
from wizard.told import torch_not_taken

if TYPE_CHECKING:
    from wizard.advice.torch import TorchAdvice
    from wizard.way import Way

KEY = "torch.variant"
UNPACKED = 2.2
"""Bytes on the disk for a byte of torch's wheels, as they come."""


@contextmanager
def as_if(way: Way, *pairs: tuple[str, object]) -> Iterator[Way]:
    """The way with these choices, for a look. Raises BadInput."""
    before = way.choices
    try:
        for key, value in pairs:
            way.choose(key, value)
        yield way
    finally:
        way.choices = before


def facts(way: Way, value: str, advice: TorchAdvice | None = None, *, keys: bool = True) -> tuple[tuple[str, str], ...]:
    """What it means to choose that: what changes, what is downloaded; and how many variants are ruled out.

    `keys`: whether the screens' keys for more may be named.
    """
    told = advice or way.torch()
    try:
        with as_if(way, (KEY, value)):
            lines = _facts(way, told, value, keys=keys)
    except WizardError as error:
        lines = [(said("Changes"), said("x {what}", what=one_line(message_of(error))))]
    out = torch_not_taken.summary(told, keys=keys)
    return (*lines, *([(said("Ruled out"), out)] if out else []))


def _facts(way: Way, advice: TorchAdvice, value: str, *, keys: bool) -> list[tuple[str, str]]:
    plan = way.plan()
    step = plan.step("torch")
    if plan.step("lock") is not None:
        if step is None:
            tried, alone = (
                said("uv makes uv.lock again; P on the review tries it in a copy"),
                said("uv makes uv.lock again"),
            )
            return [(said("Changes"), tried if keys else alone), (said("Download"), said("size not known before that"))]
        added = sum(_added(change.diff) for change in step.files)
        lines = nsaid(
            "pyproject.toml +{count} line; uv makes uv.lock again",
            "pyproject.toml +{count} lines; uv makes uv.lock again",
            added,
        )
        tried = said("size not known yet; P on the review tries uv lock in a copy")
        return [(said("Changes"), lines), (said("Download"), tried if keys else said("size not known before that"))]
    changes = said("none; uv.lock stays as it is") if way.project and way.project.has_lock else said("none")
    if advice.extra is not None and value in {advice.extra[1], advice.choice}:
        changes = said("none; the sync takes --{kind} {name}", kind=advice.extra[0], name=advice.extra[1])
    size = _download(way)
    return [(said("Changes"), changes), *([(said("Download"), size)] if size else [])]


def _download(way: Way) -> str:
    """`2.8 GiB, then about 6.1 GiB on /data, which has 1.8 TiB free`."""
    from wizard.advice.lock_files import files_here
    from wizard.advice.torch_reach import Selected

    if way.project is None or way.project.lock is None:
        return ""
    selection = way.selection()
    sizes = [one.size for one in files_here(way.machine, way.project, Selected(selection.extras, selection.groups))]
    total = sum(way.sizes().values()) if None in sizes else sum(size for size in sizes if size is not None)
    if not total:
        return said("size not known") if sizes else ""
    disk = said(
        "{size} at most, then about {unpacked}", size=standing_size(total), unpacked=needed_size(int(total * UNPACKED))
    )
    there = next((one for one in way.machine.filesystems or () if "project" in one.purposes), None)
    if there is None or there.free_bytes is None:
        return said("{disk} on the disk", disk=disk)
    return said(
        "{disk} on {mount}, {size} free",
        disk=disk,
        mount=one_line(there.mount, 20),
        size=standing_size(there.free_bytes),
    )


def _added(diff: str | None) -> int:
    return sum(line.startswith("+") and not line.startswith("+++") for line in (diff or "").splitlines())
