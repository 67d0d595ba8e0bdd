"""The report of a run: what a colleague needs is in it, what is nobody else's is not."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tests.run.support import python_plan, to_the_end
from wizard import report
from wizard.cli.main import main
from wizard.run import client
from wizard.way import Way

SECRET = "s3cr3t-of-mine"

pytestmark = pytest.mark.same_everywhere


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> client.RunInfo:
    """A run that printed what it should not have, and failed."""
    monkeypatch.setenv("MY_INDEX_PASSWORD", SECRET)
    code = "import os; print(os.environ['MY_INDEX_PASSWORD'], 'http://me:pw1234@example.test/simple', os.path.expanduser('~'))"
    run = client.start(
        python_plan(f"{code}; raise SystemExit('error: No space left on device (os error 28)')"), project=None
    )
    to_the_end(run)
    return client.again(run)


def texts(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_a_report_tells_the_end_and_hides_the_secrets(run: client.RunInfo, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "demo"\nversion = "0.1"\n')
    told = texts(report.write(run, Way(str(tmp_path))))
    assert set(told) == {"README.txt", "doctor.json", "choices.toml", "plan.json", "events.jsonl", "log.txt"}
    assert run.id in told["README.txt"]
    assert "Cause: disk-full" in told["README.txt"]
    assert '"name": "demo"' in told["doctor.json"]
    whole = "".join(told.values())
    assert "os error 28" in whole
    assert SECRET not in whole
    assert "pw1234" not in whole
    assert str(Path.home()) not in whole


def test_of_a_long_log_both_ends_go_in(run: client.RunInfo) -> None:
    log = run.folder / "log"
    log.write_text("first line\n" + "x" * 99 + "\n" + ("y" * 99 + "\n") * 60_000 + "last line\n")
    told = texts(report.write(run))["log.txt"]
    assert told.startswith("first line\n")
    assert told.endswith("last line\n")
    assert "bytes left out" in told
    assert len(told) < report.MOST + report.HEAD + 100


def test_on_the_command_line(run: client.RunInfo, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["attach", run.id, "--save", str(tmp_path / "mine.zip")]) == 0
    assert capsys.readouterr().out.startswith("Report: ")
    assert "README.txt" in texts(tmp_path / "mine.zip")
    assert main(["attach", run.id, "--save", str(tmp_path / "mine.txt")]) == 2
    capsys.readouterr()
    assert main(["attach", run.id, "--save", str(tmp_path / "no" / "such" / "mine.zip")]) == 1
    assert capsys.readouterr().err.startswith("uv-wizard: ")
