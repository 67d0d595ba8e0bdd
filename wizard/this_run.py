"""What a fix is for the next run of this program alone: what would have to be typed around it is one key then. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from wizard.diagnosis.record import Fix
from wizard.language import said
from wizard.lists import named
from wizard.plan.step import Plan, Step
from wizard.project.requirement_editor import ANY

VARIABLES = {
    "--system-certs": ("UV_SYSTEM_CERTS", "true"),
    "--native-tls": ("UV_NATIVE_TLS", "true"),
    "--no-config": ("UV_NO_CONFIG", "true"),
    "--managed-python": ("UV_MANAGED_PYTHON", "true"),
}
"""Options of a sync that uv takes as variables too. Source: uv's reference of its environment variables."""
WITH_A_VALUE = {"--python": "UV_PYTHON"}
OPTIONS, REINSTALL = frozenset({("--reinstall",)}), "--reinstall-package"
"""Options of a sync for which uv has no variable."""
OFFLINE = "UV_OFFLINE"
"""Holds for the lock and for our own requests too, which know nothing of an option of the sync."""
BEFORE = frozenset({("cache", "clean"), ("cache", "prune"), ("venv", "--clear"), ("python", "install")})
"""Commands of uv that only make room for the sync, or bring what it needs."""
NETWORK = re.compile(r"(?i:(?:https?|all|no)_proxy|SSL_CERT_(?:FILE|DIR)|UV_\w+)")
"""Variables that can be missing for a run without another program of the user's taking notice."""
EARLY = frozenset({"uv", "fix", "lock"})
"""Steps that go to the network before the sync does; the sync and the checks have them by `Way.held`."""
SYNC, LOCK = ("uv", "sync", "--locked"), ("uv", "lock")
NAME = "NAME"
"""What somebody has to fill in: the right name of a package."""
_REMOVE, _ADD = ("uv", "remove", "--frozen"), ("uv", "add", "--frozen")
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
    python: str = ""
    """What .python-version is to say; "": it is left as it is."""

    def __bool__(self) -> bool:
        return self != ThisRun()

    @property
    def changes(self) -> bool:
        """Whether it changes files or the environment before the sync does."""
        return bool(self.requirements or self.python or self.commands)

    def with_(self, other: ThisRun) -> ThisRun:
        """Both; of what can't be both, the other. A name that the one puts in and the other takes out is not there; where
        the other asks for another version of it, that holds for a line that has stood there all along, too.
        """
        ours = {name: _then(wish, other.requirements) for name, wish in self.requirements.items()}
        put = {_name(wish) for wish in self.requirements.values()}
        theirs = {name: wish for name, wish in other.requirements.items() if name not in put or _name(wish) == name}
        return ThisRun(
            {**self.variables, **other.variables},
            self.locks or other.locks,
            {**ours, **theirs},
            tuple(dict.fromkeys((*self.commands, *other.commands))),
            self.options if other.options == self.options else (*self.options, *other.options),
            other.python or self.python,
        )

    def typed(self) -> tuple[tuple[str, ...], ...]:
        """What a person types before the sync for the same; uv makes uv.lock anew by that."""
        edits = []
        made = put_in(self.requirements)
        for name, wish in self.requirements.items():
            if name in made:
                continue
            named = _NAMED.match(wish) if wish else None
            edits += [] if named and canonicalize_name(named[0]) == canonicalize_name(name) else [(*_REMOVE, name)]
            edits += [(*_ADD, wish)] if wish else []
        pin = [("uv", "python", "pin", self.python)] if self.python else []
        return (*edits, *([LOCK] if edits else []), *pin, *self.commands)

    def begun(self) -> ThisRun:
        """What holds while the run that was started with it goes on, and for the one after it where that ends well."""
        return ThisRun(self.variables)

    def left(self, done: Collection[str]) -> ThisRun:
        """What is still to be done where that run did not end well. `done`: the ids of the steps that it got through."""
        if "sync" in done:
            return self.begun()
        if "fix" not in done:
            return self
        locks = (self.locks or bool(self.requirements)) and "lock" not in done
        return ThisRun(self.variables, locks, options=self.options)

    def document(self) -> dict[str, Any]:
        """As a run's job keeps it."""
        return {one.name: getattr(self, one.name) for one in fields(self) if getattr(self, one.name) != one.default}


