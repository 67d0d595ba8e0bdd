"""Ways out of what the audit of a lock finds, as choices that the plan can carry out. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.advice.torch_choice import without_gpu
from wizard.diagnosis.record import Fix

if TYPE_CHECKING:
    from wizard.advice.torch import TorchAdvice


def ways_out(told: TorchAdvice, variant: str, *, cpu: bool = False) -> tuple[Fix, ...]:
    """The advised build, where it is another than the lock's; with `cpu` also the one that uses no GPU.

    `variant`: how the choice names the advised build, `auto` or its own name.
    """
    ways: list[Fix] = []
    if told.certain and told.choice != "keep" and told.variant is not None:
        version = f"torch {told.torch_version}, " if told.torch_version else ""
        by = f", which this project offers as {told.extra[0]} {told.extra[1]}" if told.extra else ""
        ways.append(Fix(f"Take {version}variant {told.variant}{by}: it runs here", {"torch.variant": variant}))
    if cpu and told.choice != "cpu" and _has_cpu(told):
        ways.append(Fix("Do without the GPU: take the CPU build", {"torch.variant": "cpu", "verify.require": "cpu"}))
    return tuple(ways)


def _has_cpu(told: TorchAdvice) -> bool:
    basis = told.basis
    if basis is None:
        return False
    served = without_gpu(basis.here, basis.options.by_accelerator.get("none", ()))
    return served is not None and served.build.name == "cpu"
