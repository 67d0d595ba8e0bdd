"""Every GPU of this machine, and what keeps programs from using them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from wizard import catalog
from wizard.machine import amd, apple, nvidia, pci, windows
from wizard.machine.facts import Gpu, MachineFinding
from wizard.machine.nvidia import Nvidia
from wizard.machine.request import Answer, ProbeRequest
from wizard.machine.system import in_container
from wizard.machine.telling import finding


def gpus(request: ProbeRequest, limit: float) -> Answer:
    """gpus, nvidia_driver, rocm. GPUs without a driver are listed too, by what the bus knows of them."""
    if request.os == "macos":
        return Answer({"gpus": apple.gpus(limit), "nvidia_driver": None, "rocm": None})
    told = nvidia.look(request, limit - 0.5)
    bus, driver = _bus(request)
    mine = told.gpus or tuple(gpu for gpu in bus if gpu.vendor == "nvidia")
    others = [gpu for gpu in bus if gpu.vendor != "nvidia"]
    if request.os == "linux":
        computing = amd.gpus(request)
        others = [*(computing or [gpu for gpu in others if gpu.vendor == "amd"]),
                  *(gpu for gpu in others if gpu.vendor == "intel")]  # fmt: skip
    known = told.trouble != "late" or told.gpus is not None
    facts = {
        "gpus": (*mine, *others) if known else None,
        "nvidia_driver": told.driver or driver,
        "rocm": amd.rocm(request) if request.os == "linux" else None,
    }
    return Answer(facts, tuple(_findings(request, told, mine, others, limit)))


def _bus(request: ProbeRequest) -> tuple[list[Gpu], str | None]:
    """What the bus lists, and NVIDIA's driver by Windows' registry."""
    if request.os == "windows":
        return windows.gpus(windows.adapters())
    return [Gpu(one.vendor, one.name) for one in pci.gpus(request)], None


def _findings(
    request: ProbeRequest, told: Nvidia, mine: tuple[Gpu, ...], others: list[Gpu], limit: float
) -> Iterable[MachineFinding]:
    if told.trouble == "late":
        yield finding("gpu-unknown", told.evidence, seconds=f"{limit:.0f}")
    if told.trouble == "mismatch":
        yield finding("driver-mismatch", told.evidence)
    elif request.os == "linux" and mine and (told.trouble == "absent" or not told.gpus):
        yield from _no_driver(request, told, mine[0])
    yield from _hidden(request, {gpu.vendor for gpu in (*mine, *others)})
    if request.os == "linux":
        yield from _closed(request, told, mine, others)


def _no_driver(request: ProbeRequest, told: Nvidia, card: Gpu) -> Iterable[MachineFinding]:
    """A card that neither NVML nor nvidia-smi reaches: no driver, or a container that was not given it."""
    nodes = request.at("dev/nvidiactl").exists() or request.at("dev/dxg").exists()
    if told.driver is None:
        yield finding("driver-missing", told.evidence, name=card.name)
    elif not nodes and in_container(request):
        yield finding("gpu-not-in-container", told.evidence, name=card.name)


def _hidden(request: ProbeRequest, vendors: set[str]) -> Iterable[MachineFinding]:
    """A variable that is set to no device, for a maker whose GPUs are here. Empty counts: CUDA then shows none."""
    hiding = catalog.table("machine.toml")["environment"]["hiding"]
    for vendor in sorted(vendors & set(hiding)):
        for variable in hiding[vendor]:
            value = request.variables.get(variable)
            if value is not None and value.strip().lower() in ("", "-1", "none", "nodevfiles", "void"):
                yield finding("gpu-hidden", [f"{variable}={value}"], variable=variable, value=value)
                break


def _closed(request: ProbeRequest, told: Nvidia, mine: tuple[Gpu, ...], others: list[Gpu]) -> Iterable[MachineFinding]:
    """Device files that are there and may not be opened; for AMD in a container, ones that are not there."""
    if mine and told.trouble != "late":
        yield from _may_open([request.at("dev/nvidiactl"), *sorted(request.at("dev").glob("nvidia[0-9]*"))][:2])
    computing = [gpu for gpu in others if gpu.gfx]
    if computing:
        node = request.at("dev/kfd")
        if node.exists():
            yield from _may_open([node])
        elif in_container(request):
            yield finding("gpu-not-in-container", ["/dev/kfd does not exist"], name=computing[0].name)
    elif any(gpu.vendor == "intel" for gpu in others):
        yield from _may_open(sorted(request.at("dev/dri").glob("renderD*"))[:1])


def _may_open(nodes: Iterable[Path]) -> Iterable[MachineFinding]:
    for node in nodes:
        if node.exists() and not os.access(node, os.R_OK | os.W_OK):
            yield finding("gpu-permission", [f"{node}: permission denied"], path=os.fspath(node))
            return
