"""Screen 3: where uv keeps its files, and where that is written down."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.timer import Timer
from textual.widget import Widget

from screens.choosing import ChoiceList, Row
from screens.fields import Field
from screens.rows import cut, torch_row
from screens.settings_rows import mode_told, not_whole, places
from screens.settings_text import LINK_MODES, Tried, now_told, old_told, options_told, side_told
from screens.step import StepScreen
from screens.walk import Walk
from screens.widgets import Line
from wizard.advice.setting_states import SettingState
from wizard.advice.settings import SMALL
from wizard.errors import BadInput
from wizard.language import _, said
from wizard.machine.facts import short
from wizard.machine.folder_size import FolderSize, folder_size
from wizard.machine.try_folder import FolderTried, try_folder
from wizard.plan import old_cache
from wizard.text import one_line

CACHE, PYTHONS, LINKS, WHERE, OLD = (
    "settings.cache-dir", "settings.python-install-dir", "settings.link-mode", "settings.where", "settings.old-cache",
)  # fmt: skip
FIELDS = {"cache": CACHE, "pythons": PYTHONS}
NAMES = {"cache": said("cache folder"), "pythons": said("Python folder")}
SAID_BY = {
    "advice": said("recommended"),
    "project": said("your team"),
    "file": said("your file"),
    "set": said("your file"),
}
VARIABLES = ("UV_CACHE_DIR", "UV_PYTHON_INSTALL_DIR", "UV_LINK_MODE")
LEAST = {"cache": (SMALL, said("a few GiB")), "pythons": (1024**3 // 10, said("about 0.1 GiB a Python"))}
"""Bytes, and words for them: less than that is little where nobody knows what is needed."""
TRIED_AFTER = 0.4
"""Seconds after the last key until a folder is tried."""
PATIENCE = 5.0
"""Seconds that Next waits for a disk that does not answer; what is wrong with it is then said by the run."""


class SettingsScreen(StepScreen):
    """Two folders, the link mode, and where these are kept."""

    NUMBER, NAME = 3, "settings"
    HELP = "settings"
    TITLE_TEXT = said("Settings: where uv keeps its files")
    LEAD = said(
        "Downloads and Pythons take gigabytes. They should lie where there is room, and\n"
        "on the project's own disk: then files are linked instead of copied."
    )
    BINDINGS: ClassVar[list[BindingType]] = [Binding("o", "options", said("Options"), id="settings.options")]

    def __init__(self, walk: Walk) -> None:
        super().__init__(walk)
        self._tried: dict[str, Tried] = {}
        self._taken_over: dict[str, str] = {}
        """What was chosen by typing, by field."""
        self._tries: Timer | None = None
        """Runs after the last key, wherever that leads: what was typed is tried behind a sheet, and on another screen."""
        self._goes_on: Timer | None = None
        """Next was pressed while a folder is tried: until then, or for PATIENCE."""
        self._sizes: dict[str, FolderSize | None] = {}
        """Of old caches, by path; None while it is counted, or where it can't be."""

    def compose_body(self) -> Iterable[Widget]:
        yield Field(_("Cache folder"), help_text="cache", id="cache")
        yield Line(id="cache-fact")
        yield Field(_("Python folder"), help_text="pythons", id="pythons")
        yield Line(id="pythons-fact")
        yield Line(id="link-mode")
        yield Line(classes="gap")
        yield Line(_("Keep these settings in"), id="keep")
        yield ChoiceList(id="where", help_text="where")
        yield Line(classes="gap")
        yield Line(id="old")
        yield Line(id="names")

    def draw(self) -> None:
        states = {state.key: state for state in self.way.settings_state()}
        for name, key in FIELDS.items():
            self._draw_field(name, states[key])
        mode = mode_told(
            self.way.machine, self.way.choices.text(LINKS), states[LINKS], self._tried.get("cache"),
            waits="filesystems" in self.way.pending, room=self.room - 15,
        )  # fmt: skip
        self.query_one("#link-mode", Line).show(cut(_("Link mode      {mode}", mode=mode), self.room))
        where = self.way.choices.text(WHERE)
        rows = [Row(value, torch_row(value == where, label, self._word(value, where), note, self.room - 1))
                for value, label, note in places(self.way.machine)]  # fmt: skip
        self.query_one("#where", ChoiceList).show(rows, next(at for at, row in enumerate(rows) if row.value == where))
        self.query_one("#old", Line).show(cut(self._old(states[CACHE]), self.room))
        self.query_one("#names", Line).show(
            cut(_("uv's variables for them: {names}", names=_(", ").join(VARIABLES)), self.room)
        )

    def _draw_field(self, name: str, state: SettingState) -> None:
        field, value = self.query_one(f"#{name}", Field), self.way.choices.text(state.key)
        if self._taken_over.get(name, value) != value:  # a fix, say, has chosen another one since
            del self._taken_over[name], self._tried[name]
            field.show(value)
        tried = self._tried.get(name)
        if value and (tried is None or (tried.given and tried.value != value)):
            tried = self._tried[name] = Tried(value, waits=True, given=True)
            self._look_at(name, value)
        if (tried is None or tried.given) and field.input is not self.focused and not field.changed:
            field.show(value, self._field_word(state))
        elif tried is not None:
            field.say("" if tried.value else _("uv's own"))
        self.query_one(f"#{name}-fact", Line).show(cut(self._fact(name, state), self.room))

    def _field_word(self, state: SettingState) -> str:
        if not self.way.choices.text(state.key):
            return "" if state.source else _("uv's own")
        return SAID_BY.get(state.origin, "")

    def _fact(self, name: str, state: SettingState) -> str:
        tried, indent = self._tried.get(name), " " * 15
        if tried is not None and tried.told is not None:
            return tried.told or _("{indent}. trying", indent=indent)
        if "filesystems" in self.way.pending:
            return _("{indent}. looking", indent=indent)
        if self.way.choices.text(state.key):
            return _(
                "{indent}now {short}: {fact}",
                indent=indent,
                short=short(self.way.machine, state.now or "not known"),
                fact=state.fact,
            )
        return indent + now_told(self.way.machine, state, self.room - len(indent))

    def _word(self, value: str, chosen: str) -> str:
        if value == chosen and self.way.choices.origin(WHERE) in SAID_BY:
            return SAID_BY[self.way.choices.origin(WHERE)]
        return _("recommended") if value == "environment" else _("possible")

    def _old(self, state: SettingState) -> str:
        folder = old_cache.old(self.way.machine, self.way.choices)
        if folder is not None:
            self._count(folder)
        waits = "filesystems" in self.way.pending
        return old_told(
            self.way.machine, self.way.choices, state, self._sizes.get(folder or ""), waits=waits, room=self.room
        )

    def _count(self, folder: str) -> None:
        if folder not in self._sizes:
            self._sizes[folder] = None
            self._look_at_size(folder)

    @work(name="size", group="size", thread=True, exclusive=False, exit_on_error=False)
    def _look_at_size(self, folder: str) -> None:
        found = folder_size(folder)
        self.app.call_from_thread(self._counted, folder, found)

    def _counted(self, folder: str, found: FolderSize | None) -> None:
        self._sizes[folder] = found
        self.redraw()

    def side(self) -> str:
        whys = [why for key in (CACHE, PYTHONS, LINKS) for why in self.way.why(key)]
        return side_told(self.way.machine, self.way.settings_state(), whys)

    # the fields

    @on(Field.Edited)
    def _edited(self, event: Field.Edited) -> None:
        name, value = str(event.field.id), event.field.value.strip()  # where keys came at once, all of them are in it
        tried = self._tried.get(name)
        if self._goes_on is not None and tried is not None and tried.value == value:
            return  # Next was pressed after that key, and has looked at it
        self._judge(name, value)
        self._stay()
        self._try_later()
        self.redraw()

    def _judge(self, name: str, value: str) -> None:
        """Takes the text of a field as a choice, or says what is wrong with it."""
        self._taken_over.pop(name, None)
        try:
            self.way.choose(FIELDS[name], value)
        except BadInput:
            self._tried[name] = Tried(value, not_whole(value, self.way.machine.home))
        else:
            self._tried[name] = Tried(value, waits=bool(value))
            self._taken_over[name] = self.way.choices.text(FIELDS[name])

    def _try_later(self) -> None:
        if self._tries is not None:
            self._tries.stop()
        self._tries = self.set_timer(TRIED_AFTER, self._try, name="try")

    def _try(self) -> None:
        if self._tries is not None:
            self._tries.stop()
        self._tries = None
        for name, tried in self._tried.items():
            if tried.waits:
                self._look_at(name, tried.value)

    @work(name="folder", group="folder", thread=True, exclusive=False, exit_on_error=False)
    def _look_at(self, name: str, value: str) -> None:
        project = self.way.project.path if self.way.project else None
        needed = self.way.room_needed() if name == "cache" else None
        try:
            found = try_folder(value, project, needed, self.way.machine.user, dict(os.environ), LEAST[name])
        except Exception as error:  # noqa: BLE001 - a trial that breaks must leave nobody waiting
            why = (error.strerror if isinstance(error, OSError) else None) or one_line(str(error), 60)
            found = FolderTried(_("not usable"), _("it can't be used: {strerror}", strerror=why))
        self.app.call_from_thread(self._looked_at, name, value, found)

    def _looked_at(self, name: str, value: str, found: FolderTried) -> None:
        tried = self._tried.get(name)
        if tried is None or tried.value != value:
            return
        tried.waits, tried.found, tried.problem = False, found, found.problem
        self.redraw()
        if self._goes_on is not None and not any(one.waits for one in self._tried.values()):
            self.forget_said()
            if self.is_current:
                self.action_go_on()

    def on_screen_suspend(self) -> None:
        """Whoever goes elsewhere is not led on."""
        self._stay()

    @on(Field.Entered)
    def _entered(self, event: Field.Entered) -> None:
        event.field.keep()

    def can_go_on(self) -> bool:
        self._stay()
        for name, key in FIELDS.items():
            field, tried = self.query_one(f"#{name}", Field), self._tried.get(name)
            if field.value.strip() != (tried.value if tried else self.way.choices.text(key)):  # not heard of yet
                self._judge(name, field.value.strip())
                tried = self._tried[name]
            if tried is not None and tried.problem:
                field.input.focus()
                self.say(_("x Correct the {name}, or empty it.", name=NAMES[name]))
                return False
        if not any(tried.waits for tried in self._tried.values()):
            return True
        self.say(_(". Trying the folder, then it goes on."))
        self._goes_on = self.set_timer(PATIENCE, self._waits_no_longer, name="goes on")
        self._try()
        return False

    def _waits_no_longer(self) -> None:
        self._stay()
        if not any(tried.problem for tried in self._tried.values()):
            self.go_on()

    def _stay(self) -> None:
        if self._goes_on is not None:
            self._goes_on.stop()
        self._goes_on = None

    # the list and the sheet

    @on(ChoiceList.Taken, "#where")
    def _kept_in(self, event: ChoiceList.Taken) -> None:
        self.way.choose(WHERE, event.value)
        self.redraw()

    def action_options(self) -> None:
        """O: the link mode, and what becomes of an old cache."""
        from screens.asking import MarkSheet

        title, rows = options_told(self.way.machine, self.way.choices)
        self.app.push_screen(MarkSheet(title, rows, help_text="link-mode"), self._taken)

    def _taken(self, answer: object) -> None:
        if isinstance(answer, dict):
            modes = {value for value, _ in LINK_MODES}
            for value in (name for name, on_ in answer.items() if on_):
                key = LINKS if value in modes else OLD
                if self.way.choices.text(key) != value:  # what stood there was somebody else's choice
                    self.way.choose(key, value)
            self.redraw()
