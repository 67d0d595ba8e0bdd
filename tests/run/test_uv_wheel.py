"""The uv wheel for this machine from an index on 127.0.0.1: without pip, checked, taken up again, whole or not at all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from packaging.tags import sys_tags

from tests.run.test_place_uv import NAME, Supervisor, runs
from tests.support.faults import Cut, Status, Tampered
from tests.support.index import Index
from tests.support.wheels import Dist, wheel
from wizard.mirrors.page import File, Page
from wizard.run import place_uv
from wizard.run.uv_wheel import NoWheel, choose


def uv_wheel(uv: Path, version: str = "9.9.9", tag: str | None = None) -> Dist:
    platform = tag or f"py3-none-{next(iter(sys_tags())).platform}"
    return wheel("uv", version, tag=platform, files={f"uv-{version}.data/scripts/{NAME}": uv.read_bytes()})


def by_wheel(index: Index, folder: Path, prefix: str = "/simple", **more: str) -> dict[str, Any]:
    way = {"how": "wheel", "index": index.url(prefix), "argv": ["no-such-pip"]}
    return {"ways": [way], "folder": str(folder), "version": "", "required": "", **more}


@pytest.fixture
def supervisor(tmp_path: Path) -> Supervisor:
    return Supervisor(tmp_path / "run")


@pytest.fixture
def old(tmp_path: Path, uv: Path) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / NAME).write_bytes(uv.read_bytes())
    (folder / NAME).chmod(0o755)
    return folder


@pytest.mark.parametrize("html", [False, True])
def test_from_a_mirror_without_pip(tmp_path: Path, supervisor: Supervisor, index: Index, uv: Path, html: bool) -> None:
    index.add(uv_wheel(uv), uv_wheel(uv, "9.8.0"), prefix="/mirror/simple")
    if html:
        index.html_only("/mirror/simple")
    folder = tmp_path / "项目 bin"
    assert place_uv.carry_out(by_wheel(index, folder, "/mirror/simple"), supervisor) == 0, supervisor.told
    assert runs(folder / NAME)
    assert index.files("/mirror/simple") == [uv_wheel(uv).filename]
    assert not (supervisor.run_folder / "uv-wheel").exists()


def test_a_download_that_breaks_off_is_taken_up_again(
    tmp_path: Path, supervisor: Supervisor, index: Index, uv: Path
) -> None:
    index.add(uv_wheel(uv))
    index.fault(".whl", Cut(300_000, times=2))
    assert place_uv.carry_out(by_wheel(index, tmp_path / "bin"), supervisor) == 0, supervisor.told
    ranges = [request.headers.get("range") for request in index.requests(".whl")]
    assert ranges[0] is None
    assert ranges[-1] not in (None, "bytes=0-"), "what came was kept"


@pytest.mark.parametrize("trouble", ["tampered", "stated", "missing", "gone", "cut", "status", "down"])
def test_what_goes_wrong_leaves_the_old_uv(
    old: Path, supervisor: Supervisor, index: Index, uv: Path, trouble: str
) -> None:
    if trouble == "stated":
        index.add(uv_wheel(uv), sha256="0" * 64)
    elif trouble != "missing":
        index.add(uv_wheel(uv))
    faults = {"tampered": Tampered(), "gone": Status(404), "cut": Cut(1000), "status": Status(500)}
    if trouble in faults:
        index.fault(".whl", faults[trouble])
    action = by_wheel(index, old)
    if trouble == "down":
        action["ways"][0]["index"] = "http://127.0.0.1:9/simple"
    before = (old / NAME).stat()
    assert place_uv.carry_out(action, supervisor) == 1
    assert (old / NAME).stat().st_mtime_ns == before.st_mtime_ns
    assert runs(old / NAME)
    assert [path.name for path in old.iterdir()] == [NAME]
    told = "\n".join(supervisor.told)
    expected = {
        "tampered": "Hash mismatch", "stated": "Hash mismatch", "missing": "404", "gone": "404", "cut": "Failed to download",
        "status": "500", "down": "Failed to fetch",
    }  # fmt: skip
    assert expected[trouble] in told
    assert ("diagnosis" in told) == (trouble in {"tampered", "stated"})
    assert "Traceback" not in told


@pytest.mark.parametrize(
    "version, required, expected",
    [
        ("", "", "0.13.8"),
        ("", ">=0.12,<0.13", "0.12.5"),
        ("0.9.30", "", "0.9.30"),
        ("0.14.0rc1", "", "0.14.0rc1"),
        ("", ">=1", None),
        ("0.1.0", "", None),
        ("0.15.0", "", "0.15.0"),
    ],
)
def test_which_wheel(version: str, required: str, expected: str | None) -> None:
    mine, other = next(iter(sys_tags())).platform, "solaris_2_11_sparc"
    names = [f"uv-{one}-py3-none-{mine}.whl" for one in ("0.9.30", "0.12.5", "0.13.8", "0.14.0rc1")]
    names += [f"uv-0.13.9-py3-none-{other}.whl", "uv-0.13.9.tar.gz", f"uv_build-0.99-py3-none-{mine}.whl"]
    files = tuple(File(name, f"http://example.test/{name}", "0" * 64) for name in names)
    files += (File(f"uv-0.15.0-py3-none-{mine}.whl", "http://example.test/y", "0" * 64, yanked=True),)
    page = Page(files, "json")
    if expected is None:
        with pytest.raises(NoWheel, match="uv"):
            choose(page, version, required, "http://example.test/simple")
    else:
        assert choose(page, version, required, "").name == f"uv-{expected}-py3-none-{mine}.whl"


def test_no_wheel_for_this_machine_is_told_as_such() -> None:
    page = Page((File("uv-1.0.0-py3-none-solaris_2_11_sparc.whl", "http://example.test/x", "0" * 64),), "json")
    with pytest.raises(NoWheel, match="runs on this machine"):
        choose(page, "", "", "http://example.test/simple")


@pytest.mark.skipif(sys.platform == "win32", reason="kills as POSIX does")
def test_killed_in_the_middle_of_the_download(old: Path, tmp_path: Path, index: Index, uv: Path) -> None:
    index.add(uv_wheel(uv))
    index.rate(".whl", 400_000)
    code = (
        "import sys, json; from pathlib import Path\n"
        "from tests.run.test_place_uv import Supervisor\n"
        "from wizard.run import place_uv\n"
        "sys.exit(place_uv.carry_out(json.loads(sys.argv[2]), Supervisor(Path(sys.argv[1]))))\n"
    )
    child = subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "killed"), json.dumps(by_wheel(index, old))])
    end = time.monotonic() + 60
    while not any(request.sent > 100_000 for request in index.requests(".whl")):
        assert time.monotonic() < end
        assert child.poll() is None
        time.sleep(0.02)
    child.kill()  # SIGKILL
    child.wait()
    assert runs(old / NAME)
    assert [path.name for path in old.iterdir()] == [NAME]


def test_a_uv_that_runs_is_replaced(old: Path, supervisor: Supervisor, index: Index, uv: Path) -> None:
    changed = uv.read_bytes() + b"\0"  # bytes behind a program's end do not matter to it
    index.add(wheel("uv", "9.9.9", files={f"uv-9.9.9.data/scripts/{NAME}": changed}))
    argv = [str(old / NAME), "pip", "compile", "--offline", "--no-config", "-"]
    environment = {**os.environ, "UV_NO_CACHE": "1"}
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment) as waiting:
        try:
            assert place_uv.carry_out(by_wheel(index, old), supervisor) == 0, supervisor.told
            assert waiting.poll() is None, "the one that ran goes on"
            assert (old / NAME).read_bytes() == changed
            assert runs(old / NAME)
        finally:
            waiting.kill()
