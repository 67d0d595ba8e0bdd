"""The rungs that need a GPU, fed with what a probe would say; and the rules, by table."""

from __future__ import annotations

from typing import Any

import pytest

from wizard.verify.ladder import Ladder
from wizard.verify.record import VerifyRequest
from wizard.verify.rungs import code_for, cudnn_version, kind_required, plan_of_checks, variant_fits, variant_of

pytestmark = pytest.mark.same_everywhere

NVIDIA = {"vendor": "nvidia", "name": "NVIDIA RTX", "compute_capability": "8.6", "gfx": None, "memory_mib": 24576}
AMD = {"vendor": "amd", "name": "AMD Radeon", "compute_capability": None, "gfx": "gfx1100", "memory_mib": 24576}
CUDA = {"stage": "torch", "ok": True, "version": "2.9.1+cu126", "cuda": "12.6", "hip": None, "xpu": None, "mps": False,
        "arch_list": ["sm_50", "sm_80", "sm_86", "sm_90"], "seconds": 3.0}  # fmt: skip
DRIVER = {"stage": "driver", "ok": True, "version": "550.54.14", "count": 1}


def device(capability: str | None = "8.6", gfx: str | None = None) -> dict[str, Any]:
    memory = {"memory_mib": 24576, "free_mib": 23000}
    return {"index": 0, "name": "NVIDIA RTX", "compute_capability": capability, "gfx": gfx, **memory}


def climbed(*entries: dict[str, Any], **asked: Any) -> Ladder:
    asked = {"gpus": (NVIDIA,), "nvidia_driver": "550.54.14", "os": "linux", "torch_expected": True, **asked}
    environment = asked.pop("environment", {})
    ladder = Ladder(VerifyRequest("python", **asked), environment, id)
    for entry in entries:
        ladder.take(entry)
    return ladder


def test_to_the_top() -> None:
    devices = [device()]
    ladder = climbed(
        CUDA, DRIVER,
        {"stage": "devices", "ok": True, "devices": devices, "warnings": []},
        {"stage": "memory", "ok": True, "devices": devices},
        {"stage": "kernel", "ok": True, "devices": devices, "dtypes": ["fp32", "bf16"], "tolerance": {"fp32": 2e-3}},
        {"stage": "cudnn", "ok": True, "version": 91002},
    )  # fmt: skip
    assert not ladder.failed
    assert [(check.id, check.value) for check in ladder.checks] == [
        ("torch", "2.9.1+cu126"), ("variant", "cu126, CUDA 12.6"), ("driver", "550.54.14"), ("devices", "1 of 1"),
        ("code", "8.6, by sm_86"), ("memory", "22 of 24 GiB"), ("kernel", "fp32, bf16"), ("cudnn", "9.10.2"),
    ]  # fmt: skip


def seen(*cards: dict[str, Any]) -> dict[str, Any]:
    return {"stage": "devices", "ok": True, "devices": list(cards)}


def short(stage: str, error: str) -> dict[str, Any]:
    return {"stage": stage, "ok": False, "error": error}


NO_LIBRARY = short("driver", "libnvidia-ml.so.1: cannot open shared object file")
MISMATCH = short("driver", "Failed to initialize NVML: Driver/library version mismatch")
NO_GPU = short("devices", "RuntimeError: No CUDA GPUs are available\n\ndevices seen: 0")
OLD = short("devices", "The NVIDIA driver on your system is too old (found version 12040).\ndevices seen: 0")
TAKEN = {"stage": "memory", "ok": True, "devices": [{**device(), "free_mib": 12}]}
FREE = {"stage": "memory", "ok": True, "devices": [device()]}
WRONG = short("kernel", "the product in fp32 on cuda:0 differs from the CPU's by 0.5")
CONTAINER = {"in_container": True, "nvidia_driver": None, "torch_variant": "cu126", "require": "cuda"}
HIDDEN = {"environment": {"CUDA_VISIBLE_DEVICES": "-1"}}


@pytest.mark.parametrize(
    "entries, asked, cause, rung",
    [
        ([NO_LIBRARY], {}, "driver-missing", "driver"),
        ([NO_LIBRARY], CONTAINER, "gpu-not-in-container", "driver"),
        ([MISMATCH], {}, "driver-mismatch", "driver"),
        ([DRIVER, NO_GPU], HIDDEN, "gpu-hidden", "devices"),
        ([DRIVER, OLD], {}, "driver-too-old", "devices"),
        ([DRIVER, seen(device("12.0"))], {}, "gpu-too-new", "code"),
        ([DRIVER, seen(device("3.7"))], {}, "gpu-too-old", "code"),
        ([DRIVER, seen(device()), TAKEN], {}, "gpu-out-of-memory", "memory"),
        ([DRIVER, seen(device()), FREE, WRONG], {}, "check-wrong-result", "kernel"),
    ],
)
def test_each_rung_breaks_with_its_cause(
    entries: list[dict[str, Any]], asked: dict[str, Any], cause: str, rung: str
) -> None:
    ladder = climbed(CUDA, *entries, **asked)
    assert ladder.diagnosis is not None
    assert ladder.diagnosis.cause == cause, ladder.diagnosis
    assert ladder.checks[-1].id == rung
    assert ladder.checks[-1].ok is False


