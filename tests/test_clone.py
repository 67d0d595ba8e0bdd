"""A git address: told from a folder, cloned without running anything, shown before it is used."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from screens.app import WizardApp
from screens.text_page import TextPage
from screens.walk import Walk
from tests.screens.running import NOTHING, shows, text_of, until
from tests.support.projects import Project
from wizard.address import folder_for, is_address
from wizard.clone import about, clone
from wizard.errors import BadInput, WizardError
from wizard.machine.facts import Machine
from wizard.project.read import read_project
from wizard.way import Way


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the base class' name
        pass


@pytest.fixture
def address(project: Project, tmp_path: Path) -> Iterator[str]:
    """The project in a repository on loopback, with a hook that would leave a mark where it ran."""
    source, bare = tmp_path / "source", tmp_path / "served" / "Vision Lab.git"
    identity = ["-c", "user.name=x", "-c", "user.email=x@example.test", "-c", "commit.gpgsign=false"]

    def git(*words: str, at: Path = tmp_path) -> None:
        subprocess.run(["git", *identity, *words], cwd=at, check=True, capture_output=True)

    git("init", "-q", str(source))
    for name in ("pyproject.toml", "uv.lock"):
        (source / name).write_bytes((project.path / name).read_bytes())
    (source / ".gitattributes").write_text("* filter=evil\n")
    git("add", "-A", at=source)
    git("commit", "-qm", "one", at=source)
    git("clone", "-q", "--bare", str(source), str(bare))
    git("update-server-info", at=bare)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(tmp_path / "served")))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/Vision%20Lab.git"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.same_everywhere
@pytest.mark.parametrize(
    "text, expected",
    [
        ("https://git.example.test/lab/vision", True),
        ("git+https://git.example.test/lab/vision.git#main", True),
        ("ssh://git@git.example.test:2222/lab/vision", True),
        ("git@git.example.test:lab/vision.git", True),
        ("/home/me/vision", False),
        ("C:\\Users\\me\\vision", False),
        ("vision", False),
        ("file:///etc/passwd", False),
        ("ext::sh -c id", False),
        ("https://", False),
        ("--upload-pack=id", False),
        ("http://[", False),
    ],
)
def test_an_address_is_told_from_a_folder(text: str, expected: bool) -> None:
    assert is_address(text) is expected


@pytest.mark.same_everywhere
@pytest.mark.parametrize(
    "address, name",
    [
        ("https://git.example.test/lab/vision.git", "vision"),
        ("git@git.example.test:vision", "vision"),
        ("https://git.example.test/lab/..", "project"),
        ("https://git.example.test/lab/a%20b c/#main", "a-b-c"),
    ],
)
def test_the_folder_has_the_repository_s_name(address: str, name: str) -> None:
    assert folder_for(address, "/w") == str(Path("/w", name))


@pytest.mark.wine_cannot("there is no git in it")
def test_cloned_and_told(address: str, tmp_path: Path) -> None:
    target = tmp_path / "cloned here"
    clone(address, str(target), os.environ)
    found = read_project(target)
    assert found is not None
    told = "\n".join(about(found, str(target), Machine(os="linux", arch="x86_64")))
    assert "packages in uv.lock, from\n  http://127.0.0.1" in told
    assert "Built from source here, which runs their code: " in told
    with pytest.raises(BadInput, match="not empty"):
        clone(address, str(target), os.environ)


@pytest.mark.wine_cannot("there is no git in it")
def test_what_can_not_be_cloned_is_one_line(address: str, tmp_path: Path) -> None:
    secret = address.replace("http://", "http://me:s3cret@").replace("Vision%20Lab", "none")
    with pytest.raises(WizardError) as caught:
        clone(secret, str(tmp_path / "x"), os.environ)
    assert "\n" not in str(caught.value)
    assert "s3cret" not in str(caught.value)
    with pytest.raises(BadInput):
        clone("ext::sh -c id", str(tmp_path / "x"), os.environ)
    assert not (tmp_path / "x").exists()


@pytest.mark.wine_cannot("there is no git in it")
async def test_on_the_screen(address: str, tmp_path: Path) -> None:
    where = tmp_path / "here"
    where.mkdir()
    app = WizardApp(Walk(Way(str(where), machine=NOTHING)))
    app.address = address
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, shows(app, "Clone it into which folder?"))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, TextPage))
        assert "What came into Vision-Lab" in text_of(app)
        assert "Nothing of it has been run." in text_of(app)
        await pilot.press("escape")
        await until(pilot, lambda: app.walk.way.project is not None)
        assert app.walk.way.path == str(where / "Vision-Lab")
