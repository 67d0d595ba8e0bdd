"""No sentence is written without its mark: what a person reads goes through the catalogues, but for what is listed here."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.support.sources import trees

pytestmark = pytest.mark.same_everywhere

MARKS = {"_": 1, "said": 1, "ngettext": 2, "nsaid": 2}
"""The functions of wizard.language, and how many of their arguments are sentences."""
PROSE = re.compile(r"\b[a-z']+,? [a-z']+,? [a-z']+,? [a-z']{2,}\b")
"""Four small words in a row."""
ENGLISH = {
    "wizard/export/": "files for others: a Dockerfile, a script, a playbook",
    "wizard/bundle/make.py": "the README of a bundle",
    "wizard/fleet/page.py": "a page for others",
    "wizard/verify/page.py": "a page for others",
    "wizard/report.py": "a report for others",
    "wizard/cli/manual.py": "the manual page",
    "wizard/plan/shell_family.py": "a comment in a start-up file",
    "wizard/project/torch_by_hand.py": "lines for pyproject.toml",
    "wizard/verify/inside/": "what the checks print in the project's Python: evidence, which diagnosis reads",
    "wizard/verify/ladder.py": "evidence, which diagnosis reads",
    "wizard/verify/why.py": "evidence, which diagnosis reads",
    "wizard/machine/gpu.py": "evidence",
    "wizard/machine/nvidia.py": "evidence",
    "wizard/run/": "lines of a run's log beside uv's own, which diagnosis reads; reasons that no reader sees",
    "wizard/bundle/backend.py": "a program",
    "wizard/verify/expected.py": "a program",
    "wizard/told/after_conda.py": "commands",
    "wizard/told/first_steps.py": "commands",
    "wizard/verify/library.py": "what the loader says",
    "wizard/verify/uv_checks.py": "what uv says",
    "wizard/told/torch_not_taken.py": "how a sentence begins",
    "wizard/told/torch_rows.py": "which sentence it is",
    "wizard/told/torch.py": "which sentence it is",
    "wizard/told/source_failed.py": "which sentence it is",
    "wizard/toml.py": "what a reader of TOML says",
    "wizard/mirrors/unpacked.py": "an error that is caught",
    "wizard/machine/windows.py": "an error that is caught",
    "screens/walk.py": "an error of the programmer",
}
"""Where English is meant, and what it is; a folder ends in /."""


def sentences(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and text of each literal that is neither marked, nor a docstring, nor a pattern."""
    documentation = {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr)}

    def below(node: ast.AST) -> Iterator[tuple[int, str]]:
        if id(node) in documentation and isinstance(node, ast.Constant):
            return
        if isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else "{}" for part in node.values]
            yield node.lineno, "".join(map(str, parts))
            children: list[ast.AST] = [part for part in node.values if not isinstance(part, ast.Constant)]
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name == "compile":
                return
            children = [*node.args[MARKS.get(name, 0) :], *(one.value for one in node.keywords)]
        else:
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.lineno, node.value
            children = list(ast.iter_child_nodes(node))
        for child in children:
            yield from below(child)

    yield from below(tree)


def unmarked() -> Iterator[str]:
    for name, tree in trees():
        for line, text in sentences(tree):
            if PROSE.search(text):
                yield f"{name}:{line}: {text[:80]}"


def test_every_sentence_is_marked() -> None:
    found = list(unmarked())
    assert [one for one in found if not one.startswith(tuple(ENGLISH))] == [], "said(...) in a room, _(...) in a face"
    assert [place for place in ENGLISH if not any(one.startswith(place) for one in found)] == [], "no longer needed"


@pytest.mark.parametrize(
    "source, found",
    [
        ('raise BadInput("this is not marked at all")', ["this is not marked at all"]),
        ('msg = f"{path} can not be read here"', ["{} can not be read here"]),
        ('raise BadInput(said("this one is marked well", a=b))', []),
        ('nsaid("one of them is here", "more of them are here", n, x="but this one is not")', ["but this one is not"]),
        ('def f():\n    """Words for those who read code."""', []),
        ('x = re.compile("some words in a pattern")', []),
    ],
)
def test_what_counts_as_one(source: str, found: list[str]) -> None:
    assert [text for _, text in sentences(ast.parse(source)) if PROSE.search(text)] == found


WORDS = re.compile(r"[a-z']+(?: [a-z']+)+|is|are|none|unknown")
"""Words that a field would put into a sentence of any language."""


def words_of(node: ast.AST, named: dict[str, list[ast.expr]]) -> Iterator[str]:
    """The words that an expression may be; `named`: what the names beside it stand for."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and WORDS.fullmatch(node.value):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (word for one in (node.body, node.orelse) for word in words_of(one, named))
    elif isinstance(node, ast.BoolOp):
        yield from (word for one in node.values for word in words_of(one, named))
    elif isinstance(node, ast.Name):
        yield from (word for one in named.get(node.id, ()) for word in words_of(one, {}))


def fields(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and text of each field of a sentence that is English words."""
    for function in ast.walk(tree):
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        named: dict[str, list[ast.expr]] = {}
        for one in ast.walk(function):
            for target in one.targets if isinstance(one, ast.Assign) else ():
                if isinstance(target, ast.Name) and isinstance(one, ast.Assign):
                    named.setdefault(target.id, []).append(one.value)
        for call in ast.walk(function):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") in MARKS:
                yield from ((call.lineno, word) for one in call.keywords for word in words_of(one.value, named))


def test_no_field_of_a_sentence_is_words() -> None:
    found = [f"{name}:{line}: {text}" for name, tree in trees() for line, text in fields(tree)]
    assert found == [], "a field that is said(...) is translated with its sentence"


@pytest.mark.parametrize(
    "source, found",
    [
        ('said("{a} is so", a=b or "the whole package")', ["the whole package"]),
        ('word = "is" if one else "are"\n said("{a} {word} so", word=word)', ["is", "are"]),
        ('said("{a} is so", a=said("the whole package"))', []),
        ('said("{a} is so", a="uv.lock", b="cpu")', []),
    ],
)
def test_which_field_is_words(source: str, found: list[str]) -> None:
    assert [text for _, text in fields(ast.parse(f"def f():\n {source}"))] == found
