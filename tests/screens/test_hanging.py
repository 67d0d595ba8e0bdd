"""Rows that are too long for a narrow window."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from textual.content import Content

from screens.hanging import hung

pytestmark = pytest.mark.same_everywhere


@pytest.mark.parametrize(
    "text, width, told",
    [
        ("short", 20, "short"),
        ("(*) official installer     recommended   from astral.sh, about 20 MiB", 56,
         "(*) official installer     recommended   from astral.sh,\n    about 20 MiB"),
        ("Machine    Ubuntu 22.04, linux x86_64", 28, "Machine    Ubuntu 22.04,\n           linux x86_64"),
        ("  + one two three", 12, "  + one two\n    three"),
        ("two columns at the ends          the end", 30, "two columns at the ends\n   the end"),
        ("padded to the edge        ", 20, "padded to the edge"),
        ("a-word-longer-than-the-window", 10, "a-word-longer-than-the-window"),
        ("one two\nthree four five", 10, "one two\nthree four\nfive"),
    ],
)  # fmt: skip
def test_a_long_row_hangs_below_its_text(text: str, width: int, told: str) -> None:
    found = hung(Content(text), width).plain
    assert [line.strip() for line in found.split("\n")] == [line.strip() for line in told.split("\n")]
    assert all(cell_len(line) <= width for line in found.split("\n")) or " " not in text


def test_colours_stay_where_they_are() -> None:
    content = Content.assemble(("+ ok", "green"), "       one two three four")
    found = hung(content, 20)
    assert found.plain.startswith("+ ok       one two")
    assert [span.end for span in found.spans][:1] == [4]


def test_chinese_is_broken_between_its_characters() -> None:
    found = hung(Content("推荐：从项目自己的镜像取回软件包，其余的来自官方"), 20).plain
    assert all(cell_len(line) <= 20 for line in found.split("\n"))
    assert found.replace("\n", "").replace(" ", "") == "推荐：从项目自己的镜像取回软件包，其余的来自官方"
