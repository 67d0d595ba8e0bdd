"""Mirrors that have a part of what the lock names, or tell of it in odd ways; and a sync through one that is cut off."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest
from uv import find_uv_bin

from tests.mirrors.support import Carrier, action_for, fingerprint
from tests.run.support import to_the_end, until
from tests.support.index import Gate, Index, Status
from tests.support.projects import Project, make_project, run
from tests.support.wheels import Dist, sdist, wheel
from wizard.plan.step import Command, Plan, Step
from wizard.run import client, mirror_pages, mirror_sync, state
from wizard.run.mirror_lock import LockedFile
from wizard.run.mirror_wanted import python_of, wanted

pytestmark = pytest.mark.same_everywhere

MIRROR = "/mirror/simple"
ALPHA, BETA = "alpha-1.0-py3-none-any.whl", "beta-1.1-py3-none-any.whl"


@pytest.fixture(scope="session")
def uv() -> Path:
    """The locked uv, or another one to hold to the same: MIRROR_SYNC_UV=/path/to/uv."""
    return Path(os.environ.get("MIRROR_SYNC_UV") or find_uv_bin())


def through(index: Index, project: Project, folder: Path, mirror: str) -> Carrier:
    """Synced, the project's files the same to the byte, and nothing left for uv to do."""
    index.forget()
    before = fingerprint(project.path)
    carrier = Carrier(folder, project.env)
    assert mirror_sync.carry_out(action_for(project, pypi=mirror), carrier) == 0, carrier.output_tail
    assert fingerprint(project.path) == before
    assert project.run_uv("sync", "--locked", "--check", "--offline").returncode == 0
    return carrier


@pytest.mark.same_everywhere
def test_a_mirror_that_has_another_file_of_the_version(index: Index, tmp_path: Path, uv: Path) -> None:
    """It lags in the wheel that this machine takes: that comes from the lock, and it is said."""
    index.add(wheel("both"), sdist("both"))
    project = make_project(tmp_path, index, uv, dependencies=["alpha", "both"])
    mirror = index.copy(target=MIRROR)
    index.remove("both-1.0-py3-none-any.whl", MIRROR)
    index.remove("both-1.0.tar.gz", "/simple")  # uv needs it nowhere
    carrier = through(index, project, tmp_path / "run", mirror)
    assert (index.files(MIRROR), index.files("/simple")) == ([ALPHA, BETA], ["both-1.0-py3-none-any.whl"])
    assert "lacks 1 of 3 packages (both 1.0): from the addresses in uv.lock" in carrier.notes


@pytest.mark.same_everywhere
@pytest.mark.parametrize("how", ["it lags in the maker", "its metadata are missing"])
def test_what_a_build_asks_for_and_the_mirror_has_not(index: Index, tmp_path: Path, uv: Path, how: str) -> None:
    """The lock's own files come from the mirror all the same."""
    index.add(wheel("maker", "3.0"), sdist("built", build_requires=["maker>=3"]))
    project = make_project(tmp_path, index, uv, dependencies=["alpha", "built"])
    mirror = index.copy(target=MIRROR)
    if how == "it lags in the maker":
        index.remove("maker-3.0-py3-none-any.whl", MIRROR)
        index.add(wheel("maker", "2.0"), prefix=MIRROR)
    else:  # as mirrors have done that passed on what the official pages say
        index.fault("maker-3.0-py3-none-any.whl.metadata", Status(404, times=1))
    carrier = through(index, project, tmp_path / "run", mirror)
    assert index.files("/simple") == ["maker-3.0-py3-none-any.whl"]
    assert index.files(MIRROR) == [ALPHA, BETA, "built-1.0.tar.gz"]
    assert "What a build asks for can't be had from the mirror" in carrier.notes


