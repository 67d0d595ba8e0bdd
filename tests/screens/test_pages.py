"""Pages of text say how their lines are read to the end."""

from __future__ import annotations

import pytest

from tests.screens.gallery import at_rest, opened
from tests.screens.running import rows_of

pytestmark = pytest.mark.same_everywhere


@pytest.mark.parametrize(
    "language, word", [("en", "Rest of the line"), ("zh-CN", "行的其余部分"), ("ko", "줄의 나머지")]
)
async def test_a_line_wider_than_the_window_can_be_read_to_its_end(language: str, word: str) -> None:
    async with opened("diff", (80, 24), language) as (app, pilot):
        assert f"Right {word}" in rows_of(app)[-1]
        before = rows_of(app)
        await pilot.press(*["right"] * 30)
        await at_rest(app, pilot)
        assert rows_of(app) != before
        assert any("'win32'" in row for row in rows_of(app))


async def test_nothing_is_said_of_the_rest_where_all_is_in_sight() -> None:
    async with opened("log", (80, 24)) as (app, _pilot):
        assert "Right" not in rows_of(app)[-1]


async def test_the_search_is_named_and_bracketed_while_it_is_typed() -> None:
    async with opened("search", (80, 24)) as (app, pilot):
        await pilot.press(*"mpmath")
        await at_rest(app, pilot)
        assert rows_of(app)[21].rstrip().startswith(" Search for [mpmath ")
        assert rows_of(app)[21].rstrip().endswith("]")
        await pilot.press("enter", "escape")
        await at_rest(app, pilot)
        assert not any("Search for [" in row for row in rows_of(app))
