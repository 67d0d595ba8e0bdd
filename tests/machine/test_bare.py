"""What stands in for psutil says the same as psutil."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.run.support import until
from wizard.machine import bare_processes, mounts, native
from wizard.machine.bare_processes import Row, of_ps, of_stat
from wizard.machine.mounts import Mount, of_mount, of_proc

_FAMILY = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
print(child.pid, flush=True)
input()
"""


@pytest.fixture
def family() -> Iterator[tuple[int, int]]:
    """A child of ours and its child."""
    child = subprocess.Popen(
        [sys.executable, "-c", _FAMILY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="ascii"
    )
    assert child.stdout is not None
    yield child.pid, int(child.stdout.readline())
    child.kill()
    child.communicate()


def test_a_family_is_the_same_as_psutil_has_it(family: tuple[int, int]) -> None:
    child, grandchild = family
    ours, theirs = bare_processes.Process(), psutil.Process()
    below = {one.pid for one in ours.children(recursive=True)}
    assert {child, grandchild} <= below
    assert below == {one.pid for one in theirs.children(recursive=True)}
    assert {one.pid for one in ours.children()} == {one.pid for one in theirs.children()}
    above = [one.pid for one in bare_processes.Process(grandchild).parents()]
    assert above == [one.pid for one in psutil.Process(grandchild).parents()]
    assert bare_processes.Process(child).name().lower().startswith("python")
    assert bare_processes.Process(child) == bare_processes.Process(child) != ours
    assert bare_processes.pid_exists(grandchild)


def test_one_that_was_killed_is_gone(family: tuple[int, int]) -> None:
    child, grandchild = (bare_processes.Process(pid) for pid in family)
    assert (grandchild.is_running(), grandchild.status()) == (True, "running")
    grandchild.kill()
    until(lambda: not grandchild.is_running() or grandchild.status() == bare_processes.STATUS_ZOMBIE)
    gone, here = bare_processes.wait_procs([grandchild], 0)
    if gone:  # else its parent, which waits for a line, has not taken note
        with pytest.raises(bare_processes.NoSuchProcess):
            grandchild.send_signal(15)
    assert gone + here == [grandchild]
    assert bare_processes.STATUS_ZOMBIE == psutil.STATUS_ZOMBIE
    child.kill()
    with pytest.raises(bare_processes.NoSuchProcess):
        bare_processes.Process(2**22 + 1)


def test_the_mounts_are_those_of_psutil(monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = mounts.mounts()
    monkeypatch.setattr(native, "psutil", lambda: None)
    ours = mounts.mounts()
    assert [(one.point, one.type.lower()) for one in ours] == [(one.point, one.type.lower()) for one in theirs]
    assert os.path.realpath(Path.cwd().anchor) in {one.point for one in ours}


@pytest.mark.same_everywhere
def test_linux_mounts_with_blanks() -> None:
    text = rb"host:/a\040b /mnt/a\040b nfs4 rw,vers=4.2 0 0" + b"\n" + rb"tmpfs /back\134slash tmpfs rw 0 0" + b"\n\n"
    assert list(of_proc(text)) == [
        Mount("host:/a b", "/mnt/a b", "nfs4", "rw,vers=4.2"),
        Mount("tmpfs", "/back\\slash", "tmpfs", "rw"),
    ]


@pytest.mark.same_everywhere
def test_what_mount_prints_on_macos() -> None:
    text = (
        "/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)\n"
        "//min@server/data on /Volumes/data on it (smbfs, nodev, nosuid, mounted by min)\n"
        "map auto_home on /System/Volumes/Data/home (autofs, automounted, nobrowse)\nodd\n"
    )
    assert list(of_mount(text)) == [
        Mount("/dev/disk3s1s1", "/", "apfs", "sealed,local,read-only,journaled"),
        Mount("//min@server/data", "/Volumes/data on it", "smbfs", "nodev,nosuid,mounted by min"),
        Mount("map auto_home", "/System/Volumes/Data/home", "autofs", "automounted,nobrowse"),
    ]


@pytest.mark.same_everywhere
def test_what_ps_prints_on_macos() -> None:
    text = (
        "    1     0 Ss   Mon Nov  2 08:15:01 2026     /sbin/launchd\n"
        "  812   501 Z+   Sat Nov 21 13:00:59 2026     (python3.12)\n"
        "  813     1 S    Sat Nov 21 13:01:00 2026     /Applications/My App.app/Contents/MacOS/My App\n"
        "nothing\n"
    )
    born = time.mktime((2026, 11, 2, 8, 15, 1, 0, 0, -1))
    first, zombie, app = of_ps(text)
    assert first == Row(1, 0, born, zombie=False, name="launchd")
    assert (zombie.pid, zombie.parent, zombie.zombie) == (812, 501, True)
    assert app.name == "My App"


@pytest.mark.same_everywhere
@pytest.mark.parametrize(
    "text, expected",
    [
        (
            b"7 (a) b) S 3 7 7 0 -1 4194560 1 2 0 0 0 0 0 0 20 0 1 0 4711 1 1",
            Row(7, 3, 4711.0, zombie=False, name="a) b"),
        ),
        (
            b"8 (uv) Z 7 7 7 0 -1 4194560 1 2 0 0 0 0 0 0 20 0 1 0 4712 1 1",
            Row(8, 7, 4712.0, zombie=True, name="uv"),
        ),
        (b"", None),
    ],
)
def test_what_proc_says(text: bytes, expected: Row | None) -> None:
    assert of_stat(text) == expected


def test_this_system_has_a_name() -> None:
    """The folder that tools/one_file.py fills."""
    tool = (Path(__file__).parents[2] / "tools" / "one_file.py").read_text("utf-8")
    assert f'"{native.this_system()}":' in tool
