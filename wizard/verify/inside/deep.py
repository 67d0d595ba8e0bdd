"""What takes longer and is asked for: torch.compile, and what two devices do together."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

from .common import Short, backend, where_of


def stage_compile(known: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """torch.compile on the device: by triton on a GPU, by a C++ compiler on the CPU."""
    import torch  # type: ignore[import-not-found,unused-ignore]

    where = asked.get("where") or "cpu"
    triton = None
    if where in ("cuda", "xpu"):
        if importlib.util.find_spec("triton") is None:
            raise Short("triton is not in the environment, and torch.compile makes its GPU code with it")
        triton = str(getattr(importlib.import_module("triton"), "__version__", None))
    values = torch.arange(64, dtype=torch.float32, device=where)
    if not torch.allclose(torch.compile(lambda x: x * 2 + 1)(values).cpu(), values.cpu() * 2 + 1):
        raise Short("what torch.compile made differs from the CPU's")
    return {"version": str(torch.__version__), "triton": triton}


def stage_peer(known: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """A copy from each device to the next and back. `direct`: pairs that need not go through the host's memory."""
    import torch

    module, name = backend(asked)
    devices = known["devices"]
    pairs = [(one, other) for one in devices for other in devices if one is not other]
    if not pairs:
        return {"devices": len(devices), "direct": 0, "pairs": 0}
    direct = [can_reach(module, one["index"], other["index"]) for one, other in pairs]
    source = torch.arange(4096, dtype=torch.float32)
    for one, other in pairs:
        there = source.to(where_of(name, one)).to(where_of(name, other))
        module.synchronize()
        if not torch.equal(there.cpu(), source):
            raise Short("the copy from %s to %s differs from the CPU's" % (where_of(name, one), where_of(name, other)))
    return {"devices": len(devices), "direct": sum(direct), "pairs": len(pairs)}


def can_reach(module: Any, one: int, other: int) -> bool:
    """Whether a device reads the other's memory by itself."""
    ask = getattr(module, "can_device_access_peer", None)
    return bool(ask and ask(one, other))


def stage_nccl(known: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """One sum over all devices by NCCL (on AMD: RCCL), in this one process."""
    import torch

    module, name = backend(asked)
    devices = known["devices"]
    if len(devices) < 2:
        return {"version": None, "devices": len(devices)}
    nccl = torch.cuda.nccl
    parts = [torch.full((1024,), float(place + 1), device=where_of(name, one)) for place, one in enumerate(devices)]
    if not nccl.is_available(parts):
        raise Short("NCCL is not available: this torch was built without it")
    nccl.all_reduce(parts)
    for each in devices:
        module.synchronize(each["index"])
    wanted = float(sum(range(1, len(devices) + 1)))
    if any(not torch.equal(part.cpu(), torch.full((1024,), wanted)) for part in parts):
        raise Short("the sum that NCCL made over all GPUs differs from the CPU's")
    version = nccl.version()
    return {
        "version": ".".join(map(str, version)) if isinstance(version, tuple) else str(version),
        "devices": len(devices),
    }
