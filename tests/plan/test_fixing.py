"""What a fix asked for, in the plan: requirements as a diff, commands before the sync, options of the sync, for one run."""

from __future__ import annotations

import os
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
from wizard.ways_out import take

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


REMOVE, ADD = ("uv", "remove", "--no-sync"), ("uv", "add", "--no-sync")


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


def test_without_torch_in_the_way_uv_makes_the_lock_again(way: Way) -> None:
    way.choose("torch.variant", "keep")
    assert way.plan().step("lock") is None
    take(way, fix((*ADD, "numpy<2")))
    ids = [step.id for step in way.plan().steps]
    assert ids[ids.index("fix") :] == ["fix", "lock", "sync", "verify"]
    assert way.by_hand("sync").startswith(f"{command_line((*ADD, 'numpy<2'))}  ;  uv sync --locked")
    way.this_run = way.this_run.begun()
    assert {"fix", "lock"}.isdisjoint(step.id for step in way.plan().steps)


def test_what_nobody_names_is_refused_and_nothing_stays_chosen(way: Way) -> None:
    with pytest.raises(BadInput, match="no requirement of this project names betta"):
        take(way, fix((*REMOVE, "betta")))
    assert way.this_run == ThisRun()


def test_a_command_comes_first_with_the_plans_uv(way: Way) -> None:
    way.choose("torch.variant", "keep")
    take(way, fix(("uv", "venv", "--clear"), ("uv", "sync", "--locked")))
    plan = way.plan()
    (command,) = the(plan, "fix").commands
    assert command.argv == (plan.uv, "venv", "--clear")
    assert command.cwd == plan.project
    assert "uv venv --clear" in shown(the(plan, "fix").summary)
    assert plan.step("lock") is None


def test_a_pinned_python_is_in_the_journal(way: Way) -> None:
    take(way, fix(("uv", "python", "pin", "3.12")))
    (command,) = the(way.plan(), "fix").commands
    assert [Path(path).name for path in command.options["journal"]] == [".python-version"]


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
