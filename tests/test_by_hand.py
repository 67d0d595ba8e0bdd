"""The command that a person types for the same, on row 21 of the torch screen."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.torch_project import NOTHING, RTX, make_torch_project
from wizard.catalog import table
from wizard.catalog_torch import the
from wizard.choices import Choices, from_sets
from wizard.machine.facts import FoundUv, NetworkFact, UvSource
from wizard.machine.request import own_os
from wizard.new_project import new
from wizard.plan.quoting import command_line
from wizard.way import Way
from wizard.ways_out import to_type, uv_word

pytestmark = pytest.mark.same_everywhere


@pytest.fixture(autouse=True)
def in_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As who starts the wizard in the project's folder."""
    monkeypatch.chdir(tmp_path)


CU126 = f"pytorch-cu126={the().index_base}cu126"


@pytest.mark.parametrize(
    "sets, command",
    [
        ([], "uv sync --locked"),
        (["torch.variant=auto"], f"uv add torch --index {CU126}"),
        (["torch.variant=cu126", "torch.version=2.10.0"], f"uv add torch==2.10.0 --index {CU126}"),
        (["torch.version=2.10.0"], "uv add torch==2.10.0"),
        (["torch.variant=cu126", "mirrors.pytorch=https://m.example/whl"], f"uv add torch --index {CU126}"),
        (["torch.variant=cu126", "mirrors.pytorch=https://m.example/whl", "mirrors.scope=project"],
         "uv add torch --index pytorch-cu126=https://m.example/whl/cu126"),
        (["torch.variant=cu126", "torch.layout=extras"],
         "uv-wizard apply --yes --set torch.variant=cu126 --set torch.layout=extras"),
        (["torch.variant=pypi", "torch.version=2.10.0"],
         "uv-wizard apply --yes --set torch.variant=pypi --set torch.version=2.10.0"),
    ],
)  # fmt: skip
def test_torch_by_hand(sets: list[str], command: str, tmp_path: Path) -> None:
    choices = Choices().with_values("set", from_sets(sets))
    way = Way(str(make_torch_project(tmp_path)), machine=RTX, choices=choices)
    assert way.by_hand("torch") == command


def test_who_does_not_use_torch_reads_how_to_ask_for_it(tmp_path: Path) -> None:
    assert Way(str(tmp_path), machine=RTX).by_hand("torch") == "uv-wizard torch"
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "a"\nversion = "1"\n')
    assert Way(str(tmp_path), machine=RTX).by_hand("torch") == "uv add torch"


@pytest.mark.parametrize(
    "sets, words",
    [
        ([], []),
        (["torch.variant=cu126", "sync.extras=gpu,docs"], ["torch.variant=cu126", "sync.extras=gpu,docs"]),
        (["sync.no-cache=true", "mirrors.pypi=https://me:secret@m.example/simple"],
         ["mirrors.pypi=https://m.example/simple", "sync.no-cache=true"]),
        (["settings.cache-dir=/data/my cache"], ["settings.cache-dir=/data/my cache"]),
        (["settings.link-mode=auto"], []),
    ],
)  # fmt: skip
def test_the_review_by_hand_is_a_script_with_what_was_chosen(sets: list[str], words: list[str], tmp_path: Path) -> None:
    told = command_line(["uv-wizard", "export", "script", *(part for word in words for part in ("--set", word))])
    way = Way(str(make_torch_project(tmp_path)), machine=RTX, choices=Choices().with_values("screen", from_sets(sets)))
    assert way.by_hand("review") == told
    way.locks_first = True
    (tmp_path / "uv.lock").unlink()
    way.read()
    assert way.by_hand("review") == f"uv lock  ;  {told}"


