"""`uv-wizard torch` and the sizes of `doctor`, as a person reads them and as a script does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.advice.test_torch import TABLE
from tests.support.command import wizard
from tests.support.index import Index
from tests.support.wheels import wheel
from wizard.advice.torch import advise
from wizard.cli.torch_table import torch_table
from wizard.machine.facts import Machine
from wizard.project.facts import Project
from wizard.way import Way

pytestmark = pytest.mark.same_everywhere

RTX: dict[str, Any] = {
    "os": "linux", "arch": "x86_64", "libc": {"name": "glibc", "version": "2.35"}, "nvidia_driver": "550.54.14",
    "gpus": [{"vendor": "nvidia", "name": "NVIDIA GeForce RTX 3090", "compute_capability": "8.6"}],
}  # fmt: skip
HEAD = '[project]\nname = "dream"\nversion = "0.1"\nrequires-python = ">=3.11"\n'
CP = f"cp{sys.version_info[0]}{sys.version_info[1]}"
PARTS = ("nvidia-cublas-cu12", "nvidia-cuda-runtime-cu12", "nvidia-cudnn-cu12")


def lines(machine: Machine, project: Project | None, folder: Path, width: int | None) -> list[str]:
    way = Way(str(folder), machine=machine)
    way.project = project
    return list(torch_table(way, advise(machine, project), (), width))


@pytest.mark.parametrize("width", [50, 60, 80, 132, 300])
def test_no_line_is_wider_than_the_terminal(width: int, tmp_path: Path) -> None:
    for machine, project, *_ in TABLE.values():
        for line in lines(machine, project, tmp_path, width):
            assert len(line) < width
            assert line.isascii()
            assert line == line.rstrip()
    widest = max(
        len(line) for machine, project, *_ in TABLE.values() for line in lines(machine, project, tmp_path, width)
    )
    assert widest <= 110


def test_each_variant_stands_in_the_table_once(tmp_path: Path) -> None:
    machine, project, variant, *_ = TABLE["driver 550, Ampere"]
    told = lines(machine, project, tmp_path, None)
    rows = told[told.index(next(line for line in told if line.startswith("  variant"))) + 2 : -2]
    firsts = [row.split("  ")[1].strip() for row in rows]
    assert firsts[0] == variant
    assert len(firsts) == len(set(firsts))
    assert firsts[-5:] == ["cu121", "cu134", "cu132, cu130", "rocm7.14 - rocm5.5", "xpu"]
    assert "needs driver 580 or newer; this machine has 550.54.14" in rows[-3]


def test_a_range_of_names_leaves_out_what_is_possible(tmp_path: Path) -> None:
    machine, project, *_ = TABLE["torch 2.9, driver 580"]
    told = "\n".join(lines(machine, project, tmp_path, None))
    assert "cu132 -" not in told
    assert "cu124 - cu118" in told


def test_a_pipe_gets_whole_lines(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(HEAD + 'dependencies = ["torch"]\n')
    (tmp_path / "machine.json").write_text(json.dumps(RTX))
    told = wizard("torch", str(tmp_path), "--machine", str(tmp_path / "machine.json")).stdout
    assert "\x1b" not in told
    assert "Recommended: torch 2.14.1, variant cu126" in told
    assert (
        "  + It comes from the PyTorch index on Linux and Windows; elsewhere torch stays the package index's\n" in told
    )


def test_a_project_without_torch_and_a_folder_without_a_project(tmp_path: Path) -> None:
    (tmp_path / "machine.json").write_text(json.dumps(RTX))
    argv = ("--machine", str(tmp_path / "machine.json"))
    assert "Recommended: torch 2.14.1" in wizard("torch", str(tmp_path), *argv).stdout
    (tmp_path / "pyproject.toml").write_text(HEAD)
    assert "does not use torch" in wizard("torch", str(tmp_path), *argv).stdout


class Bench:
    """A project that binds torch to an index of cu126, locked by real uv."""

    def __init__(self, folder: Path, index: Index, uv: Path) -> None:
        self.folder, self.index, self.uv = folder, index, uv
        parts = [f"{name}; sys_platform == 'linux'" for name in PARTS]
        index.add(wheel("torch", "2.14.1"), *(wheel(name, "12.6") for name in PARTS))
        for tag in ("manylinux_2_28_x86_64", "win_amd64"):
            index.add(wheel("torch", "2.14.1+cu126", tag=f"{CP}-{CP}-{tag}", requires=parts), prefix="/whl/cu126")
        bound = '[tool.uv.sources]\ntorch = [{ index = "pytorch-cu126", marker = "sys_platform != \'darwin\'" }]\n'
        named = f'[[tool.uv.index]]\nname = "pytorch-cu126"\nurl = "{index.url("/whl/cu126")}"\nexplicit = true\n'
        only = "[tool.uv]\nenvironments = [\"sys_platform != 'darwin'\"]\n"
        python = (
            HEAD.replace(">=3.11", f"=={sys.version_info[0]}.{sys.version_info[1]}.*") + 'dependencies = ["torch"]\n'
        )
        (folder / "pyproject.toml").write_text(python + only + bound + named)
        self.machine = folder / "machine.json"
        self.machine.write_text(json.dumps(RTX))
        self.run([str(uv), "lock"])

    def on(self, **machine: Any) -> None:
        """As if another machine looked."""
        self.machine.write_text(json.dumps({**RTX, **machine}))

    @property
    def lock(self) -> Path:
        return self.folder / "uv.lock"

    def run(self, argv: Sequence[str]) -> None:
        env = {**os.environ, "UV_DEFAULT_INDEX": self.index.url()}
        done = subprocess.run(argv, cwd=self.folder, env=env, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    def told(self, *words: str) -> Any:
        return json.loads(
            wizard(words[0], str(self.folder), "--json", "--machine", str(self.machine), *words[1:]).stdout
        )

    def causes(self) -> list[str]:
        return [one["cause"] for one in self.told("doctor")["findings"] if one["severity"] == "error"]


@pytest.fixture
def bench(tmp_path: Path, index: Index, uv: Path) -> Bench:
    return Bench(tmp_path, index, uv)


def test_a_lock_that_has_lost_its_cuda_libraries_is_seen_and_made_whole(bench: Bench) -> None:
    sound = bench.lock.read_text()
    assert bench.causes() == []
    kept = [block for block in sound.split("\n\n") if "nvidia-" not in block]
    torch = next(block for block in sound.split("\n\n") if 'name = "torch"\n' in block)
    bare = "\n".join(line for line in torch.splitlines() if "nvidia-" not in line).replace("dependencies = [\n]\n", "")
    bench.lock.write_text("\n\n".join([*kept, bare]) + "\n")
    assert bench.causes() == ["cuda-library-missing"]
    finding = next(one for one in bench.told("doctor")["findings"] if one["cause"] == "cuda-library-missing")
    assert finding["fixes"][0]["choices"] == {"torch": {"variant": "auto"}}
    steps = {step["id"]: step for step in bench.told("plan", "--set", "torch.variant=auto")["steps"]}
    argv = next(argv for argv in steps["lock"]["commands"])
    assert argv[1:] == ["lock", "--upgrade-package", "torch"]
    for change in steps["torch"]["files"]:  # the wizard's own layout of the same source
        Path(change["path"]).write_bytes(change["after"].encode())
    bench.lock.write_text("\n\n".join([*kept, bare]) + "\n")
    steps = {step["id"]: step for step in bench.told("plan", "--set", "torch.variant=auto")["steps"]}
    assert "torch" not in steps
    argv = steps["lock"]["commands"][0]
    assert argv[1:] == ["lock", "--upgrade-package", "torch"]
    bench.run([str(bench.uv), *argv[1:]])
    assert bench.causes() == []
    assert bench.lock.read_text().count("nvidia-") == sound.count("nvidia-")


def test_which_torch_each_system_gets_is_told_by_torch_and_doctor(bench: Bench) -> None:
    locked = bench.told("torch")["locked"]
    assert [(one["platform"], one["version"], one["variant"]) for one in locked] == [
        ("linux_x86_64", "2.14.1+cu126", "cu126"),
        ("linux_aarch64", "2.14.1+cu126", "cu126"),  # no wheel, told below; macOS is left out by `environments`
        ("win_amd64", "2.14.1+cu126", "cu126"),
    ]
    assert [one["no_wheel_for"] for one in locked] == [None, "platform", None]
    assert bench.told("doctor")["project"]["torch"]["locked"] == locked
    text = wizard("doctor", str(bench.folder), "--machine", str(bench.machine)).stdout
    assert "To fetch" in text


def test_a_system_that_the_lock_was_not_made_for(bench: Bench) -> None:
    bench.on(os="macos", arch="aarch64", libc=None, gpus=[], nvidia_driver=None)
    assert bench.causes() == ["no-wheel-platform"]


@pytest.mark.long
def test_unpacked_bytes_are_asked_for_on_request_alone(bench: Bench) -> None:
    bench.index.forget()
    quiet = bench.told("doctor")["project"]["lock"]
    assert (quiet["unpacked_bytes"], quiet["files_here"]) == (None, 4)
    assert bench.index.files("/whl/cu126") == []
    asked = bench.told("doctor", "--sizes")["project"]["lock"]
    assert asked["download_bytes_here"] < asked["unpacked_bytes"] * 9
    assert asked["unpacked_bytes"] > 0
    assert "on the disk" in wizard("doctor", str(bench.folder), "--machine", str(bench.machine), "--sizes").stdout
    bench.index.ranges = False
    assert bench.told("doctor", "--sizes")["project"]["lock"]["unpacked_bytes"] is None
    text = wizard("doctor", str(bench.folder), "--machine", str(bench.machine), "--sizes").stdout
    assert "no size told for" in text
