"""A git address that was named instead of a folder: where to, cloned, and shown before anything of it runs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from screens.asking import AskedField, FieldSheet
from screens.begin import trouble_rows
from screens.rows import cut, folded
from screens.sheet import Answer, Sheet
from screens.text_page import TextPage
from wizard.address import folder_for
from wizard.clone import about, clone
from wizard.errors import WizardError
from wizard.language import _, shown
from wizard.project.read import read_project
from wizard.text import masked, one_line

if TYPE_CHECKING:
    from screens.step import StepScreen


class CloningSheet(Sheet[bool]):
    """While git fetches; Esc stops it."""

    HELP = "clone"

    def __init__(self, address: str, folder: str) -> None:
        lines = [
            cut(_("  from {address}", address=masked(one_line(address))), 76),
            cut(_("  to {folder}", folder=one_line(folder)), 76),
            _("Nothing of it is run."),
        ]
        super().__init__(_("git fetches the project"), lines, [Answer(_("Stop"), value=False)], escape=False)


def offer(
    screen: StepScreen, address: str, move: Callable[[str], None], into: str = "", trouble: Sequence[str] = ()
) -> None:
    """Asks where to, clones, shows what came; `move` goes on there. `into`: where it was tried, `trouble`: what came of it."""

    def taken(text: str) -> str | None:
        there = Path(text).expanduser()
        if not text:
            return _("a folder has to be named")
        return _("it is there already and not empty") if there.is_dir() and any(there.iterdir()) else None

    def named(answer: dict[str, str] | None) -> None:
        if answer:
            _fetch(screen, address, str(Path(answer["into"]).expanduser()), move)

    field = AskedField("into", _("Into"), into or folder_for(address, screen.way.path), taken, "clone", selected=True)
    line = cut(_("From {address}", address=masked(one_line(address))), 76)
    screen.app.push_screen(FieldSheet(_("Clone it into which folder?"), [field], [*trouble, line]), named)


def _fetch(screen: StepScreen, address: str, folder: str, move: Callable[[str], None]) -> None:
    stop = threading.Event()
    sheet = CloningSheet(address, folder)

    def fetch() -> None:
        trouble: Exception | None = None
        try:
            clone(address, folder, screen.way.environment, stop.is_set)
        except (WizardError, OSError) as error:
            trouble = error
        screen.app.call_from_thread(fetched, trouble)

    def fetched(trouble: Exception | None) -> None:
        if sheet.is_current:
            sheet.dismiss(True)
        if trouble is not None:
            offer(screen, address, move, folder, trouble_rows(trouble))
            return
        project = read_project(folder, screen.way.environment)
        told = [*map(shown, about(project, folder, screen.way.machine)), ""]
        told.append(_("Nothing of it has been run. Esc closes this; the review shows every command."))
        lines = [
            row for line in told for row in ([line] if line.startswith(" ") else folded(line, screen.room) or [""])
        ]
        screen.app.push_screen(
            TextPage(screen.track_line(), _("What came into {name}", name=Path(folder).name), lines),
            lambda _: move(folder),
        )

    def stopped(went_on: bool | None) -> None:
        if not went_on:
            stop.set()

    screen.app.push_screen(sheet, stopped)
    screen.run_worker(fetch, name="clone", thread=True, exclusive=True, exit_on_error=False)


__all__ = ["CloningSheet", "offer"]
