"""The manual page, uv-wizard(1), as roff: the sections of --help, command after command. See man(7)."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

from wizard.cli.commands import COMMANDS
from wizard.cli.help import Section, option, options_of, sections, term, usage
from wizard.cli.tables import FILES, OPTIONS, flag

_COMMON = frozenset(key for key in OPTIONS if sum(key in spec.options for spec in COMMANDS.values()) >= 3)
"""Told once, where a command has nothing of its own to say of them."""

_HEAD = ("examples", "environment variables", "exit codes")
"""Sections of the first page that a manual has as its own, at its end."""
_WIDTH = 66
"""Of a line of the source, before its hyphens are escaped."""


def page() -> str:
    """The whole page. The same for every version and machine, so that it can be kept beside the source."""
    return "\n".join(_page()) + "\n"


def _page() -> Iterator[str]:
    yield '.TH UV-WIZARD 1 "" "uv-wizard" "User Commands"'
    yield ".nh"
    yield ".SH NAME"
    yield r"uv\-wizard \- from a bare machine to a verified environment with uv"
    yield ".SH SYNOPSIS"
    for place, form in enumerate(usage("")):
        yield from ((".br",) if place else ())
        yield _bold(form)
    first = list(sections(""))
    yield ".SH DESCRIPTION"
    yield from _paragraphs(first[0])
    yield ".SH COMMANDS"
    for name in filter(None, COMMANDS):
        yield from _command(name)
    yield ".SH OPTIONS"
    keys = [key for key in OPTIONS if key in _COMMON | COMMANDS[""].options | {"help", "version"}]
    yield from _rows(Section("", rows=tuple(option(key, "") for key in keys)))
    for one in first[1:]:
        if one.title.startswith("choices"):
            yield f".SH {_title(one)}"
            yield from _paragraphs(one)
            yield from _rows(one)
    yield ".SH FILES"
    yield from _rows(Section("", rows=tuple(FILES.items())))
    for title in _HEAD:
        one = next(each for each in first if each.title == title)
        yield f".SH {_title(one)}"
        yield from _rows(one)
    yield ".SH SEE ALSO"
    yield r".BR uv (1)"


def _command(name: str) -> Iterator[str]:
    yield f".SS {_text(' '.join(filter(None, ('uv-wizard', name, COMMANDS[name].usage))))}"
    for place, found in enumerate(sections(name)):
        one = _own(found, name)
        if (one.title == "exit codes" and not COMMANDS[name].exits) or not (one.paragraphs or one.rows):
            continue  # they mean what they mean everywhere
        if place:
            yield ".PP"
            yield f".I {_text(one.title[0].upper() + one.title[1:])}"
            yield from ((".br",) if one.paragraphs else ())
        yield from _paragraphs(one)
        yield from _rows(one)


def _own(one: Section, name: str) -> Section:
    """The options that need a word here, and a sentence with the others."""
    if one.title != "options":
        return one
    keys = options_of(name)
    common = [key for key in keys if key in _COMMON and not OPTIONS[key].told.get(name)]
    too = (f"{', '.join(map(flag, common))}: see OPTIONS.",) if common else ()
    terms = {term(key) for key in keys if key not in common}
    return Section(one.title, too, tuple(row for row in one.rows if row[0] in terms))


def _paragraphs(one: Section) -> Iterator[str]:
    for place, paragraph in enumerate(one.paragraphs):
        yield from ((".PP",) if place else ())
        yield from _lines(paragraph)


def _rows(one: Section) -> Iterator[str]:
    for name, about in one.rows:
        yield ".TP"
        yield _bold(name)
        yield from _lines(about)


def _lines(text: str) -> Iterator[str]:
    """A sentence begins a line, as roff wants it, and no line is long."""
    for sentence in re.split(r"(?<=[.:;]) ", text):
        for line in textwrap.wrap(sentence, _WIDTH, break_on_hyphens=False, break_long_words=False):
            yield _text(line)


def _title(one: Section) -> str:
    return _text(one.title.partition(",")[0].removesuffix(" variables").upper())  # as man(7) names it


def _bold(text: str) -> str:
    return rf"\fB{_escaped(text)}\fR"


def _text(text: str) -> str:
    escaped = _escaped(text)
    return rf"\&{escaped}" if escaped.startswith((".", "'")) else escaped


def _escaped(text: str) -> str:
    r"""A hyphen of an option is \-, a quote stays a quote where typographers would bend it."""
    pairs = (("\\", r"\e"), ("-", r"\-"), ("'", r"\(aq"), ("`", r"\(ga"), ("^", r"\(ha"), ("~", r"\(ti"))
    for plain, roff in pairs:
        text = text.replace(plain, roff)
    return text
