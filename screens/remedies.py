"""A screen that holds a plan, and the ways out of what stands in its way: each one key, and the plan is another one then."""

from __future__ import annotations

import time

from screens import asking_name
from screens.planned import PlannedScreen
from screens.rows import cut
from screens.step_text import TAKEN_HERE
from screens.walk import Walk
from wizard.diagnosis import Fix
from wizard.errors import BadInput
from wizard.language import _, error_told
from wizard.text import one_line
from wizard.ways_out import leads, take, to_type, uv_word

UNREAD_S = 0.8
"""Seconds in which Start does not answer after it has taken a fix's place on the button: nobody has read what it starts."""


class RemediesScreen(PlannedScreen):
    """`told` is what stands in the way; its fixes are numbered."""

    def __init__(self, walk: Walk) -> None:
        super().__init__(walk)
        self._fixed_at = self._new_at = float("-inf")
        """When a fix was taken, and since when the plan is the one that it is, on the monotonic clock."""

    def on_screen_resume(self) -> None:
        """What was pressed until now was meant for another screen."""
        self._new_at = time.monotonic()

    def on_entered(self) -> None:
        if self.walk.fixed_on:
            self._fixed_at = time.monotonic()
        super().on_entered()

    def way_out(self) -> str:
        """Where the first fix of what stands in the way leads, where it is ours to take."""
        where = leads(self.told.fixes[0]) if self.told and self.told.fixes else ""
        return where if where in TAKEN_HERE else ""

    def action_fix(self, number: int) -> None:
        """1 to 9: takes that way out of what stands in the way."""
        fixes = self.told.fixes if self.told else ()
        if not 1 <= number <= len(fixes):
            return
        fix = fixes[number - 1]
        where = leads(fix)
        if where == "ask":
            asking_name.ask(self, fix, self._take)
        elif where in TAKEN_HERE:
            self._take(fix)
        else:
            self.copy("\n".join(to_type(fix.commands, uv_word(self.way))))

    def _take(self, fix: Fix) -> None:
        try:
            take(self.way, fix)
        except BadInput as error:
            self.say(f"x {one_line(error_told(error), 70)}")
            return
        self._fixed_at = self._new_at = time.monotonic()
        self._start_when_ready = False  # which was wanted of another plan
        self.make()
        self.say(cut(_("Chosen: {title}", title=fix.title), 60))

    @property
    def unread(self) -> bool:
        """Whether Enter can't have meant this plan: pressed twice on a fix, or before the plan was shown."""
        return time.monotonic() - self._fixed_at < UNREAD_S or self.walk.pressed_at < self._new_at


__all__ = ["RemediesScreen"]
