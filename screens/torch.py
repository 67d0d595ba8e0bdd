"""Screen 5: the variant of torch for this GPU, its reasons, and what choosing another one means."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from screens import rows
from screens.choosing import ChoiceList, Row
from screens.page import ListPage
from screens.step import NOTHING_CHANGED, StepScreen
from screens.text_page import TextPage
from screens.widgets import Line
from wizard import torch_rows
from wizard.errors import BadInput, WizardError
from wizard.text import one_line
from wizard.torch_rows import KEY, TorchPage, TorchRow

if TYPE_CHECKING:
    from screens.walk import Walk

OTHER = "another"
MOST_REASONS = 3
FEW_ROWS = 3
_EMPTY = TorchPage("", (), (), -1, (), (), ())


class TorchScreen(StepScreen):
    """The recommendation, three reasons, the builds that are possible here."""

    NUMBER, NAME = 5, "torch"
    HELP = "torch"
    TITLE_TEXT = "torch: the variant for this GPU"
    LEAD = "torch is published in several variants, each built for some GPUs and drivers.\nThis is the newest that runs here."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "details", "Details", id="torch.details"),
        Binding("a", "all", "All variants", id="torch.all"),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    TorchScreen {
        #recommended, .reason, .fact { height: 1; }
        #builds { margin: 1 0; max-height: 20; }
    }
    """

    def __init__(self, walk: Walk) -> None:
        super().__init__(walk)
        self.told = _EMPTY
        self._price: str | None = None

    def compose_body(self) -> Iterable[Widget]:
        yield Line(id="recommended")
        for place in range(MOST_REASONS):
            yield Line(id=f"reason-{place}", classes="reason")
        yield ChoiceList(id="builds", help_text="variant")
        for place in range(3):
            yield Line(id=f"fact-{place}", classes="fact")

    def on_entered(self) -> None:
        torch_rows.settle(self.way)
        super().on_entered()

    def on_facts(self) -> None:
        if self.is_current:
            torch_rows.settle(self.way)
        super().on_facts()

    def redraw(self) -> None:
        self.told = torch_rows.page(self.way)
        super().redraw()

    def draw(self) -> None:
        told = self.told
        self.query_one("#recommended", Line).show(rows.cut(told.headline, self.room))
        reasons = [f"  + {why}" for why in told.reasons[:MOST_REASONS]]
        reasons += [f"  ! {note}" for note in told.notes][: MOST_REASONS - len(reasons)]
        for place in range(MOST_REASONS):
            line = self.query_one(f"#reason-{place}", Line)
            line.display = place < len(reasons)
            line.show(rows.cut(reasons[place], self.room) if place < len(reasons) else "")
        builds = self.query_one("#builds", ChoiceList)
        builds.display = bool(told.rows)
        builds.show(self._rows(), max(0, self._shown_at()))
        if not builds.has_focus:
            builds.highlighted = max(0, self._shown_at())
        for place in range(3):
            fact = told.facts[place] if place < len(told.facts) else ("", "")
            self.query_one(f"#fact-{place}", Line).show(rows.cut(rows.fit(fact[0], 11) + fact[1], self.room))

    def _shown(self) -> list[tuple[int, TorchRow]]:
        """The rows that there is room for: three, the chosen one and uv.lock's among them; in a tall window all."""
        every = list(enumerate(self.told.rows))
        if self.has_class("-tall"):
            return every
        must = [pair for pair in every if pair[0] in (0, self.told.chosen) or pair[1].value == "keep"]
        others = [pair for pair in every if pair not in must][: FEW_ROWS - len(must)]
        return [pair for pair in every if pair in must or pair in others]

    def _shown_at(self) -> int:
        places = [place for place, _ in self._shown()]
        return places.index(self.told.chosen) if self.told.chosen in places else 0

    def _rows(self) -> list[Row]:
        shown = [
            Row(row.value, rows.torch_row(place == self.told.chosen, row.label, row.word, row.note, self.room - 1))
            for place, row in self._shown()
        ]
        return [*shown, Row(OTHER, rows.torch_row(False, "another version or variant", "", ""))]

    def promise(self) -> str:
        return self._price or NOTHING_CHANGED

    def side(self) -> str:
        told: list[str] = []
        for heading, lines in (
            ("Why", self.told.reasons),
            ("To know", self.told.notes),
            ("uv.lock gives", self.told.locked),
            ("Ruled out", tuple(f"{name}: {why}" for name, why in self.told.ruled_out)),
        ):
            if lines:
                told += [
                    heading,
                    *(row for line in lines for row in ("  " + part for part in rows.wrapped(line, 36, 4))),
                    "",
                ]
        return "\n".join(told)

    def shows(self, action: str) -> bool:
        return bool(self.told.rows)

    def choose(self, value: str) -> None:
        """Takes a variant, and says what it costs where it does not run here."""
        try:
            self.way.choose(KEY, value)
            self.way.plan()
        except BadInput as error:
            self.way.choose(KEY, None)
            self.say(rows.cut(f"x {one_line(str(error))}", 76))
        except WizardError as error:
            self.say(rows.cut(f"! {one_line(str(error))}", 76))
        row = next((row for row in torch_rows.page(self.way).rows if row.value == value), None)
        self._price = torch_rows.price(row) if row else None
        self.redraw()

    @on(ChoiceList.Taken, "#builds")
    def _taken(self, event: ChoiceList.Taken) -> None:
        if event.value == OTHER:
            event.stop()
            self.action_all()
        else:
            self.choose(event.value)

    def action_all(self) -> None:
        """A: every variant, the ruled out ones with their reason."""
        value = self.way.choices.text(KEY)
        listed = [
            Row(
                "keep", rows.choice(value == "keep", "keep        what uv.lock and pyproject.toml say; no file changes")
            )
        ]
        named = {"keep"}
        for row in self.told.rows:
            if row.value not in named:
                named.add(row.value)
                text = (
                    f"{rows.choice(row.value == value, rows.column(row.value, 12))}{row.label}, {row.word}: {row.note}"
                )
                listed.append(Row(row.value, rows.cut(text, self.size.width - 3)))
        for name, why in self.told.ruled_out:
            if name not in named:
                named.add(name)
                text = f"{rows.choice(name == value, rows.column(name, 12))}x {why}"
                listed.append(Row(name, rows.cut(text, self.size.width - 3)))
        page = ListPage(self.track_line(), "All variants of torch", listed, help_text="variant")
        self.app.push_screen(page, lambda _: self.choose(page.taken) if page.taken else None)

    def action_details(self) -> None:
        """D: the diff of pyproject.toml, and everything that was found out."""
        lines = [*self.told.reasons, *self.told.notes, ""]
        try:
            step = self.way.plan().step("torch")
        except WizardError as error:
            lines += [one_line(str(error))]
            step = None
        for change in step.files if step else ():
            lines += [change.path, *(change.diff or "").splitlines(), ""]
        if step is None:
            lines += ["No file of the project changes.", ""]
        if self.told.locked:
            lines += ["uv.lock gives", *(f"  {one}" for one in self.told.locked)]
        self.app.push_screen(TextPage(self.track_line(), "torch: what would change", lines))


__all__ = ["TorchScreen"]
