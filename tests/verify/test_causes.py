"""No failure that has a name ends in `unknown`: every cause of the phase, from a text of the tool's own, at its rung."""

from __future__ import annotations

import json
import platform
from pathlib import Path
from typing import Any

import pytest

from wizard.catalog import table
from wizard.diagnosis import Diagnosis
from wizard.verify.ladder import Ladder
from wizard.verify.record import VerifyRequest
from wizard.verify.uv_checks import _of_changes

pytestmark = pytest.mark.same_everywhere

CARD = {"vendor": "nvidia", "name": "NVIDIA RTX A6000", "compute_capability": "8.6", "gfx": None, "memory_mib": 49140}
BUILD = {"stage": "torch", "ok": True, "version": "2.14.1+cu126", "cuda": "12.6", "arch_list": ["sm_80", "sm_86"]}
DRIVER = {"stage": "driver", "ok": True, "version": "580.95.05", "count": 1}
ON_WINDOWS = {"os": "windows"}
IN_CONTAINER = {"in_container": True, "nvidia_driver": None}

# ruff: noqa: ISC004
TEXTS: list[tuple[str, str, str, dict[str, Any]]] = [
    ("torch-missing", "torch", "ModuleNotFoundError: No module named 'torch'", {}),
    ("torch-cpu-build", "devices", "AssertionError: Torch not compiled with CUDA enabled", {}),
    ("torch-cpu-build", "devices", "AssertionError: Torch not compiled with XPU enabled", {}),
    ("torch-cpu-build", "devices", "NotImplementedError: Could not run 'aten::empty.memory_format' with arguments from the "
     "'MPS' backend. This could be because the operator doesn't exist for this backend", {}),
    ("cuda-library-missing", "torch", "ImportError: libcudart.so.12: cannot open shared object file: No such file", {}),
    ("cuda-library-missing", "torch", "ValueError: libcublas.so.*[0-9] not found in the system path ['/a', '/b']", {}),
    ("cuda-library-missing", "cudnn", "Invalid handle. Cannot load symbol cudnnGetVersion", {}),
    ("driver-missing", "devices", "RuntimeError: Found no NVIDIA driver on your system. Please check that you have", {}),
    ("driver-missing", "driver", "libnvidia-ml.so.1: cannot open shared object file (Found no NVIDIA driver)", {}),
    ("driver-missing", "driver", "no AMD GPU driver answers: /dev/kfd is not there (ROCm needs the amdgpu module)", {}),
    ("driver-missing", "driver", "no Intel GPU driver answers: /dev/dri has no render node", {}),
    ("driver-missing", "devices", "RuntimeError: No HIP GPUs are available", {}),
    ("driver-missing", "devices", "RuntimeError: No XPU devices are available.", {}),
    ("driver-missing", "devices", "RuntimeError: The MPS backend is supported on MacOS 14.0+. Current OS version can be", {}),
    ("driver-missing", "driver", "nvcuda.dll could not be found", ON_WINDOWS),
    ("driver-missing", "driver", "libcuda.so.1: cannot open\nWSL: /usr/lib/wsl/lib/libcuda.so.1 is not there: the driver", {}),
    ("driver-too-old", "devices", "CUDA initialization: The NVIDIA driver on your system is too old (found version 12040)", {}),
    ("driver-too-old", "kernel", "CUDA error: the provided PTX was compiled with an unsupported toolchain.", {}),
    ("driver-mismatch", "driver", "Failed to initialize NVML: Driver/library version mismatch", {}),
    ("driver-mismatch", "devices", "Error 804: forward compatibility was attempted on non supported HW", {}),
    ("driver-mismatch", "devices", "Found no NVIDIA driver on your system.\nWSL: libcuda is loaded from /usr/lib/libcuda.so.1, "
     "not from /usr/lib/wsl/lib: a driver installed inside WSL hides it", {}),
    ("gpu-too-new", "kernel", "NVIDIA GeForce RTX 5090 with CUDA capability sm_120 is not compatible with the current PyTorch "
     "installation.\nThe current PyTorch install supports CUDA capabilities sm_50 sm_90.\nno kernel image is available", {}),
    ("gpu-too-old", "kernel", "Found GPU0 NVIDIA GeForce GTX 1080 Ti which is of cuda capability 6.1.\nMinimum and Maximum cuda "
     "capability supported by this version of PyTorch is\n(7.0) - (12.0)\nno kernel image is available", {}),
    ("gpu-hidden", "devices", "RuntimeError: No CUDA GPUs are available", {"environment": {"CUDA_VISIBLE_DEVICES": ""}}),
    ("gpu-hidden", "devices", "RuntimeError: No HIP GPUs are available", {"environment": {"HIP_VISIBLE_DEVICES": "-1"}}),
    ("gpu-not-in-container", "driver", "libnvidia-ml.so.1: cannot open shared object file", IN_CONTAINER),
    ("gpu-not-in-container", "driver", "NVIDIA_DRIVER_CAPABILITIES=utility: the container was started without compute", {}),
    ("gpu-not-in-container", "driver", "no AMD GPU driver answers: /dev/kfd is not there", IN_CONTAINER),
    ("gpu-permission", "driver", "cannot open /dev/nvidia0: Permission denied", {}),
    ("gpu-permission", "driver", "PermissionError: [Errno 13] Permission denied: '/dev/kfd'", {}),
    ("gpu-out-of-memory", "kernel", "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 MiB. GPU 0 has", {}),
    ("gpu-out-of-memory", "kernel", "torch.OutOfMemoryError: HIP out of memory. Tried to allocate 2.00 MiB.", {}),
    ("gpu-busy", "devices", "CUDA error: CUDA-capable device(s) is/are busy or unavailable", {}),
    ("cuda-initialization", "devices", "CUDA unknown error - this may be due to an incorrectly set up environment", {}),
    ("cuda-initialization", "devices", "CUDA driver initialization failed, you might not have a CUDA gpu.", {}),
    ("cuda-initialization", "driver", "nvidia-smi gave no answer for 20 s", {}),
    ("fabric-manager", "devices", "Unexpected error from cudaGetDeviceCount(). Error 802: system not yet initialized", {}),
    ("library-conflict", "torch", "ImportError: /x/libtorch_cuda.so: undefined symbol: ncclCommRegister", {}),
    ("library-conflict", "torchvision", "RuntimeError: operator torchvision::nms does not exist", {}),
    ("library-conflict", "torchvision", "RuntimeError: Detected that PyTorch and torchvision were compiled with different CUDA "
     "major versions.", {}),
    ("system-library-too-old", "torch", "ImportError: /lib/libstdc++.so.6: version `GLIBCXX_3.4.30' not found (required by", {}),
    ("numpy-incompatible", "cpu", "RuntimeError: Numpy is not available", {}),
    ("windows-library-missing", "torch", "OSError: [WinError 126] The specified module could not be found. Error loading "
     '"C:\\x\\torch\\lib\\fbgemm.dll" or one of its dependencies.', ON_WINDOWS),
    ("python-unsuitable", "torch", "ModuleNotFoundError: No module named 'torch._C'", {}),
    ("check-wrong-result", "kernel", "the product in fp32 on cuda:0 differs from the CPU's by 0.5 (allowed: 0.002)", {}),
]  # fmt: skip


