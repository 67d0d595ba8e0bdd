"""`--save FILE` of the commands that run: what came of it, in one file to keep or to send."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.cli.options import Options
from wizard.errors import BadInput
from wizard.language import _, said
from wizard.lists import either
from wizard.run import ended
from wizard.run.client import RunInfo, again

if TYPE_CHECKING:
    from wizard.diagnosis import Diagnosis
    from wizard.verify.record import Verification
    from wizard.way import Way

_KINDS = {".html": said("one HTML page"), ".json": said("one JSON document")}


def check(options: Options, kinds: tuple[str, ...] = (".json",)) -> None:
    """Raises BadInput for a name that is none of these. What an earlier run left there goes."""
    target = options.text("save")
    if target is None:
        return
    if not target.endswith(kinds):
        what = either(_KINDS[kind] for kind in kinds)
        msg = _("--save writes {what}; give it a name that ends in {kinds}", what=what, kinds=either(kinds))
        raise BadInput(msg)
    try:
        ended.forget(target)
    except OSError as error:
        msg = _(
            "{target} cannot be written: {error}. Name another file with --save",
            target=target,
            error=error.strerror or error,
        )
        raise BadInput(msg) from None


def keep_run(run: RunInfo, options: Options, way: Way) -> None:
    """How that run ended."""
    if (target := options.text("save")) is not None:
        ended.save(ended.of_run(again(run)), target, way.choices.names("secrets.variables"))


def keep_nothing(found: Diagnosis, options: Options) -> None:
    """Why no run began."""
    if (target := options.text("save")) is not None:
        ended.save(ended.of_nothing(found, options.command), target)


def keep_verification(found: Verification, options: Options) -> None:
    """What the checks found, as a page or as the document."""
    target = options.text("save")
    if target is None:
        return
    if target.endswith(".json"):
        ended.save(found.document(), target)
        return
    from wizard.verify.page import save

    save(found, target)
