"""What the review lets be chosen besides: extras, groups, the cache, what the checks require. Rows of marks, and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from screens.asking import Marked, MarkSheet
from wizard.language import _
from wizard.verify.record import REQUIRES

if TYPE_CHECKING:
    from textual.screen import Screen

    from wizard.way import Way


def ask(screen: Screen[object], way: Way, then: Callable[[], None]) -> None:
    """The sheet over that screen; `then`: once something was taken."""

    def chosen(answer: Mapping[str, bool] | None) -> None:
        if answer is not None:
            take(way, answer)
            then()

    title = _("What is installed, and what the checks require")
    screen.app.push_screen(MarkSheet(title, rows(way), help_text="extra"), chosen)


def rows(way: Way) -> list[Marked]:
    """One row for each that there is in this project."""
    project, choices = way.project, way.choices
    found: list[Marked] = []
    if project is not None:
        for key, kind, names in (("sync.extras", "extra", project.extras), ("sync.groups", "group", project.groups)):
            on = choices.names(key)
            # uv takes these by itself: a mark that is not set would say that they are left out
            by_itself = project.default_groups if kind == "group" else ()
            found += [
                Marked(f"{key}={name}", f"{kind} {name}", name in on, help_text=kind)
                for name in names
                if name not in by_itself
            ]
    no_cache = choices.flag("sync.no-cache")
    found.append(Marked("sync.no-cache", _("no cache: everything is downloaded again"), no_cache, help_text="cache"))
    require = choices.text("verify.require")
    found += [
        Marked(
            f"verify.require={name}", _("the checks require: {name}", name=name), name == require, "require", "require"
        )
        for name in REQUIRES
    ]
    return found


def take(way: Way, answer: Mapping[str, bool]) -> None:
    """Takes as choices what differs from those in force."""
    chosen = [key.split("=", 1) for key, on in answer.items() if on and "=" in key]
    for key in ("sync.extras", "sync.groups"):
        names = tuple(name for of, name in chosen if of == key)
        if names != way.choices.names(key):
            way.choose(key, names)
    require = next((name for of, name in chosen if of == "verify.require"), "auto")
    if require != way.choices.text("verify.require"):
        way.choose("verify.require", require)
    if answer["sync.no-cache"] != way.choices.flag("sync.no-cache"):
        way.choose("sync.no-cache", answer["sync.no-cache"])
