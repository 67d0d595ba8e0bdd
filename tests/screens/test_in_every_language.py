"""The screens in every language at 80x24: nothing is cut off, every column keeps its place, the button is where it was."""

from __future__ import annotations

import re
from typing import Any

import pytest
from rich.cells import cell_len, set_cell_size

from screens import attach, mirrors, review, settings, start, sync, torch, uv, verification
from screens.app import WizardApp
from screens.mirror_rows import mirror_head
from screens.rows import named_row, run_head, state_word, wrapped
from screens.start_more import more_rows
from screens.state_words import WORDS
from screens.step import StepScreen
from screens.track import NAMES, ORDER, track_line
from screens.walk import Walk
from screens.widgets import toned
from tests.screens.made_up import MadeUpWay
from tests.screens.running import rows_of, until
from wizard.language import said, shown, spoken
from wizard.told.torch_rows import TorchRow

pytestmark = pytest.mark.same_everywhere

LANGUAGES = ("en", "zh-CN", "ko")
SCREENS: tuple[type[StepScreen], ...] = (
    start.StartScreen, uv.UvScreen, settings.SettingsScreen, mirrors.MirrorsScreen, torch.TorchScreen,
    review.ReviewScreen, sync.SyncScreen, verification.VerificationScreen, attach.RunsScreen,
)  # fmt: skip
LETTERS = {"en": r"[ -~]", "zh-CN": r"[ -~\u3000-\u9fff\uff00-\uffef]", "ko": r"[ -~\uac00-\ud7a3]"}
"""What may be drawn: ASCII, and letters that are two cells wide everywhere."""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.NAME)
def test_title_and_lead_fit_their_rows(screen: type[StepScreen], language: str) -> None:
    with spoken(language):
        assert 0 < cell_len(shown(screen.TITLE_TEXT)) <= 78
        lead = shown(screen.LEAD).split("\n")
        assert len(lead) <= 2
        assert max(cell_len(line) for line in lead) <= 78


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_top_line_names_all_screens_in_80_cells(language: str) -> None:
    with spoken(language):
        for number, name in enumerate(ORDER, 1):
            line = track_line(number, name, "now", 80).plain
            assert cell_len(line) == 80
            assert all(shown(NAMES[one]) in line for one in ORDER)


@pytest.mark.parametrize("language", LANGUAGES)
def test_columns_stand_below_their_heads(language: str) -> None:
    with spoken(language):
        assert cell_len(mirror_head()[: mirror_head().rindex("  ") + 2]) == 57
        assert cell_len(run_head()[: run_head().rindex("  ") + 2]) == 54
        for word in WORDS:
            if word in ("ok", "done", "failed", "error", "warning", "now", "waiting", "not run"):
                told = state_word(word, 11) if word not in {"error", "note"} else f"x {shown(WORDS[word])}"
                assert cell_len(told) <= 11
                assert not told.endswith(" ...")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_tall_window_tells_besides_stands_in_its_column(language: str) -> None:
    """A label is as many cells as it is, whatever its letters: no fact loses its first ones."""
    with spoken(language):
        told = more_rows(MadeUpWay().machine, 78, 9)[1:]
    assert [set_cell_size(row, 11)[-1] for row in told] == [" "] * len(told), told
    assert not any("..." in set_cell_size(row, 11) for row in told), told
    assert [row.rstrip() for row in told if row.rstrip().endswith("  bash")], told


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_word_of_state_has_its_colour(language: str) -> None:
    with spoken(language):
        line = toned(state_word("failed", 11) + "uv lock")
        assert any(span.end == 2 + len(shown(WORDS["failed"])) for span in line.spans)


def test_chinese_is_broken_anywhere_but_before_a_stop() -> None:
    text = "文件从缓存进入 .venv 有四种方式：clone 和硬链接不占空间，复制要再占一份，符号链接指向缓存。"
    for width in range(20, 78):
        rows = wrapped(text, width, 20)
        assert "".join(rows).replace(" ", "") == text.replace(" ", "")
        assert max(map(cell_len, rows)) <= width
        assert not any(row.startswith(tuple("，。：；、）")) for row in rows)
        assert all(cell_len(row) > width - 12 for row in rows[:-1]), rows


def test_a_bracket_stands_before_what_it_opens() -> None:
    text = "请关闭自动启动（settings.conda-auto-activate = off），或从 base 里删除 uv（conda remove uv）。"
    for width in range(40, 78):
        rows = wrapped(text, width, 20)
        assert "".join(rows).replace(" ", "") == text.replace(" ", "")
        assert not any(row.endswith("（") for row in rows), rows


def test_what_a_row_joins_it_joins_as_the_language_does() -> None:
    names = ["nvidia-nccl-cu12", "nvidia-cufft-cu12"]
    row = TorchRow("cu126", "torch 2.14.1 cu126", "recommended", said("no file changes"), ok=True)
    for language, line, waiting in (
        ("en", "torch 2.14.1 cu126, recommended: no file changes", "2 waiting: "),
        ("zh-CN", "torch 2.14.1 cu126，推荐：不改动文件", "等待 2 个："),
    ):
        with spoken(language):
            assert row.line == line
            assert named_row(2, WORDS["waiting"], names) == waiting + ", ".join(names)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["start", "uv", "settings", "review"])
async def test_a_screen_keeps_its_places(name: str, language: str) -> None:
    with spoken(language):
        way: Any = MadeUpWay()
        app = WizardApp(Walk(way))
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            app.show(name)
            await until(pilot, lambda: app.screen.id == name and app.focused is not None)
            await pilot.pause()
            rows = rows_of(app)
            screen = app.screen
            assert isinstance(screen, StepScreen)
            button = screen.query_one("#next").region
            assert [cell_len(row) for row in rows] == [80] * 24
            assert re.fullmatch(LETTERS[language] + "*", "".join(rows)), "a letter that may be one or two cells wide"
            assert rows[-2][2] == "["
            assert "]" in rows[-2]
            assert button.right <= 80
            assert screen.focused is not None
            assert screen.focused.id == "next"
            body = screen.query_one("#body")
            assert body.virtual_size.height <= body.size.height, "no scrolling at 80x24"
            assert not [row for row in (rows[2], rows[3], rows[4], rows[-1]) if row.rstrip().endswith("...")]
