"""What a card usually does, from assets/gpus.toml, and whether one does less. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wizard.catalog import table
from wizard.language import said
from wizard.lists import clauses
from wizard.text import one_line, part_of

MIB = 2**20


@dataclass(frozen=True)
class Usual:
    """Ranges of a card: products in TFLOP/s (of `dtype`) and copies inside its memory in GiB/s."""

    dtype: str
    matmul: tuple[float, float]
    copy: tuple[float, float]


def usual_of(name: str | None) -> Usual | None:
    """By the name that torch gives, letter for letter; None where nothing is known of it."""
    data = table("gpus.toml")
    row = next((row for row in data["gpu"] if name in row["names"]), None)
    if row is None:
        return None
    known = row.get("measured")
    low, high = data["usual"]["measured" if known else "peak"]
    matmul = (low * min(known), high * max(known)) if known else (low * row["peak"], high * row["peak"])
    least, most = data["usual"]["bandwidth"]
    speed = row["bandwidth"] * 1e9 / 2**30
    return Usual(row["dtype"], (row.get("low", matmul[0]), matmul[1]), (least * speed, most * speed))


def rates(device: Mapping[str, Any]) -> list[str]:
    """`66 TFLOP/s in bf16 (usual: 65 to 83)`, `memory copy 780 GiB/s`; empty where nothing was measured."""
    usual = usual_of(device.get("name"))
    told: list[str] = []
    if device.get("matmul_tflops"):
        same = usual is not None and usual.dtype == device.get("matmul_dtype")
        told.append(
            said(
                "{rate} TFLOP/s in {type}{usual}",
                rate=f"{device['matmul_tflops']:.0f}",
                type=device.get("matmul_dtype"),
                usual=_range(usual.matmul) if usual is not None and same else "",
            )
        )
    if device.get("copy_gib_s"):
        told.append(said("memory copy {rate} GiB/s", rate=f"{device['copy_gib_s']:.0f}"))
    return told


def slow(device: Mapping[str, Any]) -> str | None:
    """`! 41 TFLOP/s, usual: 65 to 83; ...`, and what is known of why; None where the card does what it usually does.

    Never a failure: a busy card is slow, and so is a cool-running one in a laptop.
    """
    usual, rate = usual_of(device.get("name")), device.get("matmul_tflops")
    if usual is None:
        return None
    if rate and usual.dtype == device.get("matmul_dtype") and rate < usual.matmul[0]:
        told = said("! {rate} TFLOP/s, usual: {matmul}", rate=f"{rate:.0f}", matmul=_span(usual.matmul))
    elif device.get("copy_gib_s") and device["copy_gib_s"] < usual.copy[0]:
        told = said(
            "! memory copy {rate} GiB/s, usual: {copy}",
            rate=f"{device['copy_gib_s']:.0f}",
            copy=_span(usual.copy),
        )
    else:
        return None
    return clauses((told, _why(device)))


def _why(device: Mapping[str, Any]) -> str:
    if device.get("throttled"):
        held = ", ".join(one_line(str(each)) for each in device["throttled"])
        return said("the driver holds its clocks back: {why}", why=held)
    holders = device.get("holders") or ()
    if holders and device.get("free_mib") is not None and device.get("memory_mib"):
        held, memory = part_of((device["memory_mib"] - device["free_mib"]) * MIB, device["memory_mib"] * MIB)
        name = one_line(str(holders[0].get("name") or said("another program")), 40)
        return said(
            "{name} uses the GPU ({held} of {memory})",
            name=name,
            held=held,
            memory=memory,
        )
    return said("another program may use it, or heat and power hold it back: nvidia-smi -q -d PERFORMANCE")


def _range(span: tuple[float, float]) -> str:
    return said(" (usual: {span})", span=_span(span))


def _span(span: tuple[float, float]) -> str:
    return said("{first} to {last}", first=f"{span[0]:.0f}", last=f"{span[1]:.0f}")
