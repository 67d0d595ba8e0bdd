"""`--help` as a page of 80 columns: sections made of the tables, which the man page is made of too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from wizard.cli.commands import COMMANDS, EXAMPLES, EXPORT_OPTIONS, EXPORTS, GROUPS, PAGE, CommandSpec
from wizard.cli.tables import CHOICES, EXITS, OPTIONS, VARIABLES, flag
from wizard.language import _, recased, said, shown
from wizard.text import broken, cells

WIDTH = 79
"""A line of 80 makes some terminals leave one empty."""
_MOST = 28
"""A term that is longer stands on a line of its own."""
_EVERYWHERE = ("help", "version")


@dataclass(frozen=True)
class Section:
    """`rows`: terms and what is said of each. `commands`: the terms are commands to type, which are never broken."""

    title: str
    paragraphs: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()
    commands: bool = False
    width: int = 0
    """Of the terms; 0: as wide as they are."""


def sections(command: str) -> Iterator[Section]:
    """What there is to say of that command; of the whole where it is ""."""
    spec = COMMANDS[command]
    if command:
        yield Section("", (said("{what}.", what=_capital(spec.summary)), *filter(None, (spec.about,))), spec.rows)
    else:
        yield Section("", PAGE)
        width = max(map(len, COMMANDS))
        for group, title in GROUPS.items():
            rows = tuple((name, one.summary) for name, one in COMMANDS.items() if one.group == group)
            yield Section(title, rows=rows, width=width)
    own = [key for key in options_of(command) if command != "export" or key not in EXPORT_OPTIONS]
    yield Section(said("options"), rows=tuple(option(key, command) for key in (*own, *_EVERYWHERE)))
    for kind in EXPORTS if command == "export" else ():
        mine = [key for key in OPTIONS if key in EXPORTS[kind][1]]
        if mine:
            yield Section(
                said("options of export {kind}", kind=kind), rows=tuple(option(key, command, kind) for key in mine)
            )
    if not command:
        yield Section(said("choices, for --set KEY=VALUE"), (said("A wrong value is told with those that are allowed."),),
                      tuple(CHOICES.items()))  # fmt: skip
    examples = spec.examples if command else EXAMPLES
    if examples:
        rows = tuple((f"uv-wizard {line}".strip(), about) for line, about in examples)
        yield Section(said("examples"), rows=rows, commands=True)
    if not command:
        yield Section(said("environment variables"), rows=tuple(VARIABLES.items()))
    yield Section(said("exit codes"), rows=tuple((str(code), told) for code, told in _exits(spec, command).items()))


def usage(command: str) -> tuple[str, ...]:
    """How it is written."""
    spec = COMMANDS[command]
    if command:
        return (" ".join(filter(None, ("uv-wizard", command, spec.usage, "[options]"))),)
    return (f"uv-wizard {spec.usage} [options]", "uv-wizard COMMAND [words] [options]", "uv-wizard COMMAND --help")


def text(command: str) -> str:
    """The page of that command; of the whole where it is ""."""
    forms = usage(command)
    head = _("usage:")
    lines = [f"{head} {forms[0]}", *(f"{' ' * cells(head)} {form}" for form in forms[1:])]
    for one in sections(command):
        lines += ["", *_lines(one)]
    return "\n".join(lines)


def term(key: str) -> str:
    """The option as it is typed, with its value and its short form."""
    spec = OPTIONS[key]
    long = f"{flag(key)} {spec.value}".strip()
    return f"-{spec.short}, {long}" if spec.short else long


def options_of(command: str) -> list[str]:
    """The options of that command that are of use with it, in the order of the pages."""
    return [key for key, spec in OPTIONS.items() if key in COMMANDS[command].options and spec.told.get(command) != ""]


def option(key: str, command: str, kind: str = "") -> tuple[str, str]:
    """The option as it is typed, and what it is for that command, or that kind of export."""
    spec = OPTIONS[key]
    if kind:  # the title says for which kind
        return term(key), spec.told.get(kind) or spec.told.get(command, spec.about)
    about = spec.told.get(command, spec.about)
    return term(key), said("{kinds}: {what}", kinds=", ".join(spec.of), what=about) if spec.of else about


def _exits(spec: CommandSpec, command: str) -> Mapping[int, str]:
    if not command:
        return EXITS
    if spec.exits and 0 in spec.exits:
        return {0: spec.exits[0], 2: EXITS[2]}
    codes = {0, 2, *spec.exits}
    if spec.group == "do":
        codes |= {1, 130, *((3,) if command != "undo" else ())}
    if "yes" in spec.options and command not in {"plan", "sync", "verify"}:
        codes |= {1, 4}
    return {code: spec.exits.get(code, EXITS[code]) for code in sorted(codes)}


def _lines(one: Section) -> Iterator[str]:
    indent = "  " if one.title else ""
    if one.title:
        yield _("{title}:", title=one.title)
    for place, paragraph in enumerate(one.paragraphs):
        if place and not one.title:
            yield ""
        yield from wrapped(paragraph, indent, indent)
    if one.commands:
        for line, about in one.rows:
            yield f"  {line}"
            yield from wrapped(about, "      ", "      ")
        return
    width = one.width or min(max((len(row[0]) for row in one.rows), default=0), _MOST)
    hang = " " * (width + 4)
    for name, about in one.rows:
        if len(name) > width:
            yield f"  {name}"
            yield from wrapped(about, hang, hang)
        else:
            yield from wrapped(about, f"  {name:{width}}  ", hang)


def wrapped(words: str, first: str, rest: str) -> list[str]:
    """Lines of at most WIDTH cells in the reader's language; neither an option nor a path is broken."""
    rows = broken(shown(words), WIDTH - len(rest))
    return [f"{rest if place else first}{row}" for place, row in enumerate(rows)]


def _capital(text: str) -> str:
    return recased(text, text[0].upper() + text[1:])
