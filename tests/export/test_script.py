"""`export script`: run for real by dash and bash in a fresh home, held against what apply does, and read by shellcheck."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.command import inside as wizard
from tests.support.index import Index
from tests.support.programs import required
from tests.support.projects import Project
from tests.support.wheels import wheel
from wizard.errors import BadInput
from wizard.export import script, script_ps1, script_sh
from wizard.export.script_job import Install, Job, Part, Place, Places, Run, Write, parts_of
from wizard.files import digest
from wizard.plan.quoting import unquoted_powershell
from wizard.plan.step import Command, FileChange, Plan, RegistryChange, Step

pytestmark = pytest.mark.same_everywhere
posix = pytest.mark.skipif(sys.platform == "win32", reason="the scripts for sh are run")
NAME = "uv-wizard-setup.sh"
SHELLS = [shell for shell in ("dash", "bash") if shutil.which(shell)]


def shellcheck(path: Path) -> None:
    done = subprocess.run([required("shellcheck"), os.fspath(path)], capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout


def carried_out(shell: str, script: Path, home: Path, uv: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """The script in that home; uv and Python are on the PATH, the wizard is not."""
    home.mkdir(exist_ok=True)
    programs = script.parent.parent / "programs"
    if not programs.exists():
        programs.mkdir()
        (programs / "uv").symlink_to(uv)
    env = {"HOME": os.fspath(home), "PATH": f"{programs}:/usr/bin:/bin", "UV_PYTHON": sys.executable, **more}
    return subprocess.run(
        [shell, os.fspath(script)], env=env, cwd="/", capture_output=True, encoding="utf-8", check=False
    )


def files_of(folder: Path) -> dict[str, bytes]:
    """All but the environment, uv's own files and what says when."""
    found = (
        path
        for path in folder.rglob("*")
        if path.is_file() and not {".venv", "uv", "uv-cache", ".cache"} & set(path.parts)
    )
    return {os.fspath(path.relative_to(folder)): path.read_bytes() for path in found}


@posix
@pytest.mark.parametrize("shell", SHELLS)
def test_it_does_what_apply_does_and_twice_is_once(
    shell: str, tmp_path: Path, project: Project, index: Index, uv: Path, home: Path
) -> None:
    index.add(wheel("alpha", "1.0", requires=["beta>=1"], size=1_500_000), wheel("beta", "1.1"), prefix="/mirror")
    folder, mirror = os.fspath(project.path), index.url("/mirror")
    (home / ".profile").write_text("# mine, with a token: hunter2\nPS1='$ '\n")
    (home / ".bashrc").write_bytes(b"# r\xe9sum\xe9, no newline")
    sets = {
        "mirrors.pypi": mirror,
        "mirrors.scope": "project",
        "settings.cache-dir": os.fspath(tmp_path / "a cache, it's"),
        "settings.where": "environment",
    }
    words = [word for key, value in sets.items() for word in ("--set", f"{key}={value}")]
    before = project.pyproject.read_bytes(), project.lock.read_bytes()
    done = wizard("export", "script", folder, "--yes", *words)
    script = project.path / NAME
    shellcheck(script)
    assert "hunter2" not in script.read_text()  # of a file that was there, only what is new
    fresh = tmp_path / "fresh"
    shutil.copytree(home, fresh, ignore=shutil.ignore_patterns("wizard-state", "uv-cache"))

    first = carried_out(shell, script, fresh, uv)
    assert first.returncode == 0, first.stdout + first.stderr
    assert "Installed 2 packages" in first.stderr
    assert f"Python {sys.version.split()[0]} in" in first.stdout
    assert project.run_python("import alpha, beta; print('both')") == "both\n"
    told = files_of(fresh), files_of(project.path)
    assert "name your home folder" not in done.stdout

    again = carried_out(shell, script, fresh, uv)
    assert again.returncode == 0, again.stdout + again.stderr
    assert "written:" not in again.stdout
    assert again.stdout.count("is so already") == first.stdout.count("written:") > 2
    assert (files_of(fresh), files_of(project.path)) == told

    project.pyproject.write_bytes(before[0])
    project.lock.write_bytes(before[1])
    wizard("apply", folder, "--yes", *words)
    ours = {name: data for name, data in files_of(home).items() if not name.startswith("wizard-state")}
    by_script = {name: data for name, data in told[0].items() if not name.endswith(".before-uv-wizard")}
    assert by_script == ours
    assert told[1] == files_of(project.path)


