"""Which CUDA (or none) a file was written for: hints that lie in odd places. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from wizard.environment_files.conda_spec import CondaSpec

_CUDA_PACKAGES = frozenset({"pytorch-cuda", "cudatoolkit", "cuda-version", "cuda-toolkit", "cuda", "cuda-runtime"})
_BUILD = re.compile(r"(?:^|[_-])(?:cuda|cu)_?(\d{1,2})\.?(\d)(?!\d)")
_LOCAL = re.compile(r"(?:\+|%2B)(cu\d{2,3}|cpu|rocm[\d.]+\d|xpu)\b")
_ADDRESS = re.compile(r"/(cu\d{2,3}|cpu|rocm[\d.]+\d|xpu)(?:/|$|\s|_)")


def of_spec(spec: CondaSpec) -> str | None:
    """`cu121` of `pytorch-cuda=12.1`, of `cudatoolkit=11.3` and of a build such as py3.9_cuda11.3_cudnn8_0; `cpu`."""
    name = spec.name.lower()
    if name in {"cpuonly", "pytorch-cpu"} or (name == "pytorch-mutex" and (spec.build or "").endswith("cpu")):
        return "cpu"
    if name in _CUDA_PACKAGES and spec.version:
        found = re.search(r"(\d{1,2})\.(\d)", spec.version)
        return f"cu{found[1]}{found[2]}" if found else None
    if name in {"pytorch", "libtorch", "torchvision", "torchaudio", "pytorch-gpu"} and spec.build:
        found = _BUILD.search(spec.build)
        if found:
            return f"cu{found[1]}{found[2]}"
        return "cpu" if re.search(r"(?:^|_)cpu", spec.build) else None
    return None


def of_local(text: str) -> str | None:
    """`cu118` of `torch==2.1.0+cu118`, and of a wheel's address."""
    found = _LOCAL.search(text)
    return found[1] if found else None


def of_address(address: str) -> str | None:
    """`cu118` of an index whose path ends in it."""
    found = _ADDRESS.search(address)
    return found[1] if found else None


_ORDER = ("pytorch-cuda", "local", "address", "build", "toolkit")


def best(found: Iterable[tuple[str, str]]) -> str | None:
    """Of (where, hint) the one that was meant most: what somebody wrote, before what a build happens to say."""
    ranked = sorted(found, key=lambda one: _ORDER.index(one[0]))
    return ranked[0][1] if ranked else None


def rank(spec: CondaSpec) -> str:
    """How much a hint of that spec counts, as `best` wants it."""
    name = spec.name.lower()
    if name in {"pytorch-cuda", "cpuonly"}:
        return "pytorch-cuda"
    return (
        "build"
        if name in {"pytorch", "libtorch", "torchvision", "torchaudio", "pytorch-gpu", "pytorch-mutex"}
        else "toolkit"
    )
