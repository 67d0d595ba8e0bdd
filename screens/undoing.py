"""U: what a run changed is put back, after a look at what that is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from screens.rows import tail
from screens.sheet import LINES, WIDTH, Answer, Sheet
from screens.step import StepScreen
from wizard.errors import WizardError
from wizard.language import _, error_told, ngettext
from wizard.run import client, state
from wizard.run.client import RunInfo
from wizard.text import cells, clean, masked, one_line, padded
from wizard.told.after import STAYS
from wizard.told.undone import by_file, made

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
    """Which files, and whether each goes or gets its bytes back; the answer is True to do so."""

    HELP = "runs-undo"

    def __init__(self, run: RunInfo) -> None:
        new = made(run.folder / state.JOURNAL).intersection(run.changed)
        title, yes = _question(len(new), len(run.changed))
        files = list(_files(run, new))
        more = len(files) - (LINES - 1)
        shown = (
            files
            if more <= 0
            else [*files[: LINES - 2], _("  and {more} more: uv-wizard undo {id} --dry-run", more=more + 1, id=run.id)]
        )
        super().__init__(
            title,
            [*shown, STAYS],
            [Answer(_("Leave them"), value=False), Answer(yes, value=True)],
            escape=False,
        )


def _question(new: int, count: int) -> tuple[str, str]:
    """What is asked about `count` files, `new` of which the run made, and the button that does it."""
    if not new:
        told = ngettext(
            "Put back {count} file that this run changed?", "Put back {count} files that this run changed?", count
        )
        return told, _("Put them back")
    if new == count:
        told = ngettext(
            "Take away {count} file that this run made?", "Take away {count} files that this run made?", count
        )
        return told, _("Take them away")
    return _("Take back what this run did to {count} files?", count=count), _("Take them back")


def _files(run: RunInfo, new: Collection[str]) -> Iterator[str]:
    """A row for each; what becomes of it stands before it where that is not the same for all."""
    away, back = _("is taken away"), _("is put back")
    width = max(cells(away), cells(back)) + 2 if 0 < len(new) < len(run.changed) else 0
    for path in run.changed:
        word = padded(away if path in new else back, width) if width else ""
        yield f"  {word}{tail(masked(clean(path)), WIDTH - 2 - width)}"


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
            done = by_file(run.folder / state.JOURNAL, client.take_back(run))
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
