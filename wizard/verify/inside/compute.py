"""Work for the devices, each result held against the CPU's."""

from __future__ import annotations

from typing import Any

from .common import Short, backend, bf16, where_of

DTYPES = (("fp32", "float32", 2e-3), ("fp16", "float16", 1e-2), ("bf16", "bfloat16", 3e-2))
"""Name, torch's name, and the tolerance: the largest difference over the largest value of the result."""
SIDE = 256


def stage_kernel(known: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """A product on every device, in each of DTYPES that it has."""
    import torch  # type: ignore[import-not-found,unused-ignore]

    module, name = backend(asked)
    done: list[str] = []
    if name == "cuda":
        torch.backends.cuda.matmul.allow_tf32 = False
    for facts in known["devices"]:
        where = where_of(name, facts)
        done = [label for label, dtype, bound in DTYPES if product(torch, module, where, label, dtype, bound)]
        facts["ok"] = True
        facts["dtypes"] = done
    return {"dtypes": done, "devices": known["devices"], "tolerance": {label: bound for label, _, bound in DTYPES}}


def product(torch: Any, module: Any, where: str, label: str, dtype_name: str, bound: float) -> bool:
    """Multiply on the device and hold the result against the CPU's in double precision. False: it has no such type."""
    dtype = getattr(torch, dtype_name)
    if label == "bf16" and not bf16(module, where.partition(":")[0]):
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
    """One convolution on every device; on AMD, the same calls run MIOpen."""
    import torch

    module, name = backend(asked)
    if not torch.backends.cudnn.is_available():
        raise Short("torch.backends.cudnn is not available")
    image, weight = torch.ones(1, 3, 16, 16), torch.full((4, 3, 3, 3), 0.5)
    expected = torch.nn.functional.conv2d(image, weight)
    for facts in known["devices"]:
        where = where_of(name, facts)
        result = torch.nn.functional.conv2d(image.to(where), weight.to(where))
        module.synchronize()
        if not torch.allclose(result.cpu(), expected, rtol=1e-3):
            raise Short(f"the convolution on {where} differs from the CPU's")
    return {"version": torch.backends.cudnn.version()}


def stage_torchvision(known: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """One of torchvision's own operators on the device: it is built for one torch and one CUDA."""
    import torch
    import torchvision  # type: ignore[import-not-found,unused-ignore]

    where = asked.get("where") or "cpu"
    boxes = torch.tensor([[0.0, 0.0, 10.0, 10.0], [1.0, 1.0, 10.0, 10.0], [20.0, 20.0, 30.0, 30.0]]).to(where)
    kept = torchvision.ops.nms(boxes, torch.tensor([0.9, 0.8, 0.7]).to(where), 0.5).cpu().tolist()
    if kept != [0, 2]:
        raise Short(f"torchvision.ops.nms kept {kept}, not [0, 2]; that differs from the CPU's")
    return {"version": str(torchvision.__version__)}
