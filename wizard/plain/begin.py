"""The plain mode in a folder that holds no project, and with a git address instead of a folder: what the screens offer there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from wizard import begin
from wizard.address import folder_for
from wizard.clone import about, clone
from wizard.errors import BadInput, WizardError
from wizard.language import _, error_told
from wizard.plain.help import help_of
from wizard.plain.page import Back, Page, Question, Quit, Row, Talk
from wizard.plain.start_and_review import nothing
from wizard.plan.import_file import name_of
from wizard.project import place
from wizard.project.nearby import projects_below
from wizard.project.read import read_project
from wizard.text import masked, one_line, standing_size
from wizard.told.imported import piles

if TYPE_CHECKING:
    from wizard.plan.step import Step
    from wizard.way import Way

MOST_ENVIRONMENTS = 3


Making = Callable[["Way", Talk], "bool | None"]
"""Makes a project in that way's folder: True once the plan begins with it, None where it was not taken after all."""


@dataclass(frozen=True)
class Settled:
    """`moved`: the wizard stands in another folder now; `then`: what is to be made there."""

    moved: bool = False
    then: Making | None = None


def settle(way: Way, talk: Talk, move: Callable[..., None], first: Making | None = None) -> Settled:
    """Asks what is to be made here, until something is, or uv alone is wanted; the plan of `way` then begins with it.

    `first`: made without being asked for again. `move(folder, new=False)` goes to another one. Raises Quit, EndOfInput.
    """
    while True:
        if first is None:
            choice = _chosen(way, talk)
            if choice is None:
                return Settled()
        else:
            choice, first = _Offer("", make=first), None
        try:
            settled = _done(choice, way, talk, move)
        except Back:
            continue
        except (WizardError, OSError) as error:
            talk.say(_("x error: {what}", what=one_line(error_told(error), 200)))
            continue
        if settled is not None:
            return settled


@dataclass(frozen=True)
class _Offer:
    """`make`: in this folder, or in one of its own; `go`: to that folder, "?": to one that is asked for."""

    text: str
    make: Making | None = None
    own_folder: bool = False
    go: str = ""


def _chosen(way: Way, talk: Talk) -> _Offer | None:
    """What was taken, None for uv alone. Raises Quit, EndOfInput."""
    taken: list[_Offer] = []
    offers = list(_offers(way))
    several = bool(offers[0].go and offers[1].go not in {"", "?"})
    rows = [
        Row(one.text + ("" if at or several else _(", recommended")), partial(taken.append, one))
        for at, one in enumerate(offers)
    ]
    rows.append(Row(_("none of these: uv alone, without a project"), nothing))
    told = [_("! warning: {what}. A folder of its own is better.", what=way.place.told)] if way.place.told else []
    page = Page(
        1,
        "start",
        _("start: no project here yet"),
        _(
            "A project is a folder with a pyproject.toml, which names the packages that it "
            "needs. There is none in {folder}.",
          folder=one_line(way.path)),
        (*told, _("One can be made; the review shows every file before it is written.")),
        questions=(Question(_("Which?"), "1", tuple(rows)),),
        help=help_of("project"),
    )  # fmt: skip
    talk.go_through(page)
    return taken[0] if taken else None


def _offers(way: Way) -> Iterator[_Offer]:
    """What may be made or gone to, the likeliest first. A project's folder is one of its own where this one is no place."""
    below, own = projects_below(way.path), not way.place.fit
    where = _(", in a folder of its own") if own else _(", which lies here")
    for name in begin.files_below(way.path):
        make = partial(_of_file, name=str(Path(way.path, name)) if own else name)
        yield _Offer(_("a project of {file}{where}", file=one_line(name, 60), where=where), make, own)
    yield from (_Offer(_("go to the project in {folder}", folder=one_line(path)), go=path) for path in below)
    kept = [one for one in way.machine.conda_environments or () if one.name != "base"]
    for one in sorted(kept, key=lambda each: -(each.size_bytes or 0))[:MOST_ENVIRONMENTS]:
        size = "" if one.size_bytes is None else _(", ") + standing_size(one.size_bytes)
        text = _("a project of conda's {name}{size}", name=one_line(one.name, 40), size=size)
        yield _Offer(text, partial(_of_conda, name=one.name), own)
    if not own and not below:
        yield _Offer(_("a new project in this folder"), _new)
    if own or below:
        yield _Offer(_("a new project in a folder of its own"), _new, own_folder=True)
    yield _Offer(_("another folder, where a project is or is to be"), go="?")


