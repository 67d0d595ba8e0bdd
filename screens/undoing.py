"""U: what a run changed is put back, after a look at what that is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from screens.rows import tail
from screens.sheet import LINES, WIDTH, Answer, Sheet
from screens.step import StepScreen
from wizard.errors import WizardError
from wizard.language import _, error_told, ngettext
from wizard.run import client
from wizard.run.client import RunInfo
from wizard.text import clean, masked, one_line
from wizard.told.after import STAYS

if TYPE_CHECKING:
    from textual.app import App

    from wizard.files_undo import Undone


def why_not(run: RunInfo | None) -> str:
    """Why there is nothing to take back; "" where there is."""
    if run is None or not run.changed:
        if any(one.changed and not one.undone for one in client.runs()):
            return _("This run changed no file; an earlier one: uv-wizard undo")
        return _("Nothing to take back: this run changed no file of yours.")
    if run.state == "running":
        return _("It is running. S stops it; then U takes back what it changed.")
    return _("It is taken back already.") if run.undone else ""


class UndoSheet(Sheet[bool]):
    """Which files; the answer is True to put them back."""

    HELP = "runs-undo"

    def __init__(self, run: RunInfo) -> None:
        files = [f"  {tail(masked(clean(path)), WIDTH - 2)}" for path in run.changed]
        more = len(files) - (LINES - 1)
        shown = (
            files
            if more <= 0
            else [*files[: LINES - 2], _("  and {more} more: uv-wizard undo {id} --dry-run", more=more + 1, id=run.id)]
        )
        count = len(files)
        super().__init__(
            ngettext(
                "Put back {count} file that this run changed?", "Put back {count} files that this run changed?", count
            ),
            [*shown, STAYS],
            [Answer(_("Leave them"), value=False), Answer(_("Put them back"), value=True)],
            escape=False,
        )


def ask(screen: StepScreen, run: RunInfo | None, then: Callable[[], None]) -> None:
    """Asks on that screen and puts back; what came of it stands in the promise, `then` is called."""
    run = client.again(run) if run is not None else None
    reason = why_not(run)
    if run is None or reason:
        screen.say(reason)
        return

    def answered(yes: bool | None) -> None:
        if yes:
            put_back(screen.app, run, then, screen.say)

    screen.app.push_screen(UndoSheet(run), answered)


def put_back(app: App[int], run: RunInfo, then: Callable[[], None], say: Callable[[str], None]) -> None:
    """Puts back what the run changed. `then` is called, `say` tells how much it was; what was left has a sheet."""

    def taking() -> None:
        try:
            done = client.take_back(run)
        except (WizardError, OSError) as error:
            app.call_from_thread(taken, (), f"x {one_line(error_told(error), 70)}")
            return
        left = tuple(one for one in done if one.state == "refused")
        count = len(done) - len(left)
        told = ngettext("{count} file is as before.", "{count} files are as before.", count)
        app.call_from_thread(taken, left, told if count or not left else "")

    def taken(left: Sequence[Undone], told: str) -> None:
        then()
        if told:
            say(told)
        if left:
            app.push_screen(LeftSheet(run, left))

    app.run_worker(taking, name="undo", thread=True, exit_on_error=False)


class LeftSheet(Sheet[None]):
    """What is not put back, and where to see why."""

    HELP = "runs-undo"

    def __init__(self, run: RunInfo, left: Sequence[Undone]) -> None:
        count, room = len(left), LINES - 1
        files = [f"  {tail(masked(clean(one.name)), WIDTH - 2)}" for one in left]
        if count > room:
            files = [*files[: room - 1], _("  and {more} more", more=count - room + 1)]
        super().__init__(
            ngettext(
                "{count} file was changed since, and is left as it is",
                "{count} files were changed since, and are left as they are",
                count,
            ),
            [*files, _("What was changed shows: uv-wizard undo {id} --dry-run", id=run.id)],
            [Answer(_("Close"), None)],
            escape=None,
        )


__all__ = ["LeftSheet", "UndoSheet", "ask", "put_back", "why_not"]
