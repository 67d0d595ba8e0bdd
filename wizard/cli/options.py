"""argv becomes Options. One flat set of options, so that they may stand before or after the words."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from wizard.errors import BadInput
from wizard.text import one_line

_PLANS = frozenset({"choices", "set", "machine"})


@dataclass(frozen=True)
class CommandSpec:
    """`handler`: `module:function` that takes Options; `words`: (least, most) words after the command."""

    handler: str
    words: tuple[int, int]
    usage: str
    summary: str
    options: frozenset[str] = frozenset()


COMMANDS = {
    "": CommandSpec("wizard.cli.face:run", (0, 1), "[PROJECT]", "the wizard, in this terminal",
                    _PLANS | {"plain", "low_bandwidth"}),
    "doctor": CommandSpec("wizard.cli.telling:doctor", (0, 1), "[PROJECT]",
                          "what this machine is, what is wrong, what to choose", _PLANS | {"json", "sizes"}),
    "torch": CommandSpec("wizard.cli.telling:torch", (0, 1), "[PROJECT]",
                         "the torch variant for this machine, and why", _PLANS | {"json"}),
    "mirrors": CommandSpec("wizard.cli.telling:mirrors", (0, 1), "[PROJECT]",
                           "measure the mirrors, best first", frozenset({"json", "kind", "catalog", "choices", "set"})),
    "plan": CommandSpec("wizard.cli.telling:plan", (0, 1), "[PROJECT]",
                        "every command and every file change that apply would make", _PLANS | {"json", "lock", "yes"}),
    "apply": CommandSpec("wizard.cli.running:apply", (0, 1), "[PROJECT]",
                         "carry the plan out, without a screen", _PLANS | {"json", "yes", "dry_run", "save", "bundle"}),
    "sync": CommandSpec("wizard.cli.running:sync", (0, 1), "[PROJECT]",
                        "only the sync, through the chosen mirrors", _PLANS | {"json", "yes", "dry_run", "save"}),
    "verify": CommandSpec("wizard.cli.verifying:verify", (0, 1), "[PROJECT]",
                          "only the checks, in the project's own environment",
                          _PLANS | {"json", "yes", "require", "python", "save", "deep", "as_run"}),
    "diagnose": CommandSpec("wizard.cli.telling:diagnose", (0, 1), "[FILE]",
                            "name the cause in what uv or Python printed (FILE, or - for standard input)",
                            frozenset({"json", "machine"})),
    "attach": CommandSpec("wizard.cli.running:attach", (0, 1), "[RUN]",
                          "join a run that goes on, or see how it ended", frozenset({"json", "plain", "save"})),
    "undo": CommandSpec("wizard.cli.undoing:undo", (0, 1), "[RUN]",
                        "put back what a run changed; --list shows the runs", frozenset({"json", "yes", "dry_run", "list"})),
    "import": CommandSpec("wizard.cli.importing:import_", (0, 2), "FILE [PROJECT], or --conda NAME [PROJECT]",
                          "make a uv project of an environment.yml, a requirements.txt or their like",
                          frozenset({"choices", "set", "json", "yes", "dry_run", "conda"})),
    "export": CommandSpec("wizard.cli.exporting:export", (1, 2), "KIND [PROJECT]",
                          "write dockerfile, script (the plan without us), choices, ansible, job or bundle, to give to others",
                          _PLANS | {"json", "yes", "dry_run", "shell", "base", "keep_mirror", "no_devcontainer", "to",
                                    "one_file", "platform", "python", "since"}),
    "bundle": CommandSpec("wizard.cli.bundling:bundle", (2, 2), "verify DIR",
                          "hold every file of a bundle (export bundle writes one) to its manifest", frozenset({"json"})),
    "report": CommandSpec("wizard.cli.report:report", (1, 1), "DIR",
                          "what the machines of a fleet or of jobs came to, as one table", frozenset({"json", "save"})),
    "team": CommandSpec("wizard.cli.team:team", (0, 1), "[PROJECT]",
                        "write what a team has decided into pyproject.toml: newcomers are not asked for it",
                        _PLANS | {"json", "yes", "dry_run", "greeting"}),
}  # fmt: skip


@dataclass(frozen=True)
class Options:
    """What was asked for; `command` "" is the wizard itself."""

    command: str
    words: tuple[str, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)

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
        text = f"{one_line(message, 300)}; uv-wizard --help shows what there is"
        raise BadInput(text)


def _parser() -> _Parser:
    parser = _Parser(prog="uv-wizard", add_help=False, allow_abbrev=False)
    for name in (
        "help",
        "version",
        "json",
        "yes",
        "dry-run",
        "list",
        "plain",
        "low-bandwidth",
        "deep",
        "sizes",
        "lock",
        "keep-mirror",
        "no-devcontainer",
        "as-run",
    ):
        short = {"help": ["-h"], "yes": ["-y"]}.get(name, [])
        parser.add_argument(f"--{name}", *short, action="store_true")
    for name in (
        "choices",
        "machine",
        "kind",
        "catalog",
        "require",
        "python",
        "save",
        "shell",
        "base",
        "greeting",
        "conda",
        "to",
        "one-file",
        "platform",
        "since",
    ):
        parser.add_argument(f"--{name}")
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--bundle", action="append", default=[])
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


def _check(command: str, spec: CommandSpec, words: list[str], values: dict[str, Any]) -> None:
    least, most = spec.words
    name = f"uv-wizard {command}".strip()
    if not least <= len(words) <= most:
        told = f"{one_line(' '.join(words), 80)!r} is too much" if len(words) > most else "a word is missing"
        msg = f"{told}; write it as {name} {spec.usage}"
        raise BadInput(msg)
    for option, value in values.items():
        if value and option not in spec.options and option not in {"help", "version"}:
            takes = ", ".join(sorted(f"--{one.replace('_', '-')}" for one in spec.options)) or "no option"
            msg = f"{name} has no --{option.replace('_', '-')}; it takes {takes}"
            raise BadInput(msg)
