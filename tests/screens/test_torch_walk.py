"""torch by the screens alone: the recommended variant is taken, locked, synced and seen by the check after it."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from screens.app import WizardApp
from screens.choosing import ChoiceList
from screens.walk import Walk
from tests.screens.running import shows, text_of, until
from tests.support.index import Index
from tests.support.torch_index import torch_index
from tests.support.torch_project import RTX
from wizard.choices import Choices
from wizard.files_undo import undo
from wizard.machine.facts import FoundPython, FoundUv
from wizard.way import Way

pytestmark = pytest.mark.same_everywhere


@pytest.fixture
def way(tmp_path: Path, index: Index, uv: Path, home: Path) -> Way:
    """A project whose torch this machine's driver can't run."""
    choices = Choices().with_values(
        "file", {"mirrors.pytorch": torch_index(index, ["2.11.0"]), "mirrors.scope": "project", "verify.require": "cpu"}
    )
    python = f"{sys.version_info[0]}.{sys.version_info[1]}"
    text = (
        f'[project]\nname = "dream"\nversion = "1"\nrequires-python = "=={python}.*"\ndependencies = ["torch<2.12"]\n'
    )
    (tmp_path / "pyproject.toml").write_text(text)
    env = {**os.environ, "UV_DEFAULT_INDEX": index.url()}
    subprocess.run([uv, "lock"], cwd=tmp_path, env=env, check=True, capture_output=True)
    machine = replace(RTX, uv=(FoundUv(os.fspath(uv), "0.13.8", "unknown"),), home=os.fspath(home),
                      pythons=(FoundPython(sys.executable, f"{python}.0"),))  # fmt: skip
    return Way(os.fspath(tmp_path), choices=choices, machine=machine)


def installed(folder: Path) -> str:
    code = "import importlib.metadata as m; print(m.version('torch'))"
    argv = [os.fspath(folder / ".venv/bin/python"), "-I", "-c", code]
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout.strip()


@pytest.mark.skipif(sys.platform != "linux" or platform.machine() != "x86_64", reason="builds for Linux on x86_64")
async def test_enter_alone_binds_the_recommended_variant(way: Way, tmp_path: Path) -> None:
    app = WizardApp(Walk(way))
    async with app.run_test(size=(80, 24)) as pilot:
        for name in ("uv", "settings", "mirrors", "torch"):
            await pilot.press("enter")
            await until(pilot, lambda: app.screen.id == name and app.focused is not None)  # noqa: B023 - awaited at once
        await until(pilot, shows(app, "Recommended: torch 2.11.0, variant cu128"))
        assert "(*) torch 2.11.0 cu128" in text_of(app)
        await pilot.press("enter")
        await until(pilot, shows(app, "[ Start: "))
        assert "bind torch 2.11.0 cu128 in pyproject.toml" in text_of(app)
        await pilot.press("enter")
        await until(pilot, lambda: app.screen.id in {"sync", "verify"})
        for _ in range(20):
            await pilot.press("enter")
            if app.screen.id == "verify":
                break
        await until(pilot, shows(app, "[ Finish ]"))
        assert "cu128, CUDA 12.8" in text_of(app)
    assert installed(tmp_path) == "2.11.0+cu128"


@pytest.mark.skipif(sys.platform != "linux" or platform.machine() != "x86_64", reason="builds for Linux on x86_64")
async def test_a_variant_chosen_in_the_list_is_tried_locked_installed_and_taken_back(way: Way, tmp_path: Path) -> None:
    before = {name: (tmp_path / name).read_bytes() for name in ("pyproject.toml", "uv.lock")}
    app = WizardApp(Walk(way))
    async with app.run_test(size=(80, 24)) as pilot:
        app.show("torch")
        await until(pilot, shows(app, "(*) torch 2.11.0 cu128"))
        await pilot.press("a")
        await until(pilot, shows(app, "All variants of torch"))
        listed = app.screen.query_one("#rows", ChoiceList)
        listed.highlighted = next(place for place, row in enumerate(listed.rows) if row.value == "cu126")
        await pilot.press("enter")
        await until(pilot, lambda: app.walk.way.choices.text("torch.variant") == "cu126")
        await pilot.press("ctrl+n")
        await until(pilot, shows(app, "uv.lock: 1 package changed"))
        await pilot.press("shift+tab", "down")  # from Start to the list
        await until(pilot, shows(app, "torch 2.11.0 -> 2.11.0 and 2.11.0+cu126"))
        assert {name: (tmp_path / name).read_bytes() for name in before} == before
        await pilot.press("ctrl+n")
        await until(pilot, lambda: app.walk.state is not None and app.walk.state.finished)
        assert app.walk.state is not None
        assert app.walk.state.exit_code == 0
        assert app.walk.state.locked is not None
        assert app.walk.state.locked["text"] == "lock: 1 package changed"
        app.show("verify")
        await until(pilot, shows(app, "cu126, CUDA 12.6"))
    assert installed(tmp_path) == "2.11.0+cu126"
    assert app.walk.run is not None
    undo(app.walk.run.folder / "journal")
    assert {name: (tmp_path / name).read_bytes() for name in before} == before