@pytest.mark.long
@posix
@pytest.mark.parametrize("lacks", [False, True])
def test_a_mirror_is_asked_first_and_what_it_lacks_comes_from_the_locks_own_addresses(
    tmp_path: Path, project: Project, index: Index, uv: Path, lacks: bool
) -> None:
    wheels = [
        wheel("alpha", "1.0", requires=["beta>=1"], size=1_500_000),
        wheel("beta", "1.1", requires_python=">=3.10"),
    ]
    index.add(*wheels[: 1 if lacks else 2], prefix="/mirror")
    lock = project.lock.read_bytes()
    wizard("export", "script", os.fspath(project.path), "--yes", "--set", f"mirrors.pypi={index.url('/mirror')}")
    shellcheck(project.path / NAME)
    done = carried_out("sh", project.path / NAME, tmp_path / "fresh", uv)
    assert done.returncode == 0, done.stderr
    assert project.run_python("import alpha, beta; print('both')") == "both\n"
    assert ("the mirror does not have all of it" in done.stdout) == lacks
    if not lacks:
        assert index.files("/mirror") == ["alpha-1.0-py3-none-any.whl", "beta-1.1-py3-none-any.whl"]
    assert bool(index.files()) == lacks
    assert project.lock.read_bytes() == lock


@posix
def test_a_file_that_is_not_what_the_plan_saw_stops_it_before_anything_is_written(
    tmp_path: Path, project: Project, uv: Path, home: Path
) -> None:
    cache = f"settings.cache-dir={tmp_path / 'cache'}"
    wizard("export", "script", os.fspath(project.path), "--yes", "--set", cache, "--set", "settings.where=environment")
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    (fresh / ".profile").write_text("# somebody else's\n")
    done = carried_out("sh", project.path / NAME, fresh, uv)
    assert done.returncode == 1
    assert ".profile is not what the plan saw; nothing was changed" in done.stderr
    assert files_of(fresh) == {".profile": b"# somebody else's\n"}
    assert not project.venv.exists()


@posix
def test_a_new_text_that_was_edited_in_the_script_is_not_written(tmp_path: Path, project: Project, uv: Path) -> None:
    cache = f"settings.cache-dir={tmp_path / 'cache'}"
    wizard("export", "script", os.fspath(project.path), "--yes", "--set", cache, "--set", "settings.where=environment")
    script = project.path / NAME
    script.write_text(script.read_text().replace("export UV_CACHE_DIR=", "export UV_CACHE_DIR_=", 1))
    done = carried_out("sh", script, tmp_path / "fresh", uv)
    assert (done.returncode, "is not whole" in done.stderr) == (1, True)
    assert files_of(tmp_path / "fresh") == {}


@posix
def test_a_check_that_falls_short_exits_as_the_wizard_does(tmp_path: Path, project: Project, uv: Path) -> None:
    job = simple_job(project.path, check="raise SystemExit(1)")
    script = project.path / NAME
    script.write_text(script_sh.text(job))
    done = carried_out("sh", script, tmp_path / "fresh", uv)
    assert done.returncode == 3
    assert "fell short" in done.stderr


