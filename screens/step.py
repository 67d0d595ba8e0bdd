"""The frame of the eight screens: rows, keys, next and back, breakpoints. A screen fills in what is its own.

How a screen is written:

    class TorchScreen(StepScreen):
        NUMBER, NAME = 5, "torch"                      # its place in the track; NAME is one of ORDER
        TITLE_TEXT = "torch: the variant for this GPU"
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
- `say(text)` answers a key in the place of the promise, for 10 s or until the next key.
- Going on: `action_go_on` (Enter on Next, Ctrl+N) does nothing while `busy()`; else it asks `can_go_on()`, then calls
  `go_on()`, which posts `Next`. A screen posts messages and never calls the app: `Next`, `Back`, `GoTo(name)`,
  `LookAgain`, `StopAsked`, `Copied(text)`.
- What waits (starting a run, measuring) goes into a thread worker with group, exclusive and exit_on_error named.
- A sheet or page is pushed by the screen itself: `self.app.push_screen(sheet, callback)`.
- The top line's mark: `mark()` is `now`, `done` (`+`) or `failed` (`x`); add the class `-good` or `-bad` to `#title`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, Literal

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, HorizontalGroup, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.reactive import Reactive
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Button, Static

from screens.widgets import Line, PushButton, TooSmall, hint_text, is_field
from wizard.text import masked, one_line

if TYPE_CHECKING:
    from screens.choosing import ChoiceList
    from screens.walk import Walk
    from wizard.way import Way

ORDER = ("start", "uv", "settings", "mirrors", "torch", "review", "sync", "verify")
"""The screens, in the order of the track."""
NOTHING_CHANGED = "Nothing has been changed so far."
STILL_RUNNING = "Still running; goes on by itself."
COPIED = "Copied, if the terminal allows it."
QUIT_HINT = "Ctrl+Q quits. Nothing is lost."
SAID_FOR = 10.0
"""Seconds that an answer to a key stands."""
TWICE = 5.0
"""Seconds within which a second Ctrl+C quits."""
Mark = Literal["now", "done", "failed"]
_MARKS: dict[str, tuple[str, str, str]] = {
    "done": ("+", "$text-success", "$text-muted"), "now": (">", "$text-primary", "bold"),
    "failed": ("x", "$text-error", "bold"), "to come": (" ", "", "$text-muted"), "ended": ("+", "$text-success", "bold"),
}  # fmt: skip
_KEYS = {"escape": "Esc", "ctrl+n": "Ctrl+N", "ctrl+q": "Ctrl+Q", "enter": "Enter", "end": "End", "slash": "/"}


def key_name(key: str) -> str:
    """How a key is written in the hint line: `Ctrl+N`, `Esc`, `F5`, `D`."""
    first = key.split(",")[0]
    return _KEYS.get(first, first.upper())


class Body(VerticalScroll, can_focus=False, inherit_bindings=False):
    """Rows 7 to 20. It scrolls, but the focus never rests on it."""


class FrameScreen(Screen[None]):
    """What screens and pages have in common: a change of focus repaints two widgets, not the whole screen."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (80, "-normal"), (120, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (24, "-mid"), (36, "-tall")]
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    TOO_SMALL: ClassVar[str] = "-too-small"

    def on_resize(self, event: events.Resize) -> None:
        """One sentence where the window is too small for a screen."""
        width, height = event.size
        small = width < TooSmall.WIDTH or height < TooSmall.HEIGHT
        self.set_class(small, self.TOO_SMALL)
        if small:
            self.query_one(TooSmall).tell(width, height)
        self.resized()

    def resized(self) -> None:
        """The window has another size."""


