"""What a lock would do here, told before anything is fetched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from wizard.advice.markers import holds
from wizard.advice.torch import advise
from wizard.advice.torch_audit import audit
from wizard.advice.torch_locked import locked_here, missing_wheel
from wizard.advice.torch_machine import look
from wizard.advice.torch_reach import Selected
from wizard.machine.facts import FoundPython, Gpu, Libc, Machine
from wizard.project.facts import Lock, LockedPackage, Project, TorchFacts

pytestmark = pytest.mark.same_everywhere

HOME = "https://packages.example/simple"
CU126 = "https://wheels.example/whl/cu126"
CPU = "https://wheels.example/whl/cpu"
TAGS = ("manylinux_2_28_x86_64", "manylinux_2_28_aarch64", "win_amd64", "macosx_11_0_arm64")
PARTS = ("nvidia-cublas-cu12", "nvidia-cuda-runtime-cu12", "nvidia-cudnn-cu12")
NEW_PARTS = ("nvidia-cublas", "nvidia-cuda-runtime", "nvidia-cudnn-cu13")
LIBRARY = {"marker": "sys_platform == 'linux'"}
LINUX = Machine(os="linux", arch="x86_64", libc=Libc("glibc", "2.35"), gpus=())
RTX = replace(LINUX, gpus=(Gpu("nvidia", "RTX 3090", "8.6"),), nvidia_driver="550.54.14")
WINDOWS = replace(RTX, os="windows", libc=None)
MAC = Machine(os="macos", arch="aarch64", gpus=(Gpu("apple", "M3"),))


def wheels(name: str, version: str, tags: Sequence[str], python: str = "cp312") -> tuple[dict[str, Any], ...]:
    return tuple(
        {"url": f"https://f.example/{name}-{version.replace('+', '%2B')}-{python}-{python}-{tag}.whl"} for tag in tags
    )


def package(
    name: str, version: str, registry: str = HOME, tags: Sequence[str] = TAGS, needs: Sequence[str] = (), **more: Any
) -> LockedPackage:
    return LockedPackage(
        name, version, registry, {"registry": registry}, wheels(name, version, tags),
        dependencies=tuple({"name": one, **LIBRARY} if one.startswith("nvidia") else {"name": one} for one in needs),
        **more)  # fmt: skip


def project(
    *packages: LockedPackage,
    edges: Sequence[Mapping[str, Any]] | None = None,
    requirement: str | None = None,
    **more: Any,
) -> Project:
    direct = edges if edges is not None else [{"name": one.name} for one in packages if one.name.startswith("torch")]
    root = LockedPackage("dream", "0.1", None, {"virtual": "."}, dependencies=tuple(direct))
    lock = Lock((HOME,), (root, *packages), 5, ">=3.11")
    facts = TorchFacts(True, requirement, None, None, None)
    return Project("/p", requires_python=">=3.11", torch=facts, lock=lock, has_lock=True,
                   python_version_file="3.12", **more)  # fmt: skip


def parts(names: Sequence[str]) -> list[LockedPackage]:
    return [package(name, "1", tags=["manylinux_2_28_x86_64"]) for name in names]


def toolkit(extras: Sequence[str], *, lost: bool = False) -> Project:
    """torch 2.15 as the package index has it: most of CUDA hangs off the extras of cuda-toolkit."""
    behind = {"cublas": ["nvidia-cublas"], "cudart": ["nvidia-cuda-runtime"], "nvjitlink": ["nvidia-nvjitlink"]}
    edges = ({"name": "cuda-toolkit", "extra": list(extras), **LIBRARY}, {"name": "nvidia-cudnn-cu13", **LIBRARY})
    optional = {extra: tuple({"name": name, **LIBRARY} for name in names) for extra, names in behind.items()}
    torch = replace(package("torch", "2.15.0"), dependencies=edges)
    kit = package("cuda-toolkit", "13.2.2", tags=["any"], optional_dependencies={} if lost else optional)
    names = [name for names in behind.values() for name in names]
    return project(torch, kit, *parts([*names, "nvidia-cudnn-cu13"]))


def asking(requirement: str, **more: Any) -> Project:
    facts = TorchFacts(True, requirement, None, None, None)
    return replace(CPU_ONLY, lock=None, has_lock=False, torch=facts, **more)


NEW = replace(RTX, nvidia_driver="580.95.05")
GOOD_126 = project(package("torch", "2.9.1+cu126", CU126, needs=PARTS), *parts(PARTS))
PYPI_215 = project(package("torch", "2.15.0", needs=NEW_PARTS), *parts(NEW_PARTS))
CPU_ONLY = project(package("torch", "2.9.1+cpu", CPU))

CASES: dict[str, tuple[Machine, Project, list[str]]] = {
    "it runs": (RTX, GOOD_126, []),
    "the package index's own, driver too old": (RTX, PYPI_215, ["driver-too-old"]),
    "the package index's own, driver new": (replace(RTX, nvidia_driver="580.95.05"), PYPI_215, []),
    "the package index's own on Windows: CPU": (WINDOWS, PYPI_215, ["torch-cpu-build"]),
    "the package index's own on a Mac": (MAC, PYPI_215, []),
    "the package index's own without GPU": (LINUX, PYPI_215, []),
    "a CPU build beside a GPU": (RTX, CPU_ONLY, ["torch-cpu-build"]),
    "a CPU build beside a GPU that no torch runs on": (
        replace(RTX, gpus=(Gpu("nvidia", "GTX 680", "3.0"),)), CPU_ONLY, []),
    "a CPU build beside an integrated GPU": (replace(LINUX, gpus=(Gpu("intel", "UHD 770"),)), CPU_ONLY, []),
    "too new a GPU": (replace(RTX, gpus=(Gpu("nvidia", "RTX 5090", "12.0"),)), GOOD_126, ["gpu-too-new"]),
    "too old a GPU": (
        replace(RTX, gpus=(Gpu("nvidia", "GTX 1080", "6.1"),), nvidia_driver="580.95.05"), PYPI_215, ["gpu-too-old"]),
    "one GPU of two runs": (
        replace(RTX, gpus=(Gpu("nvidia", "GTX 1080", "6.1"), Gpu("nvidia", "RTX 3090", "8.6")), nvidia_driver="580.95.05"),
        PYPI_215, []),
    "driver not known": (replace(RTX, nvidia_driver=None), PYPI_215, []),
    "GPUs not known": (replace(RTX, gpus=None), PYPI_215, []),
    "CUDA libraries missing, the old names": (RTX, project(package("torch", "2.9.1+cu126", CU126)), ["cuda-library-missing"]),
    "CUDA libraries missing, the new names": (
        replace(RTX, nvidia_driver="580.95.05"), project(package("torch", "2.15.0")), ["cuda-library-missing"]),
    "some of them missing": (
        RTX, project(package("torch", "2.9.1+cu126", CU126, needs=PARTS[:1]), *parts(PARTS)), ["cuda-library-missing"]),
    "not on Windows, where the wheel holds them": (
        WINDOWS, project(package("torch", "2.9.1+cu126", CU126, tags=["win_amd64"])), []),
    "on Windows, told for Linux": (
        WINDOWS, project(package("torch", "2.9.1+cu126", CU126)), ["cuda-library-missing"]),
    "on a Mac, told for Linux": (MAC, project(package("torch", "2.15.0")), ["cuda-library-missing"]),
    "on a Mac, all there for Linux": (MAC, PYPI_215, []),
    "CUDA libraries behind the extras of cuda-toolkit": (NEW, toolkit(["cublas", "cudart", "nvjitlink"]), []),
    "the extras of cuda-toolkit not asked for": (NEW, toolkit([]), ["cuda-library-missing"]),
    "an extra of cuda-toolkit without its packages": (NEW, toolkit(["cublas", "cudart"], lost=True), ["cuda-library-missing"]),
    "a ROCm build for another AMD GPU, newer": (
        replace(LINUX, gpus=(Gpu("amd", "RX 9070", gfx="gfx1201"),)),
        project(package("torch", "2.4.1+rocm6.0", "https://w.example/whl/rocm6.0")), ["gpu-too-new"]),
    "a ROCm build for the AMD GPU here": (
        replace(LINUX, gpus=(Gpu("amd", "RX 7900", gfx="gfx1100"),)),
        project(package("torch", "2.10.0+rocm7.1", "https://w.example/whl/rocm7.1")), []),
    "a CUDA build beside an AMD GPU": (
        replace(LINUX, gpus=(Gpu("amd", "RX 7900", gfx="gfx1100"),)), GOOD_126, ["torch-cpu-build"]),
    "a CPU build on Windows beside Intel Arc": (
        replace(WINDOWS, gpus=(Gpu("intel", "Intel Arc A770"),), nvidia_driver=None), PYPI_215, ["torch-cpu-build"]),
    "a torch after the catalogue": (RTX, project(package("torch", "2.99.0")), []),
    "a build of somebody's own": (RTX, project(package("torch", "2.9.1+ours", "https://w.example/simple")), []),
    "a local version from the index of another": (
        LINUX, project(package("torch", "2.9.1+cpu", "https://mirror.example/whl/cu126")), ["local-version-not-found"]),
    "a Python that nothing here has, by requires-python": (
        LINUX, replace(CPU_ONLY, python_version_file=None, requires_python="==3.13.*"), ["no-wheel-python"]),
    "not before they were packages": (
        RTX, project(package("torch", "2.1.0+cu121", "https://wheels.example/whl/cu121")), []),
    "a mirror of the PyTorch index": (
        RTX, project(package("torch", "2.9.1+cu126", "http://mirror.example/pytorch/whl/cu126")), ["cuda-library-missing"]),
    "no wheel for this Python": (
        LINUX, replace(CPU_ONLY, python_version_file="3.13"), ["no-wheel-python"]),
    "no wheel for this system": (
        replace(LINUX, arch="aarch64"), project(package("torch", "2.9.1+cpu", CPU, tags=["win_amd64"])),
        ["no-wheel-platform"]),
    "musl": (replace(LINUX, libc=Libc("musl", "1.2")), CPU_ONLY, ["no-wheel-platform"]),
    "an old glibc": (replace(LINUX, libc=Libc("glibc", "2.17")), CPU_ONLY, ["glibc-too-old"]),
    "another package lacks a wheel": (
        LINUX, project(package("torch", "2.9.1+cpu", CPU, needs=["odd"]), package("odd", "1", tags=["win_amd64"])),
        ["no-wheel-platform"]),
    "a package that is not for this system": (
        LINUX, project(package("torch", "2.9.1+cpu", CPU), package("odd", "1", tags=["win_amd64"]),
                       edges=[{"name": "torch"}, {"name": "odd", "marker": "sys_platform == 'win32'"}]), []),
    "a package that can be built": (
        LINUX, project(package("torch", "2.9.1+cpu", CPU, needs=["odd"]),
                       package("odd", "1", tags=["win_amd64"], sdist={"url": "x"})), []),
    "a local pin without its index": (LINUX, replace(CPU_ONLY, lock=None, has_lock=False, torch=TorchFacts(
        True, "==2.1.0+cu118", None, None, None)), ["local-version-not-found"]),
    "a local pin, its index named by a variable": (
        replace(LINUX, environment={"UV_EXTRA_INDEX_URL": "https://w.example/a https://w.example/whl/cu118"}),
        asking("==2.1.0+cu118"), []),
    "a local pin and the variable of another index": (
        replace(LINUX, environment={"UV_INDEX": "pytorch=https://w.example/whl/cu121"}),
        asking("==2.1.0+cu118"), ["local-version-not-found"]),
    "a local pin, bound to another index": (
        LINUX, asking("==2.9.1+cu118", sources={"torch": [{"index": "a"}]}, indexes=({"name": "a", "url": CU126},)),
        ["local-version-not-found"]),
    "a local pin, bound to its own index": (
        LINUX, asking("==2.9.1+cu126", sources={"torch": [{"index": "a"}]}, indexes=({"name": "a", "url": CU126},)), []),
    "a local pin, bound to its own index here, to another elsewhere": (
        LINUX, asking("==2.9.1+cu126", sources={"torch": [
            {"index": "a", "marker": "sys_platform == 'linux'"}, {"index": "b", "marker": "sys_platform == 'win32'"}]},
            indexes=({"name": "a", "url": CU126}, {"name": "b", "url": CPU})), []),
    "a local pin with its index": (LINUX, replace(CPU_ONLY, lock=None, has_lock=False, torch=TorchFacts(
        True, "==2.1.0+cu118", None, None, None), sources={"torch": {"index": "a"}}), []),
    "torchvision of another index": (
        RTX, project(package("torch", "2.11.0+cu126", CU126, needs=PARTS), package("torchvision", "0.26.0"), *parts(PARTS)),
        ["library-conflict"]),
    "torchvision of the same index": (
        RTX, project(package("torch", "2.11.0+cu126", CU126, needs=PARTS),
                     package("torchvision", "0.26.0+cu126", CU126), *parts(PARTS)), []),
    "torchvision of another CUDA 12": (
        RTX, project(package("torch", "2.9.1+cu126", CU126, needs=PARTS), package("torchvision", "0.24.1"), *parts(PARTS)), []),
    "no lock": (RTX, replace(CPU_ONLY, lock=None, has_lock=False), []),
    "nothing known": (Machine(), PYPI_215, []),
}  # fmt: skip


@pytest.mark.parametrize("machine, lock, causes", CASES.values(), ids=CASES)
def test_what_a_lock_would_do_here(machine: Machine, lock: Project, causes: list[str]) -> None:
    found = audit(machine, lock)
    assert [one.cause for one in found] == causes
    assert all(one.title and one.explanation and one.evidence for one in found)


def test_no_project() -> None:
    assert audit(RTX, None) == ()


FORKS = project(
    package("torch", "2.9.1+cu126", CU126),
    package("torch", "2.9.1+cpu", CPU),
    package("torch", "2.9.1"),
    edges=[
        {"name": "torch", "version": "2.9.1", "source": {"registry": HOME}, "marker": "sys_platform == 'darwin'"},
        {"name": "torch", "version": "2.9.1+cpu", "source": {"registry": CPU},
         "marker": "sys_platform != 'darwin' and extra == 'extra-5-dream-cpu'"},
        {"name": "torch", "version": "2.9.1+cu126", "source": {"registry": CU126},
         "marker": "sys_platform != 'darwin' and extra != 'extra-5-dream-cpu'"},
    ],
)  # fmt: skip


@pytest.mark.parametrize(
    "machine, selected, variant",
    [
        (LINUX, Selected(), "cu126"),
        (WINDOWS, Selected(), "cu126"),
        (LINUX, Selected(extras=("cpu",)), "cpu"),
        (MAC, Selected(), "pypi"),
    ],
)
def test_the_torch_of_a_forked_lock(machine: Machine, selected: Selected, variant: str) -> None:
    locked = locked_here(machine, FORKS, selected)
    assert locked is not None
    assert (locked.torch, locked.variant) == ("2.9.1", variant)


def test_the_extras_that_will_be_synced_decide_what_the_lock_gives() -> None:
    assert advise(LINUX, FORKS).choice == "cpu"
    assert advise(LINUX, FORKS, selected=Selected(extras=("cpu",))).choice == "keep"


def test_a_lock_that_fits_is_kept_and_one_that_does_not_is_named() -> None:
    kept = advise(RTX, GOOD_126)
    assert (kept.choice, kept.locked_variant) == ("keep", "cu126")
    assert "uv.lock has torch 2.9.1 cu126" in kept.notes[-1]
    failing = advise(RTX, PYPI_215)
    assert failing.choice == "cu126"
    row = next(one for one in failing.candidates if one.word == "in uv.lock")
    assert (row.variant, row.torch_version, row.ok) == ("cu132", "2.15.0", False)
    assert row.note == "fails here: needs driver 580 or newer; this machine has 550.54.14"
    assert advise(LINUX, GOOD_126).choice == "cpu"


@pytest.mark.parametrize(
    "file, machine, python, why",
    [
        ("a-1-py3-none-any.whl", LINUX, "3.12", None),
        ("a-1-cp312-cp312-manylinux_2_28_x86_64.whl", LINUX, "3.12", None),
        ("a-1-cp312-cp312-manylinux_2_28_x86_64.whl", LINUX, None, None),
        ("a-1-cp312-cp312-manylinux_2_28_x86_64.whl", LINUX, "3.13", "python"),
        ("a-1-cp313-cp313t-manylinux_2_28_x86_64.whl", LINUX, "3.13", "python"),
        ("a-1-cp39-abi3-manylinux_2_28_x86_64.whl", LINUX, "3.13", None),
        ("a-1-cp313-abi3-manylinux_2_28_x86_64.whl", LINUX, "3.12", "python"),
        ("a-1-cp312-cp312-win_amd64.whl", LINUX, "3.12", "platform"),
        ("a-1-cp312-cp312-musllinux_1_2_x86_64.whl", LINUX, "3.12", "platform"),
        ("a-1-cp312-cp312-musllinux_1_2_x86_64.whl", replace(LINUX, libc=Libc("musl", "1.2")), "3.12", None),
        ("a-1-cp312-cp312-manylinux_2_39_x86_64.whl", LINUX, "3.12", "glibc"),
        ("a-1-cp312-cp312-manylinux_2_39_x86_64.manylinux2014_x86_64.whl", LINUX, "3.12", None),
        ("a-1-cp312-cp312-linux_x86_64.whl", LINUX, "3.12", None),
        ("a-1-cp312-cp312-macosx_11_0_universal2.whl", MAC, "3.12", None),
        ("a-1-cp312-cp312-macosx_11_0_x86_64.whl", MAC, "3.12", "platform"),
        ("a-1-2-cp312-cp312-manylinux_2_28_x86_64.whl", LINUX, "3.12", None),
    ],
)
def test_a_wheel_and_a_machine(file: str, machine: Machine, python: str | None, why: str | None) -> None:
    assert (
        missing_wheel([{"url": f"https://f.example/x/{file}#sha256=0"}], look(machine), [python] if python else [])
        == why
    )


@pytest.mark.parametrize(
    "marker, truth",
    [
        ("extra == 'extra-5-dream-cpu'", True),
        ("extra != 'extra-5-dream-cpu'", False),
        ("extra == 'extra-5-dream-gpu'", False),
        ("(sys_platform == 'win32' and extra == 'extra-5-dream-cpu') or extra == 'group-5-dream-dev'", False),
        ("python_full_version >= '3.12' and sys_platform == 'linux'", True),
        ("not a marker", True),
    ],
)
def test_markers_of_a_lock(marker: str, truth: bool) -> None:
    environment = (("sys_platform", "linux"), ("python_version", "3.12"), ("python_full_version", "3.12.0"))
    assert holds(marker, environment, frozenset({"extra-5-dream-cpu"})) is truth


@pytest.mark.parametrize(
    "requires, would",
    [(">=3.11", "Python 3.12 would do."), (">=3.13", "Nor for any other Python that this project allows.")],
)
def test_another_python_is_named_only_where_the_project_allows_it(requires: str, would: str) -> None:
    found = audit(LINUX, replace(CPU_ONLY, python_version_file="3.13", requires_python=requires))
    assert [one.explanation.endswith(would) for one in found] == [True]


def test_where_no_python_is_named_any_that_fits_will_do() -> None:
    machine = replace(
        LINUX, pythons=(FoundPython("/a", "3.11.2"), FoundPython("/b", "3.13.0"), FoundPython("/c", None))
    )
    free = replace(CPU_ONLY, python_version_file=None)
    assert [one.title for one in audit(machine, free)] == ["No wheel for Python 3.13 or 3.11: torch 2.9.1+cpu"]
    assert audit(replace(machine, pythons=(*(machine.pythons or ()), FoundPython("/d", "3.12.1"))), free) == ()
    assert audit(replace(machine, pythons=None), free) == ()


def test_a_cuda_build_in_the_lock_of_a_machine_without_gpu_is_told_as_what_it_is() -> None:
    row = next(one for one in advise(LINUX, PYPI_215).candidates if one.word == "in uv.lock")
    assert row.note == "runs on the CPU, but is far larger"
