"""What is installed, and whether torch loads."""

from __future__ import annotations

import os
import platform
import sys
import warnings
from typing import Any

from .common import Short, normal, text_of


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
    return facts


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
