"""On a host that has no network at all: a network namespace whose one interface, lo, is down. Nothing can be sent there,
and its counters say that nothing was tried.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from uv import find_uv_bin

from tests.bundle.support import packaged, uv_wheel, version_of, without_pythons
from tests.support.command import ROOT, events, inside, of
from tests.support.index import Index
from tests.support.projects import Project, make_project

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        not sys.platform.startswith("linux")
        or shutil.which("unshare") is None
        or subprocess.run(["unshare", "--net", "--mount", "true"], capture_output=True, check=False).returncode != 0,
        reason="no network namespaces here",
    ),
]
SYSCONFIG = "# system configuration generated and used by the sysconfig module\nbuild_time_vars = {'CC': 'cc'}\n"
BARE_PATH = "/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin"


@pytest.fixture(scope="session")
def uv() -> Path:
    """The locked uv, or another one to hold to the same: BUNDLE_UV=/path/to/uv."""
    return Path(os.environ.get("BUNDLE_UV") or find_uv_bin())


@pytest.fixture
def there(index: Index, uv: Path, monkeypatch: pytest.MonkeyPatch) -> Index:
    """The index in use; its wheel of uv holds the real one."""
    index.add(uv_wheel(version_of(uv), uv.read_bytes(), "py3-none-manylinux2014_x86_64.manylinux2014_aarch64"))
    monkeypatch.setenv("UV_DEFAULT_INDEX", index.url())
    monkeypatch.setenv("PATH", f"{uv.parent}{os.pathsep}{os.environ['PATH']}")
    return index


def export(project: Project, index: Index, folder: Path, *more: str) -> dict[str, object]:
    pythons = () if any("mirrors.python" in word for word in more) else without_pythons(index)
    argv = ["export", "bundle", str(project.path), "--to", str(folder), "--yes", "--json", *pythons, *more]
    found: dict[str, object] = json.loads(inside(*argv).stdout)
    return found


def away(home: Path, *argv: str, before: str = "true", check: int = 0) -> subprocess.CompletedProcess[str]:
    """The command on a host without a network, a uv or a setting; what its interface sent is zero."""
    home.mkdir(exist_ok=True)
    script = f'{before}; "$@"; code=$?; tail -n +3 /proc/net/dev > "$HOME/sent"; exit $code'
    own = ("HOME", "PATH", "UV_", "XDG_", "PIP_", "PYENV")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    done = subprocess.run(
        ["unshare", "--net", "--mount", "sh", "-c", script, "sh", sys.executable, "-m", "wizard", *argv],
        env={**environment, "HOME": str(home), "PATH": BARE_PATH, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", check=False, timeout=110,
    )  # fmt: skip
    assert done.returncode == check, (done.stdout, done.stderr)
    assert "Traceback" not in done.stderr, done.stderr
    interfaces = [line.split() for line in (home / "sent").read_text().splitlines()]
    assert [(one[0], one[2], one[10]) for one in interfaces] == [("lo:", "0", "0")]
    return done


def test_the_whole_way(there: Index, tmp_path: Path, uv: Path) -> None:
    """uv, its settings, the sync with two builds, the checks; a second time nothing changes; and all is taken back."""
    project = packaged(tmp_path / "packaged", there, uv)
    folder, home = tmp_path / "stick 项" / "bundle", tmp_path / "home"
    export(project, there, folder)
    before = project.lock.read_bytes()
    there.forget()
    found = events(away(home, "apply", str(project.path), "--bundle", str(folder), "--yes", "--json").stdout)
    assert [step["id"] for step in of(found, "step") if step["state"] == "done"] == ["uv", "settings", "sync", "verify"]
    assert of(found, "verify")[0]["ok"] is True
    assert project.lock.read_bytes() == before
    placed = home / ".local" / "bin" / "uv"
    assert version_of(placed) == version_of(uv)
    assert (
        project.run_python("import alpha, beta, src, dream_here; print(alpha.__version__, src.__version__)")
        == "1.0 1.0\n"
    )
    away(home, "bundle", "verify", str(folder))
    again = events(away(home, "apply", str(project.path), "--bundle", str(folder), "--yes", "--json").stdout)
    assert [one for one in of(again, "package") if one["state"] == "installed"] == []
    shutil.rmtree(project.venv)
    away(home, "apply", str(project.path), "--bundle", str(folder), "--yes")  # from the bundle once more
    runs = json.loads(away(home, "undo", "--list", "--json").stdout)["runs"]
    for run in runs:
        if run["changed"] and not run["undone"]:
            away(home, "undo", run["id"], "--yes")
    assert not placed.exists()
    assert there.requests() == []


def other_python() -> tuple[str, Path]:
    """(3.12, its program) of a Python that is neither the running one nor the system's. Skips where there is none."""
    running = f"{sys.version_info.major}.{sys.version_info.minor}"
    system = {path.name.removeprefix("python") for path in Path("/usr/bin").glob("python3.*")}
    for program in sorted(Path(sys.base_prefix).parent.glob("*/bin/python3.*")):
        found = re.fullmatch(r"python(3\.\d+)", program.name)
        if found and found[1] not in {running, *system}:
            return found[1], program
    pytest.skip("the Python that comes along has to be another one, and beside the running one lies none")


