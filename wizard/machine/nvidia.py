"""NVIDIA's GPUs and driver: by NVML in a child process, else nvidia-smi, else what the kernel tells.

Error numbers: nvmlReturn_t of NVIDIA's NVML reference. Files: the driver's README, chapter "The /proc Interface".
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from wizard.machine.child import ask
from wizard.machine.facts import Gpu
from wizard.machine.places import executable, filled
from wizard.machine.request import ProbeRequest

NO_PERMISSION, VERSION_MISMATCH = 4, 18
_FIELDS = ("name", "memory.total", "driver_version", "compute_cap")
_MISMATCH = "driver/library version mismatch"


@dataclass(frozen=True)
class Nvidia:
    """`gpus` None: unknown. `trouble`: late, mismatch, permission, absent (no driver library answers), or None."""

    gpus: tuple[Gpu, ...] | None = None
    driver: str | None = None
    trouble: str | None = None
    evidence: tuple[str, ...] = ()


Asked = Callable[[ProbeRequest, float], Nvidia]


def nvml(request: ProbeRequest, limit: float) -> Nvidia:
    """What NVML says."""
    spec = importlib.util.find_spec("pynvml")
    if spec is None or spec.origin is None or not sys.executable:
        return Nvidia(trouble="absent", evidence=("NVML: the package nvidia-ml-py is not here",))
    script = Path(__file__).with_name("nvml_child.py")
    argv = [sys.executable, "-I", os.fspath(script), os.fspath(Path(spec.origin).parent), str(limit)]
    try:
        said = ask(argv, limit, environment=request.environment)
    except TimeoutError:
        return Nvidia(trouble="late", evidence=(f"NVML did not answer in {limit:.0f} s",))
    except OSError as error:
        return Nvidia(trouble="absent", evidence=(f"NVML: {error}",))
    return read_nvml(said.out, said.err)


def read_nvml(out: str, err: str = "") -> Nvidia:
    """What the child printed."""
    try:
        found = json.loads(out)
    except ValueError:
        return Nvidia(trouble="absent", evidence=tuple(f"NVML: {line}" for line in err.strip().splitlines()[-1:]))
    error = found["error"]
    if error is not None:
        troubles = {VERSION_MISMATCH: "mismatch", NO_PERMISSION: "permission"}
        return Nvidia(None, found["driver"], troubles.get(error["code"], "absent"), (f"NVML: {error['text']}",))
    devices = (
        Gpu("nvidia", one["name"], one["compute_capability"], None, one["memory_mib"], tuple(one["mig"]))
        for one in found["devices"]
    )
    return Nvidia(tuple(devices), found["driver"])


def smi(request: ProbeRequest, limit: float) -> Nvidia:
    """What nvidia-smi says; old ones do not know compute_cap, and say which GPUs there are all the same."""
    name = "nvidia-smi.exe" if request.os == "windows" else "nvidia-smi"
    folders = [*request.search_path, *filled("nvidia_smi", request)]
    path = next((found for found in (executable(request, folder, name) for folder in folders) if found), None)
    if path is None:
        return Nvidia(trouble="absent", evidence=("nvidia-smi: not found",))
    end = time.monotonic() + limit
    told = Nvidia(trouble="absent")
    for fields in (_FIELDS, _FIELDS[:-1]):
        argv = [path, f"--query-gpu={','.join(fields)}", "--format=csv,noheader,nounits"]
        try:
            said = ask(argv, max(0.1, end - time.monotonic()), environment=request.environment)
        except TimeoutError:
            return Nvidia(trouble="late", evidence=(f"nvidia-smi did not answer in {limit:.0f} s",))
        except OSError as error:
            return Nvidia(trouble="absent", evidence=(f"nvidia-smi: {error}",))
        told = read_smi(said.code, said.out, said.err)
        if told.gpus is not None or told.trouble != "absent":
            return told
    return told


def read_smi(code: int, out: str, err: str = "") -> Nvidia:
    """The lines of `--query-gpu` with the fields of `_FIELDS`, the last of which may be missing."""
    whole = out + err
    evidence = tuple(f"nvidia-smi: {line.strip()}" for line in whole.strip().splitlines()[:2])
    if _MISMATCH in whole.lower():
        return Nvidia(trouble="mismatch", evidence=evidence)
    if "insufficient permissions" in whole.lower():
        return Nvidia(trouble="permission", evidence=evidence)
    if "no devices were found" in whole.lower():
        return Nvidia((), trouble=None, evidence=evidence)
    rows = [[cell.strip() for cell in line.split(",")] for line in out.splitlines() if line.count(",") >= 2]
    if code != 0 or not rows:
        return Nvidia(trouble="absent", evidence=evidence)
    gpus = []
    for name, memory, _driver, *rest in rows:
        capability = rest[0] if rest and re.fullmatch(r"\d+\.\d+", rest[0]) else None
        gpus.append(Gpu("nvidia", name, capability, None, int(memory) if memory.isdigit() else None))
    driver = rows[0][2] if re.fullmatch(r"[\d.]+", rows[0][2]) else None
    return Nvidia(tuple(gpus), driver)


def kernel(request: ProbeRequest) -> Nvidia:
    """What the loaded driver tells in /proc and /sys: its version and the names; `gpus` None without it."""
    driver = driver_version(request)
    if driver is None:
        return Nvidia(trouble="absent")
    names = []
    for information in sorted(request.at("proc/driver/nvidia/gpus").glob("*/information")):
        text = request.text(os.fspath(information.relative_to(request.root)))
        model = re.search(r"^Model:\s*(.+?)\s*$", text, re.MULTILINE)
        names.append(model.group(1) if model else "NVIDIA GPU")
    return Nvidia(tuple(Gpu("nvidia", name) for name in names), driver)


def driver_version(request: ProbeRequest) -> str | None:
    """Version of the driver that is loaded, None where none is."""
    version = request.text("sys/module/nvidia/version").strip()
    if version:
        return version
    found = re.search(
        r"^NVRM version:.*?\s(\d+\.\d+(?:\.\d+)?)\s", request.text("proc/driver/nvidia/version"), re.MULTILINE
    )
    return found.group(1) if found else None


def look(request: ProbeRequest, limit: float, ways: tuple[Asked, ...] = (nvml, smi)) -> Nvidia:
    """The first of the ways that knows, with the kernel's word where none does. `ways` take a request and seconds."""
    end = time.monotonic() + limit
    loaded = driver_version(request)
    trouble: str | None = None
    evidence: list[str] = []
    for way in ways:
        told = way(request, max(0.2, end - time.monotonic()))
        if told.gpus is not None:
            return Nvidia(told.gpus, told.driver or loaded, trouble, (*evidence, *told.evidence))
        evidence += told.evidence
        if told.trouble == "late":  # the same driver would keep the next one waiting too
            return Nvidia(None, loaded, "late", tuple(evidence))
        trouble = told.trouble if trouble in (None, "absent") else trouble
    found = kernel(request)
    return Nvidia(found.gpus, found.driver, trouble, tuple(evidence))
