"""Another torch than the advised one: which may be had, what holds it, and what has to move together with it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.support.torch_project import NOTHING, RTX
from wizard.advice.torch import advise
from wizard.catalog_torch import the
from wizard.choices import Choices, from_sets
from wizard.errors import BadInput
from wizard.machine.facts import Gpu, Machine
from wizard.plan.make import TorchPart
from wizard.plan.torch import part
from wizard.project.facts import Project
from wizard.project.pyproject import mappings, table
from wizard.project.torch import held_by_us, torch_of
from wizard.toml import parse

pytestmark = pytest.mark.same_everywhere

HEAD = '[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = '


def project_of(dependencies: list[str], more: str = "") -> Project:
    text = HEAD + str(dependencies) + "\n" + more
    tables = parse(text.encode())
    return Project("/p", name="x", requires_python=">=3.11", torch=torch_of(tables, None, held=held_by_us(text.encode())),
                   sources=table(tables, "tool", "uv", "sources"), indexes=mappings(table(tables, "tool", "uv").get("index")),
                   files={"/p/pyproject.toml": text.encode(), "/p/uv.lock": None})  # fmt: skip


def plan(project: Project, *sets: str, machine: Machine = RTX) -> TorchPart:
    choices = Choices().with_values("set", from_sets(sets))
    version = choices.text("torch.version")
    return part(machine, project, choices, "uv", advise(machine, project, version=version))


def held(done: TorchPart) -> Any:
    tables = parse((done.steps[0].files[0].after_text or "").encode())
    return tables["tool"]["uv"].get("constraint-dependencies")


def bound(done: TorchPart) -> set[str]:
    tables = parse((done.steps[0].files[0].after_text or "").encode())
    return {one["name"] for one in tables["tool"]["uv"].get("index", ())}


@pytest.mark.parametrize(
    "dependencies, sets, constraints, indexes",
    [
        (["torch>=2.9"], ["torch.variant=cu126", "torch.version=2.10.0"], ["torch==2.10.0"], {"pytorch-cu126"}),
        (["torch>=2.9"], ["torch.variant=auto", "torch.version=2.10.0"], ["torch==2.10.0"], {"pytorch-cu128"}),
        (["torch"], ["torch.variant=pypi", "torch.version=2.6.0"], ["torch==2.6.0"], set()),
        (["torch"], ["torch.version=2.6.0"], ["torch==2.6.0"], set()),
        (["torch", "torchaudio"], ["torch.variant=cu126", "torch.version=2.10.0"],
         ["torch==2.10.0", "torchaudio==2.10.0"], {"pytorch-cu126"}),
        (["torch", "torchaudio"], ["torch.variant=cu126", "torch.version=2.12.1"], ["torch==2.12.1"],
         {"pytorch-cu126"}),
        (["torch<2.11", "torchaudio"], ["torch.variant=cu126"], ["torchaudio==2.10.0"], {"pytorch-cu126"}),
        (["torch<2.11", "torchaudio<2.11"], ["torch.variant=cu126"], None, {"pytorch-cu126"}),
        (["torch>=2.9", "torchvision==0.24.1"], ["torch.variant=cu126"], None, {"pytorch-cu126"}),
    ],
)  # fmt: skip
def test_a_version_is_held(dependencies: list[str], sets: list[str], constraints: Any, indexes: set[str]) -> None:
    done = plan(project_of(dependencies), *sets)
    assert [step.id for step in done.steps] == ["torch", "lock"]
    assert held(done) == constraints
    assert bound(done) == indexes


@pytest.mark.parametrize("variant", ["rocm7.1", "rocm6.4"])
def test_the_triton_is_that_of_the_version(variant: str) -> None:
    version, triton = {"rocm7.1": ("2.10.0", "triton-rocm"), "rocm6.4": ("2.9.1", "pytorch-triton-rocm")}[variant]
    done = plan(project_of(["torch"]), f"torch.variant={variant}", f"torch.version={version}", machine=NOTHING)
    dependencies = parse((done.steps[0].files[0].after_text or "").encode())["project"]["dependencies"]
    assert dependencies == ["torch", f"{triton} ; sys_platform == 'linux'"]


@pytest.mark.parametrize(
    "dependencies, sets, words",
    [
        (["torch>=2.9"], ["torch.variant=cu126", "torch.version=2.15.0"],
         "torch 2.15.0 has no variant cu126; the newest with it is 2.14.1."),
        (["torch>=2.14"], ["torch.variant=cu126", "torch.version=2.9.1"],
         "This project allows torch 2.14 or newer; 2.9.1 is older."),
        (["torch>=2.14"], ["torch.version=2.9.1"], "This project allows torch 2.14 or newer; 2.9.1 is older."),
        (["torch<2.10"], ["torch.variant=auto", "torch.version=2.10.0"],
         "This project allows torch older than 2.10; 2.10.0 is not."),
        (["torch==2.9.1+cu126"], ["torch.variant=cu126", "torch.version=2.10.0"],
         "This project allows torch 2.9.1 alone; change its requirement first (uv add torch==2.10.0)."),
        (["torch!=2.10.0"], ["torch.version=2.10.0"], "This project asks for torch!=2.10.0; 2.10.0 is not among that."),
        (["torch"], ["torch.version=2.98.0"], "torch 2.98.0 is not known here; the newest that is known is "),
        (["torch", "torchvision==0.24.1"], ["torch.variant=cu126", "torch.version=2.10.0"],
         "torch 2.10.0: this project's torchvision==0.24.1 goes with another torch; "),
        (["torch", "torchvision==0.29.2"], ["torch.variant=cu118"],
         "variant cu118: this project's torchvision==0.29.2 goes with another torch; torch 2.7.1 goes with torchvision "),
        (["numpy"], ["torch.version=2.10.0"], "torch.version = 2.10.0: this project does not use torch"),
    ],
)  # fmt: skip
def test_what_can_not_be_held_is_said(dependencies: list[str], sets: list[str], words: str) -> None:
    with pytest.raises(BadInput) as caught:
        plan(project_of(dependencies), *sets)
    assert str(caught.value).startswith(words)


@pytest.mark.parametrize("value", ["2.9", "2.9.1+cu126", ">=2.9", "newest", "2.9.1 "])
def test_a_version_is_three_numbers(value: str) -> None:
    with pytest.raises(BadInput, match="three numbers such as 2\\.9\\.1"):
        from_sets([f"torch.version={value}"])


def test_the_advice_is_for_that_version() -> None:
    told = advise(RTX, project_of(["torch>=2.9"]), version="2.10.0")
    assert (told.variant, told.torch_version, told.choice) == ("cu128", "2.10.0", "cu128")


@pytest.mark.parametrize(
    "dependencies, variant, version",
    [
        (["torch", "torchvision==0.24.1"], "cu128", "2.9.1"),
        (["torch>=2.9", "torchvision>=0.24,<0.26"], "cu128", "2.10.0"),
        (["torch", "torchaudio==2.9.0"], "cu128", "2.9.0"),
        (["torch", "torchvision==0.24.1+cu126"], "cu128", "2.9.1"),
        (["torch", "torchvision==77.0"], "cu126", "2.14.1"),
    ],
)
def test_the_advice_goes_with_the_torchvision_that_the_project_pins(
    dependencies: list[str], variant: str, version: str
) -> None:
    told = advise(RTX, project_of(dependencies))
    assert (told.variant, told.torch_version) == (variant, version)


def test_what_rocm_needs_beside_torch_is_named_for_the_gpu_that_is_here() -> None:
    machine = replace(NOTHING, gpus=(Gpu("amd", "RX 7900 XTX", gfx="gfx1100"),))
    before = project_of(["torch"])
    done = plan(before, "torch.variant=rocm7.14", machine=machine)
    after = done.steps[0].files[0].after or b""
    names = ["triton-rocm", "rocm", "rocm-sdk-core", "rocm-sdk-libraries", "rocm-sdk-device-gfx1100"]
    tables = parse(after)
    assert tables["project"]["dependencies"] == ["torch", *(f"{name} ; sys_platform == 'linux'" for name in names)]
    assert set(tables["tool"]["uv"]["sources"]) == {"torch", *names}
    for sets in (["torch.variant=pypi"], ["torch.variant=pypi", "torch.platforms=linux"]):
        bound = replace(before, files={"/p/pyproject.toml": after, "/p/uv.lock": None})
        assert plan(bound, *sets, machine=machine).steps[0].files[0].after == before.files["/p/pyproject.toml"]


def test_a_constraint_of_the_team_is_a_wish_and_stays() -> None:
    theirs = '[tool.uv]\nconstraint-dependencies = ["torch<2.11"]\n'
    done = plan(project_of(["torch"], theirs), "torch.variant=cu126")
    assert held(done) == ["torch<2.11"]
    assert advise(RTX, project_of(["torch"], theirs)).torch_version == "2.10.0"
    with pytest.raises(BadInput, match=r"This project allows torch older than 2\.11; 2\.12\.1 is not\."):
        plan(project_of(["torch"], theirs), "torch.version=2.12.1")


def test_a_constraint_of_ours_is_none() -> None:
    ours = '[tool.uv]\nconstraint-dependencies = ["torch==2.9.1"]  # held by uv-wizard\n'
    done = plan(project_of(["torch"], ours), "torch.variant=cu126", "torch.version=2.10.0")
    assert held(done) == ["torch==2.10.0"]
    assert held(plan(project_of(["torch"], ours), "torch.variant=cu126")) is None


BY_SYSTEM = ["torch>=2.6; sys_platform == 'win32'", "torch<2.6; sys_platform == 'linux'"]


def test_requirements_that_differ_by_system_are_those_of_this_one() -> None:
    project = project_of(BY_SYSTEM)
    assert advise(RTX, project).torch_version == "2.5.1"
    assert plan(project, "torch.variant=auto") == TorchPart()
    assert bound(plan(project, "torch.variant=cu121")) == {"pytorch-cu121"}
    with pytest.raises(BadInput, match=r"older than 2\.6; 2\.9\.1 is not"):
        plan(project, "torch.variant=cu126", "torch.version=2.9.1")


@pytest.mark.parametrize(
    "more, sets, words",
    [
        ('[project.optional-dependencies]\ngpu = ["torch"]\n', [], "sync.extras = gpu"),
        ('[project.optional-dependencies]\ngpu = ["torch"]\n', ["sync.extras=gpu"], ""),
        ('[dependency-groups]\ntrain = ["torch"]\n', [], "sync.groups = train"),
        ('[dependency-groups]\ntrain = ["torch"]\ndev = [{ include-group = "train" }]\n', [], ""),
        ('[dependency-groups]\ndev = ["torch"]\n', [], ""),
    ],
)
def test_a_torch_that_no_sync_would_bring_is_told(more: str, sets: list[str], words: str) -> None:
    notes = plan(project_of([], more), "torch.variant=cu126", *sets).steps[0].notes
    assert bool(notes) is bool(words)
    assert words in " ".join(notes)


def test_a_torch_that_another_package_brings_is_named_with_its_family() -> None:
    with pytest.raises(BadInput, match="name it in the project first") as caught:
        plan(project_of(["torchvision"]), "torch.variant=cu126")
    assert "torchvision = [" in str(caught.value)


OFFICIAL = the().index_base + "cu126"
AT_A_MIRROR = """
[[tool.uv.index]]
name = "NAME"
url = "https://m.example/whl/cu126"
explicit = true

