"""uv-wizard.pyz: made twice, and run by the Pythons of this machine in homes of all kinds, with nothing installed."""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType

import pytest

from tests.support.command import ROOT, events, of
from tests.support.index import Gate, Index
from tests.support.projects import Project
from tests.terminal.test_tmux import Terminal
from wizard import one_file
from wizard.errors import BadInput

PARTS = ROOT / "tools" / "one_file_parts"
_REAL = dict(os.environ)
"""Before the tests' own homes: which package index this machine uses."""
_PLACES = (Path.home() / ".pyenv" / "versions").glob("*/bin/python")
long = [pytest.mark.long, pytest.mark.wine_cannot("make the file; tests/windows/run --python starts one that is there")]


def interpreters() -> dict[str, str]:
    """`3.11` -> a Python of this machine that can be started."""
    names = filter(
        None, [shutil.which("python3"), sys.executable, *(shutil.which(f"python3.{n}") for n in range(6, 16))]
    )
    found: dict[str, str] = {}
    for path in [*names, *map(os.fspath, _PLACES)]:
        told = "'%d.%d %s' % (sys.version_info[:2] + (getattr(sys, '_base_executable', sys.executable),))"
        ask = [path, "-c", f"import sys; print({told})"]
        said = subprocess.run(ask, env=_REAL, capture_output=True, encoding="utf-8", check=False)
        if said.returncode == 0:
            version, _, base = said.stdout.strip().partition(" ")
            found.setdefault(version, base)
    return found


def built(checkout: Path, out: Path, more: Mapping[str, str]) -> Path:
    argv = [sys.executable, os.fspath(checkout / "tools" / "one_file.py"), os.fspath(out)]
    subprocess.run(argv, env={**_REAL, **more}, cwd=out.parent, check=True, stdin=subprocess.DEVNULL)
    return out


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy, which nobody works in meanwhile."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("wizard", "screens", "assets", "tools"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", ".gitignore"):
        shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="session")
