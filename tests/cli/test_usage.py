"""Wrong usage and bad input: exit 2, one line that says what to do, nothing on standard output, nothing changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wizard import __version__
from wizard.cli import main
from wizard.language import spoken
from wizard.plan.step import Plan, Step
from wizard.told import lines


def run(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str, str]:
    code = main(argv)
    out, err = capsys.readouterr()
    return code, out, err


@pytest.mark.parametrize(
    "argv, told",
    [
        (["no/such/folder"], "terminal"),
        (["doctor", "no/such/folder"], "not a folder"),
        (["doctor", __file__], "is a file; name the folder it lies in"),
        (["aply"], "did you mean  uv-wizard apply"),
        (["help"], "did you mean  uv-wizard --help"),
        (["./aply"], "terminal"),
        (["plan", "a", "b"], "too much"),
        (["export"], "a word is missing"),
        (["export", "nonsense", "."], "allowed: dockerfile, script, choices"),
        (["doctor", "--yes"], "has no --yes"),
        (["--nonsense"], "--nonsense"),
        (["plan", "--set", "a=b"], "there is no choice"),
        (["plan", "--set", "uv.install"], "KEY=VALUE"),
        (["plan", "--choices", "none.toml"], "cannot be read"),
        (["plan", "--machine", "none.json"], "cannot be read"),
        (["apply", "--machine", "x.json", "--yes"], "this machine"),
        (["sync", "--machine", "x.json"], "this machine"),
        (["verify", "--machine", "x.json"], "this machine"),
        (["verify", "--require", "tpu"], "verify.require"),
        (["verify", "--save", "x.pdf"], ".html"),
        (["attach", "20000101-000000"], "undo --list"),
        (["undo", "20000101-000000"], "undo --list"),
        (["attach"], "no run"),
        (["diagnose", "no-such-file"], "cannot be read"),
        (["mirrors", "--kind", "conda"], "pypi"),
        (["mirrors", "--catalog", "none.toml"], "cannot be read"),
        ([], "uv-wizard apply"),
    ],
)
def test_one_line_and_exit_2(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, argv: list[str], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, *argv)
    assert code == 2
    assert out == ""
    assert err.startswith("uv-wizard: ")
    assert err.count("\n") == 1
    assert told in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "text, told",
    [
        ("{", "not valid JSON"),
        ("[]", "machine"),
        ('{"os": "beos"}', "linux"),
        ('{"machine": {"gpus": 3}}', "gpus"),
        ("[" * 100_000, "not valid JSON"),
    ],
)
def test_a_bad_machine_file(capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "machine.json"
    path.write_text(text)
    code, out, err = run(capsys, "torch", "--machine", str(path), "--json")
    assert (code, out) == (2, "")
    assert told in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("argv", [["--version"], ["doctor", "--version"], ["--version", "--json", "x", "y", "z"]])
def test_version(capsys: pytest.CaptureFixture[str], argv: list[str]) -> None:
    assert run(capsys, *argv) == (0, f"uv-wizard {__version__}\n", "")


@pytest.mark.parametrize("command", ["", "doctor", "apply", "verify", "undo", "export"])
def test_help_names_what_the_command_takes(capsys: pytest.CaptureFixture[str], command: str) -> None:
    code, out, err = run(capsys, *filter(None, [command]), "--help")
    assert (code, err) == (0, "")
    assert f"usage: uv-wizard {command}".strip() in out


@pytest.mark.same_everywhere
def test_options_stand_before_or_after(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    before = run(capsys, "--json", "--set", "sync.extras=a,b", "plan", str(tmp_path))
    after = run(capsys, "plan", str(tmp_path), "--set", "sync.extras=a,b", "--json")
    assert before[0] == after[0] == 0
    assert json.loads(before[1]) == json.loads(after[1])


@pytest.mark.same_everywhere
@pytest.mark.parametrize("command", ["plan", "verify"])
def test_what_asks_for_no_yes_takes_one_that_is_given(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(capsys, command, "--yes", "--json") == run(capsys, command, "--json")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_named_like_a_command_is_reached_by_its_path(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sync").mkdir()
    monkeypatch.chdir(tmp_path)
    code, out, _ = run(capsys, "doctor", "./sync", "--json")
    assert code == 0
    assert json.loads(out)["project"] is None


def test_a_plan_that_apply_would_stop_at_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, _ = run(capsys, "plan", str(tmp_path))
    assert (code, "everything is in place" in out) == (0, False)
    assert "apply would stop here, before anything is changed:\nx There is no project here" in out
    project = tmp_path / "pyproject.toml"
    project.write_text("[project\n", "utf-8")
    code, out, _ = run(capsys, "plan", str(tmp_path))
    assert (code, "everything is in place" in out) == (0, False)
    assert "x pyproject.toml cannot be read" in out
    project.write_text('[project]\nname = "x"\nversion = "1"\n', "utf-8")
    code, out, _ = run(capsys, "plan", str(tmp_path))
    assert (code, "everything is in place" in out) == (0, False)
    assert "x This project has no uv.lock" in out
    assert "uv-wizard, without more words, makes it" in out


def test_a_plan_names_its_steps_in_the_reader_s_language() -> None:
    steps = (Step("lock", "lock", "uv makes uv.lock"), Step("sync", "sync", "31 packages"))
    assert [*lines.plan(Plan(steps))][:2] == ["1 lock      uv makes uv.lock", "2 sync      31 packages"]
    with spoken("ko"):
        assert [*lines.plan(Plan(steps))][:2] == ["1 uv.lock   uv makes uv.lock", "2 동기화    31 packages"]


def test_doctor_says_of_a_broken_project_what_is_not_known(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project\n", "utf-8")
    code, out, err = run(capsys, "doctor", str(tmp_path))
    assert "torch      ? unknown, pyproject.toml cannot be read" in out, (code, err, out)
    assert "x error    pyproject.toml cannot be read\n           It is not valid TOML" in out
