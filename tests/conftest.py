"""Every test has a home of its own, knows nothing of this machine's settings and finds the locked uv on the PATH."""

from __future__ import annotations

import ctypes
import gc
import itertools
import os
import shutil
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from syrupy.data import SnapshotCollections
from syrupy.report import SnapshotReport
from uv import find_uv_bin

from tests.support.index import Index
from tests.support.projects import Project, interpreter, make_project, stock
from tests.support.sentences import said_by_faces
from tools.catalogues import compile_all
from wizard.language import use

if TYPE_CHECKING:
    from collections.abc import Iterator

# What decides how uv, Python or this program behave, and comes from whoever runs the tests.
_LEAKS = ("UV_", "PIP_", "CONDA", "_CE_", "XDG_", "VIRTUAL_ENV", "PYTHONHOME", "PYTHONWARNINGS")
_LEAKS_ANY_CASE = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
_LEAKS_EXACT = (
    "ACCESSIBLE",
    "GH_ACCESSIBLE_PROMPTER",
    "NO_COLOR",
    "FORCE_COLOR",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "COLUMNS",
    "LINES",
    "LANGUAGE",
    "LANG",
    "LC_MESSAGES",
)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Three to two processors: half of the time the tests wait, for a child or for a server."""
    return (_processors() * 3 + 1) // 2


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


# How long an example takes says how busy the machine is, not whether the code is right.
settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("here")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """The languages are compiled. Pictures are drawn anew all at once, those of the long tests too: none is forgotten."""
    compile_all(Path(__file__).resolve().parent.parent / "assets" / "languages")
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell starts what it puts into the background
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if config.getoption("update_snapshots", default=False):
        config.option.markexpr = ""
    else:  # which pictures are left over is asked of every test there is, for minutes; tests/screens knows it at once
        SnapshotReport.unused = property(lambda _: SnapshotCollections())  # type: ignore[method-assign,assignment]


def under_wine() -> bool:
    return sys.platform == "win32" and hasattr(ctypes.WinDLL("ntdll"), "wine_get_version")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    wine = under_wine()
    for item in items:
        for mark in item.iter_markers("wine_cannot"):
            if len(mark.args) != 1 or not isinstance(mark.args[0], str):
                raise pytest.UsageError(f"{item.nodeid}: wine_cannot takes what Wine can't do, in words")
            if wine:
                item.add_marker(pytest.mark.skip(reason=f"Wine can't: {mark.args[0]}"))


@pytest.fixture(scope="session")
def uv() -> Path:
    """The uv of tests/requirements.txt."""
    return Path(find_uv_bin())


@pytest.fixture(scope="session")
def _homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    base = tmp_path_factory.mktemp("homes")
    return (base / str(number) for number in itertools.count())


@pytest.fixture(scope="session")
def _no_newest(uv: Path) -> str:
    """What is remembered where the index that uv has built in did not answer: no test asks it for the newest uv."""
    from wizard.machine.request import ProbeRequest
    from wizard.machine.uv_index import index_of_uv
    from wizard.machine.uv_newest import remembered

    environment = {name: value for name, value in os.environ.items() if not name.startswith(_LEAKS)}
    index = index_of_uv(os.fspath(uv), ProbeRequest(environment=environment), 30.0)
    return remembered((index or "").rstrip("/"), [], "not asked in tests")


@pytest.fixture(autouse=True)
def home(_homes: Iterator[Path], uv: Path, _no_newest: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home folder, and an environment that knows no other. Not inside tmp_path: that stays empty."""
    folder = next(_homes)
    folder.mkdir()
    for name in list(os.environ):
        if name.startswith(_LEAKS) or name.lower() in _LEAKS_ANY_CASE or name in _LEAKS_EXACT:
            monkeypatch.delenv(name)
    places = {
        "HOME": "",
        "USERPROFILE": "",
        "APPDATA": "AppData/Roaming",
        "LOCALAPPDATA": "AppData/Local",
        "XDG_CONFIG_HOME": ".config",
        "XDG_CONFIG_DIRS": "etc",  # or uv reads the machine's own uv.toml
        "XDG_CACHE_HOME": ".cache",
        "XDG_DATA_HOME": ".local/share",
        "XDG_STATE_HOME": ".local/state",
        "UV_CACHE_DIR": "uv-cache",
        "UV_WIZARD_STATE_DIR": "wizard-state",
    }
    for name, place in places.items():
        monkeypatch.setenv(name, os.fspath(folder / place))
    (folder / "wizard-state").mkdir(mode=0o700)
    (folder / "wizard-state" / "uv-newest.json").write_text(_no_newest)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    use(None)  # the language is asked for anew
    monkeypatch.setenv("PATH", os.fspath(uv.parent) + os.pathsep + os.environ.get("PATH", ""))
    # The Python that runs the tests, and never a download.
    monkeypatch.setenv("UV_PYTHON", interpreter())
    monkeypatch.setenv("UV_PYTHON_DOWNLOADS", "never")
    return folder


@pytest.fixture
def bare(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without uv and a PATH that has none, of somebody whose shell is bash. POSIX only."""
    tools = home / "tools"
    tools.mkdir()
    for name in ("bash", "sh", "env", "printenv", "cat"):
        (tools / name).symlink_to(str(shutil.which(name)))
    monkeypatch.setenv("PATH", os.fspath(tools))
    monkeypatch.setenv("SHELL", os.fspath(tools / "bash"))
    monkeypatch.delenv("XDG_DATA_HOME")
    (home / ".bashrc").write_text("# mine\n")
    return home


@pytest.fixture(autouse=True)
def _thawed() -> Iterator[None]:
    """The screens freeze what they are made of. That is right for one start, and would keep every test's for ever."""
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True)
def _said() -> Iterator[None]:
    with said_by_faces():
        yield


@pytest.fixture
def index() -> Iterator[Index]:
    """An index on 127.0.0.1 with alpha, beta and gamma (`projects.stock`)."""
    with Index() as running:
        stock(running)
        yield running


@pytest.fixture
def project(tmp_path: Path, index: Index, uv: Path) -> Project:
    """A project that needs alpha, locked against `index`, not synced."""
    return make_project(tmp_path, index, uv)