def of_document(kept: object) -> ThisRun:
    """What `document` gave; nothing of it where it is not whole."""
    if not isinstance(kept, Mapping):
        return ThisRun()
    texts = {name: kept.get(name) for name in ("variables", "requirements")}
    whole = all(
        isinstance(one, Mapping) and all(value is None or isinstance(value, str) for value in one.values())
        for one in texts.values()
        if one is not None
    )
    lists = [*(kept.get("commands") or ()), kept.get("options") or ()] if whole else []
    if not whole or not all(
        isinstance(one, list) and all(isinstance(word, str) for word in one) for one in lists if one
    ):
        return ThisRun()
    return ThisRun(
        dict(texts["variables"] or {}),
        kept.get("locks") is True,
        dict(texts["requirements"] or {}),
        tuple(tuple(argv) for argv in kept.get("commands") or ()),
        tuple(kept.get("options") or ()),
        str(kept.get("python") or ""),
    )


def of(fix: Fix) -> ThisRun:
    """What the fix comes to; nothing where it is something else: choices, a message, a command for somebody to type."""
    if fix.choices or fix.message or not fix.commands:
        return ThisRun()
    first, *more = _alone(fix.commands)
    if more:
        return _renamed(first, more)
    if first == LOCK:
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


def _name(wish: str | None) -> str:
    found = _NAMED.match(wish) if wish else None
    return str(canonicalize_name(found[0])) if found else ""


def _then(wish: str | None, wishes: Mapping[str, str | None]) -> str | None:
    """What stands in the place of a requirement once those wishes came after it."""
    name = _name(wish)
    after = wishes.get(name, wish)
    if name not in wishes or after is None or _name(after) != name:
        return after
    asked = Requirement(after)
    if not asked.specifier and not asked.url:
        asked.specifier = ANY  # the version that stands in the file is not meant any more
    return str(asked)


def put_in(wishes: Mapping[str, str | None]) -> frozenset[str]:
    """Names of wishes that only say once more what another one puts in."""
    made = {_name(wish): wish for name, wish in wishes.items() if wish and _name(wish) != name}
    return frozenset(name for name, wish in wishes.items() if name in made and made[name] in (wish, f"{wish}{ANY}"))


def _alone(commands: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
    """Without what follows by itself: the lock after a change of the project, the sync after anything."""
    first, *more = commands
    return (first, *(argv for argv in more if argv not in (SYNC, LOCK)))


def _renamed(first: tuple[str, ...], more: list[tuple[str, ...]]) -> ThisRun:
    """One package in the place of another: `uv remove` of the one, `uv add` of the other."""
    old, new = _project(first).requirements, _project(more[0]).requirements
    if len(more) == len(old) == len(new) == 1 and [*old.values()] == [None] and None not in new.values():
        return ThisRun(requirements=dict(zip(old, new.values(), strict=True)))
    return ThisRun()


def _project(argv: tuple[str, ...]) -> ThisRun:
    words = [word for word in argv[2:] if word not in ("--no-sync", "--frozen")]
    if argv[:1] != ("uv",) or len(words) != 1 or words[0].startswith("-"):
        return ThisRun()
    if argv[1] == "remove":
        return ThisRun(requirements={words[0]: None})
    name = _NAMED.match(words[0])
    if argv[1] == "add" and name:
        return ThisRun(requirements={str(canonicalize_name(name[0])): words[0]})
    return ThisRun()


def _command(argv: tuple[str, ...]) -> ThisRun:
    if argv[:3] == ("uv", "python", "pin") and len(argv) == 4:
        return ThisRun(python=argv[3])
    ours = argv[:1] == ("uv",) and argv[1:3] in BEFORE and len(argv) <= 4
    return ThisRun(commands=(argv,)) if ours else ThisRun()


def _sync_option(argv: tuple[str, ...]) -> ThisRun:
    rest = argv[len(SYNC) :]
    if argv[: len(SYNC)] != SYNC:
        return ThisRun()
    if rest == ("--no-offline",):
        return ThisRun({OFFLINE: None}, options=rest)
    named = bool(rest) and len(rest) % 2 == 0 and set(rest[::2]) == {REINSTALL}
    return ThisRun(options=rest) if rest in OPTIONS or named else ThisRun()


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


__all__ = ["NAME", "ThisRun", "asks", "filled", "laid_over", "of", "of_document"]
