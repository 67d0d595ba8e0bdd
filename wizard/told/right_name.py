"""The right name of a package that was misspelt, as somebody types it. The same words on all faces."""

from __future__ import annotations

from wizard.language import _
from wizard.project.requirement_editor import is_requirement


def problem(text: str, wrong: str) -> str | None:
    """What is wrong with that in the place of `wrong`, None where nothing is."""
    if text == wrong:
        return _("This is the name that nobody has.")
    return None if is_requirement(text) else _("A name such as numpy, or numpy>=2.")


__all__ = ["problem"]
