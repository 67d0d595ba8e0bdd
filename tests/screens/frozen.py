"""A machine, a project and a clock that stand still: what the screens show of them is the same on every machine.

Advice, findings and plan are the real ones; only what would be looked at (disks, servers, the time) is made up.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

from tests.screens.made_up import GIB, machine
from tests.support.torch_project import LOCK, PART, SIZES, WHEEL
from wizard.choices import Choices
from wizard.errors import WizardError
from wizard.language import said, use
from wizard.machine.facts import CacheFolder, FoundUv, Libc, Machine, UvInShell, UvSource
from wizard.machine.folder_size import FolderSize
from wizard.machine.try_folder import FolderTried, links_told
from wizard.plan.forecast import Forecast
from wizard.project.facts import Project
from wizard.project.place import Place
from wizard.project.read import read_project
from wizard.way import Way

NOW = 1763733774.0
"""21 November 2025, 14:02:54: the moment at which every screen stands still."""
HOME, WHERE = "/home/min", "/data/min/vision"
MANY, BELOW = "/data/min", ("asr", "ocr", "vision")
"""A folder of several projects, and theirs."""
LOST = "https://git.example.test/vision-lab/segment-anythink.git"
"""An address at which git finds nothing."""
CLOCKS = (
    "screens.run_screen", "screens.run_rows", "screens.rows", "screens.mirrors", "screens.attach", "screens.runs",
    "screens.measuring", "screens.lock_trial", "screens.quit_sheets", "wizard.mirrors.kept", "wizard.run.state",
    "wizard.told.run",
)  # fmt: skip
"""Modules that ask what time it is, and show it."""
LOCKED = (
    "numpy", "pillow", "torchvision", "filelock", "fsspec", "jinja2", "markupsafe", "mpmath", "networkx", "setuptools",
    "sympy", "triton", "typing-extensions", "nvidia-cublas", "nvidia-cuda-cupti", "nvidia-cuda-nvrtc",
    "nvidia-cuda-runtime", "nvidia-cudnn-cu13", "nvidia-cufft", "nvidia-cufile", "nvidia-curand", "nvidia-cusolver",
    "nvidia-cusparse", "nvidia-cusparselt-cu13", "nvidia-nccl-cu13", "nvidia-nvjitlink", "nvidia-nvshmem-cu13",
    "nvidia-nvtx", "rich",
)  # fmt: skip
"""With torch and the project itself: 31 packages."""
PYPROJECT = """[project]
name = "vision"
version = "1"
requires-python = ">=3.11"
dependencies = ["torch>=2.9"]

[project.optional-dependencies]
plots = ["rich"]
"""


def server() -> Machine:
    """Min's GPU server, with all that a probe finds there."""
    conda = "/home/min/miniconda3/bin/uv"
    shells = tuple(UvInShell(name, start, conda) for name in ("bash", "zsh") for start in ("interactive", "login"))
    return replace(
        machine(),
        libc=Libc("glibc", "2.35"),
        uv_source=UvSource("0.13.8", ("0.13.8",)),
        uv_in_shells=shells,
        cache=CacheFolder(f"{HOME}/.cache/uv", exists=True, marked=True),
        folders={**machine().folders, "uv_bin": f"{HOME}/.local/bin"},
        environment={"PATH": "/home/min/miniconda3/bin:/home/min/.cargo/bin:/usr/bin"},
    )


OWN_UV = FoundUv(f"{HOME}/.local/bin/uv", "0.13.8", "standalone")


