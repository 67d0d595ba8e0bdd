"""The frame of the eight screens: rows, keys, next and back, breakpoints. A screen fills in what is its own.

How a screen is written:

    class TorchScreen(StepScreen):
        NUMBER, NAME = 5, "torch"                      # its place in the track; NAME is one of ORDER
        TITLE_TEXT = "torch: the variant for this machine"
        LEAD = "torch is published in several variants, ..."
        HELP = "torch"                                  # an entry of assets/help.toml; widgets have `help_text`
        BINDINGS = [Binding("d", "details", "Details", id="torch.details")]   # hint line, palette and help come from here

        def compose_body(self) -> ComposeResult:        # rows 7 to 19, each within 76 cells (self.room)
            yield Line(id="recommended")
            yield ChoiceList(id="variants", help_text="variant")

        def draw(self) -> None:                         # puts what is known now into the body; called at first, on news
            self.query_one("#recommended", Line).show(...)   # and whenever the screen is entered. Cheap, never waits.

        @on(ChoiceList.Taken)                           # after Enter the frame moves the focus to Next by itself
        def _taken(self, event): self.way.choose(...); self.redraw()

- `self.way` is the one Way, `self.walk` what the screens share beside it (the run that was started).
- Texts are methods, asked again by `redraw()`: heading, lead, by_hand, next_label, promise, hints, side, mark.
- Rows are made `self.room` cells wide. In a window of less than 80 they are broken (hanging), but where BREAKS is False,
  as on screens of figures, they are made shorter; `self.spare` is how many rows there are beyond 24.
- `shows(action)` says whether an action can be used now, `word_of(binding)` what its key is called (screens.offering).
- `say(text)` answers a key in the place of the promise, for 10 s or until the next key.
- Going on: `action_go_on` (Enter on Next, Ctrl+N) does nothing while `busy()`; else it asks `can_go_on()`, then calls
  `go_on()`, which posts `Next`. A screen posts messages and never calls the app: `Next`, `Back`, `GoTo(name)`,
  `LookAgain`, `StopAsked`, `Copied(text)`.
- What waits (starting a run, measuring) goes into a thread worker with group, exclusive and exit_on_error named.
- A sheet or page is pushed by the screen itself: `self.app.push_screen(sheet, callback)`.
- The top line's mark: `mark()` is `now`, `done` (`+`) or `failed` (`x`); add the class `-good` or `-bad` to `#title`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, HorizontalGroup
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from screens.frame import VAST, WIDE, Body, FrameScreen
from screens.keys import STILL_RUNNING, KeyedScreen
from screens.offering import FIRST, key_name
from screens.track import ORDER, Mark, name_of, track_line
from screens.widgets import NARROW, Line, PushButton, hint_text, is_field
from wizard.language import _, said
from wizard.text import masked, one_line

ROOM, VAST_ROOM = 76, 92
LEAST = 24
"""Rows that all screens are written for."""
NOTHING_CHANGED = said("Nothing has been changed so far.")
NOTHING_MORE = said("Nothing more is changed before Start.")
FOR_THE_NEXT = said("The run goes on; this holds for the next one.")


class StepScreen(KeyedScreen):
    """One of the eight screens."""

    TITLE_TEXT: ClassVar[str] = ""
    LEAD: ClassVar[str] = ""
    AUTO_FOCUS = "#next"
    BREAKS: ClassVar[bool] = True
    """Whether rows too long for a narrow window are broken there; else they are made shorter."""
    came_past: tuple[str, ...] = ()
    """The screens before it that were passed over, since the team has answered them."""

    # what a screen fills in

    def compose_body(self) -> Iterable[Widget]:
        """The widgets of the body, from top to bottom."""
        return ()

    def draw(self) -> None:
        """Puts what is known now into the body."""

    def heading(self) -> str | Content:
        """Row 3, within 78 cells."""
        return self.TITLE_TEXT

    def lead(self) -> str | Content:
        """Rows 4 and 5, within 78 cells each; ` / ` of the design is a newline."""
        told = self.team()
        return _("{told}\nAnother choice here holds for you alone.", told=told) if told else self.LEAD

    def team(self) -> str:
        """What the team has set of this screen's choices, where it has."""
        if self.walk.made is None or not self.way.choices.layers.get("project"):
            return ""
        from screens.rows import cut
        from wizard.told.team import answered

        told = answered(self.way.choices, self.NAME)
        if self.came_past:
            past = _(", ").join(map(name_of, self.came_past))
            told = (
                _("{told} Passed over: {past}.", told=told, past=past)
                if told
                else _("Your team has answered {past}; Esc shows it.", past=past)
            )
        return cut(told, 78) if told else ""

    def next_label(self) -> str:
        """What the primary button says."""
        return (
            _("Next: {name}", name=name_of(self.walk.follows(self.NUMBER))) if len(ORDER) > self.NUMBER else _("Finish")
        )

    def promise(self) -> str | Content:
        """What has been or will be changed, beside the buttons."""
        if self.walk.run is None:
            return NOTHING_CHANGED
        return FOR_THE_NEXT if self.walk.running else NOTHING_MORE

    def side(self) -> str | Content:
        """The side panel of 40 cells, from 120 columns on."""
        return ""

    def mark(self) -> Mark:
        """The state of this screen in the top line."""
        return "now"

    def hints(self) -> list[tuple[str, str]]:
        """(key, word) of the hint line, seven at most: the frame's, then those of the screen's own bindings."""
        shown = [one for one in self.offers() if one.show]
        frame = [(key_name(one.key), self.word_of(one)) for one in shown if one.id in FIRST]
        if is_field(self.focused):
            return [("Enter", _("Take it")), *frame]
        more = [("PgDn", _("More"))] if self.is_mounted and self.query_one("#body").show_vertical_scrollbar else []
        return [*frame, *more, *((key_name(one.key), self.word_of(one)) for one in shown if one.id not in FIRST)][:7]

    def word_of(self, binding: Binding) -> str:
        told = {"go_on": self._next_word, "go_back": self.back_label}.get(binding.action)
        return told() if told else super().word_of(binding)

    def on_facts(self) -> None:
        """The probes have news."""
        self.redraw()

    def on_entered(self) -> None:
        """The screen is shown, for the first time or again."""
        self.redraw()
        self.focus_next_button()
        self.call_after_refresh(self.query_one("#body").scroll_home, animate=False)

    # what all have

    @property
    def room(self) -> int:
        """Cells for a row of the body: 76, from 136 columns on 92; below 80 as many, and the row is broken."""
        width = self.size.width
        return VAST_ROOM if width >= VAST else ROOM if width >= NARROW or self.BREAKS else width - 4

    @property
    def spare(self) -> int:
        """Rows that the window has beyond 24: they go to lists, logs and diffs."""
        return max(0, self.size.height - LEAST)

    def compose(self) -> ComposeResult:
        """The frame, with its texts in place: nothing has to be drawn twice."""
        yield Line(self.track_line(), id="track")
        yield Line(self.heading(), id="title")
        yield Line(self.lead(), id="lead")
        with Horizontal(id="middle"):
            with Body(id="body"):
                yield from self.compose_body()
            yield Static(id="side", markup=False)
        yield Line(self._hand(), id="hand")
        with HorizontalGroup(id="buttons"):
            yield PushButton(self.next_label(), id="next")
            if self.back_label():
                yield PushButton(self.back_label(), id="back")
            yield Line(self.promise(), id="promise")
        yield Line(id="hints")

    def on_mount(self) -> None:
        """Draws what is known."""
        self.redraw()

    def redraw(self) -> None:
        """Shows all texts and the body as they are now; what has not changed is not drawn."""
        if not self.is_mounted or not self.query("#hints"):  # whose last widget is not there yet
            return
        self.query_one("#track", Line).show(self.track_line())
        self.query_one("#title", Line).show(self.heading())
        self.query_one("#lead", Line).show(self.lead())
        self.query_one("#hand", Line).show(self._hand())
        self.query_one("#next", PushButton).name_it(self.next_label())
        self.show_promise()
        self.draw()
        self._draw_side()
        self.redraw_hints()
        if (
            self.size.height < LEAST or self.size.width < NARROW
        ):  # whether there is more below is known once it is laid out
            self.call_after_refresh(self.redraw_hints)

    def _draw_side(self) -> None:
        if self.size.width < WIDE:
            return
        panel, told = self.query_one("#side", Static), self.side()
        if str(panel.content) != str(told):
            panel.update(told)

    def redraw_hints(self) -> None:
        """The hint line for what has the focus."""
        width = self.size.width - 1
        hints = self.hints()
        self.query_one("#hints", Line).show(hint_text(hints[:5] if self.size.width < NARROW else hints, width))

    def show_promise(self) -> None:
        self.query_one("#promise", Line).show(self.promise() if self._said is None else self._said)

    def resized(self) -> None:
        self.redraw()
        self.call_after_refresh(self.redraw_hints)  # whether there is more below is known once it is laid out

    def _next_word(self) -> str:
        label = self.next_label()
        return _("Finish") if label == _("Finish") else _("Next")

    def _hand(self) -> str:
        """Row 21, and row 22 where the command is long: it can be read off the screen to its end."""
        width = max(40, self.size.width - 2)
        told = masked(one_line(_("By hand: {command}", command=self.by_hand()), 2 * width))
        if cell_len(told) <= width:
            return told
        from screens.rows import wrapped

        return "\n".join(wrapped(told, width, 2))

    def track_line(self) -> Content:
        """The top line, also of the pages that this screen opens."""
        return track_line(self.NUMBER, self.NAME, self.mark(), self.app.size.width)

    @on(events.DescendantFocus)
    def _focus_moved(self) -> None:
        self.redraw_hints()


__all__ = ["NOTHING_CHANGED", "ORDER", "STILL_RUNNING", "Body", "FrameScreen", "Mark", "StepScreen"]
