"""Ways out of what the audit of a lock finds, as choices that the plan can carry out. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.advice.torch_choice import missing_driver, without_gpu
from wizard.advice.torch_machine import branch, older
from wizard.diagnosis.record import Fix
from wizard.language import said

if TYPE_CHECKING:
    from wizard.advice.torch import TorchAdvice


def ways_out(told: TorchAdvice, variant: str, *, cpu: bool = False) -> tuple[Fix, ...]:
    """The advised build, where it is another than the lock's; with `cpu` also the one that uses no GPU.

    `variant`: how the choice names the advised build, `auto` or its own name.
    """
    ways: list[Fix] = []
    if told.certain and told.choice != "keep" and told.variant is not None:
        ways.append(_advised(told, variant))
    if cpu and told.variant != "cpu" and _has_cpu(told):
        ways.append(
            Fix(said("Do without the GPU: take the CPU build"), {"torch.variant": "cpu", "verify.require": "cpu"})
        )
    newer = _newer_driver(told) if cpu else None
    return (*ways, newer) if newer else tuple(ways)


def _advised(told: TorchAdvice, variant: str) -> Fix:
    name = (
        said("torch {torch}, variant {name}", torch=told.torch_version, name=told.variant)
        if told.torch_version
        else said("variant {name}", name=told.variant)
    )
    by = (
        said(", which this project offers as {kind} {name}", kind=told.extra[0], name=told.extra[1])
        if told.extra
        else ""
    )
    if told.variant == "cpu" and told.basis and told.basis.here.devices:
        return Fix(
            said("Do without the GPU: take {name}{by}", name=name, by=by),
            {"torch.variant": variant, "verify.require": "cpu"},
        )
    return Fix(said("Take {name}{by}: it runs here", name=name, by=by), {"torch.variant": variant})


def _newer_driver(told: TorchAdvice) -> Fix | None:
    """Where no build runs on the GPU with this driver, and one would with a newer."""
    basis = told.basis
    if basis is None or basis.here.driver is None or (basis.served and basis.served.devices):
        return None
    here = basis.here
    devices = tuple(one for one in here.of("nvidia") if one.known)
    builds = basis.options.by_accelerator.get("nvidia", ())
    found = missing_driver(here, devices, builds) if devices else None
    if found is None or not older(here.driver, found[1]):
        return None
    return Fix(
        said(
            "Ask for driver {version} or newer (an administrator does it): {label}, runs then",
            version=branch(found[1], here.driver),
            label=found[0].label,
        )
    )


def _has_cpu(told: TorchAdvice) -> bool:
    basis = told.basis
    if basis is None:
        return False
    served = without_gpu(basis.here, basis.options.by_accelerator.get("none", ()))
    return served is not None and served.build.name == "cpu"
