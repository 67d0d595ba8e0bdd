"""A mirror named in pyproject.toml, whatever the file looks like: what is meant changes, and nothing else of the file does."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.support.toml_files import files
from wizard.project.edited import Refused
from wizard.project.index_editor import IndexWish, edit_indexes
from wizard.toml import TOMLError, parse

pytestmark = pytest.mark.same_everywhere

MIRROR = "https://mirror.example/simple"
WISHES = (
    IndexWish(default=("mirror", MIRROR)),
    IndexWish(instead={"http://i0.example": "https://m.example/cu126"}),
    IndexWish(default=("i0", MIRROR), instead={"http://i1.example": "https://m.example/cu126"}),
)


def without_indexes(data: bytes) -> object:
    tables = parse(data)
    uv = tables.get("tool", {}).get("uv", {})
    uv.pop("index", None)
    if not uv and "tool" in tables:
        tables["tool"].pop("uv", None)
    return {key: one for key, one in tables.items() if one != {}}


@settings(max_examples=200)
@given(files(), st.sampled_from(WISHES))
def test_only_the_indexes_change(data: bytes, wish: IndexWish) -> None:
    try:
        before = parse(data)
    except TOMLError:
        assume(False)
        raise
    try:
        after = edit_indexes(data, wish)
    except Refused:
        return
    assert without_indexes(after) == without_indexes(data)
    assert edit_indexes(after, wish) == after
    declared = parse(after).get("tool", {}).get("uv", {}).get("index", [])
    if wish.default:
        assert [one["url"] for one in declared if one.get("default")] == [MIRROR]
    assert not {one["url"].rstrip("/") for one in declared} & set(wish.instead)
    assert len(declared) == len(before.get("tool", {}).get("uv", {}).get("index", [])) + (wish.default is not None)
    left = [line.partition(b"#")[2] for line in after.splitlines()]
    assert all(line.partition(b"#")[2] in left for line in data.splitlines() if b"#" in line)
    if wish.default:
        try:
            back = edit_indexes(after, IndexWish(without=frozenset({MIRROR})))
        except Refused:
            return
        assert without_indexes(back) == without_indexes(data)
        assert len(parse(back).get("tool", {}).get("uv", {}).get("index", [])) == len(declared) - 1


def test_what_stands_there_already_is_no_change() -> None:
    data = f'[[tool.uv.index]]\nname = "x"\nurl = "{MIRROR}"\ndefault = true\n'.encode()
    assert edit_indexes(data, WISHES[0]) == data


@pytest.mark.parametrize(
    "before",
    [
        b'[project]\nname = "x"\n',
        b'[project]\r\nname = "x"',
        b'[project]\nname = "x"\n\n[[tool.uv.index]]\nname = "a"\nurl = "http://a"\n\n[tool.ruff]\nline-length = 1\n',
    ],
)
def test_there_and_back_is_the_file_before(before: bytes) -> None:
    there = edit_indexes(before, WISHES[0])
    assert there != before
    assert edit_indexes(there, IndexWish(without=frozenset({MIRROR}))) == before
