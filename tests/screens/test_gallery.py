"""Every screen of the gallery in both sizes and all languages: nothing is cut off, all keeps its place, nothing changes unseen.

The pictures in __snapshots__/ are compared; after a change that is meant, one command draws all of them anew:

python -m pytest tests/screens/test_gallery.py --snapshot-update
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from rich.cells import cell_len
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from textual.widgets import OptionList

from screens.choosing import ChoiceList
from screens.sheet import Sheet
from screens.step import StepScreen
from screens.widgets import Line, PushButton, TooSmall, hint_text
from tests.screens.gallery import LANGUAGES, SIZES, STATES, opened
from tests.screens.running import rows_of
from tools.svg import slim
from wizard.catalog_torch import the
from wizard.language import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syrupy.assertion import SnapshotAssertion
    from textual.app import App

pytestmark = pytest.mark.same_everywhere

LETTERS = {"en": r"[ -~]", "zh-CN": r"[ -~\u3000-\u9fff\uff00-\uffef]", "ko": r"[ -~\uac00-\ud7a3]"}
"""What may be drawn: ASCII, and letters that are two cells wide everywhere."""
ON_WINDOWS = sys.platform == "win32"
"""Folders are written in another way there: places and widths are held, the pictures are those of other systems."""
EVERY_TIME = (
    "start", "uv", "settings", "mirrors-measured", "torch-old-driver", "review", "sync", "sync-failed", "verify-green",
    "verify-failed", "start-no-project", "runs", "help", "palette", "log", "stop", "all-variants", "options",
)  # fmt: skip
"""States that are held by default, each in one of the languages; all others, and all else of these, in the long tests."""
TOO_SMALL = ("59x18", "80x17", "30x8")
"""Windows in which no screen has room: one narrow, one low, one both."""
TORCH_INDEX = urlsplit(the().index_base).hostname or ""
"""Has its one place in assets/torch.toml; the pictures hold another name of that length."""
WHOLE = ("title", "lead", "hand", "promise", "hints", "sheet-title", "sheet-hints", "recommended", "headline")
"""Lines that are never cut: what is missing there is to be read nowhere else."""


class Picture(SingleFileSnapshotExtension):
    """A small SVG of its own for each state, size and language."""

    file_extension = "svg"
    _write_mode = WriteMode.TEXT


@pytest.fixture
def picture(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(Picture)


def cases() -> Iterator[Any]:
    """All of them; those that are not of EVERY_TIME are long."""
    for name in STATES:
        for size in SIZES:
            for number, language in enumerate(LANGUAGES):
                often = size == "80x24" and name in EVERY_TIME and EVERY_TIME.index(name) % len(LANGUAGES) == number
                marks = () if often else (pytest.mark.long,)
                yield pytest.param(name, size, language, id=f"{name}-{size}-{language}", marks=marks)


@pytest.mark.parametrize("name, size, language", list(cases()))
async def test_screen(name: str, size: str, language: str, picture: SnapshotAssertion) -> None:
    width, height = SIZES[size]
    async with opened(name, (width, height), language) as (app, _):
        rows = rows_of(app)
        try:
            assert [cell_len(row) for row in rows] == [width] * height
            strange = {letter for letter in "".join(rows) if not re.fullmatch(LETTERS[language], letter)}
            assert not strange, "a letter that may be one or two cells wide"
            keeps_its_places(app, rows)
            cuts_nothing_off(app)
            if language != "en" and size == "80x24":
                assert not [row for row in rows if is_english(row)]
        finally:
            drawn = slim(app.export_screenshot(title="uv-wizard")).replace(TORCH_INDEX, "pytorch.example.test")
            assert ON_WINDOWS or drawn == picture


@pytest.mark.long
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", TOO_SMALL)
async def test_too_small(size: str, language: str, picture: SnapshotAssertion) -> None:
    width, height = map(int, size.split("x"))
    async with opened("start", (width, height), language) as (app, _):
        said = app.screen.query_one(TooSmall)
        sentence = "".join(str(said.content).split())
        rows = rows_of(app)
        try:
            assert [cell_len(row) for row in rows] == [width] * height
            assert "".join("".join(rows).split()) == sentence, "all of it, and nothing else"
            assert sentence.endswith("uv-wizard--plain.") or language != "en"
            assert language == "en" or not [row for row in rows if is_english(row)]
        finally:
            assert ON_WINDOWS or slim(app.export_screenshot(title="uv-wizard")) == picture


ENGLISH = re.compile(
    r"\b(?:the|is|are|of|to|and|not|no|from|with|in|waiting|needed|stays|free|at|for|a|by|it|has|was|on|than|else|so|far|"
    r"usual|done|failed|recommended|possible|about|over)\b"
)
AS_SAID = re.compile(r" *(?:[0-9]{2}:[0-9]{2}|[+>-] )|.*University")
"""What is shown as it was said: uv's lines, the lines of a file, names."""


