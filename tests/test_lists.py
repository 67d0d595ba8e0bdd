"""Several things in one sentence: joined for the reader, English where it is kept, and taken apart again."""

from __future__ import annotations

import json

import pytest

from wizard.language import Message, message_of, said, shown, spoken, with_fields
from wizard.lists import and_the, as_rows, both, clauses, counted, either, listed, named, parted, sentences

pytestmark = pytest.mark.same_everywhere


@pytest.mark.parametrize(
    "told, english, chinese",
    [
        (named(["a", "b", "c"]), "a, b, c", "a，b，c"),
        (both(["a", "b"]), "a and b", "a 和 b"),
        (listed(["a", "b", "c"]), "a, b and c", "a，b 和 c"),
        (listed(["a"]), "a", "a"),
        (and_the(["a", "b"]), "a and the b", "a 和 b"),
        (either(["a", "b"]), "a or b", "a 或 b"),
        (clauses(["a", "b"]), "a; b", "a；b"),
        (sentences([said("Nothing has been changed so far."), said("Nothing has been changed so far.")]),
         "Nothing has been changed so far. Nothing has been changed so far.",
         "到目前为止没有改动任何东西。到目前为止没有改动任何东西。"),
        (counted(["a", "b", "c"], 2), "a, b and 1 more", "a，b 及另外 1 个"),
        (counted(["a", "b"], 2), "a, b", "a，b"),
        (named([]), "", ""),
    ],
)  # fmt: skip
def test_joined(told: str, english: str, chinese: str) -> None:
    assert json.loads(json.dumps(told)) == english
    with spoken("zh-CN"):
        assert shown(told) == chinese


def test_rows_stand_in_columns() -> None:
    assert as_rows([("uv", "one"), ("uv sync", "two")]) == ["  uv       one", "  uv sync  two"]


def test_clauses_are_taken_apart_again() -> None:
    parts = (said("needs driver {needed} or newer", needed="580"), "b", "c")
    assert parted(clauses(parts)) == parts
    assert isinstance(parted(clauses(parts))[0], Message)
    assert parted("a; b") == ("a; b",)


def test_what_was_put_into_a_sentence_is_changed_and_the_sentence_is_not() -> None:
    changed = with_fields(said("needs driver {needed} or newer", needed="v580"), lambda text: text.removeprefix("v"))
    assert changed == "needs driver 580 or newer"
    with spoken("ko"):
        assert shown(changed) == "드라이버 580 이상 필요"


def test_an_error_hands_its_sentence_on() -> None:
    assert isinstance(message_of(ValueError(said("not an address"))), Message)
    assert message_of(ValueError("outside")) == "outside"
