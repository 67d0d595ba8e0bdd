"""Variables that a fix sets for the runs of this program alone: what would have to be typed around it is one key then. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from wizard.diagnosis.record import Fix
from wizard.language import said
from wizard.lists import named
from wizard.plan.step import Plan, Step

OPTIONS = {
    "--system-certs": ("UV_SYSTEM_CERTS", "true"),
    "--native-tls": ("UV_NATIVE_TLS", "true"),
    "--no-config": ("UV_NO_CONFIG", "true"),
    "--managed-python": ("UV_MANAGED_PYTHON", "true"),
}
"""Options of a sync that uv takes as variables too. Source: uv's reference of its environment variables."""
WITH_A_VALUE = {"--python": "UV_PYTHON"}
NETWORK = re.compile(r"(?i:(?:https?|all|no)_proxy|SSL_CERT_(?:FILE|DIR)|UV_\w+)")
"""Variables that can be missing for a run without another program of the user's taking notice."""
EARLY = frozenset({"uv", "lock"})
"""Steps that go to the network before the sync does; the sync and the checks have them by `Way.held`."""
SYNC = ("uv", "sync", "--locked")


def variables_of(fix: Fix) -> dict[str, str | None]:
    """What the fix comes to where it is a variable, None for one that is taken away; {} where it is something else."""
    typed = fix.commands if fix.commands and not (fix.choices or fix.message) else ()
    return _variables(typed[0]) if len(typed) == 1 else {}


def _variables(argv: tuple[str, ...]) -> dict[str, str | None]:
    if len(argv) == 2 and argv[0] in ("unset", "Remove-Item"):
        name = argv[1].removeprefix("Env:")
        return {name: None} if NETWORK.fullmatch(name) else {}
    if argv[:1] == ("env",) and argv[-3:] == SYNC:
        return {name: value for name, _, value in (word.partition("=") for word in argv[1:-3])}
    if argv[:3] == SYNC and len(argv) == 4 and argv[3] in OPTIONS:
        return dict([OPTIONS[argv[3]]])
    if argv[:3] == SYNC and len(argv) == 5 and argv[3] in WITH_A_VALUE:
        return {WITH_A_VALUE[argv[3]]: argv[4]}
    return {}


def laid_over(plan: Plan, variables: Mapping[str, str | None]) -> Plan:
    """The plan with these variables also for the steps before the sync, and a note that they hold for this run alone."""
    if not variables or not plan.steps:
        return plan
    told = named(
        [
            said("{name} is not set", name=name) if value is None else f"{name}={value}"
            for name, value in variables.items()
        ]
    )
    note = said("For this run alone: {told}", told=told)
    first, *rest = (_with(step, variables) for step in plan.steps)
    return replace(plan, steps=(replace(first, notes=(note, *first.notes)), *rest))  # it is what is told first


def _with(step: Step, variables: Mapping[str, str | None]) -> Step:
    if step.id not in EARLY:
        return step
    commands = [replace(one, environment={**one.environment, **variables}) for one in step.commands]
    return replace(step, commands=tuple(commands))


__all__ = ["laid_over", "variables_of"]