def told(stage: str, text: str, asked: dict[str, Any]) -> tuple[Ladder, Diagnosis]:
    """The ladder that has met that text at that stage."""
    asked = {"gpus": (CARD,), "nvidia_driver": "580.95.05", "os": "linux", "torch_expected": True, **asked}
    environment = asked.pop("environment", {})
    ladder = Ladder(VerifyRequest("python", **asked), environment, id)
    for entry in [] if stage == "torch" else [BUILD] if stage == "driver" else [BUILD, DRIVER]:
        ladder.take(entry)
        ladder.changed_kind = False  # the probe would have begun anew for that kind
    ladder.take({"stage": stage, "ok": False, "error": f"Traceback (most recent call last):\n{text}"})
    assert ladder.diagnosis is not None
    return ladder, ladder.diagnosis


@pytest.mark.parametrize("cause, stage, text, asked", TEXTS)
def test_each_has_its_name_its_evidence_and_a_way_out(cause: str, stage: str, text: str, asked: dict[str, Any]) -> None:
    ladder, found = told(stage, text, asked)
    assert found.cause == cause
    assert found.fixes
    assert all(fix.choices or fix.commands or fix.message for fix in found.fixes), "a fix has to do something"
    assert found.evidence
    assert "..." not in found.explanation, "a gap in the wording"
    assert ladder.checks[-1].id == stage
    assert not (ladder.checks[-1].value or "").startswith("Traceback")


