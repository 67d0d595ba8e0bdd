"""What every screen, page and sheet answers: hint line, palette, help and Ctrl+C, each from the place where a key is written.

A `Binding` is that place. Its description is the word in the hint line (unless `show=False`) and in the palette (unless
`system`, as keys that only move are); `shows` says whether it can be used now.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen

from screens.widgets import is_field
from wizard.language import _, said, shown

if TYPE_CHECKING:
    from screens.choosing import Row

_KEYS = {"escape": "Esc", "ctrl+n": "Ctrl+N", "ctrl+q": "Ctrl+Q", "ctrl+p": "Ctrl+P", "ctrl+l": "Ctrl+L", "enter": "Enter",
         "end": "End", "slash": "/", "tab": "Tab"}  # fmt: skip
QUIT_HINT = said("Ctrl+Q quits. Nothing is lost.")
TWICE = 5.0
"""Seconds within which a second Ctrl+C quits."""
FIRST = ("frame.next", "frame.back", "frame.help", "frame.quit")
"""The keys with which every screen's hint line begins."""


def key_name(key: str) -> str:
    """How a key is written in the hint line: `Ctrl+N`, `Esc`, `F5`, `D`."""
    first = key.split(",", 1)[0]
    return _KEYS.get(
        first, f"Shift+{first}" if first.isalpha() and first.isupper() and len(first) == 1 else first.upper()
    )


def moving(key: str, action: str, word: str, name: str) -> Binding:
    """A key that only moves the focus or the view: in no hint line, and in no palette."""
    return Binding(key, action, word, id=name, show=False, system=True)


class StopAsked(Message, namespace="step_screen"):
    """The user wants to stop the run that is going on."""


class QuitAsked(Message, namespace="step_screen"):
    """The user wants to leave."""


class Copied(Message, namespace="step_screen"):
    """This text is to go to the clipboard."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class Offering(Screen[Any], inherit_bindings=True):
    """A screen that tells its keys."""

    HELP: ClassVar[str] = ""
    """The entry of assets/help.toml for the whole of it."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", said("Help"), id="frame.help"),
        Binding("question_mark", "help", said("Help"), id="frame.help.mark", show=False, system=True),
        Binding("ctrl+q", "app.quit", said("Quit"), id="frame.quit", priority=True),
        Binding("ctrl+c", "interrupt", said("Copy, stop or quit"), id="frame.interrupt", show=False, system=True,
                priority=True),
        Binding("ctrl+p", "actions", said("All actions"), id="frame.actions", show=False, system=True, priority=True),
        Binding("ctrl+l", "app.draw_again", said("Draw the screen again"), id="frame.draw", show=False, priority=True),
    ]  # fmt: skip
    _interrupted_at = float("-inf")

    def shows(self, action: str) -> bool:
        """Whether that action can be used now."""
        return action != "help" or bool(self.help_name())

    def word_of(self, binding: Binding) -> str:
        """What that key does, in a word or two."""
        return shown(binding.description)

    def offers(self) -> list[Binding]:
        """What can be done now, on and back first, help and quitting last; keys that only move are left out."""
        found: dict[str, Binding] = {}
        for cls in reversed(type(self).__mro__):
            if issubclass(cls, Offering):
                for one in cls.__dict__.get("BINDINGS", ()):
                    if isinstance(one, Binding) and not one.system:
                        found[one.action] = one
        every = sorted(found.values(), key=lambda one: _place(one.id or ""))
        return [one for one in every if self.shows(one.action)]

    def hint_keys(self) -> list[tuple[str, str]]:
        """(key, word) of what the hint line names."""
        return [(key_name(one.key), self.word_of(one)) for one in self.offers() if one.show]

    def help_name(self) -> str:
        """The entry of assets/help.toml for what has the focus, else for the screen; "" where there is none."""
        for node in self.focused.ancestors_with_self if self.focused is not None else ():
            name = getattr(node, "help_text", "")
            if name:
                return str(name)
        return self.HELP

    def say(self, text: str) -> None:
        """Answers a key."""

    def forget_said(self) -> None:
        """The next key ends what was said to the last one."""

    # actions

    def action_help(self) -> None:
        """F1 and ?: a sheet about what has the focus."""
        from screens.help_sheet import HelpSheet

        name = self.help_name()
        if name:
            keys = [(key_name(one.key), self.word_of(one)) for one in self.offers()]
            self.app.push_screen(HelpSheet(name, self.HELP or name, self.size.width - 2, keys))

    def palette(self) -> list[Row]:
        """Every action, each with its key: its value is the action."""
        from screens.choosing import Row

        own_first = sorted(self.offers(), key=lambda one: (one.id or "").startswith("frame."))
        return [Row(one.action, f"{key_name(one.key):8}{self.word_of(one)}") for one in own_first]

    def action_actions(self) -> None:
        """Ctrl+P: every action of the screen."""
        from screens.asking import PickSheet

        async def picked(action: str | None) -> None:
            if action:
                await self.run_action(action)

        self.app.push_screen(PickSheet(_("What can be done here"), self.palette()), picked)

    def selected(self) -> str:
        """The text that is marked, in a field or on the screen."""
        chosen = self.focused.selected_text if is_field(self.focused) else self.get_selected_text()  # type: ignore[union-attr]
        return chosen or ""

    def action_interrupt(self) -> None:
        """Ctrl+C: copies a selection, asks to stop what runs, else says how to quit; twice quits."""
        chosen = self.selected()
        if chosen:
            self.copy(chosen)
        elif self.app.walk.running:  # type: ignore[attr-defined]
            self.post_message(StopAsked())
        elif monotonic() - self._interrupted_at < TWICE:
            self.post_message(QuitAsked())
        else:
            self._interrupted_at = monotonic()
            self.say(QUIT_HINT)

    def action_page(self, by: int) -> None:
        """PgUp and PgDn in a list: a windowful of its rows."""
        from screens.choosing import ChoiceList

        if isinstance(self.focused, ChoiceList):
            self.focused.turn(by)

    def copy(self, text: str) -> None:
        """Copies, as far as the terminal lets us."""
        self.post_message(Copied(text))
        self.say(_("Copied, if the terminal allows it."))


def _place(name: str) -> int:
    return {"frame.next": -3, "frame.back": -2, "frame.help": 1, "frame.quit": 2}.get(name, -name.startswith("frame."))


__all__ = ["FIRST", "QUIT_HINT", "Copied", "Offering", "QuitAsked", "StopAsked", "key_name", "moving"]
