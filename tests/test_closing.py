"""The last lines of a run that went well: in the reader's language, and with what this terminal has to be told."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from screens.attach import farewell
from screens.undoing import why_not
from screens.verification import after_rows
from screens.walk import Walk
from tests.run.support import state_of
from tests.support.loud import loud, untranslated
from tests.support.recorded import Recorded
from wizard import events
from wizard.cli.main import main
from wizard.environment_files.piles import sort
from wizard.environment_files.record import Described, Entry
from wizard.files import Journal
from wizard.language import _, spoken
from wizard.machine.facts import Conda, FoundUv, Machine
from wizard.plan.shell_family import FISH, SH
from wizard.run import client, state
from wizard.text import cells
from wizard.told.after import after
from wizard.told.closing import closing
from wizard.told.imported import piles
from wizard.told.run import TextReport
from wizard.way import Way

pytestmark = pytest.mark.same_everywhere

LINUX = Machine(os="linux", shell="bash", home="/home/min", folders={"config": "/home/min/.config/uv-wizard"})
LINE = "source ~/.config/uv-wizard/env.sh"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "vision"
    made.mkdir()
    (made / "pyproject.toml").write_text('[project]\nname = "vision"\nversion = "1"\n')
    return made


@pytest.fixture
def recorded(folder: Path) -> Recorded:
    made = Recorded(str(folder))
    made.verify(ok=True)
    made.end(0)
    return made


def way(folder: Path, machine: Machine = LINUX) -> Way:
    """In a terminal that finds no uv."""
    return Way(str(folder), machine=machine, environment={"PATH": ""})


def with_steps(recorded: Recorded, *steps: dict[str, Any]) -> None:
    job = state.read_json(recorded.folder / state.JOB) or {}
    state.write_json(recorded.folder / state.JOB, {**job, "steps": list(steps)})


def put_uv(folder: Path) -> Path:
    folder.mkdir()
    made = folder / ("uv.exe" if os.name == "nt" else "uv")
    made.write_bytes(b"")
    made.chmod(made.stat().st_mode | stat.S_IXUSR)
    return made


def test_every_line_is_in_the_reader_s_language(folder: Path, recorded: Recorded) -> None:
    Journal(recorded.folder / "journal").write(folder / "pyproject.toml", b"# ours\n")
    with_steps(recorded, {"id": "init"}, {"id": "import", "origin": "conda"})
    with loud():
        told = closing(way(folder), recorded.run)
    assert "COMING FROM CONDA:" in told
    assert "UV IN EIGHT COMMANDS:" in told
    assert untranslated(told) == []


@pytest.mark.parametrize(
    "origin, active, told", [("", None, False), ("", "base", True), ("conda", None, True), ("conda", "base", True)]
)
def test_conda_is_told_of_to_those_who_come_from_it(
    folder: Path, recorded: Recorded, origin: str, active: str | None, told: bool
) -> None:
    with_steps(recorded, {"id": "import", **({"origin": origin} if origin else {})})
    machine = replace(LINUX, conda=Conda(active, None))
    assert ("Coming from conda:" in closing(way(folder, machine), recorded.run)) is told


def test_a_second_run_in_the_same_terminal_says_again_what_finds_uv(
    folder: Path, recorded: Recorded, tmp_path: Path
) -> None:
    uv = put_uv(tmp_path / "bin")
    env_sh = f"{LINUX.folders['config']}/env.sh"
    machine = replace(LINUX, files={env_sh: SH.text({}, str(uv.parent))})
    here = way(folder, machine)
    assert closing(here, recorded.run)[0] == f"This terminal does not find uv. First type:  {LINE}"
    assert not any("New shells have" in line for line in closing(here, recorded.run)), "this run gave them none"
    assert after_rows(after(here, recorded.run), 76)[0].startswith(f"First, here  {LINE}  ")
    uv.unlink()
    assert after(here, recorded.run).load_line is None, "it would not help"


def test_where_only_a_new_terminal_finds_uv_that_is_said(folder: Path, recorded: Recorded) -> None:
    found = (FoundUv("/home/min/.local/bin/uv", "0.13.8", "standalone"),)
    machine = replace(LINUX, uv=found, files={"/home/min/.bashrc": b'. "$HOME/.local/bin/env"\n'})
    here = way(folder, machine)
    assert closing(here, recorded.run)[0] == "This terminal does not find uv yet. Open a new one."
    first = after_rows(after(here, recorded.run), 76)[0]
    assert first == "First        open a new terminal: this one does not find uv yet"
    assert not after(way(folder, replace(machine, files={})), recorded.run).new_terminal


@pytest.mark.parametrize("entry", ["C:\\Users\\min\\.local\\bin", ""])
def test_on_windows_it_is_the_user_s_path_that_says_so(folder: Path, recorded: Recorded, entry: str) -> None:
    found = (FoundUv("C:\\Users\\min\\.local\\bin\\uv.exe", "0.13.8", "standalone"),)
    machine = Machine(os="windows", home="C:\\Users\\min", uv=found, registry={"Path": (entry, "REG_SZ")})
    assert after(way(folder, machine), recorded.run).new_terminal is bool(entry)


def test_a_way_that_has_not_looked_knows_its_shell(folder: Path, recorded: Recorded, tmp_path: Path) -> None:
    if os.name == "nt":
        pytest.skip("there a new terminal is needed")
    uv = put_uv(tmp_path / "bin")
    config = tmp_path / "config"
    (config / "fish" / "conf.d").mkdir(parents=True)
    (config / "fish" / "conf.d" / FISH.file).write_bytes(FISH.text({}, str(uv.parent)))
    environment = {"PATH": "", "SHELL": "/usr/bin/fish", "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(config)}
    joined = Way(str(folder), environment=environment)
    assert after(joined, recorded.run).load_line == "source ~/config/fish/conf.d/uv-wizard.fish"


def test_what_was_taken_back_is_named(
    folder: Path, recorded: Recorded, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)  # from elsewhere, the run is named first
    Journal(recorded.folder / "journal").write(folder / "pyproject.toml", b"# ours\n")
    assert main(["undo", "--yes"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"+ put back  {folder / 'pyproject.toml'}",
        "Environments, packages and caches stay as they are.",
    ]
    told = closing(way(folder), recorded.run)
    assert told[0].startswith("Taken back: ")
    assert f"  {folder / 'pyproject.toml'}" in told


def test_what_a_file_becomes_is_in_the_reader_s_language() -> None:
    described = Described((Entry("numpy", "pip"), Entry("somewhere @ file:///home/min/x", "pip")))
    with loud():
        told = list(piles(sort(described)))
    assert told[0] == "A PROJECT NAMED AFTER THE FOLDER, PYTHON ANY"
    assert untranslated(told) == []
    assert not sort(described).of_conda
    assert sort(Described((Entry("numpy=1.26", "conda"), Entry("six", "pip")))).of_conda


def test_a_step_is_told_with_its_language_s_colon() -> None:
    report = TextReport(0.0)
    plan = {"steps": [{"id": "sync", "title": "sync", "summary": "31 packages of uv.lock into .venv"}]}
    with spoken("zh-CN"):
        report.apply({"at": 0.0, "type": "run", "id": "1", "plan": plan})
        told = report.apply({"at": 0.0, "type": "step", "id": "sync", "state": "started"})
    assert "\uff1a" in told[0]
    assert ": " not in told[0]


def test_the_first_measuring_is_no_second_one() -> None:
    with spoken("ko"):
        assert _("Measure") == "\uce21\uc815"


def test_u_names_the_way_to_an_earlier_run(folder: Path, recorded: Recorded) -> None:
    second = Recorded(str(folder))
    second.end(0)
    assert why_not(second.run) == "Nothing to take back: this run changed no file of yours."
    Journal(recorded.folder / "journal").write(folder / "pyproject.toml", b"# ours\n")
    assert why_not(second.run) == "This run changed no file; an earlier one: uv-wizard undo"


def test_attach_leaves_the_same_last_lines(folder: Path, recorded: Recorded) -> None:
    walk = Walk(way(folder))
    assert farewell(walk) == []
    walk.started(recorded.run)
    walk.state = state_of(events.read(recorded.folder / state.EVENTS))
    assert farewell(walk) == closing(way(folder), recorded.run)
    walk.state.exit_code = 3
    assert farewell(walk)[-1].startswith("Log: "), "what failed is told again"
    Journal(recorded.folder / "journal").write(folder / "pyproject.toml", b"# ours\n")
    client.take_back(recorded.run)
    assert farewell(walk)[0].startswith("Taken back: ")


@pytest.mark.parametrize("language", ["en", "zh-CN", "ko"])
def test_the_line_to_type_is_not_broken_by_a_terminal_of_80_cells(
    folder: Path, recorded: Recorded, tmp_path: Path, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    uv = put_uv(tmp_path / "bin")
    machine = replace(LINUX, files={f"{LINUX.folders['config']}/env.sh": SH.text({}, str(uv.parent))})
    with spoken(language):
        assert cells(closing(way(folder, machine), recorded.run)[0]) <= 80
        rows = after_rows(after(way(folder, machine), recorded.run), 76)
    assert "..." not in rows[0]
    columns = [cells(row[: row.index(what)]) for row, what in zip(rows, (LINE, "uv run", "uv add"), strict=False)]
    assert len(set(columns)) == 1, "the line stands above the commands, in their column"
