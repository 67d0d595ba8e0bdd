"""What is installed, and whether torch loads."""

from __future__ import annotations

import csv
import os
import platform
import sys
import time
import warnings
from collections.abc import Iterable, Iterator
from typing import Any

from .common import Short, normal, text_of

LOOK_S = 10.0
"""Seconds that looking for files may take; it takes a tenth of one as a rule."""
LOADED = (".py", ".so", ".pyd", ".dll", ".dylib")
_OF_TORCH = ("torch", "nvidia-", "cuda-", "triton", "pytorch-triton", "rocm")


def stage_python(known: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """This Python, and what it finds installed. `expected`: name -> version (None: any) of what has to be there."""
    found = installed()
    missing, other = [], []
    for name, version in sorted((asked.get("expected") or {}).items()):
        here = found.get(normal(name))
        if here is None:
            missing.append(name)
        elif version and here.partition("+")[0] != version.partition("+")[0]:
            other.append(f"{name} is {here}, not {version}")
    facts = {
        "version": platform.python_version(),
        "implementation": platform.python_implementation(),
        "prefix": sys.prefix,
        "platform": platform.platform(),
        "packages": len(found),
        "missing": missing,
        "other": other,
        "torch": found.get("torch"),
        "torchvision": found.get("torchvision"),
        "versions": {name: found[name] for name in sorted(found) if _telling(name)},
        "needs": needs_of_torch(),
    }
    known["python"] = facts
    if missing or other:
        raise Short("not in the environment: " + ", ".join(missing) if missing else "; ".join(other), facts)
    gone = files_gone(asked.get("expected") or {})
    if gone:
        facts["gone"] = gone
        raise Short("files are gone: " + ", ".join(each["file"] for each in gone), facts)
    return facts


def files_gone(names: Iterable[str]) -> list[dict[str, Any]]:
    """Packages of which files are not where their installation put them: `package`, `count`, `file` (one of them).

    Only what is imported counts. torch's own and its CUDA libraries have rungs that know more of them. On a disk so slow
    that it takes longer than `LOOK_S`, the rest is not looked at.
    """
    from importlib import metadata

    until = time.monotonic() + LOOK_S
    found, listed = [], {}  # type: list[dict[str, Any]], dict[str, set[str]]
    for name in sorted(names):
        if normal(name).startswith(_OF_TORCH):
            continue
        try:
            dist = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        root = str(dist.locate_file(""))
        gone = []
        for path in _imported(dist.read_text("RECORD") or ""):
            if time.monotonic() > until:
                return found
            folder, _, last = path.rpartition("/")
            there = os.path.join(root, *folder.split("/"))
            if there not in listed:
                listed[there] = set(os.listdir(there)) if os.path.isdir(there) else set()
            if last not in listed[there] and not os.path.lexists(os.path.join(there, last)):
                gone.append(path)
        if gone:
            found.append({"package": normal(name), "count": len(gone), "file": gone[0]})
    return found


def _imported(record: str) -> Iterator[str]:
    """The paths of a RECORD that Python imports or loads, below the folder of the packages."""
    for row in csv.reader(record.splitlines()):
        path = row[0] if row else ""
        if path.endswith(LOADED) and not path.startswith(("..", "/")) and "__pycache__/" not in path:
            yield path


def installed() -> dict[str, str]:
    """Distribution -> version, of all that this Python finds."""
    from importlib import metadata

    found: dict[str, str] = {}
    for dist in metadata.distributions():
        name = dist.metadata["Name"]  # None in a folder that an unfinished install left
        if name:
            found.setdefault(normal(name), dist.version)
    return found


def _telling(name: str) -> bool:
    """Whether a document to keep names this package."""
    starts = (
        "torch",
        "nvidia-",
        "triton",
        "pytorch-triton",
        "rocm",
        "intel-",
        "jax",
        "tensorflow",
        "cupy",
        "onnxruntime",
    )
    return name.startswith(starts) or name in ("numpy", "pip")


def stage_torch(known: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """Imports torch; its build."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            import torch  # type: ignore[import-not-found,unused-ignore]
        except BaseException as error:
            needs = needs_of_torch()
            raise Short(text_of(error), {"needs": needs, "lacking": libraries_lacking(needs)}) from error
    version = torch.version
    flags = getattr(torch._C, "_cuda_getArchFlags", None)  # noqa: SLF001 - get_arch_list() is empty without a GPU
    try:
        archs = (flags() or "").split() if flags else torch.cuda.get_arch_list()
    except (RuntimeError, AttributeError):
        archs = []
    return {
        "version": str(torch.__version__),
        "cuda": getattr(version, "cuda", None),
        "hip": getattr(version, "hip", None),
        "xpu": getattr(version, "xpu", None) or ("built" if "+xpu" in str(torch.__version__) else None),
        "mps": bool(getattr(torch.backends, "mps", None) and torch.backends.mps.is_built()),
        "arch_list": archs,
        "warnings": [str(each.message)[:2000] for each in caught],
        "file": getattr(torch, "__file__", None),
        "lacking": libraries_lacking(needs_of_torch()) if getattr(version, "cuda", None) else [],
    }


def needs_of_torch() -> dict[str, Any]:
    """The nvidia packages that torch says it needs (`wanted`), those of them that are not here (`lacking`), its version.

    Since torch 2.11 most of them are named by the extras of the package cuda-toolkit, so those are followed.
    """
    from importlib import metadata

    try:
        dist = metadata.distribution("torch")
    except metadata.PackageNotFoundError:
        return {}
    named = set()
    for line in dist.requires or ():
        name, extras, fits = _requirement(line)
        if name == "cuda-toolkit" and fits:
            named |= _of_toolkit(extras)
        elif name.startswith("nvidia-") and fits:
            named.add(name)
    return {"version": dist.version, "lacking": sorted(named - set(installed())), "wanted": sorted(named)}


def _of_toolkit(extras: set[str]) -> set[str]:
    from importlib import metadata

    try:
        lines = metadata.distribution("cuda-toolkit").requires or ()
    except metadata.PackageNotFoundError:
        return {"cuda-toolkit"}
    asked = [(_requirement(line), line) for line in lines]
    return {
        name for (name, _, fits), line in asked if fits and any("extra == '%s'" % extra in line for extra in extras)
    }


def _requirement(line: str) -> tuple[str, set[str], bool]:
    """Name, extras, and whether its marker can hold here: no more of markers than these packages use."""
    head, _, marker = line.replace('"', "'").partition(";")
    name, _, bracket = head.partition("[")
    for mark in "<>=!~( ":
        name = name.strip().split(mark)[0]
    extras = {each.strip() for each in bracket.partition("]")[0].split(",") if each.strip()}
    machine = "platform_machine" not in marker or "'%s'" % platform.machine() in marker
    system = "linux" not in marker.lower() or sys.platform.startswith("linux")
    return normal(name), extras, machine and system


def libraries_lacking(needs: dict[str, Any]) -> list[dict[str, str]]:
    """Shared libraries that torch's nvidia packages brought and that are not on the disk: `library`, `package`.

    torch loads some of them late (cuDNN's parts, cuSOLVER, nvJitLink), so it imports without them and fails at work.
    """
    from importlib import metadata

    gone = [{"library": "", "package": name} for name in needs.get("lacking", ())]
    for name in needs.get("wanted", ()):
        try:
            dist = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        for line in (dist.read_text("RECORD") or "").splitlines():
            path = line.partition(",")[0]
            if "/lib/" in path and ".so" in path and not os.path.exists(str(dist.locate_file(path))):
                gone.append({"library": path.rpartition("/")[2], "package": name})
    return gone
