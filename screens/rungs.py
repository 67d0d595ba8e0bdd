"""How a rung and a device look: colours for what the words already say, bars for what the figures already say. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from textual.content import Content

from screens import rows
from screens.widgets import TONES
from wizard.language import _
from wizard.text import one_line, part_of, standing_size
from wizard.verify.usual import MIB, Usual, usual_of

NUMBER, WORD, TITLE = 3, 14, 50
"""Where the columns of `rows.check_row` end: the number, the word of state, the title."""
SECONDS = 6
BAR, PANEL = 16, 38
QUIET = "dim"
BESIDE = ("torch", "torchvision", "triton", "numpy", "jax", "tensorflow", "cupy-cuda12x", "onnxruntime-gpu")
"""Packages whose version the side panel names, of those that are there; then cuDNN and NCCL, whatever their CUDA."""


def rung(row: str, detail: str | None = None, width: int = rows.WIDTH) -> Content:
    """A row of `rows.check_row` in its colours, and under it what more there is to say of it."""
    glyph = row[NUMBER:].lstrip()[:1]
    tone = TONES.get(glyph, QUIET)
    strong = f"bold {tone}" if glyph in ("x", ">") else tone
    title = "" if glyph in ("+", "!") else "bold" if glyph in ("x", ">") else QUIET
    content = Content.assemble(
        (row[:NUMBER], QUIET),
        (row[NUMBER:WORD], strong),
        (row[WORD:TITLE], title),
        (row[TITLE:-SECONDS], strong if glyph in ("x", "!") else ""),
        (row[-SECONDS:], QUIET),
    )
    if not detail:
        return content
    return Content.assemble(content, "\n", (" " * WORD + rows.cut(detail, width - WORD), QUIET))


def device_panel(device: Mapping[str, Any]) -> Content:
    """Name, generation and memory; the memory that is taken and the rates as bars, with what is usual."""
    usual = usual_of(device.get("name"))
    size = device.get("memory_mib")
    facts = [
        _("generation {number}", number=device["compute_capability"])
        if device.get("compute_capability")
        else device.get("gfx"),
        standing_size(size * MIB) if size else None,
    ]
    told: list[Any] = [(rows.cut(one_line(str(device.get("name") or _("a device"))), PANEL), "bold"), "\n"]
    told += [_(", ").join(one_line(str(fact)) for fact in facts if fact), "\n"]
    free = device.get("free_mib")
    if size and free is not None:
        some, whole = part_of((size - free) * MIB, size * MIB)
        taken = _("{some} of {all}", some=some, all=whole)
        told += ["\n", rows.sides(_("memory taken"), taken, PANEL), "\n", *_bar(size - free, size), "\n"]
    for label, value, unit, span in _rates(device, usual):
        told += ["\n", rows.sides(label, f"{value:.0f} {unit}", PANEL), "\n"]
        if span is not None:
            told += [
                *_bar(value, span[1], span[0]),
                _(" usual {first} to {last}", first=f"{span[0]:.0f}", last=f"{span[1]:.0f}"),
                "\n",
            ]
    return Content.assemble(*told)


def _rates(
    device: Mapping[str, Any], usual: Usual | None
) -> Iterable[tuple[str, float, str, tuple[float, float] | None]]:
    if device.get("matmul_tflops"):
        same = usual is not None and usual.dtype == device.get("matmul_dtype")
        label = _("products in {kind}", kind=device.get("matmul_dtype"))
        yield label, device["matmul_tflops"], "TFLOP/s", usual.matmul if usual is not None and same else None
    if device.get("copy_gib_s"):
        yield _("copies in its memory"), device["copy_gib_s"], "GiB/s", usual.copy if usual is not None else None


def _bar(value: float, most: float, mark: float | None = None) -> list[Any]:
    """`[##########|##....]`: the value's share of `most`; `|` stands where what is usual begins."""
    filled = max(0, min(BAR, round(BAR * value / most))) if most else 0
    cells = ["#"] * filled + ["."] * (BAR - filled)
    low = mark is not None and value < mark
    if mark is not None:
        cells[min(BAR - 1, int(BAR * mark / most))] = "|"
    return ["[", ("".join(cells), TONES["!"] if low else TONES["+"] if mark is not None else TONES[">"]), "]"]


def versions(document: Mapping[str, Any]) -> list[str]:
    """`Python 3.12.11`, `torch 2.14.1`, `driver 550.54.14 (runs CUDA 12.4)`: what a colleague asks first."""
    facts = document.get("facts") or {}
    inside, driver = facts.get("environment") or {}, facts.get("driver") or {}
    here: Mapping[str, str] = inside.get("versions") or {}
    told = [f"Python {inside['version']}"] if inside.get("version") else []
    told += [f"{name} {here[name]}" for name in BESIDE if name in here]
    told += [f"{name} {here[name]}" for name in here if name.startswith(("nvidia-cudnn", "nvidia-nccl"))]
    if driver.get("version"):
        told.append(
            _("driver {version}", version=driver["version"])
            + (_(" (runs CUDA {cuda})", cuda=driver["cuda"]) if driver.get("cuda") else "")
        )
    return [rows.cut(one_line(line), PANEL) for line in told]
