"""Binds torch to a variant in pyproject.toml, and changes nothing else of the file."""

from __future__ import annotations

from functools import partial

from wizard.language import message_of
from wizard.project.edited import Refused, carried_out, parsed
from wizard.project.torch import held_by_us
from wizard.project.torch_by_hand import by_hand
from wizard.project.torch_changes import changes
from wizard.project.torch_target import Impossible, Target

__all__ = ["Refused", "edit"]


def edit(pyproject: bytes, target: Target) -> bytes:
    """The file with torch, and those of its family that the project names, bound as `target` says. Raises Refused."""
    tables, made = parsed(pyproject), held_by_us(pyproject)
    try:
        wanted = list(changes(tables, target, made))
    except Impossible as error:
        raise Refused(message_of(error), by_hand(tables, target, made)) from None
    return carried_out(pyproject, wanted, partial(by_hand, tables, target, made))