@posix
def test_uv_comes_by_the_first_way_that_works(tmp_path: Path, uv: Path) -> None:
    """An installer that is not there, then one that is: served as a file, for curl takes any address."""
    installer = tmp_path / "install.sh"
    installer.write_text(f'#!/bin/sh\nmkdir -p "$UV_INSTALL_DIR"\ncp "{uv}" "$UV_INSTALL_DIR/uv"\n')
    ways = (
        Install("installer", (tmp_path / "none.sh").as_uri()),
        Install("installer", installer.as_uri(), (("A", "it's"),)),
    )
    folder = tmp_path / "project"
    folder.mkdir()
    script = folder / NAME
    script.write_text(script_sh.text(simple_job(folder, installs=ways, version="0.13.8")))
    shellcheck(script)
    if not shutil.which("curl", path="/usr/bin:/bin"):
        pytest.skip("the script fetches uv with curl or wget, and /usr/bin has no curl")
    env = {"HOME": os.fspath(tmp_path / "new"), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(["sh", os.fspath(script)], env=env, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "new/.local/bin/uv").is_file()
    script.write_text(script_sh.text(simple_job(folder, version="0.0.1")))
    done = subprocess.run(["sh", os.fspath(script)], env=env, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, "no uv could be installed" in done.stderr) == (1, True)


TORCH = """
class T:
    def to(self, device): return self
    def cpu(self): return self
    __matmul__ = lambda self, other: self
def rand(*size): return T()
def allclose(a, b, atol): return True
class cuda:
    is_available = staticmethod(lambda: {cuda})
class version:
    cuda, hip = {versions}
class backends: pass
__version__ = "2.9.1"
"""


@pytest.mark.parametrize(
    "require, cuda, versions, code",
    [
        ("auto", False, (None, None), 0),
        ("cpu", False, (None, None), 0),
        ("gpu", False, (None, None), 3),
        ("gpu", True, ("12.6", None), 0),
        ("cuda", True, ("12.6", None), 0),
        ("cuda", True, (None, "6.4"), 3),
        ("rocm", True, (None, "6.4"), 0),
        ("mps", False, (None, None), 3),
        ("xpu", True, ("12.6", None), 3),
    ],
)
def test_the_one_line_of_python_holds_torch_to_what_is_required(
    tmp_path: Path, require: str, cuda: bool, versions: tuple[str | None, str | None], code: int
) -> None:
    (tmp_path / "torch.py").write_text(TORCH.format(cuda=cuda, versions=versions))
    line = script.check_of(require)
    for quote in ("'", '"'):  # as each of the two shells gets it
        argv = [sys.executable, "-c", line.replace("'", quote)]
        done = subprocess.run(argv, cwd=tmp_path, capture_output=True, encoding="utf-8", check=False)
        assert done.returncode == code, done.stderr
        assert done.stdout.startswith("torch 2.9.1 computes on " + ("cuda" if cuda else "cpu"))


def simple_job(folder: Path, *, installs: tuple[Install, ...] = (), version: str = "", parts: Sequence[Part] = (),
               check: str = "print('ok')") -> Job:  # fmt: skip
    python = Place("", sys.executable)
    return Job("made up", Place("uv"), Place("home", ".local/bin"), version, "0.8.0", installs, tuple(parts),
               ("UV_INDEX",), python, check, windows=False)  # fmt: skip


_NAMES = st.text(st.characters(exclude_characters="/\n\r\0", exclude_categories=("Cs", "Cc")), min_size=1, max_size=12)
_DATA = st.one_of(st.binary(max_size=60), st.text(max_size=60).map(str.encode), st.just(b"UV_WIZARD_0_0\n"))


@pytest.mark.long
@posix
@settings(max_examples=25)
@given(st.lists(st.tuples(_NAMES, _DATA), min_size=1, max_size=4, unique_by=lambda one: one[0]), st.binary(max_size=20))
def test_any_path_and_any_bytes_come_out_as_they_went_in(
    tmp_path_factory: pytest.TempPathFactory, files: list[tuple[str, bytes]], old: bytes
) -> None:
    files = [(f"f{name}", data) for name, data in files]
    folder = tmp_path_factory.mktemp('it\'s a $(folder) `of` "mine"')
    uv = folder / "home" / ".local" / "bin" / "uv"
    uv.parent.mkdir(parents=True)
    uv.write_text("#!/bin/sh\necho uv 0.13.8\n")
    uv.chmod(0o755)
    writes = tuple(Write(Place("home", f"new/{name}"), None, (str(digest(data)),), data) for name, data in files)
    kept = tuple(
        Write(
            Place("project", name), digest(old + b"\nend"), (str(digest(old + data + b"\nend")),), data, (len(old), 4)
        )
        for name, data in files
    )
    for name, _ in files:
        (folder / name).write_bytes(old + b"\nend")
    words = tuple(Place("", name) for name, _ in files)
    ran = Run((Place("", "printf"), Place("", "%s|"), *words), Place("project"), {"X": Place("home", files[0][0])})
    script = folder / NAME
    script.write_text(
        script_sh.text(simple_job(folder, parts=[Part("it's", writes, (), ()), Part("-n", kept, (), (ran,))]))
    )
    env = {"HOME": os.fspath(folder / "home"), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(["sh", os.fspath(script)], env=env, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    for name, data in files:
        assert (folder / "home/new" / name).read_bytes() == data
        assert (folder / name).read_bytes() == old + data + b"\nend"
    assert "".join(f"{name}|" for name, _ in files).encode() in done.stdout


@pytest.mark.parametrize(
    "text, windows, expected",
    [
        ("/data/p", False, Place("project", "")),
        ("/data/p/a b", False, Place("project", "a b")),
        ("/data/pp", False, Place("", "/data/pp")),
        ("/home/min/.bashrc", False, Place("home", ".bashrc")),
        ("/home/minna/x", False, Place("", "/home/minna/x")),
        ("/home/min/bin/uv", False, Place("uv")),
        ("--locked", False, Place("", "--locked")),
        ("C:\\Users\\Min\\x\\y", True, Place("home", "x/y")),
        ("c:\\users\\min\\x", True, Place("home", "x")),
        ("C:\\Users\\Minna", True, Place("", "C:\\Users\\Minna")),
    ],
)
def test_a_path_becomes_a_place(text: str, windows: bool, expected: Place) -> None:
    places = Places(
        "C:\\p" if windows else "/data/p", "C:\\Users\\Min" if windows else "/home/min", "/home/min/bin/uv", windows
    )
    assert places.of(text) == expected


PLACES = Places("/data/p", "/home/min", "/bin/uv", windows=False)


def planned(*files: FileChange, commands: tuple[Command, ...] = ()) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    return parts_of(Plan((Step("settings", "settings", "s", commands, files),)), PLACES, ())


def test_of_a_file_that_was_there_only_what_is_new_is_told() -> None:
    before = b"first\nTOKEN=abc\nlast\n"
    (part,), _ = planned(FileChange("/home/min/.bashrc", before, before.replace(b"last", b"ours\nlast")))
    (write,) = part.writes
    assert (write.data, write.keep) == (b"ours\n", (16, 5))
    (part,), _ = planned(FileChange("/data/p/pyproject.toml", b"a\n", b"a\nb\n"))
    assert part.writes[0].data == b"a\nb\n"  # a project's own file: all of it, so that it can be read


def test_no_sign_in_gets_into_a_script() -> None:
    secret = "https://min:hunter2@index.example/simple"
    parts, notes = planned(
        FileChange("/data/p/uv.toml", None, f'index-url = "{secret}"\n'.encode()),
        commands=(
            Command(("/bin/uv", "sync"), {"UV_INDEX_X_PASSWORD": "hunter2", "UV_DEFAULT_INDEX": secret, "A": "b"}),
        ),
    )
    assert "hunter2" not in repr(parts)
    assert parts[0].writes == ()
    assert dict(parts[0].runs[0].environment) == {"A": Place("", "b")}
    assert len(notes) == 3


def test_a_file_that_two_steps_write_may_be_as_either_left_it() -> None:
    one, two = FileChange("/data/p/x", b"0\n", b"1\n"), FileChange("/data/p/x", b"1\n", b"2\n")
    plan = Plan((Step("mirrors", "m", files=(one,)), Step("torch", "t", files=(two,))))
    first, second = (part.writes[0] for part in parts_of(plan, PLACES, ())[0])
    assert first.after == (str(digest(b"1\n")), str(digest(b"2\n")))
    assert second.after == (str(digest(b"2\n")),)


@pytest.mark.parametrize("text", ["plain", "it's", "a $b `c`", "\u2018quoted\u2019", "", "ü 项目", 'a "b"', "100%"])
def test_powershell_words_come_out_as_they_went_in(text: str) -> None:
    assert unquoted_powershell(script_ps1.word(Place("", text), windows=True)) == text
    assert script_ps1.word(Place("home", text), windows=False) == (
        f"(Join-Path $HOME {quoted(text)})" if text else "$HOME"
    )


def quoted(text: str) -> str:
    return script_ps1.word(Place("", text), windows=False)


def test_powershell_refuses_what_it_cannot_hold() -> None:
    with pytest.raises(BadInput):
        script_ps1.word(Place("", "a\nb"), windows=True)


def powershell_script() -> str:
    parts = [
        Part(
            "settings: it's",
            (
                Write(Place("project", "a/b.toml"), digest(b"old"), ("1" * 64,), "x = 'ü'\r\ny\r\n".encode()),
                Write(Place("home", "raw"), None, ("2" * 64,), b"\xff\x00"),
                Write(Place("home", "p"), "0" * 64, ("3" * 64,), b"new\n", (4, 2)),
            ),
            (
                RegistryChange("UV_CACHE_DIR", None, "D:\\c"),
                RegistryChange("Path", "C:\\x", "C:\\bin;C:\\x", "REG_EXPAND_SZ"),
            ),
            (Run((Place("uv"), Place("", "sync"), Place("", "--locked")), Place("project"), {"A": Place("", "b")}),),
        )
    ]
    return script_ps1.text(
        Job("p", Place("uv"), Place("home", ".local/bin"), "0.13.8", "0.8.0",
            (Install("installer", "https://example.test/i.ps1"), Install("pip", requirement="uv==0.13.8")),
            tuple(parts), ("UV_INDEX",), Place("project", ".venv/Scripts/python.exe"), 'print("ok")', windows=True)
    )  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        "Write-Output '== settings: it''s'",
        f"Test-Planned (Join-Path $project 'a\\b.toml') @('{digest(b'old')}', '{'1' * 64}')",
        "$new = Join-Text @('x = ''ü''', 'y') \"`r`n\" \"`r`n\"",
        "$new = [Convert]::FromBase64String('/wA=')",
        "$new = Join-Between (Join-Path $HOME 'p') 4 2 $new",
        "Set-Variable-Of-User 'UV_CACHE_DIR' String $null 'D:\\c'",
        "Add-Path-Of-User 'C:\\bin'",
        "Invoke-Step $project @{ A = 'b' } $uv @('sync', '--locked')",
        "& (Join-Path $project '.venv\\Scripts\\python.exe') -c 'print(''ok'')'",
    ],
)
def test_the_lines_of_a_script_for_powershell(line: str) -> None:
    assert line in powershell_script().splitlines()


def test_a_script_for_powershell_is_read_as_it_was_written(project: Project) -> None:
    wizard("export", "script", os.fspath(project.path), "--yes", "--shell", "ps1")
    data = (project.path / "uv-wizard-setup.ps1").read_bytes()
    assert data.startswith(
        b"\xef\xbb\xbf#requires -version 5.1\r\n"
    )  # Windows' own reads anything else as its code page
    assert data.count(b"\n") == data.count(b"\r\n")


@pytest.mark.skipif(shutil.which("pwsh") is None, reason="there is no PowerShell here: its script was read, not run")
def test_powershell_takes_it_for_a_script(tmp_path: Path) -> None:
    path = tmp_path / "s.ps1"
    path.write_text("\ufeff" + powershell_script(), "utf-8")
    code = f"$e = $null; [void][Management.Automation.Language.Parser]::ParseFile('{path}', [ref]$null, [ref]$e); exit $e.Count"
    assert subprocess.run(["pwsh", "-NoProfile", "-c", code], check=False).returncode == 0


def test_what_is_asked_for_wrongly(project: Project) -> None:
    folder = os.fspath(project.path)
    assert "allowed: sh, ps1" in wizard("export", "script", folder, "--shell", "fish", check=2).stderr
    windows = project.path / "machine.json"
    windows.write_text('{"os": "windows", "arch": "x86_64"}')
    done = wizard("export", "script", folder, "--shell", "sh", "--machine", os.fspath(windows), check=2)
    assert "only ps1 can write" in done.stderr
    wizard("export", "script", folder, "--yes", "--machine", os.fspath(windows))
    assert (project.path / "uv-wizard-setup.ps1").exists()
