"""What a rung says of itself: `(value, detail)` of an entry that the probe wrote. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from wizard.language import nsaid, said
from wizard.lists import clauses, named
from wizard.text import one_line, part_of
from wizard.verify import rungs

MIB = 2**20
Said = tuple[str, "str | None"]
_RAISED = re.compile(r"[\w.]*(?:Error|Exception|Failed|Interrupt|Exit): ")
"""The line of a traceback that says what it was; some libraries add advice below it."""


def python(entry: Mapping[str, Any]) -> Said:
    """`3.12.1`, and how many packages it finds."""
    count = entry["packages"]
    return entry["version"], nsaid("{count} package", "{count} packages", count)


def driver(entry: Mapping[str, Any]) -> Said:
    """The driver's version, and the CUDA that it runs."""
    cuda = said("runs CUDA {cuda}", cuda=entry["cuda"]) if entry.get("cuda") else None
    return entry.get("version") or said("answers"), _joined([cuda, *entry.get("notes", ())])


def devices(entry: Mapping[str, Any], present: int | None) -> Said:
    """`1 of 2`, and where fewer are seen than are there, what chose them."""
    seen = len(entry["devices"])
    names = dict.fromkeys(str(each["name"]) for each in entry["devices"])
    fewer = present is not None and seen < present
    chosen = entry.get("selected") or ()
    why = (", ".join(chosen) or said("no variable says why: nvidia-smi shows their state")) if fewer else None
    told = [
        ", ".join(names),
        why and said("{seen} of {present} are seen: {why}", seen=seen, present=present, why=why),
        *entry.get("warnings", ()),
    ]
    return said("{some} of {all}", some=seen, all=max(seen, present or seen)), _joined(told)


def memory(found: Sequence[Mapping[str, Any]]) -> Said:
    """`22 of 24 GiB`, and who holds the rest."""
    told = [each for each in found if each.get("free_mib") is not None and each.get("memory_mib")]
    values = [
        said("{some} of {all}", some=some, all=whole)
        for some, whole in (part_of(each["free_mib"] * MIB, each["memory_mib"] * MIB) for each in told)
    ]
    return clauses(dict.fromkeys(values)) or said("not told"), _joined(
        line for each in found for line in holders(each)[:2]
    )


def holders(device: Mapping[str, Any]) -> list[str]:
    """`python (process 3811) holds 12000 MiB of NVIDIA RTX`, the largest first."""
    lines: list[str] = []
    for each in device.get("holders") or ():
        name = one_line(str(each.get("name") or said("a program that is not told")), 60)
        used = f"{each['used_mib']} MiB" if each.get("used_mib") is not None else said("an amount that is not told")
        lines.append(
            said(
                "{name} (process {pid}) holds {used} of {name2}",
                name=name,
                pid=each.get("pid"),
                used=used,
                name2=device.get("name"),
            )
        )
    return lines


def kernel(entry: Mapping[str, Any]) -> Said:
    """`fp32, fp16, bf16`, and how far from the CPU's a result may be."""
    bounds = [
        said("{name} within {bound}", name=name, bound=f"{bound:g}")
        for name, bound in entry["tolerance"].items()
        if name in entry["dtypes"]
    ]
    return ", ".join(entry["dtypes"]), named(bounds)


def cudnn(entry: Mapping[str, Any], kind: str) -> Said:
    """The version: cuDNN's own way of counting, or MIOpen's number as it is."""
    version = entry.get("version")
    return (rungs.cudnn_version(version) or "works" if kind == "nvidia" else str(version)), None


def cpu(entry: Mapping[str, Any]) -> Said:
    """The type, and how many threads torch uses."""
    return ", ".join(entry["dtypes"]), said("{count} threads", count=entry.get("threads"))


def torchvision(entry: Mapping[str, Any]) -> Said:
    """The version."""
    return str(entry.get("version")), None


def compiled(entry: Mapping[str, Any]) -> Said:
    """What made the code."""
    return (f"triton {entry['triton']}" if entry.get("triton") else str(entry.get("version"))), None


def peer(entry: Mapping[str, Any]) -> Said | None:
    """How many pairs copy without the host's memory; None: one device has no other."""
    if entry["devices"] < 2:
        return None
    slower = (
        said("copies between the others go through the host's memory") if entry["direct"] < entry["pairs"] else None
    )
    return said("{direct} of {pairs} directly", direct=entry["direct"], pairs=entry["pairs"]), slower


def nccl(entry: Mapping[str, Any]) -> Said | None:
    """NCCL's version; None: one device adds nothing up."""
    return (
        (said("{version}, {count} GPUs", version=entry["version"], count=entry["devices"]), None)
        if entry["devices"] > 1
        else None
    )


def short(stage: str, text: str, present: int | None) -> str:
    """A stage that failed, in a few words: `0 of 2` for devices, else the line of its text that says what it was."""
    if stage == "devices":
        return said("{some} of {all}", some=0, all=present or "?")
    lines = [line for line in text.strip().splitlines() if line.strip()]
    if lines and stage == "driver" and not text.startswith("Traceback"):
        return lines[0]  # the finding, and below it what is known around it
    raised = [line for line in lines if _RAISED.match(line)]
    return (raised or lines or ["failed"])[-1]


def other(entry: Mapping[str, Any], *, gpu: bool) -> tuple[bool, str, str | None]:
    """Whether another library did what this machine allows, its version and device. `gpu`: the machine has one to use."""
    on_gpu = entry.get("device") == "gpu"
    name = one_line(str(entry.get("name") or ""), 80)
    if on_gpu or not gpu:
        return True, f"{entry['version']}, {'GPU' if on_gpu else 'CPU'}", name or None
    return (
        False,
        said("{version}, CPU only", version=entry["version"]),
        said("it computed on {name}, though this machine has a GPU", name=name or said("the CPU")),
    )


def _joined(parts: Iterable[str | None]) -> str | None:
    return clauses(part for part in parts if part) or None
