"""The checks as they come, and the three ends: it works, it fell short, there was nothing to check."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from screens.app import WizardApp, farewell
from screens.rows import check_row
from screens.rungs import device_panel, rung, versions
from screens.text_page import TextPage
from screens.verification import VerificationScreen, after_rows
from tests.screens.running import make_folder, showing, shows, text_of, until
from tests.support.recorded import Recorded
from wizard.files import Journal
from wizard.run import client
from wizard.told.after import After
from wizard.told.closing import closing

pytestmark = pytest.mark.same_everywhere


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)  # from elsewhere, what to type begins with cd
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
        await until(pilot, shows(app, "0 of 3 checks passed, 0 failed."))
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
        assert " From now on  uv run python      Python with the project's packages" in text
        assert "  [ Finish ]   [ Back ]  Log: " in text
        await pilot.press("enter")
        await until(pilot, lambda: app._exit)
    assert app.return_value == 0


async def test_without_torch_no_gpu_is_asked_about_not_even_at_first(folder: Path, recorded: Recorded) -> None:
    async with showing(folder, recorded) as (app, _pilot):
        screen = VerificationScreen(app.walk)
        assert screen.planned == ()
        assert screen.live_heading() == "Verify: is all in place?"


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
        assert rows[3].startswith(" NVIDIA GeForce RTX 3090, 24 GiB: 66 TFLOP/s in bf16 (usual: 65 to 83), memory")
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
        assert "  A All checks" in text.splitlines()[23]
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, TextPage))
        await until(pilot, shows(app, "  3 - not run"))
        assert "  1 + ok       Driver answers                      550.54.14" in text_of(app)
        await pilot.press("escape", "ctrl+q")
    assert app.return_value == 3


async def test_before_anything_ran_it_says_so(folder: Path) -> None:
    async with showing(folder, at="verify") as (app, pilot):
        await until(pilot, shows(app, "Nothing was started yet"))


def test_the_last_commands_and_the_line_that_loads_the_variables() -> None:
    commands = (
        ("uv run python main.py", "run your code in this environment"),
        ("uv add PACKAGE", "add a package; uv remove takes one out"),
    )
    assert after_rows(After(commands, ". /home/min/.config/uv-wizard/env.sh", "", ()), 76) == [
        "From now on  uv run python main.py   run your code in this environment",
        "             uv add PACKAGE          add a package; uv remove takes one out",
        "Here, type   . /home/min/.config/uv-wizard/env.sh   for the new variables",
    ]
    assert after_rows(None, 76) == []
    assert after_rows(After(commands[:1], ". ~/.config/uv-wizard/env.sh", "", (), finds_uv=False), 76) == [
        "First, here  . ~/.config/uv-wizard/env.sh   then this terminal finds uv",
        "From now on  uv run python main.py   run your code in this environment",
    ]


def test_devices_in_the_side_panel() -> None:
    device = {
        "name": "NVIDIA GeForce RTX 3090", "compute_capability": "8.6", "memory_mib": 24576, "free_mib": 12288,
        "matmul_tflops": 66.2, "matmul_dtype": "bf16", "copy_gib_s": 400.0,
    }  # fmt: skip
    assert device_panel(device).plain.splitlines() == [
        "NVIDIA GeForce RTX 3090",
        "generation 8.6, 24 GiB",
        "",
        "memory taken              12 of 24 GiB",
        "[########........]",
        "",
        "products in bf16            66 TFLOP/s",
        "[############|...] usual 65 to 83",
        "",
        "copies in its memory         400 GiB/s",
        "[########....|...] usual 654 to 846",
    ]


def test_a_device_of_which_little_is_known() -> None:
    assert device_panel({"name": "Radeon\x1b[31m", "gfx": "gfx1100"}).plain.splitlines() == ["Radeon", "gfx1100"]
    assert device_panel({"name": None, "matmul_tflops": 5.0, "matmul_dtype": "fp16"}).plain.splitlines()[-1] == (
        "products in fp16             5 TFLOP/s"
    )


@pytest.mark.parametrize(
    "word, tone",
    [("ok", "$text-success"), ("failed", "bold $text-error"), ("now", "bold $text-primary"), ("waiting", "dim")],
)
def test_a_rung_has_the_colour_of_its_word(word: str, tone: str) -> None:
    row = check_row(7, word, "torch sees the GPUs that are here", "0 of 1", 0.4)
    shown = rung(row)
    assert shown.plain == row
    assert [str(span.style) for span in shown.spans if span.start == 3] == [tone]


def test_what_a_colleague_asks_first() -> None:
    inside = {"version": "3.12.11", "versions": {"torch": "2.14.1+cu126", "nvidia-cudnn-cu12": "9.10.2", "pip": "25"}}
    facts = {"environment": inside, "driver": {"version": "550.54.14", "cuda": "12.4"}}
    assert versions({"facts": facts}) == [
        "Python 3.12.11", "torch 2.14.1+cu126", "nvidia-cudnn-cu12 9.10.2", "driver 550.54.14 (runs CUDA 12.4)",
    ]  # fmt: skip
    assert versions({}) == []


@pytest.mark.parametrize("size, there", [((120, 40), True), ((80, 24), False)])
async def test_a_tall_window_says_more_of_each_rung(
    folder: Path, recorded: Recorded, size: tuple[int, int], there: bool
) -> None:
    held = {**check("memory", "GPU memory is free", value="22 of 24 GiB"), "detail": "Xorg holds 410 MiB"}
    recorded.write("check", **held)
    async with showing(folder, recorded, size, at="verify") as (app, pilot):
        await until(pilot, shows(app, "GPU memory is free"))
        await until(pilot, lambda: ("              Xorg holds 410 MiB" in text_of(app)) is there)


async def test_what_is_not_required_is_a_warning_and_no_failure(folder: Path, recorded: Recorded) -> None:
    ours = check("cpu", "CPU computes what it must", value="fp32")
    other = {**check("jax", "JAX computes", ok=False, value="0.12, CPU only"), "required": False}
    recorded.write("check", **ours)
    recorded.write("check", **other)
    recorded.verify(ours, other, ok=True, torch={"version": "2.14.1", "cuda": None, "hip": None, "arch_list": []})
    recorded.end(0)
    async with showing(folder, recorded, at="verify") as (app, pilot):
        await until(pilot, shows(app, "It works: torch runs on the CPU"))
        assert "  2 ! warning  JAX computes                        0.12, CPU only" in text_of(app)
        assert "1 of 1 checks passed" in " ".join(text_of(app).split())


async def put_back(app: WizardApp, pilot: Pilot[int], *asked: str) -> None:
    """U at the end, and yes, where that is asked."""
    await until(pilot, shows(app, " From now on  uv run python"))
    await pilot.press("u")
    await until(pilot, shows(app, "[ Leave them ]"))
    for one in asked:
        assert one in text_of(app)
    await pilot.press("right", "enter")


async def test_what_is_taken_back_is_not_told_to_go_on_with(folder: Path, recorded: Recorded) -> None:
    mine = (folder / "pyproject.toml").read_bytes()
    Journal(recorded.folder / "journal").write(folder / "pyproject.toml", mine + b"# ours\n")
    recorded.verify(ok=True)
    recorded.step("verify", "done")
    recorded.end(0)
    async with showing(folder, recorded, at="verify") as (app, pilot):
        await put_back(app, pilot)
        await until(pilot, shows(app, "1 file is as before."))
        await until(pilot, shows(app, "Taken back: the files are as they were."))
        assert "From now on" not in text_of(app)
        told = "\n".join(closing(app.walk.way, client.again(recorded.run)))
        assert told.startswith("Taken back: ")
        assert "uv-wizard undo" not in told
        left = "\n".join(farewell(app.walk))
        assert left.startswith("Taken back: ")
        assert f"  {folder / 'pyproject.toml'}" in left
    assert (folder / "pyproject.toml").read_bytes() == mine


async def test_what_somebody_changed_since_is_named_and_left(folder: Path, recorded: Recorded) -> None:
    Journal(recorded.folder / "journal").write(folder / "pyproject.toml", b"# ours\n")
    (folder / "pyproject.toml").write_bytes(b"# somebody's\n")
    recorded.verify(ok=True)
    recorded.end(0)
    async with showing(folder, recorded, at="verify") as (app, pilot):
        await put_back(app, pilot)
        await until(pilot, shows(app, "1 file was changed since, and is left as it is"))
        assert "pyproject.toml" in text_of(app)
        assert f"What was changed shows: uv-wizard undo {recorded.run.id} --dry-run" in text_of(app)
        await pilot.press("escape")
        await until(pilot, shows(app, " From now on  uv run python"))
        assert "as before" not in text_of(app)
    assert (folder / "pyproject.toml").read_bytes() == b"# somebody's\n"


def wrote(recorded: Recorded, *files: Path) -> None:
    """The run has written each of them twice, and its checks have passed."""
    journal = Journal(recorded.folder / "journal")
    for text in (b"# first\n", b"# then\n"):
        for path in files:
            journal.write(path, text)
    recorded.check("python", "Python runs", ok=True)
    recorded.verify(check("python", "Python runs"), ok=True)
    recorded.end(0)


async def test_what_the_run_made_is_taken_away_and_counted_once(folder: Path, recorded: Recorded) -> None:
    (folder / "pyproject.toml").unlink()
    wrote(recorded, folder / "main.py", folder / "pyproject.toml")
    async with showing(folder, recorded, at="verify") as (app, pilot):
        await until(pilot, shows(app, "It works: Python and 31 packages"))
        await put_back(app, pilot, "Take away 2 files that this run made?", "[ Take them away ]")
        await until(pilot, shows(app, "2 files are as before."))
        await until(pilot, shows(app, "This run was taken back"))
        assert f"By hand: uv-wizard undo {recorded.run.id}" in text_of(app)
        assert "It works" not in text_of(app)
        assert "What the checks found was so before that." in text_of(app)
        assert "Python runs" in text_of(app)
    assert not (folder / "main.py").exists()


async def test_which_files_go_and_which_are_put_back(folder: Path, recorded: Recorded) -> None:
    wrote(recorded, folder / "main.py", folder / "pyproject.toml")
    async with showing(folder, recorded, at="verify") as (app, pilot):
        await put_back(
            app,
            pilot,
            "Take back what this run did to 2 files?",
            "[ Take them back ]",
            "  is taken away  ",
            "  is put back    ",
        )
        await until(pilot, shows(app, "2 files are as before."))


async def test_a_run_that_was_taken_back_in_part_does_not_work_either(folder: Path, recorded: Recorded) -> None:
    wrote(recorded, folder / "main.py", folder / "uv.lock")
    (folder / "main.py").write_bytes(b"mine\n")
    async with showing(folder, recorded, at="verify") as (app, pilot):
        await put_back(app, pilot)
        await until(pilot, shows(app, "1 file was changed since, and is left as it is"))
        await pilot.press("escape")
        await until(pilot, shows(app, "This run was taken back in part"))
        assert "From now on" not in text_of(app)
        assert "Files that were changed since are as they are now." in text_of(app)
        assert "1 file is as before." in text_of(app)
        left = farewell(app.walk)
        assert left[0].startswith("Files that were changed since are as they are now.")
        assert left[-1] == f"To take back what it changed: uv-wizard undo {recorded.run.id} --yes"
        assert not {"From now on:"} & set(left)
