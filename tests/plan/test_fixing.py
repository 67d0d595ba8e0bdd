"""What a fix asked for, in the plan: requirements as a diff, commands before the sync, options of the sync, for one run."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.torch_project import RTX, make_torch_project
from wizard.diagnosis.record import Fix
from wizard.errors import BadInput
from wizard.language import shown
from wizard.plan.quoting import command_line
from wizard.plan.step import Plan, Step
from wizard.this_run import ThisRun
from wizard.toml import parse
from wizard.way import Way
from wizard.ways_out import take, typed

pytestmark = pytest.mark.same_everywhere


@pytest.fixture
def way(tmp_path: Path) -> Way:
    made = Way(os.fspath(make_torch_project(tmp_path)), machine=RTX)
    made.locks_first = True
    return made


def the(plan: Plan, name: str) -> Step:
    found = plan.step(name)
    assert found is not None, [step.id for step in plan.steps]
    return found


def fix(*commands: tuple[str, ...]) -> Fix:
    return Fix("a", None, commands)


REMOVE, ADD = ("uv", "remove", "--frozen"), ("uv", "add", "--frozen")


def test_a_requirement_is_a_diff_and_torch_is_bound_in_what_it_leaves(way: Way) -> None:
    way.choose("torch.variant", "cu126")
    names = [step.id for step in way.plan().steps]
    take(way, fix((*ADD, "numpy<2")))
    plan = way.plan()
    assert [step.id for step in plan.steps] == [*names[: names.index("torch")], "fix", *names[names.index("torch") :]]
    (change,) = the(plan, "fix").files
    assert change.diff is not None
    assert "numpy<2" in change.diff
    bound = the(plan, "torch").files[0]
    assert bound.before == change.after, "the second change begins where the first one ends"
    assert bound.after is not None
    assert any("numpy<2" in line for line in parse(bound.after)["project"]["dependencies"])
    assert shown(the(plan, "fix").summary) == "ask for numpy<2 in pyproject.toml"


def test_without_torch_in_the_way_uv_makes_the_lock_again(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(way.path)
    way.choose("torch.variant", "keep")
    assert way.plan().step("lock") is None
    take(way, fix((*ADD, "numpy<2")))
    ids = [step.id for step in way.plan().steps]
    assert ids[ids.index("fix") :] == ["fix", "lock", "sync", "verify"]
    assert way.by_hand("sync").startswith(f"{command_line((*ADD, 'numpy<2'))}  ;  uv lock  ;  uv sync --locked")
    assert way.by_hand("review") == way.by_hand("sync"), "the same is done by hand before the run"
    way.only_now(way.this_run.begun())
    assert {"fix", "lock"}.isdisjoint(step.id for step in way.plan().steps)


def test_what_nobody_names_is_refused_and_nothing_stays_chosen(way: Way) -> None:
    with pytest.raises(BadInput, match="has nothing to change for betta"):
        take(way, fix((*REMOVE, "betta")))
    assert way.this_run == ThisRun()


def test_a_command_comes_first_with_the_plans_uv(way: Way) -> None:
    way.choose("torch.variant", "keep")
    take(way, fix(("uv", "venv", "--clear"), ("uv", "sync", "--locked")))
    plan = way.plan()
    (command,) = the(plan, "fix").commands
    assert way.project is not None
    assert command.argv == (plan.uv, "venv", "--clear", way.project.environment_path)
    assert "Undo does not bring the environment back" in shown(the(plan, "fix").notes[0])
    assert command.cwd == plan.project
    assert "uv venv --clear" in shown(the(plan, "fix").summary)
    assert plan.step("lock") is None


def test_a_folder_that_is_no_environment_is_left_alone(way: Way) -> None:
    """uv before 0.13 clears whatever it is told to."""
    assert way.project is not None
    there = Path(way.project.environment_path)
    there.mkdir()
    (there / "thesis.txt").write_text("mine")
    with pytest.raises(BadInput, match="is not an environment that uv made, and is left alone"):
        take(way, fix(("uv", "venv", "--clear"), ("uv", "sync", "--locked")))
    assert way.plan().step("fix") is None
    (there / "pyvenv.cfg").touch()
    take(way, fix(("uv", "venv", "--clear"), ("uv", "sync", "--locked")))
    assert way.plan().step("fix") is not None


def test_a_pinned_python_is_a_diff(way: Way) -> None:
    take(way, fix(("uv", "python", "pin", "3.12")))
    (change,) = the(way.plan(), "fix").files
    assert Path(change.path).name == ".python-version"
    assert change.after == b"3.12\n"
    assert way.project is not None
    assert way.project.python_version_file == "3.12", "what follows is planned with it"


def test_what_was_put_right_by_hand_since_stands_in_nobodys_way(way: Way) -> None:
    assert way.project is not None
    path = Path(way.project.file("pyproject.toml")[0])
    take(way, fix((*ADD, "numpy<2")))
    text = path.read_text("utf-8")
    path.write_text(text.replace("dependencies = [", 'dependencies = ["numpy<2", ', 1), "utf-8")
    way.read()
    assert way.plan().step("fix") is None
    take(way, fix((*REMOVE, "numpy")))
    assert way.plan().step("fix") is not None


def test_another_fix_of_the_same_failure_takes_the_place_of_the_first(way: Way) -> None:
    left = ThisRun({"UV_OFFLINE": None})
    take(way, fix((*ADD, "numpy<2")), left)
    take(way, fix(("uv", "cache", "prune")), left)
    assert way.this_run == ThisRun({"UV_OFFLINE": None}, commands=(("uv", "cache", "prune"),))
    take(way, Fix("a", {"sync.no-cache": True}), left)
    assert way.this_run == left


def test_torch_is_advised_for_what_the_edit_leaves(way: Way) -> None:
    assert way.project is not None
    path = Path(way.project.file("pyproject.toml")[0])
    path.write_text(re.sub(r'"torch[^"]*"', '"torhc"', path.read_text("utf-8"), count=1), "utf-8")
    way.read()
    assert way.project is not None
    assert way.project.torch is None or not way.project.torch.declared
    take(way, fix((*REMOVE, "torhc"), (*ADD, "torch")))
    assert way.project is not None
    assert way.project.torch is not None
    assert way.project.torch.declared


def test_one_that_is_asked_for_like_that_is_not_asked_for_twice(way: Way) -> None:
    take(way, fix((*ADD, "numpy<2")))
    assert way.project is not None
    Path(way.project.file("pyproject.toml")[0]).write_bytes(the(way.plan(), "fix").files[0].after or b"")
    way.only_now(ThisRun())
    with pytest.raises(BadInput, match="nothing to change for numpy"):
        take(way, fix((*ADD, "numpy<2")))


def test_what_is_typed_by_hand_names_group_and_member(tmp_path: Path) -> None:
    head = '[project]\nname = "{}"\nversion = "0"\nrequires-python = ">=3.10"\ndependencies = []\n'
    (tmp_path / "a").mkdir()
    (tmp_path / "pyproject.toml").write_text(
        head.format("root") + '[dependency-groups]\ndev = ["betta"]\n[tool.uv.workspace]\nmembers = ["a"]\n'
    )
    (tmp_path / "a" / "pyproject.toml").write_text(
        head.format("a") + '[project.optional-dependencies]\ngpu = ["gama"]\n'
    )
    way = Way(os.fspath(tmp_path), machine=replace(RTX, gpus=()), environment={"PATH": os.environ["PATH"]})

    def lines(name: str) -> list[str]:
        told = typed(way, ((*REMOVE, name), (*ADD, "NAME"), ("uv", "lock")))
        return [re.sub(r"^\S*uv(?= )", "uv", line) for line in told if not line.startswith("cd ")]

    assert lines("betta") == ["uv remove --frozen --group dev betta", "uv add --frozen --group dev NAME", "uv lock"]
    assert lines("gama")[0] == "uv remove --frozen --optional gpu --directory a gama"
    assert lines("nobody")[0] == "uv remove --frozen nobody"


@pytest.mark.parametrize("uv_here", [True, False])
def test_a_first_lock_is_typed_where_there_is_a_uv_for_it(uv_here: bool, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "a"\nversion = "0"\nrequires-python = ">=3.10"\n')
    path = os.environ["PATH"] if uv_here else os.fspath(tmp_path)
    machine = replace(RTX, gpus=(), uv=(), folders={"uv_bin": os.fspath(tmp_path / "bin")})
    way = Way(os.fspath(tmp_path), machine=machine, environment={"PATH": path, "HOME": os.fspath(tmp_path)})
    apply = ("uv-wizard", "apply", "--yes", "--set", "uv.install=index")
    lines = typed(way, (apply,))
    assert any(line.endswith("uv lock") for line in lines) is uv_here
    assert lines[-1] == "uv-wizard apply --yes --set uv.install=index"


@pytest.mark.parametrize("mirror", ["", "https://mirror.example/simple"])
def test_more_options_reach_the_sync_whoever_carries_it_out(mirror: str, way: Way) -> None:
    way.choose("torch.variant", "keep")
    if mirror:
        way.choose("mirrors.pypi", mirror)
    take(way, fix(("uv", "sync", "--locked", "--reinstall-package", "nvidia-cudnn-cu12")))
    (command,) = the(way.plan(), "sync").commands
    assert command.kind == ("mirror-sync" if mirror else "uv")
    assert command.argv[-2:] == ("--reinstall-package", "nvidia-cudnn-cu12")
    assert not mirror or command.options["argv"] == list(command.argv)
    assert way.by_hand("sync").endswith("--reinstall-package nvidia-cudnn-cu12")


def test_in_a_workspace_the_member_that_names_it_is_changed(tmp_path: Path) -> None:
    head = '[project]\nname = "{}"\nversion = "0"\nrequires-python = ">=3.10"\ndependencies = [{}]\n'
    (tmp_path / "a").mkdir()
    (tmp_path / "pyproject.toml").write_text(head.format("root", '"alpha"') + '[tool.uv.workspace]\nmembers = ["a"]\n')
    (tmp_path / "a" / "pyproject.toml").write_text(head.format("a", '"betta"'))
    way = Way(os.fspath(tmp_path), machine=replace(RTX, gpus=()))
    way.locks_first = True
    take(way, fix((*REMOVE, "betta"), (*ADD, "beta")))
    (change,) = the(way.plan(), "fix").files
    assert Path(change.path) == tmp_path / "a" / "pyproject.toml"
    assert change.after is not None
    assert parse(change.after)["project"]["dependencies"] == ["beta"]
    inside = Way(os.fspath(tmp_path / "a"), machine=replace(RTX, gpus=()))
    take(inside, fix((*ADD, "gamma")))
    assert Path(the(inside.plan(), "fix").files[0].path) == tmp_path / "a" / "pyproject.toml"