@pytest.mark.parametrize("body", [b"", b"not the file", b"PK\x03\x04" + b"\0" * 5000])
@pytest.mark.parametrize(
    "dist", [wheel("beta", "1.1", requires_python=">=3.10"), sdist("built")], ids=["wheel", "sdist"]
)
def test_a_wrong_file_that_does_not_even_open(index: Index, tmp_path: Path, uv: Path, dist: Dist, body: bytes) -> None:
    """uv stops at the archive and says nothing of the hash; it is the wrong file all the same."""
    index.add(sdist("built"))
    project = make_project(tmp_path, index, uv, dependencies=["alpha", "built"])
    mirror = index.copy(target=MIRROR)
    index.fault(f"/files{MIRROR}/{dist.sha256[:2]}", Status(200, {}, body))
    carrier = Carrier(tmp_path / "run", {**project.env, "UV_HTTP_RETRIES": "0"})
    index.forget()
    assert mirror_sync.carry_out(action_for(project, pypi=mirror), carrier) != 0
    (told,) = carrier.of("diagnosis")
    assert (told["cause"], mirror in told["explanation"], dist.name in told["explanation"]) == (
        "hash-mismatch",
        True,
        True,
    )
    assert index.files("/simple") == []
    assert project.run_uv("pip", "freeze", "--python", str(project.python)).stdout == ""


def test_a_web_page_in_a_file_s_place(index: Index, project: Project, tmp_path: Path) -> None:
    """As sites say that they are busy: no wrong file, and the right one lies at the lock's address."""
    mirror = index.copy(target=MIRROR)
    index.fault(f"/files{MIRROR}/", Status(200, {"Content-Type": "text/html; charset=utf-8"}, b"<html>Busy</html>"))
    carrier = through(index, project, tmp_path / "run", mirror)
    assert index.files("/simple") == [ALPHA, BETA]
    assert "failed; the rest comes from the addresses in uv.lock" in carrier.notes


@pytest.mark.parametrize("page", [b"<html>" + b"<!-- -->" * 5_000_000, gzip.compress(b" " * 50_000_000)])
def test_a_page_without_end(index: Index, project: Project, tmp_path: Path, page: bytes) -> None:
    mirror = index.copy(target=MIRROR)
    headers = {"Content-Type": "text/html"} | ({"Content-Encoding": "gzip"} if page[:1] == b"\x1f" else {})
    index.fault(f"{MIRROR}/beta/", Status(200, headers, page))
    carrier = through(index, project, tmp_path / "run", mirror)
    assert (index.files(MIRROR), index.files("/simple")) == ([ALPHA], [BETA])
    assert "does not tell where it has beta 1.1 (its page has no end): from the addresses in uv.lock" in carrier.notes


