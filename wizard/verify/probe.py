"""Looks at an environment from inside. Run by the project's own Python, by path: standard library and torch only.

    python -I probe.py RESULTS STAGE [STAGE ...]      arguments for a stage follow it as STAGE={"json": "object"}

Each stage adds one line of JSON to the file RESULTS as soon as it knows, `{"stage": ..., "ok": ..., "seconds": ...}`;
the last line is the whole document, `{"schema": 1, "stages": {...}}`. What torch prints goes where it likes. The first
stage that fails is the last that runs. Python 3.8 to 3.15: no newer syntax here, and nothing of this project imported.
"""
# ruff: noqa: ARG001, B904, BLE001, SLF001, UP031 - every stage is called alike, and whatever torch raises is a finding

from __future__ import annotations

import json
import os
import platform
import sys
import time
import traceback
import warnings
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

DTYPES = (("fp32", "float32", 2e-3), ("fp16", "float16", 1e-2), ("bf16", "bfloat16", 3e-2))
"""Name, torch's name, and the tolerance: the largest difference over the largest value of the result."""
SIDE = 256


class Short(Exception):
    """A stage found that something is not as it must be."""


def stage_python(known: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    from importlib import metadata

    found: dict[str, str] = {}
    for dist in metadata.distributions():
        name = dist.metadata["Name"]  # None in a folder that an unfinished install left
        if name:
            found.setdefault(normal(name), dist.version)
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
        "nvidia": sorted(name for name in found if name.startswith("nvidia-")),
    }
    known["python"] = facts
    if missing or other:
        raise Short("not in the environment: " + ", ".join(missing) if missing else "; ".join(other), facts)
    return facts


def stage_torch(known: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            import torch  # type: ignore[import-not-found,unused-ignore]
        except BaseException as error:
            raise Short(text_of(error), {"needs": needs_of_torch()})
    version = torch.version
    flags = getattr(torch._C, "_cuda_getArchFlags", None)
    try:
        archs = (flags() or "").split() if flags else torch.cuda.get_arch_list()
    except RuntimeError:
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
    }


def needs_of_torch() -> dict[str, Any]:
    """The packages that torch says it needs and that are not here, and the version of torch."""
    from importlib import metadata

    try:
        dist = metadata.distribution("torch")
    except metadata.PackageNotFoundError:
        return {}
    here = {normal(each.metadata["Name"]) for each in metadata.distributions() if each.metadata["Name"]}
    named = set()
    for line in dist.requires or ():
        name = line.split(";")[0].split("[")[0].strip()
        for mark in "<>=!~( ":
            name = name.split(mark)[0]
        if normal(name).startswith("nvidia-"):
            named.add(normal(name))
    return {"version": dist.version, "lacking": sorted(named - here), "wanted": sorted(named)}


