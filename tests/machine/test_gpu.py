"""GPUs: what each source prints, which of them is believed, and what is told beside."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from wizard.machine import amd, apple, gpu, nvidia, nvml_child, pci, windows
from wizard.machine.child import ask
from wizard.machine.facts import Gpu
from wizard.machine.nvidia import Nvidia, read_nvml, read_smi
from wizard.machine.request import ProbeRequest

Tree = Callable[[Mapping[str, str]], Path]
Asked = Callable[..., ProbeRequest]

VERSION = (
    "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.14  Thu Feb 22 01:44:30 UTC 2024\nGCC version:  gcc 11\n"
)
OPEN_VERSION = "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.86.15  Release Build  (dvs-builder)\n"
CARD = {
    "proc/driver/nvidia/version": VERSION,
    "proc/driver/nvidia/gpus/0000:01:00.0/information": "Model: \t\t NVIDIA GeForce RTX 3090\nIRQ:   \t\t 181\n",
}
BUS_3090 = {
    "sys/bus/pci/devices/0000:01:00.0/class": "0x030000\n",
    "sys/bus/pci/devices/0000:01:00.0/vendor": "0x10de\n",
    "sys/bus/pci/devices/0000:01:00.0/device": "0x2204\n",
    "sys/bus/pci/devices/0000:01:00.1/class": "0x040300\n",  # its sound
    "sys/bus/pci/devices/0000:01:00.1/vendor": "0x10de\n",
    "usr/share/hwdata/pci.ids": "1002  AMD\n\t2204  Wrong\n10de  NVIDIA Corporation\n\t2203  X\n"
    "\t2204  GA102 [GeForce RTX 3090]\n"
    "\t\t1458 403b  GIGABYTE\n8086  Intel Corporation\n",
}
KFD = {
    "sys/class/kfd/kfd/topology/nodes/0/properties": "cpu_cores_count 16\nsimd_count 0\ngfx_target_version 0\n",
    "sys/class/kfd/kfd/topology/nodes/1/properties": "simd_count 192\ngfx_target_version 110000\ndevice_id 29772\n",
    "sys/class/kfd/kfd/topology/nodes/1/mem_banks/0/properties": "heap_type 1\nsize_in_bytes 25753026560\n",
    "usr/share/misc/pci.ids": "1002  Advanced Micro Devices\n\t744c  Navi 31 [Radeon RX 7900 XT/7900 XTX]\n",
}


def absent(request: ProbeRequest, limit: float) -> Nvidia:
    return Nvidia(trouble="absent", evidence=("nothing",))


def mismatched(request: ProbeRequest, limit: float) -> Nvidia:
    return Nvidia(trouble="mismatch", evidence=("Driver/library version mismatch",))


def without_nvidia(monkeypatch: pytest.MonkeyPatch, *ways: nvidia.Asked) -> None:
    """The probe of a host without NVML: whatever GPU runs the tests stays out of them."""
    real = nvidia.look
    monkeypatch.setattr(nvidia, "look", lambda request, limit: real(request, limit, ways or (absent, nvidia.smi)))


@pytest.mark.parametrize(
    "code, out, gpus, driver, trouble",
    [
        (
            0,
            "NVIDIA GeForce RTX 3090, 24576, 550.54.14, 8.6\n",
            (Gpu("nvidia", "NVIDIA GeForce RTX 3090", "8.6", None, 24576),),
            "550.54.14",
            None,
        ),
        (
            0,
            "NVIDIA GB10, [N/A], 580.95.05, 12.1\n",
            (Gpu("nvidia", "NVIDIA GB10", "12.1", None, None),),
            "580.95.05",
            None,
        ),
        (
            0,
            "Tesla K80, 11441, 470.82.01\nTesla K80, 11441, 470.82.01\n",
            (Gpu("nvidia", "Tesla K80", None, None, 11441),) * 2,
            "470.82.01",
            None,
        ),
        (2, 'Field "compute_cap" is not a valid field to query.\n', None, None, "absent"),
        (6, "No devices were found\n", (), None, None),
        (9, "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n", None, None, "absent"),
        (
            18,
            "Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 550.54\n",
            None,
            None,
            "mismatch",
        ),
        (4, "Failed to initialize NVML: Insufficient Permissions\n", None, None, "permission"),
        (0, "", None, None, "absent"),
    ],
)
def test_nvidia_smi(code: int, out: str, gpus: Any, driver: str | None, trouble: str | None) -> None:
    told = read_smi(code, out)
    assert (told.gpus, told.driver, told.trouble) == (gpus, driver, trouble)


def test_nvidia_smi_is_run_and_asked_again_where_it_is_old(
    asked: Asked, program: Callable[[Path, str], Path], tmp_path: Path
) -> None:
    program(
        tmp_path / "bin" / "nvidia-smi",
        'case "$1" in *compute_cap*) echo \'Field "compute_cap" is not a valid field to query.\'; exit 2;; esac\n'
        "echo 'Tesla P100-PCIE-16GB, 16280, 450.80.02'",
    )
    request = asked({"PATH": os.fspath(tmp_path / "bin")})
    found = nvidia.look(request, 60, (absent, nvidia.smi))
    assert found.gpus == (Gpu("nvidia", "Tesla P100-PCIE-16GB", None, None, 16280),)
    assert found.driver == "450.80.02"


def test_nvidia_smi_that_hangs_leaves_the_gpus_unknown(
    asked: Asked,
    program: Callable[[Path, str], Path],
    tmp_path: Path,
    machine_tree: Tree,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program(tmp_path / "bin" / "nvidia-smi", "exec sleep 600")
    without_nvidia(monkeypatch)
    request = asked({"PATH": f"{tmp_path / 'bin'}:{os.defpath}"}, root=machine_tree({**CARD, **BUS_3090}))
    answer = gpu.gpus(request, 1.5)
    assert answer.facts["gpus"] is None
    assert answer.facts["nvidia_driver"] == "550.54.14"
    assert [one.cause for one in answer.findings] == ["gpu-unknown"]


@pytest.mark.parametrize(
    "text, driver", [(VERSION, "550.54.14"), (OPEN_VERSION, "570.86.15"), ("", None), ("nonsense", None)]
)
def test_driver_version_in_proc(machine_tree: Tree, asked: Asked, text: str, driver: str | None) -> None:
    assert nvidia.driver_version(asked(root=machine_tree({"proc/driver/nvidia/version": text}))) == driver


def test_the_kernel_knows_names_where_nothing_else_answers(machine_tree: Tree, asked: Asked) -> None:
    found = nvidia.look(asked(root=machine_tree(CARD)), 20, (absent,))
    assert (found.gpus, found.driver, found.trouble) == (
        (Gpu("nvidia", "NVIDIA GeForce RTX 3090"),),
        "550.54.14",
        "absent",
    )


def test_after_one_that_is_late_nothing_else_is_asked(asked: Asked) -> None:
    calls: list[str] = []

    def late(request: ProbeRequest, limit: float) -> Nvidia:
        calls.append("late")
        return Nvidia(trouble="late")

    def never(request: ProbeRequest, limit: float) -> Nvidia:
        calls.append("never")
        return Nvidia(())

    assert nvidia.look(asked(), 20, (late, never)).trouble == "late"
    assert calls == ["late"]


FAKE_NVML = """
NVML_DEVICE_MIG_ENABLE = 1
class NVMLError(Exception):
    value = {code}