def is_english(row: str) -> bool:
    """Whether a row holds English sentences, in another language: some face has put it together past its catalogue."""
    return len(ENGLISH.findall(row)) > 1 and not AS_SAID.match(row)


def keeps_its_places(app: App[Any], rows: list[str]) -> None:
    """The primary button in cell 3 of the row above the hints, the focus where Enter leads forward."""
    screen, focused = app.screen, app.screen.focused
    assert focused is not None
    assert rows[-1].strip(), "the keys"
    if isinstance(screen, (StepScreen, Sheet)):
        button = screen.query_one("#next")
        assert rows[-2][2] == "["
        assert button.region.offset == (1, len(rows) - 2)
        assert max(one.region.right for one in screen.query(PushButton)) <= 80
        assert focused is button or isinstance(screen, Sheet)
    if isinstance(screen, StepScreen):
        body = screen.query_one("#body")
        assert body.virtual_size.height <= body.size.height, "no scrolling to find what is below"
        told = hint_text(screen.hints(), screen.size.width - 1).plain.strip()
        assert all(f"{key} {shown(word)}" in told for key, word in screen.hints()), "a key that has no room"
        assert screen.query_one("#hints", Line).text.strip() == told


def cuts_nothing_off(app: App[Any]) -> None:
    """What is written has its room: no text runs out of its widget, and what matters most is not shortened either."""
    for line in app.screen.query(Line):
        if not line.display or not line.is_attached or not line.region:
            continue
        told = line.text.split("\n")
        assert max(map(cell_len, told)) <= line.content_size.width or wraps(line), (
            f"runs out of its line: {line.text!r}"
        )
        assert len(told) <= max(1, line.content_size.height), f"rows out of sight: {line.text!r}"
        whole = line.id in WHOLE or line.has_class("finding")
        assert not whole or not line.text.rstrip().endswith("..."), f"cut off: {line.text!r}"
    for choices in app.screen.query(ChoiceList):
        if choices.region:
            fits(choices)


def wraps(line: Line) -> bool:
    """Whether it has a second row for what does not fit into the first."""
    width, height = max(1, line.content_size.width), line.content_size.height
    return 1 < height >= sum(-(-cell_len(one) // width) for one in line.text.split("\n"))


def fits(choices: OptionList) -> None:
    """Every row of a list in its width."""
    width = choices.content_size.width
    for place in range(choices.option_count):
        told = str(choices.get_option_at_index(place).prompt)
        assert all(cell_len(row.rstrip()) <= width for row in told.split("\n")), f"runs out of the list: {told!r}"


def test_no_picture_is_left_of_a_state_that_is_gone() -> None:
    folder = Path(__file__).parent / "__snapshots__" / "test_gallery"
    expected = {
        f"test_screen[{name}-{size}-{language}].svg" for name in STATES for size in SIZES for language in LANGUAGES
    }
    expected |= {f"test_too_small[{size}-{language}].svg" for size in TOO_SMALL for language in LANGUAGES}
    assert {path.name for path in folder.iterdir()} == expected