def test_no_cause_of_the_phase_is_left_out() -> None:
    known = {entry["id"] for entry in table("failures.toml")["cause"] if entry["phase"] == "verify"}
    assert known - {"unknown", "package-files-missing"} == {cause for cause, *_ in TEXTS}, (
        "the latter: test_files_gone.py"
    )


@pytest.mark.parametrize(
    "text, title",
    [
        ("no AMD GPU driver answers: /dev/kfd is not there", "No AMD driver answers on this machine"),
        ("no Intel GPU driver answers: /dev/dri has no render node", "No Intel driver answers on this machine"),
        ("Found no NVIDIA driver on your system.", "No NVIDIA driver answers on this machine"),
    ],
)
def test_the_maker_is_the_one_whose_driver_it_is(text: str, title: str) -> None:
    assert told("driver", text, {})[1].title == title


def test_an_amd_gpu_comes_into_a_container_by_its_own_options() -> None:
    found = told("driver", "no AMD GPU driver answers: /dev/kfd is not there", IN_CONTAINER)[1]
    assert "--device=/dev/kfd" in (found.fixes[0].commands or ((),))[0]


def test_wsl_says_what_windows_lacks() -> None:
    text = "libcuda.so.1: cannot open shared object file\nWSL: /dev/dxg is not there: WSL 2 and a driver on Windows are needed"
    found = told("driver", text, {})[1]
    assert "/dev/dxg is not there" in found.explanation


def test_a_newer_driver_is_asked_for_in_whole_sentences() -> None:
    """Host, GPU, driver now, driver needed: an administrator can act on it."""
    text = "The NVIDIA driver on your system is too old (found version 12040)."
    found = told("devices", text, {"nvidia_driver": "450.51.06"})[1]
    message = next(fix.message for fix in found.fixes if fix.message)
    assert message == (
        f"The NVIDIA driver of {platform.node()} ({CARD['name']}) is 450.51.06. torch was built with CUDA 12.6 there, "
        "which needs driver 525.60.13 or newer. Please update the driver; after the update the machine has to start anew."
    )
    assert "which needs driver 525.60.13 or newer; this machine has 450.51.06." in found.explanation
    assert found.fixes[1].title == "Ask for driver 525.60.13 or newer (an administrator does it)"


def test_a_driver_that_is_new_enough_by_the_numbers_is_asked_for_without_them() -> None:
    found = told(
        "devices", "The NVIDIA driver on your system is too old (found version 12020).", {"nvidia_driver": "535.54.03"}
    )[1]
    said = " ".join([found.explanation, *(fix.title + (fix.message or "") for fix in found.fixes)])
    assert "525" not in said
    assert "535.54.03" in said


SYNC = "Would install 2 packages\n{}error: The environment is outdated; run `uv sync` to update the environment"


@pytest.mark.parametrize(
    "lines, cause, word",
    [
        (" + nvidia-cublas==13.4.1.3\n + nvidia-nccl-cu13==2.30.7\n", "cuda-library-missing", "nvidia-cublas"),
        (" + torch==2.15.0\n + nvidia-cublas==13.4.1.3\n", "torch-missing", "torch"),
        (" - torch==2.15.0+cpu\n + torch==2.15.0\n", "torch-cpu-build", "+cpu"),
        (" - torch==2.15.0+cpu\n + torch==2.15.0+cu132\n + nvidia-cublas==13.4.1.3\n", "torch-cpu-build", "+cpu"),
        (" - nvidia-cublas==13.4\n + nvidia-cublas==13.5\n", None, ""),
        (" - torch==2.14.1\n + torch==2.15.0\n", None, ""),
        (" + numpy==2.4.0\n", None, ""),
    ],
)
def test_what_a_sync_would_change_has_a_name_where_torch_is_concerned(lines: str, cause: str | None, word: str) -> None:
    found = _of_changes(SYNC.format(lines), {})
    assert (found.cause if found else None) == cause
    if found is not None:
        assert found.fixes[0].commands == (("uv-wizard", "sync"),)
        assert any(word in line for line in found.evidence)


