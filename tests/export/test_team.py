"""`uv-wizard team` and `export choices`: written, taken back, given to others; what a newcomer then sees and is asked."""

from __future__ import annotations

import io
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screens.app import WizardApp
from screens.walk import Walk
from tests.screens.running import NOTHING, shows, text_of, until
from tests.support.command import inside as wizard
from tests.support.projects import Project
from tests.support.torch_project import RTX, make_torch_project
from wizard import choices as choosing
from wizard.choice_keys import KEYS, Value
from wizard.choices import Choices
from wizard.errors import BadInput, DecisionMissing
from wizard.export.choices import decided, made
from wizard.machine.facts import Machine
from wizard.plain import wizard as plain
from wizard.project.edited import Refused
from wizard.project.greeting import checked, split
from wizard.project.team import written
from wizard.told.team import answered
from wizard.toml import parse
from wizard.way import Way

pytestmark = pytest.mark.same_everywhere
MACHINE = Machine(os="linux", home="/home/min")
FILE = b'# ours\r\n[project]\r\nname = "a"   # b\r\nversion = "1"\r\n[tool.ruff]\r\nline-length = 100'


@pytest.mark.parametrize(
    "values, greeting, expected",
    [
        ({"torch.variant": "auto"}, None, {"torch": {"variant": "auto"}}),
        ({}, "Hello", {"greeting": "Hello"}),
        ({"sync.extras": ("a", "b"), "mirrors.persist": True}, 'a "b"',
         {"greeting": 'a "b"', "sync": {"extras": ["a", "b"]}, "mirrors": {"persist": True}}),
        ({"mirrors.pypi": "fastest", "mirrors.scope": "machine"}, "", {"mirrors": {"pypi": "fastest", "scope": "machine"}}),
    ],
)  # fmt: skip
def test_only_the_teams_table_changes(
    values: dict[str, Value], greeting: str | None, expected: dict[str, object]
) -> None:
    after = written(FILE, values, greeting)
    assert after.startswith(FILE)
    assert parse(after)["tool"] == {"ruff": {"line-length": 100}, "uv-wizard": expected}
    assert written(after, values, greeting) == after
    assert b"\n" not in after.replace(b"\r\n", b"")


def test_what_is_there_is_changed_in_its_place() -> None:
    text = b"""[tool.uv-wizard]
greeting = "old"  # said by Min

[tool.uv-wizard.torch]   # the servers
variant = "cu126"
layout = "index"
[tool.uv-wizard.sync]
extras = ["a"]
"""
    after = written(text, {"torch.variant": "auto", "verify.require": "gpu"}, "")
    told = parse(after)["tool"]["uv-wizard"]
    assert told == {
        "torch": {"variant": "auto", "layout": "index"},
        "sync": {"extras": ["a"]},
        "verify": {"require": "gpu"},
    }
    assert b"# the servers" in after


def test_a_file_that_cannot_be_changed_safely_is_left() -> None:
    with pytest.raises(Refused):
        written(b"[tool.uv-wizard\n", {"torch.variant": "auto"}, None)


@pytest.mark.parametrize("greeting", [3, ["a"], {"a": 1}, True, "x" * 201])
def test_what_is_no_greeting(greeting: object) -> None:
    with pytest.raises(BadInput, match=r"greeting = .* is not possible"):
        split({"greeting": greeting})


def test_a_greeting_is_one_line_that_no_terminal_obeys() -> None:
    assert checked("  Hello\n\x1b[31mthere\u202e ") == "Hello there"
    assert split({"torch": {}}) == ("", {"torch": {}})
    assert split(3) == ("", 3)  # the choices say what is wrong with it


@pytest.mark.parametrize("text", ['[tool.uv-wizard]\ngreting = "x"\n', "[tool.uv-wizard]\ngreeting = 3\n",
                                  '[tool.uv-wizard.torch]\nvariante = "cpu"\n'])  # fmt: skip
def test_an_unknown_key_ends_with_what_is_allowed(project: Project, text: str) -> None:
    with project.pyproject.open("a") as file:
        file.write(text)
    done = wizard("plan", os.fspath(project.path), check=2)
    assert "[tool.uv-wizard] in pyproject.toml" in done.stderr
    assert "allowed" in done.stderr or "the tables are" in done.stderr or "the choices are" in done.stderr


