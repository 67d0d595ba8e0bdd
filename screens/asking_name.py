"""Asks for the right name of a package that was misspelt: a fix that needs one word from a person."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from wizard.language import _, shown
from wizard.this_run import asks, filled
from wizard.told.right_name import problem

if TYPE_CHECKING:
    from textual.screen import Screen

    from wizard.diagnosis import Fix


def ask(screen: Screen[Any], fix: Fix, then: Callable[[Fix], None]) -> None:
    """`then` gets the fix with the name in it; nothing is done where the question is left."""
    from screens.asking import AskedField, FieldSheet

    wrong = asks(fix)

    def answered(texts: dict[str, str] | None) -> None:
        if texts is not None:
            then(filled(fix, texts["name"]))

    screen.app.push_screen(
        FieldSheet(
            shown(fix.title),
            [
                AskedField(
                    "name",
                    _("Name"),
                    wrong,
                    check=lambda text: problem(text, wrong),
                    help_text="requirement",
                    selected=True,
                )
            ],
            [_("The review shows what becomes of pyproject.toml, before anything is changed.")],
        ),
        answered,
    )


__all__ = ["ask"]
