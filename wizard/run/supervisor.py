"""The process that carries a job out: `python -m wizard.run.supervisor RUNFOLDER`, in a session of its own.

It imports the standard library only, because a run starts with it. It outlives the terminal, and says all it does as
events. It always says how it ended, unless it is killed.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wizard.errors import ExitCode
from wizard.events import EventWriter
from wizard.files import Journal
from wizard.run import actions, process, relocked, state
from wizard.run.again import TRIES, Tries
from wizard.run.carrier import Carrier
from wizard.run.hiding import shown
from wizard.run.log import Log
from wizard.run.watch import Watch
from wizard.text import masked, one_line


def main(arguments: list[str]) -> int:
    """Carries out the job in the folder that is named; its exit code, which is the run's."""
    folder = Path(arguments[0]).absolute()
    job = state.read_json(folder / state.JOB) or {}
    writer = EventWriter(folder / state.EVENTS)

    def leave() -> None:
        writer.write("end", exit_code=int(ExitCode.INTERRUPTED))
        if job["project"] is not None:
            state.release(folder.parent.parent, job["project"], folder)
        os._exit(ExitCode.INTERRUPTED)

    watch = Watch(folder / state.CANCEL, folder / state.SUPERVISOR, leave)
    with state.holding(folder, job["project"]), contextlib.closing(Log(folder / state.LOG)) as log:
        watch.start()
        _begin(writer, job)
        state.write_json(folder / state.SUPERVISOR, process.record())
        try:
            whole = shown(job, os.environ)
            code = carry_out(whole, Carrier(folder, whole, writer, log, watch), watch)
        except Exception as error:  # noqa: BLE001 - the end has to be told whatever happens
            traceback.print_exc()
            text = f"something went wrong inside uv-wizard ({one_line(f'{type(error).__name__}: {error}', 300)})"
            writer.write("note", text=f"{text}; what happened is in {folder / state.ERRORS}")
            code = ExitCode.INTERRUPTED if watch.asked() else ExitCode.FAILED
        watch.stop()
    # the project is free before anybody hears that the run is over
    writer.write("end", exit_code=int(code))
    writer.close()
    return int(code)


def _begin(writer: EventWriter, job: Mapping[str, Any]) -> None:
    told = {key: job[key] for key in ("plan", "project", "label", "started", "sizes")}
    told["plan"] = json.loads(masked(json.dumps(told["plan"])))
    writer.write("run", id=job["run"], **told)
    for note in job["notes"]:
        writer.write("note", text=note)


def carry_out(job: Mapping[str, Any], carrier: Carrier, watch: Watch) -> int:
    """Step by step; what comes after a step that failed is left out. 0, or the exit code of INTERFACE.md."""
    code = 0
    for step in job["steps"]:
        named = {"id": step["id"], "title": step["title"]}
        if code or carrier.cancelled():
            code = code or ExitCode.INTERRUPTED
            carrier.emit("step", **named, state="skipped")
            continue
        carrier.emit("step", **named, state="started")
        code = _step(step["actions"], carrier, watch, job["context"])
        carrier.emit("step", **named, state="failed" if code else "done")
    return code


def _step(todo: list[dict[str, Any]], carrier: Carrier, watch: Watch, context: Mapping[str, Any]) -> int:
    for action in todo:
        if carrier.cancelled():
            return ExitCode.INTERRUPTED
        watch.may_cut = action["do"] not in actions.WRITES
        code = _tries(action, carrier, watch, context)
        if carrier.cancelled() and code:
            return ExitCode.INTERRUPTED
        if code and action["do"] == "verify":
            return code if code == ExitCode.FELL_SHORT else ExitCode.FAILED
        if code:
            return ExitCode.FAILED
    return 0


def _tries(action: dict[str, Any], carrier: Carrier, watch: Watch, context: Mapping[str, Any]) -> int:
    """One action, again where its failure may pass by itself; why it failed is told once there is no further try."""
    tries = Tries(carrier.environment)
    while True:
        carrier.begin_action()
        code = _fits(action, carrier, context) or _action(action, carrier)
        # an action may know more than its output tells, which mirror say; and a verification tells of itself
        if not code or carrier.diagnosed or carrier.cancelled() or action["do"] == "verify":
            return code
        found, retry_s = _diagnosis(carrier, code, context)
        wait = tries.next_wait(retry_s, carrier.packages_fetched)
        if wait is None:
            carrier.emit("diagnosis", **found)
            return code
        carrier.emit("retry", attempt=tries.number, of=TRIES, wait_s=wait, why=found["title"])
        if watch.wait(wait):
            return ExitCode.INTERRUPTED
        carrier.environment = {**carrier.environment, **tries.laid_over()}


def _fits(action: Mapping[str, Any], carrier: Carrier, context: Mapping[str, Any]) -> int:
    """Not 0 where the disks can't take what the action will place there; only a sync has `room`."""
    if "room" not in action:
        return 0
    from wizard.run import room

    return room.carry_out(action, carrier, context)


def _action(action: Mapping[str, Any], carrier: Carrier) -> int:
    if action["do"] == "command":
        written = [Path(path) for path in action.get("journal", ())]  # files that the command writes: uv lock's uv.lock
        before = relocked.locks(written)
        with Journal(carrier.journal_folder).guarding(written):
            code = carrier.run_command(action["argv"], action["env"], action["cwd"], uv=action["uv"])
        if not code:
            relocked.tell(before, carrier)
        return code
    return actions.function(action["do"])(action, carrier)


def _diagnosis(carrier: Carrier, code: int, context: Mapping[str, Any]) -> tuple[dict[str, Any], float | None]:
    """The cause of a failure as an event's keys, and the seconds before another try where it may pass by itself."""
    from wizard.diagnosis import diagnose, may_pass
    from wizard.run import known

    found = diagnose(carrier.output_tail, known.context(context, carrier.command_environment, code))
    return found.document(), may_pass(found.cause)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
