"""The keys that answer on all eight screens, and the messages that they send up to the app."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Button

from screens.frame import FrameScreen, key_name
from screens.widgets import is_field
from wizard.language import _, said, shown

if TYPE_CHECKING:
    from screens.choosing import ChoiceList
    from screens.walk import Walk
    from wizard.way import Way

STILL_RUNNING = said("Still running; goes on by itself.")
COPIED = said("Copied, if the terminal allows it.")
QUIT_HINT = said("Ctrl+Q quits. Nothing is lost.")
SAID_FOR = 10.0
"""Seconds that an answer to a key stands."""
TWICE = 5.0
"""Seconds within which a second Ctrl+C quits."""


class KeyedScreen(FrameScreen):
    """Next, back, help, quit, copy: what each key asks of the screen, and what the screen answers beside the buttons."""

    NUMBER: ClassVar[int] = 0
    NAME: ClassVar[str] = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "go_on", said("Next"), id="frame.next", priority=True),
        Binding("escape", "go_back", said("Back"), id="frame.back"),
        Binding("f1", "help", said("Help"), id="frame.help"),
        Binding("question_mark", "help", said("Help"), id="frame.help.mark", show=False),
        Binding("ctrl+q", "app.quit", said("Quit"), id="frame.quit", priority=True),
        Binding("ctrl+c", "interrupt", said("Copy, stop or quit"), id="frame.interrupt", show=False, priority=True),
        Binding("up", "focus_previous", said("Control above"), id="frame.up", show=False),
        Binding("down", "focus_next", said("Control below"), id="frame.down", show=False),
        Binding("tab", "focus_next", said("Next control"), id="frame.tab", show=False),
        Binding("shift+tab", "focus_previous", said("Control before"), id="frame.shift-tab", show=False),
        Binding("pageup", "page(-1)", said("Page up"), id="frame.page-up", show=False),
        Binding("pagedown", "page(1)", said("Page down"), id="frame.page-down", show=False),
        Binding("ctrl+p", "actions", said("All actions"), id="frame.actions", show=False, priority=True),
        Binding("c", "copy_by_hand", said("Copy the command"), id="frame.copy", show=False),
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

    class LookAgain(Message, namespace="step_screen"):
        """Read and probe everything anew."""

    class StopAsked(Message, namespace="step_screen"):
        """The user wants to stop the run that is going on."""

    class QuitAsked(Message, namespace="step_screen"):
        """The user wants to leave."""

    class Copied(Message, namespace="step_screen"):
        """This text is to go to the clipboard."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

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

    def help_name(self) -> str:
        """The entry of assets/help.toml for what has the focus, else for the screen."""
        for node in self.focused.ancestors_with_self if self.focused is not None else ():
            name = getattr(node, "help_text", "")
            if name:
                return str(name)
        return self.HELP or self.NAME

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
            self.say(_("This is the first screen. Ctrl+Q quits."))
        else:
            self.go_back()

    def _take_back(self) -> bool:
        from screens.choosing import Field

        field = next((one for one in self.query(Field) if one.input is self.focused), None)
        return field is not None and field.take_back()

    def action_help(self) -> None:
        """F1 and ?: a sheet about what has the focus."""
        from screens.help_sheet import HelpSheet

        self.app.push_screen(HelpSheet(self.help_name(), self.HELP or self.NAME, self.size.width - 2))

    def offers(self) -> Iterator[Binding]:
        """The screen's own bindings that are shown now."""
        return iter(())

    def frame_bindings(self) -> Iterator[Binding]:
        """The frame's bindings that stand in every hint line, and C."""
        for binding in KeyedScreen.BINDINGS:
            offered = isinstance(binding, Binding) and (binding.show or binding.id == "frame.copy")
            if isinstance(binding, Binding) and offered and (binding.action != "go_back" or self.NUMBER > 1):
                yield binding

    def action_actions(self) -> None:
        """Ctrl+P: every action of the screen, each from the place where its key is written."""
        from screens.asking import PickSheet
        from screens.choosing import Row

        all_ = [*self.offers(), *self.frame_bindings()]
        rows = [Row(one.action, f"{key_name(one.key):8}{shown(one.description)}") for one in all_]

        async def picked(action: str | None) -> None:
            if action:
                await self.run_action(action)

        self.app.push_screen(PickSheet(_("What can be done here"), rows), picked)

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