def _done(offer: _Offer, way: Way, talk: Talk, move: Callable[..., None]) -> Settled | None:
    """None where nothing came of it. Raises Back, and WizardError."""
    if offer.go:
        move(
            offer.go
            if offer.go != "?"
            else place.named(way.path, _answer(talk, _("Folder"), way.path, partial(_no_folder, way.path)))
        )
        return Settled(moved=True)
    if offer.own_folder:
        wrong = partial(place.no_place, way.path, environment=way.environment)
        folder = _answer(talk, _("Its folder"), place.folder_of_its_own(way.path, way.environment), wrong)
        move(place.named(way.path, folder), new=True)
        return Settled(moved=True, then=offer.make)
    made = offer.make(way, talk) if offer.make else None
    return Settled() if made else None


def _no_folder(here: str, text: str) -> str | None:
    path = place.named(here, text)
    return None if os.path.isdir(path) else _("{path} is not a folder. Check the spelling.", path=one_line(text, 80))


def _of_file(way: Way, talk: Talk, *, name: str) -> bool | None:
    talk.say(_("Reading it, and asking the package index for names nobody knows"))
    imported = begin.brought(way, name)
    talk.say(["", *piles(imported)])
    return _agreed(way, talk, partial(begin.of_file, way, imported))


def _of_conda(way: Way, talk: Talk, *, name: str) -> bool | None:
    talk.say(_("Reading it, and asking the package index for names nobody knows"))
    imported, here = begin.brought_from_conda(way, name)
    talk.say(["", *piles(imported), *here.told()])
    return _agreed(way, talk, partial(begin.of_file, way, imported))


def _new(way: Way, talk: Talk) -> bool | None:
    name = _answer(talk, _("Name"), name_of(Path(way.path).name), _no_name, "new-project")
    python = _answer(talk, _("Python, such as 3.12"), _("uv chooses"), _no_python, "new-project")
    packages = _answer(talk, _("Packages, such as numpy, torch"), _("none"), _no_packages, "new-project")
    step = begin.new(way, name, "" if python == _("uv chooses") else python, _packages(packages))
    talk.say(["", *step.notes])
    return _agreed(way, talk, lambda: step)


def _agreed(way: Way, talk: Talk, make: Callable[[], Step]) -> bool | None:
    while True:
        answer = talk.ask(_("Take it? It is written after the review. y, n [y]:"))
        if answer in {"", "y", "yes"}:
            way.begin_project(make())
            talk.say(_("The plan begins with it."))
            return True
        if answer in {"n", "b"}:
            return None
        if answer == "q":
            raise Quit
        if answer == "?":
            talk.tell(help_of("project"))
            continue
        talk.say(_("x error: {answer} is not a choice. Give y, n or q.", answer=answer))


def _answer(
    talk: Talk, prompt: str, default: str, wrong: Callable[[str], str | None] | None = None, explained: str = "project"
) -> str:
    """An answer that will do; `explained`: the help of `?`. Raises Back, Quit, EndOfInput."""
    while True:
        answer = talk.ask(f"{prompt} [{default}]:") or default
        if answer == "b":
            raise Back
        if answer == "q":
            raise Quit
        if answer == "?":
            talk.tell(help_of(explained))
            continue
        why = wrong(answer) if wrong else None
        if why is None:
            return answer
        talk.say(_("x error: {what}", what=why))


def _no_name(text: str) -> str | None:
    return None if name_of(text) == text else _("a name has letters, digits and - _ . between them")


def _no_packages(text: str) -> str | None:
    return _refused(lambda: begin.check_packages(_packages(text)))


def _no_python(text: str) -> str | None:
    return _refused(lambda: begin.check_python("" if text == _("uv chooses") else text))


def _refused(check: Callable[[], None]) -> str | None:
    try:
        check()
    except BadInput as error:
        return error_told(error)
    return None


def _packages(text: str) -> list[str]:
    return [] if text in {"none", _("none")} else begin.packages_in(text)


def cloned(address: str, way: Way, talk: Talk) -> str:
    """Asks where to, clones it, says what came. The folder. Raises Quit, EndOfInput, WizardError where it was not wanted."""
    talk.say(["", _("A project from {address}", address=masked(one_line(address)))])
    while True:
        folder = _folder(talk, folder_for(address, way.path))
        talk.say(_("git fetches it; nothing of it is run. Ctrl+C stops it."))
        try:
            clone(address, folder, way.environment)
        except BadInput as error:
            talk.say(_("x error: {what}", what=error_told(error)))
            continue
        break
    talk.say(["", *about(read_project(folder, way.environment), folder, way.machine)])
    talk.say(_("Nothing of it has been run. The review shows every command."))
    return folder


def _folder(talk: Talk, default: str) -> str:
    try:
        return os.path.expanduser(_answer(talk, _("Clone it into"), default, explained="clone"))
    except Back:
        raise Quit from None


__all__ = ["Making", "Settled", "cloned", "settle"]
