"""The app as a guest in somebody's terminal: its colours, its signals, and how it leaves.

Chosen before the app is built: with NO_COLOR, with 16 colours and on a slow line the terminal's own colours are used;
a theme that is set later leaves Textual's monochrome filter in place, which paints black on black.
"""

from __future__ import annotations

import asyncio
import gc
import os
import select
import shutil
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual import events
from textual._compositor import CompositorUpdate
from textual._styles_cache import StylesCache
from textual.await_complete import AwaitComplete
from textual.driver import Driver
from textual.geometry import Offset
from textual.reactive import Initialize, Reactive
from textual.scrollbar import ScrollBar, ScrollBarRender

import wizard
from screens.ending import EndingApp
from screens.host import own_colours, says_no_size
from screens.in_order import InOrder
from screens.offering import Copied, Offering
from screens.pressed import as_meant
from screens.step import StepScreen
from screens.themes import NORD, readable
from screens.thrift import Thrift
from screens.widgets import Highlighting, is_field
from wizard.errors import ExitCode
from wizard.language import _
from wizard.text import masked

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.screen import Screen

    from screens.quit_sheets import Quit, Stop
    from screens.walk import Walk

CALM, OWN = "nord", "ansi-dark"
LEAVE_S = 2.0
"""Seconds in which the app has to be gone after a signal."""
TIDY_S = 0.1
"""Seconds after a page was closed until its thousands of objects are cleared away: long after the answer to that key, and
before anybody presses the next one. Python by itself does it while a page opens, and a key waits."""

# Its parameter is called `cls`, but it is a method, so that Textual's cache of colours holds every widget's pictures long after
# the widget: thousands of objects for each page that was opened, all of them looked through while a key waits.
_colours_of = vars(StylesCache).get("get_inner_outer")
if callable(_colours_of):  # a classmethod is not: then it is mended already
    StylesCache.get_inner_outer = classmethod(_colours_of)  # type: ignore[assignment]


class AsciiScrollBar(ScrollBarRender):
    """No part-blocks: their width differs from terminal to terminal."""

    VERTICAL_BARS = HORIZONTAL_BARS = [" "] * 8


def stylesheet() -> Path:
    """assets/wizard.tcss, beside the packages in a checkout and inside `wizard` once installed."""
    package = Path(wizard.__file__).parent
    installed = package / "assets" / "wizard.tcss"
    return installed if installed.exists() else package.parent / "assets" / "wizard.tcss"


def open_last_door(number: int) -> None:
    """Leaves in any case: Textual's writer waits for ever for a terminal that is gone. Nothing of ours is lost by it."""
    last_door = threading.Timer(LEAVE_S, os._exit, (128 + number,))
    last_door.daemon = True
    last_door.start()


