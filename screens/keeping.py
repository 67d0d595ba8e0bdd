"""The choices made so far, in a file of the user's own: for `uv-wizard apply --choices FILE`, here or elsewhere."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from screens.asking import AskedField, FieldSheet
from screens.rows import cut, tail
from wizard.choices import as_toml
from wizard.export.choices import NAME, decided
from wizard.language import _, ngettext
from wizard.text import one_line

if TYPE_CHECKING:
    from screens.step import StepScreen


def ask(screen: StepScreen) -> None:
    """Asks where to, and writes the file: the only one that is written before the review, at the user's own word."""
    values, notes = decided(screen.way.choices, screen.way.machine)
    if not values:
        screen.say(_("Nothing to keep: no choice differs from the defaults."))
        return

    def wrong(text: str) -> str | None:
        path = Path(text).expanduser()
        if not text or not path.parent.is_dir():
            return _("{folder} is not a folder. Check the spelling.", folder=tail(str(path.parent), 30))
        return _("it is there already; name another file") if path.exists() else None

    def named(answer: dict[str, str] | None) -> None:
        if not answer:
            return
        path = Path(answer["path"]).expanduser()
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(as_toml(screen.way.choices, values))
        except OSError as error:
            screen.say(cut(f"x {one_line(error.strerror or str(error))}", 60))
        else:
            screen.say(_("Kept: {path}", path=tail(str(path), 40)))

    told = ngettext("{count} choice that differs from the default.", "{count} choices that differ from the defaults.",
                    len(values))  # fmt: skip
    field = AskedField("path", _("File"), os.path.join(screen.way.path, NAME), wrong, "choices-file", selected=True)
    screen.app.push_screen(FieldSheet(_("Keep the choices in a file"), [field], [told, *notes[:3]]), named)


__all__ = ["ask"]
