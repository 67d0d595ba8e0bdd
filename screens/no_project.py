"""The first screen in a folder without a project: what is so, and what may be made here, elsewhere, or gone to."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from screens.asking import AskedField, FieldSheet
from screens.choosing import Row
from screens.rows import choice, cut
from wizard.begin import files_below
from wizard.language import _, ngettext
from wizard.project import place
from wizard.project.nearby import projects_below
from wizard.text import one_line, standing_size

if TYPE_CHECKING:
    from collections.abc import Callable

    from screens.step import StepScreen
    from wizard.way import Way

FILE, CONDA, NEW, OWN, ELSEWHERE, ALONE = "file:", "conda:", "new", "own", "elsewhere", "alone"
PLACES = (OWN, ELSEWHERE)
MOST_ENVIRONMENTS = 3


def rows(way: Way, width: int, *, alone: bool = False) -> list[Row]:
    """What may be made in the way's folder, or gone to: the first is recommended. `alone`: uv without a project is chosen."""
    told = _offered(way)
    found = []
    for at, (value, text) in enumerate(told):
        on = value == ALONE if alone else at == 0
        more = _(", recommended") if at == 0 and (is_one(value) or told[1][0] in PLACES) else ""
        found.append(Row(value, cut(choice(on, f"{text}{more}"), width)))
    return found


def first(way: Way) -> str:
    """The value of the row that Next takes."""
    return _offered(way)[0][0]


def button(way: Way) -> str:
    """What Next says that it does."""
    value = first(way)
    if value in {NEW, OWN}:
        return _("Next: a new project")
    name = os.path.basename(value.removeprefix(FILE).removeprefix(CONDA))
    if is_one(value):
        return _("Next: a project of {name}", name=cut(one_line(name), 20))
    return _("Next: the project {name}", name=cut(one_line(name), 20))


def _offered(way: Way) -> list[tuple[str, str]]:
    below, fit_place = projects_below(way.path), way.place.fit
    where = _(", which lies here") if fit_place else _(", in a folder of its own")
    told = [
        (f"{FILE}{name}", _("a project of {file}{where}", file=one_line(name, 60), where=where))
        for name in files_below(way.path)
    ]
    told += [(path, _("the project in {folder}", folder=one_line(os.path.basename(path), 60))) for path in below]
    kept = [one for one in way.machine.conda_environments or () if one.name != "base"]
    for one in sorted(kept, key=lambda each: -(each.size_bytes or 0))[:MOST_ENVIRONMENTS]:
        size = "" if one.size_bytes is None else _(", ") + standing_size(one.size_bytes)
        text = _("a project of conda's {name}{size}", name=one_line(one.name, 40), size=size)
        told.append((f"{CONDA}{one.name}", text))
    told += [(NEW, _("a new project in this folder"))] if fit_place and not below else []
    told += [(OWN, _("a new project in a folder of its own"))] if below or not fit_place else []
    told.append((ELSEWHERE, _("choose another folder")))
    told.append((ALONE, _("uv alone, without a project")))
    return told


def needs_folder(way: Way, value: str) -> bool:
    """Whether a folder is asked for before that row is carried out."""
    return value == OWN or (not way.place.fit and value.startswith((FILE, CONDA)))


def is_one(value: str) -> bool:
    """Whether that row makes a project."""
    return value in {NEW, OWN} or value.startswith((FILE, CONDA))


def explained(way: Way) -> tuple[str, str]:
    """Two lines for a folder without a project: what is so, and what to do."""
    on = _("Next takes the marked row; Up leads to the rows, Enter takes one.")
    if way.place.told:
        return _("! warning  {what}", what=way.place.told), on
    count = len(projects_below(way.path))
    if count:
        return ngettext("No project here, {count} below. A project is a folder with a pyproject.toml.",
                        "No project here, {count} below. A project is a folder with a pyproject.toml.", count), on  # fmt: skip
    return (_("No project here: a folder with a pyproject.toml, which names its packages."),
            _("Next takes the first row. It is written after screen 6, the review."))  # fmt: skip


def ask_folder(screen: StepScreen, value: str, moved: Callable[[str], None]) -> None:
    """Asks for the folder that the project of that row is made in; `moved` is then given the row's value there."""
    here, environment = screen.way.path, screen.way.environment

    def asked(answer: dict[str, str] | None) -> None:
        if answer is None:
            return
        screen.walk.move(place.named(here, answer["path"]), new=True)
        moved(f"{FILE}{os.path.join(here, value.removeprefix(FILE))}" if value.startswith(FILE) else value)

    field = AskedField("path", _("Folder"), place.folder_of_its_own(here, environment),
                       lambda text: place.no_place(here, text, environment), "project", selected=True)  # fmt: skip
    lines = (_("It is made with the project, after the review."),)
    screen.app.push_screen(FieldSheet(_("A folder of its own for the project"), [field], lines), asked)


__all__ = ["ALONE", "ELSEWHERE", "ask_folder", "button", "explained", "first", "is_one", "needs_folder", "rows"]
