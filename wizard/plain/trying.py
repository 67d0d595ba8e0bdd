"""uv lock tried in a copy before the review of plain mode: by itself, once for each plan, and ended by its limit or Ctrl+C."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from wizard import lock_forecast
from wizard.errors import WizardError
from wizard.language import _
from wizard.run.lock_preview import LockFailed

if TYPE_CHECKING:
    from wizard.diagnosis import Diagnosis
    from wizard.lock_forecast import LockForecast
    from wizard.plain.page import Talk
    from wizard.plan.step import Plan
    from wizard.way import Way


class Trial:
    """`found`: what came of the last one; None where there was none, or it says nothing about the run."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._plan: Plan | None = None
        self.found: LockForecast | LockFailed | None = None

    def forget(self) -> None:
        """The same plan is tried once more."""
        self._plan = None

    def of(self, way: Way, plan: Plan) -> Diagnosis | None:
        """What stands in the way of the plan's lock, where the plan can be changed so that it can be made. Waits."""
        if not lock_forecast.same_plan(self._plan, plan):
            self._plan, self.found = plan, None
            if plan.step("lock") and lock_forecast.tries_by_itself(way) and lock_forecast.uv_now(way):
                self.found = self._try(way, plan)
        return lock_forecast.in_the_way(self.found) if isinstance(self.found, LockFailed) else None

    def _try(self, way: Way, plan: Plan) -> LockForecast | LockFailed | None:
        self._talk.say(
            _(
                "Trying uv lock in a copy, at most {limit} s; Ctrl+C skips it. The project is not touched.",
                limit=int(lock_forecast.PATIENCE_S),
            )
        )
        deadline = time.monotonic() + lock_forecast.PATIENCE_S
        try:
            return lock_forecast.forecast(way, plan, lambda: time.monotonic() > deadline)
        except LockFailed as error:
            return None if lock_forecast.only_there(error) else error
        except (WizardError, KeyboardInterrupt):
            return None


__all__ = ["Trial"]
