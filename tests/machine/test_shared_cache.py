"""A cache for many users: what its permissions say, and what of it must hold."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.machine.conftest import Program, Request
from tests.support.index import Index
from tests.support.programs import of_the_system
from tests.support.projects import Project
from wizard.machine import shared_cache
from wizard.machine.shared_cache import Sharing, findings, look

pytestmark = [
    pytest.mark.same_everywhere,
    pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX"),
]
WELL = Sharing(mine=True, group_writes=True, setgid=True, default_acl=False, umask=0o002, group="lab")


@pytest.mark.parametrize(
    "found, many, why",
    [
        (WELL, True, None),
        (Sharing(True, True, False, False, 0o002, "me"), False, None),  # a home of somebody with a group of his own
        (Sharing(True, True, True, False, 0o022, "lab"), True, "umask is 022"),
        (Sharing(True, True, True, False, 0o077, "lab"), True, "umask is 077"),
        (Sharing(True, True, True, True, 0o077, "lab"), True, None),  # a default ACL holds whatever the umask is
        (Sharing(True, True, False, True, 0o022, "lab"), True, None),
        (Sharing(True, False, True, False, 0o002, "lab"), True, "may not write"),
        (Sharing(False, False, False, False, 0o022, "x"), True, "may not write"),
        (Sharing(False, True, False, False, 0o002, "x"), True, "set-group-ID"),
    ],
)
def test_what_shuts_somebody_out(found: Sharing, many: bool, why: str | None) -> None:
    if why is None and not found.for_many:
        assert not many
        return
    assert found.for_many == many
    assert (found.shuts_out is None) == (why is None)
    assert why is None or why in str(found.shuts_out)


def test_a_folder_is_read_as_it_is(tmp_path: Path, asked: Request) -> None:
    folder = tmp_path / "cache"
    folder.mkdir()
    folder.chmod(0o755)
    assert look(os.fspath(tmp_path / "none")) is None
    assert findings(asked(), os.fspath(folder)) == ()
    folder.chmod(0o2775)
    before = os.umask(0o022)
    try:
        assert [one.cause for one in findings(asked(), os.fspath(folder))] == ["cache-shut"]
        os.umask(0o002)
        assert [one.cause for one in findings(asked(), os.fspath(folder))] == ["cache-shared"]
    finally:
        os.umask(before)


def test_a_default_acl_is_seen(tmp_path: Path, asked: Request) -> None:
    of_the_system("setfacl")
    done = subprocess.run(
        ["setfacl", "-d", "-m", f"g:{os.getgid()}:rwX", os.fspath(tmp_path)], check=False, capture_output=True
    )
    if done.returncode:
        pytest.skip("this disk keeps no ACL")
    found = look(os.fspath(tmp_path))
    assert found is not None
    assert found.default_acl


def test_a_cluster_is_known_by_its_scheduler(tmp_path: Path, asked: Request, program: Program) -> None:
    program(tmp_path / "bin" / "sbatch", "exit 0")
    told = findings(asked({"PATH": os.fspath(tmp_path / "bin")}), os.fspath(tmp_path / "none"))
    assert [(one.cause, one.severity) for one in told] == [("cluster", "note")]
    assert "Slurm" in told[0].title
    assert findings(asked({"PATH": os.fspath(tmp_path)}), os.fspath(tmp_path / "none")) == ()


def as_user(number: int, umask: int) -> Callable[[], None]:
    def become() -> None:
        os.umask(umask)
        os.setgroups([61000])
        os.setgid(number)
        os.setuid(number)

    return become


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="takes two users")
@pytest.mark.parametrize("mode, umask, works", [(0o2775, 0o002, True), (0o2775, 0o022, False), (0o775, 0o002, False)])
def test_uv_itself_agrees(mode: int, umask: int, works: bool, project: Project, index: Index, uv: Path) -> None:
    """Two users, one cache: what is called shut is where the second user's uv does not start."""
    import tempfile

    with tempfile.TemporaryDirectory(dir="/var/tmp") as made:  # a folder that other users reach
        place = Path(made)
        place.chmod(0o755)
        program = shutil.copy(uv, place / "uv")
        cache = place / "cache"
        cache.mkdir()
        os.chown(cache, 0, 61000)
        cache.chmod(mode)
        codes = []
        for number in (61001, 61002):
            home = place / str(number)
            shutil.copytree(project.path, home, ignore=shutil.ignore_patterns(".venv"))
            for path in (home, *home.rglob("*")):
                os.chown(path, number, number)
            env = {"HOME": os.fspath(home), "PATH": "/usr/bin:/bin", "UV_CACHE_DIR": os.fspath(cache),
                   "UV_DEFAULT_INDEX": index.url(), "UV_PYTHON_DOWNLOADS": "never"}  # fmt: skip
            done = subprocess.run([program, "sync", "--locked"], cwd=home, env=env, capture_output=True, check=False,
                                  preexec_fn=as_user(number, umask))  # fmt: skip
            codes.append((done.returncode, b"Failed to initialize cache" in done.stderr))
        assert codes == [(0, False), (0, False) if works else (2, True)]
    found = shared_cache.Sharing(False, True, bool(mode & 0o2000), False, umask, "lab")
    assert (found.shuts_out is None) == works