def project(text: str = PYPROJECT, *, lock: bool = True) -> Project:
    """Min's project of 31 packages, read from real files and then moved to where Min has it."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "pyproject.toml").write_text(text, "utf-8")
        if lock:
            place = {"registry": "https://index.example/simple", "hash": "0" * 64}
            parts = "\n".join(PART.format(name=name, file=name.replace("-", "_"), **place) for name in LOCKED)
            wheels = "".join(
                WHEEL.format(tags=f"{python}-{python}-{tag}", size=size, **place)
                for python in ("cp311", "cp312", "cp313", "cp314")
                for tag, size in SIZES.items()
            )
            Path(folder, "uv.lock").write_text(LOCK.format(parts=parts, wheels=wheels, **place), "utf-8")
        found = read_project(folder, {})
    assert found is not None
    files = {f"{WHERE}/{os.path.basename(path)}": data for path, data in found.files.items()}
    return replace(found, path=WHERE, files=files, environment_path=f"{WHERE}/.venv", roomy=True)


class FrozenWay(Way):
    """The real way of a project that lies nowhere."""

    def __init__(
        self,
        found: Project | None,
        known: Machine,
        choices: Mapping[str, object] | None = None,
        pending: tuple[str, ...] = (),
        *,
        path: str = WHERE,
    ) -> None:
        self._there = found
        super().__init__(path, choices=Choices().with_values("screen", choices or {}), machine=known, environment={})
        self.path = path
        self.pending = pending

    def read(self) -> None:
        """Nothing lies on a disk."""
        self.project, self.place = self._there, Place()
        self._advise()

    def prepare(self) -> None:
        """Nothing is measured."""


def _tried(value: str, *_: object) -> FolderTried:
    """As wizard.machine.try_folder says it."""
    if value.startswith("/mnt/"):
        return FolderTried(
            said("not writable"), said("{who} may not write there. Choose a folder of your own.", who="min")
        )
    room = said("{size} free there", size="1.8 TiB")
    return FolderTried(
        said("{room}, {needed} needed", room=room, needed="6.1 GiB"), links=links_told(True, False, same_disk=True)
    )


def _below(path: str) -> tuple[str, ...]:
    """As wizard.project.nearby finds them."""
    return tuple(f"{MANY}/{name}" for name in BELOW) if path == MANY else ()


def _cloned(address: str, *_: object) -> None:
    """As wizard.clone fetches it."""
    if address == LOST:
        raise WizardError(said("git could not clone it: {what}", what=f"repository '{LOST}/' not found"))


def _clock() -> Any:
    """The time module at NOW, in no time zone."""
    return SimpleNamespace(
        time=lambda: NOW,
        monotonic=lambda: 1000.0,
        localtime=lambda seconds=NOW: time.gmtime(seconds),
        gmtime=time.gmtime,
        strftime=lambda form, when=None: time.strftime(form, time.gmtime(NOW) if when is None else when),
        strptime=time.strptime,
        mktime=time.mktime,
        sleep=time.sleep,
    )


_STANDS: Mapping[str, Any] = {
    **{f"{module}.time": _clock() for module in CLOCKS},
    "screens.settings.try_folder": _tried,
    "screens.settings.folder_size": lambda *_: FolderSize(int(1.3 * GIB), True),
    "screens.no_project.projects_below": _below,
    "screens.no_project.files_below": lambda *_: (),
    "wizard.project.place.may_write": lambda *_: True,
    "screens.cloning.clone": _cloned,
    "screens.cloning.read_project": lambda *_, **__: project(),
    **{f"wizard.{room}.elsewhere": lambda *_: "" for room in ("ways_out", "by_hand", "told.after")},
    "wizard.sync_forecast.look": None,
    "wizard.run.known._now": lambda one: replace(one, purposes=tuple(one.purposes)),
}
"""What stands still, or is made up, and what takes its place."""


@contextmanager
def standing_still(language: str = "en", fetched: Forecast | None = None) -> Iterator[Path]:
    """A home folder of its own, a clock that stands, nothing that looks at this machine. Yields the home folder."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        state = home / ".local" / "state" / "uv-wizard"
        state.mkdir(parents=True, mode=0o700)
        there = {
            "HOME": str(home), "USERPROFILE": str(home), "UV_WIZARD_STATE_DIR": str(state), "UV_WIZARD_LANG": language,
            "TERM": "xterm-256color", "COLORTERM": "truecolor",
        }  # fmt: skip
        stack.enter_context(mock.patch.dict(os.environ, there))
        for name in ("NO_COLOR", "TEXTUAL_THEME"):
            os.environ.pop(name, None)
        for target in _STANDS:  # a module first imported between two of them would keep the other's for good
            import_module(target.rpartition(".")[0])
        for target, instead in {**_STANDS, "wizard.sync_forecast.look": lambda *_, **__: fetched}.items():
            stack.enter_context(mock.patch(target, instead, create=target.endswith(".time")))
        use(language)
        try:
            yield home
        finally:
            use(None)
