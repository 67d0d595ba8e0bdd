"""What a shell's Tab key completes: `uv-wizard __complete :WORD...`, a colon before each word, the last one being typed.

The answer: a line for each word that fits, `WORD<TAB>what it is`; last a line `:ASK BEFORE BLANK`. ASK is what the shell
completes beside them from its own knowledge: `files`, `folders` or `none`; BEFORE, how many characters of the typed word
stand before the path (`--set=uv.dir=/op`); BLANK, whether a finished word is followed by a blank: `blank` or `open`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from wizard.cli.commands import COMMANDS, EXPORT_OPTIONS, EXPORTS, SHELLS
from wizard.cli.help import option, options_of
from wizard.cli.tables import CHOICES, OPTIONS, OptionSpec, flag
from wizard.language import _, shown

MOST_RUNS = 20
_EVERYWHERE = ("help", "version")
Words = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class Offer:
    """Words that fit what is typed, and what the shell adds."""

    words: tuple[tuple[str, str], ...] = ()
    ask: str = "none"
    before: int = 0
    blank: bool = True

    def under(self, prefix: str) -> Offer:
        """The same behind what stands before it in the typed word."""
        words = tuple((prefix + word, about) for word, about in self.words)
        return replace(self, words=words, before=self.before + len(prefix))


@dataclass
class _Line:
    """What stands before the typed word."""

    command: str = ""
    words: list[str] = field(default_factory=list)
    given: set[str] = field(default_factory=set)
    waiting: str = ""
    """The option whose value is being typed."""
    rest: bool = False
    """`--` was there: no options any more."""


def answer(argv: Sequence[str]) -> int:
    """Prints it. Whatever goes wrong, a Tab key completes nothing and says nothing."""
    *before, typed = [word.removeprefix(":") for word in argv] or [""]
    try:
        found = offered(before, typed)
    except Exception:  # noqa: BLE001 - in the middle of somebody's line
        found = Offer()
    for word, about in found.words:
        print(f"{word}\t{shown(about)}" if about else word)
    print(f":{found.ask} {found.before} {'blank' if found.blank else 'open'}")
    return 0


def offered(before: Sequence[str], typed: str) -> Offer:
    """What fits `typed`, after the words `before` it."""
    line = _read(before)
    if line.waiting:
        return _value(OPTIONS[line.waiting], typed)
    if typed.startswith("-") and not line.rest:
        name, equals, value = typed.partition("=")
        spec = _specs().get(name)
        if equals and spec is not None:
            return _value(spec, value).under(f"{name}=")
        return Offer(_fitting(_options(line, typed), typed))
    return _word(line, typed)


def _specs() -> dict[str, OptionSpec]:
    return {flag(key): spec for key, spec in OPTIONS.items() if spec.value}


def _read(before: Sequence[str]) -> _Line:
    keys = {flag(key): key for key in OPTIONS} | {f"-{spec.short}": key for key, spec in OPTIONS.items() if spec.short}
    line = _Line()
    for word in before:
        if line.waiting:
            line.waiting = ""
        elif word == "--" and not line.rest:
            line.rest = True
        elif word.startswith("-") and len(word) > 1 and not line.rest:
            name, equals, _ = word.partition("=")
            key = keys.get(name, "")
            line.given.add(key)
            line.waiting = key if key and OPTIONS[key].value and not equals else ""
        elif not line.command and not line.words and word in COMMANDS and word:
            line.command = word
        else:
            line.words.append(word)
    return line


def _options(line: _Line, typed: str) -> Words:
    def told(keys: Iterable[str]) -> list[tuple[str, str]]:
        left = [key for key in keys if OPTIONS[key].again or key not in line.given]
        return [(flag(key), option(key, line.command)[1].partition("; ")[0]) for key in left]

    keys = options_of(line.command)
    if line.command == "export" and line.words and line.words[0] in EXPORTS:
        keys = [key for key in keys if key not in EXPORT_OPTIONS or key in EXPORTS[line.words[0]][1]]
    own = told([*keys, *_EVERYWHERE])
    if line.command or line.words or any(word.startswith(typed) for word, _ in own):
        return own
    return told(OPTIONS)  # they may stand before the command too


def _word(line: _Line, typed: str) -> Offer:
    spec = COMMANDS[line.command]
    kinds = ("folder",) if "conda" in line.given else spec.kinds
    commands: Words = ()
    if not line.command and not line.words:
        commands = [(name, one.summary) for name, one in COMMANDS.items() if name]
    if len(line.words) >= min(len(kinds), spec.words[1]):
        return Offer()
    found = _of_kind(kinds[len(line.words)], typed)
    return replace(found, words=(*_fitting(commands, typed), *found.words))


def _value(spec: OptionSpec, typed: str) -> Offer:
    if spec.kind == "words":
        return Offer(_fitting(((word, "") for word in spec.words), typed))
    return _of_kind(spec.kind, typed)


def _of_kind(kind: str, typed: str) -> Offer:
    if kind in {"file", "folder"}:
        return Offer(ask=f"{kind}s")
    if kind == "set":
        return _choice(typed)
    return Offer(_fitting(_listed(kind), typed))


def _listed(kind: str) -> Words:
    make = _LISTS.get(kind)
    return make() if make else ()


def _choice(typed: str) -> Offer:
    """A key of `--set`, or behind its `=` what is allowed there."""
    from wizard.choice_keys import KEYS

    key, equals, text = typed.partition("=")
    if not equals:
        words = [(f"{name}=", about) for name, about in CHOICES.items()]
        return Offer(_fitting(words, typed), blank=False)
    spec = KEYS.get(key)
    if spec is None:
        return Offer()
    entries, comma, text = text.rpartition(",") if isinstance(spec.default, tuple) else ("", "", text)
    taken = entries.split(",")
    words = [(word, about) for word, about in _values(key, spec.words) if word not in taken]
    ask = "folders" if key.endswith("dir") else "files" if key == "uv.install" else "none"
    return Offer(_fitting(words, text), ask).under(f"{key}={entries}{comma}")


def _values(key: str, words: Sequence[str]) -> Iterator[tuple[str, str]]:
    from wizard import catalog

    yield from ((word, "") for word in words)
    table, _, name = key.partition(".")
    if table == "mirrors" and name in {"pypi", "pytorch", "python", "uv"}:
        rows = catalog.table("mirrors.toml")["mirror"]
        yield from ((row["id"], row["operator"]) for row in rows if row["kind"] == name and row["id"] not in words)
    elif key == "torch.variant":
        rows = catalog.table("torch.toml")["variant"]
        yield from ((row["name"], "") for row in rows if row.get("released", True))
    elif key in {"sync.extras", "sync.groups"}:
        yield from ((one, "") for one in _offered_by_project(name))


def _offered_by_project(name: str) -> tuple[str, ...]:
    """Extras or groups of the project that this folder belongs to."""
    from wizard.toml import parse

    here = Path.cwd()
    path = next((file for folder in (here, *here.parents) if (file := folder / "pyproject.toml").is_file()), None)
    if path is None:
        return ()
    tables = parse(path.read_bytes())
    found = tables.get("dependency-groups") if name == "groups" else tables["project"].get("optional-dependencies")
    return tuple(found or ())


def _runs(*, changed: bool) -> Words:
    """The newest runs; their folders' names say when. Nothing is opened."""
    from wizard.run.state import JOURNAL, UNDONE, run_folders

    folders = [
        run for run in run_folders() if not changed or ((run / JOURNAL).exists() and not (run / UNDONE).exists())
    ]
    return [
        (run.name, f"{run.name[6:8]}.{run.name[4:6]}. {run.name[9:11]}:{run.name[11:13]}")
        for run in folders[:MOST_RUNS]
    ]


