"""The right name of a package that was misspelt, as somebody types it. The same words on all faces."""

from __future__ import annotations

from wizard.language import _
from wizard.project.pyproject import normal
from wizard.project.requirement_editor import name_of


def problem(text: str, wrong: str) -> str | None:
    """What is wrong with that in the place of `wrong`, None where nothing is."""
    name = name_of(text)
    if name is None:
        return _("A name such as numpy, or numpy>=2.")
    return _("This is the name that nobody has.") if name == normal(wrong) else None


__all__ = ["problem"]
