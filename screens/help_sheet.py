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
        self._names = tuple(dict.fromkeys((name, screen_name, *words_of(name), *words_of(screen_name))))
        self._at = 0
        super().__init__(*self._told(), (Answer(_("Close"), None),), escape=None)

    def _told(self) -> tuple[str, list[str]]:
        name = self._names[self._at]
        title, lines = help_lines(name, self._width)
        if name == self._screen_name and self._at and self._keys:
            told = _(", ").join(f"{key} {word}" for key, word in self._keys)
            lines += wrapped(_("Keys: {keys}", keys=told), self._width, 4)
        return title, lines

    def hints(self) -> list[tuple[str, str]]:
        more = self._names[self._at + 1 :]
        return [*super().hints(), *([("F1", title_of(more[0]))] if more else [])]

    def action_whole(self) -> None:
        """The screen's help, with its keys; then the words that are met there, one by one; then it closes."""
        if self._at + 1 == len(self._names):
            self.dismiss(None)
            return
        self._at += 1
        title, lines = self._told()
        self.query_one("#sheet-title", Line).show(title)
        self.tell(lines)
        self._tell_keys()


def words_of(name: str) -> tuple[str, ...]:
    """The words that an entry leads on to."""
    return tuple(catalog.table("help.toml")[name].get("see") or ())


def title_of(name: str) -> str:
    """An entry's title."""
    title: str = catalog.table("help.toml")[name]["title"]
    return shown(said(title))


def help_lines(name: str, width: int = WIDTH) -> tuple[str, list[str]]:
    """Title and lines of an entry of assets/help.toml, its text broken to the sheet's width, the command last."""
    entry = catalog.table("help.toml")[name]
    title, text, more = entry["title"], entry["text"], entry["more"]
    return _("Help: {title}", title=said(title)), [
        *wrapped(shown(said(text)), width, LINES - 1 if width == WIDTH else 2 * LINES),
        cut(shown(said(more)), width),
    ]
