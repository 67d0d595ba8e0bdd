"""Screen 2: which uv there will be."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup
from textual.widget import Widget

from screens.choosing import ChoiceList, Row
from screens.rows import cut, fit, torch_row, wrapped
from screens.step import StepScreen
from screens.widgets import Line
from wizard.advice.uv import UvWay
from wizard.choices import checked
from wizard.errors import BadInput

KEY = "uv.install"
SAID_BY = {"project": "your team", "file": "your file", "set": "your file"}
REASONS = 2
FOUND = 3


class UvScreen(StepScreen):
    """The ways to a uv, and the ones that are here."""

    NUMBER, NAME = 2, "uv"
    HELP = "uv"
    TITLE_TEXT = "uv: the program that installs Pythons and packages"
    LEAD = "One uv of your own, outside conda, is found by every shell and works for\nevery project."
    BINDINGS: ClassVar[list[BindingType]] = [Binding("e", "edit", "Version and folder", id="uv.edit")]

    def compose_body(self) -> Iterable[Widget]:
        yield Line(id="recommended")
        for place in range(REASONS):
            yield Line(id=f"why-{place}")
        yield Line(classes="gap")
        yield ChoiceList(id="ways", help_text="uv")
        yield Line(classes="gap")
        yield Line("Found here", id="found-head")
        with VerticalGroup(id="found"):
            for place in range(FOUND):
                yield Line(id=f"found-{place}")
        yield Line(id="stays")

    def draw(self) -> None:
        ways = self.way.candidates_of_uv()
        self.query_one("#recommended", Line).show(cut(self._headline(ways), self.room))
        why = self.way.why(KEY)
        for place in range(REASONS):
            line = self.query_one(f"#why-{place}", Line)
            line.show(cut(f"  + {why[place]}", self.room) if place < len(why) else "")
            line.display = place < len(why)
        chosen = self._chosen(ways)
        rows = [Row(one.value, self._row(one, one.value == chosen)) for one in ways]
        if chosen not in {one.value for one in ways}:
            rows.append(Row(chosen, torch_row(True, cut(chosen, 40), "", "", self.room - 1)))
        self.query_one("#ways", ChoiceList).show(
            rows, next((at for at, row in enumerate(rows) if row.value == chosen), 0)
        )
        self._draw_found(chosen)

    def _headline(self, ways: tuple[UvWay, ...]) -> str:
        if "uv" in self.way.pending:
            return "Recommended: . looking for the uv on this machine"
        if not ways:
            return "x error    No way to a uv is known here; F5 on screen 1 looks again."
        best = ways[0]
        if best.value == "keep":
            return f"Nothing to decide: {best.label.removeprefix('keep ')} is here and is new enough."
        version = self.way.choices.text("uv.version")
        return f"Recommended: install uv{f' {version}' if version else ''}, {best.label}"

    def _chosen(self, ways: tuple[UvWay, ...]) -> str:
        value = self.way.choices.text(KEY)
        return ways[0].value if value == "auto" and ways else value

    def _row(self, one: UvWay, chosen: bool) -> str:
        word = one.word
        if one.value == self.way.choices.text(KEY):
            word = SAID_BY.get(self.way.choices.origin(KEY), word)
        return torch_row(chosen, one.label, word, one.note, self.room - 1)

    def _draw_found(self, chosen: str) -> None:
        found = self.way.machine.uv
        for place in range(FOUND):
            line = self.query_one(f"#found-{place}", Line)
            line.show(self._found(place) if place < len(found or ()) else "")
            line.display = place < max(1, len(found or ()))
        if not found:
            waiting = "uv" in self.way.pending
            self.query_one("#found-0", Line).show(
                "  . looking" if waiting else "  none" if found is not None else "  ? unknown"
            )
        told = ""
        if found and chosen != "keep":
            more = f" {len(found) - FOUND} more." if len(found) > FOUND else ""
            stay = "All stay as they are" if len(found) > 1 else "It stays as it is"
            told = f"{stay}.{more} New shells will find the new uv first."
        self.query_one("#stays", Line).show(cut(told, self.room))

    def _found(self, place: int) -> str:
        one = (self.way.machine.uv or ())[place]
        where = "first on the PATH" if place == 0 else "not reached"
        path = self._short(one.path)
        return cut(f"  {fit(one.version or '?', 9)}{fit(cut(path, 34), 36)}{fit(one.how, 11)}{where}", self.room)

    def _short(self, path: str) -> str:
        home = self.way.machine.home
        return f"~{path[len(home) :]}" if home and path.startswith((f"{home}/", f"{home}\\")) else path

    def side(self) -> str:
        lines = ["Why", ""]
        for why in self.way.why(KEY):
            lines += wrapped(f"+ {why}", 38, 6)
        ways = self.way.candidates_of_uv()
        lines += ["", "By hand, each of them", ""]
        for one in ways:
            lines += [one.label, *("  " + row for row in wrapped(one.command, 36, 4))]
        return "\n".join(lines)

    @on(ChoiceList.Taken, "#ways")
    def _taken(self, event: ChoiceList.Taken) -> None:
        try:
            self.way.choose(KEY, event.value)
        except BadInput as error:
            self.say(f"x {error}")
        self.redraw()

    def action_edit(self) -> None:
        """E: version and folder."""
        from screens.asking import AskedField, FieldSheet

        fields = [
            AskedField("uv.version", "Version", self.way.choices.text("uv.version"), _wrong_version, "uv"),
            AskedField("uv.dir", "Folder", self.way.choices.text("uv.dir"), _wrong_folder, "uv"),
        ]
        lines = ["Empty means the newest, and uv's own folder."]
        self.app.push_screen(FieldSheet("Version and folder of the uv that is installed", fields, lines), self._edited)

    def _edited(self, answer: dict[str, str] | None) -> None:
        for key, value in (answer or {}).items():
            if value != self.way.choices.text(key):
                self.way.choose(key, value)
        self.redraw()


def _wrong_version(text: str) -> str | None:
    try:
        checked("uv.version", text)
    except BadInput:
        return f'"{text}" is not a version. Write three numbers, such as 0.13.8, or nothing for the newest.'
    return None


def _wrong_folder(text: str) -> str | None:
    try:
        checked("uv.dir", text)
    except BadInput:
        return "Write the whole path: uv knows no ~ and no $HOME here."
    return None