def nvmlInit():
    {init}
def nvmlSystemGetDriverVersion(): return b"570.124.06"
def nvmlDeviceGetCount(): return 2
def nvmlDeviceGetHandleByIndex(number): return number
def nvmlDeviceGetName(handle): return "NVIDIA A100-SXM4-80GB" if isinstance(handle, int) else f"MIG {{handle[1]}}g"
def nvmlDeviceGetCudaComputeCapability(handle): return (8, 0)
class Memory: total = 85_899_345_920
def nvmlDeviceGetMemoryInfo(handle):
    if handle: raise NVMLError("Not Supported")
    return Memory
def nvmlDeviceGetMigMode(handle):
    if handle: raise NVMLError("Not Supported")
    return (1, 1)
def nvmlDeviceGetMaxMigDeviceCount(handle): return 7
def nvmlDeviceGetMigDeviceHandleByIndex(handle, number):
    if number > 1: raise NVMLError("Not Found")
    return (handle, number + 3)
"""


def nvml_says(tmp_path: Path, init: str = "pass", code: int = 3) -> Nvidia:
    """What comes of the real child with a library that stands in for pynvml."""
    (tmp_path / "pynvml.py").write_text(FAKE_NVML.format(init=init, code=code))
    script = os.fspath(Path(nvml_child.__file__))
    said = ask([sys.executable, "-I", "-S", script, os.fspath(tmp_path), "60"], 60)
    return read_nvml(said.out, said.err)


def test_nvml_child_tells_cards_and_mig_devices(tmp_path: Path) -> None:
    found = nvml_says(tmp_path)
    assert found.driver == "570.124.06"
    assert found.gpus == (
        Gpu("nvidia", "NVIDIA A100-SXM4-80GB", "8.0", None, 81920, ("MIG 3g", "MIG 4g")),
        Gpu("nvidia", "NVIDIA A100-SXM4-80GB", "8.0", None, None, ()),
    )


@pytest.mark.parametrize(
    "code, trouble", [(18, "mismatch"), (4, "permission"), (9, "absent"), (12, "absent"), (999, "absent")]
)
def test_nvml_child_tells_errors(tmp_path: Path, code: int, trouble: str) -> None:
    found = nvml_says(tmp_path, init="raise NVMLError('it says why')", code=code)
    assert (found.gpus, found.trouble, found.evidence) == (None, trouble, ("NVML: it says why",))


def test_nvml_child_that_crashes(tmp_path: Path) -> None:
    found = nvml_says(tmp_path, init="raise RuntimeError('broken')")
    assert (found.gpus, found.trouble) == (None, "absent")
    assert found.evidence == ("NVML: RuntimeError: broken",)


def test_nvml_of_this_host_answers_or_says_why() -> None:
    found = nvidia.nvml(ProbeRequest(), 60)
    assert (found.gpus is None) == (found.trouble is not None)
    assert found.gpus or found.evidence or found.gpus == ()


def test_bus(machine_tree: Tree, asked: Asked) -> None:
    assert pci.gpus(asked(root=machine_tree(BUS_3090))) == (pci.PciGpu("nvidia", "2204", "NVIDIA GeForce RTX 3090"),)


@pytest.mark.parametrize(
    "vendor, device, name",
    [
        ("intel", "56a0", "Intel Arc A770"),
        ("intel", "0bd5", "Intel Data Center GPU Max 1550"),
        ("intel", "9a49", "Intel graphics [9a49]"),
        ("nvidia", "2204", "NVIDIA graphics [2204]"),
    ],
)
def test_names_without_a_list(asked: Asked, vendor: str, device: str, name: str) -> None:
    assert pci.name(asked(), vendor, device) == name


@pytest.mark.parametrize(
    "version, name",
    [(110000, "gfx1100"), (90010, "gfx90a"), (90402, "gfx942"), (100302, "gfx1032"), (120001, "gfx1201"), (0, None)],
)
def test_gfx(version: int, name: str | None) -> None:
    assert amd.gfx(version) == name


def test_amd_by_its_topology(machine_tree: Tree, asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    without_nvidia(monkeypatch, absent)
    root = machine_tree({**KFD, "opt/rocm/.info/version": "6.2.0-66\n", "dev/kfd": ""})
    answer = gpu.gpus(asked(root=root), 20)
    assert answer.facts["gpus"] == (Gpu("amd", "AMD Radeon RX 7900 XT/7900 XTX", None, "gfx1100", 24560),)
    assert answer.facts["rocm"] == "6.2"
    assert not answer.findings


@pytest.mark.parametrize(
    "files, expected",
    [
        ({"opt/rocm-6.1.3/.info/version": "6.1.3-122", "opt/rocm-6.4.0/.info/version": "6.4.0-47"}, "6.4"),
        ({"opt/rocm/.info/version": "6.2.4"}, "6.2.4"),
        ({"opt/rocm/.info/version": "unknown"}, None),
        ({}, None),
    ],
)
def test_rocm(machine_tree: Tree, asked: Asked, files: dict[str, str], expected: str | None) -> None:
    assert amd.rocm(asked(root=machine_tree(files))) == expected


@pytest.mark.parametrize(
    "files, environment, causes",
    [
        (BUS_3090, {}, ["driver-missing"]),
        ({**CARD, **BUS_3090}, {}, []),
        ({**CARD, ".dockerenv": ""}, {}, ["gpu-not-in-container"]),
        ({**CARD, ".dockerenv": "", "dev/nvidiactl": ""}, {}, []),
        ({**KFD, ".dockerenv": ""}, {}, ["gpu-not-in-container"]),
        (CARD, {"CUDA_VISIBLE_DEVICES": ""}, ["gpu-hidden"]),
        (CARD, {"CUDA_VISIBLE_DEVICES": "-1"}, ["gpu-hidden"]),
        (CARD, {"CUDA_VISIBLE_DEVICES": "0"}, []),
        ({}, {"CUDA_VISIBLE_DEVICES": ""}, []),
        ({**KFD, "dev/kfd": ""}, {"HIP_VISIBLE_DEVICES": "-1"}, ["gpu-hidden"]),
    ],
)
def test_findings(
    machine_tree: Tree,
    asked: Asked,
    monkeypatch: pytest.MonkeyPatch,
    files: dict[str, str],
    environment: dict[str, str],
    causes: list[str],
) -> None:
    without_nvidia(monkeypatch, absent)
    answer = gpu.gpus(asked(environment, root=machine_tree(files)), 20)
    assert [one.cause for one in answer.findings] == causes


def test_a_closed_device_file(machine_tree: Tree, asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    without_nvidia(monkeypatch, absent)
    monkeypatch.setattr(os, "access", lambda path, _mode: "nvidia" not in os.fspath(path))  # root may open all
    answer = gpu.gpus(asked(root=machine_tree({**CARD, "dev/nvidiactl": "", "dev/nvidia0": ""})), 20)
    assert [one.cause for one in answer.findings] == ["gpu-permission"]
    assert "nvidiactl" in answer.findings[0].evidence[0]


def test_a_mismatch_is_an_error_and_the_card_is_listed(
    machine_tree: Tree, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_nvidia(monkeypatch, mismatched, absent)
    answer = gpu.gpus(asked(root=machine_tree(CARD)), 20)
    assert [(one.cause, one.severity) for one in answer.findings] == [("driver-mismatch", "error")]
    assert answer.facts["gpus"] == (Gpu("nvidia", "NVIDIA GeForce RTX 3090"),)


def test_none_after_all_answered_is_none(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    without_nvidia(monkeypatch, absent)
    assert gpu.gpus(asked(), 20).facts == {"gpus": (), "nvidia_driver": None, "rocm": None}


def test_intel_and_amd_beside_nvidia(machine_tree: Tree, asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    without_nvidia(monkeypatch, lambda _request, _limit: Nvidia((Gpu("nvidia", "NVIDIA X", "9.0"),), "580.1"))
    bus = {
        f"sys/bus/pci/devices/{n}/{key}": value
        for n, values in enumerate(
            (
                {"class": "0x030000", "vendor": "0x8086", "device": "0xe20b"},
                {"class": "0x030000", "vendor": "0x1002", "device": "0x73bf"},
                {"class": "0x120000", "vendor": "0x8086", "device": "0x7d1d"},  # an NPU
                {"class": "0x030000", "vendor": "0x1a03", "device": "0x2000"},  # a server's console
            )
        )
        for key, value in values.items()
    }
    answer = gpu.gpus(asked(root=machine_tree(bus)), 20)
    assert [(one.vendor, one.name) for one in answer.facts["gpus"]] == [
        ("nvidia", "NVIDIA X"),
        ("amd", "AMD graphics [73bf]"),
        ("intel", "Intel Arc B580"),
    ]


def test_apple_silicon_and_intel_macs() -> None:
    assert apple.gpus(5, lambda argv, _limit: "Apple M2 Pro\n" if "sysctl" in argv[0] else "") == (
        Gpu("apple", "Apple M2 Pro"),
    )
    profile = (
        '{"SPDisplaysDataType": [{"sppci_model": "Intel UHD Graphics 630", "spdisplays_vendor": "Intel"},'
        ' {"sppci_model": "AMD Radeon Pro 5500M", "spdisplays_vendor": "sppci_vendor_amd"}]}'
    )
    said = {"/usr/sbin/sysctl": "Intel(R) Core(TM) i9", "/usr/sbin/system_profiler": profile}
    assert apple.gpus(5, lambda argv, _limit: said[argv[0]]) == (
        Gpu("intel", "Intel UHD Graphics 630"),
        Gpu("amd", "AMD Radeon Pro 5500M"),
    )
    assert apple.gpus(5, lambda _argv, _limit: "") is None


def test_windows_adapters() -> None:
    nvidia_key = {
        "DriverDesc": "NVIDIA GeForce RTX 4070",
        "MatchingDeviceId": r"PCI\VEN_10DE&DEV_2786&SUBSYS_1",
        "DriverVersion": "32.0.15.6094",
        "HardwareInformation.qwMemorySize": 12_878_610_432,
    }
    keys: list[dict[str, Any]] = [
        nvidia_key,
        nvidia_key,
        {},
        {
            "DriverDesc": "Intel(R) UHD Graphics 770",
            "MatchingDeviceId": r"PCI\VEN_8086&DEV_4680",
            "HardwareInformation.qwMemorySize": (1024**3).to_bytes(8, "little"),
        },
        {"DriverDesc": "Microsoft Remote Display Adapter", "MatchingDeviceId": "rdpidd_indirectdisplay"},
    ]
    assert windows.gpus(keys) == (
        [Gpu("nvidia", "NVIDIA GeForce RTX 4070", memory_mib=12282), Gpu("intel", "Intel(R) UHD Graphics 770")],
        "560.94",
    )


@pytest.mark.parametrize(
    "told, own", [("32.0.15.6094", "560.94"), ("31.0.15.5222", "552.22"), ("27.21.14.5671", "456.71"), ("1.0", None)]
)
def test_windows_number_of_nvidias_driver(told: str, own: str | None) -> None:
    assert windows.nvidia_version(told) == own
