"""The manual page: whole, and without a fault that the programs which read such pages know."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support.programs import of_the_system
from wizard.choice_keys import KEYS
from wizard.cli import main
from wizard.cli.commands import COMMANDS
from wizard.cli.manual import page
from wizard.cli.tables import EXITS, OPTIONS, VARIABLES

DATE = "missing date"
"""The page is the same in every version; it has none."""


def run(*argv: str, page: str) -> str:
    of_the_system(argv[0])
    done = subprocess.run(argv, input=page, capture_output=True, text=True, check=False, timeout=30)
    return done.stdout + done.stderr


@pytest.mark.same_everywhere
def test_it_has_every_command_option_choice_variable_and_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["man"]) == 0
    text = capsys.readouterr().out
    assert text == page()
    plain = text.replace("\\-", "-").replace("\\fB", "").replace("\\fR", "")
    for command in filter(None, COMMANDS):
        assert f"\n.SS uv-wizard {command}" in plain
    for key, spec in OPTIONS.items():
        assert f"--{key.replace('_', '-')} {spec.value}".strip() in plain
    for name in (*KEYS, *VARIABLES, *map(str, EXITS)):
        assert f"\n.TP\n{name}\n" in plain
    assert max(map(len, text.split("\n"))) <= 100


@pytest.mark.wine_cannot("there is no groff in it")
def test_groff_has_nothing_to_complain_of() -> None:
    assert run("groff", "-man", "-ww", "-z", "-Tascii", page=page()) == ""


@pytest.mark.wine_cannot("there is no mandoc in it")
def test_mandoc_has_nothing_to_complain_of() -> None:
    said = run("mandoc", "-Tlint", page=page()).splitlines()
    assert [line for line in said if DATE not in line] == []


@pytest.mark.wine_cannot("there is no groff in it")
def test_a_reader_sees_options_as_they_are_typed(tmp_path: Path) -> None:
    shown = run("groff", "-man", "-Tascii", "-P-cbou", page=page())
    assert "--low-bandwidth" in shown
    assert "uv-wizard doctor --json > node.json" in shown
    assert "fpath+=~/.zfunc" in shown
