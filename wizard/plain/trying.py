"""uv lock tried in a copy before the review of plain mode: by itself, once for each plan, and ended by its limit or Ctrl+C."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
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
        self._key: object = None
        self.found: LockForecast | LockFailed | None = None

    def forget(self) -> None:
        """The same plan is tried once more."""
        self._key = None

    def of(self, way: Way, plan: Plan) -> Diagnosis | None:
        """What stands in the way of the plan's lock, where the plan can be changed so that it can be made. Waits."""
        key = lock_forecast.hangs_on(way, plan)
        if isinstance(self.found, lock_forecast.LockForecast) and key is not None and self._key == key:
            self.found = lock_forecast.counted(way, plan, self.found)
        elif key is None or self._key != key:
            self._key, self.found = key, None
            if plan.step("lock") and lock_forecast.tries_by_itself(way) and lock_forecast.uv_now(way):
                self.found = self._try(way, plan)
        return lock_forecast.in_the_way(self.found) if isinstance(self.found, LockFailed) else None

    def _try(self, way: Way, plan: Plan) -> LockForecast | LockFailed | None:
        told = _(
            "Trying uv lock in a copy, at most {limit} s; Ctrl+C skips it. The project is not touched.",
            limit=int(lock_forecast.PATIENCE_S),
        )
        self._talk.tell([told])
        deadline = time.monotonic() + lock_forecast.PATIENCE_S
        try:
            with ended_by_a_lost_terminal():
                return lock_forecast.forecast(way, plan, lambda: time.monotonic() > deadline)
        except LockFailed as error:
            return None if lock_forecast.only_there(error) else error
        except (WizardError, OSError, KeyboardInterrupt):
            return None


@contextmanager
def ended_by_a_lost_terminal() -> Iterator[None]:
    """A hang-up ends what goes on inside, as Ctrl+C does: uv is not left behind."""

    def leave(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    names = [getattr(signal, name) for name in ("SIGHUP", "SIGTERM") if hasattr(signal, name)]
    before = {number: signal.signal(number, leave) for number in names}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


__all__ = ["Trial"]
