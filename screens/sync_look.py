"""What the sync would fetch, as the review shows it: looked up by itself, for each plan once. What waits is the screen's."""

from __future__ import annotations

import threading

from wizard.diagnosis import Diagnosis
from wizard.language import _, shown
from wizard.plan.forecast import Forecast
from wizard.plan.step import Plan
from wizard.sync_forecast import same


class SyncLook:
    """One look at most, of one plan. Another plan begins without any."""

    def __init__(self) -> None:
        self._plan: Plan | None = None
        self._stop: threading.Event | None = None
        self.found: Forecast | None = None
        self.obstacle: Diagnosis | None = None
        """Why it does not fit."""

    def begin(self, plan: Plan | None) -> threading.Event | None:
        """The event that ends a new look; None where that plan has none, or was looked at already."""
        if plan is None or plan.step("sync") is None or plan.step("lock") is not None:
            self.stop()
            self._plan = self.found = self.obstacle = None
            return None
        if same(self._plan, plan):
            return None
        self.stop()
        self._plan, self.found, self.obstacle = plan, None, None
        self._stop = threading.Event()
        return self._stop

    def forget(self) -> None:
        """The next plan is looked at again, even if it is the same."""
        self.stop()
        self._plan = None

    def stop(self) -> None:
        """Nobody waits for it any more."""
        if self._stop is not None:
            self._stop.set()
        self._stop = None

    def end(self, asked: threading.Event, found: Forecast | None, obstacle: Diagnosis | None) -> bool:
        """What came of it; False where nobody waits for it any more."""
        if asked is not self._stop:
            return False
        self._stop, self.found, self.obstacle = None, found, obstacle
        return True

    def row(self) -> str:
        """The sync's row in the list of steps."""
        if self._stop is not None:
            return _(". asking for sizes")
        if self.found is None:
            return ""
        if self.found.tight is not None:
            return f"{'x' if self.obstacle else '!'} {shown(self.found.tight.told)}"
        return self.found.told
