"""The report of a run: one zip with what a colleague needs to help, secrets left out."""

from __future__ import annotations

import io
import json
import os
import platform
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import wizard
from wizard import events
from wizard.choices import as_toml
from wizard.doctor import document as doctor_document
from wizard.errors import WizardError
from wizard.files import write_atomically
from wizard.language import said
from wizard.private import Hiding, hiding
from wizard.run import state
from wizard.run.progress import RunState
from wizard.text import one_line
from wizard.told.run import verdict

if TYPE_CHECKING:
    from wizard.run.client import RunInfo
    from wizard.way import Way

NAME = "report.zip"
MOST = 4 << 20
"""Bytes of one file that go in: so much of its end, and a little of its beginning."""
HEAD = 64 << 10
LAST_LINES = 12


def write(run: RunInfo, way: Way | None = None, path: Path | None = None) -> Path:
    """Writes the report beside the run's log, or to `path`; where it lies then. `way`: the facts and choices known here.

    Raises WizardError where it can't be written.
    """
    where = path or run.folder / NAME
    data = _zipped(_parts(run, way, hiding(os.environ)))
    try:
        write_atomically(where, data, 0o600)
    except OSError as error:
        msg = said(
            "{where} cannot be written: {error}. Name another file: uv-wizard attach {id} --save FILE",
            where=where,
            error=error.strerror or error,
            id=run.id,
        )
        raise WizardError(msg) from None
    return where


def _parts(run: RunInfo, way: Way | None, hide: Hiding) -> Iterator[tuple[str, str]]:
    told = RunState()
    for event in events.read(run.folder / state.EVENTS):
        told.apply(event)
    yield "README.txt", hide("\n".join(_summary(run, told)) + "\n")
    if way is not None:
        yield "doctor.json", hide(json.dumps(doctor_document(way), indent=2))
        yield "choices.toml", hide(as_toml(way.choices))
    job = state.read_json(run.folder / state.JOB) or {}
    if "plan" in job:
        yield "plan.json", hide(json.dumps(job["plan"], indent=2))
    for name, file in (("events.jsonl", state.EVENTS), ("log.txt", state.LOG), ("supervisor.txt", state.ERRORS)):
        text = _ends(run.folder / file)
        if text:
            yield name, hide(text)


def _summary(run: RunInfo, told: RunState) -> Iterator[str]:
    yield f"Report of the run {run.id} of uv-wizard {wizard.__version__}"
    yield f"{platform.platform()}, Python {platform.python_version()}, started {run.started}"
    yield f"How it ended: {run.state}" + ("" if run.exit_code is None else f", exit code {run.exit_code}")
    yield ""
    for step in told.steps:
        yield f"  {step.state:8} {step.title}"
    found: Mapping[str, Any] | None = told.diagnosis or (told.verify or {}).get("diagnosis")
    if found:
        yield ""
        yield f"Cause: {found['cause']}: {found['title']}"
        yield str(found["explanation"])
        yield from (f"  > {one_line(str(line), 400)}" for line in found["evidence"])
        yield from (f"  fix: {fix['title']}" for fix in found["fixes"])
    elif told.finished and told.exit_code == 0 and verdict(told)[0]:
        yield ""
        yield from filter(None, verdict(told))
    last = [line.text for line in told.log][-LAST_LINES:]
    if last:
        yield ""
        yield "The last lines:"
        yield from (f"  {line}" for line in last)
    yield ""
    yield "In here: doctor.json (machine and project), choices.toml, plan.json, events.jsonl, log.txt."
    yield "Passwords, tokens and the path of the home folder were taken out; names of packages, folders and GPUs were not."


def _ends(path: Path) -> str:
    """A file's text; of a very long one its beginning and its end."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(0)
            if size <= HEAD + MOST:
                return file.read().decode("utf-8", "replace")
            head = file.read(HEAD).rpartition(b"\n")[0]
            file.seek(size - MOST)
            tail = file.read().partition(b"\n")[2]
    except OSError:
        return ""
    left_out = f"\n({size - len(head) - len(tail)} bytes left out)\n"
    return head.decode("utf-8", "replace") + left_out + tail.decode("utf-8", "replace")


def _zipped(parts: Iterable[tuple[str, str]]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts:
            archive.writestr(name, text)
    return held.getvalue()
