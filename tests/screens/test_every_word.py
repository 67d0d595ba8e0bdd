"""What a screen says goes through the catalogue: in a language of capitals nothing small is left but text of outside."""

from __future__ import annotations

import re

import pytest

from tests.screens.gallery import STATES, opened
from tests.screens.running import rows_of
from tests.support.loud import loud, untranslated

pytestmark = [pytest.mark.same_everywhere, pytest.mark.long]

OUTSIDE = re.compile(
    r" *>|^ *\d\d:\d\d:\d\d  "  # evidence, a line of the log
    r"|^   error: something that nobody has seen before"  # uv's last line, where none proves anything
    r"|Shanghai Jiao Tong University|\[.\] extra "  # who runs a mirror; a word of uv's
    r"|^ +Resolved \d+ packages in"  # a line of uv's before those that say why
    r"|x no such host|x not an index"  # made up where the gallery is
)


@pytest.mark.parametrize("name", STATES)
async def test_nothing_on_it_is_untranslated(name: str) -> None:
    with loud():
        async with opened(name) as (app, _pilot):
            rows = rows_of(app)
    assert any(row.isupper() for row in rows)
    assert untranslated(row for row in rows if not OUTSIDE.search(row)) == []


NARROW = re.compile(
    r"[\u4e00-\u9fff\uff09] ?[,:;](?: |$)|[,;] ?[\u4e00-\u9fff]|[\u3002\uff0c\uff1a\uff1b] [\u4e00-\u9fff]"
)
"""A stop of English beside a Chinese letter, or a blank behind a stop of Chinese."""


@pytest.mark.parametrize("name", STATES)
async def test_chinese_has_its_own_stops(name: str) -> None:
    async with opened(name, language="zh-CN") as (app, _pilot):
        rows = rows_of(app)
    assert [row for row in rows if NARROW.search(row) and not OUTSIDE.search(row)] == []
