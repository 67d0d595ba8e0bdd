"""Screen 4: where packages, torch and Pythons come from. Nothing is measured before F5, or before a choice says fastest."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.timer import Timer
from textual.widget import Widget

from screens import mirror_rows, rows
from screens.choosing import ChoiceList, Row
from screens.measuring import LIMIT_S, Measuring
from screens.mirror_choice import MirrorChoice, kind_of
from screens.page import ListPage
from screens.widgets import NARROW, Line
from wizard.advice.mirrors import advise_measured
from wizard.errors import BadInput
from wizard.language import _, error_told, said, shown
from wizard.mirrors import catalogue, kept
from wizard.mirrors.command import need_of, state_folder
from wizard.mirrors.record import Kind, Measurement
from wizard.text import one_line
from wizard.told.headlines import whence
from wizard.told.phrases import measured_rate
from wizard.told.sources import (
    BLOCKS,
    FEW,
    OFFICIAL,
    SourceRow,
    about_source,
    ago,
    best,
    block,
    chosen_value,
    gain,
    short_name,
    shortened,
)

if TYPE_CHECKING:
    from screens.walk import Walk

DRAW_S = 1.0


class MirrorsScreen(MirrorChoice):
    """One list in three blocks; F5 measures, live."""

    NUMBER, NAME = 4, "mirrors"
    HELP = "mirrors"
    TITLE_TEXT = said("Mirrors: where the packages come from")
    LEAD = said(
        "A mirror is a nearer copy of the package index. It leaves uv.lock alone: every\n"
        "file is checked against uv.lock, wherever it came from."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "all", said("All"), id="mirrors.all"),
        Binding("f5", "measure", said("Measure"), id="mirrors.measure"),
        Binding("o", "options", said("Options"), id="mirrors.options"),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    MirrorsScreen {
        #headline, #worth, #more { height: 1; }
        #sources { margin: 1 0 0 0; max-height: 60; }
        &.-narrow #headline, &.-narrow #worth, &.-narrow #more { height: auto; }
    }
    """

    def __init__(self, walk: Walk) -> None:
        super().__init__(walk)
        self.measuring = Measuring()
        self._timer: Timer | None = None

    # the frame's questions

    def compose_body(self) -> Iterable[Widget]:
        yield Line(id="headline")
        yield Line(id="worth")
        yield ChoiceList(id="sources", help_text="mirror")
        yield Line(id="more")

    def on_mount(self) -> None:
        for kind in self.kinds:
            known = kept.load(state_folder(), kind)
            if known is not None:
                self.measuring.know(known)
        super().on_mount()

    def on_entered(self) -> None:
        super().on_entered()
        wanted = any(self.way.choices.text(f"mirrors.{kind}") == "fastest" for kind in self.kinds)
        if wanted and not self.measuring.measured and not self.measuring.failed:
            self.action_measure()

    def blocks(self) -> dict[Kind, tuple[SourceRow, ...]]:
        """All rows of each kind."""
        built = catalogue.built_in()
        return {
            kind: block(
                kind,
                built.of(kind),
                self.measuring.of(kind),
                self.way.choices.text(f"mirrors.{kind}"),
                measuring=kind in self.measuring.running,
            )
            for kind in self.kinds
        }

    def draw(self) -> None:
        blocks = self.blocks()
        self.query_one("#headline", Line).show(rows.cut(self._headline(blocks), self.room))
        worth = self.query_one("#worth", Line)
        worth.show(rows.cut(self._worth(), self.room))
        worth.display = bool(worth.text)
        narrow = self.size.width < NARROW
        listed: list[Row] = [Row("", mirror_rows.mirror_head(narrow=narrow), heading=True)]
        shown = {
            kind: shortened(found, count)
            for (kind, found), count in zip(blocks.items(), self._few(blocks), strict=True)
        }
        for kind, found in shown.items():
            for place, row in enumerate(found):
                text = mirror_rows.mirror_row(BLOCKS[kind] if place == 0 else "", row, narrow=narrow)
                listed.append(Row(f"{kind} {row.value}", text))
        sources = self.query_one("#sources", ChoiceList)
        sources.show(listed, 1)
        left = sum(len(found) - len(shown[kind]) for kind, found in blocks.items())
        self.query_one("#more", Line).show(rows.cut(self._more(left), self.room))

    def _few(self, blocks: Mapping[Kind, Sequence[SourceRow]]) -> list[int]:
        """Rows of each block; the first ones have the room that others leave, and that a taller window has."""
        few = [min(FEW[kind], len(found)) for kind, found in blocks.items()]
        left = sum(FEW.values()) + self.spare - sum(few)
        for place, found in enumerate(blocks.values()):
            more = min(left, len(found) - few[place])
            few[place], left = few[place] + more, left - more
        return few

    def _headline(self, blocks: dict[Kind, tuple[SourceRow, ...]]) -> str:
        known = self.measuring
        if self.trouble:
            return self.trouble
        if known.running:
            done = sum(len(found) for found in known.results.values())
            total = sum(len(found) for found in blocks.values())
            return _(
                "Measuring: {done} of {total} sources done, at most {seconds} s more. Next need not wait.",
                done=done,
                total=total,
                seconds=known.left_s,
            )
        if "pypi" in known.failed:
            return _("x error    {what}", what=known.failed["pypi"])
        chosen = {kind: next((row.name for row in found if row.chosen), OFFICIAL) for kind, found in blocks.items()}
        if self.measuring.measured and all(name == OFFICIAL for name in chosen.values()):
            if not any(best(found.results) for found in self.measuring.measured.values()):
                return self._none_answers()
            rate = next((one.bytes_per_s for one in self.measuring.of("pypi").values() if one.official), None)
            told = f" ({measured_rate(rate)})" if rate else ""
            return _("Nothing to decide: no mirror is faster than the official one{told}.", told=told)
        return whence(_("Recommended") if self.measuring.measured else _("In force"), chosen, self.room)

    def _none_answers(self) -> str:
        if "pypi" in self.measuring.measured and self.measuring.of_row("pypi", OFFICIAL) is None:
            return _("x error    No mirror answers; the official one is measured once uv is here.")
        asked = self.way.machine.network is not None
        told = _("x error    No source answers, the official one neither.")
        return _("{told} Screen 1 says more.", told=told) if asked else told

    def _worth(self) -> str:
        choice = chosen_value(self.way.choices.text("mirrors.pypi"), self.measuring.of("pypi"))
        results = self.measuring.of("pypi").values()
        if self.measuring.running:
            first = best(results)
            told = gain(results, first, 0) if first else None
            return _("  + Best so far: {name}, {told}", name=short_name(first), told=told) if first and told else ""
        told = gain(results, choice, need_of("pypi", self.way.project).bytes)
        reasons = self.way.why("mirrors.pypi")
        if told:
            return f"  + {shown(told)}"
        return f"  + {shown(reasons[0])}" if reasons else ""

    def _more(self, left: int) -> str:
        newest = max(self.measuring.measured.values(), key=lambda one: one.at, default=None)
        told = ago(newest, time.time())
        if self.measuring.running:
            return ""
        if not newest:
            told = _("Not measured. F5 measures, at most {seconds} s.", seconds=f"{LIMIT_S:.0f}")
        return _("{left} more, A shows them. {told}", left=left, told=told) if left else told

    def side(self) -> str:
        told: list[str] = []
        value = self.query_one("#sources", ChoiceList).value if self.is_mounted else None
        kind, _blank, name = (value or "").partition(" ")
        sources = catalogue.built_in().of(kind)
        mirror = next((one for one in sources if one.id == name or (name == OFFICIAL and one.official)), None)
        if mirror is None:
            return ""
        told += [shown(short_name(name, kind)), *rows.wrapped(shown(mirror.operator), 38, 3), ""]
        if mirror.url:
            told += [*rows.folded(mirror.url, 38), ""]
        result = self.measuring.of(kind).get(mirror.id)
        if result is not None and result.why_not:
            told += [_("Why not"), *rows.wrapped(result.why_not, 38, 4), ""]
        about = [row for sentence in about_source(mirror, result) for row in rows.wrapped(sentence, 38, 4)]
        return "\n".join([*told, _("What is known"), *about])

    # measuring

    def action_measure(self) -> None:
        """F5: measures all kinds at once; nothing waits for it."""
        if self.measuring.running:
            return
        self.trouble = ""
        self.measuring.begin(self.kinds, self.way.project, self.way.choices, self.way.uv_path())
        self._timer = self.set_interval(DRAW_S, self._take, name="measuring")
        self.walk.measures = True
        self.redraw()

    def _take(self) -> None:
        for found in self.measuring.take():
            self._recommend(found)
        if not self.measuring.running and self._timer is not None:
            self._timer.stop()
            self._timer, self.walk.measures = None, False
            self.post_message(self.News())
        if self.is_current:
            self.redraw()

    def on_unmount(self) -> None:
        """Nobody waits for the measurement any more."""
        self.walk.measures = False

    def _recommend(self, found: Measurement) -> None:
        """Whoever measures wants the better one: it is taken where nobody has decided."""
        key = f"mirrors.{found.kind}"
        advice = advise_measured(found, need_of(found.kind, self.way.project))
        if self.way.choices.origin(key) in {"default", "advice"} and key in advice.choices:
            try:
                self.way.choose(key, advice.choices[key])
            except BadInput as error:
                self.say(f"x {one_line(error_told(error), 70)}")

    # choosing

    @on(ChoiceList.Taken, "#sources")
    def _taken(self, event: ChoiceList.Taken) -> None:
        kind, _, value = event.value.partition(" ")
        self.choose(kind_of(kind), value)

    @on(ChoiceList.OptionHighlighted, "#sources")
    def _looked_at(self) -> None:
        self._draw_side()

    def action_all(self) -> None:
        """A: all sources, with what was found about each in full."""
        listed: list[Row] = []
        for kind, found in self.blocks().items():
            for place, row in enumerate(found):
                result = self.measuring.of_row(kind, row.value)
                text = mirror_rows.mirror_in_full(
                    BLOCKS[kind] if place == 0 else "", row, result, max(76, self.size.width - 3)
                )
                listed.append(Row(f"{kind} {row.value}", text))
        page = ListPage(self.track_line(), _("All sources"), listed, help_text="mirror")

        def take(_: None) -> None:
            if page.taken:
                kind, _blank, value = page.taken.partition(" ")
                self.choose(kind_of(kind), value)

        self.app.push_screen(page, take)


__all__ = ["MirrorsScreen"]
