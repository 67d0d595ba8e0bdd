"""A file's entries in three piles, each with its reason: mapped, dropped, undecided. Pure.

Nothing is lost silently, and nobody's home path is repeated.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from wizard.environment_files import conda_spec, hints, names, pip_entry
from wizard.environment_files.record import Described, Entry, Imported, Sorted, without_homes
from wizard.errors import BadInput
from wizard.language import said
from wizard.lists import clauses
from wizard.text import clean, masked

TORCH = frozenset({"torch", "torchvision", "torchaudio"})


@dataclass
class _Piles:
    mapped: list[Sorted] = field(default_factory=list)
    dropped: list[Sorted] = field(default_factory=list)
    undecided: list[Sorted] = field(default_factory=list)
    requirements: dict[str, str] = field(default_factory=dict)
    hints: list[tuple[str, str]] = field(default_factory=list)
    paths: dict[str, tuple[str, bool]] = field(default_factory=dict)
    requires_python: str | None = None


def sort(described: Described, *, absent: Collection[str] = ()) -> Imported:
    """The piles. `absent`: names (canonical) that the package index was asked for and does not have.

    Raises BadInput for Python 2.
    """
    piles = _Piles()
    gone = frozenset(map(canonicalize_name, absent))
    for entry in described.entries:
        if entry.kind == "conda":
            _conda(piles, entry, gone, dump=described.dump)
        else:
            _pip(piles, entry, gone)
    for address in (*described.indexes, *described.find_links):
        hint = hints.of_address(address)
        if hint:
            piles.hints.append(("address", hint))
    uses_torch = any(canonicalize_name(Requirement(one).name) in TORCH for one in piles.requirements.values())
    return Imported(
        name=described.name,
        requires_python=piles.requires_python,
        dependencies=tuple(piles.requirements.values()),
        uses_torch=uses_torch,
        torch_hint=hints.best(piles.hints) if uses_torch else None,
        indexes=tuple(masked(one) for one in described.indexes),
        mapped=tuple(piles.mapped),
        dropped=tuple(piles.dropped),
        undecided=tuple(piles.undecided),
        default_index=described.default_index,
        find_links=described.find_links,
        constraints=described.constraints,
        paths=piles.paths,
        notes=tuple(without_homes(masked(note)) for note in described.notes),
        of_conda=any(entry.kind == "conda" for entry in described.entries),
    )


def candidates(described: Described) -> tuple[str, ...]:
    """Names that nobody has looked up yet, to ask the package index for."""
    found = []
    for entry in described.entries:
        if entry.kind == "conda":
            spec = conda_spec.read(entry.text)
            if spec and spec.name.lower() not in {"python", "pip"}:
                told = names.named(spec.name)
                if told.pile == "mapped" and not told.known:
                    found.append(canonicalize_name(told.to))
        else:
            requirement = pip_entry.requirement(entry.text)
            if requirement is not None and requirement.url is None:
                found.append(canonicalize_name(requirement.name))
    return tuple(dict.fromkeys(found))


def _shown(entry: Entry) -> str:
    return " ".join(without_homes(masked(clean(entry.row or entry.text))).split())


def _conda(piles: _Piles, entry: Entry, absent: Collection[str], *, dump: bool) -> None:
    shown = _shown(entry)
    spec = conda_spec.read(entry.text)
    if spec is None:
        piles.undecided.append(Sorted(shown, None, said("it can't be read as a conda package")))
        return
    hint = hints.of_spec(spec)
    if hint:
        piles.hints.append((hints.rank(spec), hint))
    asked, lost = conda_spec.specifier(spec.version)
    name = names.normal(spec.name)
    if name in {"python", "pypy", "pypy3"}:
        _python(piles, shown, asked, spec.version)
        return
    if name in {"setuptools", "wheel"} and (dump or not asked):
        piles.dropped.append(
            Sorted(shown, None, said("uv environments need none; uv add setuptools where code imports it"))
        )
        return
    found = names.named(spec.name)
    if found.pile == "mapped" and canonicalize_name(_bare(found.to)) in absent:
        why = said("the package index has no package of that name: conda's alone, or another name there")
        piles.undecided.append(Sorted(shown, None, why))
    elif found.pile == "mapped":
        marker = entry.marker or names.only(found.to)
        told = clauses(filter(None, (found.why, lost, _channel(spec))))
        _map(piles, shown, f"{found.to}{asked}", marker, told, other=f"{found.other}{asked}" if found.other else None)
    elif found.pile == "dropped":
        piles.dropped.append(Sorted(shown, None, found.why))
    else:
        piles.undecided.append(Sorted(shown, None, found.why))


def _bare(requirement: str) -> str:
    return requirement.partition("[")[0]


def _channel(spec: conda_spec.CondaSpec) -> str | None:
    return said("the channel {channel} has no counterpart", channel=spec.channel) if spec.channel else None


def _python(piles: _Piles, shown: str, asked: str, version: str | None) -> None:
    """A patch release is what conda had that day; any of its series does, and uv has those."""
    if re.match(r"={1,2}2(?:\.|$)|<=?2(?:\.|$)|~=2\.", asked):
        msg = said(
            "this file asks for Python 2 ({shown}); uv has none, and neither have today's packages. Take Python 3 first",
            shown=shown,
        )
        raise BadInput(msg)
    series = re.fullmatch(r"==(3\.\d+)(?:\.\d+)?(?:\.\*)?", asked)
    piles.requires_python = f"=={series[1]}.*" if series else asked or None
    why: str = said("becomes requires-python, the Pythons that the project runs on")
    if series and series[1] in {"3.6", "3.7", "3.8"}:
        old = said(
            "Python {series} is old: few of today's packages, and no new torch, have wheels for it", series=series[1]
        )
        why = clauses((why, old))
    elif version is None:
        why = said("requires-python: any Python")
    piles.mapped.append(
        Sorted(shown, said("requires-python {python}", python=piles.requires_python or said("any")), why)
    )


def _pip(piles: _Piles, entry: Entry, absent: Collection[str]) -> None:
    shown = _shown(entry)
    hint = hints.of_local(entry.text)
    if hint and re.search(r"torch", entry.text):
        piles.hints.append(("local", hint))
    told = pip_entry.told(entry)
    if told.requirement is None:
        pile = piles.dropped if told.dropped else piles.undecided
        pile.append(Sorted(shown, None, told.why))
        return
    name = canonicalize_name(Requirement(told.requirement).name)
    if name == "pip":
        piles.dropped.append(Sorted(shown, None, said("uv brings its own")))
    elif name in absent and "@" not in told.requirement:
        piles.undecided.append(Sorted(shown, None, said("the package index has no package of that name")))
    else:
        if told.path:
            piles.paths[name] = (told.path, entry.editable)
        _map(piles, shown, told.requirement, entry.marker, told.why)


def _map(
    piles: _Piles, shown: str, requirement: str, marker: str | None, why: str, *, other: str | None = None
) -> None:
    """Into the dependencies; what is asked for twice is asked for once, as pip's lines have the last word."""
    text = f"{requirement} ; {marker}" if marker else requirement
    try:
        read = Requirement(text)
    except InvalidRequirement:
        piles.undecided.append(Sorted(shown, None, said("it can't be written as a dependency")))
        return
    key = f"{canonicalize_name(read.name)} {read.marker or ''}"
    if key in piles.requirements and piles.requirements[key] != text:
        why = clauses((why, said("it is asked for twice, the last word counts")))
    piles.requirements[key] = text.replace(" ; ", "; ")
    if other and marker:
        other = f"{other}; {marker}"
    piles.mapped.append(Sorted(shown, piles.requirements[key], why, other))
