"""The torch screen on machines of every kind: the first line, the reason that decides, the rows, keep among them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from screens.choosing import ChoiceList
from tests.screens.running import NOTHING, showing, shows, text_of, until
from tests.support.often import every
from tests.support.torch_project import RTX, make_torch_project
from wizard.catalog_torch import the
from wizard.machine.facts import Filesystem, Gpu, Libc, Machine

pytestmark = pytest.mark.same_everywhere


def nvidia(name: str, capability: str, driver: str | None, *others: Gpu) -> Machine:
    return replace(RTX, gpus=(Gpu("nvidia", name, capability, None, 24576), *others), nvidia_driver=driver)


WINDOWS = replace(RTX, os="windows", libc=None, nvidia_driver="581.15")
MAC = replace(
    NOTHING, os="macos", arch="aarch64", gpus=(Gpu("apple", "Apple M2", None, None, None),), distribution="macOS 14.5"
)
AMD = replace(RTX, nvidia_driver=None, gpus=(Gpu("amd", "AMD Radeon RX 7900 XTX", None, "gfx1100", 24576),))
OLD = Gpu("nvidia", "NVIDIA GeForce GTX 680", "3.0", None, 2048)
PASCAL = Gpu("nvidia", "NVIDIA GeForce GTX 1080", "6.1", None, 8192)

MACHINES: dict[str, tuple[Machine, list[str], str]] = {
    "a driver too old for the lock": (
        RTX,
        [
            "Recommended: torch 2.14.1, variant cu126",
            '  + It has code for the RTX 3090 (GPU generation 8.6, "compute capability")',
            "  + The driver, 550.54.14, runs CUDA 12; CUDA 13 needs driver 580 or newer",
            "  + torch 2.14.1 is the newest with a CUDA 12 variant; 2.15.0 has none",
        ],
        "( ) torch 2.15.0 cu132     in uv.lock    x fails here: needs driver 580",
    ),
    "no GPU": (
        replace(RTX, gpus=(), nvidia_driver=None),
        [
            "Recommended: torch 2.15.0, variant cpu",
            "  + No GPU was found; the package index's torch brings gigabytes of CUDA",
        ],
        "( ) torch 2.15.0 cu132     in uv.lock    runs on the CPU, but is far larger",
    ),
    "an older GPU": (
        nvidia("NVIDIA GeForce GTX 1080", "6.1", "580.65.06"),
        [
            "Recommended: torch 2.14.1, variant cu126",
            "  + GTX 1080 is generation 6.1; cu126 is the last variant with code for it",
        ],
        "( ) torch 2.15.0 cu132     in uv.lock    x has no code for the GTX 1080",
    ),
    "Windows": (
        WINDOWS,
        [
            "Recommended: torch 2.15.0, variant cu132 (not confirmed, D says why)",
            '  + It has code for the RTX 3090 (GPU generation 8.6, "compute capability")',
            "  + The driver, 581.15, runs CUDA 13, which needs driver 580 or newer",
            "  + The package index's torch for Windows does not use the GPU",
        ],
        "( ) torch 2.15.0 cpu       in uv.lock    does not use the GPU",
    ),
    "Windows without a GPU": (
        replace(WINDOWS, gpus=(), nvidia_driver=None),
        ["Nothing to decide: uv.lock has torch 2.15.0 cpu, and it runs here."],
        "(*) torch 2.15.0 cpu       recommended   needs no GPU",
    ),
    "a Mac": (
        MAC,
        ["Nothing to decide: torch for macOS uses the Mac's GPU."],
        "(*) torch 2.15.0           recommended   uses the Mac's GPU",
    ),
    "AMD": (
        AMD,
        [
            "Recommended: torch 2.14.1, variant rocm7.2 (not confirmed, D says why)",
            "  + The Radeon RX 7900 XTX (gfx1100) is on its list",
        ],
        "( ) torch 2.15.0 cu132     in uv.lock    runs on the CPU, but is far larger",
    ),
    "two GPUs, and one is too old for any": (
        nvidia("NVIDIA GeForce RTX 3090", "8.6", "550.54.14", OLD),
        [
            "Recommended: torch 2.14.1, variant cu126",
            "  + Variant cu126 serves the RTX 3090; the GTX 680 is too old for any",
        ],
        "( ) torch 2.15.0 cu132     in uv.lock    x fails here: needs driver 580",
    ),
    "two GPUs, and no variant for both": (
        nvidia("NVIDIA B300", "10.3", "595.71.05", PASCAL),
        ["  + Variant cu132 serves the B300; no variant serves the GTX 1080 too"],
        "(*) torch 2.15.0 cu132     recommended   runs on the B300",
    ),
    "nothing fits": (
        nvidia("NVIDIA GeForce RTX 3090", "8.6", "470.82.01"),
        [
            "x error    No torch that this project allows runs with driver 470.82.01.",
            "    torch 2.7.1, variant cu118, would (the project asks for torch>=2.9)",
            "    Driver 525 or newer would help: it runs torch 2.14.1, variant cu126",
        ],
        "(*) torch 2.15.0 cu132     in uv.lock    x fails here: needs driver 580",
    ),
    "the driver did not answer": (
        replace(RTX, nvidia_driver=None),
        [
            "? The driver did not answer.",
            "    Variant cpu runs anyway",
            "    torch 2.15.0, variant cu132, is right if it is 580 or newer",
            "    torch 2.14.1, variant cu126, is right if it is 525 or newer",
        ],
        "(*) torch 2.15.0 cu132     in uv.lock    ? needs driver 580",
    ),
    "the C library is too old": (
        replace(RTX, libc=Libc("glibc", "2.17")),
        [
            "x error    No torch that this project allows runs with glibc 2.17.",
            "    A system or container image with glibc 2.28 or newer would help",
        ],
        "(*) torch 2.15.0 cu132     in uv.lock    x no wheel for this C library",
    ),
    "musl": (
        replace(RTX, libc=Libc("musl", "1.2")),
        [
            "x error    torch has no wheel for musl, the C library of this Linux.",
            "    A system or container image with glibc would do, Debian or Ubuntu say",
        ],
        "(*) keep what is there     possible      no file changes",
    ),
    "an Intel card": (
        replace(RTX, nvidia_driver=None, gpus=(Gpu("intel", "Intel Arc A770", None, None, 16384),)),
        ["Recommended: torch 2.15.0, variant xpu (not confirmed, D says why)", "  + It is for the Arc A770"],
        "( ) torch 2.15.0 cu132     in uv.lock    runs on the CPU, but is far larger",
    ),
}


@pytest.mark.parametrize("name", every(3, MACHINES))
async def test_what_is_said_first_and_keep_is_always_there(tmp_path: Path, name: str) -> None:
    machine, first, row = MACHINES[name]
    before = make_torch_project(tmp_path).joinpath("pyproject.toml").read_bytes()
    async with showing(tmp_path, at="torch", machine=machine) as (app, pilot):
        await until(pilot, shows(app, first[0]))
        lines = [line.removeprefix(" ") for line in text_of(app).splitlines()]
        at = lines.index(first[0])
        assert lines[at : at + len(first)] == first
        assert any(line.startswith(row) for line in lines), "\n".join(lines)
        assert all(len(line) <= 78 for line in lines)
        assert sum(line.startswith("(*) ") for line in lines) == 1
        builds = app.screen.query_one("#builds", ChoiceList)
        keep = next(place for place, one in enumerate(builds.rows) if one.value == "keep")
        assert builds.size.height == len(builds.rows), "every row is in sight"
        await pilot.press("up", "home", *["down"] * keep, "enter")
        await until(pilot, lambda: app.walk.way.choices.text("torch.variant") == "keep")
        assert shows(app, "(*) " + builds.rows[keep].text[4:20])()
        assert lines[22].startswith(" [ Next: review ]")
        await until(pilot, shows(app, "Changes    none; uv.lock stays as it is"))
    assert (tmp_path / "pyproject.toml").read_bytes() == before


async def test_the_lines_below_follow_the_row_that_is_looked_at(tmp_path: Path) -> None:
    data = Filesystem("/data", "ext4", 1800 * 1024**3, 2000 * 1024**3, False, True, False, ("project",))
    machine = replace(RTX, filesystems=(data,))
    async with showing(make_torch_project(tmp_path), at="torch", machine=machine) as (app, pilot):
        await until(pilot, shows(app, "Changes    pyproject.toml +10 lines; uv makes uv.lock again"))
        assert "Download   size not known yet; P on the review tries uv lock in a copy" in text_of(app)
        await pilot.press("up", "down")
        await until(pilot, shows(app, "Changes    none; uv.lock stays as it is"))
        assert "Download   667 MiB at most, then about 1.5 GiB on /data, 1.7 TiB free" in text_of(app)
        assert app.walk.way.choices.text("torch.variant") == "cu126"
        await pilot.press("d")  # the diff is that of the row, too
        await until(pilot, shows(app, "torch: what would change with keep"))
        await until(pilot, shows(app, "No file of the project changes."))
        await pilot.press("escape", "tab")
        await until(pilot, shows(app, "Changes    pyproject.toml +10 lines"))


async def test_what_the_project_offers_changes_nothing(tmp_path: Path) -> None:
    path = make_torch_project(tmp_path) / "pyproject.toml"
    path.write_text(
        '[project]\nname = "vision"\nversion = "1"\nrequires-python = ">=3.11"\n[project.optional-dependencies]\n'
        'cpu = ["torch>=2.9"]\ncu126 = ["torch>=2.9"]\n[tool.uv]\n'
        'conflicts = [[{ extra = "cpu" }, { extra = "cu126" }]]\n'
        '[tool.uv.sources]\ntorch = [{ index = "a", extra = "cpu" }, { index = "b", extra = "cu126" }]\n'
        f'[[tool.uv.index]]\nname = "a"\nurl = "{the().index_base}cpu"\nexplicit = true\n'
        f'[[tool.uv.index]]\nname = "b"\nurl = "{the().index_base}cu126"\nexplicit = true\n'
    )
    async with showing(tmp_path, at="torch", machine=RTX) as (app, pilot):
        await until(pilot, shows(app, "Recommended: extra cu126, which this project offers"))
        assert "Changes    none; the sync takes --extra cu126" in text_of(app)
        assert "recommended   extra cu126, no file changes" in text_of(app)


async def test_a_project_without_a_lock_can_be_left_as_it_is(tmp_path: Path) -> None:
    (make_torch_project(tmp_path) / "uv.lock").unlink()
    async with showing(tmp_path, at="torch", machine=RTX) as (app, pilot):
        await until(pilot, shows(app, "Recommended: torch 2.14.1, variant cu126"))
        assert "( ) keep what is there     possible      pyproject.toml stays as it is" in text_of(app)


async def test_while_the_driver_is_asked(tmp_path: Path) -> None:
    async with showing(make_torch_project(tmp_path), at="torch", machine=replace(RTX, gpus=None)) as (app, pilot):
        app.walk.way.pending = ("gpus",)
        app.screen.redraw()  # type: ignore[attr-defined]
        await until(pilot, shows(app, "Recommended: . the driver is being asked (at most 20 s)"))
        assert "[ Next: review ]" in text_of(app)
        assert app.walk.way.choices.origin("torch.variant") == "default"


async def test_the_side_panel_says_why_not_the_newest(tmp_path: Path) -> None:
    async with showing(make_torch_project(tmp_path), size=(120, 40), at="torch", machine=RTX) as (app, pilot):
        await until(pilot, shows(app, "(*) torch 2.14.1 cu126"))
        side = "\n".join(line[80:] for line in text_of(app).splitlines())
        told = [side.find(word) for word in ("Why not the newest", "What would change it", "Ruled out")]
        assert sorted(told) == told
        assert told[0] > 0
        assert "Driver 580 or newer: torch 2.15.0," in side
        assert "cu132, cu130: needs driver 580" in side


async def test_without_colour_every_mark_is_a_letter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with showing(make_torch_project(tmp_path), at="torch", machine=RTX) as (app, pilot):
        await until(pilot, shows(app, "(*) torch 2.14.1 cu126"))
        assert "x fails here" in text_of(app)
        assert all(letter.isascii() for letter in text_of(app))
