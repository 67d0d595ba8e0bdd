"""What became another in uv.lock: packages added, removed and changed, of two texts of it. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wizard.language import nsaid, said
from wizard.lists import both, named
from wizard.project.facts import LockedPackage
from wizard.project.lockfile import lock_of
from wizard.text import masked, one_line
from wizard.toml import parse


@dataclass(frozen=True)
class PackageChange:
    """A package by its name. A lock may hold several versions of one, for several systems; none before: it is new.

    Sources are index addresses, else the kind and the place (`git https://...`), credentials masked.
    """

    name: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    sources_before: tuple[str, ...] = ()
    sources_after: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """`+ numpy 2.0`, `- rich 13.0`, `  torch 2.15.0 -> 2.14.1+cu126`, in one line."""
        if not self.sources_before:
            return one_line(f"+ {self.name} {_versions(self.after)}".rstrip())
        if not self.sources_after:
            return one_line(f"- {self.name} {_versions(self.before)}".rstrip())
        if self.before == self.after:
            was, now = both(self.sources_before), both(self.sources_after)
            told = said(
                "  {name} {versions}, from {now} (was {was})",
                name=self.name,
                versions=_versions(self.after),
                now=now,
                was=was,
            )
            return one_line(told)
        return one_line(f"  {self.name} {_versions(self.before)} -> {_versions(self.after)}")

    def document(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "name": self.name,
            "before": list(self.before),
            "after": list(self.after),
            "sources_before": list(self.sources_before),
            "sources_after": list(self.sources_after),
        }


def _versions(versions: tuple[str, ...]) -> str:
    return both(versions)


@dataclass(frozen=True)
class LockChanges:
    """Each list in the order of names. `same`: not a byte differs."""

    added: tuple[PackageChange, ...] = ()
    removed: tuple[PackageChange, ...] = ()
    changed: tuple[PackageChange, ...] = ()
    same: bool = False

    @property
    def summary(self) -> str:
        """`15 packages added, 17 removed, 2 changed`; what is none is left out."""
        told = list(self._counts())
        if not told:
            return said("it stays as it is") if self.same else said("no package added, removed or changed")
        return named(told)

    def _counts(self) -> Iterator[str]:
        """The first one names what is counted."""
        added, removed, changed = len(self.added), len(self.removed), len(self.changed)
        if added:
            yield nsaid("{count} package added", "{count} packages added", added)
        if removed:
            yield (
                said("{count} removed", count=removed)
                if added
                else nsaid("{count} package removed", "{count} packages removed", removed)
            )
        if changed:
            yield (
                said("{count} changed", count=changed)
                if added or removed
                else nsaid("{count} package changed", "{count} packages changed", changed)
            )

    @property
    def lines(self) -> tuple[str, ...]:
        """Every package in a line: what changed, what is new, what is gone."""
        return tuple(one.line for one in (*self.changed, *self.added, *self.removed))

    def document(self) -> dict[str, Any]:
        """The three lists for `--json` and for the event `locked`."""
        return {
            "added": [one.document() for one in self.added],
            "removed": [one.document() for one in self.removed],
            "changed": [one.document() for one in self.changed],
        }


def lock_changes(before: bytes | None, after: bytes | None) -> LockChanges:
    """What `after` has that `before` has not, and the other way round; None is no lock.

    Raises TOMLError or UnicodeDecodeError (ValueErrors) where `after` is no lock; a `before` that nobody can read (git's
    marks of a conflict, say) counts as none.
    """
    try:
        old = _packages(before)
    except ValueError:
        old = {}
    new = _packages(after)
    found = [_change(name, old.get(name, ()), new.get(name, ())) for name in sorted({*old, *new})]
    return LockChanges(
        tuple(one for one in found if one.name not in old),
        tuple(one for one in found if one.name not in new),
        tuple(one for one in found if one.name in old and one.name in new and _differs(one)),
        same=before == after,
    )


def _packages(data: bytes | None) -> Mapping[str, tuple[LockedPackage, ...]]:
    found: dict[str, tuple[LockedPackage, ...]] = {}
    for package in lock_of(parse(data)).packages if data else ():
        if package.installs:
            found[package.name] = (*found.get(package.name, ()), package)
    return found


def _change(name: str, old: tuple[LockedPackage, ...], new: tuple[LockedPackage, ...]) -> PackageChange:
    return PackageChange(name, _told(old), _told(new), _sources(old), _sources(new))


def _told(packages: tuple[LockedPackage, ...]) -> tuple[str, ...]:
    return tuple(sorted({one.version for one in packages if one.version}))


def _sources(packages: tuple[LockedPackage, ...]) -> tuple[str, ...]:
    return tuple(sorted({_source(one) for one in packages}))


def _source(package: LockedPackage) -> str:
    if package.registry is not None:
        return masked(one_line(package.registry))
    kind, place = next(iter(package.source.items()), ("unknown", ""))
    return masked(one_line(f"{kind} {place}"))


def _differs(change: PackageChange) -> bool:
    return (change.before, change.sources_before) != (change.after, change.sources_after)


def lock_diff(before: bytes | None, after: bytes | None) -> str:
    """The unified diff of the two texts, credentials masked; "" where they are the same."""
    old, new = ((data or b"").decode("utf-8", "replace").splitlines() for data in (before, after))
    return masked("".join(f"{line}\n" for line in difflib.unified_diff(old, new, "uv.lock", "uv.lock", lineterm="")))


__all__ = ["LockChanges", "PackageChange", "lock_changes", "lock_diff"]
