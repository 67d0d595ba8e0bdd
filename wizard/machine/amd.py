"""AMD's GPUs as its kernel driver lists them for computing, and the ROCm that is installed.

Files: Documentation/gpu/amdgpu and drivers/gpu/drm/amd/amdkfd/kfd_topology.c of Linux; ROCm's /opt/rocm/.info/version.
"""

from __future__ import annotations

import os
import re

from wizard.machine import pci
from wizard.machine.facts import Gpu
from wizard.machine.request import ProbeRequest

_NODES = "sys/class/kfd/kfd/topology/nodes"


def gpus(request: ProbeRequest) -> tuple[Gpu, ...]:
    """Each node of the topology that has compute units."""
    found = []
    for folder in sorted(request.at(_NODES).glob("*"), key=lambda path: (len(path.name), path.name)):
        node = f"{_NODES}/{folder.name}"
        values = properties(request.text(f"{node}/properties"))
        target = gfx(values.get("gfx_target_version", 0))
        if not values.get("simd_count") or target is None:
            continue
        device = f"{values.get('device_id', 0):04x}"
        found.append(Gpu("amd", pci.name(request, "amd", device), gfx=target, memory_mib=_memory_mib(request, node)))
    return tuple(found)


def properties(text: str) -> dict[str, int]:
    """`name number` lines."""
    pairs = (line.split() for line in text.splitlines())
    return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2 and pair[1].isdigit()}


def gfx(version: int) -> str | None:
    """The name of a gfx_target_version: 110000 is gfx1100, 90010 is gfx90a (its last two parts are hexadecimal)."""
    if version <= 0:
        return None
    return f"gfx{version // 10_000}{version // 100 % 100:x}{version % 100:x}"


def _memory_mib(request: ProbeRequest, node: str) -> int | None:
    size = 0
    for bank in request.at(f"{node}/mem_banks").glob("*"):
        values = properties(request.text(f"{node}/mem_banks/{bank.name}/properties"))
        if values.get("heap_type") in (1, 2):  # the card's own memory, seen by the processor or not
            size += values.get("size_in_bytes", 0)
    return size // 1024**2 or None


def rocm(request: ProbeRequest) -> str | None:
    """The version of the newest ROCm in /opt, `6.2` for 6.2.0-66; None where there is none."""
    found = []
    for folder in [request.at("opt/rocm"), *request.at("opt").glob("rocm-*")]:
        text = request.text(os.fspath(folder.relative_to(request.root) / ".info" / "version"), 256)
        version = re.match(r"\d+(?:\.\d+)+", text.strip())
        if version:
            found.append(tuple(int(part) for part in version.group().split(".")))
    if not found:
        return None
    newest = max(found)
    return ".".join(map(str, newest[:2] if not any(newest[2:]) else newest[:3]))
