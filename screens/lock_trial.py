"""uv lock tried in a copy, as the review shows it: under way, found, failed. What waits is the screen's."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from wizard.diagnosis import Diagnosis
from wizard.errors import WizardError
from wizard.language import _, error_told, said, shown
from wizard.lock_forecast import PATIENCE_S, LockForecast, in_the_way, only_there
from wizard.plan.step import Step
from wizard.run.lock_preview import LockFailed
from wizard.text import one_line
from wizard.told.phrases import whole_span
from wizard.ways_out import to_type

OFFER = said("uv makes uv.lock; P tries it in a copy")
NO_UV = said("uv makes uv.lock; not tried, its uv is not here yet")


class LockTrial:
    """One trial at most, of one plan. Another plan begins without any."""

    def __init__(self) -> None:
        self._key: object = None
        """What the lock hung on that was tried last."""
        self._stop: threading.Event | None = None
        self._began = 0.0
        self._by_itself = False
        self.found: LockForecast | None = None
        self.failed: WizardError | None = None

    @property
    def running(self) -> bool:
        """Whether uv is at it."""
        return self._stop is not None

    @property
    def asked(self) -> bool:
        """Whether somebody asked for it."""
        return not self._by_itself

    @property
    def untried(self) -> bool:
        """Whether nothing was begun for this plan, nor stopped."""
        return self._key is None

    @property
    def too_long(self) -> bool:
        """Whether it goes on for longer than what nobody asked for may."""
        return self._by_itself and time.monotonic() - self._began > PATIENCE_S

    @property
    def obstacle(self) -> Diagnosis | None:
        """Why the lock can't be made, where the plan can be changed so that it can."""
        return in_the_way(self.failed) if self.failed is not None else None

    def begin(self, key: object, *, by_itself: bool = False) -> threading.Event:
        """A trial begins; the event is set once nobody waits for it any more.

        `key`: see wizard.lock_forecast.hangs_on; `by_itself`: nobody has asked for it.
        """
        self.stop()
        self._by_itself = by_itself
        self._key, self.found, self.failed = key, None, None
        self._stop, self._began = threading.Event(), time.monotonic()
        return self._stop

    def stop(self) -> None:
        """uv is ended; what was found before stays."""
        if self._stop is not None:
            self._stop.set()
        self._stop = None

    def forget(self) -> None:
        """The same plan is tried once more."""
        self.stop()
        self._key = self.found = self.failed = None

    def end(self, asked: threading.Event, found: LockForecast | WizardError) -> bool:
        """What came of it; False where nobody waits for it any more."""
        if asked is not self._stop:
            return False
        self._stop = None
        if isinstance(found, WizardError):
            self.failed = None if self._by_itself and only_there(found) else found
        else:
            self.found = found
        return True

    def break_off(self, why: WizardError) -> None:
        """It could not be tried at all."""
        self.stop()
        self.failed = None if self._by_itself else why

    def keep_for(self, key: object) -> None:
        """Forgets what hung on something else."""
        if self._key != key:
            self.forget()

    # what is told

    def row(self) -> str:
        """The lock's row in the list of steps."""
        if self.running:
            return _(". uv lock in a copy, {time} so far; P stops", time=whole_span(time.monotonic() - self._began))
        if self.found is not None:
            return _("uv.lock: {summary}", summary=self.found.changes.summary)
        if self.obstacle is not None:  # which the first row tells
            return _("x uv lock fails in a copy")
        if isinstance(self.failed, LockFailed):
            title = one_line(self.failed.diagnosis.title)
            if only_there(self.failed):
                return _("? only the run can tell: {title}", title=title)
            return _("x uv lock fails: {title}", title=title)
        return f"x {one_line(error_told(self.failed))}" if self.failed is not None else OFFER

    def head(self, step: Step) -> str:
        """The line above the detail."""
        if self.found is not None:
            return _("uv.lock, as tried in a copy; D shows its diff")
        return _("uv lock, tried in a copy") if self.failed is not None else one_line(step.summary or step.title)

    def lines(self, uv: str = "uv") -> list[str]:
        """Every package that is new, gone or another; or why it fails and what to do. `uv`: as the terminal finds it."""
        if self.found is not None:
            return [*self.found.changes.lines] or [f"  {shown(self.found.changes.summary)}"]
        if not isinstance(self.failed, LockFailed):
            return [] if self.failed is None else [one_line(error_told(self.failed))]
        found = self.failed.diagnosis
        told = [shown(found.explanation), *(f"> {shown(line)}" for line in found.evidence)]
        if only_there(self.failed):
            return [_("A copy has not all that the run will have: it fetches no Python. Start tells."), *told]
        for number, fix in enumerate(found.fixes, 1):
            told.append(f"{number} {shown(fix.title)}")
            told += ["  " + line for line in to_type(fix.commands, uv)]
        return told

    def diff(self) -> Sequence[str]:
        """The diff of uv.lock, for the page."""
        return self.found.diff.splitlines() if self.found is not None else ()

    def fetches(self) -> str:
        """What the sync's row says of the download."""
        return "" if self.found is None else self.found.fetches
