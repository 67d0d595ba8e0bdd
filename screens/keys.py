"""The keys that answer on all eight screens, and the messages that they send up to the app."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Button

from screens.frame import FrameScreen
from screens.offering import moving
from screens.widgets import Line, is_field
from wizard.language import _, said
from wizard.text import clean, masked

if TYPE_CHECKING:
    from screens.choosing import ChoiceList, Row
    from screens.walk import Walk
    from wizard.way import Way

STILL_RUNNING = said("Still running; goes on by itself.")
SAID_FOR = 10.0
"""Seconds that an answer to a key stands."""


class KeyedScreen(FrameScreen):
    """Next, back, help, quit, copy: what each key asks of the screen, and what the screen answers beside the buttons."""

    NUMBER: ClassVar[int] = 0
    NAME: ClassVar[str] = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "go_on", said("Next"), id="frame.next", priority=True),
        Binding("escape", "go_back", said("Back"), id="frame.back"),
        Binding("c", "copy_by_hand", said("Copy the command"), id="frame.copy", show=False),
        # where nothing has the focus: a screen is seen a moment before its button has it
        moving("enter", "go_on", said("Next"), "frame.enter"),
        moving("up", "focus_previous", said("Control above"), "frame.up"),
        moving("down", "focus_next", said("Control below"), "frame.down"),
        moving("tab", "focus_next", said("Next control"), "frame.tab"),
        moving("shift+tab", "focus_previous", said("Control before"), "frame.shift-tab"),
        moving("pageup", "page(-1)", said("Page up"), "frame.page-up"),
        moving("pagedown", "page(1)", said("Page down"), "frame.page-down"),
    ]

    class Next(Message, namespace="step_screen"):
        """On to the screen after `screen`."""

        def __init__(self, screen: KeyedScreen) -> None:
            super().__init__()
            self.screen = screen

    class Back(Message, namespace="step_screen"):
        """Back to the screen before `screen`."""

        def __init__(self, screen: KeyedScreen) -> None:
            super().__init__()
            self.screen = screen

    class GoTo(Message, namespace="step_screen"):
        """To the screen of that name."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    class News(Message, namespace="step_screen"):
        """Something was found that other screens show too."""

    class LookAgain(Message, namespace="step_screen"):
        """Read and probe everything anew."""

    def __init__(self, walk: Walk) -> None:
        super().__init__(id=self.NAME)
        self.walk = walk
        self._said: str | Content | None = None
        self._said_timer: Timer | None = None

    @property
    def way(self) -> Way:
        """The one way that all screens show."""
        return self.walk.way

    # what a screen answers

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

    def by_hand(self) -> str:
        """The command that does the same."""
        return self.way.by_hand(self.NAME)

    def scroll_target(self) -> Widget:
        """What PgUp and PgDn scroll."""
        return self.query_one("#body")

    def focus_next_button(self) -> None:
        """Puts the focus on the primary button."""
        self.query_one("#next").focus(scroll_visible=False)

    def say(self, text: str | Content) -> None:
        """Answers a key, in the place of the promise."""
        self._said = text
        if self._said_timer is not None:
            self._said_timer.stop()
        self._said_timer = self.set_timer(SAID_FOR, self.forget_said, name="said")
        self.show_promise()

    def forget_said(self) -> None:
        """The promise again."""
        if self._said is None:
            return
        self._said = None
        if self._said_timer is not None:
            self._said_timer.stop()
        self.show_promise()

    def show_promise(self) -> None:
        """Shows what was said, else the promise."""

    def shows(self, action: str) -> bool:
        return super().shows(action) and (action != "go_back" or bool(self.back_label()))

    def back_label(self) -> str:
        """What the second button says, "" where there is nothing before this screen."""
        return _("Back") if self.NUMBER > 1 else ""

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
        if not self.back_label():
            self.say(_("This is the first screen. Ctrl+Q quits."))
        else:
            self.go_back()

    def _take_back(self) -> bool:
        from screens.fields import Field

        field = next((one for one in self.query(Field) if one.input is self.focused), None)
        return field is not None and field.take_back()

    def palette(self) -> list[Row]:
        from screens.choosing import Row

        keep, colours = _("Keep the choices in a file"), _("Other colours")
        more = [Row("keep_choices", f"{'':8}{keep}")]
        more += [Row("app.colours", f"{'':8}{colours}")] if self.app.offers_colours else []  # type: ignore[attr-defined]
        return [*super().palette(), *more]

    def action_keep_choices(self) -> None:
        """From the palette alone: a file of choices."""
        from screens.keeping import ask

        ask(self)  # type: ignore[arg-type]

    def action_copy_by_hand(self) -> None:
        """C: the command of row 21; where it does not stand there whole, it is shown to be copied by hand."""
        command = self.by_hand()
        self.copy(command)
        if not self.shows_whole(command):
            from screens.sheet import Answer, Sheet

            told = masked(clean(command))
            copied = _("Copied, if the terminal allows it.")
            self.app.push_screen(Sheet(_("By hand"), [told, copied], [Answer(_("Close"), None)], escape=None))

    def shows_whole(self, command: str) -> bool:
        """Whether that command can be read off the screen."""
        hand = self.query_one("#hand", Line)
        return bool(hand.display) and "".join(masked(clean(command)).split()) in "".join(hand.text.split())

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
