"""argv becomes Options. One flat set of options, so that they may stand before or after the words."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from wizard.cli.commands import COMMANDS, CommandSpec
from wizard.cli.tables import OPTIONS, flag
from wizard.errors import BadInput
from wizard.language import _
from wizard.text import one_line

if TYPE_CHECKING:
    from wizard.cli.face import Screens


@dataclass(frozen=True)
class Options:
    """What was asked for; `command` "" is the wizard itself."""

    command: str
    words: tuple[str, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)
    screens: Screens | None = None
    """What opens the screens; None where nobody brought any."""

    @property
    def version(self) -> bool:
        """--version."""
        return bool(self.values.get("version"))

    @property
    def help(self) -> bool:
        """--help."""
        return bool(self.values.get("help"))

    @property
    def json(self) -> bool:
        """--json."""
        return self.flag("json")

    def flag(self, name: str) -> bool:
        """Whether that switch was given."""
        return bool(self.values.get(name))

    def text(self, name: str) -> str | None:
        """The text given with that option."""
        value = self.values.get(name)
        return value if isinstance(value, str) else None

    def word(self, index: int = 0) -> str | None:
        """The word after the command at `index`."""
        return self.words[index] if index < len(self.words) else None


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        text = _("{message}; uv-wizard --help shows what there is", message=_said_by_parser(one_line(message, 300)))
        raise BadInput(text)


def _said_by_parser(message: str) -> str:
    """What argparse says, in the reader's language where it is one of what our options can make it say."""
    if found := re.fullmatch(r"argument (?:\S+/)?(?P<option>\S+): expected one argument", message):
        return _("{option} needs a value", option=found["option"])
    if found := re.fullmatch(r"argument (?:\S+/)?(?P<option>\S+): ignored explicit argument .*", message):
        return _("{option} takes no value", option=found["option"])
    if found := re.fullmatch(r"unrecognized arguments: (?P<words>.*)", message):
        return _("{words} is no option", words=found["words"])
    return message


def _parser() -> _Parser:
    parser = _Parser(prog="uv-wizard", add_help=False, allow_abbrev=False)
    for key, spec in OPTIONS.items():
        names = [flag(key), *([f"-{spec.short}"] if spec.short else [])]
        if spec.again:
            parser.add_argument(*names, action="append", default=[])
        else:
            parser.add_argument(*names, action="store" if spec.value else "store_true")
    parser.add_argument("words", nargs="*")
    return parser


def parse(argv: Sequence[str]) -> Options:
    """The options, checked against what the command takes. Raises BadInput."""
    values = vars(_parser().parse_intermixed_args(list(argv)))
    words: list[str] = values.pop("words")
    command = words.pop(0) if words and words[0] in COMMANDS and words[0] else ""
    spec = COMMANDS[command]
    if not values["help"] and not values["version"]:
        _check(command, spec, words, values)
    return Options(command, tuple(words), values)


def _check_first(word: str) -> None:
    """Raises BadInput where a first word that is no folder looks like a command."""
    if word.isidentifier() and not os.path.lexists(word):
        import difflib

        near = difflib.get_close_matches(word.lower(), [*filter(None, COMMANDS), "help"], 1, 0.75)
        if near:
            meant = f"uv-wizard {near[0]}" if near[0] != "help" else "uv-wizard --help"
            msg = _(
                "there is no folder {word} here, and no such command; did you mean  {meant}",
                word=one_line(word, 40),
                meant=meant,
            )
            raise BadInput(msg)


def _check(command: str, spec: CommandSpec, words: list[str], values: dict[str, Any]) -> None:
    least, most = spec.words
    name = f"uv-wizard {command}".strip()
    if not least <= len(words) <= most:
        told = (
            _("{words} is too much", words=f"{one_line(' '.join(words), 80)!r}")
            if len(words) > most
            else _("a word is missing")
        )
        msg = _("{told}; write it as {what}", told=told, what=" ".join(filter(None, (name, spec.usage))))
        raise BadInput(msg)
    if not command and words:
        _check_first(words[0])
    for option, value in values.items():
        if value and option not in spec.options and option not in {"help", "version"}:
            takes = ", ".join(sorted(map(flag, spec.options))) or _("no option")
            msg = _("{name} has no {option}; it takes {takes}", name=name, option=flag(option), takes=takes)
            raise BadInput(msg)
