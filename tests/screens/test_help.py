"""F1: every screen and every control has its help, each word is explained in three sentences, and leads on to the next."""

from __future__ import annotations

import re

import pytest
from textual.app import App
from textual.pilot import Pilot

from screens.choosing import ChoiceList
from screens.help_sheet import HelpSheet, words_of
from screens.offering import Offering
from screens.sheet import LINES, WIDTH
from screens.track import ORDER
from tests.screens.gallery import STATES, opened
from tests.screens.running import shows, text_of, until
from tests.support.often import often
from wizard import catalog
from wizard.language import use

pytestmark = pytest.mark.same_everywhere

WORDS = (
    "mirror",
    "lock",
    "variant",
    "link-mode",
    "cache",
    "index",
    "wheel",
    "driver",
    "cuda",
    "generation",
    "extra",
    "group",
)
ENTRIES = catalog.table("help.toml")
SENTENCE = re.compile(r"[.?!](?=\s|$)")
FEW = ("start", "settings", "mirrors", "review", "verify")


@pytest.mark.parametrize("name", ENTRIES)
def test_three_sentences_and_a_command(name: str) -> None:
    entry = ENTRIES[name]
    assert set(entry) <= {"title", "text", "more", "see"}
    sentences = len(SENTENCE.findall(entry["text"]))
    assert sentences == 3 if name in ("mirror", "lock", "variant", "link-mode") else 1 <= sentences <= 3
    assert len(entry["more"]) <= WIDTH
    assert set(entry.get("see", ())) <= set(ENTRIES)


@pytest.mark.parametrize("language", ["en", "zh-CN", "ko"])
def test_the_whole_text_is_in_the_sheet(language: str) -> None:
    from screens.help_sheet import help_lines

    use(language)
    for name in ENTRIES:
        lines = help_lines(name)[1]
        assert len(lines) <= LINES, (name, lines)
        assert not any(line.endswith(" ...") for line in lines), (name, lines)


@pytest.mark.parametrize("word", WORDS)
def test_each_word_names_what_to_type_and_is_led_to_from_a_screen(word: str) -> None:
    assert re.search(r"\buv |nvidia-smi", ENTRIES[word]["more"])
    assert word in {told for name in ORDER for told in words_of(name)} | {"variant"}


async def explained(app: App[object], pilot: Pilot[object]) -> None:
    """Every control of the screen on top, and each row of its lists, has an entry."""
    screen = app.screen
    assert isinstance(screen, Offering)
    if isinstance(screen, HelpSheet):  # explains by itself
        return
    for control in screen.focus_chain:
        screen.set_focus(control, scroll_visible=False)
        await pilot.pause()
        assert screen.help_name() in ENTRIES, (control, screen.help_name())
        if isinstance(control, ChoiceList):
            for at, row in enumerate(control.rows):
                if not row.heading:
                    control.highlighted = at
                    assert screen.help_name() in ENTRIES, (control, row, screen.help_name())


@pytest.mark.parametrize("name", often(STATES, FEW))
async def test_every_control_has_its_help(name: str) -> None:
    async with opened(name) as (app, pilot):
        await explained(app, pilot)


async def test_f1_again_leads_to_the_screen_and_to_its_words_and_closes() -> None:
    async with opened("torch-old-driver") as (app, pilot):
        await pilot.press("up", "f1")
        await until(pilot, shows(app, "Help: variant"))
        assert "F1 torch" in text_of(app)
        for title in ("Help: torch", "Help: driver", "Help: CUDA version", "Help: generation", "Help: extra"):
            await pilot.press("f1")
            await until(pilot, shows(app, title))
        await pilot.press("f1")
        await until(pilot, lambda: not isinstance(app.screen, HelpSheet))
