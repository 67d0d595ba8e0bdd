from __future__ import annotations

import sys
import threading
import time
from functools import partial
from pathlib import Path

import psutil
import pytest

from wizard.machine.child import CAP, ask, side_by_side

FOREVER = "import time; time.sleep(600)"


def python(code: str, *words: str) -> list[str]:
    return [sys.executable, "-c", code, *words]


def test_answer_streams_and_code() -> None:
    said = ask(python("import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"), 60)
    assert (said.code, said.out.strip(), said.err.strip()) == (3, "out", "err")


def test_standard_input_is_closed() -> None:
    assert ask(python("import sys; print(repr(sys.stdin.read()))"), 60).out.strip() == "''"


def test_output_is_capped_and_the_child_is_not_kept_waiting() -> None:
    said = ask(python(f"import sys; sys.stdout.write('x' * {3 * CAP}); sys.stderr.write('end')"), 60)
    assert (len(said.out), said.err, said.code) == (CAP, "end", 0)


def test_a_program_that_is_not_there() -> None:
    with pytest.raises(OSError, match=r"(?i)no such|not found|cannot find|find the file"):
        ask(["/nonexistent/program"], 5)


def test_limit_ends_the_child_and_what_it_started(tmp_path: Path) -> None:
    told = tmp_path / "pid"
    code = (
        "import subprocess, sys, pathlib\n"
        f"child = subprocess.Popen([sys.executable, '-c', {FOREVER!r}])\n"
        "pathlib.Path(sys.argv[1]).write_text(str(child.pid))\n"
        "child.wait()\n"
    )
    while not told.exists() or not told.read_text():  # a limit too short to start both is tried again, longer
        limit = 1.0 if not told.exists() else 4.0
        with pytest.raises(TimeoutError, match="did not answer"):
            ask(python(code, str(told)), limit)
    end = time.monotonic() + 30
    while psutil.pid_exists(int(told.read_text())):
        try:
            if psutil.Process(int(told.read_text())).status() == psutil.STATUS_ZOMBIE:
                break  # ended; whoever adopted it has not looked yet
        except psutil.NoSuchProcess:
            break
        assert time.monotonic() < end, "the grandchild lives on"
        time.sleep(0.05)


def test_side_by_side_keeps_the_order_and_leaves_a_hanging_job() -> None:
    hang = threading.Event()
    results = side_by_side([lambda: 1, lambda: (hang.wait(600), 2)[1], lambda: 3], 1.0, at_once=3)
    hang.set()
    assert results == [1, None, 3]


def test_side_by_side_does_more_jobs_than_it_has_workers() -> None:
    assert side_by_side([partial(int, number) for number in range(20)], 30, at_once=2) == list(range(20))


def test_side_by_side_raises_what_a_job_raised() -> None:
    def bad() -> int:
        raise KeyError("lost")

    with pytest.raises(KeyError, match="lost"):
        side_by_side([bad], 30)
