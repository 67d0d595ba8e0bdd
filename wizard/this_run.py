"""What a fix is for the next run of this program alone: what would have to be typed around it is one key then. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from packaging.utils import canonicalize_name

from wizard.diagnosis.record import Fix
from wizard.language import said
from wizard.lists import named
from wizard.plan.step import Plan, Step

VARIABLES = {
    "--system-certs": ("UV_SYSTEM_CERTS", "true"),
    "--native-tls": ("UV_NATIVE_TLS", "true"),
    "--no-config": ("UV_NO_CONFIG", "true"),
    "--managed-python": ("UV_MANAGED_PYTHON", "true"),
}
"""Options of a sync that uv takes as variables too. Source: uv's reference of its environment variables."""
WITH_A_VALUE = {"--python": "UV_PYTHON"}
OPTIONS = frozenset({("--reinstall",), ("--no-offline",)})
REINSTALL = "--reinstall-package"
"""Options of a sync for which uv has no variable."""
BEFORE = frozenset(
    {("cache", "clean"), ("cache", "prune"), ("venv", "--clear"), ("python", "install"), ("python", "pin")}
)
"""Commands of uv that only make room for the sync, or bring what it needs."""
NETWORK = re.compile(r"(?i:(?:https?|all|no)_proxy|SSL_CERT_(?:FILE|DIR)|UV_\w+)")
"""Variables that can be missing for a run without another program of the user's taking notice."""
EARLY = frozenset({"uv", "fix", "lock"})
"""Steps that go to the network before the sync does; the sync and the checks have them by `Way.held`."""
SYNC = ("uv", "sync", "--locked")
NAME = "NAME"
"""What somebody has to fill in: the right name of a package."""
_REMOVE, _ADD = ("uv", "remove", "--no-sync"), ("uv", "add", "--no-sync")
_NAMED = re.compile(r"[A-Za-z0-9][\w.-]*")


@dataclass(frozen=True)
class ThisRun:
    """What the next plan has beside the choices. All but `variables` is done with once a run was started with it."""

    variables: Mapping[str, str | None] = field(default_factory=dict)
    """None: one that is taken away. They hold for all runs of this program."""
    locks: bool = False
    """Whether a uv.lock that is there is made anew."""
    requirements: Mapping[str, str | None] = field(default_factory=dict)
    """See wizard.project.requirement_editor.edit_requirements."""
    commands: tuple[tuple[str, ...], ...] = ()
    """What is run before anything else of the project's."""
    options: tuple[str, ...] = ()
    """More options of the sync."""

    def __bool__(self) -> bool:
        return self != ThisRun()

    def with_(self, other: ThisRun) -> ThisRun:
        """Both; of what can't be both, the other."""
        return ThisRun(
            {**self.variables, **other.variables},
            self.locks or other.locks,
            {**self.requirements, **other.requirements},
            tuple(dict.fromkeys((*self.commands, *other.commands))),
            self.options if other.options == self.options else (*self.options, *other.options),
        )

    def typed(self) -> tuple[tuple[str, ...], ...]:
        """What a person types before the sync for the same; uv makes uv.lock anew by that."""
        edits = []
        for name, wish in self.requirements.items():
            named = _NAMED.match(wish) if wish else None
            edits += [] if named and canonicalize_name(named[0]) == canonicalize_name(name) else [(*_REMOVE, name)]
            edits += [(*_ADD, wish)] if wish else []
        return (*edits, *self.commands)

    def begun(self) -> ThisRun:
        """What is left for the run after the one that was started."""
        return ThisRun(self.variables)


def of(fix: Fix) -> ThisRun:
    """What the fix comes to; nothing where it is something else: choices, a message, a command for somebody to type."""
    if fix.choices or fix.message or not fix.commands:
        return ThisRun()
    first, *more = (argv for argv in fix.commands if argv != SYNC) if len(fix.commands) > 1 else fix.commands
    if more:
        return _renamed(first, more)
    if first == ("uv", "lock"):
        return ThisRun(locks=True)
    return _project(first) or _command(first) or _sync_option(first) or ThisRun(_variables(first))


def asks(fix: Fix) -> str:
    """The misspelt name for which the fix needs the right one, "" where it needs nothing."""
    wishes = of(fix).requirements
    return next((name for name, wish in wishes.items() if wish == NAME), "")


def filled(fix: Fix, name: str) -> Fix:
    """The fix with what was asked for."""
    commands = tuple(tuple(name if word == NAME else word for word in argv) for argv in fix.commands or ())
    return replace(fix, commands=commands)


def _renamed(first: tuple[str, ...], more: list[tuple[str, ...]]) -> ThisRun:
    """One package in the place of another: `uv remove` of the one, `uv add` of the other."""
    old, new = _project(first).requirements, _project(more[0]).requirements
    if len(more) == len(old) == len(new) == 1 and [*old.values()] == [None] and None not in new.values():
        return ThisRun(requirements=dict(zip(old, new.values(), strict=True)))
    return ThisRun()


def _project(argv: tuple[str, ...]) -> ThisRun:
    words = [word for word in argv[2:] if word != "--no-sync"]
    if argv[:1] != ("uv",) or len(words) != 1 or words[0].startswith("-"):
        return ThisRun()
    if argv[1] == "remove":
        return ThisRun(requirements={words[0]: None})
    name = _NAMED.match(words[0])
    if argv[1] == "add" and name:
        return ThisRun(requirements={str(canonicalize_name(name[0])): words[0]})
    return ThisRun()


def _command(argv: tuple[str, ...]) -> ThisRun:
    ours = argv[:1] == ("uv",) and argv[1:3] in BEFORE and len(argv) <= 4
    return ThisRun(commands=(argv,)) if ours else ThisRun()


def _sync_option(argv: tuple[str, ...]) -> ThisRun:
    rest = argv[len(SYNC) :]
    if argv[: len(SYNC)] != SYNC:
        return ThisRun()
    return ThisRun(options=rest) if rest in OPTIONS or (len(rest) == 2 and rest[0] == REINSTALL) else ThisRun()


def _variables(argv: tuple[str, ...]) -> dict[str, str | None]:
    if len(argv) == 2 and argv[0] in ("unset", "Remove-Item"):
        name = argv[1].removeprefix("Env:")
        return {name: None} if NETWORK.fullmatch(name) else {}
    if argv[:1] == ("env",) and argv[-3:] == SYNC:
        return {name: value for name, _, value in (word.partition("=") for word in argv[1:-3])}
    if argv[:3] == SYNC and len(argv) == 4 and argv[3] in VARIABLES:
        return dict([VARIABLES[argv[3]]])
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


__all__ = ["NAME", "ThisRun", "asks", "filled", "laid_over", "of"]
