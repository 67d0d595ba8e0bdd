"""Rates for pleasure, and for spotting a throttled card; a busy card is slow, and never a failure."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from . import nvml
from .common import Short, backend, bf16, where_of
from .devices import gpu_of

if TYPE_CHECKING:
    from collections.abc import Callable

ROOM_MIB = 2048
"""Free memory that the measurement wants; it takes a third of it."""
QUICK_S = 0.001
"""Seconds of a product under which a larger one is measured."""
ALL_S = 2.0
"""Seconds of work for all devices together."""


def stage_measure(known: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """Adds `matmul_dtype`, `matmul_tflops`, `copy_gib_s` and `throttled` to the devices that have room."""
    devices = known.get("devices", [])
    module, name = backend(asked)
    each_s = min(0.25, ALL_S / max(1, 2 * len(devices)))
    for facts in devices:
        if name == "mps" or (facts["free_mib"] or 0) <= ROOM_MIB:
            continue
        try:
            facts.update(rates(module, name, where_of(name, facts), each_s))
        except RuntimeError as error:  # another program may have taken the memory since
            facts["not_measured"] = str(error).partition("\n")[0][:200]
    if asked.get("kind") == "nvidia":
        _throttled(known, devices)
    return {"devices": devices}


def _throttled(known: dict[str, Any], devices: list[dict[str, Any]]) -> None:
    """What the driver says of the clocks, right after the work."""
    try:
        gpus = nvml.gpus(nvml.library())
    except (OSError, Short):
        return
    for facts in devices:
        gpu = gpu_of(gpus, facts, len(devices))
        if gpu is not None and facts.get("matmul_tflops"):
            facts["throttled"] = gpu["throttled"]


def rates(module: Any, name: str, where: str, each_s: float) -> dict[str, Any]:
    """Products of two square matrices in TFLOP/s, and copies inside the device's memory (read and written) in GiB/s."""
    import torch  # type: ignore[import-not-found,unused-ignore]

    dtype, label = (torch.bfloat16, "bf16") if bf16(module, name) else (torch.float16, "fp16")
    side = 4096
    left = torch.randn(side, side, device=where, dtype=dtype)
    per_product = timed(module, lambda: left @ left, each_s)
    if per_product < QUICK_S:  # so small a product does not fill so large a card
        side = 8192
        left = torch.randn(side, side, device=where, dtype=dtype)
        per_product = timed(module, lambda: left @ left, each_s)
    block = torch.empty(2**28, dtype=torch.uint8, device=where)
    other = torch.empty_like(block)
    per_copy = timed(module, lambda: other.copy_(block), each_s)
    return {"matmul_dtype": label, "matmul_tflops": 2 * side**3 / per_product / 1e12, "copy_gib_s": 0.5 / per_copy}


def timed(module: Any, work: Callable[[], Any], least_s: float) -> float:
    """Seconds for one, after a warm-up, from `least_s` of work."""
    for _ in range(3):
        work()
    module.synchronize()
    begin = time.perf_counter()
    count = 0
    while time.perf_counter() - begin < least_s:
        for _ in range(5):
            work()
        module.synchronize()
        count += 5
    return (time.perf_counter() - begin) / count
