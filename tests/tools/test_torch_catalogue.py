"""The script that compares the catalogue with an index, against an index that has just what the catalogue says, and less."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.index import Index
from tests.support.wheels import wheel
from wizard.catalog_torch import PYPI, the

pytestmark = pytest.mark.same_everywhere

SCRIPT = Path(__file__).parents[2] / "tools" / "torch_catalogue.py"
PLATFORM = {
    "linux_x86_64": "manylinux_2_28_x86_64", "linux_aarch64": "manylinux_2_28_aarch64", "win_amd64": "win_amd64",
    "win_arm64": "win_arm64", "macos_arm64": "macosx_14_0_arm64", "macos_x86_64": "macosx_11_0_x86_64",
}  # fmt: skip


def tag(version: str, platform: str, variant: str) -> str:
    release = the().release(version)
    assert release is not None
    floor = release.needed_glibc(platform, variant)
    if floor is not None and platform.startswith("linux"):
        return f"manylinux_{floor.major}_{floor.minor}_{platform.removeprefix('linux_')}"
    return PLATFORM[platform]


def fill(index: Index, *, less: frozenset[tuple[str, str, str]] = frozenset()) -> None:
    """Every build of the catalogue but `less` (variant, version, platform)."""
    for release in the().releases:
        for platform, names in release.builds.items():
            for name in names:
                variant = "cpu" if name == PYPI else name
                if (variant, str(release.version), platform) in less:
                    continue
                version = str(release.version) if name == PYPI else f"{release.version}+{name}"
                for python in release.pythons(platform, from_index=True):
                    cp = f"cp{python.replace('.', '')}"
                    full = f"{cp}-{cp}-{tag(str(release.version), platform, variant)}"
                    index.add(wheel("torch", version, tag=full), prefix=f"/whl/{variant}")


def compare(index: Index, *more: str) -> tuple[int, list[str]]:
    argv = [sys.executable, str(SCRIPT), "--index", index.url("/whl"), *more]
    done = subprocess.run(argv, check=False, capture_output=True, text=True)
    assert not done.stderr
    return done.returncode, done.stdout.splitlines()


UNCONFIRMED = [
    f"torch {release.version} {name} {platform}: confirmed by the index, the catalogue calls it unconfirmed"
    for release in the().releases
    for platform, names in release.unconfirmed.items()
    for name in names
]


def test_an_index_that_has_what_the_catalogue_says(index: Index) -> None:
    fill(index)
    code, told = compare(index)
    assert sorted(told) == sorted(UNCONFIRMED)
    assert code == (1 if UNCONFIRMED else 0)


def test_what_is_more_and_what_is_less_is_told(index: Index) -> None:
    fill(index, less=frozenset({("cu126", "2.14.1", "linux_x86_64")}))
    index.add(wheel("torch", "2.15.0+cu126", tag="cp312-cp312-manylinux_2_28_x86_64"), prefix="/whl/cu126")
    index.add(wheel("torch", "2.99.0+cu132", tag="cp312-cp312-manylinux_2_28_x86_64"), prefix="/whl/cu132")
    index.add(wheel("torch", "2.99.0rc1+cu130", tag="cp312-cp312-manylinux_2_28_x86_64"), prefix="/whl/cu130")
    index.add(wheel("torch", "2.13.0+cu126", tag="cp39-cp39-win_amd64"), prefix="/whl/cu126")
    code, told = compare(index)
    assert code == 1
    assert sorted(set(told) - set(UNCONFIRMED)) == [
        "torch 2.13.0 cu126 win_amd64: Python 3.9 only in the index",
        "torch 2.14.1 cu126 linux_x86_64: in the catalogue, not in the index",
        "torch 2.15.0 cu126 linux_x86_64: in the index, not in the catalogue",
        "torch 2.99.0 cu132: in the index, no such release in the catalogue",
    ]


def test_a_package_index_that_serves_other_systems(index: Index) -> None:
    fill(index)
    index.add(wheel("torch", "2.15.0", tag="cp312-cp312-manylinux_2_28_x86_64"))
    code, told = compare(index, "--package-index", index.url())
    assert code == 1
    assert "torch 2.15.0 win_amd64, package index: in the catalogue, not in the index" in told
    assert "torch 2.15.0 linux_x86_64, package index: Python 3.11, 3.13, 3.14, 3.15 only in the catalogue" in told


@pytest.mark.parametrize("place", ["nothing there", "nobody there"])
def test_an_index_that_does_not_answer(index: Index, place: str) -> None:
    url = index.url("/whl") if place == "nothing there" else "http://127.0.0.1:1/whl"
    done = subprocess.run([sys.executable, str(SCRIPT), "--index", url], check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert all("not compared" in line for line in done.stdout.splitlines())
