"""The rows of the uv screen: keep one that is here, or a new one by each way that there is. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from packaging.version import InvalidVersion, Version

from wizard import catalog
from wizard.advice.reason import Advice, Reason
from wizard.advice.uv_here import shadowing
from wizard.choice_keys import UV_INSTALL
from wizard.choices import Choices
from wizard.errors import WizardError
from wizard.language import said
from wizard.machine.facts import FoundUv, Machine, short
from wizard.plan.install_uv import UvPlan, behind_lock, found_by_shells, plan_uv, suits
from wizard.plan.quoting import command_line
from wizard.plan.uv_ways import installer_unreached, unreached
from wizard.project.facts import Project
from wizard.text import moving_size

OWN = said("A uv of your own, outside conda, is found by every shell and works for every project.")
Planned = Callable[[str], UvPlan | None]
"""The plan for a value of uv.install, None where that is no way here."""


@dataclass(frozen=True)
class UvWay:
    """One row. `value`: what `uv.install` becomes; `word`: recommended, possible; `command`: what a person types."""

    value: str
    label: str
    recommended: bool
    word: str
    note: str
    command: str
    automatic: bool = False
    """Whether `auto` comes to this."""


def candidates(machine: Machine, project: Project | None, choices: Choices, python: str | None) -> tuple[UvWay, ...]:
    """The rows, the recommended one first."""

    def planned(value: str) -> UvPlan | None:
        try:
            return plan_uv(machine, project, choices.with_values("set", {"uv.install": value}), python)
        except WizardError:  # not a way here
            return None

    automatic = planned("auto")
    kept = automatic.kept if automatic else None
    rows = [row for row in (_kept(machine, project, choices, kept), _updated(machine, kept, planned)) if row]
    rows += _new(machine, planned)
    chosen = choices.text("uv.install")
    if chosen not in UV_INSTALL:
        rows.append(UvWay(chosen, said("the file you named"), False, "possible", chosen, _command(planned(chosen))))
    best = _best(machine, rows, kept)
    default = "keep" if kept else "update" if _is_update(automatic) else _first_way(automatic)
    rows = [
        replace(row, recommended=row.value == best, automatic=row.value == default,
                word="recommended" if row.value == best else row.word)
        for row in rows
    ]  # fmt: skip
    return tuple(sorted(rows, key=lambda row: not row.recommended))


def better(rows: tuple[UvWay, ...], machine: Machine, choices: Choices) -> str | None:
    """What `uv.install` is to become where nobody has decided, and `auto` would keep one that is not the user's own.

    None where `auto` is right, and where it is not known that a new one can be fetched: what is here serves at least.
    """
    open_ = choices.origin("uv.install") == "default" and any(row.automatic for row in rows)
    reached = machine.network is not None and machine.network.latency_ms is not None
    best = next((row for row in rows if row.recommended), None)
    if best is None or best.automatic or not open_ or not reached:
        return None
    there = machine.uv_source is not None and (machine.uv_source.newest or best.value != "index")
    return best.value if there else None


def _kept(machine: Machine, project: Project | None, choices: Choices, kept: FoundUv | None) -> UvWay | None:
    one = kept or next(iter(machine.uv or ()), None)
    if one is None:
        return None
    note: str = (
        said("at {path}", path=short(machine, one.path, 28)) if kept else why_not(one, machine, project, choices)
    )
    if one.how == "conda" and kept:
        note = said("works only while {name} is active", name=_conda(one))
    return UvWay(
        "keep", said("keep uv {version}", version=one.version or "?"), False, "possible", note, f"{one.path} --version"
    )


def _conda(found: FoundUv) -> str:
    """The name of the conda environment that it lies in."""
    before, separator, inside = found.path.replace("\\", "/").rpartition("/envs/")
    return inside.partition("/")[0] if before and separator else "base"


def _updated(machine: Machine, kept: FoundUv | None, planned: Planned) -> UvWay | None:
    """The one that the shells find, where it is not the newest and its update is ours to start."""
    first = next(iter(found_by_shells(machine)), None)
    if first is None or not (kept is None or older_than_newest(first, machine)):
        return None
    plan = planned("update")
    if plan is None or plan.step is None:
        return None
    owner = catalog.table("uv.toml")["owner"][first.how]
    label = said("update uv {version}", version=first.version or "?")
    return UvWay("update", label, False, "possible", said("the way it came: {owner}", owner=owner), _command(plan))


def _new(machine: Machine, planned: Planned) -> Iterator[UvWay]:
    for value, label in (("index", said("from a package index")), ("standalone", said("official installer"))):
        plan = planned(value)
        ways = plan.step.commands[0].options["ways"] if plan and plan.step else []
        if plan is None or (value == "index" and ways and ways[0]["how"] == "standalone"):
            continue
        away = unreached(machine) if value == "index" else installer_unreached(machine)
        word = "not reached" if away else "possible"
        yield UvWay(value, label, False, word, _note(value, ways, machine), _command(plan))


def _note(value: str, ways: list[dict[str, object]], machine: Machine) -> str:
    size = moving_size(catalog.table("uv.toml")["download_bytes"]).partition(".")[0]
    if value == "index":
        if unreached(machine):
            return said("the package index does not answer")
        host = urlsplit(str(ways[0].get("index") or "")).hostname if ways else None
        if not host:
            return said("the same uv, if GitHub is blocked")
        return said("from {host}, about {size} MiB", host=host, size=size)
    words = str(ways[0]["argv"]) if ways else ""
    host = next((urlsplit(word.strip("'\",[]")).hostname for word in words.split() if "://" in word), None)
    if installer_unreached(machine):
        return said("{host} does not answer", host=host or said("it"))
    return said("from {host}, about {size} MiB", host=host or said("the makers of uv"), size=size)


def _best(machine: Machine, rows: list[UvWay], kept: FoundUv | None) -> str:
    """A uv of one's own that will do; else a new one, by what can be reached."""
    if kept is not None and kept.how != "conda":
        return "keep"
    values = [row.value for row in rows]
    if "index" in values and not (unreached(machine) and not installer_unreached(machine)):
        return "index"
    return "standalone" if "standalone" in values else next(iter(values), "")


