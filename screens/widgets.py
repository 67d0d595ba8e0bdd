"""The few widgets that every screen is made of: a line that is drawn only when it changes, and a button.

All text is shown as it is (`markup=False`); what comes from outside goes through wizard.text first.
`help_text` of a widget is the name of an entry in assets/help.toml: F1 shows it while the widget has the focus.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Button, Static

from screens.state_words import WORDS
from wizard.language import _, language, shown

NARROW = 80
"""Cells below which rows are broken; from there on they are written to fit."""
TONES = {"+": "$text-success", "x": "$text-error", "!": "$text-warning", ">": "$text-primary"}


@cache
def _heads(_language: str) -> re.Pattern[str]:
    """A glyph with the word of state behind it, in that language."""
    words = "|".join(re.escape(shown(word)) for word in WORDS.values())
    return re.compile(rf" *(?P<glyph>[+x!>])(?: (?:{words})(?!\w))?(?= |$)")


def toned(text: str) -> Content:
    """`text` with the glyph it begins with, and the word of state behind it, in that state's colour."""
    text = shown(text)
    head = _heads(language()).match(text)
    if head is None:
        return Content(text)
    return Content.assemble((text[: head.end()], TONES[head["glyph"]]), text[head.end() :])


class Line(Static):
    """Text that stands still: drawn again only where it has become another one.

    A `str` is toned by its glyph (`+ ok`, `x error`, `! warning`); a `Content` is shown as it is. With `grows` its
    height follows the text, which lays the screen out anew; without, it costs no more than its own cells.
    """

    DEFAULT_CSS = "Line { width: 1fr; }"

    def __init__(
        self,
        content: str | Content = "",
        *,
        grows: bool = False,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        self._shown = toned(content) if isinstance(content, str) else content
        self._grows = grows
        self._hangs: bool | None = None
        super().__init__(self._shown, markup=False, id=id, classes=classes)

    def show(self, content: str | Content) -> None:
        """Shows `content`, if it is new."""
        told = toned(content) if isinstance(content, str) else content
        narrow = self._narrow()
        if narrow:
            from screens.hanging import ROOM, hung

            told = hung(told, max(ROOM, self.app.size.width - 3) - 1)
        if told.is_same(self._shown):
            return
        self._shown = told
        self.update(told, layout=self._grows or narrow)

    def _narrow(self) -> bool:
        """Whether it stands in the body of a window of less than 80 cells: it is broken there, and the body scrolls."""
        if not self.is_mounted or self.app.size.width >= NARROW:
            return False
        if self._hangs is None:
            self._hangs = any(node.id == "body" for node in self.ancestors)
        return self._hangs

    @property
    def text(self) -> str:
        """What stands there."""
        return self._shown.plain


class PushButton(Button, inherit_css=False):
    """A button of one row: `[ Next: uv ]`. Without Textual's own looks, of which none would be left."""

    def __init__(self, label: str, *, id: str | None = None) -> None:
        super().__init__(Content(f"[ {shown(label)} ]"), id=id, compact=True)
        self.active_effect_duration = 0  # while Textual's effect lasts, a second Enter is not heard

    def name_it(self, label: str) -> None:
        """Gives it another label."""
        label = f"[ {shown(label)} ]"
        if str(self.label) != label:
            self.label = Content(label)
            self.refresh(layout=True)


class TooSmall(Static):
    """One sentence instead of a screen that would not fit."""

    WIDTH, HEIGHT = 60, 18

    def on_mount(self) -> None:
        """Says how large the window is."""
        self.tell(self.app.size.width, self.app.size.height)

    def tell(self, width: int, height: int) -> None:
        """The sentence for a window of that size."""
        self.update(
            _(
                "This window is {width} x {height}. uv-wizard needs {least_width} x {least_height}: make it larger, "
                "or use uv-wizard --plain.",
                width=width,
                height=height,
                least_width=self.WIDTH,
                least_height=self.HEIGHT,
            )
        )


def hint_text(hints: Sequence[tuple[str, str]], width: int) -> Content:
    """`Ctrl+N Next  Esc Back`: as many as fit into `width` cells, the keys in their own colour."""
    parts: list[tuple[str, str] | str] = []
    used = 1
    for key, told in hints:
        word = shown(told)
        more = len(key) + 1 + cell_len(word) + (2 if parts else 0)
        if used + more > width:
            break
        used += more
        parts += ["  "] if parts else []
        parts += [(key, "bold $text-primary"), f" {word}"]
    return Content.assemble(*parts)


class Highlighting:
    """What has one row of several that the keys act on."""

    @property
    def row_of_highlight(self) -> int:
        """The row of it in sight that has the highlight, from 0."""
        return 0


def is_field(widget: object) -> bool:
    """Whether letters are text there."""
    return "Input" in getattr(widget, "_css_type_names", ())


__all__ = ["NARROW", "Highlighting", "Line", "PushButton", "TooSmall", "hint_text", "is_field", "toned"]
