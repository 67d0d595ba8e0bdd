"""What is written to the terminal and what is left out: the picture is the same, in fewer bytes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as made
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip

from screens.thrift import Piece, Thrift
from tests.screens.counted import BLANK, CountedApp, Picture, counted, still
from tests.screens.running import make_folder, rows_of
from tests.support.torch_project import NOTHING
from wizard.way import Way

pytestmark = pytest.mark.same_everywhere

WIDTH, HEIGHT = 24, 3
SIZE = Size(WIDTH, HEIGHT)
CONSOLE = Console(color_system="truecolor", force_terminal=True, no_color=False)
STYLES = (
    None, Style(), Style(color="red"), Style(color="red", bgcolor="blue"), Style(color="green", bgcolor="blue"),
    Style(bold=True, bgcolor="blue"), Style(underline=True, bgcolor="blue"), Style(reverse=True), Style(bgcolor="default"),
    Style.from_color() + Style.from_meta({"offset": (1, 2)}),
)  # fmt: skip

texts = made.text("a  b#한국", min_size=1, max_size=8)
segments = made.tuples(texts, made.sampled_from(STYLES)).map(lambda pair: Segment(*pair))


@made.composite
def pieces(draw: made.DrawFn) -> list[Piece]:
    """Some strips somewhere, none of them past the end of its row."""
    found: list[Piece] = []
    for strip in draw(made.lists(made.lists(segments, min_size=1, max_size=4).map(Strip), max_size=4)):
        x = draw(made.integers(0, WIDTH - 1))
        if x + strip.cell_length <= WIDTH:
            found.append((x, draw(made.integers(0, HEIGHT - 1)), strip))
    return found


def plainly(given: list[Piece]) -> str:
    """As Textual writes them."""
    return "".join(f"\x1b[{y + 1};{x + 1}H{strip.render(CONSOLE)}" for x, y, strip in given)


def seen(picture: Picture, thrift: Thrift) -> list[list[tuple[str, str]]]:
    """What somebody sees: of a blank its ground, and not the colour that a letter there would have."""

    def of(char: str, codes: str) -> tuple[str, str]:
        ground, plain = thrift._grounds.get(codes, (codes, False))
        return char, ground if char == " " and plain else codes

    return [[of(*cell) for cell in row] for row in picture.rows]


@settings(max_examples=60)
@given(made.lists(pieces(), max_size=6))
def test_the_picture_is_the_one_that_textual_meant(updates: list[list[Piece]]) -> None:
    thrift, thrifty, plain = Thrift(), Picture(WIDTH, HEIGHT), Picture(WIDTH, HEIGHT)
    for one in updates:
        thrifty.write(thrift.written(one, SIZE, ColorSystem.TRUECOLOR))
        plain.write(plainly(one))
        assert seen(thrifty, thrift) == seen(plain, thrift)


@given(pieces())
def test_what_is_there_is_not_written_again(one: list[Piece]) -> None:
    thrift = Thrift()
    thrift.written(one, SIZE, ColorSystem.TRUECOLOR)
    thrift.written(one, SIZE, ColorSystem.TRUECOLOR)  # pieces over one another may change places once
    if len({(y, cell) for x, y, strip in one for cell in range(x, x + strip.cell_length)}) == sum(
        strip.cell_length for _, _, strip in one
    ):
        assert thrift.written(one, SIZE, ColorSystem.TRUECOLOR) == ""


def test_forgetting_and_another_size_write_it_again() -> None:
    thrift, one = Thrift(), [(0, 0, Strip([Segment("here")]))]
    whole = thrift.written(one, SIZE, ColorSystem.TRUECOLOR)
    assert "here" in whole
    assert thrift.written(one, SIZE, ColorSystem.TRUECOLOR) == ""
    thrift.forget()
    assert thrift.written(one, SIZE, ColorSystem.TRUECOLOR) == whole
    assert thrift.written(one, Size(40, 10), ColorSystem.TRUECOLOR) == whole


def shown(app: CountedApp) -> list[str]:
    """What Textual believes to be on the terminal."""
    return [row.rstrip() for row in rows_of(app)]


@pytest.mark.parametrize("size", [(80, 24), pytest.param((120, 40), marks=pytest.mark.long)])
async def test_the_terminal_shows_what_the_screens_are(
    tmp_path: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_WIZARD_LANG", "ko")  # wide letters
    async with counted(Way(os.fspath(make_folder(tmp_path)), machine=NOTHING), size) as (app, pilot):
        for keys in ("f1", "escape", "ctrl+n", "up", "escape"):
            await pilot.press(*keys.split())
            await still(app, pilot)
            assert app.driver.picture.text == shown(app), keys
            assert BLANK not in app.driver.picture.rows[0], "every cell was written, in the screen's own colours"


@pytest.mark.long
async def test_another_size_leaves_nothing_over(tmp_path: Path) -> None:
    async with counted(Way(os.fspath(make_folder(tmp_path)), machine=NOTHING)) as (app, pilot):
        await still(app, pilot)
        for size in ((160, 50), (60, 18), (50, 10), (80, 24), (80, 24)):
            app.resized(*size)
            await pilot.resize_terminal(*size)
            await still(app, pilot)
            assert app.driver.picture.text == shown(app), size
