"""Binds torch to a variant in pyproject.toml, and changes nothing else of the file."""

from __future__ import annotations

import re
from functools import partial

from wizard.project.edited import Refused, carried_out, parsed
from wizard.project.torch_by_hand import by_hand
from wizard.project.torch_changes import changes
from wizard.project.torch_target import HELD, Impossible, Target

__all__ = ["Refused", "edit", "ours"]


def edit(pyproject: bytes, target: Target) -> bytes:
    """The file with torch, and those of its family that the project names, bound as `target` says. Raises Refused."""
    tables, made = parsed(pyproject), ours(pyproject)
    try:
        wanted = list(changes(tables, target, made))
    except Impossible as error:
        raise Refused(str(error), by_hand(tables, target, made)) from None
    return carried_out(pyproject, wanted, partial(by_hand, tables, target, made))


def ours(pyproject: bytes) -> frozenset[str]:
    """The constraints that stand on a line with the mark of an earlier edit."""
    text = pyproject.decode("utf-8-sig", "replace")
    marked = [line for line in text.splitlines() if line.rstrip().endswith(HELD)]
    return frozenset(one for line in marked for one in re.findall(r"[\"'](torch[a-z]*==[0-9.]+)[\"']", line))
