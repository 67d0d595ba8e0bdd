"""What is said of the uv on a machine: which to keep, which to install, which shell runs which."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from wizard.advice.uv import advise, candidates
from wizard.advice.uv_here import uv_here
from wizard.choices import Choices
from wizard.machine.facts import Conda, FoundUv, Machine, NetworkFact, UvInShell, UvSource
from wizard.plan.install_uv import plan_uv
from wizard.plan.uv_ways import installer_unreached, unreached
from wizard.project.facts import Lock, Project
from wizard.uv_fields import wrong_folder, wrong_version

pytestmark = pytest.mark.same_everywhere

OWN = FoundUv("/home/min/.local/bin/uv", "0.13.8", "standalone")
CONDA = FoundUv("/home/min/miniconda3/bin/uv", "0.9.30", "conda")
BREW = FoundUv("/opt/homebrew/bin/uv", "0.12.5", "homebrew")
PYTHON = "/usr/bin/python3"


def machine(*found: FoundUv, **more: Any) -> Machine:
    path = ":".join(one.path.removesuffix("/uv") for one in found)
    facts: dict[str, Any] = {
        "os": "linux", "home": "/home/min", "folders": {"uv_bin": "/home/min/.local/bin"}, "uv": found,
        "environment": {"PATH": path}, "conda": Conda("base", True),
    }  # fmt: skip
    return Machine(**{**facts, **more})


def project(required: str | None = None, revision: int | None = None) -> Project:
    lock = Lock((), (), revision, None) if revision else None
    return Project("/p", required_uv=required, lock=lock)


def values(here: Machine, required: str | None = None, **choices: str) -> list[tuple[str, str, bool]]:
    chosen = Choices().with_values("set", {f"uv.{key}": value for key, value in choices.items()})
    return [(row.value, row.word, row.automatic) for row in candidates(here, project(required), chosen, PYTHON)]


@pytest.mark.parametrize(
    "here, required, expected",
    [
        (machine(OWN), None, [("keep", True), ("index", False), ("standalone", False)]),
        (machine(CONDA), None, [("index", False), ("keep", True), ("standalone", False)]),
        (machine(CONDA), ">=0.12", [("index", True), ("keep", False), ("standalone", False)]),
        (machine(), None, [("index", True), ("standalone", False)]),
        (machine(BREW), ">=0.13", [("index", True), ("keep", False), ("update", False), ("standalone", False)]),
        (
            machine(BREW, uv_source=UvSource("0.13.8")),
            None,
            [("keep", True), ("update", False), ("index", False), ("standalone", False)],
        ),
        (machine(OWN, uv_source=UvSource("0.13.8")), None, [("keep", True), ("index", False), ("standalone", False)]),
        (machine(network=NetworkFact(None)), None, [("standalone", True), ("index", False)]),
        (
            machine(network=NetworkFact(None), uv_source=UvSource(None, (), False)),
            None,
            [("index", True), ("standalone", False)],
        ),
    ],
)
def test_rows_the_recommended_first(here: Machine, required: str | None, expected: list[tuple[str, bool]]) -> None:
    rows = values(here, required)
    assert [(value, automatic) for value, _, automatic in rows] == expected
    away = {"index": unreached(here), "standalone": installer_unreached(here)}
    rest = ["not reached" if away.get(value) else "possible" for value, _, _ in rows[1:]]
    assert [word for _, word, _ in rows] == ["recommended", *rest]


def test_a_choice_of_the_command_line_changes_what_is_chosen_not_what_there_is() -> None:
    assert [value for value, _, _ in values(machine(OWN), install="index")] == ["keep", "index", "standalone"]


def test_a_file_that_was_named_is_a_row(tmp_path: Path) -> None:
    file = tmp_path / "uv.tar.gz"
    file.write_bytes(b"")
    assert (str(file), "possible", False) in values(machine(OWN), install=str(file))


def why(here: Machine, its: Project | None = None) -> list[str]:
    return [reason.why for reason in advise(here, its, Choices(), PYTHON).reasons]


@pytest.mark.parametrize(
    "here, its, expected",
    [
        (machine(CONDA), None, "part of conda and is gone when base is off"),
        (machine(), None, "There is no uv on this machine yet"),
        (machine(CONDA), project(">=0.12"), "this project asks for uv >=0.12, and it is 0.9.30"),
        (machine(BREW, uv_source=UvSource("0.13.8")), None, "0.13.8 is the newest; the one here is 0.12.5"),
        (machine(BREW), project(revision=5), "uv.lock is of uv 0.13.0 or newer: 0.12.5 reads it"),
        (
            machine(OWN, CONDA, uv_in_shells=(UvInShell("zsh", "login", CONDA.path),)),
            None,
            "zsh at log-in runs 0.9.30 first, at /home/min/miniconda3/bin/uv (conda)",
        ),
    ],
)
def test_reasons(here: Machine, its: Project | None, expected: str) -> None:
    assert any(expected in reason for reason in why(here, its)), why(here, its)


def test_a_lock_of_its_own_time_is_nothing_to_tell() -> None:
    assert not any("uv.lock" in reason for reason in why(machine(OWN), project(revision=5)))
    assert not any("uv.lock" in reason for reason in why(machine(BREW), project(revision=3)))


def shells(**told: str | None) -> tuple[UvInShell, ...]:
    return tuple(UvInShell(name.partition("_")[0], name.partition("_")[2], path) for name, path in told.items())


@pytest.mark.parametrize(
    "told, own, conda",
    [
        (None, "first on the PATH", "behind another on the PATH"),
        (shells(bash_interactive=CONDA.path, bash_login=CONDA.path), "never reached", "first in bash"),
        (
            shells(bash_interactive=OWN.path, zsh_login=OWN.path, fish_login=OWN.path),
            "first in every shell",
            "never reached",
        ),
        (
            shells(bash_interactive=CONDA.path, bash_login=OWN.path, fish_interactive=None, fish_login=OWN.path),
            "first in bash (log-in only) and fish (log-in only)",
            "first in bash (not at log-in)",
        ),
    ],
)
def test_who_runs_it(told: tuple[UvInShell, ...] | None, own: str, conda: str) -> None:
    here = uv_here(machine(OWN, CONDA, uv_in_shells=told))
    assert [one.where for one in here] == [own, conda]


def test_one_that_only_a_shell_finds_is_listed_and_a_link_is_the_same_uv() -> None:
    found = replace(OWN, real="/opt/uv")
    linked = UvInShell("bash", "login", "/usr/local/bin/uv", None, None, "/opt/uv")
    other = UvInShell("zsh", "login", "/srv/uv", None, None, "/srv/uv")
    here = uv_here(machine(found, uv_in_shells=(linked, other)))
    assert [(one.found.path, one.where) for one in here] == [(OWN.path, "first in bash"), ("/srv/uv", "first in zsh")]


def test_an_update_goes_the_way_it_came() -> None:
    def argv(found: FoundUv, version: str = "") -> list[str]:
        chosen = Choices().with_values("set", {"uv.install": "update", "uv.version": version})
        step = plan_uv(machine(found), None, chosen, PYTHON).step
        return list(step.commands[0].argv) if step else []

    assert argv(OWN, "0.14.0") == [OWN.path, "self", "update", "0.14.0"]
    assert argv(BREW) == ["brew", "upgrade", "uv"]
    assert argv(FoundUv("/v/bin/uv", "0.9.0", "pip"))[1:] == ["-m", "pip", "install", "--upgrade", "uv"]
    assert argv(OWN, OWN.version or "") == []


@pytest.mark.parametrize(
    "text, required, told",
    [
        ("0.13.x", None, '"0.13.x" is not a version'),
        ("0.11.3", ">=0.12", "asks for uv >=0.12 (required-version)"),
        ("0.12.5", ">=0.12", None),
        ("", ">=0.12", None),
    ],
)
def test_a_version_as_it_is_typed(text: str, required: str | None, told: str | None) -> None:
    said = wrong_version(text, project(required))
    assert said is None if told is None else told in (said or "")


def test_a_folder_as_it_is_typed(tmp_path: Path) -> None:
    assert wrong_folder("~/bin", machine()) is not None
    assert wrong_folder(str(tmp_path / "new" / "bin"), machine()) is None
    (tmp_path / "file").write_text("")
    assert "may not write" in (wrong_folder(str(tmp_path / "file" / "bin"), machine(user="min")) or "")
