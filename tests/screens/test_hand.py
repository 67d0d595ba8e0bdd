"""The speed of the hand: nothing is asked twice for going forth and back, and no screen waits for a fact that is late."""

from __future__ import annotations

import gc
import os
import subprocess
import threading
import weakref
from typing import Any

import pytest
from textual.widget import Widget

from screens import measuring
from screens.app import WizardApp
from screens.help_sheet import HelpSheet
from screens.measuring import Measuring
from screens.mirrors import MirrorsScreen
from screens.walk import Walk
from tests.screens.gallery import opened
from tests.screens.running import make_folder, shows, text_of, until
from tests.support.index import Index
from tests.support.projects import Project
from tests.support.torch_project import NOTHING
from wizard.errors import WizardError
from wizard.machine import probe
from wizard.machine.probe import Probe, Probing
from wizard.machine.request import Answer, ProbeRequest
from wizard.mirrors.record import Measurement
from wizard.way import Way

pytestmark = pytest.mark.same_everywhere

FORTH = ("uv", "settings", "mirrors", "torch", "review")
BACK = (*reversed(FORTH[:-1]), "start")


class Asked:
    """What was started: probes, children, measurements."""

    def __init__(self) -> None:
        self.probes: list[ProbeRequest] = []
        self.children: list[object] = []
        self.measurements: list[object] = []

    @property
    def all(self) -> tuple[int, int, int]:
        return len(self.probes), len(self.children), len(self.measurements)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    found = Asked()
    start, popen, begin = probe.start, subprocess.Popen.__init__, Measuring.begin

    def started(request: ProbeRequest, **named: Any) -> Probing:
        found.probes.append(request)
        return start(request, **named)

    def opened(self: Any, *given: Any, **named: Any) -> None:
        found.children.append(given[0] if given else named.get("args"))
        popen(self, *given, **named)

    def begun(self: Measuring, *given: Any) -> None:
        found.measurements.append(given)
        begin(self, *given)

    monkeypatch.setattr(probe, "start", started)
    monkeypatch.setattr(subprocess.Popen, "__init__", opened)
    monkeypatch.setattr(Measuring, "begin", begun)
    return found


@pytest.mark.long
async def test_going_forth_and_back_asks_nothing_twice(
    project: Project, index: Index, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHELL", "/bin/bash")
    way = Way(os.fspath(project.path))
    app = WizardApp(Walk(way))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: way.machine.uv is not None and not way.pending)

        async def walk() -> None:
            for key, names in (("ctrl+n", FORTH), ("escape", BACK)):
                for name in names:
                    await pilot.press(key)
                    await until(pilot, lambda: app.screen.id == name and app.focused is not None)  # noqa: B023 - awaited at once
                    await until(pilot, lambda: not app.workers._workers)

        await walk()
        once, requests = asked.all, len(index.requests())
        assert once[0] == 1
        await walk()
        assert asked.all == once, asked.children[once[1] :]
        assert len(index.requests()) == requests
        await pilot.press("f5")
        await until(pilot, lambda: len(asked.probes) == 2)
        await until(pilot, lambda: not way.pending)


@pytest.mark.long
async def test_what_could_not_be_measured_is_not_measured_at_each_visit(
    tmp_path_factory: pytest.TempPathFactory, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> Measurement:
        raise WizardError("no source answers")

    monkeypatch.setattr(measuring, "measure_kind", fails)
    way = Way(os.fspath(make_folder(tmp_path_factory.mktemp("far"))), machine=NOTHING)
    way.choose("mirrors.pypi", "fastest")
    app = WizardApp(Walk(way))
    async with app.run_test(size=(80, 24)) as pilot:
        app.show("mirrors")
        await until(pilot, shows(app, "no source answers"))
        app.show("torch")
        await until(pilot, lambda: app.screen.id == "torch" and app.focused is not None)
        visits: list[None] = []
        entered = MirrorsScreen.on_entered

        def visited(screen: MirrorsScreen) -> None:
            entered(screen)
            visits.append(None)

        monkeypatch.setattr(MirrorsScreen, "on_entered", visited)
        app.show("mirrors")
        await until(pilot, lambda: len(visits) == 1)
        assert len(asked.measurements) == 1
        await pilot.press("f5")
        assert len(asked.measurements) == 2


async def test_a_probe_that_hangs_keeps_no_screen_waiting(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = threading.Event()

    def hangs(_: ProbeRequest) -> Answer:
        free.wait(60)
        return Answer({})

    real = probe.probes

    def some_hang(request: ProbeRequest, **named: Any) -> tuple[Probe, ...]:
        return tuple(
            Probe(one.name, hangs, 60.0) if one.name in {"gpus", "network", "shells", "newest"} else one
            for one in real(request, **named)
        )

    monkeypatch.setattr(probe, "probes", some_hang)
    way = Way(os.fspath(make_folder(tmp_path_factory.mktemp("hangs"))))
    app = WizardApp(Walk(way))
    try:
        async with app.run_test(size=(80, 24)) as pilot:
            await until(pilot, lambda: len(way.pending) == 4)
            await until(pilot, shows(app, "GPU        . looking"))
            rows = text_of(app)
            assert "Machine    . looking" not in rows, "what has answered stands"
            assert "Disk       . looking" not in rows
            assert "4 facts are still being looked up" in rows
            for name in FORTH:
                await pilot.press("ctrl+n")
                await until(pilot, lambda: app.screen.id == name)  # noqa: B023 - awaited at once
            assert len(way.pending) == 4, "nobody waited"
            free.set()
            await until(pilot, lambda: not way.pending)
    finally:
        free.set()


async def test_a_closed_page_is_cleared_away_before_the_next_key() -> None:
    """Not by Python while a page opens and a key waits, and with all that Textual remembers of its widgets."""
    async with opened("start") as (app, pilot):
        gc.disable()
        try:
            await pilot.press("f1")
            await until(pilot, lambda: isinstance(app.screen, HelpSheet))
            shown = [weakref.ref(one._styles_cache) for one in app.screen.walk_children(Widget)]
            await pilot.press("escape")
            await until(pilot, lambda: not any(one() for one in shown))
        finally:
            gc.enable()


async def test_what_the_screens_are_made_of_is_not_looked_through_again_and_again(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    gc.unfreeze()
    app = WizardApp(Walk(Way(os.fspath(make_folder(tmp_path_factory.mktemp("cold"))), machine=NOTHING)))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: gc.get_freeze_count() > 50_000)
