"""The plan as a whole: the steps, their order, and the commands to the letter."""

from __future__ import annotations

from typing import Any

import pytest

from wizard.choices import Choices
from wizard.machine.facts import FoundUv, Machine
from wizard.plan import make, sync
from wizard.plan.step import Plan, document
from wizard.project.facts import Lock, LockedPackage, Project

UV = "/usr/bin/uv"
OWN = "https://index.example/simple/"


def machine(**facts: Any) -> Machine:
    uv = (FoundUv(UV, "0.13.8", "pip"),)
    return Machine(**{"os": "linux", "home": "/h", "shell": "bash", "uv": uv, "gpus": (), **facts})


def project(*registries: str, **facts: Any) -> Project:
    packages = tuple(LockedPackage(f"p{i}", "1", registry) for i, registry in enumerate(registries))
    lock = Lock(tuple(registries), packages, 5, ">=3.10")
    return Project("/p", environment_path="/p/.venv", has_lock=True, lock=lock, **facts)


def made(choices: dict[str, Any], around: make.Circumstances | None = None, **facts: Any) -> Plan:
    return make.make(
        machine(), project(OWN, **facts), Choices().with_values("set", choices), around or make.Circumstances()
    )


@pytest.mark.parametrize(
    "choices, argv",
    [
        ({}, [UV, "sync", "--locked"]),
        ({"sync.extras": ["a", "b"]}, [UV, "sync", "--locked", "--extra", "a", "--extra", "b"]),
        ({"sync.groups": ["docs"], "sync.no-cache": True}, [UV, "sync", "--locked", "--group", "docs", "--no-cache"]),
    ],
)
def test_the_sync_to_the_letter(choices: dict[str, Any], argv: list[str]) -> None:
    plan = made(choices)
    assert [step.id for step in plan.steps] == ["sync", "verify"]
    assert document(plan)["steps"][0]["commands"] == [argv]


def test_a_torch_extra_goes_with_the_sync_once() -> None:
    around = make.Circumstances(torch=make.TorchPart(extra=("extra", "cu126")))
    plan = made({"sync.extras": ["cu126"]}, around)
    assert plan.steps[0].commands[0].argv == (UV, "sync", "--locked", "--extra", "cu126")


@pytest.mark.parametrize(
    "registries, indexes, expected",
    [
        ([OWN], [], OWN),
        (["https://pt.example/cu126", OWN], [{"name": "pt", "url": "https://pt.example/cu126", "explicit": True}], OWN),
        (["https://pt.example/cu126"], [{"name": "pt", "url": "https://pt.example/cu126", "explicit": True}], None),
        (["../wheels"], [], None),
        ([], [], None),
        ([OWN], [{"url": OWN, "default": True}], OWN),
    ],
)
def test_the_default_index_is_the_locks_own_letter_for_letter(
    registries: list[str], indexes: list[dict[str, Any]], expected: str | None
) -> None:
    plan = make.make(machine(), project(*registries, indexes=tuple(indexes)), Choices(), make.Circumstances())
    assert plan.steps[0].commands[0].environment.get("UV_DEFAULT_INDEX") == expected


def test_settings_hold_for_the_run_whatever_is_kept() -> None:
    plan = made({"settings.where": "none", "settings.cache-dir": "/d/c"})
    assert [step.id for step in plan.steps] == ["sync", "verify"]
    assert plan.steps[0].commands[0].environment["UV_CACHE_DIR"] == "/d/c"


def test_without_a_project_only_the_machine_is_set_up() -> None:
    plan = make.make(machine(uv=()), None, Choices(), make.Circumstances("/usr/bin/python3"))
    assert [step.id for step in plan.steps] == ["uv", "settings"]
    assert plan.uv == "/h/.local/bin/uv"


def test_a_new_uv_off_the_path_is_made_findable() -> None:
    around = make.Circumstances("/usr/bin/python3")
    on_path = machine(uv=(), environment={"PATH": "/usr/bin:/h/.local/bin"})
    assert [step.id for step in make.make(on_path, None, Choices(), around).steps] == ["uv"]


def test_what_the_verification_is_to_require_is_shown() -> None:
    plan = made({"verify.require": "cuda"})
    assert plan.steps[-1].commands[0].argv == ("uv-wizard", "verify", "/p", "--require", "cuda")
    assert plan.steps[-1].commands[0].options["request"]["require"] == "cuda"


def test_a_mirror_takes_the_locks_registry_and_leaves_explicit_ones() -> None:
    from wizard.plan.mirrors import options

    pt = {"name": "mine", "url": "https://mine.example/simple", "explicit": True}
    locked = project(OWN, "https://mine.example/simple", indexes=(pt,))
    choices = Choices().with_values("set", {"mirrors.pypi": "https://mirror.example/simple/"})
    chosen = options(locked, choices)
    assert chosen is not None
    assert chosen["stand_ins"] == {OWN: "https://mirror.example/simple"}
    assert options(locked, Choices()) is None
    # a lock that the run makes anew may name a PyTorch index that today's does not
    anew = options(locked, choices, locks=True)
    assert anew is not None
    assert "stand_ins" not in anew
    assert anew["new_lock"]["explicit"] == ["https://mine.example/simple"]
    assert options(locked, Choices(), locks=True) is None
    told = [sync.step(locked, choices, "uv", sync.Selection((), ()), each).summary for each in (chosen, None)]
    assert told[0] == told[1] + ", through mirror.example"
