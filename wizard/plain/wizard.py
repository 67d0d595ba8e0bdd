"""The plain mode: the same screens, choices, review and run as lines that scroll. Nothing is redrawn, no width is needed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TextIO

from wizard import sync_forecast
from wizard.errors import DecisionMissing, ExitCode, WizardError
from wizard.language import _, error_told, said, shown
from wizard.obstacle import stands_in_the_way
from wizard.plain import begin as plain_begin
from wizard.plain import interrupted as plain_interrupted
from wizard.plain import sources_and_torch as plain_choices
from wizard.plain import start_and_review as plain_pages
from wizard.plain import uv_and_settings as plain_machine
from wizard.plain.page import Again, Back, EndOfInput, Page, Quit, Talk, without_answered
from wizard.plain.run import Ended, carry_out
from wizard.plain.trying import Trial
from wizard.plain.ways_out import take_out
from wizard.told.closing import closing
from wizard.told.lines import diagnosis as diagnosis_lines
from wizard.way import Way
from wizard.ways_out import leads, take_up, uv_word

if TYPE_CHECKING:
    from wizard.diagnosis import Diagnosis, Fix
    from wizard.plan.forecast import Forecast
    from wizard.plan.step import Plan
    from wizard.run.client import RunInfo

GREETING = (
    said("uv-wizard, plain mode. Enter takes the choice in [ ]. ? explains, b goes back,"),
    said("q quits. Nothing is changed before the review."),
)
FIRST_LOOK = 1.5
"""Seconds until the first screen is told with what is known by then."""
NEEDED = {"uv": ("uv",), "settings": ("filesystems",), "torch": ("gpus",)}
"""The facts that a screen can't be told without."""
SCREENS: tuple[tuple[str, Callable[[Way], Page]], ...] = (
    ("start", plain_pages.start),
    ("uv", plain_machine.uv),
    ("settings", plain_machine.settings),
    ("mirrors", plain_choices.mirrors),
    ("torch", plain_choices.torch),
)


def run(way: Way, *, stdin: TextIO, stdout: TextIO, address: str = "", because: str | None = None) -> int:
    """Walks from the first screen to the end and returns INTERFACE.md's exit code.

    `address`: of a git repository that is cloned first; `because`: why there are no screens, where nobody asked for lines.
    Raises DecisionMissing where the input ends before the review was answered, and WizardError as the way does.
    """
    walk = _Walk(way, Talk(stdin, stdout), address)
    if because:
        walk.talk.say(_("Lines instead of screens: {why}. UV_WIZARD_PLAIN=0 gives the screens.", why=because))
    try:
        return walk.go()
    except Quit:
        if not walk.ran:
            walk.talk.say(_("Nothing was changed."))
        return walk.code
    except EndOfInput:
        if walk.ran:
            return walk.code
        msg = _("nothing was done: the input ended before the review was answered; uv-wizard apply --yes asks nothing")
        raise DecisionMissing(msg) from None


