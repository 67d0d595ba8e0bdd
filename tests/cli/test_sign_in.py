"""Indexes that ask who is there, by the command line: it works, and no secret lies or shows anywhere."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command import events, of, wizard
from tests.support.index import Index
from tests.support.often import every
from tests.support.projects import Project, make_project, stock
from tests.support.wheels import wheel

pytestmark = pytest.mark.same_everywhere

USER, SECRET = "some-body", "s3cret/w@rd"
WRITTEN = "s3cret%2Fw%40rd"
FILES = ["alpha-1.0-py3-none-any.whl", "beta-1.1-py3-none-any.whl"]


@pytest.fixture
def private() -> Iterator[Index]:
    with Index(credentials=(USER, SECRET)) as running:
        stock(running)
        running.add(wheel("pygments", size=100_000))
        yield running


def with_sign_in(url: str) -> str:
    return url.replace("://", f"://{USER}:{WRITTEN}@")


def told_nowhere(*texts: str) -> None:
    """Neither in what was printed nor in any file of the state folder, logs and jobs and journals included."""
    state = Path(os.environ["UV_WIZARD_STATE_DIR"])
    kept = [path.read_bytes() for path in state.rglob("*") if path.is_file()]
    for secret in (SECRET, WRITTEN):
        assert not [text for text in texts if secret in text]
        assert not [data for data in kept if secret.encode() in data]


@pytest.mark.parametrize("door", every(3, ["set", "choices", "project"]))
def test_a_mirror_with_its_sign_in_in_the_address(
    private: Index, index: Index, project: Project, tmp_path: Path, door: str
) -> None:
    address, argv = with_sign_in(private.url()), ["sync", str(project.path), "--json"]
    if door == "set":
        argv += ["--set", f"mirrors.pypi={address}"]
    elif door == "choices":
        (tmp_path / "choices.toml").write_text(f'[mirrors]\npypi = "{address}"\n', "utf-8")
        argv += ["--choices", str(tmp_path / "choices.toml")]
    else:
        text = project.pyproject.read_text("utf-8") + f'\n[tool.uv-wizard.mirrors]\npypi = "{address}"\n'
        project.pyproject.write_text(text, "utf-8")
    lock = project.lock.read_bytes()
    index.forget()
    done = wizard(*argv)
    assert (index.files(), private.files()) == ([], FILES)
    assert project.lock.read_bytes() == lock
    assert private.url() in done.stdout
    told_nowhere(done.stdout, done.stderr)


@pytest.fixture
def closed(private: Index, tmp_path: Path, uv: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project whose lock names an index that asks; uv has fetched nothing of it yet."""
    made = make_project(tmp_path / "closed", private, uv, env={"UV_DEFAULT_INDEX": with_sign_in(private.url())})
    assert SECRET not in made.lock.read_text("utf-8")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "another cache"))
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    return made


@pytest.mark.parametrize(
    "environment",
    [
        {"UV_DEFAULT_INDEX": "SIGNED"},
        {"UV_INDEX_URL": "SIGNED"},
        {"UV_DEFAULT_INDEX": "company=PLAIN", "UV_INDEX_COMPANY_USERNAME": USER, "UV_INDEX_COMPANY_PASSWORD": SECRET},
    ],
    ids=["in the default index", "by its older name", "of a named index"],
)
def test_the_locks_own_index_asks(
    private: Index, closed: Project, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our sync puts the lock's own address in the place of these; their sign-ins stay."""
    for name, value in environment.items():
        url = private.url()
        monkeypatch.setenv(name, value.replace("SIGNED", with_sign_in(url)).replace("PLAIN", url))
    private.forget()
    done = wizard("sync", str(closed.path), "--json")
    assert private.files() == FILES
    told_nowhere(done.stdout, done.stderr)


def test_nobody_knows_the_sign_in(closed: Project) -> None:
    found = events(wizard("sync", str(closed.path), "--json", check=1).stdout)
    assert of(found, "diagnosis")[0]["cause"] == "index-credentials"


def test_looking_and_planning_tell_no_secret(private: Index, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", with_sign_in(private.url()))
    monkeypatch.setenv("UV_INDEX_COMPANY_PASSWORD", SECRET)
    argv = [str(project.path), "--set", f"mirrors.pypi={with_sign_in(private.url())}"]
    for command in ("doctor", "plan", "torch"):
        for more in ([], ["--json"]):
            done = wizard(command, *argv, *more)
            told_nowhere(done.stdout, done.stderr)
    done = wizard("export", "choices", *argv, "--dry-run")
    assert f'pypi = "{private.url()}"' in done.stdout
    told_nowhere(done.stdout, done.stderr)


def test_a_catalogue_with_sign_ins(private: Index, tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    entry = f'[[mirror]]\nid = "m"\nkind = "pypi"\nurl = "{with_sign_in(private.url())}"\n[probe]\npypi = "pygments"\n'
    file.write_text(entry, "utf-8")
    done = wizard("mirrors", "--catalog", str(file), "--json")
    (one,) = json.loads(done.stdout)["mirrors"]
    assert (one["ok"], one["checked"], one["url"]) == (True, True, private.url())
    told_nowhere(done.stdout, done.stderr)


@pytest.mark.parametrize(
    "value",
    [
        "some-body:s3cret@host.test/simple",
        "https://some-body:s3/cret@host.test/simple",
        "ftp://some-body:s3cret@x.test",
    ],
)
def test_an_address_that_is_none_is_refused_without_its_secret(value: str) -> None:
    done = wizard("plan", "--set", f"mirrors.pypi={value}", check=2)
    assert "mirrors.pypi" in done.stderr
    assert "s3" not in done.stderr
    assert value.rpartition("@")[2].partition("/")[0] in done.stderr


@pytest.mark.parametrize(
    "address, way",
    [
        ("https://{}@company.example.test/simple", "uv auth login company.example.test"),
        ("http://{}@company.example.test/simple", "a line for company.example.test in ~/.netrc"),
        ("https://company.example.test/simple", None),
    ],
)
@pytest.mark.parametrize("choice", ["persist=true", "scope=project"])
def test_an_index_that_is_written_down_is_without_its_sign_in(
    project: Project, address: str, way: str | None, choice: str
) -> None:
    url = address.format(f"{USER}:{WRITTEN}")
    argv = ["--set", f"mirrors.pypi={url}", "--set", f"mirrors.{choice}", "--json"]
    text = wizard("plan", str(project.path), *argv).stdout
    notes = [note for step in json.loads(text)["steps"] for note in step["notes"] if "not written down" in note]
    assert len(notes) == (way is not None)
    assert way is None or f"keep it once: {way}." in notes[0]
    told_nowhere(text)
