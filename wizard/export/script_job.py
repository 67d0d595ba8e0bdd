"""A plan as what a script does, shell by shell alike: places instead of this machine's paths, sums instead of trust. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wizard.files import digest
from wizard.language import said
from wizard.plan.step import Command, FileChange, Plan, RegistryChange, Step
from wizard.text import masked, one_line

_ADDRESS = re.compile(r"https?://[^\s|'\"]+")
_INSTEAD = {
    "mirror-sync": said("The mirror is asked once, through uv pip; what it lacks comes from uv.lock's own addresses."),
    "move-cache": said("The old cache is left where it is: uv-wizard moves it, this script does not."),
}


@dataclass(frozen=True)
class Place:
    """A path or a word. `under`: project, home, uv (the program itself) or "" for a text as it stands."""

    under: str
    rest: str = ""


@dataclass(frozen=True)
class Write:
    """A file's new bytes. `before`: sha256 of what the plan saw, None for no file; `after`: of what it will be, the next
    first; `data`: the new bytes, or with `keep` what stands between so many bytes kept at the front and at the end.
    `adds`: the file of a machine that was not looked at, which gets what it lacks at its end.
    """

    place: Place
    before: str | None
    after: tuple[str, ...]
    data: bytes
    keep: tuple[int, int] | None = None
    adds: bool = False


@dataclass(frozen=True)
class Run:
    """A command. `through`: a mirror that `uv pip` asks first, and the packages that no mirror has."""

    argv: tuple[Place, ...]
    folder: Place
    environment: Mapping[str, Place]
    through: tuple[str, tuple[str, ...]] | None = None


@dataclass(frozen=True)
class Install:
    """A way in which uv comes: by its installer's address, or (`index` not None) by pip."""

    how: str
    address: str = ""
    environment: tuple[tuple[str, str], ...] = ()
    requirement: str = "uv"
    index: str = ""


@dataclass(frozen=True)
class Part:
    """One step."""

    title: str
    writes: tuple[Write, ...] = ()
    registry: tuple[RegistryChange, ...] = ()
    runs: tuple[Run, ...] = ()


@dataclass(frozen=True)
class Job:
    """All of it. `uv`: where it lies or will lie; `version`: the exact one, "" for any from `least` on; `dropped`: variables
    that would mislead uv; `check`: one line of Python and where that Python is.
    """

    name: str
    uv: Place
    uv_folder: Place
    version: str
    least: str
    installs: tuple[Install, ...]
    parts: tuple[Part, ...]
    dropped: tuple[str, ...]
    python: Place
    check: str
    windows: bool


@dataclass(frozen=True)
class Places:
    """Where this machine has what another has elsewhere."""

    project: str
    home: str
    uv: str
    windows: bool

    def of(self, text: str) -> Place:
        """A path or word of the plan as a place."""
        if text == self.uv:
            return Place("uv")
        for under, folder in (("project", self.project), ("home", self.home)):
            inside = self._inside(text, folder)
            if inside is not None:
                return Place(under, inside)
        return Place("", text)

    def _inside(self, text: str, folder: str) -> str | None:
        if not folder.strip("/\\"):
            return None
        one, whole = (text.replace("\\", "/"), folder.replace("\\", "/")) if self.windows else (text, folder)
        whole = whole.rstrip("/")
        same = (lambda word: word.lower()) if self.windows else str
        if same(one) == same(whole):
            return ""
        return one[len(whole) + 1 :] if same(one).startswith(same(whole) + "/") else None


