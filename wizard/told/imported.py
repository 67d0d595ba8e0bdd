"""What becomes of an environment file, in words: three piles."""

from __future__ import annotations

from collections.abc import Iterator

from wizard.environment_files.record import Imported, Sorted
from wizard.language import _, shown


def piles(imported: Imported) -> Iterator[str]:
    """What becomes of each line, in words."""
    python = imported.requires_python or _("any")
    if imported.name:
        yield _("Project {name}, Python {python}", name=imported.name, python=python)
    else:
        yield _("A project named after the folder, Python {python}", python=python)
    if imported.torch_hint:
        yield _(
            "torch: the file was written for {torch_hint}; what this machine can run, uv-wizard says afterwards",
            torch_hint=imported.torch_hint,
        )
    piles: tuple[tuple[str, tuple[Sorted, ...]], ...] = (
        (_("+ taken over"), imported.mapped), (_("- not needed"), imported.dropped), (_("? not decided"), imported.undecided)
    )  # fmt: skip
    for title, rows in piles:
        if rows:
            yield ""
            yield _("{title}: {count}", title=title, count=len(rows))
            width = min(34, max(len(one.text) for one in rows))
            for one in rows:
                to = f"{shown(one.to)}   " if one.to is not None and one.to != one.text else ""
                yield f"  {one.text:{width}}  {to}{'' if one.to == one.text else shown(one.why)}".rstrip()
    yield ""
