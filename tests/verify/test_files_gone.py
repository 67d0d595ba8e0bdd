"""Files of a package that are gone while its metadata still say that it is there: seen, and put right by one key."""

from __future__ import annotations

from pathlib import Path

import pytest

from screens.app import WizardApp
from screens.walk import Walk
from tests.screens.running import shows, text_of, until
from tests.support.projects import Project
from tests.verify.test_check import of_project
from wizard.verify.check import verify
from wizard.verify.inside.packages import files_gone
from wizard.way import Way


@pytest.fixture
def synced(project: Project) -> Project:
    project.run_uv("sync", "--locked")
    return project


def site(project: Project) -> Path:
    return next(project.venv.rglob("alpha-1.0.dist-info")).parent


def test_a_whole_environment_has_nothing_gone(synced: Project) -> None:
    assert verify(of_project(synced)).ok


def test_what_is_gone_is_named_and_the_way_back(synced: Project) -> None:
    (site(synced) / "alpha.py").unlink()
    found = verify(of_project(synced))
    assert found.exit_code == 3
    assert found.diagnosis is not None
    assert found.diagnosis.cause == "package-files-missing"
    assert found.diagnosis.title == "Files of alpha are gone from the environment"
    assert "alpha: 1 file is gone, alpha.py" in found.diagnosis.evidence
    (argv,) = found.diagnosis.fixes[0].commands or ()
    assert argv == ("uv", "sync", "--locked", "--reinstall-package", "alpha")
    synced.run_uv(*argv[1:])
    assert verify(of_project(synced)).ok


@pytest.mark.parametrize(
    "record, gone",
    [
        ("x/__init__.py,sha256=a,1\nx/a.py,,\n", ["x/a.py"]),
        ('"x/a, b.py",,\nx/__init__.py,,\n', ["x/a, b.py"]),
        ("x/data.txt,,\nx-1.dist-info/RECORD,,\nx/__pycache__/a.cpython-311.pyc,,\n../../../bin/x.py,,\n", []),
        ("y/z/_c.so,,\n", ["y/z/_c.so"]),
        ("", []),
    ],
)
def test_only_what_is_imported_counts(
    record: str, gone: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = tmp_path / "x-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: x\nVersion: 1\n")
    (info / "RECORD").write_text(record)
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    found = files_gone(["x", "not-here"])
    assert [each["file"] for each in found] == gone


@pytest.mark.same_everywhere
async def test_on_the_screen_it_is_one_key(synced: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is to be installed, says uv; the checks see it, and Enter alone brings the files back."""
    monkeypatch.setattr("screens.remedies.UNREAD_S", 0.0)  # a test has read the plan as soon as it stands there
    (site(synced) / "alpha.py").unlink()
    way = Way(str(synced.path))
    app = WizardApp(Walk(way))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: way.machine.uv is not None and not way.pending)
        app.show("review")
        await until(pilot, shows(app, "[ Start: "))
        await pilot.press("enter")
        await until(pilot, shows(app, "Files of alpha are gone from the environment"))
        assert "1 Install it once more" in text_of(app)
        await until(pilot, shows(app, "[ Fix 1: to the review ]"))
        await pilot.press("enter")
        await until(pilot, shows(app, "uv sync --locked --reinstall-package alpha"))
        await until(pilot, shows(app, "[ Start: "))
        await pilot.press("enter")
        await until(pilot, shows(app, "It works: Python and"))
    assert (site(synced) / "alpha.py").is_file()
