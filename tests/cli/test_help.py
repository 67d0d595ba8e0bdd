"""The pages of --help: nothing of the tables is missing, nothing is wider than a terminal, every example can be typed."""

from __future__ import annotations

import shlex
from importlib import import_module

import pytest

from wizard.choice_keys import KEYS
from wizard.cli.commands import COMMANDS, EXAMPLES, EXPORTS, GROUPS
from wizard.cli.help import options_of, sections, term, text
from wizard.cli.options import parse
from wizard.cli.tables import CHOICES, EXITS, OPTIONS, VARIABLES
from wizard.errors import ExitCode

pytestmark = pytest.mark.same_everywhere

EVERY = list(COMMANDS)


@pytest.mark.parametrize("command", EVERY)
def test_a_page_has_every_option_of_its_command_and_fits_80_columns(command: str) -> None:
    page = text(command)
    terms = {name for one in sections(command) for name, _ in one.rows}
    assert {term(key) for key in (*options_of(command), "help", "version")} <= terms
    assert all(about for one in sections(command) for _, about in one.rows)
    assert max(map(len, page.split("\n"))) <= 80
    assert page.startswith(f"usage: uv-wizard {command}".strip())
    assert "exit codes:" in page


def test_an_option_is_left_out_only_where_it_is_of_no_use() -> None:
    left_out = {
        (command, key) for command, spec in COMMANDS.items() for key in spec.options if key not in options_of(command)
    }
    refused = {("apply", "machine"), ("sync", "machine"), ("verify", "machine")}
    assert left_out == refused | {("plan", "yes"), ("verify", "yes")}


def test_the_first_page_has_every_command_choice_code_and_variable() -> None:
    terms = {name for one in sections("") for name, _ in one.rows}
    assert set(filter(None, COMMANDS)) | set(VARIABLES) | {str(int(code)) for code in ExitCode} <= terms
    assert set(CHOICES) == set(KEYS)
    assert set(CHOICES) <= terms
    assert set(EXITS) == {int(code) for code in ExitCode}


def test_every_option_of_the_table_belongs_to_a_command() -> None:
    taken = {key for spec in COMMANDS.values() for key in spec.options}
    assert taken | {"help", "version"} == set(OPTIONS)
    assert {spec.group for command, spec in COMMANDS.items() if command} == set(GROUPS)
    assert {kind for kind, _ in COMMANDS["export"].rows} == set(EXPORTS)


@pytest.mark.parametrize("command", EVERY)
def test_examples_can_be_typed_and_handlers_are_there(command: str) -> None:
    for line, _ in COMMANDS[command].examples if command else EXAMPLES:
        typed = line.partition(" > ")[0].partition(" >> ")[0].partition(" | ")[0]
        assert parse(shlex.split(typed)).command == (typed.split() or [""])[0]
    module, name = COMMANDS[command].handler.split(":")
    assert callable(getattr(import_module(module), name))
