"""The rows of the uv screen: keep one that is here, or a new one by each way that there is. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from wizard import catalog
from wizard.advice.reason import Advice, Reason
from wizard.choices import Choices
from wizard.machine.facts import FoundUv, Machine
from wizard.plan.install_uv import UvPlan, found_by_shells, plan_uv, suits
from wizard.plan.quoting import command_line
from wizard.project.facts import Project


@dataclass(frozen=True)
class UvWay:
    """One row. `value`: what `uv.install` becomes; `word`: recommended, possible; `command`: what a person types."""

    value: str
    label: str
    recommended: bool
    word: str
    note: str
    command: str


def candidates(machine: Machine, project: Project | None, choices: Choices, python: str | None) -> tuple[UvWay, ...]:
    """The rows, the recommended one first."""
    chosen = plan_uv(machine, project, choices.with_values("screen", {"uv.install": "auto"}), python)
    rows: list[UvWay] = []
    first = next(iter(machine.uv or ()), None)
    if first is not None:
        keep = chosen.kept or first
        good = chosen.kept is not None
        note = f"at {keep.path}" if good else why_not(first, machine, project, choices)
        rows.append(UvWay("keep", f"keep uv {keep.version or '?'}", good, _word(good), note, f"{keep.path} --version"))
    for value, label, note in (
        ("index", "from a package index", "the same uv, if GitHub is blocked"),
        ("standalone", "official installer", "from the makers of uv"),
    ):
        if value == "index" and python is None:
            continue
        planned = plan_uv(machine, project, choices.with_values("screen", {"uv.install": value}), python)
        recommended = not any(row.recommended for row in rows)
        rows.append(UvWay(value, label, recommended, _word(recommended), note, _command(planned)))
    return tuple(sorted(rows, key=lambda row: not row.recommended))


def why_not(found: FoundUv, machine: Machine, project: Project | None, choices: Choices) -> str:
    """Why that uv is not kept by itself."""
    if found not in found_by_shells(machine):
        return "no shell finds it"
    return suits(found, project, choices.text("uv.version")) or "another comes first"


def _word(recommended: bool) -> str:  # noqa: FBT001 - a word for a truth
    return "recommended" if recommended else "possible"


def _command(planned: UvPlan) -> str:
    return command_line(planned.step.commands[0].argv) if planned.step else f"{planned.path} --version"


def advise(machine: Machine, project: Project | None, choices: Choices, python: str | None) -> Advice:
    """`uv.install` with its reasons; nothing while the uv on this machine are not known."""
    if machine.uv is None:
        return Advice()
    rows = candidates(machine, project, choices, python)
    best = rows[0]
    reasons: list[str] = []
    if best.value == "keep":
        found = next(one for one in machine.uv if best.command.startswith(one.path))
        least = project.required_uv if project and project.required_uv else f">={catalog.table('uv.toml')['minimum']}"
        reasons.append(f"uv {found.version} at {found.path} is what a shell finds, and {least} is needed.")
        if found.how == "conda":
            reasons.append(
                "It is part of conda and is gone when that environment is off; a uv of your own is found always."
            )
    elif machine.uv:
        reasons.append(f"The uv found here does not serve: {why_not(machine.uv[0], machine, project, choices)}.")
    else:
        reasons.append("There is no uv on this machine yet.")
    return Advice({"uv.install": best.value}, tuple(Reason("uv.install", best.value, why) for why in reasons))
