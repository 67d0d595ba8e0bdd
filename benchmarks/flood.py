"""A program that prints 100,000 lines in ten seconds, through the supervisor and the reducer, beside what it costs alone.

    python -m benchmarks.flood [--lines 100000] [--seconds 10]

Told: how much later than the program alone the last line is here (ratio of the two times), the processor's time of
supervisor and follower as parts of that span (ratios of one core), memory of both, and whether a line was lost.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from wizard.plan.step import Command, Plan, Step
from wizard.run import client, state
from wizard.run.progress import RunState

PRINTS = """
import sys, time
lines, seconds = int(sys.argv[1]), float(sys.argv[2])
begin = time.monotonic()
for number in range(lines):
    print(f"DEBUG line {number} of a program that has a lot to say about packages and addresses")
    if number % 100 == 99:
        sys.stdout.flush()
        time.sleep(max(0.0, begin + seconds * (number + 1) / lines - time.monotonic()))
"""


@dataclass
class Watched:
    """The most that the supervisor was seen to use."""

    cpu_s: float = 0.0
    memory: int = 0


def watch(pid: int, found: Watched, over: threading.Event) -> None:
    process = psutil.Process(pid)
    while not over.wait(0.1):
        try:
            times = process.cpu_times()
            found.cpu_s = times.user + times.system
            found.memory = max(found.memory, process.memory_info().rss)
        except psutil.NoSuchProcess:
            return


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--lines", type=int, default=100_000)
    words.add_argument("--seconds", type=float, default=10.0)
    given = words.parse_args()
    argv = (sys.executable, "-c", PRINTS, str(given.lines), str(given.seconds))

    begin = time.monotonic()
    subprocess.run(argv, stdout=subprocess.DEVNULL, check=True)
    alone = time.monotonic() - begin

    with tempfile.TemporaryDirectory() as folder:
        os.environ["UV_WIZARD_STATE_DIR"] = folder
        reduced, found, over = RunState(), Watched(), threading.Event()
        own = time.process_time()
        begin = time.monotonic()
        run = client.start(Plan((Step("sync", "Sync", commands=(Command(argv, kind="uv"),)),)), project=None)
        record = state.read_json(run.folder / state.SUPERVISOR)
        if record is None:
            return 1
        watcher = threading.Thread(target=watch, args=(record["pid"], found, over))
        watcher.start()
        for batch in client.follow(run):
            for event in batch:
                reduced.apply(event)
        through = time.monotonic() - begin
        over.set()
        watcher.join()
        own = time.process_time() - own
        size = (Path(run.folder) / state.EVENTS).stat().st_size
    mine = psutil.Process().memory_info().rss
    print(f"lines                     {reduced.log_count} of {given.lines}, {len(reduced.log)} kept")
    print(f"time                      {through:.2f} s, alone {alone:.2f} s: ratio {through / alone:.3f}")
    print(f"processor, supervisor     {found.cpu_s / through:.3f} of a core")
    print(f"processor, follower       {own / through:.3f} of a core")
    print(f"memory, supervisor        {found.memory / 2**20:.0f} MiB")
    print(f"memory, follower          {mine / 2**20:.0f} MiB")
    print(f"events                    {size / 2**20:.1f} MiB")
    return 0 if reduced.log_count == given.lines and reduced.exit_code == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
