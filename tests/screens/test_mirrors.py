"""The mirrors screen: nothing is measured unasked, what is kept is shown, a choice stays a choice."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from screens.mirrors import MirrorsScreen
from screens.planned import PlannedScreen
from tests.screens.running import make_folder, showing, shows, text_of, until
from tests.support.index import Index, Status
from wizard.choices import Choices
from wizard.errors import BadInput
from wizard.mirrors import catalogue, kept
from wizard.mirrors.command import OnResult, state_folder
from wizard.mirrors.record import Kind, Measurement, MirrorResult
from wizard.project.facts import Project

pytestmark = pytest.mark.same_everywhere

MIB = 1024**2


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path)


def keep(*results: MirrorResult, age: float = 130.0) -> None:
    """A measurement of this week."""
    best = max((one for one in results if one.ok), key=lambda one: one.bytes_per_s or 0.0, default=None)
    kept.store(
        state_folder(), Measurement("pypi", results, best.id if best else None, time.time() - age, 1, "pygments")
    )


def sound(name: str, rate: float, answer: float, *, official: bool = False) -> MirrorResult:
    return MirrorResult(name, "https://x.example", True, answer, rate * MIB, 0.0, official=official)


async def test_nothing_is_measured_unasked(folder: Path) -> None:
    async with showing(folder, at="mirrors") as (app, pilot):
        await until(pilot, shows(app, "In force: all from the official sources"))
        text = text_of(app)
        assert "Not measured. F5 measures, at most 1" in text
        assert "packages   (*) official   -            -        -        -" in text
        assert isinstance(app.screen, MirrorsScreen)
        assert not [worker for worker in app.workers if "measure" in worker.name]
        await pilot.press("enter")
        await until(pilot, shows(app, "5/8 torch"))
        assert app.walk.way.choices.origin("mirrors.pypi") == "default"


async def test_what_was_measured_this_week_is_shown_at_once(folder: Path) -> None:
    keep(
        sound("bfsu", 10.3, 18),
        sound("tuna", 9.8, 21),
        sound("official", 1.1, 212, official=True),
        MirrorResult("ustc", "https://y.example", False, 30.0, why_not="not an index"),
    )
    async with showing(folder, at="mirrors") as (app, pilot):
        await until(pilot, shows(app, "Measured 2 min ago."))
        text = text_of(app)
        assert "packages   ( ) BFSU       10.3 MiB/s    18 ms   0 h      + ok" in text
        assert "           ( ) TUNA        9.8 MiB/s    21 ms   0 h      + ok" in text
        assert "           (*) official    1.1 MiB/s   212 ms   -        + ok" in text


async def test_a_row_is_taken_for_its_kind_and_what_it_is_worth_is_told(folder: Path) -> None:
    keep(sound("bfsu", 10.3, 18), sound("official", 1.1, 212, official=True))
    async with showing(folder, at="mirrors") as (app, pilot):
        await until(pilot, shows(app, "( ) BFSU"))
        await pilot.press("up", "home", "space")
        await until(pilot, shows(app, "(*) BFSU"))
        assert app.walk.way.choices.said("mirrors.pypi") == ("bfsu", "screen")
        assert app.walk.way.choices.origin("mirrors.python") == "default"
        assert " + For this project about " in text_of(app)


async def test_none_answers(folder: Path) -> None:
    keep(*(MirrorResult(one, "https://x.example", False, why_not="no such host") for one in ("tuna", "official")))
    async with showing(folder, at="mirrors") as (app, pilot):
        await until(pilot, shows(app, "x error    No source answers, the official one neither."))
        assert "Screen 1" not in text_of(app), "it says nothing of the network here"
        await pilot.press("enter")
        await until(pilot, shows(app, "5/8 torch"))


async def test_none_answers_and_nobody_can_say_the_official_address(folder: Path) -> None:
    keep(*(MirrorResult(one, "https://x.example", False, why_not="no such host") for one in ("tuna", "bfsu")))
    async with showing(folder, at="mirrors") as (app, pilot):
        told = "x error    No mirror answers; the official one is measured once uv is here."
        await until(pilot, shows(app, told))
        assert "the official one neither" not in text_of(app)


async def test_all_sources_on_a_page(folder: Path) -> None:
    async with showing(folder, at="mirrors", size=(120, 40)) as (app, pilot):
        await until(pilot, shows(app, "In force"))
        await pilot.press("a")
        await until(pilot, shows(app, "All sources"))
        offered = [one for one in catalogue.built_in().of("pypi") if one.offer]
        assert text_of(app).count("( )") + text_of(app).count("(*)") >= min(len(offered), 30)


async def test_all_that_was_found(folder: Path) -> None:
    """Why it failed in full, and of the sound ones what else was seen."""
    good = replace(sound("bfsu", 10.3, 18), checked=True, metadata_files=True, api="json", stale_hours=3.0)
    html = replace(sound("nju", 2.0, 30), metadata_files=False, api="html", files_host="cdn.example")
    failed = MirrorResult(
        "ustc", "https://y.example", False, 30.0, why_not="offers metadata that it does not have (404)"
    )
    keep(good, html, sound("official", 1.1, 212, official=True), failed)
    async with showing(folder, at="mirrors", size=(100, 30)) as (app, pilot):
        await until(pilot, shows(app, "Measured 2 min ago."))
        await pilot.press("a")
        await until(pilot, shows(app, "All sources"))
        text = text_of(app)
        assert "( ) BFSU       10.3 MiB/s  18 ms  checked, 3 h behind, metadata, JSON" in text
        assert "( ) NJU         2.0 MiB/s  30 ms  not checked, no metadata, HTML, files from cdn" in text
        assert "( ) USTC       x offers metadata that it does not have (404)" in text


@pytest.mark.parametrize(
    "typed, told",
    [
        ("mirror.example/simple", "x error    Address for packages: mirrors.pypi = 'mirror.example/simple' is"),
        (
            "https://me:secret@mirror.example/simple",
            "x error    Address for packages: Leave name and password out of the",
        ),
    ],
)
async def test_an_address_that_will_not_do_is_refused_where_it_was_typed(folder: Path, typed: str, told: str) -> None:
    async with showing(folder, at="mirrors") as (app, pilot):
        await until(pilot, shows(app, "In force"))
        await pilot.press("o")
        await until(pilot, shows(app, "An address of your own"))
        await pilot.press(*typed)
        await pilot.press("tab", "tab", "tab", "enter")
        await until(pilot, shows(app, told))
        assert app.walk.way.choices.origin("mirrors.pypi") == "default"
        assert "secret" not in next(row for row in text_of(app).splitlines() if "x error" in row)


async def test_an_address_of_ones_own_becomes_a_row(folder: Path) -> None:
    async with showing(folder, at="mirrors") as (app, pilot):
        await until(pilot, shows(app, "In force"))
        await pilot.press("o")
        await until(pilot, shows(app, "An address of your own"))
        await pilot.press(*"https://mirror.example/simple")
        await pilot.press("enter", "enter")
        await until(pilot, shows(app, "(*) mirror ..."))
        assert app.walk.way.choices.text("mirrors.pypi") == "https://mirror.example/simple"


@pytest.mark.long
async def test_how_far_a_mirror_is_to_reach(folder: Path) -> None:
    async with showing(folder, at="mirrors") as (app, pilot):
        await until(pilot, shows(app, "In force"))
        await pilot.press("o")
        await until(pilot, shows(app, "[ ] also write it into pyproject.toml: your team gets it"))
        await pilot.press("tab", "tab", "space", "down", "space")
        await until(pilot, shows(app, "[*] for every project: breaks --locked elsewhere"))
        await pilot.press("tab", "enter")
        await until(pilot, lambda: app.walk.way.choices.flag("mirrors.persist"))
        assert app.walk.way.choices.said("mirrors.scope") == ("project", "screen")
        assert app.walk.way.choices.origin("mirrors.pypi") == "default"
        await pilot.press("o")
        await until(pilot, shows(app, "[*] also write it"))
        await pilot.press("tab", "tab", "space", "escape")  # left as it was
        await until(pilot, lambda: not shows(app, "An address of your own")())
        assert app.walk.way.choices.text("mirrors.scope") == "project"


@pytest.mark.long
@pytest.mark.parametrize(
    "body, told",
    [
        (b"<html><a href=/login>sign in</a></html>", "That address answers with a web page, not with a package index."),
        (None, "! warning  That address does not answer: no connection. It stays chosen."),
    ],
)
async def test_an_address_of_ones_own_is_looked_at(folder: Path, body: bytes | None, told: str) -> None:
    with Index() as index:
        if body is not None:
            index.fault("/simple", Status(200, {"Content-Type": "text/html"}, body))
        url = index.url()
        if body is None:
            index._server.shutdown()
            index._server.server_close()
        async with showing(folder, at="mirrors") as (app, pilot):
            await until(pilot, shows(app, "In force"))
            assert isinstance(app.screen, MirrorsScreen)
            app.screen.choose("pypi", url)
            await until(pilot, shows(app, told))
            kept = app.walk.way.choices.text("mirrors.pypi")
        assert kept == (url if body is None else "official")


async def test_one_that_failed_is_not_taken(folder: Path) -> None:
    keep(
        sound("official", 1.1, 212, official=True),
        MirrorResult("ustc", "https://y.example", False, 30.0, why_not="not an index"),
    )
    async with showing(folder, at="mirrors") as (app, pilot):
        await until(pilot, shows(app, "Measured 2 min ago."))
        assert isinstance(app.screen, MirrorsScreen)
        app.screen.choose("pypi", "ustc")
        await until(pilot, shows(app, "x error    USTC: not an index"))
        assert app.walk.way.choices.origin("mirrors.pypi") == "default"


async def test_measuring_is_shown_as_it_comes_and_holds_nobody_up(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The network is a gate here: what mirrors answer is tested where they are measured."""
    gate = threading.Event()
    best, slow = sound("bfsu", 10.3, 18), sound("official", 1.1, 212, official=True)

    def measured(
        kind: Kind, project: Project | None, choices: Choices, uv: str | None, *, on_result: OnResult
    ) -> Measurement:
        if kind == "python":
            raise BadInput("no uv here says which file that is")
        on_result(slow)
        assert gate.wait(60)
        on_result(best)
        return Measurement(kind, (best, slow), "bfsu", time.time(), 1, "pygments")

    monkeypatch.setattr("screens.measuring.measure_kind", measured)
    async with showing(folder, at="mirrors") as (app, pilot):
        await until(pilot, shows(app, "Not measured."))
        await pilot.press("f5")
        await until(pilot, shows(app, "Measuring: 1 of "))
        text = text_of(app)
        assert "(*) official    1.1 MiB/s   212 ms   -        + ok" in text
        assert ". waiting" in text
        await pilot.press("enter")
        await until(pilot, shows(app, "5/8 torch"))
        await pilot.press("escape")
        await until(pilot, shows(app, "Measuring: 1 of "))
        gate.set()
        await until(pilot, shows(app, "Recommended: packages from BFSU"))
        assert app.walk.way.choices.said("mirrors.pypi") == ("bfsu", "screen")
        assert "packages   (*) BFSU       10.3 MiB/s    18 ms   0 h      + ok" in text_of(app)
        assert "Measured just now." in text_of(app)