WINDOWS = json.loads((Path(__file__).parent / "data/windows.json").read_text("utf-8"))


@pytest.mark.parametrize(
    "gpus, rungs",
    [((CARD,), ["torch", "variant"]), (None, ["torch", "variant"]), ((), ["torch", "variant", "devices"])],
)
def test_the_real_cpu_build_for_windows_where_a_gpu_is_required(gpus: Any, rungs: list[str]) -> None:
    """What PyPI has for Windows; where no GPU is known to be here, torch itself says it in the end."""
    ladder = Ladder(VerifyRequest("python", gpus=gpus, os="windows", require="cuda", torch_expected=True), {}, id)
    for entry in WINDOWS["cpu_build"]:
        if entry["stage"] != "cpu":
            ladder.take(entry)
            ladder.changed_kind = False
    assert [check.id for check in ladder.checks] == rungs
    assert ladder.diagnosis is not None
    assert ladder.diagnosis.cause == "torch-cpu-build"
    assert ladder.diagnosis.fixes[0].choices == {"torch.variant": "auto"}


def test_the_real_cpu_build_for_windows_passes_on_the_cpu() -> None:
    ladder = Ladder(VerifyRequest("python", gpus=(), os="windows", torch_expected=True), {}, id)
    for entry in WINDOWS["cpu_build"][:2]:
        ladder.take(entry)
    assert [(check.id, check.ok, check.value) for check in ladder.checks] == [
        ("torch", True, "2.2.2+cpu"), ("variant", True, "cpu"), ("cpu", True, "fp32"),
    ]  # fmt: skip


def test_what_the_real_torch_for_windows_said_without_the_runtime() -> None:
    ladder = Ladder(VerifyRequest("python", gpus=(), os="windows", torch_expected=True), {}, id)
    ladder.take(WINDOWS["no_runtime"][0])
    assert ladder.diagnosis is not None
    assert ladder.diagnosis.cause == "windows-library-missing"
    assert "shm.dll" in " ".join(ladder.diagnosis.evidence)
    assert (ladder.diagnosis.fixes[0].commands or ((),))[0][0] == "winget"


_KEPT = json.loads((Path(__file__).parent / "data/libraries-away.json").read_text("utf-8"))
AWAY = [*_KEPT["runs"], *_KEPT["runs_2_0_1"]]


@pytest.mark.parametrize("run", [run for run in AWAY if run["exit_code"]], ids=lambda run: str(run["library"]))
def test_what_the_real_torch_said_without_each_library(run: dict[str, Any]) -> None:
    """`cudnn_graph` ends the process; the others are ImportErrors of the loader."""
    _, found = told("torch", run["stderr"], {})
    assert found.cause == "cuda-library-missing"
    if run["exit_code"] == 1:
        assert run["library"].partition(".so")[0] in found.title


@pytest.mark.parametrize("run", AWAY, ids=lambda run: str(run["library"]))
def test_the_probe_names_library_and_package_whether_torch_loads_or_not(run: dict[str, Any]) -> None:
    """Many of these libraries are loaded late: torch imports without them, and would fail at work."""
    request = VerifyRequest("python", gpus=(CARD,), nvidia_driver="580", os="linux", expected={run["package"]: "1"})
    ladder = Ladder(request, {}, id)
    lacking = [{"library": run["library"], "package": run["package"]}]
    failed = run["exit_code"] == 1
    ladder.take({**BUILD, "ok": not failed, "lacking": lacking, "error": run["stderr"] if failed else None})
    assert ladder.diagnosis is not None
    assert ladder.diagnosis.cause == "cuda-library-missing"
    assert run["library"] in ladder.diagnosis.title
    assert f"the package {run['package']}," in ladder.diagnosis.explanation
    assert ladder.diagnosis.fixes[0].commands == (("uv", "sync", "--locked", "--reinstall-package", run["package"]),)
    assert ladder.checks[-1].value == f"{run['library']} is missing"