def parts_of(plan: Plan, places: Places, foreign: tuple[str, ...]) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    """The steps but uv's and the check; and what to know of them. `foreign`: packages that no mirror of the index has."""
    notes: list[str] = []
    steps = [one for one in plan.steps if one.id not in ("uv", "verify")]
    afters: dict[str, list[str]] = {}
    for file in (file for step in steps for file in step.files):
        afters.setdefault(file.path, []).append(digest(file.after) or "-")
    parts = []
    for step in steps:
        writes = []
        for file in step.files:
            left = afters[file.path]
            write = _write(file, places, tuple(left))
            left.pop(0)
            if write is None:
                notes.append(
                    said(
                        "{path} is left out: its new text holds a sign-in. Write it by hand.",
                        path=one_line(file.path, 80),
                    )
                )
            else:
                writes.append(write)
        runs = tuple(_runs(step, places, foreign, notes))
        parts.append(Part(f"{step.id}: {one_line(step.summary, 100)}", tuple(writes), step.registry, runs))
    return tuple(parts), tuple(dict.fromkeys(notes))


def _write(file: FileChange, places: Places, afters: tuple[str, ...]) -> Write | None:
    place, after = places.of(file.path), file.after or b""
    if not file.known:
        adds = not file.path.endswith("uv.toml")
        return None if _secret(after) else Write(place, None, afters, after, adds=adds)
    if file.before is None or (place.under == "project" and not _secret(after)):
        return None if _secret(after) else Write(place, digest(file.before), afters, after)
    # somebody's own file: nothing of it has to be told to others
    front, middle, back = _between(file.before, after)
    return None if _secret(middle) else Write(place, digest(file.before), afters, middle, (front, back))


def _between(before: bytes, after: bytes) -> tuple[int, bytes, int]:
    """Whole lines that stay at the front and at the end, in bytes, and what stands between them afterwards."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    front = 0
    while front < min(len(old), len(new)) and old[front] == new[front]:
        front += 1
    back = 0
    while back < min(len(old), len(new)) - front and old[-1 - back] == new[-1 - back]:
        back += 1
    kept = sum(map(len, new[:front])), sum(map(len, new[len(new) - back :]))
    return kept[0], after[kept[0] : len(after) - kept[1]], kept[1]


def _secret(data: bytes) -> bool:
    text = data.decode("utf-8", "replace")
    return masked(text) != text


def _runs(step: Step, places: Places, foreign: tuple[str, ...], notes: list[str]) -> Iterator[Run]:
    for command in step.commands:
        if command.kind in ("plain", "uv", "mirror-sync"):
            yield _run(command, places, foreign, notes)
        if command.kind in _INSTEAD:
            notes.append(_INSTEAD[command.kind])


def _run(command: Command, places: Places, foreign: tuple[str, ...], notes: list[str]) -> Run:
    environment = {}
    for name, value in command.environment.items():
        if value is None:
            continue
        if masked(value) != value or re.search(r"(PASSWORD|TOKEN|USERNAME)$", name):
            notes.append(said("{name} is left out: it is a sign-in. Set it before you run the script.", name=name))
        else:
            environment[name] = places.of(value)
    stand_ins: Mapping[str, Any] = command.options.get("stand_ins") or {}
    mirror = stand_ins.get(command.environment.get("UV_DEFAULT_INDEX") or "")
    through = (str(mirror), foreign) if mirror and masked(str(mirror)) == mirror else None
    folder = places.of(command.cwd) if command.cwd else Place("project")
    return Run(tuple(map(places.of, command.argv)), folder, environment, through)


def installs_of(ways: Iterable[Mapping[str, Any]]) -> Iterator[Install]:
    """The ways of the plan that a script can go."""
    for way in ways:
        argv = [str(word) for word in way["argv"]]
        if way["how"] == "standalone":
            found = _ADDRESS.search(argv[-1])
            if found is not None:
                kept = {name: value for name, value in way["environment"].items() if name != "UV_INSTALL_DIR"}
                yield Install("installer", found[0], tuple(kept.items()))
        elif way["how"] in ("index", "wheel"):
            requirement = next((word for word in argv if re.match(r"uv([=<>!~,].*)?$", word)), "uv")
            yield Install("pip", requirement=requirement, index=str(way.get("index") or ""))
