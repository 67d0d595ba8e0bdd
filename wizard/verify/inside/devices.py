"""The devices that torch sees, their memory, and who holds it."""

from __future__ import annotations

import os
import platform
import warnings
from typing import Any

from . import nvml
from .common import Short, backend, text_of

SELECTING = (
    "CUDA_VISIBLE_DEVICES",
    "HIP_VISIBLE_DEVICES",
    "ROCR_VISIBLE_DEVICES",
    "GPU_DEVICE_ORDINAL",
    "ZE_AFFINITY_MASK",
)
"""Variables that choose which GPUs a program sees."""


def stage_devices(known: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """What torch sees, with the warnings that say why it does not see more."""
    import torch  # type: ignore[import-not-found,unused-ignore]

    module, name = backend(asked)
    notes = known.get("driver", {}).get("notes", [])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            there = torch.backends.mps.is_available() if name == "mps" else module.is_available()
            count = (1 if name == "mps" else module.device_count()) if there else 0
            if not count:
                torch.zeros(1, device=name)  # says why, where is_available() is silent
        except Exception as error:
            said = [str(each.message) for each in caught]
            raise Short("\n".join([*said, text_of(error), *notes, "devices seen: 0"])) from error
    said = [str(each.message)[:2000] for each in caught]
    if not count:
        raise Short("\n".join([*said, *notes, "devices seen: 0"]))
    known["devices"] = [device(module, name, number) for number in range(count)]
    selected = ["%s=%s" % (each, os.environ[each]) for each in SELECTING if each in os.environ]
    return {"devices": known["devices"], "warnings": said, "selected": selected}


def device(module: Any, name: str, number: int) -> dict[str, Any]:
    """What torch says of one device; None where it does not say."""
    facts: dict[str, Any] = {
        "index": number,
        "name": None,
        "compute_capability": None,
        "gfx": None,
        "memory_mib": None,
        "free_mib": None,
        "uuid": None,
    }
    if name == "mps":
        facts["name"] = "Apple GPU (%s)" % (platform.processor() or platform.machine())
        limit = getattr(module, "recommended_max_memory", None)
        facts["memory_mib"] = int(limit()) // 2**20 if limit else None
        return facts
    properties = module.get_device_properties(number)
    facts["name"] = module.get_device_name(number)
    facts["memory_mib"] = int(properties.total_memory) // 2**20
    if name == "cuda":
        uuid = str(getattr(properties, "uuid", "") or "")
        facts["uuid"] = uuid if not uuid or uuid.startswith(("GPU-", "MIG-")) else "GPU-" + uuid
        gfx = (getattr(properties, "gcnArchName", None) or "").split(":")[0]
        facts["gfx"] = gfx if gfx.startswith("gfx") else None
        if facts["gfx"] is None:
            facts["compute_capability"] = "%d.%d" % tuple(module.get_device_capability(number))
    return facts


def stage_memory(known: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """Free memory of each device, and the processes that hold the rest."""
    module, _ = backend(asked)
    for facts in known["devices"]:
        if hasattr(module, "mem_get_info"):
            try:
                free, total = module.mem_get_info(facts["index"])
            except RuntimeError as error:
                if "out of memory" in str(error) or "busy or unavailable" in str(error):
                    raise Short(
                        "\n".join([text_of(error), *held(holders(known, facts))]), {"devices": known["devices"]}
                    ) from error
                continue  # Intel's older drivers do not tell
            facts["free_mib"], facts["memory_mib"] = int(free) // 2**20, int(total) // 2**20
        facts["holders"] = holders(known, facts)
    return {"devices": known["devices"]}


def holders(known: dict[str, Any], facts: dict[str, Any]) -> list[dict[str, Any]] | None:
    """The processes with memory on that device, None where nobody tells."""
    gpus = known.get("driver", {}).get("gpus") or []
    gpu = gpu_of(gpus, facts, len(known.get("devices", ())))
    if gpu is None:
        return None
    told = gpu.get("holders")
    if told is None and gpu.get("uuid"):
        try:
            told = nvml.holders_by_program(gpu["uuid"])
        except Short:
            told = None
    return told if told is None else [dict(each) for each in told]


def gpu_of(gpus: list[dict[str, Any]], facts: dict[str, Any], seen: int) -> dict[str, Any] | None:
    """The driver's GPU that is torch's device: by its uuid; without one, where there is only one, or all in one order.

    torch counts the fastest first and the driver by the bus, so the place alone tells nothing of mixed cards.
    """
    for gpu in gpus:
        if gpu.get("uuid") and gpu["uuid"] == facts.get("uuid"):
            return gpu
    if len(gpus) == 1:
        return gpus[0]
    chosen = any(each in os.environ for each in SELECTING)
    alike = len({gpu.get("name") for gpu in gpus}) == 1 and len(gpus) == seen and not chosen
    return gpus[facts["index"]] if alike else None


def held(told: list[dict[str, Any]] | None) -> list[str]:
    """One line for each process that holds memory, four at most."""
    lines = []
    for each in (told or [])[:4]:
        used = "%d MiB" % each["used_mib"] if each["used_mib"] is not None else "an amount not told"
        lines.append(
            "%s (process %d) holds %s" % (each["name"] or "a program of another user or container", each["pid"], used)
        )
    return lines