def _is_update(plan: UvPlan | None) -> bool:
    return plan is not None and plan.step is not None and plan.step.commands[0].options["ways"][0]["how"] == "update"


def _first_way(plan: UvPlan | None) -> str:
    if plan is None or plan.step is None:
        return ""
    return "standalone" if plan.step.commands[0].options["ways"][0]["how"] == "standalone" else "index"


def why_not(found: FoundUv, machine: Machine, project: Project | None, choices: Choices) -> str:
    """Why that uv is not kept by itself."""
    if found not in found_by_shells(machine):
        return said("no shell finds it")
    return suits(found, project, choices.text("uv.version")) or said("another comes first")


def _command(planned: UvPlan | None) -> str:
    if planned is None:
        return ""
    return command_line(planned.step.commands[0].argv) if planned.step else f"{planned.path} --version"


def older_than_newest(found: FoundUv, machine: Machine) -> bool:
    """Whether the index has a newer one; False where that is not known."""
    newest = machine.uv_source.newest if machine.uv_source else None
    try:
        return newest is not None and Version(found.version or "") < Version(newest)
    except InvalidVersion:
        return False


def advise(machine: Machine, project: Project | None, choices: Choices, python: str | None) -> Advice:
    """`uv.install` with its reasons; nothing while the uv on this machine are not known."""
    if machine.uv is None:
        return Advice()
    rows = candidates(machine, project, choices, python)
    if not rows:
        return Advice()
    best = rows[0]
    kept = next((row for row in rows if row.value == "keep" and row.automatic), None)
    found = next((one for one in machine.uv if kept and kept.command == f"{one.path} --version"), None)
    if found is not None:
        reasons = list(_about(found, machine, project))
    elif machine.uv:
        why = why_not(machine.uv[0], machine, project, choices)
        reasons = [said("The uv found here does not serve: {why}.", why=why)]
    else:
        reasons = [said("There is no uv on this machine yet.")]
    newest = machine.uv_source.newest if machine.uv_source else None
    if newest is not None and (found is None or older_than_newest(found, machine)):
        reasons.append(
            said("{newest} is the newest; the one here is {version}.", newest=newest, version=found.version)
            if found
            else said("{newest} is the newest.", newest=newest)
        )
    return Advice({"uv.install": best.value}, tuple(Reason("uv.install", best.value, why) for why in reasons))


def _about(found: FoundUv, machine: Machine, project: Project | None) -> Iterator[str]:
    """What speaks for the uv that is kept, and against it."""
    if found.how == "conda":
        yield said(
            "The uv found here, {version}, is part of conda and is gone when {name} is off.",
            version=found.version,
            name=_conda(found),
        )
        yield OWN
    else:
        least = project.required_uv if project and project.required_uv else f">={catalog.table('uv.toml')['minimum']}"
        yield said(
            "A shell finds {version}, at {path}; {least} is needed.",
            version=found.version,
            path=short(machine, found.path),
            least=least,
        )
    for shell, other in shadowing(machine, found.path)[:1]:
        version = other.version or "?"
        yield said(
            "{shell} runs {version} first, at {path} ({how}).",
            shell=shell,
            version=version,
            path=other.path,
            how=other.how,
        )
    writer = behind_lock(found, project)
    if writer is not None:
        yield said(
            "uv.lock is of uv {writer} or newer: {version} reads it and writes an older form.",
            writer=writer,
            version=found.version,
        )
