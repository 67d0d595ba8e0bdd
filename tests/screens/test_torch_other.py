"""The page behind the torch screen's last row: version, variant, layout and systems, checked together before they are taken."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from screens.app import WizardApp
from screens.choosing import ChoiceList
from screens.torch import TorchScreen
from screens.torch_other import OtherTorchPage
from tests.screens.running import showing, shows, text_of, until
from tests.support.torch_project import RTX, make_torch_project

pytestmark = pytest.mark.same_everywhere

TITLE = "torch: another version or variant"


@pytest.fixture
def with_torch(tmp_path: Path) -> Path:
    return make_torch_project(tmp_path)


async def opened(app: WizardApp, pilot: Pilot[int]) -> None:
    await until(pilot, shows(app, "(*) torch 2.14.1 cu126"))
    await pilot.press("up", "end", "enter")
    await until(pilot, lambda: isinstance(app.screen, OtherTorchPage))
    await until(pilot, shows(app, TITLE))


async def mark(app: WizardApp, pilot: Pilot[int], value: str) -> None:
    """Marks that row."""
    kinds = app.screen.query_one("#kinds", ChoiceList)
    kinds.focus()
    kinds.highlighted = next(place for place, row in enumerate(kinds.rows) if row.value == value)
    await pilot.press("space")


async def test_everything_is_in_sight_at_80_by_24(with_torch: Path) -> None:
    async with showing(with_torch, at="torch", machine=RTX) as (app, pilot):
        await opened(app, pilot)
        lines = text_of(app).splitlines()
        assert lines[4].startswith(" Version    [")
        for text in (
            "(*) cu126",
            "( ) keep",
            "( ) pypi",
            "(*) auto",
            "( ) extras",
            "[*] Linux",
            "[*] Windows",
            "[*] macOS",
        ):
            assert any(line.startswith(f" {text} ") or line == f" {text}" for line in lines), text
        assert lines[22].startswith("  [ Take it ]   [ Leave it ]")
        assert lines[23].startswith(" Enter To the list  Ctrl+N Take it  Esc Leave it")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, TorchScreen))
        assert app.walk.way.choices.origin("torch.version") == "default"


@pytest.mark.parametrize(
    "version, told",
    [
        ("2.15.0", "x error    torch 2.15.0 has no variant cu126; the newest with it is 2.14.1."),
        ("2.8.0", "x error    This project allows torch 2.9 or newer; 2.8.0 is older."),
        pytest.param("2", "x error    ", marks=pytest.mark.long),
        ("nonsense", "x error    "),
        pytest.param(
            "99.0.0", "x error    torch 99.0.0 is not known here; the newest that is known is", marks=pytest.mark.long
        ),
    ],
)
async def test_what_cannot_be_had_is_said_and_not_taken(with_torch: Path, version: str, told: str) -> None:
    async with showing(with_torch, at="torch", machine=RTX) as (app, pilot):
        await opened(app, pilot)
        await pilot.press(*version)
        assert "x error" not in text_of(app), "nobody has finished typing"
        await pilot.press("ctrl+n")
        await until(pilot, shows(app, told))
        assert isinstance(app.screen, OtherTorchPage)
        await pilot.press("enter")
        await until(pilot, lambda: app.screen.query_one("#kinds").has_focus)
        assert told in text_of(app)
        assert app.walk.way.choices.text("torch.version") == ""
        await pilot.press("up")
        await until(pilot, lambda: not app.screen.query_one("#kinds").has_focus)
        await pilot.press("escape")  # takes the text back first
        await until(pilot, lambda: "x error" not in text_of(app))
        assert isinstance(app.screen, OtherTorchPage)


@pytest.mark.long
async def test_version_variant_layout_and_systems_are_taken_together(with_torch: Path) -> None:
    async with showing(with_torch, at="torch", machine=RTX) as (app, pilot):
        await opened(app, pilot)
        await pilot.press(*"2.10.0")
        await mark(app, pilot, "variant:cpu")
        await mark(app, pilot, "layout:extras")
        await mark(app, pilot, "on:windows")
        assert "[ ] Windows" in text_of(app)
        await pilot.press("ctrl+n")
        await until(pilot, lambda: isinstance(app.screen, TorchScreen))
        choices = app.walk.way.choices
        assert choices.said("torch.variant") == ("cpu", "screen")
        assert choices.text("torch.version") == "2.10.0"
        assert choices.text("torch.layout") == "extras"
        assert choices.names("torch.platforms") == ("linux", "macos")
        assert " (*) torch 2.10.0 cpu" in text_of(app)
        assert "another version or variant   chosen: torch 2.10.0, layout extras" in text_of(app)
        assert app.screen.focused is not None
        assert app.screen.focused.id == "next"
        await pilot.press("d")
        await until(pilot, shows(app, "[project.optional-dependencies]"))


async def test_what_was_not_touched_stays_with_whoever_said_it(with_torch: Path) -> None:
    path = with_torch / "pyproject.toml"
    path.write_text(path.read_text() + '\n[tool.uv-wizard.torch]\nlayout = "extras"\n')
    async with showing(with_torch, at="torch", machine=RTX) as (app, pilot):
        await opened(app, pilot)
        await mark(app, pilot, "variant:cpu")
        await pilot.press("tab", "enter")
        await until(pilot, lambda: isinstance(app.screen, TorchScreen))
        assert app.walk.way.choices.said("torch.layout") == ("extras", "project")
        assert app.walk.way.choices.origin("torch.version") == "default"


@pytest.mark.long
async def test_no_system_at_all_is_no_answer(with_torch: Path) -> None:
    async with showing(with_torch, at="torch", machine=RTX) as (app, pilot):
        await opened(app, pilot)
        for name in ("linux", "windows", "macos"):
            await mark(app, pilot, f"on:{name}")
        await until(pilot, shows(app, "x error    No system is left: mark one of them."))
        await pilot.press("ctrl+n")
        await until(pilot, shows(app, TITLE))


@pytest.mark.long
async def test_a_variant_for_another_machine_can_be_taken(with_torch: Path) -> None:
    async with showing(with_torch, at="torch", machine=RTX) as (app, pilot):
        await opened(app, pilot)
        await mark(app, pilot, "variant:cu130")
        await pilot.press("ctrl+n")
        await until(pilot, shows(app, "(*) another version or variant   chosen: cu130"))
        assert app.walk.way.choices.text("torch.variant") == "cu130"


@pytest.mark.long
@pytest.mark.parametrize("size", [(60, 18), (120, 40)])
async def test_other_sizes(with_torch: Path, size: tuple[int, int]) -> None:
    async with showing(with_torch, size=size, at="torch", machine=RTX) as (app, pilot):
        await opened(app, pilot)
        await pilot.press(*"2.15.0", "enter")
        await until(pilot, shows(app, "x error"))
        lines = text_of(app).splitlines()
        assert lines[size[1] - 2].startswith("  [ Take it ]")
        assert all(len(line) <= size[0] for line in lines)