@pytest.mark.long
def test_written_once_taken_back_and_refused(project: Project) -> None:
    folder, before = os.fspath(project.path), project.pyproject.read_bytes()
    words = ("--set", "verify.require=cpu", "--set", "mirrors.pypi=fastest", "--greeting", "Hello, newcomer")
    assert "asks for --yes" in wizard("team", folder, *words, check=4).stderr
    shown = wizard("team", folder, *words, "--dry-run").stdout
    assert "+[tool.uv-wizard.verify]" in shown
    assert "uv-wizard team" in shown
    assert "--set verify.require=cpu --set mirrors.pypi=fastest " in shown  # the whole of it, to carry it out
    assert "--greeting 'Hello, newcomer' --yes" in shown
    assert project.pyproject.read_bytes() == before
    wizard("team", folder, *words, "--yes")
    assert parse(project.pyproject.read_bytes())["tool"]["uv-wizard"] == {
        "greeting": "Hello, newcomer", "verify": {"require": "cpu"}, "mirrors": {"pypi": "fastest"},
    }  # fmt: skip
    assert "Nothing to change" in wizard("team", folder, *words, "--yes").stdout
    told = json.loads(wizard("team", folder, "--greeting", "", "--dry-run", "--json").stdout)
    assert "greeting" not in told["files"][0]["after"]
    wizard("undo", "--yes")
    assert project.pyproject.read_bytes() == before
    for wrong, told_so in (
        ((), "say what the team decides"),
        (("--set", "sync.extras=none"), "no extra of that name"),
        (("--set", "torch.variant=cu126"), "does not use torch"),
        (("--set", "verify.require=x"), "allowed"),
        (("--greeting", "x" * 300), "up to 200 letters"),
    ):
        assert told_so in wizard("team", folder, *wrong, "--yes", check=2).stderr
    assert project.pyproject.read_bytes() == before


# export choices


def test_the_teams_file_holds_what_was_decided_and_is_for_others() -> None:
    choices = (
        Choices()
        .with_values("advice", {"settings.cache-dir": "/data/uv"})
        .with_values("project", {"torch.variant": "cpu", "sync.extras": ["a"]})
        .with_values("file", {"settings.python-install-dir": "/home/min/pythons", "uv.version": "0.13.8"})
        .with_values(
            "set", {"torch.variant": "keep", "uv.dir": "/home/min", "mirrors.pypi": "https://mirror.example/simple"}
        )
    )
    values, notes = decided(choices, MACHINE)
    assert values == {
        "uv.version": "0.13.8",
        "mirrors.pypi": "https://mirror.example/simple",
        "torch.variant": "keep",  # takes the project's own word back
        "sync.extras": ("a",),
    }
    assert [note.split(" ")[0] for note in notes] == ["uv.dir", "settings.python-install-dir"]
    assert "/home/min" not in choosing.as_toml(choices, values)


_SOME = st.fixed_dictionaries(
    {},
    optional={
        "uv.version": st.sampled_from(["0.13.8", ""]),
        "settings.cache-dir": st.sampled_from(["/data/ü 'x'", '/srv/"y"', ""]),
        "settings.link-mode": st.sampled_from(["copy", "auto"]),
        "mirrors.pypi": st.sampled_from(["official", "fastest", "https://mirror.example/a%20b"]),
        "mirrors.persist": st.booleans(),
        "torch.variant": st.sampled_from(["auto", "keep", "cu126"]),
        "torch.platforms": st.lists(st.sampled_from(["linux", "windows", "macos"]), unique=True),
        "sync.extras": st.lists(st.sampled_from(["a", "b-c", "D"]), unique=True),
        "verify.require": st.sampled_from(["gpu", "auto"]),
    },
)


@given(_SOME)
def test_what_comes_out_goes_in_again(tmp_path_factory: pytest.TempPathFactory, chosen: dict[str, Value]) -> None:
    choices = Choices().with_values("set", chosen)
    path = tmp_path_factory.mktemp("x") / "choices.toml"
    path.write_text(choosing.as_toml(choices, decided(choices, MACHINE)[0]), "utf-8")
    again = choosing.from_file(path)
    assert Choices().with_values("file", again).nested() == choices.nested()
    assert all(value != KEYS[key].default for key, value in again.items())


def test_the_file_is_written_and_taken(project: Project) -> None:
    folder = os.fspath(project.path)
    wizard("export", "choices", folder, "--set", "verify.require=cpu", check=4)
    words = ("--set", "verify.require=cpu", "--set", f"settings.cache-dir={Path.home() / 'cache'}")
    shown = wizard("export", "choices", folder, *words, "--dry-run")
    assert parse(shown.stdout.encode()) == {"verify": {"require": "cpu"}}  # the file and nothing else, for a pipe
    assert "settings.cache-dir is left out: it lies in your home folder" in shown.stderr
    wizard("export", "choices", folder, "--set", "verify.require=cpu", "--yes")
    path = project.path / "uv-wizard.choices.toml"
    assert parse(path.read_bytes()) == {"verify": {"require": "cpu"}}
    assert "Nothing to change" in wizard("export", "choices", folder, "--set", "verify.require=cpu", "--yes").stdout
    plan = json.loads(wizard("plan", folder, "--choices", os.fspath(path), "--json").stdout)
    assert plan["steps"][-1]["commands"][0][-2:] == ["--require", "cpu"]
    assert made(Choices(), folder, MACHINE).notes[0].startswith("Nothing differs")


