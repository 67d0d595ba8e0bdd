"""The advice on torch as a record: what is recommended, why, and with which choice one gets it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from wizard.advice import torch_nothing as nothing
from wizard.advice.torch_builds import Allowed, Wish
from wizard.advice.torch_choice import Served
from wizard.advice.torch_list import Candidate, RuledOut, candidates, ruled_out
from wizard.advice.torch_locked import Locked
from wizard.advice.torch_machine import Here

NOWHERE: Mapping[str, bool] = {"linux": False, "windows": False, "macos": False}


@dataclass(frozen=True)
class Basis:
    """What the advice was found with; the lists are made of it when they are asked for."""

    here: Here
    wish: Wish
    options: Allowed
    served: Served | None

    @property
    def all(self) -> tuple[Here, Wish, Allowed, Served | None]:
        """In the order in which the lists take them."""
        return self.here, self.wish, self.options, self.served


@dataclass(frozen=True)
class TorchAdvice:
    """`variant`, `torch_version`, `needs_index`, `why`, `ruled_out` and `notes` are INTERFACE.md's `torch`."""

    variant: str | None
    torch_version: str | None
    needs_index: Mapping[str, bool] = field(default_factory=lambda: dict(NOWHERE))
    why: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    choice: str = "keep"
    """What `torch.variant` has to be for this machine to be served: `keep` where uv.lock fits, where there is no
    torch, and where a fact is missing."""
    extra: tuple[str, str] | None = None
    """("extra" or "group", name) by which the project already gives `choice`."""
    locked: Locked | None = None
    """What uv.lock gives this machine now; None: no torch in it, or no lock."""
    lock_again: tuple[str, ...] = ()
    """Packages that uv has to look up anew, for what uv.lock has of them would not load here."""
    certain: bool = True
    """False where a fact is missing that could change the answer: `auto` then keeps what is."""
    basis: Basis | None = field(default=None, repr=False, compare=False)

    @property
    def locked_variant(self) -> str | None:
        """The variant that uv.lock gives this machine, None where it gives none that is known or none that fits."""
        return self.locked.variant if self.locked and not self.locked.missing_wheel else None

    @property
    def platform(self) -> str | None:
        """Of this machine, as the catalogue names it."""
        return self.basis.here.platform if self.basis else None

    @property
    def asks_here(self) -> tuple[str | None, tuple[str, ...]] | None:
        """What the project asks of torch on this machine, and its pins of what goes with it; None: not known."""
        return (self.basis.wish.own, self.basis.wish.pins) if self.basis else None

    @property
    def musl(self) -> bool:
        """Whether the C library is one that no torch was built for."""
        return self.basis is not None and self.basis.here.musl

    @property
    def ruled_out(self) -> tuple[tuple[str, str], ...]:
        """Every variant that can't be taken here, newest first, each with its reason."""
        return tuple((one.variant, one.why) for one in self.ruled_out_rows)

    @cached_property
    def ruled_out_rows(self) -> tuple[RuledOut, ...]:
        """The same as rows of a table."""
        if self.basis is None:
            return ()
        return nothing.musl_ruled_out() if self.basis.here.musl else ruled_out(*self.basis.all)

    @cached_property
    def candidates(self) -> tuple[Candidate, ...]:
        """The rows of the screen's list: the recommended one, the lock's, the others that run here."""
        if self.basis is None or self.basis.here.musl:
            return ()
        return candidates(self.basis.here, self.basis.options, self.basis.served, self.locked)

    def document(self) -> dict[str, Any]:
        """INTERFACE.md's `torch`."""
        return {
            "schema": 1,
            "variant": self.variant,
            "needs_index": dict(self.needs_index),
            "torch_version": self.torch_version,
            "why": list(self.why),
            "ruled_out": [{"variant": name, "why": why} for name, why in self.ruled_out],
            "notes": list(self.notes),
        }
