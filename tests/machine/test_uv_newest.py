"""The newest uv, as an index on 127.0.0.1 says: asked once a day, unknown where nobody answers."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.support.faults import Status
from tests.support.index import Index
from tests.support.wheels import wheel
from wizard.machine.facts import UvSource
from wizard.machine.pip_index import index_of_pip
from wizard.machine.pip_there import has_pip
from wizard.machine.request import ProbeRequest
from wizard.machine.uv_index import index_of_uv
from wizard.machine.uv_newest import newest, releases

needs_pip = pytest.mark.skipif(not has_pip(sys.executable), reason="this Python has no pip")


def asked(url: str | None, **more: str) -> UvSource | None:
    path = os.environ["PATH"]  # a uv is on it: nobody's installer is asked for
    environment = {"PATH": path, "UV_WIZARD_STATE_DIR": os.environ["UV_WIZARD_STATE_DIR"], **more}
    found: UvSource | None = newest(ProbeRequest(environment=environment, index_url=url)).facts["uv_source"]
    return found


@pytest.mark.parametrize("html", [False, True])
def test_asked_once_a_day(index: Index, html: bool) -> None:
    index.add(*(wheel("uv", version, tag="py3-none-any") for version in ("0.9.30", "0.13.8", "0.14.0rc1", "0.13.10")))
    if html:
        index.html_only()
    for _ in range(2):
        told = asked(index.url())
        assert told is not None
        assert (told.newest, told.versions, told.installer) == ("0.13.10", ("0.13.10", "0.13.8", "0.9.30"), None)
    assert len(index.requests("/uv/")) == 1
    asked(index.copy())
    assert len(index.requests("/uv/")) == 2, "another index is another answer"


@pytest.mark.parametrize("fault, why", [(Status(503), "503"), (None, "no uv|404")])
def test_no_answer_is_unknown_and_remembered_for_a_while(index: Index, fault: Status | None, why: str) -> None:
    if fault is not None:
        index.fault("/uv/", fault)
    for _ in range(2):
        told = asked(index.url())
        assert told is not None
        assert told.newest is None
        assert told.why_not is not None
        assert any(word in told.why_not for word in why.split("|"))
    assert len(index.requests("/uv/")) == 1


def test_nothing_is_asked_offline_or_without_an_address(index: Index) -> None:
    assert asked(index.url(), UV_OFFLINE="1") is None
    told = asked(None)
    assert told is not None
    assert told.newest is None
    assert not index.requests("/uv/")


@needs_pip
def test_without_a_uv_the_index_that_pip_goes_by_is_asked(
    index: Index, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bare machine: no uv, and no variable of uv's; pip alone knows where packages come from here."""
    index.add(wheel("uv", "0.13.8", tag="py3-none-any"))
    monkeypatch.setattr("wizard.machine.uv_newest.found", lambda _: [])  # not even the one that the tests bring
    around = {**os.environ, "PIP_INDEX_URL": index.url()}
    told: UvSource = newest(ProbeRequest(environment=around), 120.0).facts["uv_source"]
    assert told is not None
    assert (told.newest, told.why_not) == ("0.13.8", None)
    (home / "odd").mkdir()
    nowhere = ProbeRequest(environment={**os.environ, "PIP_INDEX_URL": os.fspath(home / "odd")})
    assert index_of_pip(nowhere, 120.0) is None, "a folder is no address to ask"


@needs_pip
@pytest.mark.parametrize("variable", ["PIP_NO_INDEX=1", "PIP_INDEX_URL=http://me:secret@127.0.0.1:9/simple"])
def test_pip_is_not_asked_for_what_it_does_not_ask_or_does_not_tell(variable: str) -> None:
    """It masks a sign-in: with what is left of it, an account would be tried with a wrong password."""
    name, _, value = variable.partition("=")
    around = {**os.environ, "PIP_INDEX_URL": "http://127.0.0.1:9/simple"}
    assert index_of_pip(ProbeRequest(environment=around), 120.0) == "http://127.0.0.1:9/simple"
    assert index_of_pip(ProbeRequest(environment={**around, name: value}), 120.0) is None


def test_a_torn_note_is_asked_anew(index: Index, home: Path) -> None:
    index.add(wheel("uv", "0.13.8", tag="py3-none-any"))
    folder = Path(os.environ["UV_WIZARD_STATE_DIR"])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "uv-newest.json").write_text('{"index": 1, "at": "x"')
    told = asked(index.url())
    assert told is not None
    assert told.newest == "0.13.8"


def test_a_release_that_was_taken_back_is_none() -> None:
    html = (
        '<a href="/uv-0.13.8-py3-none-win_amd64.whl#sha256=0">uv-0.13.8-py3-none-win_amd64.whl</a>'
        '<a data-yanked="" href="/uv-0.13.9-py3-none-win_amd64.whl">uv-0.13.9-py3-none-win_amd64.whl</a>'
        '<a href="/uv-0.14.0.tar.gz">uv-0.14.0.tar.gz</a>'
    )
    assert releases(html.encode()) == ["0.13.8"]
    assert releases(b'{"files": [{"filename": "uv-1.0.0-py3-none-any.whl", "yanked": "broken"}]}') == []
    assert releases(b"<html>log in first</html>") == []


def config(folder: Path, index: Index) -> dict[str, str]:
    """A user's uv.toml that names the index."""
    (folder / "uv").mkdir(parents=True)
    (folder / "uv" / "uv.toml").write_text(f'[[index]]\nurl = "{index.url()}"\ndefault = true\n')
    return {"APPDATA" if os.name == "nt" else "XDG_CONFIG_HOME": os.fspath(folder)}


def test_where_nothing_names_an_index_uv_is_asked_for_its_own(index: Index, tmp_path: Path, home: Path) -> None:
    index.add(wheel("uv", "0.13.10", tag="py3-none-any"))
    more = {"HOME": os.fspath(home), **config(tmp_path / "config", index)}
    told = asked(None, **more)
    assert told is not None
    assert told.newest == "0.13.10"
    assert asked(None, **more, PATH=os.fspath(tmp_path)) is not None, "a uv is found beside this program, too"


def test_uv_is_asked_in_the_project(index: Index, uv: Path, tmp_path: Path) -> None:
    (tmp_path / "uv.toml").write_text(f'index-url = "{index.url()}"\n')
    request = ProbeRequest(project=os.fspath(tmp_path), environment={**os.environ, "UV_CACHE_DIR": "", "UV_PYTHON": ""})
    assert (index_of_uv(os.fspath(uv), request, 10.0) or "").rstrip("/") == index.url().rstrip("/")
    (tmp_path / "uv.toml").write_text("index-url = [")
    assert index_of_uv(os.fspath(uv), request, 10.0) is None
    assert index_of_uv(os.fspath(tmp_path / "none"), request, 10.0) is None


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_nobody_else_may_look_where_it_is_remembered(index: Index, tmp_path: Path) -> None:
    index.add(wheel("uv", "0.13.8", tag="py3-none-any"))
    asked(index.url(), UV_WIZARD_STATE_DIR=os.fspath(tmp_path / "state"))
    assert (tmp_path / "state" / "uv-newest.json").exists()
    assert (tmp_path / "state").stat().st_mode & 0o077 == 0
