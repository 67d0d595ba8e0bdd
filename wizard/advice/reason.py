"""What advice is made of: a recommended value for one choice, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wizard.diagnosis.record import Fix
from wizard.machine.facts import MachineFinding


@dataclass(frozen=True)
class Reason:
    """`choice` is a dotted key such as `torch.variant`; `why` is one sentence a newcomer understands, with a number."""

    choice: str
    value: Any
    why: str


@dataclass(frozen=True)
class Advice:
    """`choices` maps dotted keys to recommended values; every one has at least one reason, and more may be told."""

    choices: Mapping[str, Any] = field(default_factory=dict)
    reasons: tuple[Reason, ...] = ()

    def document(self) -> dict[str, Any]:
        """INTERFACE.md's `advice`: choices nested by table."""
        nested: dict[str, dict[str, Any]] = {}
        for key, value in self.choices.items():
            table, name = key.split(".", 1)
            nested.setdefault(table, {})[name] = value
        reasons = [{"choice": r.choice, "value": r.value, "why": r.why} for r in self.reasons]
        return {"choices": nested, "reasons": reasons}


@dataclass(frozen=True)
class AdvisedFinding(MachineFinding):
    """A finding that knows its ways out. They stand before those of its cause."""

    fixes: tuple[Fix, ...] = ()
    known: Mapping[str, str] = field(default_factory=dict)
    """What the wording of the cause's own fixes asks for, such as `package_name`."""
    alone: bool = False
    """The fixes of the cause are for what went wrong at run time: only `fixes` are told."""
