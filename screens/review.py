"""Screen 6: the plan, with every command and every change. Nothing is written before it is passed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList

from screens.choosing import ChoiceList, Row
from screens.rows import cut, fit, sides
from screens.step import Mark, StepScreen
from screens.step_text import (
    all_lines,
    first_change,
    head,
    lines_of,
    much,
    obstacle_lines,
    sums,
    toned_lines,
    what_it_does,
)
from screens.walk import Walk
from screens.widgets import Line
from wizard.cli.running import stands_in_the_way
from wizard.diagnosis import Diagnosis
from wizard.errors import WizardError
from wizard.plan.step import Plan, Step
from wizard.run.client import ProjectBusy, RunInfo, find
from wizard.text import one_line

MIRRORS = ("mirrors.pypi", "mirrors.pytorch", "mirrors.python")


class Join(Enum):
    """What to do where another window runs this project."""

    JOIN = "join"
    LEAVE = "leave"


class ReviewScreen(StepScreen):
    """Every step in order; below, the highlighted one at length."""

    NUMBER, NAME = 6, "review"
    HELP = "review"
    TITLE_TEXT = "Review: what will happen"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "details", "Details", id="review.details"),
        Binding("e", "extras", "Extras", id="review.extras"),
        Binding("f5", "look_again", "Look again", id="review.look", show=False),
    ]

    def __init__(self, walk: Walk) -> None:
        super().__init__(walk)
        self.plan: Plan | None = None
        self.obstacle: Diagnosis | None = None
        self._wrong = ""
        self._waits = ""
        self._start_when_ready = False
        self._from = 0

    def compose_body(self) -> Iterable[Widget]:
        yield ChoiceList(id="steps", help_text="review")
        yield Line(classes="gap")
        yield Line(id="step-head")
        yield Line(id="step-text", grows=True)
        yield Line(id="note")

    # what is planned

    def on_entered(self) -> None:
        self._from = 0
        if not self.walk.running:
            self.make()
        super().on_entered()

    def on_facts(self) -> None:
        if not self.walk.running and not self._waits:
            self.make()
        self.redraw()

    def make(self) -> None:
        """Makes the plan anew; measures first where a mirror is to be the fastest."""
        if any(self.way.choices.text(key) == "fastest" for key in MIRRORS):
            self._waits = "measuring the mirrors, at most 15 s"
            self._prepare()
        else:
            self._planned(None)

    @work(name="prepare", group="prepare", thread=True, exclusive=True, exit_on_error=False)
    def _prepare(self) -> None:
        error: WizardError | None = None
        try:
            self.way.prepare()
        except WizardError as found:
            error = found
        self.app.call_from_thread(self._planned, error)

    def _planned(self, error: WizardError | None) -> None:
        self._waits, self._wrong = "", one_line(str(error)) if error else ""
        at = self._telling()
        try:
            self.plan = self.way.plan()
        except WizardError as found:
            self.plan, self._wrong = None, one_line(str(found))
        obstacle = stands_in_the_way(self.way)
        made_by_lock = (
            obstacle is not None and obstacle.cause == "lock-missing" and self.plan and self.plan.step("lock")
        )
        self.obstacle = None if made_by_lock else obstacle
        if self.is_mounted:
            self.redraw()
            if at is None and self.plan and self.plan.steps:
                self.query_one("#steps", ChoiceList).highlighted = self._opened_at()
        if self._start_when_ready and self._ready:
            self._start_when_ready = False
            self.go_on()

    def _telling(self) -> int | None:
        return self.query_one("#steps", ChoiceList).highlighted if self.is_mounted else None

    @property
    def _ready(self) -> bool:
        return bool(self.plan and self.plan.steps) and not self._waits and not self._stopped

    @property
    def _stopped(self) -> bool:
        """Whether what stands in the way leaves nothing worth starting."""
        return bool(self._wrong) or (self.obstacle is not None and self.obstacle.cause != "project-missing")

    @property
    def _steps(self) -> tuple[Step, ...]:
        return self.plan.steps if self.plan else ()

    def _opened_at(self) -> int:
        """The step that is told at first: the one that changes the project, else the sync."""
        ids = [step.id for step in self._steps]
        return next((ids.index(name) for name in ("torch", "lock", "sync") if name in ids), 0)

    # how it is told

    def lead(self) -> str:
        if self._stopped:
            return "Something stands in the way. Nothing is changed."
        count = len(self._steps)
        if not count:
            return "Nothing to change: everything is in place."
        return (
            f"{count} step{'s' * (count != 1)}, in this order. Nothing is changed until you press Start; afterwards\n"
            '"uv-wizard undo" puts every file back.'
        )

    def next_label(self) -> str:
        if self.walk.running:
            return "Next: sync"
        if self._waits:
            return "Start when ready"
        if self._stopped:
            return "Look again"
        count = len(self._steps)
        return f"Start: {count} step{'s' * (count != 1)}" if count else "Finish"

    def promise(self) -> str:
        if self.walk.running:
            return "The run goes on; this only shows its plan."
        return "Nothing has been changed so far." if self.walk.run is None else "Nothing more is changed before Start."

    def draw(self) -> None:
        steps = self.query_one("#steps", ChoiceList)
        steps.show(self._rows(), self._opened_at() + bool(self._in_the_way()))
        self._draw_step()

    def _in_the_way(self) -> str:
        if self._waits:
            return f". {self._waits}"
        if self._wrong:
            return f"x error    {self._wrong}"
        return f"x error    {self.obstacle.title}" if self.obstacle else ""

    def _rows(self) -> list[Row]:
        told = self._in_the_way()
        rows = [Row("obstacle", cut(told, self.room - 1))] if told else []
        if not self._steps and not told:
            rows.append(Row("nothing", "+ ok       Nothing to change: everything is in place."))
        for number, step in enumerate(self._steps, 1):
            left = f"{number} {step.id:11}{what_it_does(step)}"
            rows.append(Row(step.id, f"{fit(cut(left, self.room - 12), self.room - 10)}{much(step)}"))
        return rows

    def _draw_step(self) -> None:
        value = self.query_one("#steps", ChoiceList).value
        step = self.plan.step(value) if self.plan and value else None
        head_line, text, note = (
            self.query_one("#step-head", Line),
            self.query_one("#step-text", Line),
            self.query_one("#note", Line),
        )
        if step is None:
            told = self._obstacle_lines()
            head_line.show(cut(told[0], self.room) if told else "")
            text.show(Content("\n".join(cut(f"  {line}", self.room) for line in told[1 : self._detail_rows() + 1])))
            note.show("")
            return
        lines, rows = lines_of(step), self._detail_rows()
        self._from = max(0, min(self._from, len(lines) - rows))
        last = min(self._from + rows, len(lines))
        place = "" if len(lines) <= rows else f"lines {self._from + 1} to {last}, D all"
        number = self._steps.index(step) + 1
        head_line.show(sides(f"Step {number}: {head(step)}", place, self.room - 1))
        text.show(toned_lines([cut(f"  {line}", self.room) for line in lines[self._from : last]]))
        notes = [note_ for one in self._steps for note_ in one.notes]
        note.show(
            cut(f"! {notes[0]}{f' ({len(notes) - 1} more: D)' if len(notes) > 1 else ''}", self.room) if notes else ""
        )

    def _obstacle_lines(self) -> list[str]:
        return [] if self.obstacle is None else obstacle_lines(self.obstacle, self.room - 3)

    def _detail_rows(self) -> int:
        taken = len(self.query_one("#steps", ChoiceList).rows) + 3
        return max(2, self.query_one("#body").size.height - 1 - taken) if self.is_mounted else 4

    def side(self) -> str:
        return sums(self._steps)

    def mark(self) -> Mark:
        return "failed" if self._stopped else "now"

    @on(OptionList.OptionHighlighted, "#steps")
    def _another_step(self) -> None:
        value = self.query_one("#steps", ChoiceList).value
        step = self.plan.step(value) if self.plan and value else None
        self._from = first_change(lines_of(step)) if step else 0
        self._draw_step()

    def action_page(self, by: int) -> None:
        self._from = max(0, self._from + by * self._detail_rows())
        self._draw_step()

    # going on

    def can_go_on(self) -> bool:
        if self.walk.running:
            return True
        if self._waits:
            self._start_when_ready = True
            self.say("Starts by itself as soon as the last row is there. Esc takes that back.")
            return False
        if self._stopped:
            self.action_look_again()
            return False
        return True

    def go_back(self) -> None:
        if self._start_when_ready:
            self._start_when_ready = False
            self.say("Not started.")
        else:
            super().go_back()

    def go_on(self) -> None:
        if self.walk.running:
            self.post_message(self.Next(self))
        elif self.plan is None and not self._wrong:
            self._start_when_ready = True  # a key that was faster than the plan must not end the wizard
        elif self._steps:
            self._waits = "starting"
            self.redraw()
            self._start()
        else:
            self.post_message(self.QuitAsked())

    @work(name="start", group="start", thread=True, exclusive=True, exit_on_error=False)
    def _start(self) -> None:
        try:
            run = self.way.start(self.plan)
        except ProjectBusy as busy:
            self.app.call_from_thread(self._busy, busy)
        except (WizardError, OSError) as error:
            self.app.call_from_thread(self._not_started, str(error))
        else:
            self.app.call_from_thread(self._started, run)

    def _started(self, run: RunInfo) -> None:
        self._waits = ""
        self.walk.started(run)
        self.post_message(self.Next(self))

    def _not_started(self, why: str) -> None:
        self._waits = ""
        self.redraw()
        self.say(cut(f"x {why}", 60))

    def _busy(self, busy: ProjectBusy) -> None:
        from screens.sheet import Answer, Sheet

        self._waits = ""
        self.redraw()
        run_id = busy.run_id

        def answered(answer: Join | None) -> None:
            if answer is Join.JOIN:
                self._started(find(run_id))

        self.app.push_screen(
            Sheet(
                "A sync of this project is running",
                [f"It was started in another window: {run_id}.", "Two at once would harm each other."],
                [Answer("Join", Join.JOIN), Answer("Leave it", Join.LEAVE)],
                escape=Join.LEAVE,
            ),
            answered,
        )

    def action_look_again(self) -> None:
        """F5: reads the project again."""
        self.say("Looking again.")
        self.post_message(self.LookAgain())
        self.call_later(self.on_entered)

    # pages and sheets

    def action_details(self) -> None:
        """D: the whole step; from the list's step on, all of them."""
        from screens.page import TextPage

        lines, at = all_lines(self._steps, self.query_one("#steps", ChoiceList).value)
        title = f"All {len(self._steps)} steps: every command and every change"
        self.app.push_screen(TextPage(self.track_line(), title, lines or self._obstacle_lines(), at=at))

    def action_extras(self) -> None:
        """E: extras, groups, the cache, what the checks require."""
        from screens import extras
        from screens.asking import MarkSheet

        def chosen(answer: Mapping[str, bool] | None) -> None:
            if answer is not None:
                extras.take(self.way, answer)
                self.make()

        rows = extras.rows(self.way)
        self.app.push_screen(
            MarkSheet("What is installed, and what the checks require", rows, help_text="extra"), chosen
        )


__all__ = ["ReviewScreen"]
