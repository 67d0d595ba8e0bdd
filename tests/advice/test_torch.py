"""Machines and projects, and the torch each should have, by the sources in assets/torch.toml."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from wizard import catalog
from wizard.advice.torch import TorchAdvice, advise, reasons
from wizard.advice.torch_builds import builds_on
from wizard.advice.torch_machine import covers, look, runs_on
from wizard.catalog_torch import the
from wizard.choices import Choices
from wizard.machine.facts import Gpu, Libc, Machine
from wizard.project.facts import Project, TorchFacts

pytestmark = pytest.mark.same_everywhere

GLIBC = Libc("glibc", "2.35")


def nvidia(*capabilities: str, driver: str | None = "580.95.05") -> Machine:
    gpus = tuple(Gpu("nvidia", f"NVIDIA {c}", compute_capability=c) for c in capabilities)
    return Machine(os="linux", arch="x86_64", libc=GLIBC, gpus=gpus, nvidia_driver=driver)


def windows(*capabilities: str, driver: str | None = "581.29") -> Machine:
    return replace(nvidia(*capabilities, driver=driver), os="windows", libc=None)


def arm(*capabilities: str, driver: str | None = "580.95.05") -> Machine:
    return replace(nvidia(*capabilities, driver=driver), arch="aarch64")


def bare(**facts: object) -> Machine:
    return replace(Machine(os="linux", arch="x86_64", libc=GLIBC, gpus=()), **facts)  # type: ignore[arg-type]


def amd(gfx: str | None, **facts: object) -> Machine:
    return bare(gpus=(Gpu("amd", "AMD Radeon", gfx=gfx),), **facts)


def intel(name: str, **facts: object) -> Machine:
    return bare(gpus=(Gpu("intel", name),), **facts)


def mac(arch: str = "aarch64", system: str | None = "macOS 15.1") -> Machine:
    gpus = (Gpu("apple", "Apple M3"),) if arch == "aarch64" else ()
    return Machine(os="macos", arch=arch, gpus=gpus, distribution=system)


def asks(
    requirement: str | None = None, python: str | None = None, pinned: str | None = None, **torch: object
) -> Project:
    facts = TorchFacts(True, requirement, None, None, None, **torch)  # type: ignore[arg-type]
    return Project("/p", requires_python=python, python_version_file=pinned, torch=facts)


OLD = "550.54.14"
OFFERS = {"cpu": ("extra", "cpu"), "cu126": ("extra", "cu126")}
BY_SYSTEM = ("torch==2.9.1 ; sys_platform == 'linux'", "torch==2.7.1 ; sys_platform == 'win32'")
BY_PYTHON = ("torch>=2.9 ; python_version >= '3.10'", "torch<2.9 ; python_version < '3.10'")
CENTOS = Libc("glibc", "2.17")
CU118 = {"name": "old", "url": "https://w.example/whl/cu118"}

# machine, project, variant, torch, the systems that need the index (l, w, m)
TABLE = {
    # Linux x86_64, a driver for CUDA 13: NVIDIA's release notes, Table 2 (13.x >= 580; 13.0 GA 580.65.06); the package
    # index's own torch 2.15 is cu132 (torch/version.py of its wheel), with code for 7.5 to 12.0 (its libtorch_python.so)
    "driver 580, Turing": (nvidia("7.5"), None, "cu132", "2.15.0", "w"),
    "driver 580, Ampere": (nvidia("8.0"), None, "cu132", "2.15.0", "w"),
    "driver 580, RTX 30": (nvidia("8.6"), None, "cu132", "2.15.0", "w"),
    "driver 580, Ada": (nvidia("8.9"), None, "cu132", "2.15.0", "w"),
    "driver 580, Hopper": (nvidia("9.0"), None, "cu132", "2.15.0", "w"),
    "driver 580, B200": (nvidia("10.0"), None, "cu132", "2.15.0", "w"),
    "driver 580, B300": (nvidia("10.3"), None, "cu132", "2.15.0", "w"),
    "driver 580, RTX 50": (nvidia("12.0"), None, "cu132", "2.15.0", "w"),
    "the floor itself": (nvidia("8.6", driver="580.65.06"), None, "cu132", "2.15.0", "w"),
    "one below the floor": (nvidia("8.6", driver="580.65.05"), None, "cu126", "2.14.1", "lw"),
    "a driver told by its branch alone": (nvidia("8.6", driver="580"), None, "cu132", "2.15.0", "w"),
    "the branch below": (nvidia("8.6", driver="579"), None, "cu126", "2.14.1", "lw"),
    "a much newer driver": (nvidia("8.6", driver="610.10"), None, "cu132", "2.15.0", "w"),
    # GPUs that CUDA 13 has dropped: cu126 keeps 5.0 to 7.0 (RELEASE.md) and ends with 2.14.1 (PR 196249)
    "driver 580, Maxwell": (nvidia("5.2"), None, "cu126", "2.14.1", "lw"),
    "driver 580, Pascal": (nvidia("6.1"), None, "cu126", "2.14.1", "lw"),
    "driver 580, Volta": (nvidia("7.0"), None, "cu126", "2.14.1", "lw"),
    # a driver for CUDA 12: 525.60.13 (Table 2); code for 10.x and 12.x is in cu128 (to 2.11) and cu129 (to 2.13) alone,
    # whose cuDNN asks for 570.26 (cuDNN support matrix)
    "driver 550, Ampere": (nvidia("8.6", driver=OLD), None, "cu126", "2.14.1", "lw"),
    "driver 525, Hopper": (nvidia("9.0", driver="525.60.13"), None, "cu126", "2.14.1", "lw"),
    "driver 579, Pascal": (nvidia("6.0", driver="579.99"), None, "cu126", "2.14.1", "lw"),
    "driver 575, RTX 50": (nvidia("12.0", driver="575.57.08"), None, "cu129", "2.13.0", "l"),
    "driver 570.26, B200": (nvidia("10.0", driver="570.26"), None, "cu129", "2.13.0", "l"),
    "driver 570.25, RTX 50: no build": (nvidia("12.0", driver="570.25"), None, "cpu", "2.15.0", "l"),
    # a driver for CUDA 11: 450.80.02 (Table 2); cu118 ends with 2.7.1 (test-infra 88bce55f7), its 3.7 with 2.5
    "driver 470, Ampere": (nvidia("8.6", driver="470.82.01"), None, "cu118", "2.7.1", "lw"),
    "driver 450, Volta": (nvidia("7.0", driver="450.80.02"), None, "cu118", "2.7.1", "lw"),
    "driver 450, RTX 50: no build": (nvidia("12.0", driver="450.80.02"), None, "cpu", "2.15.0", "l"),
    "driver 440: no build": (nvidia("7.5", driver="440.33"), None, "cpu", "2.15.0", "l"),
    "Kepler": (nvidia("3.7", driver="470.82.01"), None, "cu118", "2.5.1", "lw"),
    "before Kepler: no build": (nvidia("3.0", driver="470.82.01"), None, "cpu", "2.15.0", "l"),
    # Windows: the package index has CPU builds only (version.py of its wheels: +cpu); floors 580, 528.33, 452.39; cu129 ends
    # with 2.9.0 (HEAD checks); win_arm64 is cpu alone, 2.8 to 2.14 (test-infra matrix)
    "Windows, driver 581": (windows("8.9"), None, "cu132", "2.15.0", "w"),
    "Windows, driver 551": (windows("8.6", driver="551.61"), None, "cu126", "2.14.1", "lw"),
    "Windows, the floor of CUDA 12": (windows("8.6", driver="528.33"), None, "cu126", "2.14.1", "lw"),
    "Windows, below it": (windows("8.6", driver="527.41"), None, "cu118", "2.7.1", "lw"),
    "Windows, driver 576, RTX 50": (windows("12.0", driver="576.57"), None, "cu128", "2.11.0", "lw"),
    "Windows, Pascal": (windows("6.1"), None, "cu126", "2.14.1", "lw"),
    "Windows without GPU": (windows(driver=None), None, "cpu", "2.15.0", "l"),
    "Windows, AMD": (amd("gfx1100", os="windows", libc=None), None, "cpu", "2.15.0", "l"),
    "Windows on ARM": (bare(os="windows", arch="aarch64", libc=None), None, "cpu", "2.14.0", "lw"),
    # Linux aarch64: the package index has cu130 from 2.11 and cu132 in 2.15 (its wheels); 8.0 code runs on 8.7 from CUDA 13.2 on
    # (torch/cuda/__init__.py); GPUs of 9.0 by issue 172663
    "GB10": (arm("12.1"), None, "cu132", "2.15.0", "w"),
    "Thor": (arm("11.0"), None, "cu132", "2.15.0", "w"),
    "GH200, driver 550": (arm("9.0", driver=OLD), None, "cu126", "2.14.1", "lw"),
    "Orin, CUDA 13.2 lifts the exception": (arm("8.7"), None, "cu132", "2.15.0", "w"),
    "Orin, driver 540: no build": (arm("8.7", driver="540.4.0"), None, "cpu", "2.15.0", "l"),
    # a Jetson's driver is numbered in its own way: nvidia-smi of a Thor with JetPack 7 and CUDA 13.0 says 580.00
    "Thor, driver 580.00": (arm("11.0", driver="580.00"), None, "cu132", "2.15.0", "w"),
    "not a Jetson, driver 580.00": (arm("12.1", driver="580.00"), None, "cu129", "2.13.0", "l"),
    "Orin, torch 2.11: no build": (arm("8.7"), asks("==2.11.0"), None, None, ""),
    "aarch64 without GPU": (bare(arch="aarch64"), None, "cpu", "2.15.0", "l"),
    "GH200, torch 2.9": (arm("9.0"), asks("==2.9.1"), "cu130", "2.9.1", "lw"),
    # no GPU, musl, unknown
    "no GPU": (bare(), None, "cpu", "2.15.0", "l"),
    "musl": (bare(libc=Libc("musl", "1.2.4")), None, None, None, ""),
    "nothing known": (Machine(), None, None, None, ""),
    "GPUs not known": (bare(gpus=None), None, None, None, ""),
    "driver not known": (nvidia("8.6", driver=None), None, "cpu", "2.15.0", "l"),
    "capability not known, nor the name": (
        bare(gpus=(Gpu("nvidia", "NVIDIA Graphics Device"),), nvidia_driver="580.95.05"), None, "cpu", "2.15.0", "l"),
    "capability by the name": (
        bare(gpus=(Gpu("nvidia", "NVIDIA GeForce GTX 1080"),), nvidia_driver="580.95.05"), None, "cu126", "2.14.1", "lw"),
    "a processor without builds": (bare(arch="riscv64"), None, None, None, ""),
    # AMD: gfx lists of uv's backend.rs; 2.15 has no ROCm that any source names. Intel: get_start_xpu.html names Arc cards
    "AMD RX 7900": (amd("gfx1100"), None, "rocm7.2", "2.14.1", "l"),
    "AMD MI300": (amd("gfx942"), None, "rocm7.2", "2.14.1", "l"),
    "AMD MI350, torch 2.10": (amd("gfx950"), asks("==2.10.0"), "rocm7.1", "2.10.0", "l"),
    "AMD RX 9070, torch 2.6": (amd("gfx1201"), asks("==2.6.0"), "rocm6.2.4", "2.6.0", "l"),
    "AMD Ryzen AI Max": (amd("gfx1151"), None, "rocm7.2", "2.14.1", "l"),
    "AMD RX 6700, on no list": (amd("gfx1031"), None, "cpu", "2.15.0", "l"),
    "AMD, target not known": (amd(None), None, "cpu", "2.15.0", "l"),
    "AMD, torch 2.15 only": (amd("gfx1100"), asks(">=2.15"), None, None, ""),
    "Intel Arc": (intel("Intel(R) Arc(TM) A770 Graphics"), None, "xpu", "2.15.0", "lw"),
    "Intel Arc on Windows": (intel("Intel(R) Arc(TM) B580", os="windows", libc=None), None, "xpu", "2.15.0", "lw"),
    "Intel in the processor": (intel("Intel(R) UHD Graphics 770"), None, "cpu", "2.15.0", "l"),
    "Intel Arc in the processor": (intel("Intel(R) Arc(TM) Graphics"), None, "cpu", "2.15.0", "l"),
    "Intel beside NVIDIA": (
        replace(nvidia("8.6"), gpus=(Gpu("intel", "Intel Iris Xe"), Gpu("nvidia", "RTX 3060", "8.6"))),
        None, "cu132", "2.15.0", "w"),
    # macOS: the package index's files; wheels for macOS 14 from 2.12 on, the last for Intel is 2.2.2
    "Mac": (mac(), None, "pypi", "2.15.0", ""),
    "Mac, macOS 13": (mac(system="macOS 13.6.1"), None, "pypi", "2.11.0", ""),
    "Mac, Intel": (mac("x86_64"), None, "pypi", "2.2.2", ""),
    "Mac, Intel, torch 2.3": (mac("x86_64"), asks(">=2.3"), None, None, ""),
    "Mac, Intel, Python 3.13": (mac("x86_64"), asks(None, ">=3.13"), None, None, ""),
    # several GPUs
    "Pascal and Ada: one build for both": (nvidia("6.1", "8.9"), None, "cu126", "2.14.1", "lw"),
    "Volta and RTX 50: an old build for both": (nvidia("7.0", "12.0"), None, "cu128", "2.10.0", "w"),
    "Pascal and RTX 50: the better one": (nvidia("6.1", "12.0"), None, "cu132", "2.15.0", "w"),
    "a very old one beside a good one": (nvidia("3.0", "8.6"), None, "cu132", "2.15.0", "w"),
    "both of 2.15, one not": (nvidia("6.1", "8.9"), asks(">=2.15"), "cu132", "2.15.0", "w"),
    # GPUs of two makers: NVIDIA's first, another's where NVIDIA's has no build of what the project asks for
    "NVIDIA beside AMD": (
        replace(nvidia("8.6"), gpus=(Gpu("amd", "RX 7900", gfx="gfx1100"), Gpu("nvidia", "RTX 3060", "8.6"))),
        None, "cu132", "2.15.0", "w"),
    "NVIDIA too old beside AMD, torch 2.12": (
        replace(nvidia("3.7"), gpus=(Gpu("nvidia", "K80", "3.7"), Gpu("amd", "RX 7900", gfx="gfx1100"))),
        asks("==2.12.0"), "rocm7.2", "2.12.0", "l"),
    "NVIDIA too old beside an AMD on no list, torch 2.12": (
        replace(nvidia("3.7"), gpus=(Gpu("nvidia", "K80", "3.7"), Gpu("amd", "RX 6700", gfx="gfx1031"))),
        asks("==2.12.0"), None, None, ""),
    "NVIDIA without a driver beside Intel Arc": (
        replace(nvidia(driver="440.33"), gpus=(Gpu("nvidia", "T4", "7.5"), Gpu("intel", "Intel Arc A770"))),
        None, "xpu", "2.15.0", "lw"),
    # the project's own limits
    "torch 2.14, driver 580": (nvidia("8.6"), asks("==2.14.1"), "cu130", "2.14.1", "w"),
    "torch below 2.15": (nvidia("8.6"), asks(">=2.9,<2.15"), "cu130", "2.14.1", "w"),
    "torch 2.9, driver 580": (nvidia("8.6"), asks("~=2.9.0"), "cu128", "2.9.1", "w"),
    "torch 2.7, RTX 50": (nvidia("12.0"), asks("==2.7.1"), "cu128", "2.7.1", "lw"),
    "torch 2.7, Ampere": (nvidia("8.6"), asks("==2.7.1"), "cu126", "2.7.1", "w"),
    "torch 2.1, Ampere": (nvidia("8.6"), asks("==2.1.2"), "cu121", "2.1.2", "w"),
    "torch 2.15, driver 550": (nvidia("8.6", driver=OLD), asks("==2.15.0"), None, None, ""),
    "torch 2.9 on, driver 470": (nvidia("8.6", driver="470.82"), asks(">=2.9"), None, None, ""),
    "torch 2.2, Hopper on Windows": (windows("9.0"), asks("==2.2.2"), "cu121", "2.2.2", "w"),
    "a local pin": (nvidia("8.6"), asks("==2.1.0+cu118"), "cu118", "2.1.0", "lw"),
    "a local pin of PyPI's own variant": (nvidia("8.6"), asks("==2.1.0+cu121"), "cu121", "2.1.0", "lw"),
    "a local pin on another GPU": (nvidia("12.0"), asks("==2.1.0+cu118"), None, None, ""),
    "a local pin of a GPU's variant without GPU": (bare(), asks("==2.1.0+cu118"), None, None, ""),
    "a local cpu pin without GPU": (bare(), asks("==2.6.0+cpu"), "cpu", "2.6.0", "lw"),
    "a pin for each system: Linux's": (nvidia("8.6"), asks("==2.7.1,==2.9.1", wishes=BY_SYSTEM), "cu128", "2.9.1", "w"),
    "a pin for each system: Windows'": (windows("8.6"), asks("==2.7.1,==2.9.1", wishes=BY_SYSTEM), "cu128", "2.7.1", "lw"),
    "a pin for each Python: the newest Python's": (
        nvidia("8.6"), asks("<2.9,>=2.9", ">=3.9", wishes=BY_PYTHON), "cu132", "2.15.0", "w"),
    "a pin for each Python: the one pinned": (
        nvidia("8.6"), asks("<2.9,>=2.9", ">=3.9", "3.9", wishes=BY_PYTHON), "cu128", "2.8.0", "w"),
    "a torch before the catalogue": (nvidia("8.6"), asks("==1.13.1"), None, None, ""),
    "a torch after the catalogue": (bare(), asks(">=2.99"), None, None, ""),
    "Python 3.10 only": (nvidia("8.6"), asks(None, "==3.10.*"), "cu130", "2.14.1", "w"),
    "Python 3.10 on": (nvidia("8.6"), asks(None, ">=3.10"), "cu132", "2.15.0", "w"),
    "Python 3.9 pinned": (nvidia("8.6"), asks(None, ">=3.9", "3.9"), "cu128", "2.8.0", "w"),
    "Python 3.8": (nvidia("8.6"), asks(None, ">=3.8,<3.9"), "cu121", "2.4.1", "w"),
    "Python 3.15, torch 2.14: the index alone": (nvidia("8.6"), asks("==2.14.1", ">=3.15"), "cu130", "2.14.1", "lw"),
    "Python 3.13 on Windows, torch 2.5": (windows("8.6"), asks("==2.5.1", "==3.13.*"), None, None, ""),
    "Python 3.16": (bare(), asks(None, ">=3.16"), None, None, ""),
    # old systems: file names of the wheels, manylinux_2_28 from 2.7 (x86_64) and 2.6 (aarch64)
    "glibc 2.17, Ampere": (replace(nvidia("8.6"), libc=CENTOS), None, "cu124", "2.6.0", "w"),
    "glibc 2.17, no GPU": (bare(libc=CENTOS), None, "cpu", "2.6.0", "l"),
    "glibc 2.17, aarch64": (bare(arch="aarch64", libc=CENTOS), None, "cpu", "2.5.1", ""),
    "glibc 2.27, RTX 50": (replace(nvidia("12.0"), libc=Libc("glibc", "2.27")), None, "cpu", "2.6.0", "l"),
    "glibc 2.28 is enough": (replace(nvidia("8.6"), libc=Libc("glibc", "2.28")), None, "cu132", "2.15.0", "w"),
    "glibc not known": (replace(nvidia("8.6"), libc=None), None, "cu132", "2.15.0", "w"),
    # WSL: the driver's number is Windows', so Windows' floors hold (528.33)
    "WSL, driver 551": (replace(nvidia("8.6", driver="551.61"), wsl=True), None, "cu126", "2.14.1", "lw"),
    "WSL, driver 527.41": (replace(nvidia("8.6", driver="527.41"), wsl=True), None, "cu118", "2.7.1", "lw"),
    # what the project offers comes first
    "an extra that runs": (nvidia("8.6"), asks(">=2.9", offers=OFFERS), "cu126", "2.14.1", "lw"),
    "an extra that does not": (nvidia("12.0"), asks(">=2.9", offers=OFFERS), "cu132", "2.15.0", "w"),
    "the cpu extra": (bare(), asks(">=2.9", offers=OFFERS), "cpu", "2.15.0", "l"),
}  # fmt: skip


@pytest.mark.parametrize("machine, project, variant, torch, index", TABLE.values(), ids=TABLE)
def test_the_torch_of_a_machine(
    machine: Machine, project: Project | None, variant: str | None, torch: str | None, index: str
) -> None:
    told = advise(machine, project)
    assert (told.variant, told.torch_version) == (variant, torch)
    assert {name for name, needed in told.needs_index.items() if needed} == {
        {"l": "linux", "w": "windows", "m": "macos"}[letter] for letter in index
    }
    assert told.why if variant else told.notes
    assert variant not in dict(told.ruled_out)


@pytest.mark.parametrize(
    "name, words",
    [
        ("torch 2.15, driver 550", ["torch 2.14.1, variant cu126", "driver 580 or newer"]),
        ("torch 2.9 on, driver 470", ["torch 2.7.1, variant cu118", "driver 525 or newer"]),
        ("AMD, torch 2.15 only", ["torch 2.14.1, variant rocm7.2"]),
        ("a local pin on another GPU", ["torch 2.15.0, variant cu132"]),
        ("driver 440: no build", ["450 or newer", "440.33"]),
        ("driver 570.25, RTX 50: no build", ["570.26"]),
        ("driver not known", ["driver did not answer", "variant cu132", "580", "variant cu126", "525"]),
        ("GPUs not known", ["not known"]),
        ("capability not known, nor the name", ["NVIDIA Graphics Device is not known"]),
        ("capability by the name", ["by its name"]),
        ("nothing known", ["system of this machine is not known"]),
        ("musl", ["musl", "glibc"]),
        ("driver 575, RTX 50", ["not announced", "torch 2.11.0, variant cu128"]),
        ("Windows, driver 581", ["not confirmed", "torch 2.14.1, variant cu132"]),
        ("Intel Arc", ["not confirmed"]),
        ("AMD RX 7900", ["not confirmed", "torch 2.13.0, variant rocm7.2"]),
        ("Windows, AMD", ["no ROCm variant for Windows"]),
        ("AMD RX 6700, on no list", ["gfx1031", "torch 2.14.1, variant rocm7.14, may do", "not confirmed"]),
        ("NVIDIA too old beside AMD, torch 2.12", ["the K80 is not used"]),
        ("NVIDIA too old beside an AMD on no list, torch 2.12", ["torch 2.5.1, variant cu118", "gfx1031"]),
        ("Pascal and RTX 50: the better one", ["serves the NVIDIA 12.0, not the NVIDIA 6.1"]),
        ("both of 2.15, one not", ["torch 2.14.1, variant cu126 would", "does not allow"]),
        ("Orin, CUDA 13.2 lifts the exception", ["Jetson"]),
        ("Orin, driver 540: no build", ["580 or newer", "Jetson"]),
        ("driver 575, RTX 50", ["no other variant of torch 2.13.0 runs on the NVIDIA 12.0"]),
        ("WSL, driver 551", ["inside WSL"]),
        ("glibc not known", ["2.28"]),
        ("Mac, Intel, torch 2.3", ["torch 2.2.2"]),
        ("Mac, Intel, Python 3.13", ["torch 2.2.2", "3.8 to 3.12"]),
        ("a torch before the catalogue", ["torch==1.13.1", "2.1.0 to 2.15.0", "torch 2.15.0, variant cu132, runs"]),
        ("a torch after the catalogue", ["torch>=2.99", "2.1.0 to 2.15.0", "torch 2.15.0 runs here"]),
        ("Python 3.16", ["torch 2.15.0", "3.15"]),
        ("Python 3.13 on Windows, torch 2.5", ["torch 2.15.0"]),
        (
            "a local pin of a GPU's variant without GPU",
            ["leaves variant cpu out", "torch 2.1.0, variant cu118, runs on the CPU"],
        ),
        ("an extra that runs", ["extra cu126", "no file changes"]),
    ],
)
def test_the_notes_name_what_there_is_instead(name: str, words: list[str]) -> None:
    machine, project, *_ = TABLE[name]
    notes = " | ".join(advise(machine, project).notes).lower()
    for word in words:
        assert word.lower() in notes


@pytest.mark.parametrize(
    "name, variant, words",
    [
        ("driver 550, Ampere", "cu132", "needs driver 580 or newer; this machine has 550.54.14"),
        ("driver 580, Pascal", "cu132", "its list begins at 7.5"),
        ("driver 580, RTX 50", "cu126", "its list ends at 9.0"),
        ("no GPU", "cu132", "is for NVIDIA GPUs"),
        ("Windows, driver 581", "rocm7.2", "has no build for Windows"),
        ("Mac", "cu132", "has no build for macOS"),
        ("glibc 2.17, Ampere", "cu132", "needs glibc 2.28 or newer; this system has 2.17"),
        ("torch 2.15, driver 550", "cu126", "the newest with it is 2.14.1"),
        ("Orin, torch 2.11: no build", "cu130", "8.7"),
        ("AMD RX 7900", "rocm7.14", "not confirmed"),
        ("musl", "cpu", "musl"),
        ("musl", "cu118", "has no wheel for musl"),
        ("musl", "rocm6.4", "has no wheel for musl"),
        ("musl", "cu134", "never released"),
        ("Intel in the processor", "xpu", "the Intel(R) UHD Graphics 770 is a part of the processor"),
        ("driver 580, Ampere", "cu134", "never released"),
    ],
)
def test_each_variant_ruled_out_has_its_reason(name: str, variant: str, words: str) -> None:
    machine, project, *_ = TABLE[name]
    assert words in dict(advise(machine, project).ruled_out)[variant]


@pytest.mark.parametrize(
    "name, first",
    [
        ("driver 570.25, RTX 50: no build", "No variant runs on the GPU found here with this driver"),
        ("driver not known", "Whether a variant runs on the GPU found here can't be told"),
        ("capability not known, nor the name", "Whether a variant runs on the GPU found here can't be told"),
        ("before Kepler: no build", "No variant uses the GPU found here"),
        ("no GPU", "No GPU was found that torch can use"),
    ],
)
def test_why_a_build_without_gpu_is_advised(name: str, first: str) -> None:
    machine, project, *_ = TABLE[name]
    assert advise(machine, project).why[0].partition(";")[0] == first


def test_gigabytes_of_cuda_are_no_reason_where_the_package_index_has_none() -> None:
    assert "CUDA" in advise(bare(arch="aarch64"), None).why[0]
    assert "CUDA" not in advise(bare(arch="aarch64"), asks("<2.11")).why[0]


@pytest.mark.parametrize(
    "name, words",
    [
        ("Thor, driver 580.00", "The driver, 580.00, runs CUDA 13, which needs driver 580 or newer"),
        ("Mac, Intel", "torch 2.2.2 is the newest with a build for macOS on Intel"),
        ("Windows on ARM", "torch 2.14.0 is the newest with a build for Windows on ARM"),
    ],
)
def test_the_reasons_hold(name: str, words: str) -> None:
    machine, project, *_ = TABLE[name]
    assert words in advise(machine, project).why


def test_nothing_is_ruled_out_for_a_fact_that_is_missing() -> None:
    unknown = dict(advise(bare(gpus=None), None).ruled_out)
    assert "cu132" not in unknown
    assert "rocm7.2" not in unknown
    assert "cu132" not in dict(advise(nvidia("8.6", driver=None), None).ruled_out)


def test_the_reasons_come_in_order_gpu_driver_why_not_newer() -> None:
    why = advise(replace(nvidia(), gpus=(Gpu("nvidia", "RTX 3090", "8.6"),), nvidia_driver=OLD), None).why
    assert why == (
        "It has code for the RTX 3090 (GPU generation 8.6)",
        "The driver, 550.54.14, runs CUDA 12; CUDA 13 needs driver 580 or newer",
        "torch 2.14.1 is the newest with a CUDA 12 variant; 2.15.0 has none",
    )


def test_the_document_has_the_contract_s_keys_and_is_json() -> None:
    told = advise(nvidia("8.6"), None).document()
    assert set(told) == {"schema", "variant", "needs_index", "torch_version", "why", "ruled_out", "notes"}
    assert json.loads(json.dumps(told)) == told


@pytest.mark.parametrize(
    "machine, project, choice, extra",
    [
        (nvidia("8.6"), None, "keep", None),
        (nvidia("8.6"), Project("/p"), "keep", None),
        (nvidia("8.6"), asks(), "keep", None),  # no lock: what uv would lock is this
        (nvidia("8.6"), replace(asks(), indexes=(CU118,)), "cu132", None),  # uv would take torch from there
        (nvidia("8.6"), replace(asks(), indexes=({**CU118, "explicit": True},)), "keep", None),
        (bare(), asks(), "cpu", None),
        (windows("8.6"), asks(), "cu132", None),
        (nvidia("8.6"), asks("==2.7.1", offers=OFFERS), "cu126", ("extra", "cu126")),
        (bare(), asks(offers={"cpu": ("group", "cpu")}), "cpu", ("group", "cpu")),
        (mac(), asks(offers=OFFERS), "cpu", ("extra", "cpu")),
        (mac(), asks(), "keep", None),
        (nvidia("8.6", driver=None), asks(), "keep", None),
        (bare(gpus=None), asks(), "keep", None),
        (nvidia("8.6", driver=OLD), asks("==2.15.0"), "keep", None),
    ],
)
def test_what_has_to_be_chosen(machine: Machine, project: Project, choice: str, extra: object) -> None:
    told = advise(machine, project)
    assert (told.choice, told.extra) == (choice, extra)
    Choices().with_values("screen", {"torch.variant": told.choice})  # every answer is a choice that is allowed


def test_doctor_tells_it_with_reasons() -> None:
    told = reasons(advise(windows("8.6"), asks()))
    assert told.choices == {"torch.variant": "cu132"}
    assert {reason.choice for reason in told.reasons} == {"torch.variant"}
    assert {reason.value for reason in told.reasons} == {"cu132"}
    assert reasons(advise(bare(gpus=None), None)).choices == {}


capabilities = st.sampled_from(["3.0", "3.7", "5.0", "5.3", "6.1", "6.2", "7.0", "7.2", "7.5", "8.6", "8.7", "9.0",
                                "10.0", "10.1", "11.0", "12.0", "12.1", None])  # fmt: skip
machines = st.builds(
    Machine,
    os=st.sampled_from(["linux", "windows", "macos", None]),
    arch=st.sampled_from(["x86_64", "aarch64", "riscv64", None]),
    libc=st.sampled_from([None, GLIBC, CENTOS, Libc("musl", None), Libc("glibc", None)]),
    gpus=st.none()
    | st.lists(
        st.builds(Gpu, st.sampled_from(["nvidia", "amd", "intel", "apple"]), st.text(max_size=12), capabilities,
                  st.sampled_from([None, "gfx1100", "gfx1031", "gfx950"])), max_size=3).map(tuple),
    nvidia_driver=st.sampled_from([None, "", "n/a", "440.1", "470.82.01", "550.54.14", "575.57.08", "580.65.06", "999"]),
    wsl=st.sampled_from([None, True, False]),
    distribution=st.sampled_from([None, "macOS 12.1", "Ubuntu 22.04", "macOS"]),
)  # fmt: skip
projects = st.none() | st.builds(
    asks,
    st.sampled_from([None, ">=2.9", "==2.15.0", "==2.1.0+cu118", "<2", "==2.6.*", "nonsense"]),
    st.sampled_from([None, ">=3.10", "==3.10.*", ">=3.16", "nonsense"]),
    st.sampled_from([None, "3.12", "cpython-3.11", "pypy@3.10", "?"]),
)


@given(machines, projects)
def test_advice_never_names_what_can_not_run(machine: Machine, project: Project | None) -> None:
    told: TorchAdvice = advise(machine, project)
    here = look(machine)
    assert set(told.needs_index) == {"linux", "windows", "macos"}
    json.dumps(told.document())
    if told.variant is None:
        assert told.torch_version is None
        assert told.notes
        return
    assert here.platform is not None
    build = next(one for one in builds_on(here.platform) if (one.name, one.torch) == (told.variant, told.torch_version))
    assert here.glibc is None or build.glibc is None or here.glibc >= build.glibc
    if build.accelerator != "none":
        assert any(runs_on(build, here, device) for device in here.of(build.accelerator))
    assert (told.variant == "pypi") == (machine.os == "macos")


def runs_by_the_book(code: int, device: int, cuda: str) -> bool:
    """The rule of assets/torch.toml's [compatibility], read once more from its words."""
    rule = catalog.table("torch.toml")["compatibility"]
    if str(code) in rule["exact"]:
        return device in rule["exact"][str(code)]
    ended = code in rule["excludes_that_end"] and Version(cuda) >= Version(rule["excludes_end_with_cuda"])
    if device in rule["excludes"].get(str(code), ()) and not ended:
        return False
    return code // 10 == device // 10 and code % 10 <= device % 10


