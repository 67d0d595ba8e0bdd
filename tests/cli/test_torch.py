"""torch bound to a variant by `apply`: real uv, an index that plays PyTorch's, and the check in the environment after it."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import events, of, wizard
from tests.support.index import Index
from tests.support.torch_index import torch_index
from wizard.toml import parse

pytestmark = pytest.mark.same_everywhere

LINUX = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() != "x86_64", reason="builds for Linux on x86_64"
)
HEAD = (
    f'[project]\nname = "dream"\nversion = "0.1"\nrequires-python = "=={sys.version_info[0]}.{sys.version_info[1]}.*"\n'
)


@dataclass(frozen=True)
class Bench:
    """A project, an index, and choices that go with every command."""

    folder: Path
    index: Index
    sets: tuple[str, ...]
    uv: Path

    @property
    def pyproject(self) -> Path:
        return self.folder / "pyproject.toml"

    def files(self) -> tuple[bytes, bytes]:
        return self.pyproject.read_bytes(), (self.folder / "uv.lock").read_bytes()

    def lock(self, dependencies: str, more: str = "") -> None:
        self.pyproject.write_text(f"{HEAD}dependencies = {dependencies}  # theirs\n{more}", encoding="utf-8")
        env = {**os.environ, "UV_DEFAULT_INDEX": self.index.url()}
        subprocess.run([self.uv, "lock"], cwd=self.folder, env=env, check=True, capture_output=True)

    def apply(self, *sets: str, check: int = 0) -> list[dict[str, Any]]:
        pairs = [word for one in (*self.sets, *sets) for word in ("--set", one)]
        return events(wizard("apply", str(self.folder), "--yes", "--json", *pairs, check=check).stdout)

    def installed(self, package: str = "torch") -> str:
        python = self.folder / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        code = f"import importlib.metadata as m; print(m.version({package!r}))"
        return subprocess.run([python, "-I", "-c", code], check=True, capture_output=True, text=True).stdout.strip()

    def sources(self) -> Any:
        return parse(self.pyproject.read_bytes()).get("tool", {}).get("uv", {}).get("sources", {})


@pytest.fixture
def bench(tmp_path: Path, index: Index, uv: Path) -> Bench:
    base = torch_index(index)
    folder = tmp_path / "Träume"
    folder.mkdir()
    return Bench(folder, index, (f"mirrors.pytorch={base}", "mirrors.scope=project", "verify.require=cpu"), uv)


def steps(found: list[dict[str, Any]]) -> list[str]:
    return [event["id"] for event in of(found, "step") if event["state"] == "done"]


def variant_found(found: list[dict[str, Any]]) -> Any:
    checks = {check["id"]: check for check in of(found, "verify")[-1]["checks"]}
    return checks["variant"]["ok"], of(found, "verify")[-1]["torch"]["version"]


@LINUX
@pytest.mark.parametrize(
    "dependencies, sets, version, options",
    [
        ('["torch>=2.9", "torchaudio"]', ["torch.variant=cu126"], "2.10.0+cu126", []),
        ('["torch>=2.9,<2.11"]', ["torch.variant=cpu", "torch.layout=extras"], "2.10.0+cpu", ["--extra", "cpu"]),
        pytest.param('["torch>=2.9"]', ["torch.variant=rocm7.1", "torch.version=2.10.0"], "2.10.0+rocm7.1", [],
                     marks=pytest.mark.long),
        pytest.param('["torch", "torchaudio"]', ["torch.variant=cu126", "torch.version=2.9.1"], "2.9.1+cu126", [],
                     marks=pytest.mark.long),
        pytest.param('["torch==2.9.1"]', ["torch.variant=cpu", "torch.platforms=linux"], "2.9.1+cpu", [],
                     marks=pytest.mark.long),
    ],
    ids=["index", "extras", "rocm", "version", "split"],
)  # fmt: skip
def test_a_variant_is_bound_locked_synced_and_found(
    bench: Bench, dependencies: str, sets: list[str], version: str, options: list[str]
) -> None:
    bench.lock(dependencies)
    before = bench.files()
    found = bench.apply(*sets)
    assert steps(found) == ["torch", "lock", "sync", "verify"]
    assert [event["argv"][1:] for event in of(found, "command")][:2] == [["lock"], ["sync", "--locked", *options]]
    assert bench.installed() == version
    assert variant_found(found) == (True, version)
    after = bench.files()
    assert b"# theirs\n" in after[0]
    assert steps(bench.apply(*sets)) == ["sync", "verify"]
    assert bench.files() == after
    wizard("undo", "--yes")
    assert bench.files() == before


@LINUX
@pytest.mark.parametrize("first", [True, False], ids=["no lock", "a lock of explicit indexes alone"])
def test_the_default_index_of_the_environment_makes_what_the_lock_lacks(
    bench: Bench, first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", bench.index.url())
    address = bench.index.url("/whl/cpu")
    more = f'[[tool.uv.index]]\nname = "c"\nurl = "{address}"\nexplicit = true\n[tool.uv.sources]\ntorch = {{ index = "c" }}\n'
    if first:
        bench.pyproject.write_text(f'{HEAD}dependencies = ["torch>=2.9"]\n', encoding="utf-8")
    else:
        bench.lock('["torch>=2.9"]', more)
    found = bench.apply("torch.variant=cu126")
    assert bench.installed("nvidia-cublas-cu12") == "12.6"
    assert {check["id"]: check["ok"] for check in of(found, "verify")[-1]["checks"]}["sync"] is True
    assert variant_found(found) == (True, "2.10.0+cu126")


@pytest.mark.long
@LINUX
def test_another_variant_and_back(bench: Bench) -> None:
    bench.lock('["torch>=2.9", "torchaudio"]')
    before = bench.files()
    bench.apply("torch.variant=cu126")
    assert bench.installed("torchaudio") == "2.10.0+cu126"
    bench.apply("torch.variant=cpu", "torch.platforms=linux")
    assert [one["index"] for one in bench.sources()["torch"]] == ["pytorch-cu126", "pytorch-cpu"]
    assert bench.installed() == "2.10.0+cpu"
    assert variant_found(bench.apply("torch.variant=cu128")) == (True, "2.10.0+cu128")
    bench.apply("torch.variant=pypi")
    assert bench.installed() == "2.10.0"
    assert bench.files()[0] == before[0]


@LINUX
def test_what_can_not_be_edited_is_left_and_its_lines_are_told(bench: Bench) -> None:
    bench.lock('["torch"]', "[tool.uv.sources]\r\ntorch = [  # two kinds of newlines\r\n  { index = 'a' },\r\n]\r\n"
               f"[[tool.uv.index]]\nname = 'a'\nurl = '{bench.index.url()}'\n")  # fmt: skip
    before = bench.files()
    sets = [word for one in (*bench.sets, "torch.variant=cu126") for word in ("--set", one)]
    done = wizard("apply", str(bench.folder), "--yes", *sets, check=2)
    assert 'name = "pytorch-cu126"' in done.stderr
    assert done.stderr.count("\n") == 1
    assert bench.files() == before


@LINUX
def test_a_mirror_written_into_the_project(bench: Bench) -> None:
    bench.lock('["torch>=2.9,<2.11", "alpha"]')
    before = bench.files()
    mirror = bench.index.copy("/simple", "/mirror/simple")
    sets = (f"mirrors.pypi={mirror}", "torch.variant=cpu")
    plan = json.loads(
        wizard("plan", str(bench.folder), "--json", *(w for s in (*bench.sets, *sets) for w in ("--set", s))).stdout
    )
    told = {step["id"]: step for step in plan["steps"]}
    assert list(told) == ["mirrors", "torch", "lock", "sync", "verify"]
    assert f'+url = "{mirror}"' in told["mirrors"]["files"][0]["diff"]
    assert told["mirrors"]["notes"]
    bench.index.forget()
    found = bench.apply(*sets)
    assert steps(found) == ["mirrors", "torch", "lock", "sync", "verify"]
    assert bench.index.files() == []
    assert "alpha-1.0-py3-none-any.whl" in bench.index.files("/mirror/simple")
    after = bench.files()
    assert {"url": mirror, "default": True}.items() <= parse(after[0])["tool"]["uv"]["index"][0].items()
    assert bench.index.url() not in after[1].decode()
    env = {key: value for key, value in os.environ.items() if key != "UV_DEFAULT_INDEX"}
    subprocess.run([bench.uv, "sync", "--locked"], cwd=bench.folder, env=env, check=True, capture_output=True)
    assert steps(bench.apply(*sets)) == ["sync", "verify"]
    assert bench.files() == after
    wizard("undo", "--yes")
    assert bench.files() == before


@LINUX
def test_sync_alone_writes_no_mirror_into_the_project(bench: Bench) -> None:
    bench.lock('["alpha"]')
    before = bench.files()
    mirror = bench.index.copy("/simple", "/mirror/simple")
    bench.index.forget()
    wizard("sync", str(bench.folder), "--set", f"mirrors.pypi={mirror}", "--set", "mirrors.scope=project")
    assert bench.files() == before
    assert "alpha-1.0-py3-none-any.whl" in bench.index.files("/mirror/simple")


MEMBER = (
    f'[project]\nname = "inner"\nversion = "1"\nrequires-python = "=={sys.version_info[0]}.{sys.version_info[1]}.*"\n'
)


def workspace(bench: Bench, root: str, member: str) -> Path:
    inner = bench.folder / "packages" / "inner"
    inner.mkdir(parents=True)
    (inner / "pyproject.toml").write_text(MEMBER + member, encoding="utf-8")
    bench.pyproject.write_text(root + "[tool.uv.workspace]\nmembers = ['packages/*']\n", encoding="utf-8")
    env = {**os.environ, "UV_DEFAULT_INDEX": bench.index.url()}
    subprocess.run([bench.uv, "lock"], cwd=bench.folder, env=env, check=True, capture_output=True)
    return inner / "pyproject.toml"


@LINUX
@pytest.mark.parametrize(
    "root",
    [
        "",
        pytest.param(
            f'{HEAD}dependencies = ["inner"]\n[tool.uv.sources]\ninner = {{ workspace = true }}\n',
            marks=pytest.mark.long,
        ),
    ],
)
def test_a_members_torch_is_bound_in_the_root(bench: Bench, root: str) -> None:
    theirs = workspace(bench, root, 'dependencies = ["torch>=2.9", "torchaudio"]\n[tool.uv]\npackage = false\n')
    before, member = bench.files(), theirs.read_bytes()
    found = bench.apply("torch.variant=cu126", "torch.version=2.9.1")
    assert steps(found) == ["torch", "lock", "sync", "verify"]
    assert variant_found(found) == (True, "2.9.1+cu126")
    assert bench.installed("torchaudio") == "2.9.1+cu126"
    assert steps(bench.apply("torch.variant=cu126", "torch.version=2.9.1")) == ["sync", "verify"]
    assert theirs.read_bytes() == member
    wizard("undo", "--yes")
    assert bench.files() == before


@LINUX
@pytest.mark.parametrize(
    "member, sets, words",
    [
        ("dependencies = ['torch']\n[tool.uv.sources]\ntorch = { index = 'own' }\n[[tool.uv.index]]\nname = 'own'\nurl = 'URL'\n",
         ["torch.variant=cu126"], "in packages/inner/pyproject.toml take torch out of [tool.uv.sources]"),
        ("dependencies = ['torch']\n", ["torch.variant=cu126", "torch.layout=extras"], "an extra of the root"),
        ("dependencies = ['torch']\n", ["torch.variant=rocm7.1"], "what this variant needs beside it"),
    ],
    ids=["source", "extras", "triton"],
)  # fmt: skip
def test_what_a_member_decides_itself_is_told(bench: Bench, member: str, sets: list[str], words: str) -> None:
    theirs = workspace(bench, "", member.replace("URL", bench.index.url()))
    before = bench.files(), theirs.read_bytes()
    pairs = [word for one in (*bench.sets, *sets) for word in ("--set", one)]
    assert words in wizard("apply", str(bench.folder), "--yes", *pairs, check=2).stderr
    assert (bench.files(), theirs.read_bytes()) == before
