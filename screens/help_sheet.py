"""Help: what assets/help.toml says about what has the focus, and then about the whole screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from screens.rows import cut, wrapped
from screens.sheet import LINES, WIDTH, Answer, Sheet
from screens.widgets import Line
from wizard import catalog
from wizard.language import _, said, shown


class HelpSheet(Sheet[None]):
    """Three sentences and a command. F1 again: about the whole screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1,question_mark", "whole", said("Help"), id="sheet.whole", show=False, system=True)
    ]

    def __init__(self, name: str, screen_name: str, width: int = WIDTH, keys: Sequence[tuple[str, str]] = ()) -> None:
        """`keys`: what can be done on the screen, told with the help of the whole of it."""
        self._screen_name, self._width, self._keys = screen_name, min(width, WIDTH), keys
        title, lines = help_lines(name, self._width)
        super().__init__(title, lines, (Answer(_("Close"), None),), escape=None)

    def action_whole(self) -> None:
        """The screen's help, with its keys; once more closes."""
        title, lines = help_lines(self._screen_name, self._width)
        lines += wrapped(_("Keys: {keys}", keys=", ".join(f"{key} {word}" for key, word in self._keys)), self._width, 4)
        if tuple(lines) == self._lines:
            self.dismiss(None)
            return
        self.query_one("#sheet-title", Line).show(title)
        self.tell(lines)


def help_lines(name: str, width: int = WIDTH) -> tuple[str, list[str]]:
    """Title and lines of an entry of assets/help.toml, its text broken to the sheet's width, the command last."""
    entry = catalog.table("help.toml")[name]
    title, text, more = entry["title"], entry["text"], entry["more"]
    return _("Help: {title}", title=said(title)), [
        *wrapped(shown(said(text)), width, LINES - 1 if width == WIDTH else 2 * LINES),
        cut(shown(said(more)), width),
    ]