# a newcomer


def teams(folder: Path, table: str) -> Path:
    with (folder / "pyproject.toml").open("a") as file:
        file.write(table)
    return folder


TABLE = """
[tool.uv-wizard]
greeting = "Welcome to [bold]vision[/]; ask Min about the servers"
mirrors = { pypi = "tuna", python = "official" }
torch = { variant = "auto" }
verify = { require = "gpu" }
"""


async def test_the_screens_greet_and_say_what_the_team_has_set(tmp_path: Path) -> None:
    way = Way(os.fspath(teams(make_torch_project(tmp_path), TABLE)), machine=RTX)
    app = WizardApp(Walk(way))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, shows(app, "Welcome to [bold]vision[/]; ask Min about the servers"))
        for screen, told in (
            ("mirrors", "Set by your team: pypi tuna, python official."),
            ("torch", "Set by your team: variant auto."),
            ("review", "Set by your team: require gpu."),
        ):
            app.show(screen)
            await until(pilot, shows(app, told))
        app.show("uv")
        await until(pilot, shows(app, "One uv of your own"))
        assert "Set by your team" not in text_of(app)


async def test_screens_that_the_team_has_answered_are_passed_over(tmp_path: Path) -> None:
    answered_all = TABLE.replace('python = "official"', 'python = "official", pytorch = "official"')
    app = WizardApp(Walk(Way(os.fspath(teams(make_torch_project(tmp_path), answered_all)), machine=RTX)))
    async with app.run_test(size=(80, 24)) as pilot:
        app.show("settings")
        await until(pilot, shows(app, "[ Next: review ]"))
        await pilot.press("ctrl+n")
        await until(pilot, shows(app, "Set by your team: require gpu. Passed over: mirrors, torch."))
        assert app.current.NAME == "review"
        await pilot.press("escape")
        await until(pilot, shows(app, "Set by your team: variant auto."))
        await pilot.press("escape")
        await until(pilot, shows(app, "Set by your team: pypi tuna"))
        assert "[ Next: review ]" in text_of(app)


async def test_what_stands_in_the_way_is_shown_though_the_team_has_answered(tmp_path: Path) -> None:
    table = TABLE.replace('variant = "auto"', 'variant = "keep"')
    old = replace(RTX, gpus=tuple(replace(one, compute_capability="3.0") for one in RTX.gpus or ()))
    app = WizardApp(Walk(Way(os.fspath(teams(make_torch_project(tmp_path), table)), machine=old)))
    async with app.run_test(size=(80, 24)) as pilot:
        app.show("mirrors")
        await until(pilot, shows(app, "[ Next: torch ]"))


def test_the_plain_mode_asks_nothing_that_the_team_has_answered(tmp_path: Path) -> None:
    folder = teams(
        make_torch_project(tmp_path), TABLE.replace('python = "official"', 'python = "official", pytorch = "official"')
    )
    out = io.StringIO()
    with pytest.raises(DecisionMissing):
        plain.run(Way(os.fspath(folder), machine=RTX), stdin=io.StringIO("\n" * 5), stdout=out)
    text = out.getvalue()
    assert "\nYour team: Welcome to [bold]vision[/]; ask Min about the servers\n" in text
    assert "Set by your team: pypi tuna, pytorch official, python official." in text
    assert "Source of" not in text
    torch = text[text.index("5/8 torch") : text.index("6/8 review")]
    assert "Set by your team: variant auto." in torch
    assert "[" not in torch.splitlines()[-1]  # no prompt
    back = io.StringIO()
    with pytest.raises(DecisionMissing):
        plain.run(Way(os.fspath(folder), machine=RTX), stdin=io.StringIO("\n" * 5 + "b\n"), stdout=back)
    after = back.getvalue()[back.getvalue().index("6/8 review") :]
    assert "3/8 settings" in after  # over the pages that ask nothing
    assert "4/8 mirrors" not in after[: after.index("3/8 settings")]


def test_what_is_told_of_a_team() -> None:
    choices = Choices().with_values("project", {"sync.extras": ["a", "b"], "mirrors.persist": True, "uv.dir": ""})
    assert answered(choices, "review") == "Set by your team: extras a and b."
    assert answered(choices, "mirrors") == "Set by your team: persist yes."
    assert answered(choices, "uv") == "Set by your team: dir uv's own."
    assert answered(choices.with_values("screen", {"mirrors.persist": False}), "mirrors") == ""
    assert answered(choices, "torch") == ""


def test_a_project_without_a_team_greets_nobody(project: Project) -> None:
    way = Way(os.fspath(project.path), machine=NOTHING)
    assert way.greeting == ""