@pytest.mark.parametrize("screen", ["review", "sync", "verify", "mirrors"])
def test_who_started_elsewhere_is_led_into_the_project(
    screen: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "a project"
    folder.mkdir()
    way = Way(str(make_torch_project(folder)), machine=RTX)
    inside = command_line(("cd", str(folder))) + "  ;  "
    assert way.by_hand(screen).startswith(inside) == (screen != "mirrors")
    monkeypatch.chdir(folder)
    assert inside not in way.by_hand(screen)


def test_a_new_project_by_hand(tmp_path: Path) -> None:
    folder = str(tmp_path / "new")
    way = Way(folder, machine=NOTHING, new=True)
    way.begin_project(new(way, "new", "3.12", ["numpy", "torch>=2"]))
    told = [("uv", "init", "--no-package", folder), ("cd", folder), ("uv", "add", "numpy", "torch>=2")]
    assert way.by_hand("review") == "  ;  ".join(map(command_line, told))


def test_sync_by_hand_makes_the_lock_first_where_the_plan_does(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "a"\nversion = "1"\nrequires-python = ">=3.10"\n')
    way = Way(str(tmp_path), machine=RTX)
    way.locks_first = True
    assert way.by_hand("sync") == "uv lock  ;  uv sync --locked"
    (tmp_path / "uv.lock").write_text('version = 1\nrequires-python = ">=3.10"\n')
    way.read()
    assert way.by_hand("sync") == "uv sync --locked"


SCRIPT = table("uv.toml")["standalone"]["posix"]["script"].replace("{version}", "")


@pytest.mark.parametrize(
    "sets, installer, command",
    [
        ([], None, f"curl -LsSf {SCRIPT} | sh"),
        ([], False, "pip install uv"),
        (["uv.version=0.13.8"], False, "pip install uv==0.13.8"),
        (["uv.install=index"], None, "pip install uv"),
        (["uv.install=standalone"], None, f"curl -LsSf {SCRIPT} | sh"),
        (["mirrors.pypi=https://m.example/simple"], None,
         "pip install uv --index-url https://m.example/simple"),
        (["uv.install=standalone", "mirrors.uv=https://m.example/uv"], None,
         "curl -LsSf https://m.example/uv/uv-installer.sh | UV_DOWNLOAD_URL=https://m.example/uv sh"),
    ],
)  # fmt: skip
def test_uv_by_hand_is_what_its_documentation_has_a_person_type(
    sets: list[str], installer: bool | None, command: str, tmp_path: Path
) -> None:
    machine = replace(
        NOTHING,
        folders={"uv_bin": "/home/min/.local/bin"},
        uv_source=UvSource(None, (), installer, None),
    )
    way = Way(str(tmp_path), machine=machine, choices=Choices().with_values("set", from_sets(sets)))
    assert way.by_hand("uv") == command


def test_who_has_conda_s_uv_is_not_sent_to_pip_which_is_conda_s_too(tmp_path: Path) -> None:
    uv = FoundUv("/home/min/miniconda3/bin/uv", "0.13.8", "conda")
    machine = replace(
        NOTHING,
        uv=(uv,),
        folders={"uv_bin": "/home/min/.local/bin"},
        environment={"PATH": "/home/min/miniconda3/bin"},
        network=NetworkFact(20.0),
        uv_source=UvSource("0.13.8", ("0.13.8",), None, None),
    )
    way = Way(str(tmp_path), machine=machine)
    assert way.by_hand("uv") == "uv --version"
    way.settle_uv()
    assert way.choices.said("uv.install") == ("index", "advice")
    assert way.by_hand("uv") == f"curl -LsSf {SCRIPT} | sh"
    way.machine = replace(machine, network=NetworkFact(None))
    way.settle_uv()
    assert way.choices.said("uv.install") == ("auto", "default"), (
        "what serves stays where a new one may be out of reach"
    )


def test_a_uv_that_this_terminal_does_not_find_is_named_by_its_path(tmp_path: Path, home: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "a"\nversion = "1"\nrequires-python = ">=3.10"\n')
    uv = home / "a b" / ("uv.exe" if sys.platform == "win32" else "uv")
    machine = replace(RTX, os=own_os(), folders={"uv_bin": str(uv.parent)}, uv=())
    way = Way(str(tmp_path), machine=machine, environment={"PATH": str(tmp_path)})
    way.locks_first = True
    remove = (("uv", "remove", "beta"), ("unset", "UV_OFFLINE"))
    assert way.by_hand("sync") == "uv lock  ;  uv sync --locked", "none is there yet"
    uv.parent.mkdir()
    uv.touch()
    named = command_line([str(uv)])
    assert way.by_hand("sync") == f"{named} lock  ;  {named} sync --locked"
    assert to_type(remove, uv_word(way)) == [f"{named} remove beta", "unset UV_OFFLINE"]
    (tmp_path / uv.name).write_text("")
    (tmp_path / uv.name).chmod(0o755)
    assert to_type(remove, uv_word(way)) == ["uv remove beta", "unset UV_OFFLINE"]
    assert way.by_hand("sync") == "uv lock  ;  uv sync --locked"
