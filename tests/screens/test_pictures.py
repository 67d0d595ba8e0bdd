"""The README's pictures are what the program draws now. `python -m tools.pictures` makes them anew."""

from __future__ import annotations

import re
import sys

import pytest

from tools.pictures import PICTURES, ROOT, drawn

pytestmark = pytest.mark.same_everywhere


@pytest.mark.skipif(sys.platform == "win32", reason="folders are written in another way there, and so in the pictures")
@pytest.mark.parametrize("name", PICTURES)
async def test_a_picture_is_what_the_program_draws(name: str) -> None:
    kept = (ROOT / "assets" / f"{name}.svg").read_text("utf-8")
    assert kept == await drawn(PICTURES[name]), "python -m tools.pictures"


def test_every_picture_is_in_the_readme_and_described() -> None:
    shown = dict(re.findall(r"!\[([^]]*)\]\(assets/(\w+)\.svg\)", (ROOT / "README.md").read_text("utf-8")))
    assert {name: len(told) > 20 for told, name in shown.items()} == dict.fromkeys(PICTURES, True)
