from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from wizard.machine.facts import DOCUMENTED, Machine, document
from wizard.machine.probe import Answer, Probe, ProbeRequest, Probing, look, start

Asked = Callable[..., ProbeRequest]


def quick(request: ProbeRequest) -> Answer:
    return Answer({"shell": "bash"})


@pytest.fixture
def gate() -> threading.Event:
    """What a hanging probe waits for."""
    return threading.Event()


def hanging(gate: threading.Event) -> Callable[[ProbeRequest], Answer]:
    def look_forever(request: ProbeRequest) -> Answer:
        gate.wait(600)
        return Answer({"gpus": ()})

    return look_forever


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_unknown_until_it_answers_never_none(asked: Asked, gate: threading.Event) -> None:
    probing = Probing(asked(), (Probe("shell", quick, 60), Probe("gpus", hanging(gate), 60)))
    until(lambda: probing.snapshot()[1] == ("gpus",))
    machine, _ = probing.snapshot()
    assert (machine.shell, machine.gpus, machine.findings) == ("bash", None, ())
    assert probing.wait(0.01) is False
    gate.set()
    assert probing.wait(60) is True
    assert probing.snapshot() == (Machine(shell="bash", gpus=()), ())


def test_past_its_time_it_is_unknown_with_a_finding(asked: Asked, gate: threading.Event) -> None:
    probing = Probing(asked(), (Probe("shell", quick, 60), Probe("gpus", hanging(gate), 0.2)))
    assert probing.wait(60) is True
    machine, pending = probing.snapshot()
    assert (machine.shell, machine.gpus, pending) == ("bash", None, ())
    assert [(one.cause, one.title) for one in machine.findings] == [
        ("probe-late", "Not known: the GPUs, no answer in 0 s")
    ]
    gate.set()  # an answer that comes late counts all the same
    until(lambda: probing.snapshot()[0].gpus == ())
    assert probing.snapshot()[0].findings == ()


def test_one_that_fails_is_a_finding_and_the_rest_is_known(asked: Asked) -> None:
    def fails(request: ProbeRequest) -> Answer:
        raise ZeroDivisionError("strange\x1b[31m machine")

    probing = Probing(asked(), (Probe("uv", fails, 60), Probe("shell", quick, 60)))
    probing.wait(60)
    machine, pending = probing.snapshot()
    assert (machine.uv, machine.shell, pending) == (None, "bash", ())
    assert [one.cause for one in machine.findings] == ["probe-failed"]
    assert machine.findings[0].evidence[0].startswith("ZeroDivisionError: strange machine (test_probe.py:")


def test_a_hanging_probe_does_not_keep_the_process(tmp_path: Path) -> None:
    code = (
        "import threading\n"
        "from wizard.machine.probe import *\n"
        "p = Probing(ProbeRequest(), (Probe('gpus', lambda r: threading.Event().wait(), 0.1),))\n"
        "p.wait(); print(p.snapshot()[0].findings[0].cause)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert said.stdout.strip() == "probe-late"


@pytest.mark.skipif(sys.platform != "linux", reason="the look of a Linux host")
def test_this_host(tmp_path: Path, home: Path) -> None:
    (home / "uv-cache").mkdir()
    before = sorted(path for path in home.rglob("*"))
    machine = look(ProbeRequest(project=os.fspath(tmp_path)))
    told = document(machine)
    assert set(told) == {*DOCUMENTED, "uv_newest"}
    unknown = [key for key in DOCUMENTED if told[key] is None]
    assert set(unknown) <= {"conda", "nvidia_driver", "rocm", "shell", "libc", "uv_in_shells", "conda_environments"}
    assert machine.uv
    assert machine.pythons
    assert machine.folders["cache"] == os.fspath(home / "uv-cache")
    assert machine.home == os.fspath(home)
    assert machine.environment["UV_CACHE_DIR"] == os.fspath(home / "uv-cache")
    assert not {one.cause for one in machine.findings} & {"probe-failed", "probe-late"}
    assert sorted(path for path in home.rglob("*")) == before, "a look changes nothing"
    assert os.listdir(tmp_path) == []


def test_a_look_at_a_machine_that_has_nothing(asked: Asked) -> None:
    probing = start(asked({"PATH": ""}), gpu_limit=60, limit=60)
    names = {"system", "shell", "conda", "filesystems", "uv", "pythons", "gpus"}
    assert set(probing.snapshot()[1]) <= names
    assert probing.wait(120)
    machine = probing.snapshot()[0]
    assert (machine.conda, machine.uv, machine.pythons) == (None, (), ())
    assert machine.network is None


def test_the_network_is_asked_on_request_only(asked: Asked) -> None:
    from wizard.machine.probe import probes

    assert "network" not in [one.name for one in probes(asked())]
    assert "network" in [one.name for one in probes(asked(network=True))]
