"""Taking a source on the mirrors screen: looked at before it counts, and addresses of one's own with their reach."""

from __future__ import annotations

from functools import partial

from textual import work

from screens.asking import AskedField, FieldSheet, Marked
from screens.measuring import Measuring
from screens.step import StepScreen
from wizard.errors import BadInput, WizardError
from wizard.language import _, error_told, said, shown
from wizard.mirrors.looking import look
from wizard.mirrors.record import KINDS, Kind, MirrorResult
from wizard.text import one_line
from wizard.told.sources import BLOCKS, short_name

EMPTY = said("Empty leaves the choice as it is.")
SIGN_IN = said("Leave name and password out of the address; uv keeps them: uv auth login")
SCOPE, PERSIST = "mirrors.scope", "mirrors.persist"
MARKS = (
    (SCOPE, said("also write it into pyproject.toml: your team gets it")),
    (PERSIST, said("for every project: breaks --locked elsewhere")),
)
NO_INDEX = said("That address answers with a web page, not with a package index.")


class MirrorChoice(StepScreen):
    """What the list of sources does when a row is taken, and the sheet of O."""

    measuring: Measuring
    trouble = ""
    """What is wrong with the source that was taken last, for the headline."""

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """What this project fetches: torch's own index only where it is used."""
        torch = self.way.project is not None and self.way.project.torch is not None
        return ("pypi", "pytorch", "python") if torch else ("pypi", "python")

    def choose(self, kind: Kind, value: str) -> None:
        """Takes a source for that kind; one that failed is not taken, one that nobody looked at is looked at beside."""
        self.trouble = ""
        known = self.measuring.of_row(kind, value)
        if known is not None and not known.ok and value != "official":
            self.trouble = _("x error    {name}: {why_not}", name=short_name(value, kind), why_not=known.why_not)
            self.redraw()
            return
        try:
            self.way.choose(f"mirrors.{kind}", value)
        except BadInput as error:
            self.trouble = _("x error    {what}", what=one_line(error_told(error)))
        else:
            if known is None and (kind == "python" or "://" in value):
                self._look(kind, value)
        self.redraw()

    @work(name="look", group="look", thread=True, exit_on_error=False)
    def _look(self, kind: Kind, value: str) -> None:
        try:
            found = look(kind, value, self.way.project, self.way.uv_path())
        except WizardError:
            return  # the proxy or certificate settings: measuring and screen 1 tell of them
        if found is not None and not found.ok:
            self.app.call_from_thread(self._looked, kind, value, found)

    def _looked(self, kind: Kind, value: str, found: MirrorResult) -> None:
        """An address that answers something else is not kept; one that does not answer may tomorrow."""
        if self.way.choices.text(f"mirrors.{kind}") != value:
            return
        name = _("That address") if "://" in value else short_name(value, kind)
        if found.silent:
            self.trouble = _(
                "! warning  {name} does not answer: {why_not}. It stays chosen.", name=name, why_not=found.why_not
            )
        else:
            self.way.choose(f"mirrors.{kind}", None)
            portal = "web page" in (found.why_not or "") and kind != "python"
            self.trouble = _("x error    {what}", what=NO_INDEX if portal else f"{name}: {shown(found.why_not or '')}")
        self.redraw()

    def action_options(self) -> None:
        """O: addresses of one's own, and how far the mirror is to reach."""
        marks = [Marked(key, text, self._is_on(key), help_text="own-address") for key, text in MARKS]
        fields = [
            AskedField(
                kind,
                _("Address for {what}", what=BLOCKS[kind]),
                value if "://" in (value := self.way.choices.text(f"mirrors.{kind}")) else "",
                partial(self._wrong, kind),
                "own-address",
            )
            for kind in self.kinds
        ]
        self.app.push_screen(
            FieldSheet(_("An address of your own"), fields, (EMPTY,), marks),
            self._addresses,
        )  # fmt: skip

    def _is_on(self, key: str) -> bool:
        return self.way.choices.get(key) in (True, "project")

    def _wrong(self, kind: str, text: str) -> str | None:
        if not text:
            return None
        if "@" in text.partition("://")[2].partition("/")[0]:
            return SIGN_IN
        try:
            self.way.choices.with_values("screen", {f"mirrors.{kind}": text})
        except BadInput as error:
            return one_line(error_told(error))
        return None

    def _addresses(self, texts: dict[str, str] | None) -> None:
        if texts is None:
            return
        for key, values in ((SCOPE, ("machine", "project")), (PERSIST, (False, True))):
            if (texts.pop(key) == "yes") != self._is_on(key):
                self.way.choose(key, values[not self._is_on(key)])
        for kind, text in texts.items():
            if text:
                self.choose(kind_of(kind), text)
        self.redraw()


def kind_of(text: str) -> Kind:
    """The kind that this text names."""
    return next(kind for kind in KINDS if kind == text)
