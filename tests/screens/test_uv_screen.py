"""The uv screen at 80x24: what is here, who runs it, what is the newest, what is wrong with what is typed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.screens.made_up import MadeUpWay, machine
from tests.screens.running import asked, rows_of, shows, text_of, until
from tests.screens.test_frame import on
from wizard.advice.uv import UvWay, advise, candidates
from wizard.machine.facts import FoundUv, NetworkFact, UvInShell, UvSource
from wizard.plan.install_uv import plan_uv
from wizard.plan.step import Plan

pytestmark = pytest.mark.same_everywhere

CONDA = FoundUv("/home/min/miniconda3/bin/uv", "0.9.30", "conda")
CARGO = FoundUv("/home/min/.cargo/bin/uv", "0.8.24", "cargo")
OWN = FoundUv("/home/min/.local/bin/uv", "0.13.8", "standalone")
SHELLS = tuple(UvInShell(name, start, CONDA.path) for name in ("bash", "zsh") for start in ("interactive", "login"))


class RealAdvice(MadeUpWay):
    """The made-up machine with the advice that the real one gets."""

    def __init__(self, *found: FoundUv, pending: tuple[str, ...] = (), **more: Any) -> None:
        environment = {"PATH": ":".join(one.path.removesuffix("/uv") for one in found)}
        folders = {**machine().folders, "uv_bin": "/home/min/.local/bin"}
        known = replace(machine(), uv=found, environment=environment, folders=folders, **more)
        super().__init__(pending, known=known)

    def candidates_of_uv(self) -> tuple[UvWay, ...]:
        return candidates(self.machine, self.project, self.choices, "/usr/bin/python3")

    def why(self, key: str) -> tuple[str, ...]:
        said = advise(self.machine, self.project, self.choices, "/usr/bin/python3").reasons
        return tuple(reason.why for reason in said if reason.choice == key)


@pytest.mark.parametrize("reached", [True, False])
async def test_a_uv_of_conda_serves_and_one_of_your_own_is_recommended(reached: bool) -> None:
    """Enter takes what is recommended; where it may be out of reach, what serves stays."""
    network = NetworkFact(212.0 if reached else None)
    way = RealAdvice(
        CONDA, CARGO, uv_in_shells=SHELLS, uv_source=UvSource("0.13.8", ("0.13.8",), False), network=network
    )
    async with on("uv", way=way) as (app, _):
        text = text_of(app)
        assert "Recommended: install uv 0.13.8 into ~/.local/bin" in text
        assert "+ The uv found here, 0.9.30, is part of conda and is gone when base is off" in text
        new, kept = ("(*)", "( )") if reached else ("( )", "(*)")
        assert f"{new} from a package index   recommended" in text
        assert f"{kept} keep uv 0.9.30         possible      works only while base is active" in text
        assert "( ) official installer     not reached   astral.sh does not answer" in text
        assert "0.9.30   ~/miniconda3/bin/uv  conda       first in bash and zsh" in text
        assert "0.8.24   ~/.cargo/bin/uv      cargo       never reached" in text
        as_it_is = " As it is: keep uv 0.9.30. Up leads to the list, Enter takes a row."
        assert (as_it_is in text) == (not reached)
        assert len(text.splitlines()) == 24
        assert way.choices.said("uv.install") == (("index", "advice") if reached else ("auto", "default"))


async def test_a_reason_goes_on_below_where_there_is_room_for_it() -> None:
    far = FoundUv("/opt/company/tools/python/environments/uv-of-everybody/bin/uv", "0.13.8", "pip")
    async with on("uv", way=RealAdvice(far, conda=None)) as (app, _):
        assert " ..." not in "".join(rows_of(app)[6:9])
        assert "is needed" in text_of(app)


async def test_a_choice_of_a_new_one_says_what_becomes_of_the_old_ones() -> None:
    way = RealAdvice(CONDA, CARGO, uv_in_shells=SHELLS)
    async with on("uv", way=way) as (app, pilot):
        way.choose("uv.install", "standalone")
        app.screen.redraw()  # type: ignore[attr-defined] # every step screen has it
        await until(pilot, shows(app, "(*) official installer"))
        assert "All stay as they are. New shells find conda's first." in text_of(app)
        way.choose("settings.conda-auto-activate", "off")
        app.screen.redraw()  # type: ignore[attr-defined]
        await until(pilot, shows(app, "All stay as they are. New shells will find the new uv first."))


@pytest.mark.parametrize(
    "others, told",
    [
        ((), "~/.local/bin/uv becomes the new one; undo brings it back."),
        ((CARGO,), "undo brings it back. The others stay."),
    ],
)
async def test_where_the_new_one_comes_in_the_place_of_the_old_it_says_so(
    others: tuple[FoundUv, ...], told: str
) -> None:
    way = RealAdvice(OWN, *others, conda=None)
    async with on("uv", way=way) as (app, pilot):
        way.choose("uv.install", "standalone")
        app.screen.redraw()  # type: ignore[attr-defined]
        await until(pilot, shows(app, told))
        assert "New shells" not in text_of(app)


class RealPlan(RealAdvice):
    """With the step that brings the uv, where one does."""

    def plan(self) -> Plan:
        step = plan_uv(self.machine, self.project, self.choices, "/usr/bin/python3").step
        return Plan((step,) if step else ())


async def test_where_the_version_that_is_wanted_is_here_nothing_becomes_of_it() -> None:
    way = RealPlan(OWN, conda=None)
    way.choose("uv.install", "standalone")
    way.choose("uv.version", "0.13.8")
    async with on("uv", way=way) as (app, pilot):
        await until(pilot, shows(app, "It stays as it is."))
        assert "New shells" not in text_of(app)


async def test_conda_s_comes_first_also_where_the_new_one_takes_the_place_of_the_old() -> None:
    way = RealPlan(CONDA, OWN, uv_in_shells=SHELLS)
    way.choose("uv.install", "standalone")
    async with on("uv", way=way) as (app, pilot):
        await until(pilot, shows(app, "~/.local/bin/uv becomes the new one; undo brings it back. The others stay."))
        assert "! conda's own uv comes first in every new shell." in text_of(app)


@pytest.mark.parametrize(
    "source, told",
    [
        (UvSource("0.13.8", ("0.13.8",)), "Nothing to decide: uv 0.13.8 is here, is your own and is the newest."),
        (None, "Nothing to decide: uv 0.13.8 is here, is your own and is new enough."),
        (UvSource(None, (), None, "no answer in time"), "? newest unknown (no answer in time); 0.13.8 is the newest"),
        (UvSource("0.14.0", ("0.14.0",)), "+ 0.14.0 is the newest; the one here is 0.13.8"),
        (UvSource("0.14.0", ("0.14.0",)), "update uv 0.13.8       possible      the way it came: uv's installer"),
    ],
)
async def test_the_newest_is_told_or_said_to_be_unknown(source: UvSource | None, told: str) -> None:
    async with on("uv", way=RealAdvice(OWN, uv_source=source)) as (app, _):
        assert told in text_of(app)


async def test_while_it_is_looked_up() -> None:
    way = RealAdvice(OWN, pending=("newest", "shells"))
    async with on("uv", way=way) as (app, _):
        text = text_of(app)
        assert "newest: . looking" in text
        assert "standalone  . asking the shells" in text


async def test_a_version_that_the_project_does_not_take() -> None:
    way = RealAdvice(OWN)
    assert way.project is not None
    way.project = replace(way.project, required_uv=">=0.12")
    async with on("uv", way=way) as (app, pilot):
        await pilot.press("e")
        await until(pilot, asked(app))
        await pilot.press(*"0.11.3", "enter", "enter")
        await until(pilot, shows(app, "x error    Version: This project asks for uv >=0.12"))
        assert way.choices.text("uv.version") == ""


async def test_wide_terminals_show_what_each_shell_runs() -> None:
    silent = UvInShell("fish", "interactive", None, "it did not answer in 5 s")
    way = RealAdvice(OWN, CONDA, uv_in_shells=(*SHELLS, silent, UvInShell("nu", "login", None)))
    async with on("uv", way=way, size=(140, 40)) as (app, _):
        text = text_of(app)
        assert "zsh at log-in  ~/miniconda3/bin/uv" in text
        assert "? fish" in text
        assert "nu at log-in   none" in text


async def test_conda_s_start_is_switched_off_by_a_and_left_by_a() -> None:
    way = RealAdvice(CONDA, CARGO, OWN, uv_in_shells=SHELLS, uv_source=UvSource("0.14.0", ("0.14.0",)))
    async with on("uv", way=way) as (app, pilot):
        assert "! conda's own uv comes first in every new shell. A switches that off." in text_of(app)
        await pilot.press("a")
        await until(pilot, shows(app, "conda's base will start only when asked for."))
        assert way.choices.said("settings.conda-auto-activate") == ("off", "screen")
        await pilot.press("a")
        await until(pilot, shows(app, "A switches that off."))
        assert way.choices.text("settings.conda-auto-activate") == "keep"
        assert " By hand:" in text_of(app).splitlines()[-4]


async def test_where_conda_does_not_start_by_itself_nothing_is_said_of_it() -> None:
    way = RealAdvice(OWN, conda=None)
    async with on("uv", way=way) as (app, pilot):
        assert "conda's" not in text_of(app)
        await pilot.press("a")
        assert way.choices.origin("settings.conda-auto-activate") == "default"


async def test_one_that_nobody_keeps_a_record_of_is_not_told_as_a_riddle() -> None:
    placed = FoundUv("/home/min/.local/bin/uv", "0.13.8", "unknown")
    async with on("uv", way=RealAdvice(placed, conda=None)) as (app, _):
        assert "0.13.8   ~/.local/bin/uv  on its own" in text_of(app)
