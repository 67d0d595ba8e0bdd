"""Screen 6: the plan, with every command and every change. Nothing is written before it is passed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList

from screens.choosing import ChoiceList, Row
from screens.lock_trial import NO_UV
from screens.remedies import RemediesScreen
from screens.rows import cut, fit, sides
from screens.step import Mark
from screens.step_text import (
    STEP_HELP,
    all_lines,
    first_change,
    head,
    lines_of,
    much,
    note_rows,
    obstacle_lines,
    sums,
    toned_lines,
    what_it_does,
)
from screens.widgets import Line
from wizard.language import _, ngettext, said, shown
from wizard.plan.step import Step
from wizard.told.phrases import step_name
from wizard.ways_out import uv_word

LEAST_DETAIL = 5
"""Rows that the step at length keeps for each further one that a note would take."""
MOST_SIDE = 14
"""Packages of uv.lock that the side panel names."""


class ReviewScreen(RemediesScreen):
    """Every step in order; below, the highlighted one at length."""

    NUMBER, NAME = 6, "review"
    HELP = "review"
    TITLE_TEXT = said("Review: what will happen")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "details", said("Details"), id="review.details"),
        Binding("e", "extras", said("Options"), id="review.extras"),
        Binding("p", "try_lock", said("Try lock"), id="review.lock"),
        Binding("f5", "look_again", said("Look again"), id="review.look", show=False),
        *(
            Binding(str(key), f"fix({key})", said("Fix {key}", key=key), id=f"review.fix.{key}", show=False)
            for key in range(1, 10)
        ),
    ]

    def compose_body(self) -> Iterable[Widget]:
        yield ChoiceList(id="steps", help_text="review")
        yield Line(classes="gap")
        yield Line(id="step-head")
        yield Line(id="step-text", grows=True)
        yield Line(id="note", grows=True)

    def lead(self) -> str:
        if self.walk.running:
            return _("A run is carrying out what was started here.")
        if self._stopped:
            return _("Something stands in the way. Nothing is started.")
        count = len(self._steps)
        if not count:
            return _("Nothing to change: everything is in place.")
        told = self.team()
        if told:
            return ngettext(
                "{count} step, in this order. Nothing is changed until you press Start.\n{told}",
                "{count} steps, in this order. Nothing is changed until you press Start.\n{told}",
                count,
                told=told,
            )
        return ngettext(
            "{count} step, in this order. Nothing is changed until you press Start; afterwards\n"
            '"uv-wizard undo" puts every file back.',
            "{count} steps, in this order. Nothing is changed until you press Start; afterwards\n"
            '"uv-wizard undo" puts every file back.',
            count,
        )

    def next_label(self) -> str:
        if self.walk.running:
            return _("Next: sync")
        if self._waits or self.trial.running or self._looks_for_uv:
            return _("Start when ready")
        if self._stopped:
            ask = _("Fix {place}: {leads}", place=1, leads=_("type the name"))
            return {"": _("Look again"), "ask": ask}.get(self.way_out(), _("Fix 1: choose it"))
        if self.plan is None:  # it is being made
            return _("Start when ready")
        count = len(self._steps)
        return ngettext("Start: {count} step", "Start: {count} steps", count) if count else _("Finish")

    def promise(self) -> str | Content:
        if self.walk.running:
            return _("The run goes on; this only shows its plan.")
        return super().promise()

    def draw(self) -> None:
        steps = self.query_one("#steps", ChoiceList)
        first = bool(self._in_the_way())
        steps.show(self._rows(), 0 if first and self._stopped else self._opened_at() + first)
        self._draw_step()

    def _in_the_way(self) -> str:
        if self._waits:
            return f". {self._waits}"
        if self._wrong:
            return _("x error    {what}", what=self._wrong)
        if self.told and not self._stopped:
            return _("+ note     No project here: uv alone is set up.")
        return _("x error    {what}", what=self.told.title) if self.told else ""

    def _rows(self) -> list[Row]:
        told = self._in_the_way()
        rows = [Row("obstacle", cut(told, self.room - 1))] if told else []
        if not self._steps and not told:
            rows.append(Row("nothing", _("+ ok       Nothing to change: everything is in place.")))
        for number, step in enumerate(self._steps, 1):
            lock, sync = self.trial.row() if self.can_try else NO_UV, self.trial.fetches() or self.sync.row()
            about = {"lock": lock, "sync": sync}.get(step.id, "")
            first, *more = what_it_does(step, about, self.room - 25)
            first = f"{number} {fit(step_name(step.id), 11)}{first}"
            first = f"{fit(cut(first, self.room - 12), self.room - 10)}{much(step)}"
            rows.append(Row(step.id, "\n".join([first, *(f"{'':13}{row}" for row in more)])))
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
            rows = self._detail_rows(0)
            told = self._obstacle_lines(rows)
            more = _("lines {first} to {last}, D all", first=1, last=rows) if len(told) > rows + 1 else ""
            head_line.show(sides(told[0], more, self.room - 1) if told else "")
            text.show(Content("\n".join(cut(f"  {line}", self.room) for line in told[1 : rows + 1])))
            note.show("")
            return
        told = self._note()
        lines, rows = self._lines_of(step), self._detail_rows(len(told))
        self._from = max(0, min(self._from, len(lines) - rows))
        last = min(self._from + rows, len(lines))
        place = "" if len(lines) <= rows else _("lines {first} to {last}, D all", first=self._from + 1, last=last)
        number = self._steps.index(step) + 1
        words = self.trial.head(step) if step.id == "lock" else head(step)
        head_line.show(sides(_("Step {number}: {words}", number=number, words=words), place, self.room - 1))
        text.show(toned_lines([cut(f"  {line}", self.room) for line in lines[self._from : last]]))
        note.show("\n".join(told))

    def _note(self) -> list[str]:
        """What there is to know, in as many rows as the step at length can spare."""
        most = next((many for many in (4, 3, 2) if self._detail_rows(many) >= LEAST_DETAIL * (many - 1)), 1)
        return note_rows(self._steps, self.room, most)

    def _lines_of(self, step: Step) -> list[str]:
        tried = self._tried_lines() if step.id == "lock" else []
        return tried or lines_of(step)

    def _tried_lines(self) -> list[str]:
        return [shown(line) for line in self.trial.lines(uv_word(self.way))]

    def _obstacle_lines(self, most: int | None = None) -> list[str]:
        return [] if self.told is None else obstacle_lines(self.told, self.room - 3, uv_word(self.way), most)

    def _detail_rows(self, note: int = 1) -> int:
        """Rows for the step at length, beside the list and `note` rows below."""
        taken = sum(row.text.count("\n") + 1 for row in self.query_one("#steps", ChoiceList).rows) + 2 + note
        return max(2, self.query_one("#body").size.height - 1 - taken) if self.is_mounted else 4

    def side(self) -> str:
        found = self._tried_lines() if self.trial.found is not None else []
        told = ["", "", "uv.lock", "", *(cut(line, 38) for line in found[:MOST_SIDE])] if found else []
        return "\n".join([sums(self._steps), *told])

    def mark(self) -> Mark:
        return "failed" if self._stopped else "now"

    @on(OptionList.OptionHighlighted, "#steps")
    def _another_step(self) -> None:
        value = self.query_one("#steps", ChoiceList).value
        step = self.plan.step(value) if self.plan and value else None
        self._from = first_change(lines_of(step)) if step and step.id != "lock" else 0
        self._draw_step()

    def action_page(self, by: int) -> None:
        body = self.query_one("#body")
        if (
            (body.max_scroll_y > body.scroll_y) if by > 0 else body.scroll_y > 0
        ):  # a small window: first the rest of the list
            super().action_page(by)
            return
        self._from = max(0, self._from + by * self._detail_rows())
        self._draw_step()

    # going on

    def help_name(self) -> str:
        value = self.query_one("#steps", ChoiceList).value if self.query_one("#steps").has_focus else None
        return STEP_HELP.get(value or "", "") or super().help_name()

    def can_go_on(self) -> bool:
        if self.walk.running:
            return True
        if self.unread:
            self.say(_("Read the plan first. Enter starts it."))
            return False
        if self._waits or self.trial.running:
            self._start_when_ready, self._agreed = True, None if self._waits else self.plan
            self.say(_("Starts by itself then. Esc takes that back."))
            return False
        if self._stopped:
            if self.way_out():
                self.action_fix(1)
            else:
                self.action_look_again()
            return False
        return True

    def go_back(self) -> None:
        if self._start_when_ready:
            self._start_when_ready = False
            self.say(_("Not started."))
        elif self.trial.running and self.trial.asked:
            self.stop_trial()
        elif self.walk.fixed_on:
            name, self.walk.fixed_on, self.walk.fixed = self.walk.fixed_on, "", ()
            self.post_message(self.GoTo(name))
        else:
            super().go_back()

    def shows(self, action: str) -> bool:
        if action.startswith("fix("):
            return bool(self.told) and int(action[4:-1]) <= len(self.told.fixes)  # type: ignore[union-attr]
        if self.walk.running and action in {"try_lock", "extras"}:
            return False
        return super().shows(action) and (action != "try_lock" or self.can_try)

    def word_of(self, binding: Binding) -> str:
        if binding.action.startswith("fix(") and self.told:
            return cut(shown(self.told.fixes[int(binding.action[4:-1]) - 1].title), 60)
        if binding.action == "try_lock" and self.trial.running:
            return _("Stop")
        return super().word_of(binding)

    # pages and sheets

    def action_details(self) -> None:
        """D: the whole step; from the list's step on, all of them."""
        from screens.text_page import TextPage

        more = {"lock": ["", *self._tried_lines(), "", *self.trial.diff()]}
        lines, at = all_lines(self._steps, self.query_one("#steps", ChoiceList).value, more)
        title = _("All {steps} steps: every command and every change", steps=len(self._steps))
        told = self._obstacle_lines()
        if told and lines:
            told.append("")
        self.app.push_screen(TextPage(self.track_line(), title, [*told, *lines], at=at + len(told) if at else 0))

    def action_extras(self) -> None:
        """E: extras, groups, the cache, what the checks require."""
        if self.walk.running:
            self.say(self.promise())
            return
        from screens import extras

        extras.ask(self, self.way, self.make)


__all__ = ["ReviewScreen"]
