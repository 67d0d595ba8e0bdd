"""What a page of the plain mode is made of, and the one way it is asked: questions with a default, answered by lines."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TextIO

from wizard.choices import Choices
from wizard.errors import BadInput
from wizard.language import _, error_told, shown
from wizard.text import broken, cells, clean, masked
from wizard.told.team import answered


class Quit(Exception):
    """The user typed q."""


class Again(Exception):
    """The page has to be made again: something was chosen behind a letter of it."""


class EndOfInput(Exception):
    """There is nothing more to read."""


class Back(Exception):
    """The user typed b."""


@dataclass(frozen=True)
class Row:
    """A numbered answer: what is shown, and what taking it does (raises BadInput where it can't be taken)."""

    text: str
    take: Callable[[], None]
    then: tuple[Question, ...] = ()
    """What is asked once it was taken."""


@dataclass(frozen=True)
class Question:
    """`prompt [default]:`. With `rows` a number is the answer, with `take` any text is; Enter keeps what is."""

    prompt: str
    default: str
    rows: tuple[Row, ...] = ()
    take: Callable[[str], None] | None = None
    chosen: int = 0
    """The row that is chosen already, from 0; Enter takes it."""
    key: str = ""
    """The choice that it asks for: a team may have answered it."""


@dataclass(frozen=True)
class Page:
    """One of the eight pages, a screen as lines: title with its number, lead, what is known, questions."""

    number: int
    name: str
    title: str
    lead: str
    lines: tuple[str, ...] = ()
    by_hand: str = ""
    questions: tuple[Question, ...] = ()
    details: tuple[str, ...] = ()
    help: tuple[str, ...] = ()
    asks: Mapping[str, Callable[[], Iterable[str]]] = field(default_factory=dict)
    """Further letters, and the lines that each gives, as they come."""
    more: Mapping[str, tuple[str, Callable[[], tuple[Question, ...]]]] = field(default_factory=dict)
    """Further letters, what each is for, and the questions that it asks; the page is made again then."""


COMMAND = " " * 6
"""What a command of a diagnosis begins with, see wizard.told.lines."""


class Talk:
    """Lines out, lines in. Nothing is ever redrawn."""

    def __init__(self, stdin: TextIO, stdout: TextIO) -> None:
        self._in, self._out = stdin, stdout
        self._width = shutil.get_terminal_size().columns - 1 if stdout.isatty() else 0
        """Of a terminal: what is to be read is broken at blanks there; a pipe gets whole lines."""

    def say(self, lines: Iterable[str] | str = "") -> None:
        """Lines, made safe, without credentials."""
        for line in [lines] if isinstance(lines, str) else lines:
            self._out.write(masked(clean(shown(line))).rstrip() + "\n")
        self._out.flush()

    def tell(self, lines: Iterable[str]) -> None:
        """Sentences: as `say`, but no word is cut by a terminal's edge. A command, which stands furthest in, stays whole."""
        for line in map(shown, lines):
            if not self._width or cells(line) <= self._width or line.startswith(COMMAND):
                self.say(line)
                continue
            indent = " " * (len(line) - len(line.lstrip()))
            hang = indent + "  " * line.lstrip().startswith(("+ ", "! ", "x "))
            rows = broken(line, self._width - len(hang))
            self.say([f"{hang if place else indent}{row}" for place, row in enumerate(rows)])

    def ask(self, prompt: str) -> str:
        """The answer without blanks around it. Raises EndOfInput."""
        self._out.write(masked(clean(shown(prompt))) + " ")
        self._out.flush()
        line = self._in.readline()
        if not line:
            self.say()
            raise EndOfInput
        answer = clean(line).strip()
        if not self._in.isatty():  # nobody's keyboard has ended the line
            self.say(answer)
        return answer

    def show(self, page: Page) -> None:
        """All of a page but its questions."""
        self.tell(["", f"{page.number}/8 {page.title}", *([page.lead] if page.lead else []), *page.lines])

    def go_through(self, page: Page) -> None:
        """Shows the page and asks all its questions. Raises Back, Again, Quit, EndOfInput."""
        self.show(page)
        for position, question in enumerate(page.questions):
            self._list(question)
            if position == len(page.questions) - 1:
                self.say(f"  {letter}  {about}" for letter, (about, _questions) in page.more.items())
                if page.by_hand:
                    self.say(_("By hand: {command}", command=page.by_hand))
            self._until_answered(page, question)

    def _list(self, question: Question) -> None:
        self.say(f"  {number}  {shown(row.text)}" for number, row in enumerate(question.rows, 1))

    def _until_answered(self, page: Page, question: Question) -> None:
        prompt = f"{shown(question.prompt)} [{shown(question.default)}]:"
        while True:
            answer = self.ask(prompt)
            if self._is_command(page, question, answer):
                continue
            try:
                row = _taken(question, answer)
            except BadInput as error:
                self.say(_("x error: {what}", what=error_told(error)))
                continue
            for further in row.then if row is not None else ():
                self._list(further)
                self._until_answered(page, further)
            return

    def _is_command(self, page: Page, question: Question, answer: str) -> bool:
        """Whether the answer was `?` or `d`, dealt with here. `b` and `q` leave by raising."""
        if answer == "b":
            if page.number == 1:
                self.say(_("This is the first page. q quits."))
                return True
            raise Back
        if answer == "q":
            raise Quit
        if answer.startswith("?") and (answer == "?" or question.take is None):
            from wizard.plain.help import of_choice, of_word

            self.tell(of_word(answer[1:]) if answer[1:] else of_choice(question.key) or page.help)
            return True
        if answer in page.more and question.take is None:
            for further in page.more[answer][1]():
                self._list(further)
                self._until_answered(page, further)
            raise Again
        if answer == "d" and question.take is None:
            self.tell(page.details or (_("There is no more to show here."),))
            return True
        if answer in page.asks:
            for line in page.asks[answer]():
                self.say(line)
            return True
        return False


def _taken(question: Question, answer: str) -> Row | None:
    """Takes the answer to a question; the row that was taken. Raises BadInput that says what is allowed."""
    if not answer:
        if not question.rows or question.chosen < 0:
            return None
        row = question.rows[question.chosen]
    elif question.take is not None:
        question.take(answer)
        return None
    elif not question.rows:
        if answer in {"y", "yes"}:
            return None
        if answer in {"n", "no"}:
            raise Quit
        msg = _("{answer} is not a choice. Enter goes on, b goes back, q quits.", answer=answer)
        raise BadInput(msg)
    else:
        row = _row(question, answer)
    row.take()
    return row


def _row(question: Question, answer: str) -> Row:
    count = len(question.rows)
    if not answer.isdecimal() or not 1 <= int(answer) <= count:
        allowed = _("Give a number from 1 to {count}, or Enter for {default}.", count=count, default=question.default)
        msg = _("{answer} is not a choice. {allowed}", answer=answer, allowed=allowed)
        raise BadInput(msg)
    return question.rows[int(answer) - 1]


def without_answered(page: Page, choices: Choices) -> Page:
    """The page without the questions that the team has answered; with none left it is passed by itself."""
    told = answered(choices, page.name)
    left = tuple(one for one in page.questions if not (one.key and choices.origin(one.key) == "project"))
    if not told or page.number == 1:
        return page
    mine = "" if len(left) == len(page.questions) else _(" For yourself alone: --set KEY=VALUE.")
    return replace(page, lines=(*page.lines, told + mine), questions=left)
