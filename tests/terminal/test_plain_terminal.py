"""The plain mode in a real terminal, by pexpect: Ctrl+C in the middle, a failure's fixes by number, the end of the input."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.faults import Status
from tests.support.index import Gate, Index
from tests.support.projects import Project
from wizard.language import _, use
from wizard.plain.run import INTERRUPTED
from wizard.run import client

if sys.platform != "win32":
    import pexpect

pytestmark = [pytest.mark.wine_cannot("open a pseudo-terminal for pexpect"), pytest.mark.long]
ROOT = Path(__file__).parents[2]
LANGUAGES = ("en", "zh-CN", "ko")
Talked = Callable[..., Any]


@pytest.fixture
def plain() -> Iterator[Talked]:
    opened: list[Any] = []

    def start(project: Project, language: str = "en", **env: str) -> Any:
        use(language)
        child = pexpect.spawn(
            sys.executable,
            ["-m", "wizard", "--plain", str(project.path)],
            env={**os.environ, "PYTHONPATH": str(ROOT), "UV_WIZARD_LANG": language, "TERM": "dumb", **env},
            encoding="utf-8",
            timeout=60,
            dimensions=(24, 80),
        )
        opened.append(child)
        return child

    yield start
    for child in opened:
        child.close(force=True)


def enter_until(child: Any, wanted: str, most: int = 20) -> None:
    """Enter at every question until that is said."""
    for _time in range(most):
        if child.expect_exact([wanted, "]: "]) == 0:
            return
        child.sendline("")
    raise AssertionError(f"never said {wanted}: {child.before}")


def enter_until_at(child: Any, gate: Gate) -> None:
    """Enter at every question until uv stands at that gate."""
    for _time in range(300):
        if child.expect_exact(["]: ", pexpect.TIMEOUT], timeout=0.2) == 0:
            child.sendline("")
            continue
        try:
            gate.wait(0.01)
        except TimeoutError:
            continue
        return
    raise AssertionError(f"uv never came to the gate: {child.before}")


def interrupted(child: Any, index: Index) -> tuple[Any, Gate]:
    """Ctrl+C in the middle of a sync, which waits at the gate; the wizard has asked what is meant."""
    gate = Gate(after=10_000)
    index.fault("alpha-1.0", gate)
    enter_until_at(child, gate)
    child.sendintr()
    child.expect_exact(_(INTERRUPTED))
    return child, gate


@pytest.mark.parametrize("language", LANGUAGES)
def test_ctrl_c_asks_and_each_answer_does_what_it_says(
    project: Project, index: Index, plain: Talked, language: str
) -> None:
    child, gate = interrupted(plain(project, language), index)
    child.sendline("g")
    child.expect_exact(_("It goes on."))
    child.sendintr()
    child.expect_exact(_(INTERRUPTED))
    child.sendline("l")
    run = client.find()
    child.expect_exact(f"uv-wizard attach {run.id}")
    child.expect(pexpect.EOF)
    child.wait()
    assert child.exitstatus == 0
    assert client.find().state == "running"
    client.cancel(client.find())
    gate.release()


def test_ctrl_c_at_that_question_leaves_the_run_alone_and_says_so(
    project: Project, index: Index, plain: Talked
) -> None:
    child, gate = interrupted(plain(project), index)
    child.sendintr()
    child.expect_exact(f"It goes on. To see it again: uv-wizard attach {client.find().id}")
    child.expect(pexpect.EOF)
    child.wait()
    assert child.exitstatus == 0
    assert client.find().state == "running"
    client.cancel(client.find())
    gate.release()


@pytest.mark.parametrize("language", LANGUAGES)
def test_ctrl_c_and_s_stops_the_sync(project: Project, index: Index, plain: Talked, language: str) -> None:
    child, gate = interrupted(plain(project, language), index)
    child.sendline("s")
    child.expect(pexpect.EOF)
    child.wait()
    assert child.exitstatus == 130
    gate.release()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_fix_is_taken_by_its_number_and_the_way_ends_well(
    project: Project, index: Index, plain: Talked, language: str
) -> None:
    index.fault("alpha-1.0", Status(404, times=1))
    child = plain(project, language)
    asked = _("Which fix? a number; a tries again, q ends [{default}]:", default="1")
    enter_until(child, asked)
    child.sendline("9")
    child.expect_exact(asked)
    child.sendline("1")
    for _time in range(12):
        if child.expect(["]: ", pexpect.EOF]) == 1:
            break
        child.sendline("")
    child.wait()
    assert child.exitstatus == 0, child.before
    assert project.venv.is_dir()


def test_ctrl_c_at_a_question_leaves_and_changes_nothing(project: Project, plain: Talked) -> None:
    child = plain(project)
    child.expect_exact("Go on? y, q [y]: ")
    child.sendintr()
    child.expect(pexpect.EOF)
    child.wait()
    assert child.exitstatus == 130
    assert not project.venv.exists()


def test_the_end_of_the_input_is_a_decision_that_is_missing(project: Project, plain: Talked) -> None:
    child = plain(project)
    child.expect_exact("Go on? y, q [y]: ")
    child.sendeof()
    child.expect(pexpect.EOF)
    child.wait()
    assert child.exitstatus == 4