def made(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(checkout, tmp_path_factory.mktemp("one") / "uv-wizard.pyz", {})


Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def start(made: Path, tmp_path: Path) -> Run:
    """Starts the file with an isolated Python, in a home of its own; never a traceback."""

    def run(*words: str, python: str = sys._base_executable, **env: str) -> subprocess.CompletedProcess[str]:  # type: ignore[attr-defined]
        environment = {
            **os.environ,
            "HOME": os.fspath(tmp_path / "home"),
            "XDG_CACHE_HOME": "",
            "PYTHONPATH": "",
            **env,
        }
        argv = [python, "-S", os.fspath(made), *words]
        done = subprocess.run(
            argv,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=100,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done

    (tmp_path / "home").mkdir()
    return run


def cache(home: Path) -> Path:
    (found,) = (home / ".cache" / "uv-wizard").glob("uv-wizard.pyz_*")
    return found / "site-packages"


class TestTheFile:
    pytestmark = long

    def test_the_same_bytes_in_another_folder_at_another_time(self, made: Path, checkout: Path, tmp_path: Path) -> None:
        other = tmp_path / "another checkout"
        shutil.copytree(checkout, other, copy_function=shutil.copyfile)
        old = os.umask(0o077)
        try:
            again = built(other, tmp_path / "again.pyz", {"TZ": "Asia/Seoul", "SOURCE_DATE_EPOCH": "1700000000"})
        finally:
            os.umask(old)
        assert again.read_bytes() == made.read_bytes()

    def test_nothing_compiled_is_needed(self, made: Path) -> None:
        with zipfile.ZipFile(made) as archive:
            compiled = [name for name in archive.namelist() if re.search(r"\.(so|pyd|dylib|dll)$", name)]
        assert len(compiled) == 8
        assert all(name.startswith("site-packages/wizard/native/") for name in compiled)

    def test_every_python_runs_it_or_is_told(self, start: Run, project: Project) -> None:
        newest = 0
        for version, path in interpreters().items():
            done = start("--version", python=path)
            if tuple(map(int, version.split("."))) < (3, 10):
                assert done.returncode == 1
                assert re.fullmatch(r"uv-wizard: Python 3.10 or newer is needed, .*\n", done.stderr)
                continue
            assert (done.stdout, done.stderr) == ("uv-wizard 0.1.0\n", "")
            told = json.loads(start("doctor", os.fspath(project.path), "--json", python=path).stdout)
            assert told["project"]["name"] == "sample" or told["project"]["has_lock"]
            assert told["machine"]["filesystems"]
            newest += 1
        assert newest

    def test_it_does_the_whole_way(self, start: Run, project: Project) -> None:
        done = start("apply", os.fspath(project.path), "--yes", "--json")
        assert of(events(done.stdout), "end")[-1]["exit_code"] == 0, done.stderr
        assert project.python.exists()
        again = start("attach", "--json")
        assert again.returncode == 0
        assert events(again.stdout) == events(done.stdout)
        assert start("verify", os.fspath(project.path), "--json").returncode == 0
        assert start("plan", os.fspath(project.path), "--json").returncode == 0

    def test_without_psutil(self, start: Run, project: Project, tmp_path: Path) -> None:
        whole = json.loads(start("doctor", os.fspath(project.path), "--json").stdout)
        shutil.rmtree(cache(tmp_path / "home") / "wizard" / "native")
        told = json.loads(start("doctor", os.fspath(project.path), "--json").stdout)
        for one in (*whole["machine"]["filesystems"], *told["machine"]["filesystems"]):
            del one["free_bytes"]
        assert told["machine"]["filesystems"] == whole["machine"]["filesystems"]
        assert told["machine"]["shell"] == whole["machine"]["shell"]
        done = start("apply", os.fspath(project.path), "--yes", "--json")
        assert of(events(done.stdout), "end")[-1]["exit_code"] == 0, done.stderr

    def test_many_first_starts_at_once(self, made: Path, tmp_path: Path) -> None:
        environment = {**os.environ, "HOME": os.fspath(tmp_path), "XDG_CACHE_HOME": "", "PYTHONPATH": ""}
        words = [sys._base_executable, "-S", os.fspath(made), "--version"]  # type: ignore[attr-defined]
        all_of = [
            subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(4)
        ]
        assert [one.communicate() for one in all_of] == [(b"uv-wizard 0.1.0\n", b"")] * 4
        assert [one.name for one in (tmp_path / ".cache" / "uv-wizard").iterdir()] == [cache(tmp_path).parent.name]

    def test_half_of_it_was_cleaned_away(self, start: Run, tmp_path: Path) -> None:
        start("--version")
        shutil.rmtree(cache(tmp_path / "home") / "wizard" / "cli")
        assert start("--version").stdout == "uv-wizard 0.1.0\n"

    def test_a_home_that_cannot_be_written(self, start: Run, tmp_path: Path) -> None:
        temp = tmp_path / "temp"
        temp.mkdir()
        nowhere = {"HOME": "/proc/none", "UV_WIZARD_STATE_DIR": ""}
        assert start("--version", **nowhere, TMPDIR=os.fspath(temp)).stdout == "uv-wizard 0.1.0\n"
        (folder,) = temp.iterdir()
        assert folder.stat().st_mode & 0o777 == 0o700
        folder.chmod(0o777)  # anybody may have put something there
        done = start("--version", **nowhere, TMPDIR=os.fspath(temp))
        assert done.returncode == 1
        assert re.fullmatch(r"uv-wizard: there is nowhere to unpack this file: .*somebody else.*\n", done.stderr)
        named = start(
            "--version", HOME="/proc/none", TMPDIR="/proc/none", UV_WIZARD_STATE_DIR=os.fspath(tmp_path / "s")
        )
        assert named.stdout == "uv-wizard 0.1.0\n"

    def test_a_full_home(self, made: Path, tmp_path: Path) -> None:
        """One that says so beforehand, and one that says so in the middle of it."""
        inside = (
            "mount -t tmpfs -o size=4m none {home} && mount -t tmpfs -o size={temp} none {there} && "
            "cd / && HOME={home} TMPDIR={there} {python} -S -c {code} --version; code=$?; "
            "ls -A {home}/.cache/uv-wizard; exit $code"
        )
        code = f"'import sys; sys.path[0] = \"{made}\"; import _unpacking as u; u.ROOM = {{}}; sys.exit(u.run())'"
        words = {"home": tmp_path / "home", "there": tmp_path / "temp", "python": sys._base_executable}  # type: ignore[attr-defined]
        for name in ("home", "temp"):
            (tmp_path / name).mkdir()
        for temp, room, good in (("90m", 40 << 20, True), ("90m", 0, True), ("4m", 0, False)):
            line = inside.format(**words, temp=temp, code=code.format(room))
            environment = {**os.environ, "PYTHONPATH": "", "XDG_CACHE_HOME": "", "UV_WIZARD_STATE_DIR": ""}
            argv = ["unshare", "-rm", "sh", "-c", line]
            done = subprocess.run(argv, env=environment, capture_output=True, encoding="utf-8", check=False)
            if "unshare:" in done.stderr or "mount:" in done.stderr:
                pytest.skip(f"no filesystem of our own: {done.stderr}")
            if good:
                assert (done.stdout, done.stderr) == ("uv-wizard 0.1.0\n", "")  # nothing half unpacked is left either
            else:
                assert done.returncode == 1
                assert re.fullmatch(r"uv-wizard: there is nowhere to unpack .*No space left.*\n", done.stderr)

    def test_the_same_file_in_windows(self, made: Path, project: Project) -> None:
        """In the Windows of tests/windows, without what is installed there."""
        cached = Path(_REAL.get("XDG_CACHE_HOME") or Path(_REAL["HOME"], ".cache"))
        if not (cached / "uv-wizard-windows" / "requirements.txt").exists():
            pytest.skip("tests/windows/setup.sh was not run")

        def there(*words: str) -> str:
            argv = [os.fspath(ROOT / "tests" / "windows" / "run"), "--python", "-S", named(made), *words]
            done = subprocess.run(argv, env=_REAL, capture_output=True, encoding="utf-8", check=False)
            assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
            return done.stdout

        def named(path: Path) -> str:
            return "Z:" + os.fspath(path).replace("/", "\\")

        assert there("--version").strip() == "uv-wizard 0.1.0"
        told = json.loads(there("doctor", named(project.path), "--json"))
        assert told["machine"]["os"] == "windows"
        assert told["project"]["has_lock"]
        assert {one["mount"] for one in told["machine"]["filesystems"]} == {"C:\\", "Z:\\"}

    @pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed; .ci/run installs it")
    def test_its_screens_and_a_lost_terminal(self, made: Path, project: Project, index: Index) -> None:
        gate = Gate(after=700_000)
        index.fault("alpha-1.0", gate)
        python = sys._base_executable  # type: ignore[attr-defined]
        words = [python, "-S", os.fspath(made)]
        terminal = Terminal([*words, os.fspath(project.path)], env={"PYTHONPATH": ""})
        try:
            terminal.until("1/8")
            for number in range(2, 8):
                terminal.press("C-n")
                terminal.until(f"{number}/8")
            gate.wait(60)
            terminal.lose()
            joined = Terminal([*words, "attach"], env={"PYTHONPATH": ""})
            try:
                joined.until("alpha")
                gate.release()
                joined.until("8/8")
            finally:
                joined.lose()
        finally:
            gate.release()
            terminal.lose()
        assert project.python.exists()


@pytest.fixture
def unpacking(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("_unpacking", PARTS / "_unpacking.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.same_everywhere
def test_old_pythons_can_read_the_first_lines() -> None:
    text = (PARTS / "_door.py").read_text("ascii")
    ast.parse(text, feature_version=(3, 4))
    assert not re.search(r"\bf[\"']|->|print", text)


@pytest.mark.same_everywhere
def test_what_it_holds_is_what_the_tests_ran_with() -> None:
    def pins(path: Path) -> dict[str, str]:
        """Of a name that has several, the one for the oldest Python: it comes first."""
        found = re.findall(r"^([\w.-]+)==([^ ]+)", path.read_text("utf-8"), re.MULTILINE)
        return dict(reversed(found))

    ours, theirs = pins(PARTS / "requirements.txt"), pins(ROOT / "tests" / "requirements.txt")
    assert {name: theirs.get(name) for name in ours} == ours


@pytest.mark.wine_cannot("set the modes of folders")
def test_what_is_old_is_taken_away(unpacking: ModuleType, tmp_path: Path) -> None:
    day = 86400
    ages = {"uv-wizard.pyz_new": 2 * day, "uv-wizard.pyz_old": 31 * day, ".unpacking-x": day, ".unpacking-y": 1}
    for name, age in {**ages, unpacking.NAME: 90 * day, "another": 90 * day}.items():
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    unpacking.clean(os.fspath(tmp_path))
    assert {one.name for one in tmp_path.iterdir()} == {"uv-wizard.pyz_new", ".unpacking-y", unpacking.NAME, "another"}


def test_which_file_is_given_away(tmp_path: Path) -> None:
    assert one_file.running_from() is None
    with pytest.raises(BadInput, match="--one-file PATH"):
        one_file.find(None)
    for name, content in (("absent", None), ("other.pyz", b"PK"), ("empty.pyz", b"")):
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(BadInput, match=name):
            one_file.find(tmp_path / name)
    ours = tmp_path / "uv-wizard.pyz"
    with zipfile.ZipFile(ours, "w") as archive:
        archive.writestr("site-packages/wizard/__main__.py", "")
    assert one_file.find(ours) == ours
