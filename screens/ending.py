"""How the app ends where nobody asked it to: a signal, a terminal that is gone, what nobody foresaw."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from textual.app import App, ScreenStackError
from textual.css.query import NoMatches

from wizard.errors import ExitCode
from wizard.language import _
from wizard.text import masked, one_line

if TYPE_CHECKING:
    from screens.terminal import TerminalApp


class EndingApp(App[int]):
    """An app that is left without Textual's traceback, which prints local variables and so what nobody should read."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.crash: BaseException | None = None
        """What nobody foresaw; told in one line once the terminal is itself again."""
        self._taken_down = False

    async def _shutdown(self) -> None:
        self._taken_down = True
        await super()._shutdown()

    def _handle_exception(self, error: Exception) -> None:
        if self._taken_down and isinstance(error, (NoMatches, ScreenStackError)):
            return  # somebody has left while a screen was to be drawn, and its rows are gone
        self.crash = self.crash or error
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        self._close_messages_no_wait()


def ended_by_signal(app: TerminalApp) -> int:
    """The exit code. What a terminal that is gone has not taken is let go of: Python would try once more, and exit with 120."""
    for stream in (sys.__stdout__, sys.__stderr__):
        if stream is not None:
            try:
                stream.flush()
            except OSError:
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    return app.return_code or int(ExitCode.DONE)


def tell_crash(error: BaseException) -> None:
    """One line on standard error; the traceback, without local variables, goes into a file that can be sent."""
    import traceback

    from wizard.run.state import state_folder

    told = "uv-wizard: " + _(
        "something went wrong on the screen ({name}: {error})",
        name=type(error).__name__,
        error=masked(one_line(str(error), 200)),
    )
    try:
        path = state_folder() / "crash.txt"
        path.write_text(masked("".join(traceback.format_exception(error))), "utf-8", "replace")
        told = _("{told}; what happened is in {path}", told=told, path=path)
    except OSError:
        pass
    sys.stderr.write(_("{told}. Nothing is lost; a run that was going on goes on: uv-wizard attach", told=told) + "\n")


__all__ = ["EndingApp", "ended_by_signal", "tell_crash"]
