"""The mirrors screen's sources as rows of columns. Pure."""

from __future__ import annotations

from rich.cells import cell_len

from screens.rows import WIDTH, choice, column, cut, fit, right
from wizard.language import _, shown
from wizard.mirrors.record import MirrorResult
from wizard.told.sources import SourceRow


def mirror_head(*, narrow: bool = False) -> str:
    """The names of `mirror_row`'s columns."""
    widths = ((_("For"), 11), (_("Source"), 15), (_("Rate"), 13), (_("Answer"), 9), (_("Behind"), 9))
    return "".join(fit(name, width) for name, width in (widths[:3] if narrow else widths)) + _("Result")


def mirror_row(what: str, source: SourceRow, *, narrow: bool = False) -> str:
    """A source of packages: what for (empty below the first), mark, name, rate, answer, how far behind, result.

    `narrow`: without answer and lag, of which the result tells where they matter.
    """
    rate_cell = fit("-", 10) if source.rate == "-" else right(source.rate, 10)
    answer = fit("-", 6) if source.answer_ms is None else right(f"{source.answer_ms:.0f} ms", 6)
    row = column(what, 11) + column(choice(source.chosen, source.name), 15) + rate_cell + "   "
    if narrow:
        return (row + cut(source.result, 17)).rstrip()
    row += answer + "   "
    return (row + column(source.behind, 9) + cut(source.result, 18)).rstrip()


def mirror_in_full(what: str, source: SourceRow, found: MirrorResult | None, width: int = WIDTH - 1) -> str:
    """The same with all that was found in the place of the columns: why it failed, else hash, metadata, form, freshness."""
    head = column(what, 11) + column(choice(source.chosen, source.name), 15)
    if found is None or found.state != "done":
        about = shown(source.about)  # what stands in brackets goes first
        return cut(head + (about if cell_len(head + about) <= width else about.partition(" (")[0]), width).rstrip()
    if not found.ok:
        return cut(f"{head}x {shown(found.why_not or '')}", width).rstrip()
    known = [
        _("checked") if found.checked else _("not checked"),
        "" if source.behind in ("-", "0 h") else _("{behind} behind", behind=source.behind),
        _("metadata") if found.metadata_files else _("no metadata") if found.metadata_files is False else "",
        (found.api or "").upper(),
        _("files from {host}", host=found.files_host) if found.files_host else "",
    ]
    answer = "-" if source.answer_ms is None else f"{source.answer_ms:.0f} ms"
    return cut(
        f"{head}{right(source.rate, 10)} {right(answer, 6)}  {_(', ').join(filter(None, known))}", width
    ).rstrip()
