"""What choosing a variant does to a project: nothing, an extra, or an edit and a new lock, carried out with real uv."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.support.index import Index
from tests.support.torch_index import torch_index
from wizard.advice.torch import advise
from wizard.advice.torch_locked import locked_here
from wizard.choices import Choices
from wizard.errors import BadInput, DecisionMissing
from wizard.machine.facts import Gpu, Libc, Machine
from wizard.plan.make import TorchPart
from wizard.plan.torch import part
from wizard.project.facts import Project
from wizard.project.read import read_project

pytestmark = pytest.mark.same_everywhere

OS = {"linux": "linux", "win32": "windows", "darwin": "macos"}[sys.platform]
ARCH = {"AMD64": "x86_64", "arm64": "aarch64"}.get(platform.machine(), platform.machine())
HERE = Machine(os=OS, arch=ARCH, libc=Libc("glibc", "2.35") if OS == "linux" else None, gpus=())  # type: ignore[arg-type]
RTX_3090 = replace(HERE, gpus=(Gpu("nvidia", "RTX 3090", "8.6"),), nvidia_driver="550.54.14")


def choose(**values: object) -> Choices:
    return Choices().with_values("set", {name.replace("_", ".", 1): value for name, value in values.items()})


@dataclass(frozen=True)
class Stage:
    """An index of packages, and one that plays PyTorch's."""

    index: Index
    folder: Path
    uv: Path

    def project(self, text: str, *, lock: bool = True) -> Project:
        self.folder.joinpath("pyproject.toml").write_text(text, encoding="utf-8", newline="\n")
        if lock:
            self.run("lock")
        return self.read()

    def read(self) -> Project:
        project = read_project(self.folder, {})
        assert project is not None
        return project

    def run(self, *arguments: str) -> str:
        env = {**os.environ, "UV_DEFAULT_INDEX": self.index.url()}
        argv = [os.fspath(self.uv), *arguments]
        done = subprocess.run(argv, cwd=self.folder, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    def plan(self, machine: Machine, project: Project, choices: Choices) -> TorchPart:
        mirror = {"mirrors.pytorch": self.index.url("/whl"), "mirrors.scope": "project"}
        return part(machine, project, choices.with_values("file", mirror), "uv", advise(machine, project))

    def carry_out(self, done: TorchPart) -> Project:
        torch, lock = done.steps
        for change in torch.files:
            path = Path(change.path)
            assert path.read_bytes() == change.before
            assert change.after is not None
            path.write_bytes(change.after)
        assert [command.argv for command in lock.commands] == [("uv", "lock")]
        self.run("lock")
        return self.read()

    def installed(self, *options: str) -> str:
        self.run("sync", "--locked", *options)
        code = "import importlib.metadata as m; print(m.version('torch'))"
        return self.run("run", "--no-sync", "python", "-c", code).strip().splitlines()[-1]


@pytest.fixture
def stage(tmp_path: Path, uv: Path) -> Iterator[Stage]:
    with Index() as index:
        torch_index(index)
        folder = tmp_path / "Träume"
        folder.mkdir()
        yield Stage(index, folder, uv)


HEAD = (
    f'[project]\nname = "dream"\nversion = "0.1"\nrequires-python = "=={sys.version_info[0]}.{sys.version_info[1]}.*"\n'
)
PLAIN = HEAD + 'dependencies = ["torch>=2.9", "numpy"]  # the usual\n'
GUIDE = (
    HEAD
    + """
[project.optional-dependencies]
cpu = ["torch>=2.9"]
cu126 = ["torch>=2.9"]

[tool.uv]
conflicts = [[{ extra = "cpu" }, { extra = "cu126" }]]

[tool.uv.sources]
torch = [{ index = "c", extra = "cpu" }, { index = "g", extra = "cu126", marker = "sys_platform != 'darwin'" }]

[[tool.uv.index]]
name = "c"
url = "URL/cpu"
explicit = true

[[tool.uv.index]]
name = "g"
url = "URL/cu126"
explicit = true
"""
)


def test_nothing_by_itself(stage: Stage) -> None:
    assert stage.plan(RTX_3090, stage.project(PLAIN), Choices()) == TorchPart()


@pytest.mark.parametrize("variant", ["cpu", "cu126"])
@pytest.mark.skipif(OS == "macos", reason="no variants there")
def test_a_variant_is_bound_locked_and_installed(stage: Stage, variant: str) -> None:
    project = stage.project(PLAIN)
    done = stage.plan(RTX_3090, project, choose(torch_variant=variant))
    if (OS, variant) == ("windows", "cpu"):  # what the package index has there is that build
        assert done == TorchPart(variant="cpu")
        return
    assert [step.id for step in done.steps] == ["torch", "lock"]
    assert (done.locks, done.variant, done.extra) == (True, variant, None)
    assert done.steps[1].commands[0].options == {"journal": [str(stage.folder / "uv.lock")]}
    after = stage.carry_out(done)
    locked = locked_here(RTX_3090, after)
    assert locked is not None
    assert (locked.torch, locked.variant, locked.missing_wheel) == ("2.10.0", variant, None)
    assert stage.installed() == f"2.10.0+{variant}"
    again = stage.plan(RTX_3090, after, choose(torch_variant=variant))
    assert again.steps == ()
    mac = locked_here(replace(HERE, os="macos", arch="aarch64", libc=None), after)
    assert mac is not None
    assert mac.package.registry == stage.index.url()


@pytest.mark.skipif(OS != "linux" or ARCH != "x86_64", reason="ROCm is for Linux on x86_64")
def test_rocm_brings_its_triton(stage: Stage) -> None:
    project = stage.project(PLAIN.replace(">=2.9", "==2.10.0"))
    amd = replace(HERE, gpus=(Gpu("amd", "AMD", gfx="gfx1100"),))
    after = stage.carry_out(stage.plan(amd, project, choose(torch_variant="auto")))
    assert stage.installed() == "2.10.0+rocm7.1"
    assert after.lock is not None
    assert "triton-rocm" in {package.name for package in after.lock.packages}


@pytest.mark.skipif(OS == "macos", reason="no variants there")
def test_extras_are_laid_out_and_chosen(stage: Stage) -> None:
    project = stage.project(PLAIN)
    choices = choose(torch_variant="cu126", torch_layout="extras")
    done = stage.plan(RTX_3090, project, choices)
    assert done.extra == ("extra", "cu126")
    after = stage.carry_out(done)
    assert after.torch is not None
    assert set(after.torch.offers) == {"cpu", "cu126"}
    assert stage.installed("--extra", "cu126") == "2.10.0+cu126"
    assert stage.installed("--extra", "cpu") == "2.10.0+cpu"
    assert stage.plan(RTX_3090, after, choices) == TorchPart(extra=("extra", "cu126"), variant="cu126")


@pytest.mark.skipif(OS == "macos", reason="no variants there")
def test_what_the_project_offers_needs_no_edit(stage: Stage) -> None:
    project = stage.project(GUIDE.replace("URL", stage.index.url("/whl")))
    done = stage.plan(RTX_3090, project, choose(torch_variant="auto"))
    assert done == TorchPart(extra=("extra", "cu126"), variant="cu126")
    assert stage.plan(HERE, project, choose(torch_variant="auto")).extra == ("extra", "cpu")


@pytest.mark.skipif(OS == "macos", reason="no variants there")
def test_the_family_moves_together(stage: Stage) -> None:
    project = stage.project(HEAD + "dependencies = ['torch', 'torchvision']\n")
    after = stage.carry_out(stage.plan(RTX_3090, project, choose(torch_variant="cu126")))
    locked = locked_here(RTX_3090, after)
    assert locked is not None
    versions = {one.name: one.version for one in locked.packages}
    assert (versions["torch"], versions["torchvision"]) == ("2.10.0+cu126", "0.25.0+cu126")


@pytest.mark.skipif(OS == "macos", reason="no variants there")
def test_a_local_pin_gives_way_and_uv_takes_it(stage: Stage) -> None:
    project = stage.project(HEAD + "dependencies = ['torch==2.9.1+cu126']\n", lock=False)
    stage.carry_out(stage.plan(RTX_3090, project, choose(torch_variant="cu126")))
    assert stage.installed() == "2.9.1+cu126"


@pytest.mark.skipif(OS == "macos", reason="no variants there")
def test_back_to_the_package_index(stage: Stage) -> None:
    project = stage.carry_out(stage.plan(RTX_3090, stage.project(PLAIN), choose(torch_variant="cu126")))
    after = stage.carry_out(stage.plan(RTX_3090, project, choose(torch_variant="pypi")))
    assert "torch" not in after.sources
    assert stage.installed() == "2.10.0"


@pytest.mark.parametrize(
    "text, choices, words",
    [
        (HEAD + "dependencies = ['numpy']\n", choose(torch_variant="cpu"), "does not use torch"),
        (HEAD + "dependencies = ['torch==2.10.0']\n", choose(torch_variant="cu118"), "the newest with it is 2.7.1"),
        (PLAIN, choose(torch_variant="cu92"), "no release of torch with it"),
        (PLAIN, choose(torch_variant="rocm7.1", torch_platforms=["windows"]), "for windows"),
        (PLAIN + "[tool.uv.sources]\ntorch = { git = 'https://x.example/t' }\n", choose(torch_variant="cpu"), "git"),
    ],
)
def test_what_can_not_be_carried_out_is_said(stage: Stage, text: str, choices: Choices, words: str) -> None:
    project = stage.project(text, lock=False)
    with pytest.raises(BadInput, match=words) as caught:
        stage.plan(RTX_3090, project, choices)
    assert "\n" not in str(caught.value)
    assert stage.folder.joinpath("pyproject.toml").read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    "machine",
    [
        replace(HERE, gpus=None),
        replace(RTX_3090, nvidia_driver=None),
        replace(HERE, os="linux", libc=Libc("musl", None)),
    ],
)
@pytest.mark.skipif(OS == "macos", reason="one torch there")
def test_auto_asks_where_a_fact_is_missing(stage: Stage, machine: Machine) -> None:
    project = stage.project(PLAIN, lock=False)
    with pytest.raises(DecisionMissing, match=r"torch\.variant = auto"):
        stage.plan(machine, project, choose(torch_variant="auto"))


