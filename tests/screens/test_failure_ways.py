"""Every failure leads on from its screen: what nobody has to type is a key, what has to be done elsewhere is tried again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from screens import rows
from screens.app import WizardApp
from screens.choosing import ChoiceList
from screens.failure import AGAIN, failure_of
from tests.screens.running import make_folder, showing, shows, text_of, until
from tests.support.recorded import Recorded
from wizard import diagnosis
from wizard.diagnosis import Context, Fix
from wizard.diagnosis.rules import causes
from wizard.run.progress import RunState
from wizard.ways_out import leads

pytestmark = pytest.mark.same_everywhere

LONG = (
    "pyproject.toml was changed after uv.lock was made, so the lock no longer says what the project asks for. "
    "`uv lock` brings it up to date and keeps the versions that still fit."
)


def failed(recorded: Recorded, title: str, explanation: str, fixes: Sequence[Fix]) -> None:
    """A sync that came to that."""
    recorded.step("sync", "started")
    recorded.write("output", text="error: that")
    recorded.step("sync", "failed")
    recorded.write(
        "diagnosis",
        cause="unknown",
        title=title,
        explanation=explanation,
        evidence=["error: that"],
        fixes=[fix.document() for fix in fixes],
        severity="error",
    )
    recorded.end(1)


@pytest.mark.parametrize(
    "commands, where",
    [
        ((("uv-wizard", "sync"),), "again"),
        ((("uv-wizard", "verify"),), "again"),
        ((("uv-wizard", "mirrors"),), "mirrors"),
        ((("uv-wizard", "attach", "--save", "report.zip"),), "report"),
        ((("uv", "lock"),), "run"),
        ((("uv", "remove", "--no-sync", "beta"),), "run"),
        ((("uv", "remove", "--no-sync", "beta"), ("uv", "add", "--no-sync", "NAME")), "ask"),
        ((("uv", "lock", "--dry-run"),), "command"),
        ((("unset", "HTTPS_PROXY"),), "run"),
        ((("unset", "LD_LIBRARY_PATH"),), "shell"),
        ((("uv", "sync", "--locked", "--system-certs"),), "run"),
        ((("Set-Item", "Env:SSL_CERT_FILE", "ca.pem"),), "shell"),
        ((("uv", "cache", "prune"),), "run"),
        ((("uv", "python", "list"),), "command"),
        (None, "again"),
    ],
)
def test_where_a_fix_leads(commands: tuple[tuple[str, ...], ...] | None, where: str) -> None:
    assert leads(Fix("a", None, commands)) == where


@pytest.mark.parametrize("cause", sorted(causes()))
def test_every_cause_has_a_fix_that_leads_on(cause: str) -> None:
    found = diagnosis.of(cause, (), Context(phase="sync", environment={}, os="linux"))
    state = RunState()
    state.apply({"at": 0.0, "type": "diagnosis", **found.document(), "severity": "error"})
    state.apply({"at": 1.0, "type": "end", "exit_code": 1})
    failure = failure_of(state)
    assert failure is not None
    assert {leads(fix) for fix in failure.fixes} & {"review", "again", "run", "ask", "mirrors"}
    assert 1 <= len(failure.fixes) <= 9


async def test_a_lock_that_does_not_fit_is_made_again_by_one_key(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    (folder / "uv.lock").write_text('version = 1\nrequires-python = ">=3.10"\n')
    recorded = Recorded(str(folder))
    failed(recorded, "uv.lock does not fit", LONG, [Fix("Bring uv.lock up to date", None, (("uv", "lock"),))])
    async with showing(folder, recorded) as (app, pilot):
        await until(pilot, shows(app, "[ Fix 1: to the review ]"))
        await pilot.press("enter")
        await until(pilot, shows(app, "uv makes uv.lock again"))
        app.walk.started(recorded.run)
        assert app.walk.way.plan().step("lock") is None, "made once, not each time"
        app.show("sync")
        await until(pilot, shows(app, "2nd try"))


@pytest.mark.parametrize(
    "choices, opened",
    [
        ({"uv.install": "index"}, "install uv into"),
        ({"settings.cache-dir": "/data/uv"}, "settings"),
        ({"sync.no-cache": True}, "uv sync --locked"),
    ],
)
async def test_the_review_opens_on_the_step_that_a_fix_has_changed(
    choices: dict[str, str | bool], opened: str, tmp_path: Path
) -> None:
    folder = make_folder(tmp_path)
    recorded = Recorded(str(folder))
    failed(recorded, "That failed", LONG, [Fix("Another way", choices)])
    async with showing(folder, recorded) as (app, pilot):
        await until(pilot, shows(app, "[ Fix 1: to the review ]"))
        await pilot.press("enter")
        await until(pilot, lambda: f"Step {opened_at(app)}: " in text_of(app))
        steps = app.screen.query_one("#steps", ChoiceList)
        assert opened in steps.rows[steps.highlighted or 0].text


def opened_at(app: WizardApp) -> int:
    """The number of the step that is marked, 0 before there is a plan."""
    found = app.screen.query("#steps")
    steps = found.first(ChoiceList) if found else None
    return (steps.highlighted or 0) + 1 if steps is not None and steps.highlighted is not None else 0


async def test_the_last_failure_is_not_shown_once_more_when_the_next_run_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded = Recorded(str(tmp_path))
    failed(recorded, "That failed", "Because of that.", [])
    async with showing(make_folder(tmp_path), recorded) as (app, pilot):
        await until(pilot, shows(app, "That failed"))
        app.show("review")
        await until(pilot, lambda: app.screen.id == "review")
        entered: list[None] = []
        monkeypatch.setattr(
            type(app._made["sync"]), "on_entered", lambda _: entered.append(None)
        )  # as if that came late
        following = Recorded(str(tmp_path))
        app.walk.started(following.run)
        app.show("sync")
        await until(pilot, lambda: bool(entered))
        assert "That failed" not in text_of(app)
        following.close()


async def test_what_changes_the_shell_asks_to_leave_first(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    recorded = Recorded(str(folder))
    failed(recorded, "It is active", "It is.", [Fix("Leave it", None, (("conda", "deactivate"),))])
    async with showing(folder, recorded) as (app, pilot):
        await until(pilot, shows(app, "[ Fix 1: copy the command ]"))
        await pilot.press("enter")
        await until(pilot, shows(app, "[ Quit ]"))
        assert "Quit, run what was copied, then start anew." in text_of(app)
        assert app.clipboard == "conda deactivate"
        await pilot.press("2")
        await until(pilot, shows(app, "6/8 review"))


async def test_what_is_so_is_told_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = make_folder(tmp_path)
    recorded = Recorded(str(folder))
    title = "Sync with ready-made files only, to see which packages of the project lack one for this machine"
    failed(recorded, "It fails", LONG, [Fix(title, None, (("uv", "sync", "--no-build"),))])
    async with showing(folder, recorded) as (app, pilot):
        await until(pilot, shows(app, "It fails"))
        painted = " ".join(text_of(app).split())
        assert LONG in painted
        assert " ..." not in text_of(app)
        assert "lack one for this machine" in painted.replace(" copies the command", "")
        assert text_of(app).splitlines()[20].startswith(" By hand: uv sync --no-build")


def test_a_proof_longer_than_its_row_is_broken_not_cut() -> None:
    said = "UserWarning: CUDA initialization: The NVIDIA driver on your system is too old (found version 12040)"
    assert rows.evidence_rows([said], ["jinja2 3.1.6: from BFSU", said], 3) == [
        "> UserWarning: CUDA initialization: The NVIDIA driver on your system is too",
        "> old (found version 12040)",
    ]


def test_nothing_is_added_where_a_fix_leads_on() -> None:
    state = RunState()
    state.apply({"at": 1.0, "type": "end", "exit_code": 130})
    failure = failure_of(state)
    assert failure is not None
    assert AGAIN not in failure.fixes


def test_the_innermost_cause_is_shown_where_not_all_of_it_fits() -> None:
    said = [
        "Failed to build `badone`",
        "The build backend returned an error",
        "exec(code, locals())",
        "^^^^^^^^^^^^^^^^^^^^",
        'File "<string>", line 2, in <module>',
        "ModuleNotFoundError: No module named 'nosuchmodule'",
    ]
    assert rows.evidence_rows(said, (), 3) == [
        "> Failed to build `badone`",
        '> File "<string>", line 2, in <module>',
        "> ModuleNotFoundError: No module named 'nosuchmodule'",
    ]
    assert rows.evidence_rows(said, (), 9)[-1] == "> ModuleNotFoundError: No module named 'nosuchmodule'"
    assert not any("^^" in row for row in rows.evidence_rows(said, (), 9))


async def test_a_company_s_certificate_is_one_key(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    (folder / "uv.lock").write_text('version = 1\nrequires-python = ">=3.10"\n')
    recorded = Recorded(str(folder))
    argv = ("uv", "sync", "--locked", "--system-certs")
    failed(recorded, "Not trusted", "It is not.", [Fix("Use the system's certificates, for this sync", None, (argv,))])
    async with showing(folder, recorded) as (app, pilot):
        await until(pilot, shows(app, "[ Fix 1: to the review ]"))
        await pilot.press("enter")
        await until(pilot, shows(app, "! For this run alone: UV_SYSTEM_CERTS=true"))
        plan = app.walk.way.plan()
        sync, verify = plan.step("sync"), plan.step("verify")
        assert sync is not None
        assert sync.commands[0].environment["UV_SYSTEM_CERTS"] == "true"
        assert verify is not None
        assert "UV_SYSTEM_CERTS" in str(verify.commands[0].options["request"])
