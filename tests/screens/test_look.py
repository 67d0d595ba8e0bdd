"""What can be read, in every theme and without colour: contrast, focus and state, computed from what is painted."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from rich.segment import Segment
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from screens.choosing import ChoiceList
from screens.host import own_colours
from screens.themes import NORD, contrast, readable
from tests.screens.gallery import STATES, opened
from tests.screens.running import shows, text_of, until
from tests.support.often import often

if TYPE_CHECKING:
    from textual.app import App

pytestmark = pytest.mark.same_everywhere

LOOKED_AT = ("sync-failed", "verify-green", "search")
NAMES = often(STATES, LOOKED_AT)
THEMES = tuple(name for name in BUILTIN_THEMES if not name.startswith("ansi"))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows' consoles say nothing in TERM, and have all colours")
@pytest.mark.parametrize(
    "around, own",
    [
        ({"TERM": "xterm"}, True),
        ({"TERM": "screen"}, True),
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "xterm-direct"}, False),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, False),
        ({"TERM": "xterm-256color", "COLORTERM": "24bit", "NO_COLOR": "1"}, True),
        ({}, True),
    ],
)
def test_a_terminal_of_16_colours_gets_its_own(around: dict[str, str], own: bool) -> None:
    with mock.patch.dict(os.environ, around, clear=True):
        assert own_colours(low_bandwidth=False) is own
        assert own_colours(low_bandwidth=True)


def segments(app: App[Any]) -> Iterator[Segment]:
    for strip in app.screen._compositor.render_strips():
        yield from strip


def unreadable(app: App[Any]) -> set[str]:
    """Text whose contrast to its ground is less than 4.5. The bar's `#` are hidden in its own colour, its `.` are quiet."""
    found = set()
    for segment in segments(app):
        style = segment.style
        if not segment.text.strip(" .#|") or style is None or style.color is None or style.bgcolor is None:
            continue
        ink, ground = (Color(*one.get_truecolor()) for one in (style.color, style.bgcolor))
        if contrast(ink, ground) < 4.5:
            found.add(f"{segment.text.strip()}: {ink.hex} on {ground.hex}, {contrast(ink, ground):.2f}")
    return found


@pytest.mark.parametrize("name", NAMES)
async def test_text_is_readable_in_a_dark_and_in_a_light_theme(name: str) -> None:
    async with opened(name, (120, 40)) as (app, pilot):
        assert unreadable(app) == set()
        app.theme = "textual-light"
        await until(pilot, lambda: any(one.style and one.style.bgcolor and Color(*one.style.bgcolor.get_truecolor())
                                       .brightness > 0.7 for one in segments(app)))  # fmt: skip
        assert unreadable(app) == set()


@pytest.mark.parametrize("name", THEMES)
def test_the_tones_of_every_theme_are_made_readable(name: str) -> None:
    theme = BUILTIN_THEMES[name]
    variables = {**theme.to_color_system().generate(), **theme.variables}
    for tone in readable(variables).values():
        for ground in ("background", "surface", "panel"):
            assert contrast(Color.parse(tone), Color.parse(variables[ground])) >= 4.5
    if name == "nord":
        assert readable(variables) == NORD, "what is written down for the first picture is what would be computed"


@pytest.mark.long
async def test_other_colours_are_offered_by_the_palette() -> None:
    async with opened("uv") as (app, pilot):
        await pilot.press("ctrl+p")
        await until(pilot, shows(app, "Other colours"))
        await pilot.press("end", "enter")
        await until(pilot, shows(app, "(*) nord"))
        await pilot.press("home", "enter")
        await until(pilot, lambda: app.theme == "textual-dark")


@pytest.mark.parametrize("name", ["uv", pytest.param("sync", marks=pytest.mark.long)])
async def test_without_colour_focus_and_state_can_be_seen(name: str) -> None:
    kept = mock.patch("tests.screens.frozen.os.environ.pop")  # leaves NO_COLOR where it is
    with kept, mock.patch.dict(os.environ, {"NO_COLOR": "1"}):
        async with opened(name) as (app, pilot):
            for one in segments(app):
                for colour in (one.style.color, one.style.bgcolor) if one.style else ():
                    assert colour is None or colour.is_default, one
            button = [one for one in segments(app) if one.text.strip().startswith("[ Next")]
            assert button
            assert all(one.style is not None and one.style.reverse for one in button), "the focused button is reversed"
            if name == "uv":
                app.screen.query_one("#ways", ChoiceList).focus()
                await until(pilot, lambda: any(one.style and one.style.underline for one in segments(app)))
                await pilot.press("ctrl+p")
                await until(pilot, shows(app, "What can be done here"))
                assert "Other colours" not in text_of(app)


async def test_without_colour_the_place_in_a_field_can_be_seen() -> None:
    kept = mock.patch("tests.screens.frozen.os.environ.pop")
    with kept, mock.patch.dict(os.environ, {"NO_COLOR": "1"}):
        async with opened("settings") as (app, pilot):
            app.screen.query_one("#next").focus()
            assert not [one for one in segments(app) if one.style and one.style.reverse and not one.text.strip()]
            await pilot.press("up", "up")
            await until(
                pilot,
                lambda: bool(
                    [one for one in segments(app) if one.style and one.style.reverse and not one.text.strip()]
                ),
            )
