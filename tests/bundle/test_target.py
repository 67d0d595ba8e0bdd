"""Which host a bundle is for, and which of a package's wheels that host takes."""

from __future__ import annotations

import pytest

from wizard.bundle import target
from wizard.errors import BadInput
from wizard.machine.facts import Libc, Machine

pytestmark = pytest.mark.same_everywhere

WHEELS = (
    "pkg-1-cp312-cp312-manylinux_2_35_x86_64.whl",
    "pkg-1-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    "pkg-1-cp312-cp312-manylinux2014_aarch64.whl",
    "pkg-1-cp312-cp312-musllinux_1_2_x86_64.whl",
    "pkg-1-cp310-abi3-win_amd64.whl",
    "pkg-1-cp312-cp312-macosx_11_0_arm64.whl",
    "pkg-1-cp312-cp312-macosx_15_0_arm64.whl",
    "pkg-1-py3-none-any.whl",
)


@pytest.mark.parametrize(
    "word, python, name, taken",
    [
        ("linux-x86_64", "3.12", "linux-x86_64", "manylinux2014_x86_64"),
        ("x86_64-unknown-linux-gnu", "3.12", "linux-x86_64", "manylinux2014_x86_64"),
        ("linux-x86_64-glibc2.35", "3.12", "linux-x86_64", "manylinux_2_35_x86_64"),
        ("x86_64-manylinux_2_35", "3.12", "linux-x86_64", "manylinux_2_35_x86_64"),
        ("linux-aarch64", "3.12", "linux-aarch64", "manylinux2014_aarch64"),
        ("linux-x86_64-musl", "3.12", "linux-x86_64-musl", "musllinux_1_2_x86_64"),
        ("linux-x86_64-musl1.1", "3.12", "linux-x86_64-musl", "py3-none-any"),
        ("windows-amd64", "3.13", "windows-x86_64", "abi3-win_amd64"),
        ("windows-arm64", "3.13", "windows-aarch64", "py3-none-any"),
        ("macos-arm64", "3.12", "macos-aarch64", "macosx_11_0_arm64"),
        ("linux-x86_64", "3.13", "linux-x86_64", "py3-none-any"),
    ],
)
def test_platforms(word: str, python: str, name: str, taken: str) -> None:
    found = target.platform(word, python)
    assert found.name == name
    ranked = [(rank, wheel) for wheel in WHEELS if (rank := found.rank(wheel)) is not None]
    assert taken in min(ranked)[1]


@pytest.mark.parametrize("word", ["linux", "solaris-x86_64", "windows-x86_64-glibc2.35", "", "linux-x86_64-glibc"])
def test_no_platform(word: str) -> None:
    if word == "linux-x86_64-glibc":
        assert target.platform(word, "3.12").libc == Libc("glibc", "2.28")
        return
    with pytest.raises(BadInput, match=r"--platform .* is not possible; allowed: linux-x86_64,"):
        target.platform(word, "3.12")


def test_of_a_machine() -> None:
    here = Machine(os="linux", arch="x86_64", libc=Libc("glibc", "2.31"))
    assert target.of_machine(here, "3.11").libc == Libc("glibc", "2.31")
    mac = Machine(os="macos", arch="aarch64", distribution="macOS 15.1")
    assert target.of_machine(mac, "3.12").rank("pkg-1-cp312-cp312-macosx_15_0_arm64.whl") is not None
    with pytest.raises(BadInput, match="no bundle can be made for linux riscv64"):
        target.of_machine(Machine(os="linux", arch="riscv64"), "3.12")


@pytest.mark.parametrize(
    "wheels, name, least",
    [
        (WHEELS[:2], "glibc", "2.35"),
        (WHEELS[1:2], "glibc", "2.17"),
        (("a-1-cp312-cp312-manylinux2010_x86_64.manylinux_2_28_x86_64.whl",), "glibc", "2.12"),
        (WHEELS[-1:], "glibc", None),
        (WHEELS, "musl", "1.2"),
    ],
)
def test_the_least_c_library(wheels: tuple[str, ...], name: str, least: str | None) -> None:
    assert target.floor(wheels, name) == least


def test_older() -> None:
    assert target.older("2.17", "2.28")
    assert not target.older("2.28", "2.28")
    assert not target.older(None, "2.28")
    assert not target.older("odd", "2.28")
