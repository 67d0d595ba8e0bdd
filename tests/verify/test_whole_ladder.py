"""Every rung of every kind passing and failing, in real children: the torch and the driver are the tests', the texts torch's."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.often import every
from tests.verify.stand_in import driver_of, gpu_environment
from wizard.verify.check import Verification, headline, verify
from wizard.verify.record import VerifyRequest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the driver's stand-in is a POSIX program")

UUID = "GPU-7f1c2a30-0000-0000-0000-000000000001"
CARD = {
    "name": "NVIDIA GeForce RTX 3090",
    "compute_capability": "8.6",
    "memory_mib": 24576,
    "free_mib": 2000,
    "uuid": UUID,
}
OTHER = {**CARD, "uuid": UUID[:-1] + "2"}
ROWS = [f"{UUID}, {CARD['name']}", f"{OTHER['uuid']}, {CARD['name']}"]
CUDA = {"version": "2.14.1+cu126", "cuda": "12.6", "archs": ["sm_80", "sm_86"], "devices": [CARD], "cudnn": 91002}
HERE = ({"vendor": "nvidia", "name": CARD["name"], "compute_capability": "8.6", "gfx": None, "memory_mib": 24576},)


def looked(folder: Path, asked: dict[str, Any], rows: list[str] | None = None, **request: Any) -> Verification:
    """The ladder on a machine with those GPUs; `faults`, `held` and `triton` are the stand-in's, the rest the request's."""
    faults, held = request.pop("faults", {}), request.pop("held", [])
    triton, more = request.pop("triton", False), request.pop("env", {})
    python = gpu_environment(folder / "env", {**asked, "faults": faults}, triton=triton)
    environment = {**driver_of(folder / "driver", gpus=ROWS[:1] if rows is None else rows, holders=held), **more}
    request = {"gpus": HERE, "nvidia_driver": "580.95.05", "os": "linux", "locked": False, "limit": 8.0, **request}
    return verify(VerifyRequest(python, environment=environment, **request))


def values(found: Verification) -> dict[str, Any]:
    return {check.id: check.value for check in found.checks if check.ok}


def test_a_healthy_nvidia_gpu_climbs_to_the_top(tmp_path: Path) -> None:
    found = looked(tmp_path, CUDA, held=[f"{UUID}, 3811, 13000, /usr/bin/python", f"{UUID}, 1201, [N/A], Xorg"])
    assert found.ok, found.diagnosis
    assert values(found) == {
        "python": found.python, "torch": "2.14.1+cu126", "variant": "cu126, CUDA 12.6", "driver": "580.95.05",
        "devices": "1 of 1", "code": "8.6, by sm_86", "memory": "1.9 of 24 GiB", "kernel": "fp32, fp16, bf16",
        "cudnn": "9.10.2",
    }  # fmt: skip
    details = {check.id: check.detail or "" for check in found.checks}
    assert details["kernel"] == "fp32 within 0.002, fp16 within 0.01, bf16 within 0.03"
    assert details["memory"].startswith(
        "python (process 3811) holds 13000 MiB of NVIDIA GeForce RTX 3090; Xorg (process 1201)"
    )
    assert found.devices[0]["ok"] is True
    assert headline(found)[0] == "It works: torch runs on this GPU"
    document = json.loads(json.dumps(found.document()))
    assert document["facts"]["driver"]["version"] == "580.95.05"
    assert document["facts"]["machine"]["gpus"][0]["name"] == CARD["name"]
    assert document["began"].endswith("+00:00")
    assert document["seconds"] > 0


def test_a_card_without_bf16_is_not_asked_for_it(tmp_path: Path) -> None:
    card = {**CARD, "compute_capability": "7.5"}
    found = looked(tmp_path, {**CUDA, "devices": [card], "archs": ["sm_75"], "bf16": False})
    assert values(found)["kernel"] == "fp32, fp16"


def test_what_was_measured_is_told_with_what_is_usual(tmp_path: Path) -> None:
    found = looked(tmp_path, {**CUDA, "devices": [{**CARD, "free_mib": 20000}]})
    assert found.ok
    assert found.devices[0]["matmul_tflops"] > 0
    assert "usual: 65 to 83" in headline(found)[1]


def test_two_gpus_copy_to_each_other_and_add_up_where_it_is_asked(tmp_path: Path) -> None:
    two = {**CUDA, "devices": [CARD, OTHER]}
    found = looked(tmp_path, two, ROWS, deep=True, triton=True)
    assert found.ok, found.diagnosis
    assert (values(found)["peer"], values(found)["nccl"]) == ("2 of 2 directly", "2.30.7, 2 GPUs")
    assert values(found)["compile"] == "triton 3.9.0"
    assert values(found)["devices"] == "2 of 2"


def test_one_gpu_has_nobody_to_copy_to(tmp_path: Path) -> None:
    found = looked(tmp_path, CUDA, deep=True, triton=True)
    assert found.ok
    told = {check.id: (check.ok, check.value) for check in found.checks}
    assert told["peer"] == told["nccl"] == (None, "not looked at")


def test_fewer_gpus_seen_than_there_are_is_told_with_the_variable(tmp_path: Path) -> None:
    found = looked(tmp_path, CUDA, ROWS, env={"CUDA_VISIBLE_DEVICES": "0"})
    assert found.ok
    devices = next(check for check in found.checks if check.id == "devices")
    assert devices.value == "1 of 2"
    assert "CUDA_VISIBLE_DEVICES=0" in (devices.detail or "")


PEERS = {"deep": True, "triton": True}
NO_KERNEL = "CUDA error: no kernel image is available for execution on the device"
OLD = (
    "CUDA initialization: The NVIDIA driver on your system is too old (found version 12040). Please update your GPU driver "
    "by downloading and installing a new version from the URL: http://www.nvidia.com/Download/index.aspx"
)
UNKNOWN_ERROR = (
    "CUDA unknown error - this may be due to an incorrectly set up environment, e.g. changing env variable "
    "CUDA_VISIBLE_DEVICES after program start. Setting the available devices to be zero."
)
UNEXPECTED = (
    "Unexpected error from cudaGetDeviceCount(). Did you run some cuda functions before calling NumCudaDevices() that "
    "might have already set an error? Error {}"
)
OTHER_CUDNN = (
    "cuDNN version incompatibility: PyTorch was compiled against (9, 10, 2) but found runtime version (9, 1, 0)"
)
NO_CUDNN = "Unable to load any of {libcudnn_ops.so.9.10.2, libcudnn_ops.so.9.10, libcudnn_ops.so.9, libcudnn_ops.so}"
OLD_FOR_TRITON = (
    "Found NVIDIA GeForce GTX 1080 which is too old to be supported by the triton GPU compiler, which is used as the "
    "backend. Triton only supports devices of CUDA Capability >= 7.0, but your device is of CUDA capability 6.1"
)
TWO = {**CUDA, "devices": [CARD, OTHER]}
NONE = {**CUDA, "devices": []}
GONE = "libcublas.so.12: cannot open shared object file: No such file or directory"


@pytest.mark.parametrize(
    "asked, request_, rung, cause",
    every(3, [
        (CUDA, {"faults": {"import": f"ImportError: {GONE}"}}, "torch", "cuda-library-missing"),
        (CUDA, {"faults": {"import": "SIGSEGV"}}, "torch", "unknown"),
        (CUDA, {"faults": {"import": "EXIT"}}, "torch", "unknown"),
        (CUDA, {"torch_variant": "cu130"}, "variant", "unknown"),
        ({"version": "2.14.1+cpu"}, {"torch_promised": "cu126"}, "variant", "torch-cpu-build"),
        ({"version": "2.14.1+cpu"}, {"require": "cuda"}, "variant", "torch-cpu-build"),
        (CUDA, {"rows": []}, "driver", "driver-missing"),
        (NONE, {"faults": {"warning": OLD}}, "devices", "driver-too-old"),
        (NONE, {"faults": {"zeros": "No CUDA GPUs are available"}, "env": {"CUDA_VISIBLE_DEVICES": ""}}, "devices", "gpu-hidden"),
        (NONE, {"faults": {"warning": f"CUDA initialization: {UNKNOWN_ERROR}"}}, "devices", "cuda-initialization"),
        (NONE, {"faults": {"zeros": UNEXPECTED.format("802: system not yet initialized")}}, "devices", "fabric-manager"),
        (
            NONE,
            {"faults": {"zeros": UNEXPECTED.format("803: system has unsupported display driver / cuda driver combination")}},
            "devices",
            "driver-mismatch",
        ),
        (CUDA, {"faults": {"is_available": "HANG"}, "limit": 2.0}, "devices", "cuda-initialization"),
        ({**CUDA, "archs": ["sm_90", "sm_100"]}, {}, "code", "gpu-too-old"),
        ({**CUDA, "archs": ["sm_50", "sm_60"]}, {}, "code", "gpu-too-new"),
        ({**CUDA, "devices": [{**CARD, "free_mib": 0}]}, {}, "memory", "gpu-out-of-memory"),
        (CUDA, {"faults": {"memory": "CUDA error: out of memory"}}, "memory", "gpu-out-of-memory"),
        (CUDA, {"faults": {"memory": "CUDA-capable device(s) is/are busy or unavailable"}}, "memory", "gpu-busy"),
        ({**CUDA, "archs": ["sm_80", "compute_80"]}, {"faults": {"kernel": NO_KERNEL}}, "kernel", "gpu-too-new"),
        (CUDA, {"faults": {"wrong": "mm"}}, "kernel", "check-wrong-result"),
        (CUDA, {"faults": {"kernel": "SIGSEGV"}}, "kernel", "unknown"),
        (CUDA, {"faults": {"synchronize": "HANG"}, "limit": 2.0}, "kernel", "unknown"),
        (CUDA, {"faults": {"wrong": "conv"}}, "cudnn", "check-wrong-result"),
        (CUDA, {"faults": {"conv": OTHER_CUDNN}}, "cudnn", "library-conflict"),
        (CUDA, {"faults": {"conv": NO_CUDNN}}, "cudnn", "cuda-library-missing"),
        (TWO, {"faults": {"copy to cuda:1": "CUDA error: an illegal memory access was encountered"}}, "kernel", "unknown"),
        (TWO, {**PEERS, "faults": {"nccl": "undefined symbol: ncclCommRegister"}}, "nccl", "library-conflict"),
        (TWO, {**PEERS, "faults": {"wrong": "nccl"}}, "nccl", "check-wrong-result"),
        (CUDA, {"deep": True}, "compile", "unknown"),
        (CUDA, {**PEERS, "faults": {"compile": OLD_FOR_TRITON}}, "compile", "gpu-too-old"),
    ]),
)  # fmt: skip
def test_each_rung_breaks(
    tmp_path: Path, asked: dict[str, Any], request_: dict[str, Any], rung: str, cause: str
) -> None:
    given = {**request_}
    found = looked(tmp_path, asked, given.pop("rows", ROWS), **given)
    assert found.exit_code == 3
    assert found.diagnosis is not None
    assert [check.id for check in found.checks if check.ok is False] == [rung]
    assert found.diagnosis.cause == cause, found.diagnosis
    assert found.diagnosis.fixes
    broken = [check.id for check in found.checks].index(rung)
    assert all(check.value == "not run" for check in found.checks[broken + 1 :])
    assert not any("Traceback" in (check.value or "") for check in found.checks)


def test_who_holds_the_memory_is_named_where_it_is_full(tmp_path: Path) -> None:
    full = {**CUDA, "devices": [{**CARD, "free_mib": 10}]}
    found = looked(tmp_path, full, held=[f"{UUID}, 3811, 24000, /opt/train/python3.11"])
    assert found.diagnosis is not None
    assert "python3.11 (process 3811) holds 24000 MiB of NVIDIA GeForce RTX 3090" in found.diagnosis.evidence


def test_the_driver_that_answers_nothing_is_told_by_its_own_words(tmp_path: Path) -> None:
    python = gpu_environment(tmp_path / "env", CUDA)
    environment = driver_of(tmp_path / "driver", gpus=ROWS[:1])
    program = tmp_path / "driver" / "nvidia-smi"
    program.write_text("#!/bin/sh\necho 'Failed to initialize NVML: Driver/library version mismatch'\nexit 18\n")
    found = verify(
        VerifyRequest(python, environment=environment, gpus=HERE, nvidia_driver="580", os="linux", locked=False)
    )
    assert found.diagnosis is not None
    assert found.diagnosis.cause == "driver-mismatch"


def test_the_other_kinds(tmp_path: Path) -> None:
    """Intel's and Apple's climb without NVIDIA's rungs, on what the tests say is their machine."""
    arc = {"name": "Intel Arc B580", "memory_mib": 12000, "free_mib": 2000}
    chip = {"name": "Apple M4", "memory_mib": 0, "free_mib": 0}
    metal = looked(
        tmp_path / "apple", {"version": "2.14.1", "mps": True, "devices": [chip]}, os="macos",
        gpus=({"vendor": "apple", "name": "Apple M4"},),
    )  # fmt: skip
    assert metal.ok, metal.diagnosis
    assert list(values(metal)) == ["python", "torch", "variant", "devices", "kernel"]
    intel = looked(
        tmp_path / "intel", {"version": "2.14.1+xpu", "xpu": "20260000", "devices": [arc]}, os="linux",
        gpus=({"vendor": "intel", "name": "Intel Arc B580"},),
    )  # fmt: skip
    broken = next((check for check in intel.checks if check.ok is False), None)
    if os.path.isdir("/dev/dri"):
        assert intel.ok or broken is not None
    else:  # its driver is looked at first, and there is none here
        assert broken is not None
        assert broken.id == "driver"
        assert intel.diagnosis is not None
        assert intel.diagnosis.cause in ("driver-missing", "gpu-not-in-container")
        assert "NVIDIA" not in intel.diagnosis.title
