"""What the commands share: from Options to a Way, and out again as JSON or lines."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from wizard import choices as choosing
from wizard.choices import Choices
from wizard.cli.options import Options
from wizard.errors import BadInput
from wizard.language import _, shown
from wizard.machine.facts import Machine
from wizard.text import clean, masked, one_line
from wizard.way import Way


def choices_of(options: Options) -> Choices:
    """The layers of `--choices` and `--set`. Raises BadInput."""
    choices = Choices()
    path = options.text("choices")
    if path is not None:
        choices = choices.with_values("file", choosing.from_file(Path(path)))
    sets = [*options.values.get("set", ())]
    if options.text("require") is not None:
        sets.append(f"verify.require={options.text('require')}")
    return choices.with_values("set", choosing.from_sets(sets))


def machine_of(options: Options) -> Machine | None:
    """The machine of `--machine FILE`, None where it was not given. Raises BadInput."""
    path = options.text("machine")
    if path is None:
        return None
    from wizard.machine.facts_file import from_document

    try:
        document = json.loads(Path(path).read_text("utf-8-sig"))
    except OSError as error:
        msg = _(
            "the machine file {path} cannot be read: {strerror}", path=one_line(path), strerror=error.strerror or error
        )
        raise BadInput(msg) from None
    except (ValueError, RecursionError) as error:
        msg = _(
            "the machine file {path} is not valid JSON: {error}", path=one_line(path), error=one_line(str(error), 200)
        )
        raise BadInput(msg) from None
    return from_document(document)


def refuse_machine(options: Options) -> None:
    """apply, sync and verify work on this machine only. Raises BadInput."""
    if options.text("machine") is not None:
        msg = _(
            "--machine is for looking and planning; uv-wizard {command} works on this machine", command=options.command
        )
        raise BadInput(msg)


def way_of(options: Options, word: int = 0, *, shells: bool = False, newest: bool = False) -> Way:
    """The way for the project named at `word` (default: here), all facts looked up. Raises BadInput.

    `shells`: also ask the user's shells which uv they run; `newest`: and the package index for the newest.
    """
    way = Way(options.word(word) or ".", choices=choices_of(options), machine=machine_of(options))
    way.look(shells=shells, newest=newest)
    return way


def give_up_output() -> None:
    """From now on what is printed goes nowhere: nobody reads it, or nothing takes it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def print_json(document: Any) -> None:
    """One document, or one event, on one or more lines."""
    print(json.dumps(document, indent=2))


def print_lines(lines: Iterable[str]) -> None:
    """Lines for people: credentials masked, nothing in them that a terminal would obey."""
    for line in lines:
        print(masked(clean(shown(line))))
    sys.stdout.flush()
