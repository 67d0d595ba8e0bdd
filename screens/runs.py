"""The list of `uv-wizard attach`: the runs that are kept on this machine, and what can be done with each."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual import on, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import OptionList
from textual.worker import get_current_worker

from screens import rows, run_rows
from screens.choosing import ChoiceList, Row
from screens.offering import QuitAsked
from screens.replays import Replays
from screens.step import StepScreen
from screens.sync import side_of
from screens.track import name_of
from screens.walk import Walk
from screens.widgets import Line
from wizard.language import _, ngettext, said, shown
from wizard.run import client, interrupted, state
from wizard.run.client import RunInfo
from wizard.run.when import started_told
from wizard.text import masked

if TYPE_CHECKING:
    from textual.timer import Timer

LOOK_S = 2.0
"""Seconds between two looks at the runs that go on."""
LABELS = {"running": said("Join"), "interrupted": said("Go on")}
WORDS = {"running": "running", "interrupted": "interrupted", "done": "done"}


class RunsScreen(StepScreen):
    """The runs that are kept, newest first; the button says what becomes of the highlighted one."""

    NUMBER, NAME = 1, "runs"
    BREAKS = False
    HELP = "attach"
    TITLE_TEXT = said("Runs on this machine")
    LEAD = said("A sync goes on without its window. Here you join one that is still going, or\nsee how it ended.")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "log", said("Log"), id="attach.log"),
        Binding("u", "undo", said("Undo"), id="attach.undo"),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    RunsScreen {
        #runs { max-height: 30; }
        #kept { height: 2; padding: 1 0 0 0; }
    }
    """

    class TakeUp(Message):
        """An interrupted run is to be gone on with, in the wizard."""

        def __init__(self, run: RunInfo) -> None:
            super().__init__()
            self.run = run

    def __init__(self, walk: Walk, chosen: RunInfo) -> None:
        super().__init__(walk)
        self._chosen = chosen.id
        self.runs: Sequence[RunInfo] = ()
        self._results: dict[str, str] = {}
        self._replays = Replays()
        self._timer: Timer | None = None

    def track_line(self) -> Content:
        return Content(f" {name_of(self.NAME)}")

    def compose_body(self) -> Iterable[Widget]:
        yield ChoiceList(id="runs", help_text="attach")
        yield Line(id="kept")

    def on_mount(self) -> None:
        self._look()
        super().on_mount()
        self._timer = self.set_interval(LOOK_S, self._look_again, name="runs")

    def _look(self) -> None:
        self.runs = client.runs()
        self._read()

    @work(name="runs", group="runs", thread=True, exclusive=True, exit_on_error=False)
    def _read(self) -> None:
        chosen = self.run
        if chosen is not None and self._replays.known(chosen) is None:
            self._replays.read(chosen)
            self.app.call_from_thread(self.redraw)
        for run in self.runs:
            if get_current_worker().is_cancelled:
                return
            if run.state == "running" or run.id not in self._results:
                self._results[run.id] = self._result(run)
                self.app.call_from_thread(self.redraw)

    def _result(self, run: RunInfo) -> str:
        if run.undone:
            return _("taken back")
        if run.state == "interrupted":
            return shown(interrupted.of(run).why)
        return run_rows.result_row(self._replays.read(run))

    def _look_again(self) -> None:
        """Only runs that go on can have become others; where none does, nothing is looked at."""
        if self.is_current and any(run.state == "running" for run in self.runs):
            self._look()

    def draw(self) -> None:
        now = time.time()
        begun = {run.id: shown(started_told(run.started, now)) for run in self.runs}
        when = min(19, max(map(cell_len, (_("Started"), *begun.values()))) + 2)  # what is left is the result's
        listed = [Row("", rows.run_head(self.room - 1, when), heading=True)]
        for run in self.runs:
            word = WORDS.get(run.state, "failed")
            where = masked(run_rows.shown_path(Path(run.project))) if run.project else "-"
            listed.append(
                Row(
                    run.id,
                    rows.run_row(
                        word,
                        rows.tail(where, 18),
                        begun[run.id],
                        self._results.get(run.id) or _(". looking"),
                        self.room - 1,
                        when,
                    ),
                )
            )
        at = next((place for place, run in enumerate(self.runs, 1) if run.id == self._chosen), 1)
        self.query_one("#runs", ChoiceList).show(listed, at)
        count = len(self.runs)
        told = ngettext(
            "{count} run. Their logs lie in {folder}, 30 days long.",
            "{count} runs. Their logs lie in {folder}, 30 days long.",
            count,
            folder=run_rows.shown_path(state.state_folder() / "runs"),
        )
        self.query_one("#kept", Line).show(rows.cut(told, self.room))

    @property
    def run(self) -> RunInfo | None:
        """The highlighted run."""
        value = self.query_one("#runs", ChoiceList).value if self.is_mounted else self._chosen
        return next((run for run in self.runs if run.id == (value or self._chosen)), None)

    def by_hand(self) -> str:
        return f"uv-wizard attach {self.run.id if self.run else self._chosen}"

    def next_label(self) -> str:
        return _("Look") if self.run is None or self.run.undone else LABELS.get(self.run.state, _("Look"))

    def back_label(self) -> str:
        return _("Quit")

    def word_of(self, binding: Binding) -> str:
        return self.next_label() if binding.action == "go_on" else super().word_of(binding)

    def go_back(self) -> None:
        self.post_message(QuitAsked())

    def promise(self) -> str:
        if self.next_label() == LABELS["interrupted"]:
            return _("To the review, with that run's choices. Nothing is changed yet.")
        return _("Looking changes nothing.")

    def side(self) -> str:
        if self.run is None:
            return ""
        known = self._replays.known(self.run)
        return "" if known is None else side_of(known, str(self.run.folder / state.LOG))

    def go_on(self) -> None:
        if self.run is None:
            return
        if self.next_label() == LABELS["interrupted"]:
            self.post_message(self.TakeUp(self.run))
            return
        self.walk.started(self.run)
        self.post_message(self.GoTo("sync"))

    def action_undo(self) -> None:
        """U: asks, then puts back what the highlighted run changed."""
        from screens import undoing

        undoing.ask(self, self.run, self._undone)

    def _undone(self) -> None:
        self._results.clear()
        self._look()

    def action_log(self) -> None:
        """L: the log of the highlighted run."""
        if self.run is not None:
            self._open_log(self.run)

    @work(name="log", group="log", thread=True, exclusive=True, exit_on_error=False)
    def _open_log(self, run: RunInfo) -> None:
        from screens.text_page import TextPage

        lines = [line.text for line in self._replays.read(run).log]
        page = TextPage(self.track_line(), _("Log of the run {id}", id=run.id), lines)
        self.app.call_from_thread(self.app.push_screen, page)

    @on(ChoiceList.Taken, "#runs")
    def _taken(self, event: ChoiceList.Taken) -> None:
        self._chosen = event.value
        self.redraw()

    @on(OptionList.OptionHighlighted, "#runs")
    def _looked_at(self) -> None:
        self.redraw()
        if self.run is not None and self._replays.known(self.run) is None:
            self._read()


__all__ = ["RunsScreen"]
