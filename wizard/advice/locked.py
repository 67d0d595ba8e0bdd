"""What breaks `uv sync --locked` here though the lock is sound: found before syncing, with its place and a way out. Pure.

Measured with uv 0.8.24, 0.10.12 and 0.13.8: another default index than the lock's own, even by a slash, and another
resolution, prerelease, fork-strategy or exclude-newer than the lock's make a sound lock fail. Our own sync holds the
lock's index and options by the environment, which wins over every file; what it can't hold is told as an error.
"""

from __future__ import annotations

from packaging.version import Version

from wizard import catalog
from wizard.advice.in_force import InForce, default_index, option, option_of_file
from wizard.advice.reason import AdvisedFinding
from wizard.credentials import split
from wizard.diagnosis.record import Fix
from wizard.language import Message, said
from wizard.lists import sentences
from wizard.machine.facts import Machine, MachineFinding
from wizard.mirrors import catalogue
from wizard.mirrors.registries import explicit_of, registries_for, same_index
from wizard.project.facts import Lock, Project
from wizard.project.lock_options import OPTIONS, LockOption, held, locked, own_settings
from wizard.text import masked, one_line

_HELD = said("uv-wizard sync, and the sync of this wizard, hold what uv.lock was made with.")
_BARE = said("uv sync --locked refuses the lock, and a plain uv sync or uv run makes it again by these rules.")


def audit(machine: Machine, project: Project | None, uv_version: str | None = None) -> tuple[MachineFinding, ...]:
    """What in the environment and in any uv.toml makes this project's lock fail. `uv_version`: of the uv that will sync."""
    if project is None or project.lock is None:
        return ()
    found = [_other_index(machine, project, project.lock)]
    found += [_other_option(machine, project, one, uv_version) for one in OPTIONS]
    return tuple(finding for finding in found if finding is not None)


def notes(machine: Machine, project: Project | None, uv_version: str | None = None) -> tuple[str, ...]:
    """The same in a sentence each, for the step that syncs."""
    found = audit(machine, project, uv_version)
    so = {
        True: said("That does not hinder this sync; uv alone refuses the lock."),
        False: said("uv refuses the lock, here too."),
    }
    return tuple(said("{fact}. {so}", fact=_fact(one), so=so[one.severity == "warning"]) for one in found)


def _fact(finding: MachineFinding) -> str:
    """What is in force, without what comes of it."""
    told = finding.explanation
    return str(told) if not isinstance(told, Message) else told.fields["fact"]


def _other_index(machine: Machine, project: Project, lock: Lock) -> MachineFinding | None:
    own = registries_for(lock.registries, explicit_of(project.indexes), catalogue.torch_bases())["pypi"]
    set_here = default_index(machine, project)
    if set_here is None or not own or without_user(set_here.value) in own:
        return None
    index, lock_index = masked(one_line(set_here.value, 200)), masked(one_line(own[0], 200))
    slash = said(" (a slash at the end is enough)") if same_index(without_user(set_here.value), own[0]) else ""
    fact = said(
        "{where} makes {index} the default index, and uv.lock was made with {lock_index}{slash}",
        where=one_line(set_here.where),
        index=index,
        lock_index=lock_index,
        slash=slash,
    )
    return MachineFinding(
        "lock-other-index",
        "warning",
        said("Another default index than uv.lock's own is in force"),
        said(
            "{fact}: uv sync --locked fails, and uv run rewrites uv.lock to the other index. Take it out there; "
            "through the wizard the lock's own index stays the default, and a mirror stands beside it.",
            fact=fact,
        ),
        (masked(one_line(set_here.line, 300)),),
    )


def without_user(url: str) -> str:
    """The address as uv compares it: without a name before it, and without a sign-in."""
    name, separator, address = url.partition("=")
    bare = address if separator and "/" not in name and ":" not in name else url
    try:
        return split(bare)[0]
    except ValueError:
        return bare


def _other_option(
    machine: Machine, project: Project, wanted: LockOption, uv_version: str | None
) -> MachineFinding | None:
    by_project = wanted.setting in own_settings(project)[2]
    set_here = option(machine, wanted)
    if by_project and (set_here is None or set_here.path is not None):
        return None  # what the project says itself wins over every file
    made_with = locked(project, wanted)
    here = set_here.value if set_here else wanted.default
    if here == made_with or (made_with is not None and set_here and wanted.setting.startswith("exclude-newer")):
        return None  # uv makes moments of dates and of spans: their texts tell nothing
    if by_project and made_with is None:
        return None
    if set_here is None:
        return _gone(project, wanted, str(made_with))
    return _told(set_here, wanted, made_with, kept=_is_held(set_here, wanted, uv_version))


