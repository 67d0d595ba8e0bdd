"""The torch screen on projects and machines of every kind: what it recommends, what choosing changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from screens.torch import TorchScreen
from tests.screens.running import make_folder, showing, shows, text_of, until
from tests.support.torch_project import RTX, make_torch_project
from wizard.machine.facts import Machine

pytestmark = pytest.mark.same_everywhere

NEW_DRIVER = replace(RTX, nvidia_driver="595.71.05")


@pytest.fixture
def with_torch(tmp_path: Path) -> Path:
    return make_torch_project(tmp_path)


async def test_a_driver_too_old_for_the_lock_gets_another_pair(with_torch: Path) -> None:
    before = (with_torch / "pyproject.toml").read_bytes()
    async with showing(with_torch, at="torch", machine=RTX) as (app, pilot):
        await until(pilot, shows(app, " Recommended: torch 2.14.1, variant cu126"))
        text = text_of(app)
        rows = text.splitlines()
        assert rows[7].startswith("   + It has code for the ")
        assert rows[8].startswith("   + The driver, 550.54.14, runs CUDA 12; CUDA 13 needs driver 580 or newer")
        assert rows[9].startswith("   + torch 2.14.1 is the newest with a CUDA 12 variant; 2.15.0 has none")
        assert rows[11] == " (*) torch 2.14.1 cu126     recommended   pyproject.toml, uv.lock change"
        assert " ( ) torch 2.15.0 cu132     in uv.lock    x fails here: needs driver 580\n" in text
        assert " ( ) another version or variant" in text
        assert " Changes    pyproject.toml +" in text
        assert app.walk.way.choices.text("torch.variant") == "cu126"
        assert rows[22].startswith("  [ Next: review ]   [ Back ]")
    assert (with_torch / "pyproject.toml").read_bytes() == before


async def test_a_row_that_fails_here_is_allowed_and_says_its_price(with_torch: Path) -> None:
    async with showing(with_torch, at="torch", machine=RTX) as (app, pilot):
        await until(pilot, shows(app, "(*) torch 2.14.1 cu126"))
        await pilot.press("up")
        at = next(place for place, row in enumerate(app.screen.query_one("#builds").rows) if row.value == "keep")  # type: ignore[attr-defined]
        for _ in range(at):
            await pilot.press("down")
        await pilot.press("enter")
        await until(pilot, shows(app, "x The GPU will not be used with this choice."))
        assert app.walk.way.choices.said("torch.variant") == ("keep", "screen")
        assert "(*) torch 2.15.0 cu132" in text_of(app)
        assert app.screen.focused is not None
        assert app.screen.focused.id == "next"


async def test_a_lock_that_runs_here_is_left_alone(with_torch: Path) -> None:
    async with showing(with_torch, at="torch", machine=NEW_DRIVER) as (app, pilot):
        await until(pilot, shows(app, "Nothing to decide: uv.lock has torch 2.15.0 cu132, and it runs here."))
        assert app.walk.way.choices.origin("torch.variant") == "default"
        assert " Changes    none; uv.lock stays as it is" in text_of(app)


async def test_which_torch_each_system_gets_stands_with_the_details(with_torch: Path) -> None:
    async with showing(with_torch, at="torch", machine=RTX) as (app, pilot):
        await until(pilot, shows(app, "(*) torch 2.14.1 cu126"))
        await pilot.press("d")
        await until(pilot, shows(app, "torch: what would change with cu126"))
        await pilot.press("end")
        await until(pilot, shows(app, "Linux on x86_64: torch 2.15.0 cu132, from https://index.example/simple"))
        assert "Windows on x86_64: torch 2.15.0 cpu, from" in text_of(app)


async def test_a_project_without_torch_is_passed(tmp_path: Path) -> None:
    async with showing(make_folder(tmp_path), at="torch", machine=RTX) as (app, pilot):
        await until(pilot, shows(app, "Nothing to decide: this project does not use torch."))
        assert "All variants" not in text_of(app)
        await pilot.press("enter")
        await until(pilot, shows(app, "6/8 review"))


async def test_what_is_not_known_is_not_guessed(with_torch: Path) -> None:
    async with showing(with_torch, at="torch", machine=replace(RTX, gpus=None, nvidia_driver=None)) as (app, pilot):
        await until(pilot, shows(app, "? The GPUs of this machine are not known, so no variant can be recommended."))
        assert app.walk.way.choices.origin("torch.variant") == "default"


async def test_all_variants_lists_what_is_ruled_out_and_why(with_torch: Path) -> None:
    async with showing(with_torch, at="torch", machine=RTX) as (app, pilot):
        await until(pilot, shows(app, "(*) torch 2.14.1 cu126"))
        await pilot.press("a")
        await until(pilot, shows(app, "All variants of torch"))
        assert "x torch 2.15.0 " in text_of(app)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, TorchScreen))


async def test_the_diff_is_one_key_away(with_torch: Path) -> None:
    async with showing(with_torch, at="torch", machine=RTX) as (app, pilot):
        await until(pilot, shows(app, "(*) torch 2.14.1 cu126"))
        await pilot.press("d")
        await until(pilot, shows(app, "+[tool.uv.sources]"))


@pytest.mark.parametrize("size", [(60, 18), (120, 40), (160, 50)])
async def test_other_sizes(with_torch: Path, size: tuple[int, int]) -> None:
    async with showing(with_torch, size=size, at="torch", machine=RTX) as (app, pilot):
        await until(pilot, shows(app, "(*) torch 2.14.1 cu126"))
        assert ("Ruled out\n" in text_of(app) or "  Why" in text_of(app) or "Why" in text_of(app)) == (size[0] >= 120)
        assert text_of(app).splitlines()[size[1] - 2].startswith("  [ Next: review ]")


async def test_a_team_that_has_answered_is_named(with_torch: Path) -> None:
    path = with_torch / "pyproject.toml"
    path.write_text(path.read_text() + '\n[tool.uv-wizard.torch]\nvariant = "cpu"\n')
    machine: Machine = RTX
    async with showing(with_torch, at="torch", machine=machine) as (app, pilot):
        await until(pilot, shows(app, "your team "))
        row = next(row for row in text_of(app).splitlines() if "your team " in row and "(*)" in row)
        assert row.startswith(" (*) torch")
        assert " cpu " in row


async def test_every_variant_is_shown_with_its_reason_to_the_end() -> None:
    from tests.screens.gallery import opened
    from tests.screens.running import rows_of

    for language in ("en", "ko"):
        async with opened("all-variants", (80, 24), language) as (app, _pilot):
            text = "\n".join(rows_of(app))
            assert "550.54.14" in text
            assert " ..." not in text
