"""What the torch screen tells at length: beside it where there is room, and on its page of details."""

from __future__ import annotations

from typing import TYPE_CHECKING

from screens.rows import choice, column, wrapped
from wizard.errors import WizardError
from wizard.language import _, error_told, shown
from wizard.text import masked, one_line
from wizard.told import torch_not_taken, torch_rows

if TYPE_CHECKING:
    from wizard.told.torch_rows import TorchPage
    from wizard.way import Way


def side(way: Way, told: TorchPage) -> str:
    """The side panel: why not the newest, what would change it, what is ruled out and why."""
    if not told.rows:
        return ""
    advice = way.torch()
    newest = [one for one in advice.why if one.startswith("torch ")] if advice.certain else []
    lines: list[str] = []
    for heading, sentences in (
        (_("Why not the newest"), newest),
        (_("What would change it"), torch_not_taken.would_change(advice)),
        (_("To know"), advice.notes),
        (_("Ruled out"), [f"{names}{_(': ')}{shown(why)}" for names, why in torch_not_taken.grouped(advice)]),
        (_("uv.lock gives"), told.locked),
    ):
        if sentences:
            lines += [heading, *(f"  {row}" for sentence in sentences for row in wrapped(sentence, 36, 4)), ""]
    return "\n".join(lines)


def details(way: Way, told: TorchPage, value: str, width: int) -> list[str]:
    """The diff of pyproject.toml where `torch.variant` is that value, and all that was found out; credentials masked."""
    try:
        with torch_rows.as_if(way, (torch_rows.KEY, value)):
            step, hand = way.plan().step("torch"), way.by_hand("torch")
        changes = (
            [line for one in step.files for line in (one.path, *(one.diff or "").splitlines(), "")] if step else []
        )
    except WizardError as error:
        changes, hand = [one_line(error_told(error)), ""], way.by_hand("torch")
    lines = [*(changes or [_("No file of the project changes."), ""]), _("By hand: {command}", command=hand), ""]
    advice = way.torch()
    for glyph, sentence in [*(("+", one) for one in advice.why), *(("!", one) for one in advice.notes)]:
        broken = wrapped(sentence, width, 9)
        lines += [f"{glyph if place == 0 else ' '} {row}" for place, row in enumerate(broken)]
    return [shown(masked(one)) for one in (*lines, "", *told.locked)]


def named_reason(chosen: bool, name: str, why: str, width: int) -> str:
    """`( ) cu130       x torch 2.15.0 needs ...`: its reason to the end, in a second row where it has to be."""
    first, *more = wrapped(why, width - 16, 3) or [""]
    return "\n".join([choice(chosen, column(name, 12)) + first, *(f"{'':16}{row}" for row in more)])
