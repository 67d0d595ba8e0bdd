"""`import`: shown, refused, carried out with real uv, taken back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.command import events, of, wizard
from tests.support.index import Index
from wizard.toml import parse

pytestmark = pytest.mark.same_everywhere


@pytest.fixture
def file(tmp_path: Path, index: Index, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment.yml, and an index that has half of what it names."""
    monkeypatch.setenv("UV_DEFAULT_INDEX", index.url())
    path = tmp_path / "environment.yml"
    path.write_text(
        "name: demo env\ndependencies:\n  - python>=3.10\n  - alpha=1.0\n  - ffmpeg\n  - no-such-name\n"
        "  - openssl\n  - pip:\n    - gamma\nprefix: /home/min/x\n"
    )
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "my project"
    made.mkdir()
    return made


def test_the_document(file: Path, folder: Path) -> None:
    told = json.loads(wizard("import", str(file), str(folder), "--dry-run", "--json").stdout)
    assert told["schema"] == 1
    assert (told["name"], told["requires_python"], told["torch"]) == ("demo env", ">=3.10", None)
    assert told["dependencies"] == ["alpha==1.0.*", "gamma"]
    piles = {pile: [row["from"] for row in told[pile]] for pile in ("mapped", "dropped", "undecided")}
    assert piles == {
        "mapped": ["python>=3.10", "alpha=1.0", "gamma"],
        "dropped": ["openssl"],
        "undecided": ["ffmpeg", "no-such-name"],
    }
    assert list(folder.iterdir()) == []


def test_a_name_that_makes_no_address_is_not_asked_for(tmp_path: Path, file: Path, folder: Path) -> None:
    (tmp_path / "requirements.txt").write_text("alpha\n" + "x" * 70_000)
    told = json.loads(wizard("import", str(tmp_path / "requirements.txt"), str(folder), "--dry-run", "--json").stdout)
    assert "alpha" in told["dependencies"]


def test_without_yes_nothing_is_written(file: Path, folder: Path) -> None:
    done = wizard("import", str(file), str(folder), check=4)
    assert "taken over: 3" in done.stdout
    assert "dependencies = [" in done.stdout
    assert list(folder.iterdir()) == []


def test_a_project_that_locks_and_syncs_and_can_be_taken_back(file: Path, folder: Path) -> None:
    told = json.loads(
        wizard("import", str(file), str(folder), "--yes", "--json").stdout
    )  # one document, as all that look
    assert (told["name"], told["run"]["exit_code"], told["run"]["diagnosis"]) == ("demo env", 0, None)
    found = events(wizard("attach", told["run"]["id"], "--json").stdout)
    assert [event["id"] for event in of(found, "step") if event["state"] == "done"] == ["import", "lock"]
    assert found[-1]["exit_code"] == 0
    project = parse((folder / "pyproject.toml").read_bytes())["project"]
    assert project["name"] == "demo-env"
    assert project["dependencies"] == ["alpha==1.0.*", "gamma"]
    wizard("apply", str(folder), "--yes", "--set", "verify.require=cpu")
    wizard("undo", "--yes")  # nothing of the sync is a file of the user's: this is the import
    assert {path.name for path in folder.iterdir()} <= {".venv"}


@pytest.mark.long
def test_an_existing_project_keeps_what_it_has(file: Path, folder: Path) -> None:
    pyproject = folder / "pyproject.toml"
    before = (
        '# mine\n[project]\nname = "mine"\nversion = "1"\nrequires-python = ">=3.9"\n'
        'dependencies = [\n  "alpha>=0.5", # as it is\n]\n'
    )
    pyproject.write_text(before)
    done = wizard("import", str(file), str(folder), "--yes")
    after = pyproject.read_text()
    assert '"alpha>=0.5", # as it is' in after
    assert "gamma" in after
    assert after.startswith("# mine\n")
    assert "alpha>=0.5 stays; the file asks for alpha==1.0.*" in done.stdout
    assert "requires-python >=3.9 stays" in done.stdout
    assert "uv run --with jupyter jupyter lab" in done.stdout
    assert "source " in done.stdout or "activate.ps1" in done.stdout
    wizard("import", str(file), str(folder), "--yes")
    assert pyproject.read_text() == after
    wizard("undo", "--yes")
    assert pyproject.read_text() == before


@pytest.mark.same_everywhere
@pytest.mark.parametrize("text", ["dependencies: [", "dependencies: [python=2.7]\n", ""])
def test_bad_input_writes_nothing(tmp_path: Path, folder: Path, text: str) -> None:
    path = tmp_path / "e.yml"
    path.write_text(text)
    done = wizard("import", str(path), str(folder), "--yes", check=2)
    assert done.stderr.startswith("uv-wizard: ")
    assert done.stderr.count("\n") == 1
    assert list(folder.iterdir()) == []