def test_the_python_comes_along(there: Index, tmp_path: Path, uv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """uv installs it from the bundle. The archive is a stand-in: laid out as uv's builds are, its program starts another."""
    minor, program = other_python()
    version = subprocess.run([program, "-c", "import platform; print(platform.python_version())"],
                             capture_output=True, text=True, check=True).stdout.strip()  # fmt: skip
    system = subprocess.run(
        [uv, "python", "list", "--offline", "--only-downloads", "--output-format", "json", minor],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    like = next(one for one in json.loads(system) if one["implementation"] == "cpython" and one["variant"] == "default")
    name = f"cpython-{version}+20260101-{like['arch']}-unknown-linux-{like['libc']}-install_only_stripped.tar.gz"
    there.put(f"/pythons/20260101/{name}", archive(minor, program))
    record = {
        "name": "cpython", "arch": {"family": like["arch"], "variant": None}, "os": "linux", "libc": like["libc"],
        "major": int(version.split(".")[0]), "minor": int(version.split(".")[1]), "patch": int(version.split(".")[2]),
        "prerelease": "", "sha256": None, "variant": None, "build": "20260101",
        "url": f"https://builds.example.test/releases/download/20260101/{name.replace('+', '%2B')}",
    }  # fmt: skip
    listed = tmp_path / "downloads.json"
    listed.write_text(json.dumps({f"cpython-{version}-linux-{like['arch']}-{like['libc']}": record}))
    project = make_project(tmp_path / "p", there, uv)
    folder, home = tmp_path / "bundle", tmp_path / "home"
    monkeypatch.setenv("UV_PYTHON_DOWNLOADS_JSON_URL", str(listed))
    monkeypatch.setenv("UV_PYTHON_DOWNLOADS", "automatic")
    found = export(project, there, folder, "--python", minor, "--set", f"mirrors.python={there.root}/pythons")
    assert name in {Path(path).name for path in map(str, folder.rglob("*.tar.gz"))}, found
    away(home, "apply", str(project.path), "--bundle", str(folder), "--yes")
    assert project.run_python("import sys, alpha; print('%d.%d' % sys.version_info[:2])") == f"{minor}\n"
    assert list((home / ".local/share/uv/python").glob(f"cpython-{version}-*"))


def archive(minor: str, program: Path) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as tar:
        for path, text in (
            (f"python/bin/python{minor}", f'#!/bin/sh\nexec {program} "$@"\n'),
            (f"python/lib/python{minor}/os.py", ""),
            (f"python/lib/python{minor}/_sysconfigdata__linux_.py", SYSCONFIG),
        ):
            info = tarfile.TarInfo(path)
            info.size, info.mode = len(text), 0o755
            tar.addfile(info, io.BytesIO(text.encode()))
        link = tarfile.TarInfo("python/bin/python3")
        link.type, link.linkname = tarfile.SYMTYPE, f"python{minor}"
        tar.addfile(link)
    return made.getvalue()


def test_a_stick_that_takes_no_byte(there: Index, project: Project, tmp_path: Path) -> None:
    """The bundle on a filesystem that is mounted read-only."""
    folder = tmp_path / "bundle"
    export(project, there, folder)
    mounted = (
        f"mount --bind '{folder}' '{folder}' && mount -o remount,ro,bind '{folder}' && ! touch '{folder}/x' 2>/dev/null"
    )
    away(
        tmp_path / "home", "apply", str(project.path), "--bundle", str(folder), "--yes", before=f"{mounted} || exit 77"
    )
    assert project.run_python("import alpha; print(alpha.__version__)") == "1.0\n"


def test_no_room_on_the_stick(there: Index, project: Project, tmp_path: Path) -> None:
    """A filesystem of one MiB: said before anything is fetched."""
    folder = tmp_path / "small"
    folder.mkdir()
    script = f"mount -t tmpfs -o size=1m none '{folder}' && exec \"$@\""
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script, "sh", sys.executable, "-m", "wizard", "export", "bundle",
         str(project.path), "--to", str(folder / "bundle"), "--yes", *without_pythons(there)],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False, timeout=110,
    )  # fmt: skip
    assert done.returncode == 1, done
    assert "are needed there, and" in done.stderr
    assert done.stderr.count("\n") == 1
