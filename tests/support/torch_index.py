"""An index on 127.0.0.1 that plays PyTorch's beside the package index: every variant with wheels for every system.

The wheels import, and tell their variant as torch's own do; only those of the variants name it in their version.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

from tests.support.index import Index
from tests.support.wheels import wheel
from tests.verify.stand_in import TORCHES

TAGS = ("manylinux_2_28_x86_64", "manylinux_2_28_aarch64", "win_amd64", "macosx_11_0_arm64", "macosx_11_0_x86_64")
PAIRS = {"2.9.1": ("0.24.1", "2.9.1"), "2.10.0": ("0.25.0", "2.10.0"), "2.11.0": ("0.26.0", "2.11.0")}
"""torch -> torchvision and torchaudio; the last torchaudio names no torch, as the real one."""
ON_PYPI = {"2.9.1": "cu128", "2.10.0": "cu128", "2.11.0": "cu130"}
VARIANTS = ("cpu", "cu126", "cu128", "rocm7.1", "xpu")
LIBRARIES = ("nvidia-cublas-cu12", "nvidia-cuda-runtime-cu12", "nvidia-cudnn-cu12")
_TOOLKITS = {
    "cu126": "cuda = '12.6'",
    "cu128": "cuda = '12.8'",
    "cu130": "cuda = '13.0'",
    "rocm7.1": "hip = '7.1'",
    "xpu": "xpu = '2025'",
}


def torch_index(index: Index, versions: Iterable[str] = ("2.9.1", "2.10.0")) -> str:
    """Adds torch, torchvision, torchaudio and what they need. Returns the base of the PyTorch indexes."""
    index.add(wheel("numpy", "2.0"), *(wheel(name, "12.6") for name in LIBRARIES))
    for version in versions:
        for tag in TAGS:
            _release(index, version, tag)
    for name, triton in (("rocm7.1", "triton-rocm"), ("rocm7.1", "pytorch-triton-rocm"), ("xpu", "triton-xpu")):
        for tag in ("manylinux_2_28_x86_64", "win_amd64"):
            index.add(wheel(triton, "3.6", tag=f"py3-none-{tag}"), prefix=f"/whl/{name}")
    return index.url("/whl")


def _release(index: Index, version: str, tag: str) -> None:
    python = f"cp{sys.version_info[0]}{sys.version_info[1]}"
    full = f"{python}-{python}-{tag}"
    vision, audio = PAIRS[version]
    pinned = [f"torch=={version}"]
    libraries = [f"{name}; platform_system == 'Linux'" for name in LIBRARIES]
    own = _told(version, ON_PYPI[version] if "linux" in tag else "cpu")
    index.add(
        wheel("torch", version, tag=full, requires=libraries, files={"torch.py": own}),
        wheel("torchvision", vision, tag=full, requires=pinned),
        wheel("torchaudio", audio, tag=full, requires=pinned if audio == version and version < "2.11" else ()),
    )
    if tag.startswith("macosx"):
        index.add(wheel("torch", version, tag=full), prefix="/whl/cpu")
        return
    for name in VARIANTS:
        if ("linux" not in tag and name == "rocm7.1") or ("aarch64" in tag and name == "xpu"):
            continue
        triton = {"rocm7.1": "triton-rocm" if version != "2.9.1" else "pytorch-triton-rocm", "xpu": "triton-xpu"}
        needs = libraries if name.startswith("cu") else [triton[name]] if name in triton else []
        index.add(
            wheel("torch", f"{version}+{name}", tag=full, requires=needs, files={"torch.py": _told(version, name)}),
            wheel("torchvision", f"{vision}+{name}", tag=full, requires=pinned),
            wheel("torchaudio", f"{audio}+{name}", tag=full, requires=pinned if audio != "2.11.0" else ()),
            prefix=f"/whl/{name}",
        )


def _told(version: str, variant: str) -> str:
    """A torch that says which build it is, and multiplies on the CPU."""
    kinds = "cuda = hip = xpu = None"
    code = TORCHES["cpu"].replace('"2.13.0+cpu"', repr(f"{version}+{variant}"))
    return code.replace(kinds, f"{kinds}; {_TOOLKITS[variant]}" if variant in _TOOLKITS else kinds)
