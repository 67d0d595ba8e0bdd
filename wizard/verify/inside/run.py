"""Runs stages and writes what each found.

    python -I -B __main__.py RESULTS STAGE [STAGE ...]      arguments for a stage follow it as STAGE={"json": "object"}

Each stage adds one line of JSON to the file RESULTS as soon as it knows, `{"stage": ..., "ok": ..., "seconds": ...}`;
the last line is the whole document, `{"schema": 1, "stages": {...}}`. What torch prints goes where it likes. The first
stage that fails is the last that runs.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from . import compute, deep, devices, driver, measure, others, packages
from .common import Short, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

STAGES: dict[str, Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]]] = {
    "python": packages.stage_python,
    "torch": packages.stage_torch,
    "driver": driver.stage_driver,
    "devices": devices.stage_devices,
    "memory": devices.stage_memory,
    "kernel": compute.stage_kernel,
    "cudnn": compute.stage_cudnn,
    "cpu": compute.stage_cpu,
    "torchvision": compute.stage_torchvision,
    "compile": deep.stage_compile,
    "peer": deep.stage_peer,
    "nccl": deep.stage_nccl,
    "measure": measure.stage_measure,
    "jax": others.stage_jax,
    "tensorflow": others.stage_tensorflow,
    "cupy": others.stage_cupy,
    "onnxruntime": others.stage_onnxruntime,
}


def main(arguments: list[str]) -> int:
    """The stages named, in their order. Always 0: what is wrong stands in the file."""
    known: dict[str, Any] = {}
    document: dict[str, Any] = {}
    with open(arguments[0], "a", encoding="ascii") as file:
        for argument in arguments[1:]:
            stage, _, asked = argument.partition("=")
            begin = time.perf_counter()
            entry: dict[str, Any] = {"stage": stage, "ok": True}
            try:
                entry.update(STAGES[stage](known, json.loads(asked or "{}")))
            except Short as error:
                entry.update(error.args[1] if len(error.args) > 1 else {}, ok=False, error=str(error.args[0]))
            except BaseException as error:  # noqa: BLE001 - whatever a library raises is a finding, SystemExit too
                entry.update(ok=False, error=text_of(error))
            entry["seconds"] = round(time.perf_counter() - begin, 3)
            document[stage] = entry
            file.write(json.dumps(entry) + "\n")
            file.flush()
            if not entry["ok"]:
                break
        file.write(json.dumps({"schema": 1, "stages": document}) + "\n")
    return 0