[tool.uv.sources]
torch = { index = "NAME" }
"""


@pytest.mark.parametrize(
    "name, sets, address",
    [
        ("pytorch-cu126", ["mirrors.pytorch=official"], OFFICIAL),
        ("pytorch-cu126", ["mirrors.pytorch=https://other.example/whl"], OFFICIAL),
        ("pytorch-cu126", ["mirrors.pytorch=https://other.example/whl", "mirrors.scope=project"],
         "https://other.example/whl/cu126"),
        ("pytorch-cu126", [], "https://m.example/whl/cu126"),  # nobody said where from: the project's word counts
        ("ours", ["mirrors.pytorch=official"], "https://m.example/whl/cu126"),
    ],
)  # fmt: skip
def test_an_unknown_mirror_of_pytorch_is_told_by_its_name(name: str, sets: list[str], address: str) -> None:
    project = project_of(["torch"], AT_A_MIRROR.replace("NAME", name))
    tables = parse((plan(project, "torch.variant=cu126", *sets).steps[0].files[0].after_text or "").encode())
    assert [(one["name"], one["url"]) for one in tables["tool"]["uv"]["index"]] == [(name, address)]
    assert {one["index"] for one in tables["tool"]["uv"]["sources"]["torch"]} == {name}


@pytest.mark.parametrize("machine", [RTX, NOTHING])
def test_pins_of_two_releases_are_called_that(machine: Machine) -> None:
    told = advise(machine, project_of(["torch==2.9.1", "torchvision==0.21.0"]))
    assert told.variant is None
    assert told.notes[0].startswith(
        "torchvision==0.21.0 goes with torch 2.6.0, and this project asks for torch==2.9.1;"
    )
