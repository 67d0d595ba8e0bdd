"""Runs as their events tell them, made up to the second: what a screen of a run shows at a moment."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tests.screens.frozen import HOME, NOW, WHERE, FrozenWay, server
from wizard import diagnosis
from wizard.diagnosis import Context
from wizard.events import Event
from wizard.language import nsaid, said, words_of
from wizard.plan.step import document
from wizard.run import process, state
from wizard.run.client import RunInfo, info
from wizard.run.progress import RunState

MIB = 1024**2
RUN = "20251121-140150"
LARGE = (
    ("torch", "2.14.1+cu126", 783, 520, 8.1), ("nvidia-cudnn-cu12", "9.10.2.21", 545, 341, 5.9),
    ("nvidia-cublas-cu12", "12.6.4.1", 375, 262, 3.1), ("nvidia-cusparselt-cu12", "0.7.1", 149, 18, 1.3),
)  # fmt: skip
"""Name, version, MiB in all and so far, MiB a second."""
WAITING = ("nvidia-nccl-cu12", "nvidia-cufft-cu12", "nvidia-cusolver-cu12")
SAID = (
    "Resolved 31 packages in 5ms",
    "jinja2 3.1.6: 132 KiB from BFSU, checked",
    "sympy 1.14.0: 6.0 MiB from BFSU, checked",
    "networkx 3.5: 2.0 MiB from BFSU, checked",
    "mpmath 1.3.0: 524 KiB from BFSU, checked",
)
VALUES = {
    "sync": nsaid("{count} package", "{count} packages", 31), "fit": said("no conflict"), "python": "3.12.11",
    "torch": "2.14.1", "variant": "cu126, CUDA 12.6", "driver": "550.54.14",
    "devices": said("{some} of {all}", some=1, all=1), "code": said("{generation}, by {arch}", generation="8.6", arch="sm_86"),
    "memory": said("{some} of {all}", some="23", all="24 GiB"), "kernel": "fp32, fp16, bf16", "cudnn": "9.10.2",
}  # fmt: skip
DEVICE = {
    "name": "NVIDIA GeForce RTX 3090", "compute_capability": "8.6", "memory_mib": 24576, "free_mib": 23920, "ok": True,
    "matmul_tflops": 72.4, "matmul_dtype": "bf16", "copy_gib_s": 780.0,
}  # fmt: skip


class Story:
    """A run's events, in the order in which they are told. `at`: seconds since it began, kept by `wait`."""

    def __init__(self, way: FrozenWay, at: float = 0.0) -> None:
        plan = way.plan()
        self.events: list[Event] = []
        self.at = at
        told = {**document(plan), "words": words_of([step.summary for step in plan.steps])}
        self.write("run", id=RUN, plan=told, project=WHERE, label="apply")

    def write(self, kind: str, **fields: Any) -> Story:
        """One event, with the sentences of it, as a run writes them."""
        words = words_of(fields)
        self.events.append({"at": self.at, "type": kind, **fields, **({"words": words} if words else {})})
        return self

    def wait(self, seconds: float) -> Story:
        """Time goes by."""
        self.at += seconds
        return self

    def until_sync(self) -> Story:
        """All steps before the sync, and its beginning."""
        for step in self.events[0]["plan"]["steps"]:
            self.write("step", id=step["id"], state="started")
            if step["id"] == "sync":
                return self
            self.wait(1.0).write("step", id=step["id"], state="done")
        return self

    def download(self) -> Story:
        """To the middle of it: four packages under way, three to come."""
        self.write("resolved", packages=31)
        for text in SAID:
            self.wait(2.0).write("output", text=text)
        for name in WAITING:
            self.write("package", name=name, version=None, state="queued", done_bytes=0, total_bytes=None)
        for seconds in (10.0, 0.0):
            for name, version, total, done, rate in LARGE:
                here = int((done - rate * seconds) * MIB)
                self.write(
                    "package", name=name, version=version, state="downloading", done_bytes=here, total_bytes=total * MIB
                )
            self.wait(seconds)
        return self.progress(int(1.61 * 1024 * MIB), 18.4 * MIB, 70.0, 24)

    def progress(self, done: int, rate: float | None, eta: float | None, packages: int, **more: Any) -> Story:
        """How far the download is."""
        return self.write(
            "progress", done_bytes=done, total_bytes=int(2.83 * 1024 * MIB), bytes_per_s=rate, eta_s=eta,
            packages_done=packages, packages_total=31, **more,
        )  # fmt: skip

    def done(self) -> Story:
        """The sync's end, and the beginning of the checks."""
        for name, version, total, *_ in LARGE:
            self.write("package", name=name, version=version, state="installed", done_bytes=0, total_bytes=total * MIB)
        self.progress(int(2.83 * 1024 * MIB), None, None, 31)
        return self.write("step", id="sync", state="done").write("step", id="verify", state="started")

    def checks(self, rungs: Sequence[tuple[str, str]], *, failed: str = "") -> list[Event]:
        """Those rungs, the last of them failed where it is named so. Gives what the verification's document holds."""
        told: list[Event] = []
        for name, title in rungs:
            bad = name == failed
            one = {"id": name, "title": title, "ok": not bad, "value": "0 of 1" if bad else VALUES[name],
                   "detail": None, "seconds": 0.4}  # fmt: skip
            told.append(one)
            self.wait(0.5).write("check", **one)
        return told

    def verdict(self, checks: Iterable[Event], code: int, **more: Any) -> Story:
        """The verification's document, and the end."""
        told: Event = {
            "require": "auto",
            "python": "3.12.11",
            "torch": None,
            "devices": [],
            "packages": 31,
            "diagnosis": None,
        }
        self.write("verify", **{**told, "ok": code == 0, "checks": list(checks), "exit_code": code, **more})
        self.write("step", id="verify", state="failed" if code else "done")
        return self.write("end", exit_code=code)

    def full_disk(self) -> Story:
        """The sync fails: as uv says it, and as the wizard tells it."""
        lost = f"{HOME}/.cache/uv/.tmpyeaAID/nvidia/cudnn/lib/libcudnn.so.9"
        said = (
            "error: Failed to download `nvidia-cudnn-cu12==9.10.2.21`",
            "  Caused by: Failed to extract archive: nvidia_cudnn_cu12-9.10.2.21-py3-none-manylinux_2_27_x86_64.whl",
            "  Caused by: I/O operation failed during extraction",
            f"  Caused by: failed to write to file `{lost}`: No space left on device (os error 28)",
        )
        for text in said:
            self.write("output", text=text)
        known = server()
        found = diagnosis.diagnose(
            "\n".join(said), Context(machine=known, filesystems=known.filesystems or (), os="linux", phase="sync")
        )
        self.write("step", id="sync", state="failed").write("diagnosis", **found.document())
        return self.write("end", exit_code=1)


def folder_of(events: Sequence[Event], name: str = RUN, project: str = WHERE, *, lives: bool = False) -> RunInfo:
    """A run's folder with those events in the state folder of now; `lives`: somebody is still at it."""
    newest = not state.run_folders()
    run: Path = state.state_folder() / "runs" / name
    run.mkdir(mode=0o700)
    stamp = f"{name[:4]}-{name[4:6]}-{name[6:8]}T{name[9:11]}:{name[11:13]}:{name[13:15]}+0000"
    state.write_json(run / state.JOB, {"id": name, "project": project, "started": stamp, "label": "apply"})
    (run / state.LOG).write_text("", "utf-8")
    (run / state.EVENTS).write_text("".join(json.dumps(event) + "\n" for event in events), "utf-8")
    if lives:
        state.write_json(run / state.SUPERVISOR, process.record())
    if newest:
        state.point_latest(state.state_folder(), run)
    return info(run)


def replayed(events: Iterable[Event]) -> RunState:
    """What those events come to."""
    told = RunState()
    for event in events:
        told.apply(event)
    return told


__all__ = ["MIB", "NOW", "RUN", "Story", "folder_of", "replayed"]