nvidia_machines = st.builds(
    Machine,
    os=st.sampled_from(["linux", "windows"]),
    arch=st.sampled_from(["x86_64", "aarch64"]),
    libc=st.sampled_from([GLIBC, CENTOS]),
    gpus=st.lists(st.builds(Gpu, st.just("nvidia"), st.just("N"), capabilities.filter(bool)), min_size=1, max_size=3).map(tuple),
    nvidia_driver=st.sampled_from(["440.1", "450.80.02", "470.82.01", "525.60.13", "527.41", "528.33", "550.54.14",
                                   "570.26", "570.65", "575.57.08", "580.65.06", "999.1"]),
    wsl=st.booleans(),
)  # fmt: skip


@given(nvidia_machines, projects)
def test_an_advised_cuda_build_runs_by_the_words_of_the_catalogue(machine: Machine, project: Project | None) -> None:
    """Driver, code, C library and Python, each held against assets/torch.toml without the code of the advice."""
    told = advise(machine, project)
    if told.variant is None or not told.variant.startswith("cu"):
        return
    data = catalog.table("torch.toml")
    variant = next(one for one in data["variant"] if one["name"] == told.variant)
    release = next(one for one in data["release"] if one["version"] == told.torch_version)
    platform = f"linux_{machine.arch}" if machine.os == "linux" else "win_amd64"
    assert told.variant in release["builds"][platform]
    windows_s = machine.os == "windows" or machine.wsl
    floor = next(one for one in data["driver_floor"] if one["cuda_major"] == int(variant["cuda"].split(".")[0]))
    driver = Version(machine.nvidia_driver or "0")
    assert driver >= Version(floor["windows" if windows_s else "linux"])
    code = next(one["sm"] for one in variant["arch"] if platform in one["platforms"]
                and SpecifierSet(one["torch"]).contains(release["version"]))  # fmt: skip
    devices = [int((gpu.compute_capability or "").replace(".", "")) for gpu in machine.gpus or ()]
    served = [one for one in devices if any(runs_by_the_book(had, one, variant["cuda"]) for had in code)]
    newer = Version(floor.get("blackwell_windows" if windows_s else "blackwell_linux", "0"))
    assert [one for one in served if driver >= newer or one < 100]
    if machine.os == "linux" and machine.libc:
        needed = release.get("glibc_of_variants", {}).get(told.variant, release["glibc"][platform])
        assert Version(machine.libc.version or "0") >= Version(needed)
    if project is not None and project.requires_python == "==3.10.*" and project.python_version_file is None:
        assert "3.10" in release["python"]


@pytest.mark.parametrize(
    "codes, device, lifted, runs",
    [
        ((75, 80, 86, 90, 100, 120), 89, False, True),
        ((75, 80, 86, 90, 100, 120), 121, False, True),
        ((75, 80, 86, 90, 100, 120), 103, False, True),
        ((75, 80, 86, 90, 100, 120), 110, False, False),
        ((80, 90), 86, False, True),
        ((86, 90), 80, False, False),
        ((80, 90), 87, False, False),
        ((80, 90), 87, True, True),
        ((50, 60, 70), 53, True, False),
        ((50, 60, 70), 62, True, False),
        ((50, 60, 70), 72, False, False),
        ((50, 60, 70), 72, True, True),
        ((100,), 101, True, False),
        ((110,), 101, False, True),
        ((110,), 110, False, True),
    ],
)
def test_code_and_devices(codes: tuple[int, ...], device: int, lifted: bool, runs: bool) -> None:
    assert covers(codes, device, lifted=lifted) is runs


def test_the_package_index_serves_what_the_catalogue_says() -> None:
    newest = the().releases[0]
    assert newest.pypi["linux_x86_64"] in newest.builds["linux_x86_64"]
