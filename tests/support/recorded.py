"""A run that a test writes by hand: a run folder with real events, whose supervisor is this very process."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from wizard.events import EventWriter
from wizard.patience import patiently
from wizard.run import process, state
from wizard.run.client import RunInfo, info

PLAN = {
    "schema": 1,
    "steps": [
        {"id": name, "title": name, "summary": about, "commands": [], "files": []}
        for name, about in (
            ("uv", "install uv 0.13.8 into ~/.local/bin"),
            ("sync", "31 packages of uv.lock into .venv"),
            ("verify", "the GPU has to pass"),
        )
    ],
}


class Recorded:
    """`write` appends an event; `end` ends the run, after which its supervisor is gone."""

    def __init__(self, project: str, started: float | None = None) -> None:
        base = state.state_folder()
        self.folder: Path = state.new_run(base)
        began = time.time() if started is None else started
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S+0000", time.gmtime(began))
        state.write_json(
            self.folder / state.JOB, {"id": self.folder.name, "project": project, "started": stamp, "label": "apply"}
        )
        state.write_json(self.folder / state.SUPERVISOR, process.record())
        (self.folder / state.LOG).write_text("", "utf-8")
        self._writer = EventWriter(self.folder / state.EVENTS)
        self.write("run", id=self.folder.name, plan=PLAN, project=project, label="apply")

    @property
    def run(self) -> RunInfo:
        """What the client finds."""
        return info(self.folder)

    def write(self, kind: str, **fields: Any) -> None:
        """One event, now."""
        self._writer.write(kind, **fields)

    def step(self, name: str, word: str) -> None:
        """A step begins or ends."""
        self.write("step", id=name, state=word)

    def check(self, name: str, title: str, *, ok: bool | None, value: str = "") -> None:
        """A rung."""
        self.write("check", id=name, title=title, ok=ok, value=value, detail=None, seconds=0.1)

    def verify(self, *checks: dict[str, Any], ok: bool, **more: Any) -> None:
        """How the verification ended."""
        told: dict[str, Any] = {
            "require": "auto",
            "python": "3.12.1",
            "torch": None,
            "devices": [],
            "packages": 31,
            "diagnosis": None,
        }
        self.write("verify", **{**told, "ok": ok, "checks": list(checks), "exit_code": 0 if ok else 3, **more})

    def end(self, code: int) -> None:
        """The last event."""
        self.write("end", exit_code=code)
        self.close()

    def close(self) -> None:
        """The supervisor is gone, whatever it said; nothing where it is so already."""
        supervisor = self.folder / state.SUPERVISOR
        if supervisor.exists():
            self._writer.close()
            patiently(supervisor.unlink)  # Windows lets nobody take away what is being read


def failed_on_a_full_disk(recorded: Recorded) -> None:
    """The events of a sync that ran out of room, to its end."""
    recorded.step("sync", "started")
    for text in (
        "Resolved 31 packages in 5ms",
        "error: Failed to download `nvidia-cudnn-cu12==9.10.2.21`",
        "  cause: I/O operation failed during extraction",
        "  cause: No space left on device (os error 28)",
    ):
        recorded.write("output", text=text)
    recorded.step("sync", "failed")
    recorded.write(
        "diagnosis",
        cause="disk-full",
        title="The disk is full",
        explanation="uv was unpacking nvidia-cudnn-cu12 in /home/min/.cache/uv, and /home has 0 B free. "
        "The project is whole, and finished downloads are kept.",
        evidence=["cause: No space left on device (os error 28)"],
        fixes=[
            {
                "title": "Move the cache to /data",
                "choices": {"settings": {"cache-dir": "/data/uv-cache"}},
                "commands": None,
            },
            {"title": "Make room in the old cache", "choices": None, "commands": [["uv", "cache", "prune"]]},
            {"title": "Try again, after making room yourself", "choices": None, "commands": None},
        ],
        severity="error",
    )
    recorded.end(1)


__all__ = ["PLAN", "Recorded", "failed_on_a_full_disk"]
