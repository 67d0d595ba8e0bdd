"""Screen 7: the run, from its first step to the last package. It goes on without this screen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from textual.content import Content
from textual.widget import Widget

from screens import rows, run_rows
from screens.choosing import ProgressBar
from screens.failure import Failure
from screens.run_screen import RunScreen
from screens.walk import Walk
from screens.widgets import Line
from wizard.language import _, said
from wizard.run.progress import RunState
from wizard.text import masked, one_line
from wizard.told.phrases import step_name

MOST_PACKAGES, FEW_PACKAGES = 11, 5
"""Rows for packages, the one that counts those that wait included: in a tall window, and else."""
MOST_LOG, FEW_LOG = 8, 3
PROMISED = 39
"""Cells beside the buttons of a failure."""


class SyncScreen(RunScreen):
    """Bar, rate and time left, packages under way, the last lines of the log."""

    NUMBER, NAME = 7, "sync"
    HELP = "sync"
    TITLE_TEXT = said("Sync: download and install the packages")
    LEAD = said(
        "uv fetches what uv.lock names and puts it into .venv. You may close this\n"
        'window: the sync goes on, and "uv-wizard attach" shows it again.'
    )
    DEFAULT_CSS: ClassVar[str] = """
    SyncScreen {
        #bar, #progress, #third, .package, #log-head { height: 1; }
        #live { height: auto; }
        #log-head { margin: 1 0 0 0; }
        .spare { display: none; }
        #last-lines { height: 3; }
        &.-tall .spare { display: block; }
        &.-high #last-lines, &.-tall #last-lines { height: 8; }
    }
    """

    def __init__(self, walk: Walk) -> None:
        super().__init__(walk)
        self._left = False
        self.joined = ""
        """What the promise says where the run was joined, not started here."""

    def compose_live(self) -> Iterable[Widget]:
        yield ProgressBar(id="bar")
        yield Line(id="progress")
        yield Line(id="third")
        for place in range(MOST_PACKAGES):
            spare = " spare" if FEW_PACKAGES - 1 <= place < MOST_PACKAGES - 1 else ""
            yield Line(id=f"package-{place}", classes=f"package{spare}")
        yield Line(rows.sides(_("Log"), _("L opens it all")), id="log-head")
        yield Line(id="last-lines")

    def draw_live(self) -> None:
        tall = self.has_class("-tall")
        room = MOST_PACKAGES if tall else FEW_PACKAGES
        shown = run_rows.sync_rows(self.state, self.now, self.room, room)
        bar = self.query_one("#bar", ProgressBar)
        if shown.bar is None:
            bar.show(shown.head)
        else:
            bar.progress(self.state.percent or 0, 100, self.room)
        self.query_one("#progress", Line).show(shown.line)
        self.query_one("#third", Line).show(shown.third)
        for place, text in enumerate(shown.packages[:-1]):
            self.query_one(f"#package-{place}", Line).show(text)
        self.query_one(f"#package-{MOST_PACKAGES - 1}", Line).show(shown.packages[-1])
        self.query_one("#log-head", Line).show(rows.sides(_("Log"), _("L opens it all"), self.room))
        lines = MOST_LOG if tall or self.has_class("-high") else FEW_LOG
        told = run_rows.log_rows(self.state.log, self.started, lines, self.room)
        self.query_one("#last-lines", Line).show(Content("\n".join(told)))

    def live_heading(self) -> str:
        if self.state.finished:
            return self.TITLE_TEXT
        place, of, step = run_rows.step_place(self.state)
        if step is None or step.id in {"sync", "verify"}:
            number = next((at for at, one in enumerate(self.state.steps, 1) if one.id == "sync"), place)
            return (
                _("{title} (step {number} of {of})", title=self.TITLE_TEXT, number=number, of=of)
                if of
                else self.TITLE_TEXT
            )
        return one_line(
            _("Sync: before it, {title} (step {place} of {of})", title=step_name(step.title), place=place, of=of), 78
        )

    def live_lead(self) -> str:
        return _("What uv.lock names is in .venv. The run is over.") if self.state.finished else super().live_lead()

    def live_label(self) -> str:
        return _("Next: verify") if self.done else _("Next when done")

    def promise(self) -> str:
        if self.failure is not None:
            return changed_so_far(self.state) or _("Nothing changes before the review.")
        if self.walk.run is None:
            return _("Nothing was started yet.")
        if self.state.finished:
            return _("The run is over.")
        return self.joined or _("The checks start by themselves.")

    def side(self) -> str:
        return side_of(self.state, str(self.walk.run.folder / "log") if self.walk.run else "")

    @property
    def done(self) -> bool:
        """Whether the sync is behind us, and nothing went wrong."""
        verifying = any(step.id == "verify" and step.state in run_rows.BEGUN for step in self.state.steps)
        return verifying or (self.state.finished and self.state.exit_code == 0)

    def busy(self) -> bool:
        return not self.done and self.failure is None and self.walk.run is not None

    def can_go_on(self) -> bool:
        if self.walk.run is None:
            self.say(_("Nothing was started yet: Back, then Start."))
            return False
        return True

    def shows_failure(self, failure: Failure) -> bool:
        return failure.where == "sync"

    def another_run(self, state: RunState) -> None:
        super().another_run(state)
        self._left = False

    def looked(self) -> None:
        """Goes on to the verification by itself, once, unless somebody has moved the focus or opened a page."""
        if self.failure is not None:
            return
        over = self.done or (self.state.finished and self.state.exit_code not in (None, 0))
        if not over or self._left:
            return
        self._left = True
        if self.focused is None or self.focused.id == "next":
            self.post_message(self.Next(self))


def changed_so_far(state: RunState) -> str:
    """The steps before the sync that are done, "" where none is: what a failure leaves behind, and undo takes back."""
    done = [step_name(step.id) for step in state.steps if step.state == "done" and step.id not in {"sync", "verify"}]
    told = _("Done so far: {steps}.", steps=_(", ").join(done)) if done else ""
    return told if cell_len(told) <= PROMISED else _("Done so far: {steps}.", steps=f"{len(done)} / {len(state.steps)}")


def side_of(state: RunState, log: str) -> str:
    """The side panel of a run: the plan with its marks, how often it was tried, where the log is."""
    told = [_("The plan"), ""]
    for number, step in enumerate(state.steps, 1):
        told.append(
            rows.cut(f"{rows.state_word(run_rows.STEP_WORDS[step.state], 11)}{number} {step_name(step.title)}", 38)
        )
    if state.locked is not None:
        told += ["", "uv.lock", *rows.wrapped(run_rows.lock_told(state), 38, 2)]
    if state.tries > 1:
        told += ["", _("Tries so far: {count}", count=state.tries)]
    if state.project:
        told += ["", _("Project"), *pieces(masked(state.project))]
    if log:
        told += ["", _("Log"), *pieces(run_rows.shown_log(log))]
    return "\n".join(told)


def pieces(path: str, width: int = 38, most: int = 3) -> list[str]:
    """A path in rows: it has no blanks to break it at."""
    whole = one_line(path)
    found: list[str] = []
    while whole and len(found) < most:
        row = set_cell_size(whole, width).rstrip() if cell_len(whole) > width else whole
        found.append(row)
        whole = whole[len(row) :]
    return found


__all__ = ["SyncScreen"]