@pytest.mark.parametrize(
    "capability, archs, cuda, found",
    [
        ("8.6", ["sm_80", "sm_86"], "12.6", "sm_86"),
        ("8.9", ["sm_80", "sm_86", "sm_90"], "12.6", "sm_86"),
        ("9.0", ["sm_80", "sm_86"], "12.6", None),
        ("12.0", ["sm_90", "compute_90"], "12.6", "compute_90"),
        ("12.1", ["sm_120"], "13.0", "sm_120"),
        ("8.7", ["sm_80", "sm_86"], "13.0", None),
        ("8.7", ["sm_80", "sm_86"], "13.2", "sm_86"),
        ("8.7", ["sm_87"], "12.6", "sm_87"),
        ("8.9", ["sm_87"], "12.6", None),
        ("7.2", ["sm_70"], "12.6", None),
        ("11.0", ["sm_101"], "13.0", "sm_101"),
        ("6.1", ["sm_75"], "12.8", None),
    ],
)
def test_which_code_runs_on_which_card(capability: str, archs: list[str], cuda: str, found: str | None) -> None:
    assert code_for(device(capability), archs, cuda) == found


def test_amd_code_is_for_one_target() -> None:
    assert code_for(device(None, "gfx1100"), ["gfx1030", "gfx1100"], None) == "gfx1100"
    assert code_for(device(None, "gfx1036"), ["gfx1030", "gfx1100"], None) is None


@pytest.mark.parametrize(
    "asked, kind",
    [
        ({"gpus": (NVIDIA,), "nvidia_driver": "550", "torch_expected": True}, "nvidia"),
        ({"gpus": (NVIDIA,), "nvidia_driver": None, "torch_expected": True}, "cpu"),
        ({"gpus": (NVIDIA,), "nvidia_driver": "550", "torch_variant": "cpu"}, "cpu"),
        ({"gpus": (NVIDIA,), "nvidia_driver": None, "torch_promised": "cu126", "torch_expected": True}, "nvidia"),
        ({"gpus": (NVIDIA,), "nvidia_driver": "550", "torch_promised": "cpu", "torch_expected": True}, "cpu"),
        ({"gpus": (), "torch_promised": "cu126", "torch_expected": True}, "cpu"),
        ({"gpus": None, "torch_promised": "cu126", "torch_expected": True}, "cpu"),
        ({"gpus": (AMD,), "os": "windows", "torch_promised": "rocm6.4", "torch_expected": True}, "cpu"),
        ({"gpus": (AMD,), "os": "linux", "torch_variant": "rocm6.4"}, "amd"),
        ({"gpus": (AMD,), "os": "windows", "torch_expected": True}, "cpu"),
        ({"gpus": (), "torch_expected": False}, "none"),
        ({"gpus": (), "torch_expected": True, "require": "cuda"}, "nvidia"),
        ({"gpus": ({"vendor": "apple", "name": "M2"},), "os": "macos", "torch_expected": True}, "apple"),
    ],
)
def test_what_auto_requires(asked: dict[str, Any], kind: str) -> None:
    assert kind_required(VerifyRequest("python", **asked)) == kind


def test_a_cpu_build_on_a_gpu_machine_has_to_pass_on_the_cpu_only() -> None:
    request = VerifyRequest("python", gpus=(NVIDIA,), nvidia_driver="550", torch_expected=True)
    assert kind_required(request, {"version": "2.9.1+cpu"}) == "cpu"
    assert kind_required(request, CUDA) == "nvidia"


def test_a_gpu_whose_driver_does_not_answer_still_has_to_pass_with_a_build_for_it() -> None:
    """is_available() is False without a word there: that is what must not pass for a working GPU."""
    request = VerifyRequest("python", gpus=(NVIDIA,), nvidia_driver=None, torch_expected=True)
    assert kind_required(request, CUDA) == "nvidia"


def test_a_cpu_build_where_the_lock_promises_cuda_falls_short() -> None:
    ladder = climbed({**CUDA, "version": "2.9.1+cpu", "cuda": None, "arch_list": []}, torch_promised="cu126")
    assert (ladder.checks[-1].id, ladder.checks[-1].ok) == ("variant", False)
    assert ladder.diagnosis is not None
    assert ladder.diagnosis.cause == "torch-cpu-build"


def test_the_full_ladder_has_eleven_rungs() -> None:
    titles = plan_of_checks(VerifyRequest("python", gpus=(NVIDIA,), nvidia_driver="550", torch_variant="cu126"))
    assert [title for _, title in titles] == [
        "Packages are those of uv.lock", "Packages fit together", "Python starts, packages are whole",
        "torch loads", "Variant is the one chosen",
        "Driver answers", "torch sees the GPUs that are here", "Variant has code for the GPU", "GPU memory is free",
        "GPU computes what the CPU does", "cuDNN works",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "torch, name",
    [
        ({"version": "2.9.1+cu126", "cuda": "12.6"}, "cu126"),
        ({"version": "2.9.1", "cuda": "12.8"}, "cu128"),
        ({"version": "2.9.1+rocm6.4", "hip": "6.4.43482"}, "rocm6.4"),
        ({"version": "2.9.1+xpu", "xpu": "20250101"}, "xpu"),
        ({"version": "2.9.1", "mps": True}, "mps"),
        ({"version": "2.9.1"}, "cpu"),
    ],
)
def test_the_name_of_a_build(torch: dict[str, Any], name: str) -> None:
    assert variant_of(torch) == name
    assert variant_fits(name, torch)
    assert variant_fits(None, torch)
    assert variant_fits("pypi", torch)
    assert not variant_fits("cu118", torch)


def test_cudnn_numbers() -> None:
    assert (cudnn_version(91002), cudnn_version(8902), cudnn_version(None)) == ("9.10.2", "8.9.2", None)
