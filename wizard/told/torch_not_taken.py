"""The variants of torch that are not taken: why, in few words, and what would change that. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.advice.torch_choice import anywhere, obstacle_of
from wizard.advice.torch_machine import branch
from wizard.advice.torch_words import sentence_case
from wizard.language import nsaid, said
from wizard.lists import named, parted

if TYPE_CHECKING:
    from wizard.advice.torch import TorchAdvice
    from wizard.advice.torch_list import RuledOut

_KINDS = (
    ("needs driver", said("driver too old")),
    ("is for ", said("other GPUs")),
    ("has no code", said("other GPUs")),
    ("is not what", said("other torch")),
    ("has no wheel for musl", said("no C library for it")),
    ("needs glibc", said("C library too old")),
    ("needs macOS", said("macOS too old")),
    ("has no wheel", said("other Python")),
    ("has no build", said("other systems")),
)
"""How a reason begins, and what it comes to in two words."""


def summary(advice: TorchAdvice, *, keys: bool = True) -> str:
    """`5 variants, A shows why: driver too old, other GPUs`, `keys` false: without the key; "" for none."""
    rows = advice.ruled_out_rows
    if not rows:
        return ""
    kinds = {next((kind for start, kind in _KINDS if one.short.startswith(start)), "") for one in rows}
    told = [kind for kind in dict.fromkeys(kind for _, kind in _KINDS) if kind in kinds]
    count = (
        nsaid("{count} variant, A shows why", "{count} variants, A shows why", len(rows))
        if keys
        else nsaid("{count} variant", "{count} variants", len(rows))
    )
    if not told:
        return count
    return said("{count}: {kinds}", count=count, kinds=named(told))


def would_change(advice: TorchAdvice) -> tuple[str, ...]:
    """What would have to be so for a newer torch, or another answer."""
    if advice.basis is None or advice.basis.here.musl:
        return ()
    here, wish, options, served = advice.basis.all
    told: dict[str, str] = {}
    for build in options.builds:
        if served is not None and build.release.version <= served.build.release.version:
            break
        found = obstacle_of(build, here, options)
        if found and found.kind == "driver" and found.driver:
            told.setdefault(
                found.driver,
                said(
                    "driver {version} or newer: {label}", version=branch(found.driver, here.driver), label=build.label
                ),
            )
    vendor = served.devices[0].vendor if served and served.devices else None
    best = anywhere(here, vendor) if vendor else None
    if served and best and best.build.release.version > served.build.release.version and wish.asks:
        told["project"] = said(
            "a project that allows it ({asks} does not): {label}", asks=wish.asks, label=best.build.label
        )
    return tuple(sentence_case(one) for one in told.values())


def grouped(advice: TorchAdvice) -> tuple[tuple[str, str], ...]:
    """The ruled out variants that share a reason, and the reason: `cu132, cu130` and `needs driver 580 or newer`."""
    starts = [start for start, _ in _KINDS]

    def nearest_first(one: RuledOut) -> int:
        return next((place for place, start in enumerate(starts) if one.short.startswith(start)), len(starts))

    found: dict[str, list[str]] = {}
    for one in sorted(advice.ruled_out_rows, key=nearest_first):
        found.setdefault(parted(one.short)[0], []).append(one.variant)
    return tuple((", ".join(names), why) for why, names in found.items())
