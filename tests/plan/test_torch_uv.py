"""Every edited project is one that uv takes, whatever the file looked like: uv reads it, and locks torch as was meant."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.index import Index
from tests.support.often import every
from tests.support.torch_index import VARIANTS, torch_index
from wizard.project.lockfile import lock_of
from wizard.project.torch_editor import edit
from wizard.project.torch_target import Target
from wizard.toml import parse

pytestmark = pytest.mark.same_everywhere

BOTH = ("linux", "windows")
FAMILY = ("torchvision", "torchaudio")
PYTHON = f"=={sys.version_info[0]}.{sys.version_info[1]}.*"
HEAD = f'[project]\nname = "x"\nversion = "1"\nrequires-python = "{PYTHON}"\n'
PLAIN = HEAD + 'dependencies = ["torch>=2.9", "torchvision"]\n'
SHAPES = {
    "plain": PLAIN,
    "dotted root": "tool.ruff.line-length = 100\ntool.uv.package = false\n" + PLAIN,
    "inline tool": "[tool]\nuv = { package = false }\n" + PLAIN,
    "inline project": f"project = {{ name = 'x', version = '1', requires-python = '{PYTHON}', dependencies = ['torch'] }}\n",
    "after its tables": PLAIN + "[tool.uv.sources]\nnumpy = { index = 'a' }\n\n[[tool.uv.index]]\nname = 'a'\n"
    "url = 'URL/simple'\n[tool.ruff]\nx = 1\n[tool.uv]\npackage = false\n",
    "quoted": PLAIN + '[tool."uv"]\npackage = false\n["tool"."uv"."sources"]\n"torch" = { index = "a" }\n'
    "[[tool.uv.index]]\nname = 'a'\nurl = 'URL/simple'\n",
    "crlf and a mark": "\ufeff" + PLAIN.replace("\n", "\r\n").rstrip(),
    "everywhere": HEAD
    + "dependencies = [\"Torch[opt]>=2.9 ; python_version > '3.8'\"]\n[project.optional-dependencies]\n"
    'ml = ["torchaudio"]\n[dependency-groups]\nmore = ["torch<3", {include-group = "pictures"}]\npictures = ["torchvision"]\n',
    "a group alone": HEAD + '[dependency-groups]\ndev = ["torch"]\n',
    "an extra alone": HEAD + '[project.optional-dependencies]\nml = ["torch", "torchaudio"]\n',
    "the old list": HEAD + '[tool.uv]\ndev-dependencies = ["torch"]\n',
    "a local pin": HEAD + "dependencies = [\n  'torch==2.9.1+cu118',  # old\n]\n",
    "conflicts": PLAIN + "[project.optional-dependencies]\na = []\nb = []\n"
    "[tool.uv]\nconflicts = [\n  [{ extra = 'a' }, { extra = 'b' }],  # theirs\n]\n",
    "environments": PLAIN + "[tool.uv]\nenvironments = [\"sys_platform == 'linux'\"]\n",
    "a workspace": PLAIN + "[tool.uv.workspace]\nmembers = []\n",
}
TARGETS: dict[str, dict[str, Any]] = {
    "index": {"variants": {"cu126": BOTH, "pypi": ("macos",)}},
    "extras": {"variants": {"cpu": BOTH, "cu126": BOTH}, "layout": "extras"},
    "split": {"variants": {"cpu": ("linux",), "cu126": ("windows",)}},
    "rocm": {"variants": {"rocm7.1": ("linux",), "pypi": ("windows", "macos")}, "beside": {"rocm7.1": ("triton-rocm",)},
             "held": {"torch": "2.10.0"}},
    "xpu": {"variants": {"xpu": BOTH, "pypi": ("macos",)}, "beside": {"xpu": ("triton-xpu",)}},
    "pypi": {"variants": {"pypi": (*BOTH, "macos")}},
}  # fmt: skip


@pytest.fixture(scope="module")
def index() -> Iterator[Index]:
    with Index() as running:
        torch_index(running)
        yield running


def locked(uv: str, folder: Path, index: Index, data: bytes) -> dict[str, set[str]]:
    """The builds of torch and its family in the lock that uv makes of it; it locks without the network too, by its cache."""
    (folder / "pyproject.toml").write_bytes(data)
    env = {**os.environ, "UV_DEFAULT_INDEX": index.url()}
    for options in ([], ["--offline"]):
        (folder / "uv.lock").unlink(missing_ok=True)
        done = subprocess.run([uv, "lock", *options], cwd=folder, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr + data.decode()
    lock = lock_of(parse((folder / "uv.lock").read_bytes()))
    found: dict[str, set[str]] = {}
    for one in lock.packages:
        if one.name in {"torch", *FAMILY}:
            found.setdefault(one.name, set()).add((one.version or "").partition("+")[2] or "pypi")
    return found


def check(uv: str, folder: Path, index: Index, name: str, targets: dict[str, dict[str, Any]]) -> None:
    before = SHAPES[name].replace("URL", index.url("")).encode()
    addresses = {one: index.url(f"/whl/{one}") for one in VARIANTS}
    for kind, wanted in targets.items():
        if name == "a local pin" and kind in {"rocm", "xpu"}:
            continue  # that release has another triton
        after = edit(before, Target(**wanted, family=FAMILY, index_url=addresses))
        found = locked(uv, folder, index, after)
        bound = {one for one in wanted["variants"] if one != "pypi"}
        if name == "environments" and kind == "split":
            bound = {"cpu"}
        assert "torch" in found
        assert [builds - {"pypi"} for builds in found.values()] == [bound] * len(found), (kind, after.decode())


@pytest.mark.parametrize("name", every(3, SHAPES))
def test_uv_takes_it(name: str, tmp_path: Path, index: Index, uv: Path) -> None:
    check(os.fspath(uv), tmp_path, index, name, TARGETS)


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("version", ["0.8.24", "0.9.30", "0.10.12", "0.11.33", "0.12.5"])
def test_other_versions_of_uv_take_it(version: str, tmp_path: Path, index: Index) -> None:
    there = tmp_path / "uv"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", os.fspath(there), f"uv=={version}"]
    if subprocess.run(pip, capture_output=True, check=False).returncode != 0:
        pytest.skip("no package index within reach")
    program = there / "bin" / ("uv.exe" if os.name == "nt" else "uv")
    for name in SHAPES:
        folder = tmp_path / name
        folder.mkdir()
        check(os.fspath(program), folder, index, name, TARGETS)