class TerminalApp(EndingApp):
    """What the wizard and `attach` have in common. `walk` says whether something runs."""

    ENABLE_COMMAND_PALETTE = False  # its frame and signs are not ASCII; screens.offering has a list of its own
    TITLE = "uv-wizard"

    def first_theme(self) -> str:
        """The theme to begin with. One that is set later has all styles made twice before the first picture."""
        return os.environ.get("TEXTUAL_THEME") or (OWN if self._own else CALM)

    theme: Reactive[str] = Reactive(Initialize(first_theme))

    def __init__(self, walk: Walk) -> None:
        self._own = own_colours(low_bandwidth=walk.low_bandwidth)
        super().__init__(css_path=str(stylesheet()), ansi_color=True if self._own else None)
        if says_no_size():
            self.console.size = tuple(shutil.get_terminal_size())  # type: ignore[assignment]
        self.walk = walk
        ScrollBar.renderer = AsciiScrollBar
        self._thrift = Thrift()
        self._in_order = InOrder(self, walk, self.on_event)
        self._painted: Screen[Any] | None = None
        # no screen has toasts or tooltips: nothing is mounted, styled and laid out for them
        self._disable_notifications = self._disable_tooltips = True

    def get_css_variables(self) -> dict[str, str]:
        """The theme's colours, its text such as can be read; the terminal's own are the terminal's business."""
        found = super().get_css_variables()
        if not self.theme.startswith("ansi"):
            found |= NORD if self.theme == CALM else readable(found)
            self.theme_variables = found
        return found

    @property
    def offers_colours(self) -> bool:
        """Whether another theme can be chosen: not where the terminal's own colours are used."""
        return not self._own

    def action_colours(self) -> None:
        """From the palette: another theme, for this start."""
        from screens.asking import PickSheet
        from screens.choosing import Row
        from screens.rows import choice

        names = [name for name in self.available_themes if not name.startswith("ansi")]
        rows = [Row(name, choice(name == self.theme, name)) for name in names]

        def picked(name: str | None) -> None:
            self.theme = name or self.theme

        self.push_screen(PickSheet(_("Colours, for this start"), rows), picked)

    def on_mount(self) -> None:
        """Signals that end the window leave the terminal as it was; a run goes on."""
        if sys.platform == "win32":
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._leave_by, number)
        threading.Thread(target=self._watch_terminal, args=(loop,), name="hang-up", daemon=True).start()

    def _watch_terminal(self, loop: asyncio.AbstractEventLoop) -> None:
        """Who is not the terminal's own session hears of no hang-up; Textual would then read its end for ever."""
        if sys.platform == "win32" or self.is_headless or not hasattr(select, "poll"):
            return
        look = select.poll()
        look.register(sys.__stdin__.fileno() if sys.__stdin__ else 0, 0)  # nothing but the end is waited for
        found = look.poll()
        if any(what & select.POLLHUP for _, what in found):
            open_last_door(signal.SIGHUP)  # here, for the loop may wait for the writer already
            loop.call_soon_threadsafe(self._leave_by, signal.SIGHUP)

    def _leave_by(self, number: int) -> None:
        open_last_door(number)
        self.exit(return_code=128 + number)

    def pop_screen(self) -> AwaitComplete:
        """A page is closed."""
        self.set_timer(TIDY_S, gc.collect, name="tidy")
        return super().pop_screen()

    # what is written

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Textual's way to the terminal. What is there already is not written again; a new screen is written whole."""
        top = next((one for one in reversed(self.screen_stack) if not one.is_modal), None)
        if top is not self._painted:
            self._painted = top
            self._thrift.forget()
        self._place_cursor()
        if isinstance(renderable, CompositorUpdate):
            renderable = self._thrift.only_new(renderable, self.size)
        super()._display(screen, renderable)

    def draw_again(self) -> None:
        """Writes the whole screen: something else has written to the terminal, or the terminal has thrown it away."""
        self._thrift.forget()
        self.screen.refresh()

    def action_draw_again(self) -> None:
        """Ctrl+L: as in a shell, for when something else has written across the screen."""
        self.draw_again()

    # keys that answer everywhere

    async def on_event(self, event: events.Event) -> None:
        """The next key ends what was said to the last one. A terminal of another size has kept nothing for sure."""
        if self._in_order.holds(event):
            return
        if isinstance(event, (events.Resize, Driver.SignalResume)) and self._painted is not None:
            self.draw_again()
        if isinstance(event, events.Key):
            if isinstance(self.screen, Offering):
                self.screen.forget_said()
            if (meant := as_meant(event, self.screen)) is None:
                return
            event = meant
        await super().on_event(event)
        self._in_order.taken()

    async def action_quit(self) -> None:
        """Ctrl+Q: at once, or after a question while something runs; there, once more leaves it running."""
        if self.walk.starting:
            self.walk.leaves = True
            return
        if not self.walk.running:
            self.leave()
            return
        from screens.quit_sheets import Quit, QuitSheet

        screen = self.screen
        if isinstance(screen, QuitSheet):
            screen.dismiss(Quit.LEAVE)
        else:
            self.push_screen(QuitSheet(), self._quit_answered)

    def _quit_answered(self, answer: Quit | None) -> None:
        from screens.quit_sheets import Quit

        if answer is Quit.LEAVE:
            self.exit(int(ExitCode.DONE))
        elif answer is Quit.STOP:
            self._stop(leave=True)

    def leave(self) -> None:
        """Ends the app with the code that the last run asks for."""
        self.exit(self.walk.exit_code)

    def on_step_screen_quit_asked(self) -> None:
        """Ctrl+C twice."""
        if self.walk.starting:
            self.walk.leaves = True
        else:
            self.leave()

    def on_step_screen_stop_asked(self) -> None:
        """S, or Ctrl+C while something runs."""
        from screens.quit_sheets import StopSheet

        state = self.walk.state
        finished = state.packages_done if state else 0
        self.push_screen(StopSheet(finished, len(state.under_way()) if state else 0), self._stop_answered)

    def _stop_answered(self, answer: Stop | None) -> None:
        from screens.quit_sheets import Stop

        if answer is Stop.STOP:
            self._stop(leave=False)

    def _stop(self, *, leave: bool) -> None:
        if isinstance(self.screen, StepScreen):
            self.screen.say(_("Stopping: uv ends within 3 s."))
        self.run_worker(
            lambda: self._cancel(leave=leave),
            name="stop",
            group="stop",
            thread=True,
            exclusive=True,
            exit_on_error=False,
        )

    def _cancel(self, *, leave: bool) -> None:
        from wizard.run import client

        if self.walk.run is not None:
            client.cancel(self.walk.run)
        if leave:
            self.call_from_thread(self.exit, int(ExitCode.INTERRUPTED))

    def on_step_screen_copied(self, message: Copied) -> None:
        """To the clipboard, by the terminal's own sequence."""
        self.copy_to_clipboard(masked(message.text))

    # the terminal's own cursor, which braille, speech and input methods follow

    def _place_cursor(self) -> None:
        """Onto the focused row or button, written with the picture that shows it there."""
        widget = self.screen.focused
        if widget is None or is_field(widget):  # a field places it by itself
            return
        down = widget.row_of_highlight if isinstance(widget, Highlighting) else 0
        self.cursor_position = widget.content_region.offset + Offset(1, max(0, down))


__all__ = ["TerminalApp"]