class _Walk:
    """The order of the screens. `code`: how what ran has ended so far."""

    def __init__(self, way: Way, talk: Talk, address: str = "") -> None:
        self.way, self.talk, self._address = way, talk, address
        way.locks_first = True
        self.ran = False
        self._tried: set[str] = set()
        """Titles of the fixes that were taken."""
        self._in_the_way: Diagnosis | None = None
        self._trial = Trial(self.talk)
        self.code = int(ExitCode.DONE)

    def go(self) -> int:
        """From the greeting to the end. Raises Quit, EndOfInput."""
        self.talk.say(GREETING)
        if self._address:
            self._move(plain_begin.cloned(self._address, self.way, self.talk))
        self.way.begin()
        if self.way.interrupted is not None and plain_interrupted.settle(self.way, self.way.interrupted, self.talk):
            take_up(self.way, self.way.interrupted)
            self._wait(lambda: not self.way.pending)
        else:
            self._wait(lambda: not self.way.pending, FIRST_LOOK)
            self._make_project()
            self._choose()
        while True:
            plan = self._review()
            if not plan.steps:
                return self.code
            try:
                ended = carry_out(self.way, plan, self.talk)
            except Again:
                continue
            self.ran, self.code = True, ended.code
            if ended.left:
                return self.code
            if ended.code == ExitCode.DONE:
                self.talk.say(closing(self.way, ended.run))
                return self.code
            if not self._take_fix(ended):
                return self.code
            self._look_again()

    def _move(self, folder: str, *, new: bool = False) -> None:
        self.way = self.way.moved(folder, new=new)

    def _make_project(self) -> None:
        then: plain_begin.Making | None = None
        while (self.way.project is None or then) and self.way.begun is None:
            settled = plain_begin.settle(self.way, self.talk, self._move, then)
            if not settled.moved:
                return
            then = settled.then
            self.way.begin()
            self._wait(lambda: not self.way.pending, FIRST_LOOK)
            if then:
                self._wait(lambda: "uv" not in self.way.pending)  # which makes it

    def _wait(self, ready: Callable[[], bool], limit: float | None = None) -> None:
        deadline = None if limit is None else time.monotonic() + limit
        while True:
            self.way.refresh()
            if ready() or (deadline is not None and time.monotonic() >= deadline):
                return
            time.sleep(0.05)

    def _choose(self, at: int = 0) -> None:
        """The screens before the review, from the one at `at`: one that is come back to, unless it is the first."""
        back = at > 0
        while at < len(SCREENS):
            name, make = SCREENS[at]
            self._wait_for_facts(name)
            page = without_answered(make(self.way), self.way.choices)
            if not page.questions and back:
                at -= 1  # it would lead forward again by itself
                continue
            try:
                self.talk.go_through(page)
            except Again:
                continue
            except Back:
                at, back = at - 1, True
            else:
                at, back = at + 1, False

    def _wait_for_facts(self, name: str) -> None:
        """Every probe has a limit of its own, so this ends."""
        self.way.refresh()
        missing = [fact for fact in NEEDED.get(name, ()) if fact in self.way.pending]
        if missing:
            self.talk.say(_("Still being looked up: {what}", what=_(", ").join(missing)))
            self._wait(lambda: not any(fact in self.way.pending for fact in missing))

    def _review(self) -> Plan:
        """The plan that was agreed to, without steps where there is nothing to do. Raises Quit, EndOfInput."""
        while True:
            try:
                made, found = self._plan()
                if self._in_the_way is not None:
                    self._clear(made, found, self._in_the_way)
                    continue
                self.talk.go_through(plain_pages.review(self.way, made, found, self._trial.found))
            except Again:
                continue
            except Back:
                pass
            except WizardError as error:
                self.talk.say(["", _("6/8 review: what will happen"), _("x error: {what}", what=error_told(error))])
                if self.talk.ask(_("b goes back, q quits [b]:")) == "q":
                    raise Quit from None
            else:
                return made
            self._choose(len(SCREENS) - 1)

    def _plan(self) -> tuple[Plan, Forecast | None]:
        """The plan as it stands, and what its sync would fetch; `_in_the_way` says what leaves it not worth starting."""
        if any(self.way.choices.text(f"mirrors.{kind}") == "fastest" for kind in ("pypi", "pytorch", "python")):
            self.talk.say(_("Measuring the mirrors, at most 15 s"))
        self.way.prepare()
        made = self.way.plan()
        obstacle = stands_in_the_way(self.way)
        if obstacle is not None and obstacle.cause == "lock-missing" and made.step("lock"):
            obstacle = None
        found = sync_forecast.look(self.way, made, ask=True) if obstacle is None else None
        if obstacle is None and not made.step("fix"):  # which may be the remedy
            obstacle = sync_forecast.obstacle(self.way, found)
        if obstacle is None:
            obstacle = self._trial.of(self.way, made)
        self._in_the_way = None
        if obstacle is not None:
            self.talk.tell(["", *diagnosis_lines(obstacle, uv_word(self.way))])
            self._in_the_way = obstacle if obstacle.cause != "project-missing" else None  # uv alone is set up
        return made, found

    def _clear(self, made: Plan, found: Forecast | None, obstacle: Diagnosis) -> None:
        """One of its ways out, or another look. Raises Back, Quit, EndOfInput."""
        page = plain_pages.review(self.way, made, found)
        self.talk.show(replace(page, lead=_("Not worth starting: {what}", what=shown(obstacle.title))))
        while True:
            default = self._untried(obstacle.fixes)
            asked = (
                _("Which fix? a number; a looks again, b goes back, q quits [{default}]:", default=default)
                if obstacle.fixes
                else _("a looks again, b goes back, q quits [{default}]:", default=default)
            )
            answer = self.talk.ask(asked) or default
            if answer == "q":
                raise Quit
            if answer == "b":
                raise Back
            if answer == "d":
                self.talk.tell(page.details)
            elif answer in page.asks:
                self.talk.say(page.asks[answer]())
            elif answer == "a" or self._takes(obstacle.fixes, answer, None):
                self._trial.forget()
                self._look_again()
                return

    def _look_again(self) -> None:
        """A run, or somebody elsewhere, may have brought a uv: nothing goes on before that is known."""
        self.way.look_again()
        self._wait(lambda: not self.way.pending, FIRST_LOOK)
        self._wait(lambda: "uv" not in self.way.pending)

    def _untried(self, fixes: tuple[Fix, ...]) -> str:
        """The number of the next one: one after the other, so that Enter alone comes to an end whatever fails."""
        untried = (str(number) for number, fix in enumerate(fixes, 1) if fix.title not in self._tried)
        return next(untried, "q")

    def _takes(self, fixes: tuple[Fix, ...], answer: str, run: RunInfo | None) -> bool:
        """Whether that answer took a fix that leads on."""
        if answer == "?":
            self.talk.say(_("A number takes that fix; the review comes again before anything runs."))
        elif answer.isdecimal() and 1 <= int(answer) <= len(fixes):
            fix = fixes[int(answer) - 1]
            self._tried.add(fix.title)
            if take_out(self.way, fix, run, self.talk):
                if leads(fix) == "mirrors":
                    self._choose([name for name, _page in SCREENS].index("mirrors"))
                return True
        elif fixes:
            self.talk.say(
                _(
                    "x error: {answer} is not a choice. Give a number from 1 to {count}, a or q.",
                    answer=answer,
                    count=len(fixes),
                )
            )
        else:
            self.talk.say(_("x error: {answer} is not a choice. Give a, b or q.", answer=answer))
        return False

    def _take_fix(self, ended: Ended) -> bool:
        """Whether to go to the review again, with a fix taken, or once something was put right elsewhere."""
        fixes = ended.diagnosis.fixes if ended.diagnosis else ()
        while ended.diagnosis is not None:
            default = self._untried(fixes)
            asked = _("Which fix? a number; a tries again, q ends [{default}]:", default=default)
            answer = self.talk.ask(asked) or default
            if answer == "q":
                return False
            if answer in ("a", "b") or self._takes(fixes, answer, ended.run):
                return True
        return False