def test_auto_keeps_where_there_is_no_torch(stage: Stage) -> None:
    project = stage.project(HEAD + "dependencies = ['numpy']\n")
    assert stage.plan(replace(HERE, gpus=None), project, choose(torch_variant="auto")) == TorchPart()


def test_the_official_address_stands_in_the_file_unless_the_project_is_to_name_the_mirror(stage: Stage) -> None:
    project = stage.project(PLAIN, lock=False)
    choices = choose(torch_variant="cpu", mirrors_pytorch=stage.index.url("/whl"))
    done = part(HERE, project, choices, "uv", advise(HERE, project))
    after = done.steps[0].files[0].after_text or ""
    assert stage.index.root not in after
    assert "/whl/cpu" in after


@pytest.mark.skipif(OS != "linux" or ARCH != "x86_64", reason="the numbers are for Linux on x86_64")
def test_torch_is_held_where_the_newest_of_an_index_would_not_run(stage: Stage) -> None:
    both = replace(HERE, gpus=(Gpu("nvidia", "V100", "7.0"), Gpu("nvidia", "RTX 5090", "12.0")),
                   nvidia_driver="580.95.05")  # fmt: skip
    project = stage.project(PLAIN, lock=False)
    done = stage.plan(both, project, choose(torch_variant="cu128"))
    assert '"torch==2.10.0"' in (done.steps[0].files[0].after_text or "")
