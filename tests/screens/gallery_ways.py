"""The gallery's states before anything runs: what was found, what is chosen, what is measured."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from screens.walk import Walk
from tests.screens.frozen import HOME, NOW, OWN_UV, FrozenWay, project, server
from tests.screens.made_up import GIB
from wizard.diagnosis import Context, diagnose
from wizard.language import said
from wizard.lock_forecast import hangs_on
from wizard.machine.facts import CondaEnvironment, Gpu, Libc, Machine
from wizard.mirrors import kept
from wizard.mirrors.command import state_folder
from wizard.mirrors.record import Kind, Measurement, MirrorResult
from wizard.plan.forecast import Forecast, Need, Place
from wizard.project.place import Place as Where
from wizard.run.lock_preview import LockFailed

if TYPE_CHECKING:
    from textual.app import App

MIB = 1024**2
NEW_DRIVER = "595.71.05"
WITHOUT_TORCH = """[project]
name = "vision"
version = "1"
requires-python = ">=3.11"
dependencies = ["rich"]
"""


def found() -> Walk:
    """A driver too old for the lock, conda's uv first in every shell, a full disk."""
    return Walk(FrozenWay(project(), server()))


def looking() -> Walk:
    """Half of the facts are still being looked up."""
    known = replace(server(), gpus=None, nvidia_driver=None, network=None, uv_in_shells=None)
    return Walk(FrozenWay(project(), known, pending=("gpus", "network", "shells")))


def sound_way(**choices: object) -> FrozenWay:
    """Nothing stands in the way: an own uv, a new driver, a large disk."""
    known = replace(
        server(), uv=(OWN_UV,), uv_in_shells=(), conda=None, nvidia_driver=NEW_DRIVER, environment={"PATH": f"{HOME}/.local/bin"},
        filesystems=tuple(replace(one, free_bytes=412 * GIB) for one in server().filesystems or ()),
    )  # fmt: skip
    return FrozenWay(project(), known, choices)


def sound() -> Walk:
    """A machine and a project with which all is well."""
    return Walk(sound_way())


def no_project() -> Walk:
    """A folder without a project, and two environments of conda."""
    kept_there = (
        CondaEnvironment("base", f"{HOME}/miniconda3", 9 * GIB),
        CondaEnvironment("asr", f"{HOME}/asr", 3 * GIB),
    )
    return Walk(FrozenWay(None, replace(server(), conda_environments=kept_there)))


class _AtHome(FrozenWay):
    def read(self) -> None:
        super().read()
        from wizard.language import said

        self.place = Where("home", said("In your home folder, a project holds for every folder below it"))


def home() -> Walk:
    """Started in the home folder."""
    return Walk(_AtHome(None, server(), path=HOME))


def with_cache() -> Walk:
    """A new cache folder is chosen, and the old one lies where it was."""
    return Walk(FrozenWay(project(), server(), {"settings.cache-dir": "/data/min/uv-cache"}))


def wrong_cache() -> Walk:
    """A cache folder is chosen that can't be used."""
    return Walk(FrozenWay(project(), server(), {"settings.cache-dir": "/mnt/nas/cache"}))


def settled() -> Walk:
    """All that is recommended was taken."""
    choices = {"settings.cache-dir": "/data/min/uv-cache", "torch.variant": "cu126", "uv.install": "standalone"}
    return Walk(FrozenWay(project(), server(), choices))


def no_lock() -> Walk:
    """A project without a lock."""
    way = sound_way()
    return Walk(FrozenWay(project(WITHOUT_TORCH, lock=False), way.machine))


# mirrors


def _source(name: str, rate: float | None, answer: float, behind: float | None = 0.0, **more: Any) -> MirrorResult:
    return MirrorResult(
        name, "https://mirror.example/simple", True, answer, None if rate is None else rate * MIB, behind, **more
    )


SOURCES: dict[Kind, tuple[MirrorResult, ...]] = {
    "pypi": (
        _source("bfsu", 10.3, 18), _source("tuna", 9.8, 21), _source("aliyun", 7.2, 24, 3.0),
        _source("official", 1.1, 212, None, official=True),
        MirrorResult("ustc", "https://mirror.example", False, 30.0, why_not=said("a web page, not a package index")),
    ),
    "pytorch": (_source("pytorch-nju", 8.1, 31), _source("pytorch-official", 0.6, 240, None, official=True)),
    "python": (
        _source("python-official-github", 2.4, 198, None, official=True),
        MirrorResult("python-nju", "https://mirror.example", False, 31.0,
                     why_not=said("has no {name} ({status})", name="cpython-3.12.11.tar.gz", status=404)),
    ),
}  # fmt: skip