def _told(set_here: InForce, wanted: LockOption, made_with: str | None, *, kept: bool) -> MachineFinding:
    made = said("none") if made_with is None else one_line(made_with, 80)
    away = (
        said("Take {name} out of the environment", name=set_here.name)
        if set_here.path is None
        else said("Take it out: {where}", where=set_here.where)
    )
    fixes = [Fix(one_line(away))]
    if kept:
        fixes.append(Fix(said("Sync by uv.lock's own rules, for this once"), None, (("uv-wizard", "sync"),)))
    fact = said(
        "{where} says {setting} = {value}, and uv.lock was made with {made}",
        where=one_line(set_here.where),
        setting=wanted.setting,
        value=one_line(set_here.value, 80),
        made=made,
    )
    return AdvisedFinding(
        "lock-outdated",
        "warning" if kept else "error",
        said("A setting outside the project makes uv.lock fail: {setting}", setting=wanted.setting),
        said(
            "{fact}: {held} uv lock is not the remedy: it would change the lock for everybody.",
            fact=fact,
            held=sentences((_BARE, _HELD) if kept else (_BARE,)),
        ),
        (one_line(set_here.line, 300),),
        fixes=tuple(fixes),
        alone=True,
    )


def _is_held(set_here: InForce, wanted: LockOption, uv_version: str | None) -> bool:
    """Whether the child's environment can say otherwise: older uv has no word for no exclude-newer."""
    if wanted.variable is None:
        return False
    return set_here.path is None or wanted.default is not None or _knows_none(uv_version)


def _knows_none(uv_version: str | None) -> bool:
    least = catalog.table("uv.toml")["exclude_newer_none"]["from"]
    return uv_version is not None and Version(uv_version) >= Version(least)


def held_here(machine: Machine, project: Project | None, uv_version: str | None) -> dict[str, str | None]:
    """Variables of the sync, beside `lock_options.held`, that hold the lock against what this machine says; None takes
    one out.
    """
    if project is None or project.lock is None:
        return {}
    found: dict[str, str | None] = {}
    kept = held(project)
    for wanted in OPTIONS:
        if wanted.variable is None or wanted.variable in kept:
            continue
        if machine.environment.get(wanted.variable):
            found[wanted.variable] = None
        set_here = option_of_file(machine, wanted)
        if set_here is not None and wanted.setting not in own_settings(project)[2]:
            found.update(_against(set_here, wanted, uv_version))
    return found


def _against(set_here: InForce, wanted: LockOption, uv_version: str | None) -> dict[str, str | None]:
    """The default, with which the lock was made, against what a file says."""
    if wanted.default == set_here.value:
        return {}
    if wanted.default is not None:
        return {str(wanted.variable): wanted.default}
    none = catalog.table("uv.toml")["exclude_newer_none"]["word"]
    return {str(wanted.variable): none} if _knows_none(uv_version) else {}


def _gone(project: Project, wanted: LockOption, made_with: str) -> MachineFinding:
    path, data = project.file("uv.lock")
    lines = (data or b"").decode("utf-8", "replace").split("[[package]]", 1)[0].splitlines()
    number, line = next(
        ((number, line) for number, line in enumerate(lines, 1) if wanted.in_lock in line), (1, wanted.in_lock)
    )
    where = said(
        "Say so in pyproject.toml, for everybody: {line} under [tool.uv]",
        line=f"{wanted.setting} = {made_with!r}".replace("'", '"'),
    )
    return AdvisedFinding(
        "lock-outdated",
        "warning",
        said("uv.lock was made with a setting that is not in the project: {setting}", setting=wanted.setting),
        said(
            "{fact}: {held}",
            fact=said(
                "{path}, line {number} says {made_with}, and nothing in force here does",
                path=path,
                number=number,
                made_with=one_line(made_with, 80),
            ),
            held=sentences((_BARE, _HELD)),
        ),
        (one_line(line, 300),),
        fixes=(
            Fix(one_line(where)),
            Fix(said("Sync by uv.lock's own rules, for this once"), None, (("uv-wizard", "sync"),)),
        ),
        alone=True,
    )
