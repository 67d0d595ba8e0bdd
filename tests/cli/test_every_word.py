"""What the command line says goes through the catalogue: in a language of capitals nothing small is left but what is typed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.loud import loud, untranslated
from wizard.cli.commands import COMMANDS
from wizard.cli.main import main
from wizard.run import state

pytestmark = pytest.mark.same_everywhere

CARD: dict[str, Any] = {"vendor": "nvidia", "name": "NVIDIA GeForce RTX 3090", "compute_capability": "8.6"}
OLD_CARD: dict[str, Any] = {"vendor": "nvidia", "name": "Quadro K2000", "compute_capability": "3.0"}
HOST: dict[str, Any] = {
    "os": "linux", "arch": "x86_64", "libc": {"name": "glibc", "version": "2.35"}, "gpus": [CARD], "shell": "bash",
    "nvidia_driver": "550.54", "conda": {"active": "base", "auto_activate": True}, "pythons": [],
    "uv": [{"path": "/x/bin/uv", "version": "0.7.0", "how": "conda"}],
    "filesystems": [{"mount": "/", "type": "ext4", "free_bytes": 900_000_000, "total_bytes": 90_000_000_000,
                     "network": False, "hardlinks": True, "reflinks": False}],
}  # fmt: skip
HOSTS = {
    "runs": HOST,
    "old driver": {**HOST, "nvidia_driver": "450.10"},
    "no answer": {**HOST, "nvidia_driver": None},
    "two cards": {**HOST, "gpus": [CARD, OLD_CARD]},
    "no card": {**HOST, "gpus": []},
    "nothing known": {"os": "linux", "arch": "x86_64"},
    "musl": {**HOST, "libc": {"name": "musl", "version": "1.2"}},
    "old system": {**HOST, "libc": {"name": "glibc", "version": "2.17"}},
    "amd": {**HOST, "gpus": [{"vendor": "amd", "name": "AMD Radeon RX 7900", "gfx": "gfx1100"}], "nvidia_driver": None},
    "amd on windows": {**HOST, "os": "windows", "libc": None, "gpus": [{"vendor": "amd", "name": "AMD X", "gfx": "gfx1100"}]},
    "mac": {"os": "macos", "arch": "aarch64", "gpus": [{"vendor": "apple", "name": "Apple M2"}]},
}  # fmt: skip
PROJECT = """[project]
name = "vision"
version = "0"
requires-python = ">=3.10"
dependencies = ["torch>=2.4,<2.8", "numpy"]
"""
ENVIRONMENT = """name: lab
dependencies:
  - python=3.8
  - pytorch=2.2=py3.10_cuda12.1_cudnn8
  - opencv
  - gdal
  - cudatoolkit=11.8
  - foo::bar=1.2|1.5
  - setuptools
  - pip:
    - torch==2.2.2+cu121
    - git+https://example.test/x/y
    - ./local
    - --no-binary :all:
"""
REFUSED = (
    ("plan", "/not/there"), ("plan", "--set", "x=1"), ("plan", "--set", "torch.variant"), ("plan", "--set"),
    ("plan", "--set", "settings.link-mode=hard"), ("plan", "--set", "uv.version=new"), ("plan", "--nonsense"),
    ("plan", "--choices", "nothing.toml"), ("plan", "--machine", "pyproject.toml"), ("plan", "a", "b"), ("planx",),
    ("plan", "--set", "torch.variant=cu999"), ("plan", "--set", "torch.version=2.9.1"), ("plan", "--save", "x.json"),
    ("plan", "--set", "torch.version=2.4.1", "--set", "torch.variant=cu128"),
    ("diagnose", "/not/there"), ("attach",), ("attach", "nothing"), ("attach", "--save", "x.txt"), ("undo", "nothing"),
    ("export", "nothing"), ("export", "script", "--base", "cuda"), ("export", "dockerfile", "--base", "huge"),
    ("export", "bundle", "--platform", "vax"), ("bundle", "look", "."), ("bundle", "verify", "."),
    ("report", "."), ("report", "/not/there"), ("report", ".", "--save", "x.txt"), ("team",), ("completion", "csh"),
    ("import",), ("import", "nothing.yml"), ("import", "pyproject.toml"), ("mirrors", "--kind", "nothing"),
    ("mirrors", "--catalog", "nothing.toml"), ("verify", "--require", "nothing"), ("sync", "--machine", "x.json"),
)  # fmt: skip


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "vision"
    folder.mkdir()
    folder.joinpath("pyproject.toml").write_text(PROJECT)
    folder.joinpath("environment.yml").write_text(ENVIRONMENT)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "80")
    return folder


def said(capsys: pytest.CaptureFixture[str], *argv: str) -> list[str]:
    with loud():
        main(list(argv))
    told = capsys.readouterr()
    return [*told.out.splitlines(), *told.err.splitlines()]


@pytest.mark.parametrize("host", HOSTS)
def test_what_is_recommended(host: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facts = here / "facts.json"
    facts.write_text(json.dumps(HOSTS[host]))
    found: list[str] = []
    for words in (("doctor",), ("torch",), ("plan",)):
        lines = said(capsys, *words, "--machine", str(facts))
        found += [line for line in untranslated(lines) if not line.lstrip().startswith(("$", "+#", "# ", ">"))]
    assert found == []


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("argv", REFUSED, ids=" ".join)
def test_what_is_refused(argv: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(capsys, *argv)
    assert lines
    assert untranslated(lines) == []


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("command", [name for name in COMMANDS if name])
def test_a_page_of_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [row for row in said(capsys, command, "--help") if "uv-wizard " not in row]
    assert untranslated(rows) == []


@pytest.mark.usefixtures("here")
def test_what_an_import_says(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [row for row in said(capsys, "import", "environment.yml", "--dry-run") if not row.startswith("      ")]
    assert any("GDAL" not in row and "gdal" in row for row in rows)
    assert untranslated(rows) == []


def test_that_a_leak_would_be_found() -> None:
    with loud():
        from wizard.language import _

        assert untranslated([_("Nothing has been changed."), "    uv sync --locked", "  + this one leaks"]) == [
            "  + this one leaks"
        ]


@pytest.mark.parametrize("host", HOSTS)
def test_documents_are_the_same_in_every_language(host: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facts = here / "facts.json"
    facts.write_text(json.dumps(HOSTS[host]))
    for command in ("doctor", "torch", "plan"):
        argv = [command, "--machine", str(facts), "--json"]
        found = said(capsys, *argv)
        main(argv)
        assert found == capsys.readouterr().out.splitlines()


@pytest.mark.usefixtures("here")
def test_the_document_of_an_import_is_the_same_in_every_language(capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["import", "environment.yml", "--dry-run", "--json"]
    found = said(capsys, *argv)
    main(argv)
    assert found == capsys.readouterr().out.splitlines()


def test_the_list_of_runs(capsys: pytest.CaptureFixture[str]) -> None:
    base = state.state_folder()
    for code in (0, 1, 3, 130, None, -1):
        run = state.new_run(base)
        state.write_json(run / state.JOB, {"project": "/x"})
        ended = {"at": 1.0, "type": "run"} if code is None else {"at": 1.0, "type": "end", "exit_code": code}
        (run / state.EVENTS).write_text(json.dumps(ended) + "\n")
        if code == -1:
            state.mark_undone(run)
    rows = said(capsys, "undo", "--list")
    words = [" ".join(row.split()[1:-1]) for row in rows if row[:8].isdigit()]
    assert len(rows) == 8, "what the columns are, and what fell short means"
    assert len(set(words)) == len(words) == 6
    assert [word for word in words if word != word.upper()] == []