class StepScreen(FrameScreen):
    """One of the eight screens."""

    NUMBER: ClassVar[int] = 0
    NAME: ClassVar[str] = ""
    TITLE_TEXT: ClassVar[str] = ""
    LEAD: ClassVar[str] = ""
    AUTO_FOCUS = "#next"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "go_on", "Next", id="frame.next", priority=True),
        Binding("escape", "go_back", "Back", id="frame.back"),
        Binding("f1", "help", "Help", id="frame.help"),
        Binding("question_mark", "help", "Help", id="frame.help.mark", show=False),
        Binding("ctrl+q", "app.quit", "Quit", id="frame.quit", priority=True),
        Binding("ctrl+c", "interrupt", "Copy, stop or quit", id="frame.interrupt", show=False, priority=True),
        Binding("up", "focus_previous", "Control above", id="frame.up", show=False),
        Binding("down", "focus_next", "Control below", id="frame.down", show=False),
        Binding("tab", "focus_next", "Next control", id="frame.tab", show=False),
        Binding("shift+tab", "focus_previous", "Control before", id="frame.shift-tab", show=False),
        Binding("pageup", "page(-1)", "Page up", id="frame.page-up", show=False),
        Binding("pagedown", "page(1)", "Page down", id="frame.page-down", show=False),
        Binding("c", "copy_by_hand", "Copy the command", id="frame.copy", show=False),
    ]

    @dataclass
    class Next(Message):
        """On to the screen after `screen`."""

        screen: StepScreen

    @dataclass
    class Back(Message):
        """Back to the screen before `screen`."""

        screen: StepScreen

    @dataclass
    class GoTo(Message):
        """To the screen of that name."""

        name: str

    class LookAgain(Message):
        """Read and probe everything anew."""

    class StopAsked(Message):
        """The user wants to stop the run that is going on."""

    class QuitAsked(Message):
        """The user wants to leave."""

    @dataclass
    class Copied(Message):
        """This text is to go to the clipboard."""

        text: str

    def __init__(self, walk: Walk) -> None:
        super().__init__(id=self.NAME)
        self.walk = walk
        self._said: str | Content | None = None
        self._said_timer: Timer | None = None
        self._interrupted_at = float("-inf")

    @property
    def way(self) -> Way:
        """The one way that all screens show."""
        return self.walk.way

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
        return self.LEAD

    def by_hand(self) -> str:
        """The command that does the same."""
        return self.way.by_hand(self.NAME)

    def next_label(self) -> str:
        """What the primary button says."""
        return f"Next: {ORDER[self.NUMBER]}" if self.NUMBER < len(ORDER) else "Finish"

    def promise(self) -> str | Content:
        """What has been or will be changed, beside the buttons."""
        return NOTHING_CHANGED

    def side(self) -> str | Content:
        """The side panel of 40 cells, from 120 columns on."""
        return ""

    def mark(self) -> Mark:
        """The state of this screen in the top line."""
        return "now"

    def hints(self) -> list[tuple[str, str]]:
        """(key, word) of the hint line, seven at most: the frame's, then those of the screen's own bindings."""
        if is_field(self.focused):
            frame = [("Enter", "Take it")]
            own: list[tuple[str, str]] = []
        else:
            frame, own = [], [(key_name(one.key), one.description) for one in self.offers()]
        for key, action, word in (("Ctrl+N", "go_on", self._next_word()), ("Esc", "go_back", "Back"), ("F1", "help", "Help"),
                                  ("Ctrl+Q", "quit", "Quit")):  # fmt: skip
            if action != "go_back" or self.NUMBER > 1:
                frame.append((key, word))
        return (frame + own)[:7]

    def shows(self, action: str) -> bool:
        """Whether the hint line shows the key of that action now (the key itself works all the same)."""
        return True

    def on_facts(self) -> None:
        """The probes have news."""
        self.redraw()

    def busy(self) -> bool:
        """Whether something runs that this screen waits for: going on then does nothing."""
        return False

    def can_go_on(self) -> bool:
        """Whether the screen can be passed; where not, it says why and moves the focus there."""
        return True

    def go_on(self) -> None:
        """On to the next screen."""
        self.post_message(self.Next(self))

    def go_back(self) -> None:
        """Back to the screen before."""
        self.post_message(self.Back(self))

    def on_entered(self) -> None:
        """The screen is shown, for the first time or again."""
        self.redraw()
        self.focus_next_button()

    def scroll_target(self) -> Widget:
        """What PgUp and PgDn scroll."""
        return self.query_one("#body")

    # what all have

    @property
    def room(self) -> int:
        """Cells for a row of the body: 76, from 136 columns on up to 92."""
        return max(56, min(92, self.size.width - 44)) if self.size.width >= 120 else min(76, self.size.width - 4)

    def offers(self) -> Iterator[Binding]:
        """The screen's own bindings that are shown and can be used now, in the order they are written."""
        for cls in reversed(type(self).__mro__):
            if not issubclass(cls, StepScreen) or cls is StepScreen:
                continue
            for binding in cls.__dict__.get("BINDINGS", ()):
                if isinstance(binding, Binding) and binding.show and self.shows(binding.action):
                    yield binding

    def frame_bindings(self) -> Iterator[Binding]:
        """The frame's bindings that stand in every hint line."""
        for binding in StepScreen.BINDINGS:
            if isinstance(binding, Binding) and binding.show and (binding.action != "go_back" or self.NUMBER > 1):
                yield binding

    def compose(self) -> ComposeResult:
        """The frame, with its texts in place: nothing has to be drawn twice."""
        yield Line(self.track_line(), id="track")
        yield Line(self.heading(), id="title")
        yield Line(self.lead(), id="lead")
        with Horizontal(id="middle"):
            with Body(id="body"):
                yield from self.compose_body()
            yield Static(self.side(), id="side", markup=False)
        yield Line(self._hand(), id="hand")
        with HorizontalGroup(id="buttons"):
            yield PushButton(self.next_label(), id="next")
            if self.NUMBER > 1:
                yield PushButton("Back", id="back")
            yield Line(self.promise(), id="promise")
        yield Line(id="hints")
        yield TooSmall()

    def on_mount(self) -> None:
        """Draws what is known."""
        self.redraw()

    def redraw(self) -> None:
        """Shows all texts and the body as they are now; what has not changed is not drawn."""
        if not self.is_mounted:
            return
        self.query_one("#track", Line).show(self.track_line())
        self.query_one("#title", Line).show(self.heading())
        self.query_one("#lead", Line).show(self.lead())
        self.query_one("#hand", Line).show(self._hand())
        self.query_one("#next", PushButton).name_it(self.next_label())
        self._show_promise()
        self.draw()
        self._draw_side()
        self.redraw_hints()

    def _draw_side(self) -> None:
        panel, told = self.query_one("#side", Static), self.side()
        if str(panel.content) != str(told):
            panel.update(told)

    def redraw_hints(self) -> None:
        """The hint line for what has the focus."""
        width = self.size.width - 1
        hints = self.hints()
        self.query_one("#hints", Line).show(hint_text(hints[:4] if self.size.width < 80 else hints, width))

    def say(self, text: str | Content) -> None:
        """Answers a key, in the place of the promise."""
        self._said = text
        if self._said_timer is not None:
            self._said_timer.stop()
        self._said_timer = self.set_timer(SAID_FOR, self.forget_said, name="said")
        self._show_promise()

    def forget_said(self) -> None:
        """The promise again."""
        if self._said is None:
            return
        self._said = None
        if self._said_timer is not None:
            self._said_timer.stop()
        self._show_promise()

    def _show_promise(self) -> None:
        self.query_one("#promise", Line).show(self.promise() if self._said is None else self._said)

    def focus_next_button(self) -> None:
        """Puts the focus on the primary button."""
        self.query_one("#next").focus(scroll_visible=False)

    def help_name(self) -> str:
        """The entry of assets/help.toml for what has the focus, else for the screen."""
        for node in self.focused.ancestors_with_self if self.focused is not None else ():
            name = getattr(node, "help_text", "")
            if name:
                return str(name)
        return self.HELP or self.NAME

    def resized(self) -> None:
        self.redraw()

    def _next_word(self) -> str:
        label = self.next_label()
        return "Finish" if label == "Finish" else "Next"

    def _hand(self) -> str:
        return masked(one_line(f"By hand: {self.by_hand()}", max(40, self.size.width - 2)))

    def track_line(self) -> Content:
        """The top line, also of the pages that this screen opens."""
        head = f" {self.NUMBER}/{len(ORDER)} {self.NAME}"
        parts: list[Content | str | tuple[str, str]] = []
        narrow = self.size.width < 80
        plain = ""
        for number, name in enumerate(ORDER, 1):
            state = "done" if number < self.NUMBER else "to come" if number > self.NUMBER else self.mark()
            glyph, tone, name_tone = _MARKS["ended" if state == "done" and number == self.NUMBER else state]
            if narrow:
                glyph = "-" if state == "to come" else glyph
                parts.append((glyph, tone))
                plain += glyph
                continue
            gap = " " if parts else ""
            parts += [gap, (glyph, tone), (name, name_tone)]
            plain += gap + glyph + name
        width = min(80, self.size.width)
        return Content.assemble(head, " " * max(1, width - 1 - len(head) - len(plain)), *parts, " ")

    # actions

    def action_go_on(self) -> None:
        """Ctrl+N, and Enter on the primary button."""
        if self.busy():
            self.say(STILL_RUNNING)
        elif self.can_go_on():
            self.go_on()

    def action_go_back(self) -> None:
        """Esc: takes a change in a field back, else one screen back."""
        if is_field(self.focused) and self._take_back():
            return
        if self.NUMBER == 1:
            self.say("This is the first screen. Ctrl+Q quits.")
        else:
            self.go_back()

    def _take_back(self) -> bool:
        from screens.choosing import Field

        field = next((one for one in self.query(Field) if one.input is self.focused), None)
        return field is not None and field.take_back()

    def action_help(self) -> None:
        """F1 and ?: a sheet about what has the focus."""
        from screens.sheet import HelpSheet

        self.app.push_screen(HelpSheet(self.help_name(), self.HELP or self.NAME))

    def action_interrupt(self) -> None:
        """Ctrl+C: copies a selection, asks to stop what runs, else says how to quit."""
        chosen = self.focused.selected_text if is_field(self.focused) else self.get_selected_text()  # type: ignore[union-attr]
        if chosen:
            self.copy(chosen)
        elif self.walk.running:
            self.post_message(self.StopAsked())
        elif monotonic() - self._interrupted_at < TWICE:
            self.post_message(self.QuitAsked())
        else:
            self._interrupted_at = monotonic()
            self.say(QUIT_HINT)

    def copy(self, text: str) -> None:
        """Copies, as far as the terminal lets us."""
        self.post_message(self.Copied(text))
        self.say(COPIED)

    def action_copy_by_hand(self) -> None:
        """C: the command of row 21."""
        self.copy(self.by_hand())

    def action_page(self, by: int) -> None:
        """PgUp and PgDn."""
        target = self.scroll_target()
        target.scroll_relative(y=by * max(1, target.size.height - 1), animate=False)

    def action_focus_next(self) -> None:
        """The control below, or behind."""
        self.focus_next()

    def action_focus_previous(self) -> None:
        """The control above, or before."""
        self.focus_previous()

    @on(Button.Pressed, "#next")
    def _next_pressed(self) -> None:
        self.action_go_on()

    @on(Button.Pressed, "#back")
    def _back_pressed(self) -> None:
        self.go_back()

    def on_choice_list_taken(self, event: ChoiceList.Taken) -> None:
        """Enter in a list leads to Next."""
        if event.forward:
            self.focus_next_button()

    def on_field_entered(self) -> None:
        """Enter in a field leads to the next control."""
        self.focus_next()

    @on(events.DescendantFocus)
    def _focus_moved(self) -> None:
        self.redraw_hints()


__all__ = ["ORDER", "Body", "FrameScreen", "StepScreen", "key_name"]
