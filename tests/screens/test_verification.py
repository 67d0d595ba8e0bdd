"""The checks as they come, and the three ends: it works, it fell short, there was nothing to check."""

from __future__ import annotations

from pathlib import Path

import pytest

from screens.verification import VerificationScreen, after_rows, device_rows
from tests.screens.running import make_folder, showing, shows, text_of, until
from tests.support.recorded import Recorded
from wizard.way import After

pytestmark = pytest.mark.same_everywhere


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path)


@pytest.fixture
def recorded(folder: Path) -> Recorded:
    made = Recorded(str(folder))
    made.step("sync", "started")
    made.step("sync", "done")
    made.step("verify", "started")
    return made


def check(name: str, title: str, *, ok: bool | None = True, value: str = "") -> dict[str, object]:
    return {"id": name, "title": title, "ok": ok, "value": value, "detail": None, "seconds": 0.1}


async def test_rungs_come_one_by_one_and_the_end_says_what_to_type(folder: Path, recorded: Recorded) -> None:
    async with showing(folder, recorded, at="verify") as (app, pilot):
        await until(pilot, shows(app, "the checks begin when the sync has ended"))
        recorded.check("sync", "Packages are those of uv.lock", ok=True, value="31 packages")
        await until(pilot, shows(app, "  1 + ok       Packages are those of uv.lock       31 packages          0.1 s"))
        assert "[ Next when done ]   [ Back ]  A check that hangs is ended after 60 s." in text_of(app)
        await pilot.press("enter")
        assert isinstance(app.screen, VerificationScreen)
        recorded.verify(check("sync", "Packages are those of uv.lock", value="31 packages"), ok=True)
        recorded.step("verify", "done")
        recorded.end(0)
        await until(pilot, shows(app, "It works: Python and 31 packages"))
        text = text_of(app)
        assert "+sync +verify" in text
        assert " From now on  uv run python main.py   run your code in this environment" in text
        assert "  [ Finish ]   [ Back ]  Log: " in text
        await pilot.press("enter")
    assert app.return_value == 0


async def test_a_gpu_is_named_with_its_figures(folder: Path, recorded: Recorded) -> None:
    device = {
        "name": "NVIDIA GeForce RTX 3090", "compute_capability": "8.6", "memory_mib": 24576, "ok": True,
        "matmul_tflops": 66.0, "matmul_dtype": "bf16", "copy_gib_s": 780.0,
    }  # fmt: skip
    checks = [check(str(number), f"Check number {number}") for number in range(11)]
    for one in checks:
        recorded.check(str(one["id"]), str(one["title"]), ok=True)
    recorded.verify(
        *checks, ok=True, devices=[device], torch={"version": "2.14.1", "cuda": "12.6", "hip": None, "arch_list": []}
    )
    recorded.end(0)
    async with showing(folder, recorded, at="verify") as (app, pilot):
        await until(pilot, shows(app, "It works: torch runs on this GPU"))
        rows = text_of(app).splitlines()
        assert rows[3].startswith(" NVIDIA GeForce RTX 3090, 24 GiB: 66 TFLOP/s in bf16, memory copy 780 GiB/s.")
        assert rows[16].startswith(" 11 + ok       Check number 10")
        assert rows[18].startswith(" From now on  uv run")
        assert rows[20].startswith("              uv sync --locked")
        assert rows[22].startswith("  [ Finish ]")


async def test_a_check_that_fails_names_the_cause_and_its_rung(folder: Path, recorded: Recorded) -> None:
    recorded.check("driver", "Driver answers", ok=True, value="550.54.14")
    recorded.check("devices", "torch sees the GPUs that are here", ok=False, value="0 of 1")
    recorded.check("code", "Variant has code for the GPU", ok=None, value="not run")
    found = {
        "cause": "cuda-driver-too-old",
        "title": "The GPU driver is too old for this torch",
        "explanation": "torch 2.15.0 was built with CUDA 13.2. This machine has driver 550.54.14, which runs CUDA 12.",
        "evidence": ["UserWarning: CUDA initialization: The NVIDIA driver on your system is too old"],
        "fixes": [{"title": "Do without the GPU", "choices": {"verify": {"require": "cpu"}}, "commands": None}],
    }
    recorded.verify(
        check("driver", "Driver answers", value="550.54.14"),
        check("devices", "torch sees the GPUs that are here", ok=False, value="0 of 1"),
        check("code", "Variant has code for the GPU", ok=None, value="not run"),
        ok=False,
        diagnosis=found,
    )
    recorded.end(3)
    async with showing(folder, recorded, at="verify") as (app, pilot):
        await until(pilot, shows(app, "The GPU driver is too old for this torch"))
        text = text_of(app)
        assert "+sync xverify" in text
        assert " Check 2 of 3 failed; 1 passed, 1 were not reached" in text
        assert "  2 x failed   torch sees the GPUs that are here   0 of 1               0.1 s" in text
        assert "  3 - not run  Variant has code for the GPU" in text
        assert " > UserWarning: CUDA initialization: The NVIDIA driver on your system is too" in text
        assert "[ Fix 1: to the review ]   [ Back ]  The installed packages stay." in text
        await pilot.press("ctrl+q")
    assert app.return_value == 3


async def test_before_anything_ran_it_says_so(folder: Path) -> None:
    async with showing(folder, at="verify") as (app, pilot):
        await until(pilot, shows(app, "Nothing was started yet"))


def test_the_last_commands_and_the_line_that_loads_the_variables() -> None:
    commands = (
        ("uv run python main.py", "run your code in this environment"),
        ("uv add PACKAGE", "add a package to the project"),
    )
    assert after_rows(After(commands, ". /home/min/.config/uv-wizard/env.sh", "", ()), 76) == [
        "From now on  uv run python main.py   run your code in this environment",
        "             uv add PACKAGE          add a package to the project",
        "New shells have the new variables. Here, type:  . /home/min/.config/uv-w ...",
    ]
    assert after_rows(None, 76) == []


def test_devices_in_the_side_panel() -> None:
    told = device_rows([{"name": "RTX 3090", "compute_capability": "8.6", "memory_mib": 24576, "matmul_tflops": 66.2}])
    assert told == ["RTX 3090", "  generation  8.6", "  memory      24 GiB", "  TFLOP/s     66", ""]
