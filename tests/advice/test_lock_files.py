"""What a machine would fetch of a lock, and which torch each system would get of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.advice.test_torch_audit import (
    CPU_ONLY,
    CU126,
    FORKS,
    GOOD_126,
    HOME,
    LINUX,
    MAC,
    PYPI_215,
    RTX,
    WINDOWS,
    package,
    project,
)
from wizard.advice.lock_files import files_here, torch_everywhere
from wizard.advice.torch_reach import Selected
from wizard.machine.facts import Libc, Machine

pytestmark = pytest.mark.same_everywhere


def sized(*names: str) -> tuple[dict[str, Any], ...]:
    return tuple({"url": f"https://f.example/{name}", "size": 10 * (place + 1)} for place, name in enumerate(names))


@pytest.mark.parametrize(
    "names, machine, taken",
    [
        (["a-1-cp312-cp312-win_amd64.whl", "a-1-cp312-cp312-manylinux_2_28_x86_64.whl"], LINUX, 1),
        (["a-1-cp312-cp312-win_amd64.whl", "a-1-cp312-cp312-manylinux_2_28_x86_64.whl"], WINDOWS, 0),
        (["a-1-py3-none-any.whl", "a-1-cp312-cp312-manylinux_2_17_x86_64.whl"], LINUX, 1),
        (["a-1-cp312-cp312-manylinux_2_17_x86_64.whl", "a-1-cp312-cp312-manylinux_2_28_x86_64.whl"], LINUX, 1),
        (
            ["a-1-cp312-cp312-manylinux_2_17_x86_64.whl", "a-1-cp312-cp312-manylinux_2_28_x86_64.whl"],
            replace(LINUX, libc=Libc("glibc", "2.17")),
            0,
        ),
        (["a-1-cp313-cp313-manylinux_2_28_x86_64.whl", "a-1-cp312-cp312-manylinux_2_28_x86_64.whl"], LINUX, 1),
        (["a-1-cp312-cp312-macosx_11_0_arm64.whl", "a-1-py3-none-any.whl"], MAC, 0),
    ],
)
def test_the_wheel_that_a_machine_would_take(names: list[str], machine: Machine, taken: int) -> None:
    one = replace(package("a", "1"), wheels=sized(*names))
    lock = project(one, edges=[{"name": "a"}])
    (found,) = files_here(machine, lock, Selected())
    assert (found.url, found.size, found.is_wheel) == (f"https://f.example/{names[taken]}", 10 * (taken + 1), True)


def test_a_source_distribution_where_no_wheel_fits() -> None:
    one = replace(package("a", "1"), wheels=sized("a-1-cp312-cp312-win_amd64.whl"), sdist={"url": "s", "size": 3})
    lock = project(one, edges=[{"name": "a"}])
    assert [(file.url, file.size, file.is_wheel) for file in files_here(LINUX, lock, Selected())] == [("s", 3, False)]


def test_what_is_not_for_this_system_is_not_counted() -> None:
    assert [one.package for one in files_here(MAC, GOOD_126, Selected())] == ["torch"]
    assert len(files_here(RTX, GOOD_126, Selected())) == 4


def test_each_system_gets_its_own_torch() -> None:
    told = torch_everywhere(LINUX, FORKS, Selected(extras=("cpu",)))
    assert [(one.platform, one.version, one.variant, one.registry) for one in told] == [
        ("linux_x86_64", "2.9.1+cpu", "cpu", "https://wheels.example/whl/cpu"),
        ("linux_aarch64", "2.9.1+cpu", "cpu", "https://wheels.example/whl/cpu"),
        ("win_amd64", "2.9.1+cpu", "cpu", "https://wheels.example/whl/cpu"),
        ("macos_arm64", "2.9.1", "pypi", HOME),
    ]


def test_this_machine_s_system_comes_first() -> None:
    assert torch_everywhere(WINDOWS, PYPI_215, Selected())[0].platform == "win_amd64"
    variants = {one.platform: one.variant for one in torch_everywhere(LINUX, PYPI_215, Selected())}
    assert variants == {"linux_x86_64": "cu132", "linux_aarch64": "cu132", "win_amd64": "cpu", "macos_arm64": "pypi"}


def test_a_system_without_a_wheel_is_told() -> None:
    only = project(package("torch", "2.9.1+cu126", CU126, tags=["manylinux_2_28_x86_64"]))
    missing = {one.platform: one.missing for one in torch_everywhere(LINUX, only, Selected())}
    assert missing == {"linux_x86_64": None, "linux_aarch64": "platform", "win_amd64": "platform",
                       "macos_arm64": "platform"}  # fmt: skip


def test_no_lock_no_torch() -> None:
    assert torch_everywhere(LINUX, None, Selected()) == ()
    assert torch_everywhere(LINUX, replace(CPU_ONLY, lock=None), Selected()) == ()


def test_credentials_in_an_address_are_not_told() -> None:
    secret = project(package("torch", "2.9.1+cu126", "https://min:hidden@wheels.example/whl/cu126"))
    assert "hidden" not in str([one.document() for one in torch_everywhere(LINUX, secret, Selected())])
