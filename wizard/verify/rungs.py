"""Which checks there are for which kind of device, and what each says. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from wizard.catalog import table
from wizard.language import said
from wizard.verify.record import VerifyRequest

TITLES = {
    "sync": said("Packages are those of uv.lock"),
    "fit": said("Packages fit together"),
    "python": said("Python starts, packages are whole"),
    "torch": said("torch loads"),
    "variant": said("Variant is the one chosen"),
    "driver": said("Driver answers"),
    "devices": said("torch sees the GPUs that are here"),
    "code": said("Variant has code for the GPU"),
    "memory": said("GPU memory is free"),
    "kernel": said("GPU computes what the CPU does"),
    "cudnn": said("cuDNN works"),
    "cpu": said("CPU computes what it must"),
    "torchvision": said("torchvision works"),
    "compile": said("torch.compile works"),
    "peer": said("GPUs copy to each other"),
    "nccl": said("GPUs add up together"),
    "jax": said("JAX computes"),
    "tensorflow": said("TensorFlow computes"),
    "cupy": said("CuPy computes"),
    "onnxruntime": said("ONNX Runtime computes"),
}
OTHERS = {
    "jax": ("jax",),
    "tensorflow": ("tensorflow", "tensorflow-cpu", "tensorflow-gpu", "tensorflow-rocm"),
    "cupy": ("cupy", "cupy-cuda11x", "cupy-cuda12x", "cupy-cuda13x", "cupy-rocm-5-0", "cupy-rocm-7-0"),
    "onnxruntime": ("onnxruntime", "onnxruntime-gpu", "onnxruntime-directml", "onnxruntime-openvino"),
}
"""Libraries beside torch that compute on a GPU, each with the distributions that bring it."""
GPU_ONLY = ("cupy",)
KIND_OF_REQUIRE = {"cuda": "nvidia", "rocm": "amd", "xpu": "intel", "mps": "apple", "cpu": "cpu"}
OF_KIND = {
    "nvidia": ("driver", "devices", "code", "memory", "kernel", "cudnn"),
    "amd": ("driver", "devices", "code", "memory", "kernel", "cudnn"),
    "intel": ("driver", "devices", "memory", "kernel"),
    "apple": ("devices", "kernel"),
    "cpu": ("cpu",),
    "none": (),
}
LEAST_FREE_MIB = 256


def kind_of_variant(variant: str | None) -> str | None:
    """The kind of device that a variant is built for; None where the name does not say (pypi, auto, keep)."""
    if not variant:
        return None
    for start, kind in (("cu", "nvidia"), ("rocm", "amd"), ("xpu", "intel"), ("mps", "apple")):
        if variant.startswith(start):
            return kind
    return "cpu" if variant == "cpu" else None


def usable(request: VerifyRequest) -> str | None:
    """The kind of the first GPU that this machine can use: one whose driver is known, on a system that torch runs it on."""
    for gpu in request.gpus or ():
        vendor = gpu.get("vendor")
        if vendor == "nvidia" and request.nvidia_driver:
            return "nvidia"
        if vendor == "amd" and gpu.get("gfx") and request.os == "linux":
            return "amd"
        if vendor == "intel" and request.os in ("linux", "windows"):
            return "intel"
        if vendor == "apple" and request.os == "macos":
            return "apple"
    return None


def kind_of_build(torch: Mapping[str, Any]) -> str:
    """The kind of device that an installed torch is built for."""
    if torch.get("cuda"):
        return "nvidia"
    if torch.get("hip"):
        return "amd"
    if torch.get("xpu"):
        return "intel"
    return "apple" if torch.get("mps") else "cpu"


def kind_required(request: VerifyRequest, torch: Mapping[str, Any] | None = None) -> str:
    """The kind of device that has to pass; `none`: no torch is asked for. `torch`: the installed one, once it is known.

    `auto` requires what machine and build promise together: the GPU that the chosen build (else that of uv.lock, else
    the installed one) is for, where this machine has one of that kind, whether its driver answers or not.
    """
    if request.require in KIND_OF_REQUIRE:
        return KIND_OF_REQUIRE[request.require]
    chosen = kind_of_variant(request.torch_variant) or kind_of_variant(request.torch_promised)
    built = kind_of_build(torch) if torch is not None else None
    if request.require == "gpu":
        return next((kind for kind in (built, chosen, usable(request)) if kind not in (None, "cpu")), None) or "nvidia"
    if torch is None and not request.torch_expected and chosen is None:
        return "none"
    promised = chosen or built or usable(request) or "cpu"
    return promised if has(request, promised) else "cpu"


def has(request: VerifyRequest, kind: str) -> bool:
    """Whether this machine has a GPU of that kind, on a system on which torch can use it."""
    if kind == "amd" and request.os not in ("linux", None):
        return False
    return any(gpu.get("vendor") == kind for gpu in request.gpus or ())


def plan_of(request: VerifyRequest, kind: str) -> list[tuple[str, str]]:
    """The rungs in order, `(id, title)`."""
    ids = ["sync", "fit", "python"]
    if kind != "none":
        ids += ["torch", "variant", *OF_KIND[kind]]
        if "torchvision" in request.expected:
            ids.append("torchvision")
        if request.deep:
            ids += [*(("peer", "nccl") if kind in ("nvidia", "amd") else ()), "compile"]
    if kind == "amd":
        return [(each, said("MIOpen works") if each == "cudnn" else TITLES[each]) for each in ids]
    return [(each, TITLES[each]) for each in ids]


def plan_of_checks(request: VerifyRequest) -> list[tuple[str, str]]:
    """The rungs as they can be told before anything ran: `[("sync", "Packages are those of uv.lock"), …]`."""
    return plan_of(request, kind_required(request))


def variant_of(torch: Mapping[str, Any]) -> str:
    """The name of the installed build: cu126, rocm7.2, xpu, mps or cpu."""
    local = str(torch.get("version") or "").partition("+")[2]
    if re.fullmatch(r"cu\d+|cpu|xpu|rocm[\d.]+", local):
        return local
    if torch.get("cuda"):
        return "cu" + str(torch["cuda"]).replace(".", "")
    if torch.get("hip"):
        return "rocm" + ".".join(str(torch["hip"]).split(".")[:2])
    return {"intel": "xpu", "apple": "mps"}.get(kind_of_build(torch), "cpu")


def variant_fits(chosen: str | None, torch: Mapping[str, Any]) -> bool:
    """Whether the installed build is the chosen one; `keep`, `auto`, `pypi` and nothing at all allow any."""
    if kind_of_variant(chosen) is None:
        return True
    found = variant_of(torch)
    if str(chosen).startswith("rocm"):
        return found.split(".")[:2] == str(chosen).split(".")[:2]
    return found == chosen or (chosen == "cpu" and found == "mps")


def build_in_words(torch: Mapping[str, Any]) -> str:
    """`cu126, CUDA 12.6`."""
    name = variant_of(torch)
    if torch.get("cuda"):
        return f"{name}, CUDA {torch['cuda']}"
    return f"{name}, ROCm {torch['hip']}" if torch.get("hip") else name


def code_for(device: Mapping[str, Any], archs: Sequence[str], cuda: str | None) -> str | None:
    """The entry of the build's list whose code runs on this device, None where there is none.

    NVIDIA: same major and a minor not newer than the device's, with the exceptions of assets/torch.toml; code of kind
    compute_XX (PTX) runs on every newer device. AMD: the very target.
    """
    if device.get("gfx"):
        return device["gfx"] if device["gfx"] in archs else None
    capability = device.get("compute_capability")
    if not capability:
        return None
    major, minor = (int(part) for part in str(capability).split("."))
    card = 10 * major + minor
    real = [(int(found[1]), arch) for arch in archs if (found := re.fullmatch(r"sm_(\d+)[af]?", arch))]
    for code, arch in sorted(real, reverse=True):
        if _runs(code, card, cuda):
            return arch
    virtual = [(int(found[1]), arch) for arch in archs if (found := re.fullmatch(r"compute_(\d+)", arch))]
    return next((arch for code, arch in sorted(virtual, reverse=True) if code <= card), None)


def _runs(code: int, card: int, cuda: str | None) -> bool:
    rule = table("torch.toml")["compatibility"]
    exact = {int(key): value for key, value in rule["exact"].items()}
    excludes = {int(key): value for key, value in rule["excludes"].items()}
    if code in exact:
        return card in exact[code]
    lifted = cuda is not None and _numbers(cuda) >= _numbers(rule["excludes_end_with_cuda"])
    if card in excludes.get(code, ()) and not (lifted and code in rule["excludes_that_end"]):
        return False
    return code // 10 == card // 10 and code <= card


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2])


def cudnn_version(number: int | None) -> str | None:
    """91002 as 9.10.2, 8902 as 8.9.2."""
    if not number:
        return None
    if number >= 90000:
        return f"{number // 10000}.{number % 10000 // 100}.{number % 100}"
    return f"{number // 1000}.{number % 1000 // 100}.{number % 100}"