def _conda_environments() -> list[str]:
    """By conda's own list, and beside the conda that is set up here."""
    with_list = Path.home() / ".conda" / "environments.txt"
    names = (
        [Path(line).name for line in with_list.read_text("utf-8").split("\n") if line] if with_list.is_file() else []
    )
    program = os.environ.get("CONDA_EXE")
    folder = Path(program).parent.parent / "envs" if program else None
    names += sorted(one.name for one in folder.iterdir()) if folder and folder.is_dir() else []
    return list(dict.fromkeys(names))


def _fitting(words: Words, typed: str) -> tuple[tuple[str, str], ...]:
    return tuple((word, about) for word, about in words if word.startswith(typed))


def _platforms() -> Words:
    from wizard import catalog

    return [(str(row["name"]), "") for row in catalog.table("bundle.toml")["platform"]]


_LISTS: Mapping[str, Callable[[], Words]] = {
    "export": lambda: [(name, about) for name, (about, _) in EXPORTS.items()],
    "shell": lambda: [(name, "") for name in SHELLS],
    "bundle": lambda: [("verify", _("hold its files to the manifest"))],
    "run": lambda: _runs(changed=False),
    "changed-run": lambda: _runs(changed=True),
    "conda": lambda: [(name, "") for name in _conda_environments()],
    "platform": _platforms,
}
