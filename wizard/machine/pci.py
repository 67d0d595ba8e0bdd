"""Display devices on the PCI bus of Linux, and their names where the host has a list of them (pci.ids of the PCI ID project)."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from wizard import catalog
from wizard.machine.request import ProbeRequest

VENDORS = {"10de": "nvidia", "1002": "amd", "8086": "intel"}
_LISTS = ("usr/share/misc/pci.ids", "usr/share/hwdata/pci.ids", "run/current-system/sw/share/hwdata/pci.ids")
_MAKERS = {"nvidia": "NVIDIA", "amd": "AMD", "intel": "Intel"}


@dataclass(frozen=True)
class PciGpu:
    """`vendor`: nvidia, amd or intel; `device`: the id in four hexadecimal digits; `name` as sold where it is known."""

    vendor: str
    device: str
    name: str


def gpus(request: ProbeRequest) -> tuple[PciGpu, ...]:
    """Class 0x03 (display), and AMD's 0x12 (processing accelerators: its cards without a screen), each function 0."""
    found = []
    for folder in sorted(request.at("sys/bus/pci/devices").glob("*")):
        inside = os.fspath(folder.relative_to(request.root))
        code, vendor = _hex(request, f"{inside}/class"), VENDORS.get(_hex(request, f"{inside}/vendor"))
        if vendor is None or not (code.startswith("03") or (vendor == "amd" and code.startswith("12"))):
            continue
        device = _hex(request, f"{inside}/device")
        found.append(PciGpu(vendor, device, name(request, vendor, device)))
    return tuple(found)


def _hex(request: ProbeRequest, path: str) -> str:
    return request.text(path, 64).strip().lower().removeprefix("0x")


def name(request: ProbeRequest, vendor: str, device: str) -> str:
    """`NVIDIA GeForce RTX 3090`, or `Intel graphics [7d55]` where nothing knows its name."""
    maker = _MAKERS[vendor]
    known = catalog.table("machine.toml")[vendor]["names"].get(device) if vendor == "intel" else None
    if known:
        return str(known)
    vendor_id = next(key for key, value in VENDORS.items() if value == vendor)
    text = next((text for text in (request.text(path, 8 * 1024**2) for path in _LISTS) if text), "")
    section = re.search(rf"^{vendor_id}  .*\n((?:\t.*\n|#.*\n|\n)*)", text, re.MULTILINE)
    line = re.search(rf"^\t{re.escape(device)}  (.+)$", section.group(1), re.MULTILINE) if section and device else None
    if line is None:
        return f"{maker} graphics [{device}]"
    sold = re.search(r"\[([^\]]+)\]\s*$", line.group(1))  # `GA102 [GeForce RTX 3090]`: chip, then product
    return f"{maker} {sold.group(1) if sold else line.group(1)}"
