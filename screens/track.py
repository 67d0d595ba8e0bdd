"""The top line: where one is, and the track of all eight screens with their state."""

from __future__ import annotations

from typing import Literal

from rich.cells import cell_len
from textual.content import Content

from wizard.language import said, shown

ORDER = ("start", "uv", "settings", "mirrors", "torch", "review", "sync", "verify")
"""The screens, in the order of the track."""
NAMES = {
    "start": said("start"), "uv": said("uv"), "settings": said("settings"), "mirrors": said("mirrors"),
    "torch": said("torch"), "review": said("review"), "sync": said("sync"), "verify": said("verify"), "runs": said("runs"),
}  # fmt: skip
"""What they are called on the screen."""
Mark = Literal["now", "done", "failed"]
_MARKS: dict[str, tuple[str, str, str]] = {
    "done": ("+", "$text-success", "$text-muted"), "now": (">", "$text-primary", "bold"),
    "failed": ("x", "$text-error", "bold"), "to come": (" ", "", "$text-muted"), "ended": ("+", "$text-success", "bold"),
}  # fmt: skip


def name_of(screen: str) -> str:
    """What a screen is called, in the reader's language."""
    return shown(NAMES.get(screen, screen))


def track_line(number: int, name: str, mark: Mark, width: int) -> Content:
    """`5/8 torch    +start +uv ... >torch  review`; below 80 cells the marks alone: `++++>---`."""
    head = f" {number}/{len(ORDER)} {name_of(name)}"
    parts: list[Content | str | tuple[str, str]] = []
    plain = ""
    for place, one in enumerate(map(name_of, ORDER), 1):
        state = "done" if place < number else "to come" if place > number else mark
        glyph, tone, name_tone = _MARKS["ended" if state == "done" and place == number else state]
        if width < 80:
            glyph = "-" if state == "to come" else glyph
            parts.append((glyph, tone))
            plain += glyph
            continue
        gap = " " if parts else ""
        parts += [gap, (glyph, tone), (one, name_tone)]
        plain += gap + glyph + one
    return Content.assemble(head, " " * max(1, min(80, width) - 1 - cell_len(head) - cell_len(plain)), *parts, " ")
