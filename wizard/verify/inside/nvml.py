"""The NVIDIA driver's own management library, called without any package; nvidia-smi where it does not load.

Structures and numbers: nvml.h of the NVML API reference (docs.nvidia.com/deploy/nvml-api).
"""

from __future__ import annotations

import ctypes
import os
import subprocess
from typing import Any

from .common import Short, read

MOST = 256
NOT_AVAILABLE = 2**64 - 1
THROTTLES = (
    (0x4, "power limit"),
    (0x8, "hardware slowdown"),
    (0x20, "heat"),
    (0x40, "heat"),
    (0x80, "power brake"),
)
"""nvmlClocksThrottleReasons that a load by itself does not give, but for the first; in words."""


class Process(ctypes.Structure):
    """nvmlProcessInfo_t of nvmlDeviceGetComputeRunningProcesses_v3."""

    _fields_ = (
        ("pid", ctypes.c_uint),
        ("used", ctypes.c_ulonglong),
        ("gpu_instance", ctypes.c_uint),
        ("compute_instance", ctypes.c_uint),
    )


def library() -> Any:
    """The library, started. Raises OSError where it does not load, Short with the driver's words where it does not start."""
    loaded = ctypes.CDLL("nvml.dll" if os.name == "nt" else "libnvidia-ml.so.1")
    try:
        code = loaded.nvmlInit_v2()
        if code:
            loaded.nvmlErrorString.restype = ctypes.c_char_p
            said = loaded.nvmlErrorString(code)
            raise Short("Failed to initialize NVML: {}".format((said or b"").decode("ascii", "replace")))
    except AttributeError as error:  # a library of that name which is none
        raise OSError(str(error)) from error
    return loaded


def driver(loaded: Any) -> dict[str, Any]:
    """`version` of the driver, and its GPUs."""
    text = ctypes.create_string_buffer(96)
    code = loaded.nvmlSystemGetDriverVersion(text, ctypes.c_uint(96))
    return {"version": None if code else text.value.decode("ascii", "replace") or None, "gpus": gpus(loaded)}


def gpus(loaded: Any) -> list[dict[str, Any]]:
    """Each GPU: `uuid`, `name`, `holders` (processes with `pid`, `name`, `used_mib`), `throttled` (words)."""
    count = ctypes.c_uint(0)
    loaded.nvmlDeviceGetCount_v2(ctypes.byref(count))
    return [_gpu(loaded, number) for number in range(count.value)]


def _gpu(loaded: Any, number: int) -> dict[str, Any]:
    handle = ctypes.c_void_p()
    if loaded.nvmlDeviceGetHandleByIndex_v2(ctypes.c_uint(number), ctypes.byref(handle)):
        return {"uuid": None, "name": None, "holders": None, "throttled": []}
    return {
        "uuid": _text(loaded.nvmlDeviceGetUUID, handle),
        "name": _text(loaded.nvmlDeviceGetName, handle),
        "holders": _holders(loaded, handle),
        "throttled": _throttled(loaded, handle),
    }


def _text(ask: Any, handle: Any) -> str | None:
    text = ctypes.create_string_buffer(96)
    return None if ask(handle, text, ctypes.c_uint(96)) else text.value.decode("utf-8", "replace") or None


def _holders(loaded: Any, handle: Any) -> list[dict[str, Any]] | None:
    """The processes with memory on it, this one left out; None where the driver does not tell."""
    found: dict[int, dict[str, Any]] = {}
    for ask in ("nvmlDeviceGetComputeRunningProcesses_v3", "nvmlDeviceGetGraphicsRunningProcesses_v3"):
        call = getattr(loaded, ask, None)
        count, rows = ctypes.c_uint(MOST), (Process * MOST)()
        if call is None or call(handle, ctypes.byref(count), rows):
            return None  # a driver before 510 knows older calls only: nvidia-smi is asked instead
        for row in rows[: count.value]:
            used = None if row.used == NOT_AVAILABLE else int(row.used) // 2**20
            found[int(row.pid)] = {"pid": int(row.pid), "name": process_name(loaded, int(row.pid)), "used_mib": used}
    found.pop(os.getpid(), None)
    return sorted(found.values(), key=lambda each: -(each["used_mib"] or 0))


def process_name(loaded: Any, pid: int) -> str | None:
    """The name of a process, its path left out. None where it is in another container, or another's."""
    text = ctypes.create_string_buffer(512)
    if loaded is not None and not loaded.nvmlSystemGetProcessName(ctypes.c_uint(pid), text, ctypes.c_uint(512)):
        words = text.value.decode("utf-8", "replace").split(" ")[0]
        return words.replace("\\", "/").rpartition("/")[2] or None
    return read("/proc/%d/comm" % pid)


def _throttled(loaded: Any, handle: Any) -> list[str]:
    reasons = ctypes.c_ulonglong(0)
    if loaded.nvmlDeviceGetCurrentClocksThrottleReasons(handle, ctypes.byref(reasons)):
        return []
    return sorted({word for bit, word in THROTTLES if reasons.value & bit})


def by_program() -> dict[str, Any] | None:
    """The same from nvidia-smi; None where there is none. Raises Short with its words where it fails."""
    listed = _smi("--query-gpu=driver_version,uuid,name")
    if listed is None:
        return None
    rows = [[cell.strip() for cell in line.split(",", 2)] for line in listed.splitlines() if line.count(",") >= 2]
    if not rows:
        raise Short(listed.strip() or "No devices were found")
    return {
        "version": rows[0][0] or None,
        "gpus": [
            {"uuid": uuid, "name": name, "holders": holders_by_program(uuid), "throttled": []} for _, uuid, name in rows
        ],
    }


def holders_by_program(uuid: str | None) -> list[dict[str, Any]] | None:
    """The processes with memory on the GPU of that uuid, by nvidia-smi."""
    listed = _smi("--query-compute-apps=gpu_uuid,pid,used_gpu_memory,process_name")
    if listed is None:
        return None
    found = []
    for line in listed.splitlines():
        cells = [cell.strip() for cell in line.split(",", 3)]
        if len(cells) == 4 and cells[0] == uuid and cells[1].isdigit() and int(cells[1]) != os.getpid():
            used = int(cells[2]) if cells[2].isdigit() else None
            found.append(
                {"pid": int(cells[1]), "name": cells[3].replace("\\", "/").rpartition("/")[2], "used_mib": used}
            )
    return found


def _smi(query: str) -> str | None:
    """nvidia-smi's answer to one query, a line a row. None: no such program. Raises Short where it fails."""
    names = ["nvidia-smi", "/usr/lib/wsl/lib/nvidia-smi"]
    for name in names:
        try:
            argv = [name, query, "--format=csv,noheader,nounits"]
            done = subprocess.run(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=20,
                check=False,
            )
        except OSError:
            continue
        except subprocess.TimeoutExpired as error:
            raise Short("nvidia-smi gave no answer for 20 s") from error
        said = done.stdout.decode("utf-8", "replace")
        if done.returncode:
            raise Short(said.strip() or "nvidia-smi ended with %d" % done.returncode)
        return said
    return None
