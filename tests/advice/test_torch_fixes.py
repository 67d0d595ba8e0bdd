"""Each finding of the audit has a way out, and each way out is a plan that can be made."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.advice.test_torch_audit import CASES, CPU, CPU_ONLY, CU126, HOME, LINUX, NEW, RTX, package, project
from wizard.advice.findings import findings
from wizard.advice.torch import advise
from wizard.advice.torch_audit import audit
from wizard.choices import Choices
from wizard.diagnosis.record import Fix
from wizard.machine.facts import Gpu, Machine
from wizard.plan import torch as plan_torch
from wizard.plan.make import TorchPart
from wizard.project.facts import Project
from wizard.project.torch import torch_of
from wizard.toml import parse

pytestmark = pytest.mark.same_everywhere

NONE_EXISTS = {"musl", "another package lacks a wheel", "on Windows, told for Linux", "on a Mac, told for Linux"}
"""torch has no wheel for musl; what another package lacks, no choice of ours brings; a note has nothing to put right here."""
PLAIN = '[project]\nname = "dream"\nversion = "0.1"\nrequires-python = ">=3.11"\ndependencies = ["{torch}"]\n'
BOUND = (
    PLAIN + '[tool.uv.sources]\ntorch = [{{ index = "{name}" }}]\n[[tool.uv.index]]\nname = "{name}"\nurl = "{url}"\n'
)


def written(lock: Project, text: str = "") -> Project:
    """The same with a pyproject.toml of its own."""
    asked = lock.torch.requirement if lock.torch else None
    data = (text or PLAIN.format(torch=f"torch{asked or ''}")).encode()
    tables = parse(data)
    uv = tables.get("tool", {}).get("uv", {})
    return replace(
        lock, files={"/p/pyproject.toml": data, "/p/uv.lock": b""}, torch=torch_of(tables, lock.lock),
        sources=uv.get("sources", {}), indexes=tuple(uv.get("index", ())))  # fmt: skip


def fixes(machine: Machine, lock: Project) -> list[Fix]:
    return [fix for one in findings(machine, lock, audit(machine, lock)) for fix in one.diagnosis.fixes]


def carried_out(machine: Machine, lock: Project, choices: Any) -> TorchPart:
    chosen = Choices().with_values("set", dict(choices))
    return plan_torch.part(machine, lock, chosen, "uv", advise(machine, lock))


@pytest.mark.parametrize("name", [name for name, (_, _, causes) in CASES.items() if causes])
def test_every_finding_has_choices_that_make_a_plan(name: str) -> None:
    machine, lock, _ = CASES[name]
    whole = written(lock) if not lock.sources else lock
    ways = [fix.choices for fix in fixes(machine, lock) if fix.choices and "torch.variant" in fix.choices]
    assert bool(ways) == (name not in NONE_EXISTS)
    for choices in ways:
        part = carried_out(machine, replace(whole, files=written(lock).files), choices)
        assert part.steps or part.extra


@pytest.mark.parametrize("name", [name for name, (_, _, causes) in CASES.items() if causes])
def test_a_way_out_has_a_title_and_is_told_once(name: str) -> None:
    machine, lock, _ = CASES[name]
    told = fixes(machine, lock)
    assert all(fix.title for fix in told)
    titles = [fix.title for fix in told]
    assert len(titles) == len(set(titles))


def test_where_no_build_runs_no_way_out_promises_one() -> None:
    pinned = written(project(package("torch", "2.15.0"), requirement="==2.15.0"), PLAIN.format(torch="torch==2.15.0"))
    told = fixes(RTX, pinned)
    variants = {fix.choices["torch.variant"] for fix in told if fix.choices and "torch.variant" in fix.choices}
    assert variants == {"cpu"}
    assert any("driver 580 or newer" in fix.title for fix in told)
    assert carried_out(RTX, pinned, {"torch.variant": "cpu"}).steps


def test_a_driver_that_a_new_gpu_waits_for() -> None:
    blackwell = replace(RTX, gpus=(Gpu("nvidia", "RTX 5090", "12.0"),))
    told = fixes(blackwell, written(project(package("torch", "2.9.1+cu126", CU126))))
    assert [fix.title for fix in told if "570" in fix.title]
    assert {"torch.variant": "auto", "verify.require": "cpu"} in [fix.choices for fix in told]


def test_a_lock_of_the_right_build_that_would_not_load_is_made_again_for_torch_alone() -> None:
    text = BOUND.format(torch="torch>=2.14", name="pytorch-cu126", url=CU126)
    lost = written(project(package("torch", "2.14.1+cu126", CU126)), text)
    assert advise(RTX, lost).lock_again == ("torch",)
    part = carried_out(RTX, lost, {"torch.variant": "auto"})
    assert [step.id for step in part.steps][-1] == "lock"
    sound = written(CASES["it runs"][1], text)
    assert advise(RTX, sound).lock_again == ()
    assert carried_out(RTX, sound, {"torch.variant": "auto"}) == TorchPart()


def test_a_lock_without_a_wheel_for_this_python_is_made_again_with_any_torch() -> None:
    assert advise(LINUX, replace(CPU_ONLY, python_version_file="3.13")).lock_again == ("torch",)


def test_torchvision_of_another_cuda_is_looked_up_anew() -> None:
    _, lock, _ = CASES["torchvision of another index"]
    assert advise(RTX, lock).lock_again == ("torchvision",)


def test_an_extra_that_fits_is_the_way_out_and_no_file_changes() -> None:
    lock = written(project(package("torch", "2.9.1+cpu", CPU)))
    facts = lock.torch
    assert facts is not None
    offering = replace(lock, torch=replace(facts, offers={"cu126": ("extra", "cu126"), "cpu": ("extra", "cpu")}))
    fix = fixes(RTX, offering)[0]
    assert "extra cu126" in fix.title
    part = carried_out(RTX, offering, fix.choices)
    assert (part.steps, part.extra) == ((), ("extra", "cu126"))


def test_a_torch_that_nobody_here_knows_is_kept() -> None:
    for version, registry in (("2.99.0", HOME), ("2.9.1+ours", HOME)):
        told = advise(NEW, project(package("torch", version, registry)))
        assert told.choice == "keep"
        assert "not among those known here" in told.notes[-1]
