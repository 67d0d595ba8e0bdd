"""A folder that was chosen for uv and that it can't make: the choice can be given up by one key."""

from __future__ import annotations

from typing import Any

import pytest

from wizard.diagnosis import Context, Diagnosis, diagnose
from wizard.machine.facts import Machine

pytestmark = pytest.mark.same_everywhere

CACHE, PYTHONS = "cache-dir", "python-install-dir"
OF_CACHE = "error: Failed to initialize cache at `{path}`\n  cause: failed to create directory `{path}`: {why}\n"
OF_PYTHONS = "error: failed to create directory `{path}`: {why}\n"
NO_RIGHT = "Operation not permitted (os error 1)"
NOT_THERE = "No such file or directory (os error 2)"
READ_ONLY = "Read-only file system (os error 30)"
NO_FOLDER = "Not a directory (os error 20)"


def found(text: str, path: str, why: str, settings: dict[str, str], **known: Any) -> Diagnosis:
    machine = Machine(os="linux", home="/home/min", user="min")
    context = Context(phase="sync", os="linux", machine=machine, choices={"settings": settings}, **known)
    return diagnose(text.format(path=path, why=why), context)


@pytest.mark.parametrize(
    "why, cause",
    [
        (NO_RIGHT, "permission-denied"),
        (NOT_THERE, "permission-denied"),
        (READ_ONLY, "read-only-filesystem"),
        (NO_FOLDER, "cache-unusable"),
    ],
)
@pytest.mark.parametrize("text, key", [(OF_CACHE, CACHE), (OF_PYTHONS, PYTHONS)])
def test_a_folder_that_was_chosen_is_given_up_first(text: str, key: str, why: str, cause: str) -> None:
    """It has `cache` in its name, which makes it no cache."""
    told = found(text, "/proc/cache", why, {key: "/proc/cache"})
    assert told.cause == cause
    assert told.fixes[0].choices == {f"settings.{key}": ""}
    assert not [fix for fix in told.fixes[1:] if fix.choices], "the cache is not moved for the Pythons' sake"


def test_what_lies_below_it_counts_too() -> None:
    told = found(OF_PYTHONS, "/sys/pys/x/.temp/.tmpx", NO_RIGHT, {PYTHONS: "/sys/pys/x/"})
    assert told.fixes[0].choices == {f"settings.{PYTHONS}": ""}
    beside = found(OF_PYTHONS, "/sys/pys/xy", NO_RIGHT, {PYTHONS: "/sys/pys/x"})
    assert not [fix for fix in beside.fixes if fix.choices]


def test_a_folder_that_is_not_there_is_nobody_s_fault_where_none_was_chosen() -> None:
    assert found(OF_PYTHONS, "/proc/py", NOT_THERE, {}).cause == "unknown"


def test_uv_toml_keeps_a_cache_until_another_one_is_named() -> None:
    told = found(OF_CACHE, "/proc/cache", NO_RIGHT, {CACHE: "/proc/cache", "where": "uv.toml"})
    assert told.fixes[0].choices == {f"settings.{CACHE}": "/home/min/.cache/uv"}


def test_a_variable_of_the_terminal_is_taken_out_of_the_next_run() -> None:
    told = found(OF_PYTHONS, "/sys/pys/x", NO_RIGHT, {}, environment={"UV_PYTHON_INSTALL_DIR": "/sys/pys/x"})
    assert told.fixes[0].commands == (("unset", "UV_PYTHON_INSTALL_DIR"),)


@pytest.mark.parametrize(
    "there, named",
    [({"/", "/sys"}, "/sys"), ({"/", "/sys", "/sys/pys/x"}, "/sys/pys/x"), ({"/"}, "/"), (None, "/sys/pys/x")],
)
def test_the_nearest_folder_that_is_there_is_looked_at(there: set[str] | None, named: str) -> None:
    told = found(OF_PYTHONS, "/sys/pys/x", NO_RIGHT, {}, exists=None if there is None else there.__contains__)
    assert told.fixes[-1].commands == (("ls", "-ld", named),)