async def test_the_review_waits_for_what_is_measured_and_takes_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its plan was made before the mirror was known: started as it was, it would have run without."""
    gate = threading.Event()
    best = sound("bfsu", 10.3, 18)

    def measured(kind: Kind, *_: object, **__: object) -> Measurement:
        assert gate.wait(60)
        return Measurement(kind, (best,), "bfsu" if kind == "pypi" else None, time.time(), 1, "pygments")

    monkeypatch.setattr("screens.measuring.measure_kind", measured)
    async with showing(folder, at="mirrors") as (app, pilot):
        app.walk.way.locks_first = True
        await until(pilot, shows(app, "Not measured."))
        await pilot.press("f5")
        await until(pilot, shows(app, "Measuring: 0 of "))
        app.show("review")
        await until(pilot, shows(app, ". measuring the mirrors"))
        assert "[ Start when ready ]" in text_of(app)
        gate.set()
        await until(pilot, shows(app, "[ Start: "))
        assert app.walk.way.choices.said("mirrors.pypi") == ("bfsu", "screen")
        assert isinstance(app.screen, PlannedScreen)
        assert app.screen.plan == app.walk.way.plan()


async def test_leaving_while_it_measures_waits_for_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()

    def measured(kind: Kind, *_: object, **__: object) -> Measurement:
        gate.wait(60)
        return Measurement(kind, (), None)

    monkeypatch.setattr("screens.measuring.measure_kind", measured)
    async with showing(folder, at="mirrors") as (app, pilot):
        await until(pilot, shows(app, "Not measured."))
        await pilot.press("f5")
        await until(pilot, shows(app, "Measuring: 0 of "))
        await pilot.press("ctrl+q")
    assert not gate.is_set()
    assert app.return_value == 0
    gate.set()
