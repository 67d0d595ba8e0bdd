"""The plain mode in a folder that holds no project, and with a git address instead of a folder: what the screens offer there."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from wizard import begin
from wizard.cli.importing import piles
from wizard.clone import about, clone, folder_for
from wizard.errors import BadInput, WizardError
from wizard.plain_page import Back, Page, Question, Quit, Row, Talk
from wizard.plain_pages import help_of, nothing
from wizard.plan.import_file import name_of
from wizard.project.nearby import projects_below
from wizard.project.read import read_project
from wizard.text import masked, one_line, standing_size

if TYPE_CHECKING:
    from wizard.plan.step import Step
    from wizard.way import Way

MOST_ENVIRONMENTS = 3


def settle(way: Way, talk: Talk, move: Callable[[str], None]) -> bool:
    """Asks what is to be made here, until something is or uv alone is wanted; True where `move` went to another folder.

    The plan of `way` then begins with it. Raises Quit, EndOfInput.
    """
    while True:
        taken: list[Callable[[], bool | None]] = []
        rows = [Row(text, partial(taken.append, make)) for text, make in _offers(way, talk, move)]
        rows.append(Row("none of these: uv alone, without a project", nothing))
        question = Question("Which?", str(len(rows)), tuple(rows), chosen=len(rows) - 1)
        page = Page(
            1,
            "start",
            "start: no project here yet",
            f"There is no pyproject.toml in {one_line(way.path)}. One can be made; the review shows it before it is written.",
            questions=(question,),
            help=help_of("start"),
        )
        talk.go_through(page)
        if not taken:
            return False
        try:
            moved = taken[0]()
        except Back:
            continue
        except (WizardError, OSError) as error:
            talk.say(f"x error: {one_line(str(error), 200)}")
            continue
        if moved is not None:
            return moved


def _offers(way: Way, talk: Talk, move: Callable[[str], None]) -> list[tuple[str, Callable[[], bool | None]]]:
    """What may be made or gone to. Each returns whether it moved, None where nothing was taken."""
    found: list[tuple[str, Callable[[], bool | None]]] = [
        (f"a project of {one_line(name, 60)}, which lies here", partial(_of_file, way, talk, name))
        for name in begin.files_below(way.path)
    ]
    kept = [one for one in way.machine.conda_environments or () if one.name != "base"]
    for one in sorted(kept, key=lambda each: -(each.size_bytes or 0))[:MOST_ENVIRONMENTS]:
        size = "" if one.size_bytes is None else f", {standing_size(one.size_bytes)}"
        found.append((f"a project of conda's {one_line(one.name, 40)}{size}", partial(_of_conda, way, talk, one.name)))
    found += [
        (f"go to the project in {one_line(path)}", partial(_go_to, move, str(Path(way.path, path))))
        for path in projects_below(way.path)
    ]
    found.append(("a new project in this folder", partial(_new, way, talk)))
    return found


def _go_to(move: Callable[[str], None], path: str) -> bool:
    move(path)
    return True


def _of_file(way: Way, talk: Talk, name: str) -> bool | None:
    talk.say("Reading it, and asking the package index for names nobody knows")
    imported = begin.brought(way, name)
    talk.say(["", *piles(imported)])
    return _agreed(way, talk, partial(begin.of_file, way, imported))


def _of_conda(way: Way, talk: Talk, name: str) -> bool | None:
    talk.say("Reading it, and asking the package index for names nobody knows")
    imported, here = begin.brought_from_conda(way, name)
    talk.say(["", *piles(imported), *here.told()])
    return _agreed(way, talk, partial(begin.of_file, way, imported))


def _new(way: Way, talk: Talk) -> bool | None:
    name = _answer(talk, "Name", name_of(Path(way.path).name), _no_name)
    python = _answer(talk, "Python, such as 3.12", "uv chooses")
    packages = _answer(talk, "Packages, such as numpy, torch", "none", _no_packages)
    step = begin.new(
        way, name, "" if python == "uv chooses" else python, [] if packages == "none" else _listed(packages)
    )
    talk.say(["", *step.notes])
    return _agreed(way, talk, lambda: step)


def _agreed(way: Way, talk: Talk, make: Callable[[], Step]) -> bool | None:
    while True:
        answer = talk.ask("Take it? It is written after the review. y, n [y]:")
        if answer in {"", "y", "yes"}:
            way.begin_project(make())
            talk.say("The plan begins with it.")
            return False
        if answer in {"n", "b"}:
            return None
        if answer == "q":
            raise Quit
        talk.say(f"x error: {answer} is not a choice. Give y, n or q.")


def _answer(talk: Talk, prompt: str, default: str, wrong: Callable[[str], str | None] = lambda _: None) -> str:
    """An answer that will do. Raises Back, Quit, EndOfInput."""
    while True:
        answer = talk.ask(f"{prompt} [{default}]:") or default
        if answer == "b":
            raise Back
        if answer == "q":
            raise Quit
        why = wrong(answer)
        if why is None:
            return answer
        talk.say(f"x error: {why}")


def _no_name(text: str) -> str | None:
    return None if name_of(text) == text else "a name has letters, digits and - _ . between them"


def _no_packages(text: str) -> str | None:
    try:
        begin.check_packages([] if text == "none" else _listed(text))
    except BadInput as error:
        return str(error)
    return None


def _listed(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def cloned(address: str, way: Way, talk: Talk) -> str:
    """Asks where to, clones it, says what came. The folder. Raises Quit, EndOfInput, WizardError where it was not wanted."""
    talk.say(["", f"A project from {masked(one_line(address))}"])
    while True:
        folder = _folder(talk, folder_for(address, way.path))
        talk.say("git fetches it; nothing of it is run. Ctrl+C stops it.")
        try:
            clone(address, folder, way.environment)
        except BadInput as error:
            talk.say(f"x error: {error}")
            continue
        break
    talk.say(["", *about(read_project(folder, way.environment), folder, way.machine)])
    talk.say("Nothing of it has been run. The review shows every command.")
    return folder


def _folder(talk: Talk, default: str) -> str:
    try:
        return os.path.expanduser(_answer(talk, "Clone it into", default))
    except Back:
        raise Quit from None


__all__ = ["cloned", "settle"]
