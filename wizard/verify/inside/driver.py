"""Whether the driver answers: its files may be opened, its libraries load, and it says how many GPUs there are."""

from __future__ import annotations

import ctypes
import glob
import os
import platform
from typing import Any

from . import nvml
from .common import Short, read

WSL_LIBRARIES = "usr/lib/wsl/lib"
"""Where Windows puts the driver's libraries inside WSL (docs.nvidia.com/cuda/wsl-user-guide)."""


def stage_driver(known: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """By kind. `root`: the folder that stands for `/`. Adds `notes`: what is odd and proves nothing by itself."""
    root = str(asked.get("root") or "/")
    kind = asked.get("kind")
    ask = {"nvidia": _nvidia, "amd": _amd, "intel": _intel}.get(str(kind))
    found = ask(root) if ask else {"version": None, "count": None, "notes": []}
    known["driver"] = found
    return found


def _nvidia(root: str) -> dict[str, Any]:
    closed = _closed(sorted(glob.glob(os.path.join(root, "dev/nvidia*"))))
    told = _told(root, closed)
    if closed:
        raise Short("\n".join(closed))
    if not told["gpus"]:
        raise Short("\n".join(["No devices were found: the driver answers and has no GPU", *_around(root)]))
    notes = [*_around(root), *_nodes(root)]
    cuda = libcuda(root)
    if cuda["error"]:
        raise Short("\n".join([f"{cuda['error']} (the driver answers, and CUDA's own library does not load)", *notes]))
    return {
        "version": told["version"],
        "count": len(told["gpus"]),
        "gpus": told["gpus"],
        "cuda": cuda["version"],
        "notes": [*notes, *cuda["notes"]],
    }


def _told(root: str, closed: list[str]) -> dict[str, Any]:
    """The driver's version and its GPUs, by its library, else by nvidia-smi. Raises Short where neither tells."""
    try:
        return nvml.driver(nvml.library())
    except OSError as error:
        other = nvml.by_program()
        if other is not None:
            return other
        said = f"{error} (Found no NVIDIA driver: its library does not load)"
        raise Short("\n".join([said, *_around(root), *closed])) from error
    except Short as error:
        raise Short("\n".join([str(error.args[0]), *_around(root), *closed])) from error


def libcuda(root: str) -> dict[str, Any]:
    """Loads the driver's CUDA library, starts nothing: `version` (CUDA that it runs), `error`, `notes`."""
    name = "nvcuda.dll" if os.name == "nt" else "libcuda.so.1"
    try:
        loaded = ctypes.CDLL(name)
    except OSError as error:
        return {"version": None, "error": f"{error}", "notes": []}
    number = ctypes.c_int(0)
    try:
        code = loaded.cuDriverGetVersion(ctypes.byref(number))
    except AttributeError:
        code = 1
    version = None if code or not number.value else "%d.%d" % (number.value // 1000, number.value % 1000 // 10)
    notes = []
    if wsl(root) and (path := _path_of("libcuda.so")) and WSL_LIBRARIES not in path:
        notes.append(
            f"WSL: libcuda is loaded from {path}, not from /{WSL_LIBRARIES}: a driver installed inside WSL hides it"
        )
    return {"version": version, "error": None, "notes": notes}


def _path_of(library: str) -> str | None:
    """Where this process has loaded a library from (Linux)."""
    for line in (read("/proc/self/maps") or "").splitlines():
        path = line.partition("/")[2]
        if path.rpartition("/")[2].startswith(library):
            return "/" + path
    return None


def wsl(root: str) -> bool:
    """Whether this is Linux inside Windows."""
    return "microsoft" in (read(os.path.join(root, "proc/sys/kernel/osrelease")) or platform.release()).lower()


def _around(root: str) -> list[str]:
    """What is known of WSL and of containers, told beside a failure."""
    notes = []
    if wsl(root):
        if not os.path.exists(os.path.join(root, "dev/dxg")):
            notes.append("WSL: /dev/dxg is not there: WSL 2 and a driver on Windows are needed")
        elif not os.path.exists(os.path.join(root, WSL_LIBRARIES, "libcuda.so.1")):
            notes.append(f"WSL: /{WSL_LIBRARIES}/libcuda.so.1 is not there: the driver on Windows brings it")
    capabilities = os.environ.get("NVIDIA_DRIVER_CAPABILITIES")
    if capabilities is not None and not {"all", "compute"} & {each.strip() for each in capabilities.split(",")}:
        notes.append(f"NVIDIA_DRIVER_CAPABILITIES={capabilities}: the container was started without compute")
    visible = os.environ.get("NVIDIA_VISIBLE_DEVICES")
    if visible in ("", "void", "none"):
        notes.append(f"NVIDIA_VISIBLE_DEVICES={visible}: the container was started without its GPUs")
    return notes


def _nodes(root: str) -> list[str]:
    """The device files that CUDA needs and that are not there; it makes them itself where it may."""
    if os.name == "nt" or wsl(root):
        return []
    wanted = ("dev/nvidiactl", "dev/nvidia-uvm")
    return [f"/{each} is not there" for each in wanted if not os.path.exists(os.path.join(root, each))]


def _closed(paths: list[str]) -> list[str]:
    """A line for each device file that this user may not open."""
    lines = []
    for path in paths:
        try:
            os.close(os.open(path, os.O_RDWR))
        except PermissionError as error:
            lines.append(f"cannot open {path}: {error.strerror}")
        except OSError:
            continue
    return lines


def _amd(root: str) -> dict[str, Any]:
    kfd = os.path.join(root, "dev/kfd")
    if not os.path.exists(kfd):
        raise Short("no AMD GPU driver answers: /dev/kfd is not there (ROCm needs the amdgpu module)")
    closed = _closed([kfd, *sorted(glob.glob(os.path.join(root, "dev/dri/renderD*")))])
    if closed:
        raise Short("\n".join(closed))
    nodes = glob.glob(os.path.join(root, "sys/class/kfd/kfd/topology/nodes/*/gpu_id"))
    ids = [number for number in map(read, sorted(nodes)) if number not in (None, "0")]
    if nodes and not ids:
        raise Short("no AMD GPU driver answers: the amdgpu module is loaded and has no GPU")
    gpus = [{"uuid": None, "name": None, "holders": _kfd_holders(root, str(each)), "throttled": []} for each in ids]
    version = read(os.path.join(root, "sys/module/amdgpu/version"))
    return {"version": version, "count": len(ids) or None, "gpus": gpus, "notes": []}


def _kfd_holders(root: str, gpu: str) -> list[dict[str, Any]]:
    """Processes with memory on that GPU, as the amdgpu module tells them in /sys."""
    found = []
    for path in glob.glob(os.path.join(root, "sys/class/kfd/kfd/proc/*/vram_" + gpu)):
        pid, used = path.split(os.sep)[-2], read(path)
        if pid.isdigit() and used and used.isdigit() and int(used) and int(pid) != os.getpid():
            name = nvml.process_name(None, int(pid))
            found.append({"pid": int(pid), "name": name, "used_mib": int(used) // 2**20})
    return sorted(found, key=lambda each: -each["used_mib"])


def _intel(root: str) -> dict[str, Any]:
    if os.name == "nt":
        return {"version": None, "count": None, "notes": []}
    nodes = sorted(glob.glob(os.path.join(root, "dev/dri/renderD*")))
    if not nodes and not os.path.exists(os.path.join(root, "dev/dxg")):
        raise Short("no Intel GPU driver answers: /dev/dri has no render node (modules i915 and xe make them)")
    closed = _closed(nodes)
    if closed and len(closed) == len(nodes):
        raise Short("\n".join(closed))
    loaded = [name for name in ("xe", "i915") if os.path.isdir(os.path.join(root, "sys/module", name))]
    version = "/".join(loaded) or None
    return {"version": version, "count": None, "notes": closed}
