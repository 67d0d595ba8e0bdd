"""Screen 2: which uv there will be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import ClassVar

from rich.cells import cell_len
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup
from textual.widget import Widget

from screens.choosing import ChoiceList, Row
from screens.rows import column, cut, fit, torch_row, wrapped
from screens.step import StepScreen
from screens.widgets import Line
from wizard import catalog
from wizard.advice.uv import OWN, UvWay
from wizard.advice.uv_here import UvHere, uv_here
from wizard.errors import BadInput, WizardError
from wizard.language import _, error_told, said, shown
from wizard.lists import sentences
from wizard.machine.facts import short
from wizard.plan.conda import comes_first, uv_of_base
from wizard.told import headlines
from wizard.told.facts import how_it_came
from wizard.uv_fields import wrong_folder, wrong_version

KEY, CONDA = "uv.install", "settings.conda-auto-activate"
ROWS = 13
"""Of the body, at 80x24."""
SAID_BY = {"project": said("your team"), "file": said("your file"), "set": said("your file")}
REASONS, MORE = 2, 2
"""Reasons that are shown, and rows that they may have beside one each."""
FOUND, MOST_FOUND = 3, 8
LONGEST = 30
"""Cells of the longest path that is shown whole in a list of them."""


class UvScreen(StepScreen):
    """The ways to a uv, and the ones that are here."""

    NUMBER, NAME = 2, "uv"
    HELP = "uv"
    TITLE_TEXT = said("uv: the program that installs Pythons and packages")
    LEAD = said("One uv of your own, outside conda, is found by every shell and works for\nevery project.")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "edit", said("Version and folder"), id="uv.edit"),
        Binding("a", "conda", "conda", id="uv.conda"),
    ]

    def compose_body(self) -> Iterable[Widget]:
        yield Line(id="recommended")
        for place in range(REASONS + MORE):
            yield Line(id=f"why-{place}")
        yield Line(id="newest")
        yield Line(classes="gap")
        yield ChoiceList(id="ways", help_text="uv")
        yield Line(classes="gap")
        yield Line(_("Found here"), id="found-head")
        with VerticalGroup(id="found"):
            for place in range(MOST_FOUND):
                yield Line(id=f"found-{place}")
        yield Line(id="stays")
        yield Line(id="conda")

    def on_entered(self) -> None:
        self.way.settle_uv()
        super().on_entered()

    def on_facts(self) -> None:
        if self.is_current:
            self.way.settle_uv()
        super().on_facts()

    def shows(self, action: str) -> bool:
        return super().shows(action) and (action != "conda" or self._starts_in_conda())

    def _starts_in_conda(self) -> bool:
        return self.way.machine.conda is not None and self.way.machine.conda.auto_activate is True

    def draw(self) -> None:
        ways = self.way.candidates_of_uv()
        self.query_one("#recommended", Line).show(cut(headlines.of_uv(self.way), self.room))
        why = [one for one in self.way.why(KEY) if one != OWN]  # the lead says so
        newest = self._newest()
        self.query_one("#newest", Line).show(cut(newest, self.room))
        self.query_one("#newest", Line).display = bool(newest)
        chosen = self._chosen(ways)
        rows = [Row(one.value, self._row(one, one.value == chosen)) for one in ways]
        if chosen not in {one.value for one in ways}:
            rows.append(Row(chosen, torch_row(True, cut(chosen, 40), "", "", self.room - 1)))
        self.query_one("#ways", ChoiceList).show(
            rows, next((at for at, row in enumerate(rows) if row.value == chosen), 0)
        )
        conda = self._conda()
        self.query_one("#conda", Line).show(cut(conda, self.room))
        self.query_one("#conda", Line).display = bool(conda)
        # 13 rows: what is always there, and what is there now
        free = ROWS + self.spare - 5 - min(REASONS, len(why)) - bool(newest) - len(rows) - bool(conda)
        self._draw_reasons(why, min(MORE, max(0, free - min(FOUND, len(self.way.machine.uv or ())))))
        self._draw_found(ways, chosen, max(1, min(MOST_FOUND if self.spare else FOUND, free)))

    def _draw_reasons(self, why: list[str], more: int) -> None:
        """The first two; a long one goes on in the rows below as far as there are `more`."""
        told: list[str] = []
        for one in why[:REASONS]:
            first, *rest = wrapped(shown(one).rstrip(".。"), self.room - 4, 1 + more)
            more -= len(rest)
            told += [f"  + {first}", *(f"    {row}" for row in rest)]
        for place in range(REASONS + MORE):
            line = self.query_one(f"#why-{place}", Line)
            line.show(told[place] if place < len(told) else "")
            line.display = place < len(told)

    def _conda(self) -> str:
        """What becomes of conda's automatic activation; "" where there is none."""
        if not self._starts_in_conda():
            return ""
        if self.way.choices.text(CONDA) == "off":
            return _("conda's base will start only when asked for. A leaves conda as it is.")
        if uv_of_base(self.way.machine) is not None:
            return _("! conda's own uv comes first in every new shell. A switches that off.")
        return _("conda's base starts in every new shell. A switches that off.")

    def action_conda(self) -> None:
        """A: conda's automatic activation, off or as it is."""
        if self._starts_in_conda():
            self.way.choose(CONDA, "keep" if self.way.choices.text(CONDA) == "off" else "off")
            self.redraw()

    def _newest(self) -> str:
        """What is known of the newest uv, where that is not among the reasons."""
        source = self.way.machine.uv_source
        if source is not None and source.newest is not None:
            return ""
        if "newest" in self.way.pending:
            return _("  newest: . looking")
        why = f" ({shown(source.why_not)})" if source is not None and source.why_not else ""
        return _(
            "  ? newest unknown{why}; {newest_known} is the newest this wizard knows",
            why=why,
            newest_known=catalog.table("uv.toml")["newest_known"],
        )

    def _chosen(self, ways: tuple[UvWay, ...]) -> str:
        value = self.way.choices.text(KEY)
        if value != "auto" or not ways:
            return value
        return next((one.value for one in ways if one.automatic), ways[0].value)

    def _row(self, one: UvWay, chosen: bool) -> str:
        word = one.word
        if one.value == self.way.choices.text(KEY):
            word = SAID_BY.get(self.way.choices.origin(KEY), word)
        return torch_row(chosen, one.label, word, one.note, self.room - 1)

    def _draw_found(self, ways: tuple[UvWay, ...], chosen: str, most: int) -> None:
        found = uv_here(self.way.machine) if self.way.machine.uv is not None else None
        width = min(
            LONGEST, max((cell_len(short(self.way.machine, one.found.path)) for one in (found or ())[:most]), default=0)
        )
        for place in range(MOST_FOUND):
            line = self.query_one(f"#found-{place}", Line)
            line.show(self._found(found[place], width) if found and place < min(most, len(found)) else "")
            line.display = place < max(1, min(most, len(found or ())))
        if not found:
            waiting = "uv" in self.way.pending
            self.query_one("#found-0", Line).show(
                _("  . looking") if waiting else _("  none") if found is not None else _("  ? unknown")
            )
        told = []
        if found and len(found) > most:
            told.append(_("{found} more.", found=len(found) - most))
        if found and chosen not in ("keep", "update"):
            told += self._what_becomes(found)
        kept = next((one for one in ways if one.value == chosen and chosen == "keep" and not one.recommended), None)
        if kept is not None and self.way.choices.origin(KEY) == "default":
            told.append(_("As it is: {label}. Up leads to the list, Enter takes a row.", label=kept.label))
        self.query_one("#stays", Line).show(cut(sentences(told), self.room))

    def _what_becomes(self, found: tuple[UvHere, ...]) -> Iterator[str]:
        """Of those that are here, when a new one comes."""
        comes, path = self._new_one()
        if comes and any(one.found.path == path for one in found):
            name = short(self.way.machine, path, LONGEST)
            yield _("{path} becomes the new one; undo brings it back.", path=name)
            if len(found) > 1:
                yield _("The others stay.")
            return  # whether conda's comes before it has a row of its own
        yield _("All stay as they are.") if len(found) > 1 else _("It stays as it is.")
        if comes_first(self.way.machine, self.way.choices, "") is not None:
            yield _("New shells find conda's first.")
        elif comes:
            yield _("New shells will find the new uv first.")

    def _new_one(self) -> tuple[bool, str]:
        """Whether one comes, and where it is to lie; where the one that is wanted is here already, none does."""
        with suppress(WizardError):  # which the review says
            return self.way.plan().step("uv") is not None, self.way.uv_named()
        return False, ""

    def _found(self, one: UvHere, width: int) -> str:
        where = _(". asking the shells") if "shells" in self.way.pending else shown(one.where)
        path = fit(short(self.way.machine, one.found.path, width), width + 2)
        return cut(
            f"  {fit(one.found.version or '?', 9)}{path}{column(how_it_came(one.found.how), 12)}{where}", self.room
        )

    def side(self) -> str:
        lines = [_("Why"), ""]
        for why in self.way.why(KEY):
            lines += wrapped(f"+ {shown(why)}", 38, 6)
        lines += ["", _("What each shell runs for uv"), "", *self._shells()]
        ways = self.way.candidates_of_uv()
        lines += ["", _("By hand, each of them"), ""]
        for one in ways:
            lines += [shown(one.label), *("  " + row for row in wrapped(one.command, 36, 4))]
        return "\n".join(lines)

    def _shells(self) -> list[str]:
        told = self.way.machine.uv_in_shells
        if told is None:
            return [_(". asking") if "shells" in self.way.pending else _("? unknown")]
        lines = []
        for one in told:
            name = _("{shell} at log-in", shell=one.shell) if one.start == "login" else one.shell
            if one.why_not is not None:
                lines += [f"? {name}", *("    " + row for row in wrapped(one.why_not, 34, 4))]
            else:
                lines.append(cut(f"{fit(name, 15)}{short(self.way.machine, one.path) if one.path else _('none')}", 38))
        return lines or [_("no shell of yours has a start-up file")]

    @on(ChoiceList.Taken, "#ways")
    def _taken(self, event: ChoiceList.Taken) -> None:
        try:
            self.way.choose(KEY, event.value)
        except BadInput as error:
            self.say(f"x {error_told(error)}")
        self.redraw()

    def action_edit(self) -> None:
        """E: version and folder."""
        from screens.asking import AskedField, FieldSheet

        known = self.way.machine.uv_source
        newest = known.newest if known is not None and known.newest else ""
        fields = [
            AskedField("uv.version", _("Version"), self.way.choices.text("uv.version"), self._wrong_version, "uv"),
            AskedField("uv.dir", _("Folder"), self.way.choices.text("uv.dir"), self._wrong_folder, "path"),
        ]
        folder = short(self.way.machine, self.way.machine.folders.get("uv_bin", "")) or _("uv's own folder")
        lines = [
            _("Empty means the newest{newest}, and {folder}.", newest=f" ({newest})" if newest else "", folder=folder)
        ]
        self.app.push_screen(
            FieldSheet(_("Version and folder of the uv that is installed"), fields, lines), self._edited
        )

    def _wrong_version(self, text: str) -> str | None:
        return wrong_version(text, self.way.project)

    def _wrong_folder(self, text: str) -> str | None:
        return wrong_folder(text, self.way.machine)

    def _edited(self, answer: dict[str, str] | None) -> None:
        for key, value in (answer or {}).items():
            if value != self.way.choices.text(key):
                self.way.choose(key, value)
        self.redraw()