def test_a_page_that_drips(index: Index, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It never ends and never pauses for long."""
    monkeypatch.setattr(mirror_pages, "_SLOW_AFTER_S", 0.3)
    monkeypatch.setattr(mirror_pages, "_SLOW", 1_000_000)
    mirror = index.copy(target=MIRROR)
    index.rate(f"{MIRROR}/beta/", 1000)
    carrier = through(index, project, tmp_path / "run", mirror)
    assert (index.files(MIRROR), index.files("/simple")) == ([ALPHA], [BETA])
    assert "does not tell where it has beta 1.1 (no answer in time)" in carrier.notes


@pytest.mark.same_everywhere
def test_one_page_that_can_not_be_had(index: Index, project: Project, tmp_path: Path) -> None:
    mirror = index.copy(target=MIRROR)
    index.fault(f"{MIRROR}/beta/", Status(429))
    carrier = through(index, project, tmp_path / "run", mirror)
    assert (index.files(MIRROR), index.files("/simple")) == ([ALPHA], [BETA])
    assert "does not tell where it has beta 1.1 (it answers 429): from the addresses in uv.lock" in carrier.notes


@pytest.mark.same_everywhere
def test_pages_of_a_type_that_uv_refuses(index: Index, tmp_path: Path, uv: Path) -> None:
    """As from a plain file server: the files are taken, and builds are left to the lock's own index."""
    index.add(wheel("maker"), sdist("built", build_requires=["maker"]))
    project = make_project(tmp_path, index, uv, dependencies=["alpha", "built"])
    index.copy(target=MIRROR)
    for dist in (wheel("alpha", "1.0", requires=["beta>=1"], size=1_500_000), wheel("beta", "1.1", requires_python=">=3.10"),
                 sdist("built", build_requires=["maker"])):  # fmt: skip
        files = [{"filename": dist.filename, "url": index.file_url(dist, MIRROR), "hashes": {"sha256": dist.sha256}}]
        body = json.dumps({"meta": {"api-version": "1.0"}, "name": dist.name, "files": files}).encode()
        index.fault(f"/plain/{dist.name}/", Status(200, {"Content-Type": "application/json"}, body))
    carrier = through(index, project, tmp_path / "run", index.url("/plain"))
    assert index.files(MIRROR) == [ALPHA, BETA, "built-1.0.tar.gz"]
    assert index.files("/simple") == ["maker-1.0-py3-none-any.whl"]
    assert "have a type that uv refuses" in carrier.notes
    assert len(carrier.commands) == 2  # nothing was tried that could not work


@pytest.mark.same_everywhere
def test_a_lock_without_hashes(index: Index, project: Project, tmp_path: Path) -> None:
    """Nothing could tell what the mirror sends from the true file."""
    mirror = index.copy(target=MIRROR)
    beta = wheel("beta", "1.1", requires_python=">=3.10")
    text = project.lock.read_text("utf-8")
    assert beta.sha256 in text
    project.lock.write_text(text.replace(f', hash = "sha256:{beta.sha256}"', ""), "utf-8")
    carrier = through(index, project, tmp_path / "run", mirror)
    assert (index.files(MIRROR), index.files("/simple")) == ([ALPHA], [BETA])
    assert "no hash to hold a mirror to for beta 1.1" in carrier.notes


@pytest.mark.same_everywhere
def test_two_hosts_of_files_and_two_registries(index: Index, tmp_path: Path, uv: Path) -> None:
    """The project's explicit index is left alone, and the other file host asked for nothing."""
    with Index() as other, Index() as third:
        own = wheel("own")
        other.add(own, prefix="/company/simple")
        beta = wheel("beta", "1.1", requires_python=">=3.10")
        third.add(beta)
        files = [{"filename": BETA, "url": third.file_url(beta), "hashes": {"sha256": beta.sha256}}]
        page = json.dumps({"meta": {"api-version": "1.0"}, "name": "beta", "files": files}).encode()
        index.fault(
            "/simple/beta/", Status(200, {"Content-Type": "application/vnd.pypi.simple.v1+json"}, page, times=1)
        )
        table = f'[[tool.uv.index]]\nname = "company"\nurl = "{other.url("/company/simple")}"\nexplicit = true\n'
        more = table + '[tool.uv.sources]\nown = { index = "company" }\n'
        project = make_project(tmp_path, index, uv, dependencies=["alpha", "own"], more=more)
        assert third.root in project.lock.read_text("utf-8")
        mirror = index.copy(target=MIRROR)
        third.forget()
        carrier = through(index, project, tmp_path / "run", mirror)
        assert (third.requests(), other.files("/company/simple")) == ([], [own.filename])
    assert (index.files(MIRROR), index.files("/simple")) == ([ALPHA, BETA], [])
    assert "lacks" not in carrier.notes


def locked(*names: str) -> list[LockedFile]:
    return [LockedFile("p", "1.0", "http://r.test", name, f"http://f.test/{name}", "sha256:0") for name in names]


@pytest.mark.same_everywhere
@pytest.mark.parametrize(
    "names, python, expected",
    [
        (("p-1.0-py3-none-any.whl", "p-1.0.tar.gz"), (3, 12), 0),
        (("p-1.0-cp311-none-any.whl", "p-1.0-cp312-none-any.whl", "p-1.0-py3-none-any.whl"), (3, 12), 1),
        (("p-1.0-cp311-abi3-plan9.whl", "p-1.0.tar.gz"), (3, 12), 1),
        (("p-1.0-py3-none-plan9.whl",), (3, 12), None),
        (("p-1.0-py3-none-any.whl",), None, None),
        (("odd.whl", "p-1.0-py3-none-any.whl"), (3, 12), None),
    ],
)
def test_the_file_that_uv_takes_here(
    names: Sequence[str], python: tuple[int, int] | None, expected: int | None
) -> None:
    files = locked(*names)
    assert wanted(files, python) == (None if expected is None else files[expected])


@pytest.mark.same_everywhere
@pytest.mark.parametrize(
    "text, expected",
    [
        ("home = /x\nimplementation = CPython\nuv = 0.13.8\nversion_info = 3.12.1\n", (3, 12)),
        ("home = /x\nversion = 3.10.13\n", (3, 10)),
        ("implementation = PyPy\nversion_info = 3.10.1\n", None),
        ("home\n", None),
        (None, None),
    ],
)
def test_the_python_of_an_environment(tmp_path: Path, text: str | None, expected: tuple[int, int] | None) -> None:
    if text is not None:
        (tmp_path / "pyvenv.cfg").write_text(text, "utf-8")
    assert python_of(tmp_path) == expected


def git(project: Project, *words: str) -> str:
    return run(["git", "-c", "user.name=x", "-c", "user.email=x@x", *words], cwd=project.path).stdout


def plan(project: Project, mirror: str) -> Plan:
    action = action_for(project, pypi=mirror)
    command = Command(tuple(action["argv"]), action["sync_env"], str(project.path), "mirror-sync", action)
    return Plan((Step("sync", "sync", commands=(command,)),), str(project.path), str(project.uv))


@pytest.mark.skipif(shutil.which("git") is None, reason="git tells whether anything was changed")
@pytest.mark.parametrize("how", ["killed", "cancelled"])
@pytest.mark.parametrize("at", [MIRROR + "/beta/", "/files" + MIRROR])
def test_a_sync_that_is_cut_off(index: Index, project: Project, how: str, at: str) -> None:
    """While a page is read, or a file comes: git sees nothing, and a second run has all from the mirror."""
    (project.path / ".gitignore").write_text(".venv\n", "utf-8")
    git(project, "init", "-q")
    git(project, "add", ".")
    git(project, "commit", "-qm", "x")
    mirror = index.copy(target=MIRROR)
    gate = Gate(after=10)
    index.fault(at, gate)
    index.forget()
    started = client.start(plan(project, mirror), project=str(project.path))
    gate.wait()
    if how == "cancelled":
        client.cancel(started)
    else:
        record = state.read_json(started.folder / state.SUPERVISOR)
        assert record is not None
        psutil.Process(record["pid"]).kill()
    assert to_the_end(started)[-1]["exit_code"] != 0
    until(lambda: not state.supervised(started.folder))
    assert git(project, "status", "--porcelain") == ""
    if how == "cancelled":
        assert list(started.folder.rglob("uv.lock")) == []
    index.heal(at)
    again = to_the_end(client.start(plan(project, mirror), project=str(project.path)))
    assert again[-1]["exit_code"] == 0
    assert index.files("/simple") == []
    assert git(project, "status", "--porcelain") == ""
    assert project.run_uv("sync", "--locked", "--check", "--offline").returncode == 0


@pytest.mark.long
@pytest.mark.skipif(os.name == "nt", reason="uv counts bytes on a terminal alone")
def test_a_mirror_that_drips_is_left(index: Index, tmp_path: Path, uv: Path) -> None:
    index.add(wheel("large", size=3_000_000))
    project = make_project(tmp_path, index, uv, dependencies=["alpha", "large"])
    mirror = index.copy(target=MIRROR)
    index.rate(f"/files{MIRROR}", 200)
    index.forget()
    events = to_the_end(client.start(plan(project, mirror), project=str(project.path)))
    assert events[-1]["exit_code"] == 0
    told = " ".join(event["text"] for event in events if event["type"] == "note")
    assert f"Next to nothing comes from {mirror}" in told
    assert index.files("/simple") == [ALPHA, "large-1.0-py3-none-any.whl"]
    assert project.run_uv("sync", "--locked", "--check", "--offline").returncode == 0


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("version", ["0.8.24", "0.10.12", "0.12.5"])
def test_other_versions_of_uv(version: str, tmp_path: Path) -> None:
    """All of this, and of test_mirror_sync, with them."""
    there = tmp_path / "uv"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", os.fspath(there), f"uv=={version}"]
    if subprocess.run(pip, capture_output=True, check=False).returncode != 0:
        pytest.skip("no package index within reach")
    program = there / "bin" / ("uv.exe" if os.name == "nt" else "uv")
    files = [os.fspath(Path(__file__).parent / name) for name in ("test_mirror_sync.py", "test_mirror_odd.py")]
    pytest_s = [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", "-m", "not long", *files]
    done = subprocess.run(
        pytest_s, env={**os.environ, "MIRROR_SYNC_UV": os.fspath(program)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:]
