"""Screen 5: the variant of torch for this GPU, its reasons, and what choosing another one means."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList

from screens import rows, torch_text
from screens.choosing import ChoiceList, Row
from screens.page import ListPage
from screens.step import StepScreen
from screens.text_page import TextPage
from screens.widgets import Line
from wizard.errors import BadInput, WizardError
from wizard.language import _, error_told, said, shown
from wizard.text import one_line
from wizard.told import torch_rows
from wizard.told.torch_rows import KEY, TorchPage, TorchRow

if TYPE_CHECKING:
    from screens.walk import Walk

OTHER = "another"
FEW_REASONS, FEW_ROWS = 3, 3
MOST_FACTS = 3
_EMPTY = TorchPage("", (), (), -1, (), (), ())


class TorchScreen(StepScreen):
    """The recommendation, its reasons, the builds that are possible here."""

    NUMBER, NAME = 5, "torch"
    HELP = "torch"
    TITLE_TEXT = said("torch: the variant for this machine")
    LEAD = said(
        "torch is published in several variants, each built for some GPUs and drivers.\n"
        "What is recommended is the newest that runs here."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "details", said("Details"), id="torch.details"),
        Binding("a", "all", said("All variants"), id="torch.all"),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    TorchScreen {
        #recommended, .fact { height: 1; }
        #builds { margin: 1 0; max-height: 20; }
        &.-narrow #recommended, &.-narrow .fact { height: auto; }
    }
    """

    def __init__(self, walk: Walk) -> None:
        super().__init__(walk)
        self.told = _EMPTY
        self._price: str | None = None
        self._facts: dict[str, tuple[tuple[str, str], ...]] = {}

    def compose_body(self) -> Iterable[Widget]:
        yield Line(id="recommended")
        yield Line(id="reasons", grows=True)
        yield ChoiceList(id="builds", help_text="variant")
        for place in range(MOST_FACTS):
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
        self._facts.clear()
        super().redraw()

    def draw(self) -> None:
        self.query_one("#recommended", Line).show(rows.cut(self.told.headline, self.room))
        builds = self.query_one("#builds", ChoiceList)
        listed = self._rows()
        builds.display = bool(self.told.rows)
        builds.show(listed, max(0, self._shown_at()))
        if not builds.has_focus:
            builds.highlighted = max(0, self._shown_at())
        reasons = self.query_one("#reasons", Line)
        lines = self._reasons(len(listed) + 2 if self.told.rows else 0)
        reasons.display = bool(lines)
        reasons.show(Content("\n".join(lines)))
        self._draw_facts()

    def _reasons(self, taken: int) -> list[str]:
        """As many rows as there is room for beside the list; what is left out is one key away."""
        left = self.query_one("#body").size.height - 1 - taken - len(self.told.facts) if self.is_mounted else 0
        most = max(FEW_REASONS, left)
        told = [("+" if self._is_sound else " ", one) for one in self.told.reasons]
        lines = []
        for glyph, sentence in [*told, *(("!", note) for note in self.told.notes)]:
            broken = rows.wrapped(sentence, self.room - 4, 3)
            lines += [f"  {glyph if place == 0 else ' '} {row}" for place, row in enumerate(broken)]
        return lines if len(lines) <= most else [*lines[: most - 1], _("  ! there is more to know: D shows it")]

    @property
    def _is_sound(self) -> bool:
        return not self.told.headline.startswith(("x", "?"))

    def _draw_facts(self) -> None:
        told = self._facts_for(self._looked_at())
        for place in range(MOST_FACTS):
            fact = told[place] if place < len(told) else ("", "")
            self.query_one(f"#fact-{place}", Line).show(rows.cut(rows.fit(fact[0], 11) + shown(fact[1]), self.room))

    def _looked_at(self) -> str | None:
        """The row under the highlight, where the list has the focus; None: the choice in force."""
        builds = self.query_one("#builds", ChoiceList)
        return builds.value if builds.has_focus and builds.value != OTHER else None

    def _facts_for(self, value: str | None) -> tuple[tuple[str, str], ...]:
        if value is None or not self.told.rows or value == self.way.choices.text(KEY):
            return self.told.facts
        if value not in self._facts:
            self._facts[value] = torch_rows.facts(self.way, value)
        return self._facts[value]

    def _shown(self) -> list[tuple[int, TorchRow]]:
        """The rows that there is room for: three, with the chosen one and the one that keeps what is; in a tall window all."""
        every = list(enumerate(self.told.rows))
        if self.has_class("-tall"):
            return every
        must = [pair for pair in every if pair[0] in (0, self.told.chosen) or pair[1].value == "keep"]
        others = [pair for pair in every if pair not in must][: max(0, FEW_ROWS + self.spare - len(must))]
        return [pair for pair in every if pair in must or pair in others]

    def _shown_at(self) -> int:
        places = [place for place, _ in self._shown()]
        return places.index(self.told.chosen) if self.told.chosen in places else 0

    def _rows(self) -> list[Row]:
        if not self.told.rows:
            return []
        shown = [
            Row(row.value, rows.torch_row(place == self.told.chosen, row.label, row.word, row.note, self.room - 1))
            for place, row in self._shown()
        ]
        elsewhere = self.told.chosen < 0
        word = "chosen" if elsewhere or self.told.set_beside else ""
        value = self.way.choices.text(KEY) if elsewhere else ""
        told = _(", ").join(one for one in (value, self.told.set_beside) if one)
        label = _("another version or variant")
        last = (
            rows.torch_row(elsewhere, label, "", "")
            if not word
            else rows.choice(elsewhere, f"{label}   {word}: {told}")
        )
        return [*shown, Row(OTHER, rows.cut(last, self.room - 1))]

    def promise(self) -> str | Content:
        return self._price or super().promise()

    def side(self) -> str:
        return torch_text.side(self.way, self.told)

    def shows(self, action: str) -> bool:
        return super().shows(action) and (action not in {"details", "all"} or bool(self.told.rows))

    def choose(self, *pairs: tuple[str, object]) -> None:
        """Takes a choice, and says what it costs where it does not run here; one that can't be carried out is not taken."""
        before = self.way.choices
        try:
            for key, value in pairs:
                self.way.choose(key, value)
            self.way.plan()
        except BadInput as error:
            self.way.choices = before
            self.say(rows.cut(f"x {one_line(error_told(error))}", 76))
        except WizardError as error:
            self.say(rows.cut(f"! {one_line(error_told(error))}", 76))
        told = torch_rows.page(self.way)
        self._price = torch_rows.price(told.rows[told.chosen]) if told.chosen >= 0 else None
        self.redraw()

    @on(OptionList.OptionHighlighted, "#builds")
    @on(events.DescendantFocus)
    def _looked_over(self) -> None:
        self._draw_facts()

    @on(ChoiceList.Taken, "#builds")
    def _taken(self, event: ChoiceList.Taken) -> None:
        if event.value == OTHER:
            event.stop()
            self.action_other()
        else:
            self.choose((KEY, event.value))

    def action_other(self) -> None:
        """The last row: version, variant, layout, systems."""
        from screens.torch_other import OtherTorchPage

        def taken(_: None) -> None:
            if page.taken is not None:
                self.choose(*page.taken.items())
                self.focus_next_button()

        page = OtherTorchPage(self.track_line(), self.way)
        self.app.push_screen(page, taken)

    def action_all(self) -> None:
        """A: every variant, the ruled out ones with their reason."""
        value = self.way.choices.text(KEY)
        width = self.size.width - 3
        listed: dict[str, str] = {}
        for row in self.told.rows:
            listed.setdefault(row.value, row.line)
        for name, why in self.told.ruled_out:
            listed.setdefault(name, f"x {shown(why)}")
        all_ = [Row(key, torch_text.named_reason(key == value, key, why, width)) for key, why in listed.items()]
        at = next((place for place, row in enumerate(all_) if row.value == value), None)
        page = ListPage(self.track_line(), _("All variants of torch"), all_, at=at, help_text="variant")
        self.app.push_screen(page, lambda _: self.choose((KEY, page.taken)) if page.taken else None)

    def action_details(self) -> None:
        """D: the diff of pyproject.toml for the row that is looked at, and all that was found out."""
        value = self._looked_at() or self.way.choices.text(KEY)
        lines = torch_text.details(self.way, self.told, value, self.size.width - 4)
        self.app.push_screen(
            TextPage(self.track_line(), _("torch: what would change with {value}", value=value), lines)
        )


__all__ = ["TorchScreen"]