def stage_driver(known: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    kind = asked.get("kind")
    if kind == "nvidia":
        return nvml()
    if kind == "amd":
        with open("/dev/kfd", "r+b", buffering=0):
            pass
        return {"version": read("/sys/module/amdgpu/version"), "count": None}
    return {"version": None, "count": None}


def nvml() -> dict[str, Any]:
    """Driver version and number of GPUs from the driver's own management library, without any package."""
    import ctypes

    name = "nvml.dll" if os.name == "nt" else "libnvidia-ml.so.1"
    try:
        library = ctypes.CDLL(name)
    except OSError as error:
        raise Short(f"{error} (Found no NVIDIA driver: its library does not load)")
    library.nvmlErrorString.restype = ctypes.c_char_p
    code = library.nvmlInit_v2()
    if code:
        raise Short("Failed to initialize NVML: {}".format(library.nvmlErrorString(code).decode("ascii", "replace")))
    text, count = ctypes.create_string_buffer(96), ctypes.c_uint(0)
    code = library.nvmlSystemGetDriverVersion(text, ctypes.c_uint(96))
    library.nvmlDeviceGetCount_v2(ctypes.byref(count))
    library.nvmlShutdown()
    return {"version": text.value.decode("ascii", "replace") or None if not code else None, "count": count.value}


def read(path: str) -> str | None:
    try:
        with open(path) as file:
            return file.read().strip() or None
    except OSError:
        return None


def backend(asked: dict[str, Any]) -> tuple[Any, str]:
    """torch's module for the kind of device, and the name of its devices."""
    import torch

    kind = asked.get("kind")
    if kind == "intel":
        return torch.xpu, "xpu"
    if kind == "apple":
        return torch.mps, "mps"
    return torch.cuda, "cuda"


def stage_devices(known: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    import torch

    module, name = backend(asked)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            there = torch.backends.mps.is_available() if name == "mps" else module.is_available()
            count = (1 if name == "mps" else module.device_count()) if there else 0
            if not count and name != "mps":
                torch.zeros(1, device=name)  # says why, where is_available() is silent
        except Exception as error:
            raise Short("\n".join([str(each.message) for each in caught] + [text_of(error), "devices seen: 0"]))
    said = [str(each.message)[:2000] for each in caught]
    if not count:
        raise Short("\n".join([*said, "devices seen: 0"]))
    known["devices"] = [device(module, name, number) for number in range(count)]
    return {"devices": known["devices"], "warnings": said}


def device(module: Any, name: str, number: int) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "index": number,
        "name": None,
        "compute_capability": None,
        "gfx": None,
        "memory_mib": None,
        "free_mib": None,
    }
    if name == "mps":
        facts["name"] = "Apple GPU (%s)" % (platform.processor() or platform.machine())
        return facts
    properties = module.get_device_properties(number)
    facts["name"] = module.get_device_name(number)
    facts["memory_mib"] = int(properties.total_memory) // 2**20
    if name == "cuda":
        facts["gfx"] = (getattr(properties, "gcnArchName", None) or "").split(":")[0] or None
        if facts["gfx"] is None or not facts["gfx"].startswith("gfx"):
            facts["gfx"] = None
            facts["compute_capability"] = "%d.%d" % tuple(module.get_device_capability(number))
    return facts


def stage_memory(known: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    module, _ = backend(asked)
    for facts in known["devices"]:
        if hasattr(module, "mem_get_info"):
            free, total = module.mem_get_info(facts["index"])
            facts["free_mib"], facts["memory_mib"] = int(free) // 2**20, int(total) // 2**20
    return {"devices": known["devices"]}


def stage_kernel(known: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    import torch

    module, name = backend(asked)
    done = []
    if name == "cuda":
        torch.backends.cuda.matmul.allow_tf32 = False
    for facts in known["devices"]:
        where = name if name == "mps" else "%s:%d" % (name, facts["index"])
        done = [label for label, dtype, bound in DTYPES if product(torch, module, where, label, dtype, bound)]
        facts["ok"] = True
    return {"dtypes": done, "devices": known["devices"], "tolerance": {label: bound for label, _, bound in DTYPES}}


def product(torch: Any, module: Any, where: str, label: str, dtype_name: str, bound: float) -> bool:
    """Multiply on the device and hold the result against the CPU's in double precision. False: it has no such type."""
    dtype = getattr(torch, dtype_name)
    if label == "bf16" and where.startswith("cuda") and not bf16(module):
        return False
    generator = torch.Generator().manual_seed(7)
    left = torch.randn(SIDE, SIDE, generator=generator).to(dtype)
    right = torch.randn(SIDE, SIDE, generator=generator).to(dtype)
    reference = left.double() @ right.double()
    try:
        result = (left.to(where) @ right.to(where)).float()
        module.synchronize()
        result = result.cpu().double()
    except (TypeError, NotImplementedError):
        if label == "fp32":
            raise
        return False
    difference = float((result - reference).abs().max() / reference.abs().max())
    if not difference <= bound:
        raise Short(
            f"the product in {label} on {where} differs from the CPU's by {difference:.2g} (allowed: {bound:.2g})"
        )
    return True


def bf16(module: Any) -> bool:
    try:
        return bool(module.is_bf16_supported(including_emulation=False))
    except TypeError:
        return bool(module.is_bf16_supported())


def stage_cpu(known: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """A product by torch on the CPU, held against the same in plain Python."""
    import torch

    side = 24
    left = [[float((3 * row + 5 * column) % 11 - 5) for column in range(side)] for row in range(side)]
    right = [[float((7 * row + 2 * column) % 13 - 6) for column in range(side)] for row in range(side)]
    expected = [[sum(left[r][k] * right[k][c] for k in range(side)) for c in range(side)] for r in range(side)]
    result = (torch.tensor(left) @ torch.tensor(right)).tolist()
    worst = max(abs(result[r][c] - expected[r][c]) for r in range(side) for c in range(side))
    if not worst <= 1e-3:
        raise Short(f"the product of torch on the CPU differs from the CPU's own in plain Python by {worst:.2g}")
    return {"dtypes": ["fp32"], "threads": torch.get_num_threads()}


def stage_cudnn(known: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    import torch

    module, name = backend(asked)
    if not torch.backends.cudnn.is_available():
        raise Short("torch.backends.cudnn is not available")
    image, weight = torch.ones(1, 3, 16, 16), torch.full((4, 3, 3, 3), 0.5)
    expected = torch.nn.functional.conv2d(image, weight)
    for facts in known["devices"]:
        where = "%s:%d" % (name, facts["index"])
        result = torch.nn.functional.conv2d(image.to(where), weight.to(where))
        module.synchronize()
        if not torch.allclose(result.cpu(), expected, rtol=1e-3):
            raise Short(f"the convolution on {where} differs from the CPU's")
    return {"version": torch.backends.cudnn.version()}


def stage_torchvision(known: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    import torch
    import torchvision  # type: ignore[import-not-found,unused-ignore]

    where = asked.get("where") or "cpu"
    boxes = torch.tensor([[0.0, 0.0, 10.0, 10.0], [1.0, 1.0, 10.0, 10.0], [20.0, 20.0, 30.0, 30.0]]).to(where)
    kept = torchvision.ops.nms(boxes, torch.tensor([0.9, 0.8, 0.7]).to(where), 0.5).cpu().tolist()
    if kept != [0, 2]:
        raise Short(f"torchvision.ops.nms kept {kept}, not [0, 2]; that differs from the CPU's")
    return {"version": str(torchvision.__version__)}


def stage_compile(known: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    import torch

    where = asked.get("where") or "cpu"
    values = torch.arange(64, dtype=torch.float32, device=where)
    if not torch.allclose(torch.compile(lambda x: x * 2 + 1)(values).cpu(), values.cpu() * 2 + 1):
        raise Short("what torch.compile made differs from the CPU's")
    return {"version": str(torch.__version__)}


def stage_measure(known: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """Rates for pleasure; a busy card is slow and never a failure."""
    module, name = backend(asked)
    for facts in known.get("devices", ()):
        if name == "cuda" and (facts["free_mib"] or 0) > 2048:
            try:
                facts.update(rates(module, "cuda:%d" % facts["index"]))
            except RuntimeError:
                continue
    return {"devices": known.get("devices", [])}


def rates(module: Any, where: str) -> dict[str, Any]:
    import torch

    dtype, label = (torch.bfloat16, "bf16") if bf16(module) else (torch.float16, "fp16")
    side = 4096
    left = torch.randn(side, side, device=where, dtype=dtype)
    block = torch.empty(2**28, dtype=torch.uint8, device=where)
    other = torch.empty_like(block)
    per_product = timed(module, lambda: left @ left)
    per_copy = timed(module, lambda: other.copy_(block))
    return {"matmul_dtype": label, "matmul_tflops": 2 * side**3 / per_product / 1e12, "copy_gib_s": 0.5 / per_copy}


def timed(module: Any, work: Callable[[], Any]) -> float:
    """Seconds for one, after a warm-up, from about a quarter of a second of work."""
    for _ in range(3):
        work()
    module.synchronize()
    begin = time.perf_counter()
    count = 0
    while time.perf_counter() - begin < 0.25:
        for _ in range(5):
            work()
        module.synchronize()
        count += 5
    return (time.perf_counter() - begin) / count


def normal(name: str) -> str:
    return name.replace("_", "-").replace(".", "-").lower()


def text_of(error: BaseException) -> str:
    return "".join(traceback.format_exception(type(error), error, error.__traceback__))[-8000:]


def main(arguments: list[str]) -> int:
    results = arguments[0]
    known: dict[str, Any] = {}
    document: dict[str, Any] = {}
    with open(results, "a", encoding="ascii") as file:
        for argument in arguments[1:]:
            stage, _, asked = argument.partition("=")
            begin = time.perf_counter()
            entry: dict[str, Any] = {"stage": stage, "ok": True}
            try:
                entry.update(globals()["stage_" + stage](known, json.loads(asked or "{}")))
            except Short as error:
                entry.update(error.args[1] if len(error.args) > 1 else {}, ok=False, error=str(error.args[0]))
            except BaseException as error:
                entry.update(ok=False, error=text_of(error))
            entry["seconds"] = round(time.perf_counter() - begin, 3)
            document[stage] = entry
            file.write(json.dumps(entry) + "\n")
            file.flush()
            if not entry["ok"]:
                break
        file.write(json.dumps({"schema": 1, "stages": document}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
