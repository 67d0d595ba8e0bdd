"""What the Tab key is told: every command, option, choice and value of the tables; nothing is opened that need not be."""

from __future__ import annotations

from pathlib import Path

import pytest

from wizard.choice_keys import KEYS
from wizard.choices import from_sets
from wizard.cli import completing, main
from wizard.cli.commands import COMMANDS, EXPORTS, FIRST_WORD, SHELLS
from wizard.cli.completing import offered
from wizard.cli.help import options_of
from wizard.cli.tables import OPTIONS, flag
from wizard.errors import BadInput

pytestmark = pytest.mark.same_everywhere


def words(line: str) -> list[str]:
    *before, typed = line.split(" ")
    return [word for word, _ in offered(before, typed).words]


def ask(line: str) -> tuple[str, int, bool]:
    *before, typed = line.split(" ")
    found = offered(before, typed)
    return found.ask, found.before, found.blank


def test_the_first_word_is_a_command_or_a_folder() -> None:
    assert words("") == [name for name in COMMANDS if name]
    assert words("ap") == ["apply"]
    assert ask("") == ("folders", 0, True)
    assert words("./ap") == []


@pytest.mark.parametrize("command", list(COMMANDS))
def test_every_option_of_a_command_is_offered_once(command: str) -> None:
    line = f"{command} -".lstrip()
    assert set(words(line)) == {flag(key) for key in (*options_of(command), "help", "version")}
    once = [key for key in options_of(command) if not OPTIONS[key].value]
    for key in once:
        assert flag(key) not in words(f"{command} {flag(key)} -".lstrip())


def test_options_stand_before_the_command_too() -> None:
    assert words("--js") == ["--json"]
    assert words("--set verify.require=cpu --json ap") == ["apply"]
    assert words("apply --set a=b --se") == ["--set"]
    assert words("-- --js") == []


def test_every_key_is_offered_and_every_value_that_is_offered_can_be_taken(tmp_path: Path) -> None:
    assert words("apply --set ") == [f"{key}=" for key in KEYS]
    assert ask("apply --set ") == ("none", 0, False)
    for key, spec in KEYS.items():
        found = words(f"apply --set {key}=")
        assert {f"{key}={word}" for word in spec.words} <= set(found)
        for pair in found:
            from_sets([pair])
    with pytest.raises(BadInput):
        from_sets(["mirrors.uv=fastest"])


@pytest.mark.parametrize(
    "line, expected",
    [
        ("apply --set settings.li", ["settings.link-mode="]),
        ("apply --set settings.link-mode=c", ["settings.link-mode=clone", "settings.link-mode=copy"]),
        ("--set=mirrors.persist=t", ["--set=mirrors.persist=true"]),
        ("plan --set torch.platforms=linux,", ["torch.platforms=linux,windows", "torch.platforms=linux,macos"]),
        ("plan --set torch.variant=xp", ["torch.variant=xpu"]),
        ("plan --set no.such=", []),
        ("verify --require m", ["mps"]),
        ("mirrors --kind=py", ["--kind=pypi", "--kind=pytorch", "--kind=python"]),
        ("export ", list(EXPORTS)),
        ("export script --s", ["--set", "--shell"]),
        ("export script --shell ", ["sh", "ps1"]),
        ("completion ", list(SHELLS)),
        ("bundle ", ["verify"]),
        ("man ", []),
        ("doctor . ", []),
    ],
)
def test_words(line: str, expected: list[str]) -> None:
    assert words(line) == expected


@pytest.mark.parametrize(
    "line, asked, before",
    [
        ("apply --choices ", "files", 0),
        ("apply --choices=a", "files", len("--choices=")),
        ("apply --set uv.dir=/op", "folders", len("uv.dir=")),
        ("--set=settings.cache-dir=/", "folders", len("--set=settings.cache-dir=")),
        ("apply --set uv.install=./u", "files", len("uv.install=")),
        ("apply --set sync.no-cache=", "none", len("sync.no-cache=")),
        ("diagnose ", "files", 0),
        ("import ", "files", 0),
        ("import a.yml ", "folders", 0),
        ("import --conda b ", "folders", 0),
        ("export choices ", "folders", 0),
        ("bundle verify ", "folders", 0),
        ("apply --bundle ", "folders", 0),
        ("team --greeting ", "none", 0),
    ],
)
def test_paths_are_left_to_the_shell(line: str, asked: str, before: int) -> None:
    assert ask(line)[:2] == (asked, before)


def test_extras_are_those_of_the_project_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "a"\n[project.optional-dependencies]\ncpu = []\ncu126 = []\n[dependency-groups]\ndev = []\n'
    )
    (tmp_path / "src").mkdir()
    monkeypatch.chdir(tmp_path / "src")
    assert words("sync --set sync.extras=cu") == ["sync.extras=cu126"]
    assert words("sync --set sync.groups=") == ["sync.groups=dev"]


def test_runs_are_told_newest_first_and_undo_offers_what_can_be_undone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_WIZARD_STATE_DIR", str(tmp_path))
    for name in ("20260102-030405", "20260203-040506", "20260304-050607"):
        (tmp_path / "runs" / name).mkdir(parents=True)
        (tmp_path / "runs" / name / "job.json").write_text("no JSON: it is not read")
    for name in ("20260102-030405", "20260304-050607"):
        (tmp_path / "runs" / name / "journal").mkdir()
    (tmp_path / "runs" / "20260304-050607" / "undone").touch()
    assert words("attach ") == ["20260304-050607", "20260203-040506", "20260102-030405"]
    assert words("undo ") == ["20260102-030405"]
    assert offered(["undo"], "").words[0][1] == "02.01. 03:04"
    assert words("attach 2026-") == []


def test_what_goes_wrong_is_not_told_in_the_middle_of_a_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pyproject.toml").write_text("[[[")
    monkeypatch.chdir(tmp_path)
    assert main([FIRST_WORD, ":sync", ":--set", ":sync.extras="]) == 0
    assert capsys.readouterr() == (":none 0 blank\n", "")
    assert completing.answer([]) == 0
    assert capsys.readouterr().out.endswith(":folders 0 blank\n")


def test_a_wrong_shell_is_told_which_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "csh"]) == 2
    assert "allowed: bash, zsh, fish, powershell" in capsys.readouterr().err
