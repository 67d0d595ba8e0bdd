"""Every uv on the machine, with the shells that run it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wizard.language import said
from wizard.lists import listed
from wizard.machine.facts import FoundUv, Machine, UvInShell
from wizard.plan.install_uv import path_entries


@dataclass(frozen=True)
class UvHere:
    """`where`: who runs it, such as `first in bash and zsh`."""

    found: FoundUv
    where: str


def uv_here(machine: Machine) -> tuple[UvHere, ...]:
    """Those that were found on the PATH and in the usual places, then those that only a shell finds."""
    told = list(machine.uv or ())
    for one in answered(machine):
        if one.real and not any(_same(found, one) for found in told):
            told.append(FoundUv(one.path or one.real, None, "unknown", one.real))
    return tuple(UvHere(found, _where(found, machine)) for found in told)


def answered(machine: Machine) -> tuple[UvInShell, ...]:
    """The shells that said what they run."""
    return tuple(one for one in machine.uv_in_shells or () if one.why_not is None)


def _same(found: FoundUv, one: UvInShell) -> bool:
    return one.path == found.path or (found.real is not None and one.real == found.real)


def of_shell(machine: Machine, one: UvInShell) -> FoundUv | None:
    """The uv that this shell runs, as it was found."""
    return next((here.found for here in uv_here(machine) if _same(here.found, one)), None)


def _where(found: FoundUv, machine: Machine) -> str:
    shells = answered(machine)
    if not shells:
        return _on_path(found, machine)
    told = listed(list(_families(found, shells)))
    if not told:
        return said("never reached")
    everywhere = all(_same(found, one) for one in shells) and len({one.shell for one in shells}) > 2
    return said("first in every shell") if everywhere else said("first in {shells}", shells=told)


def _families(found: FoundUv, shells: tuple[UvInShell, ...]) -> Iterator[str]:
    for family in dict.fromkeys(one.shell for one in shells):
        starts = {one.start: _same(found, one) for one in shells if one.shell == family}
        if all(starts.values()):
            yield family
        elif starts.get("login"):
            yield said("{family} (log-in only)", family=family)
        elif any(starts.values()):
            yield said("{family} (not at log-in)", family=family)


def _on_path(found: FoundUv, machine: Machine) -> str:
    entries = path_entries(machine)
    if entries is None:
        return said("first on the PATH") if found == next(iter(machine.uv or ()), None) else ""
    folder = found.path.replace("\\", "/").rpartition("/")[0]
    on_path = [entry.replace("\\", "/") for entry in entries]
    if folder not in on_path:
        return said("not on the PATH")
    before = [one for one in machine.uv or () if one != found and _parent(one) in on_path[: on_path.index(folder)]]
    return said("behind another on the PATH") if before else said("first on the PATH")


def _parent(one: FoundUv) -> str:
    return one.path.replace("\\", "/").rpartition("/")[0]


def shadowing(machine: Machine, path: str) -> tuple[tuple[str, FoundUv], ...]:
    """(shell as it is started, the other uv that it runs) where a shell does not run the one at `path`."""
    told = []
    for one in answered(machine):
        other = of_shell(machine, one)
        if other is not None and other.path != path:
            told.append((said("{shell} at log-in", shell=one.shell) if one.start == "login" else one.shell, other))
    return tuple(told)
