"""Asks NVIDIA's driver through NVML and prints JSON. Runs alone in a child process: a driver that hangs hangs only this.

`python nvml_child.py FOLDER_OF_PYNVML SECONDS` prints {"driver": str | null, "error": {"code", "text"} | null,
"devices": [{"name", "compute_capability", "memory_mib", "mig"}] | null}.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable
from typing import Any


def main(folder: str, seconds: str) -> None:
    if hasattr(signal, "alarm"):  # should the parent be gone before it could end this
        signal.alarm(int(float(seconds)) + 1)
    sys.path.append(folder)
    import pynvml

    found: dict[str, Any] = {"driver": None, "devices": None, "error": None}
    try:
        pynvml.nvmlInit()
        found["driver"] = _text(pynvml.nvmlSystemGetDriverVersion())
        handles = [pynvml.nvmlDeviceGetHandleByIndex(number) for number in range(pynvml.nvmlDeviceGetCount())]
        found["devices"] = [_device(pynvml, handle) for handle in handles]
    except pynvml.NVMLError as error:
        found["error"] = {"code": error.value, "text": str(error)}
    sys.stdout.write(json.dumps(found))


def _device(nvml: Any, handle: Any) -> dict[str, Any]:
    """One card; what this card or driver can't tell is null (memory of a card that shares the system's, say)."""

    def told(ask: Callable[..., Any], *words: Any) -> Any:
        try:
            return ask(handle, *words)
        except nvml.NVMLError:
            return None

    capability = told(nvml.nvmlDeviceGetCudaComputeCapability)
    memory = told(nvml.nvmlDeviceGetMemoryInfo)
    return {
        "name": _text(told(nvml.nvmlDeviceGetName) or "NVIDIA GPU"),
        "compute_capability": f"{capability[0]}.{capability[1]}" if capability else None,
        "memory_mib": memory.total // 1024**2 if memory else None,
        "mig": _mig(nvml, handle, told),
    }


def _mig(nvml: Any, handle: Any, told: Callable[..., Any]) -> list[str]:
    """Names of the MIG devices, none where the card is not split."""
    mode = told(nvml.nvmlDeviceGetMigMode)
    if not mode or mode[0] != nvml.NVML_DEVICE_MIG_ENABLE:
        return []
    names = []
    for number in range(told(nvml.nvmlDeviceGetMaxMigDeviceCount) or 0):
        try:
            names.append(_text(nvml.nvmlDeviceGetName(nvml.nvmlDeviceGetMigDeviceHandleByIndex(handle, number))))
        except nvml.NVMLError:  # a place that no MIG device has
            continue
    return names


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


if __name__ == "__main__":
    main(*sys.argv[1:3])