def measured() -> Walk:
    """All sources were measured two minutes ago, and the best are taken."""
    for kind, results in SOURCES.items():
        best = next((one.id for one in results if one.ok), None)
        kept.store(state_folder(), Measurement(kind, results, best, NOW - 130, 1, "pygments"))
    way = found().way
    for kind in ("pypi", "pytorch"):
        way.choose(f"mirrors.{kind}", SOURCES[kind][0].id)
    return Walk(way)


def none_answers() -> Walk:
    """No source answered."""
    for kind, results in SOURCES.items():
        silent = tuple(replace(one, ok=False, bytes_per_s=None, why_not=said("no such host")) for one in results)
        kept.store(state_folder(), Measurement(kind, silent, None, NOW - 130, 1, "pygments"))
    return found()


def measuring(app: App[Any]) -> None:
    """Some sources have answered, others are waited for."""
    screen: Any = app.screen
    known = screen.measuring
    known._begun, known.running = 1000.0 - 5.0, {"pypi", "pytorch", "python"}
    some = {
        "pypi": (SOURCES["pypi"][1], SOURCES["pypi"][3], replace(SOURCES["pypi"][0], bytes_per_s=None, state="sound")),
        "pytorch": SOURCES["pytorch"][1:],
        "python": SOURCES["python"][:1],
    }
    known.results = {kind: {one.id: one for one in results} for kind, results in some.items()}
    screen.redraw()


# torch


def _torch(known: Machine, text: str = "") -> Callable[[], Walk]:
    return lambda: Walk(FrozenWay(project(text) if text else project(), known))


def _cards(driver: str | None, *cards: Gpu) -> Machine:
    return replace(server(), gpus=cards, nvidia_driver=driver)


_RTX = Gpu("nvidia", "NVIDIA GeForce RTX 3090", "8.6", None, 24576)
TORCH: dict[str, Callable[[], Walk]] = {
    "old-driver": _torch(server()),
    "runs": _torch(_cards(NEW_DRIVER, _RTX)),
    "no-gpu": _torch(_cards(None)),
    "old-card": _torch(_cards("580.65.06", Gpu("nvidia", "NVIDIA GeForce GTX 1080", "6.1", None, 8192))),
    "two-cards": _torch(_cards("550.54.14", _RTX, Gpu("nvidia", "NVIDIA GeForce GTX 680", "3.0", None, 2048))),
    "nothing-fits": _torch(_cards("470.82.01", _RTX)),
    "no-answer": _torch(_cards(None, _RTX)),
    "old-system": _torch(replace(server(), libc=Libc("glibc", "2.17"))),
    "musl": _torch(replace(server(), libc=Libc("musl", "1.2"))),
    "amd": _torch(_cards(None, Gpu("amd", "AMD Radeon RX 7900 XTX", None, "gfx1100", 24576))),
    "mac": _torch(replace(_cards(None, Gpu("apple", "Apple M2", None, None, None)), os="macos", arch="aarch64", libc=None)),
    "none": lambda: Walk(FrozenWay(replace(project(), torch=None), server())),
}  # fmt: skip


# review


def _forecast(free: float) -> Forecast:
    disk = Place("environment", "/data/min/vision/.venv", "data", "/data", int(free * GIB))
    need = Need(disk, int(5.2 * GIB), int(6.1 * GIB), 21_000, 24_000)
    return Forecast(31, 31, (int(2.8 * GIB), int(2.8 * GIB)), (), (need,))


def fits() -> Forecast:
    """2.8 GiB, and room for them."""
    return _forecast(1800)


def does_not_fit() -> Forecast:
    """2.8 GiB, and no room."""
    return _forecast(4.1)


def trying_the_lock(app: App[Any]) -> None:
    """uv lock is tried in a copy, for twelve seconds so far."""
    screen: Any = app.screen
    key = hangs_on(screen.way, screen.plan)
    screen.trial._key, screen.trial._stop, screen.trial._began = key, threading.Event(), 1000.0 - 12.0
    screen.redraw()


def lock_failed(app: App[Any]) -> None:
    """uv lock, tried in a copy, has found no package of a name."""
    screen: Any = app.screen
    told = "Because numpi was not found in the package registry and your project depends on numpi, we can conclude"
    error = LockFailed(diagnose(f"  x No solution found when resolving dependencies:\n  |-> {told} that\n", Context()))
    screen.trial._key, screen.trial.failed = hangs_on(screen.way, screen.plan), error
    screen.redraw()
    screen.query_one("#steps").highlighted = 0


__all__ = ["SOURCES", "TORCH"]
