"""The GPU of a Mac: part of the processor on Apple silicon, a card or graphics of others before."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from wizard.machine.child import ask
from wizard.machine.facts import Gpu

Ask = Callable[[Sequence[str], float], str]
_VENDORS = (
    ("apple", "apple"),
    ("amd", "amd"),
    ("1002", "amd"),
    ("nvidia", "nvidia"),
    ("10de", "nvidia"),
    ("intel", "intel"),
)


def gpus(limit: float, said: Ask | None = None) -> tuple[Gpu, ...] | None:
    """One GPU named as its chip on Apple silicon; else what system_profiler lists; None where neither told."""
    tell = said or _said
    chip = tell(["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"], 3).strip()
    if chip.startswith("Apple"):
        return (Gpu("apple", chip),)
    return read_profile(tell(["/usr/sbin/system_profiler", "-json", "SPDisplaysDataType"], limit))


def read_profile(text: str) -> tuple[Gpu, ...] | None:
    """The displays section of system_profiler's JSON."""
    try:
        entries = json.loads(text)["SPDisplaysDataType"]
    except (ValueError, KeyError, TypeError):
        return None
    found = []
    for entry in entries:
        maker = f"{entry.get('spdisplays_vendor', '')} {entry.get('sppci_model', '')}".lower()
        vendor = next((vendor for word, vendor in _VENDORS if word in maker), None)
        if vendor:
            found.append(Gpu(vendor, str(entry.get("sppci_model") or entry.get("_name"))))
    return tuple(found)


def _said(argv: Sequence[str], limit: float) -> str:
    try:
        return ask(argv, limit).out
    except OSError:
        return ""
