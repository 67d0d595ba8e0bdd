"""Every screen and state of the wizard by name, made up and standing still, in any size and language.

`async with opened("sync", size=(80, 24), language="ko") as (app, pilot)` in a test; by hand, printed or as a picture:

python -m tests.screens.gallery                          # the names
python -m tests.screens.gallery sync --language ko       # that screen as text; --size 120x40; --svg for an SVG
"""

from __future__ import annotations

import asyncio
import sys
import time
from argparse import ArgumentParser
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.screens import gallery_asked, gallery_runs, gallery_ways
from tests.screens.frozen import standing_still
from tests.screens.running import rows_of
from wizard.plan.forecast import Forecast

if TYPE_CHECKING:
    from textual.app import App
    from textual.pilot import Pilot

    from screens.walk import Walk

PATIENCE_S = 30.0


@dataclass(frozen=True)
class Shown:
    """`make`: the walk that is shown; `at`: its screen; `keys`: pressed there; `top`: what is to lie on top then.

    `then`: done to the app once the screen stands, before the keys; `fetched`: what the sync of the plan would fetch.
    """

    make: Callable[[], Walk]
    at: str = "start"
    keys: tuple[str, ...] = ()
    top: str = ""
    then: Callable[[App[Any]], None] | None = None
    fetched: Callable[[], Forecast] | None = None

    @property
    def kind(self) -> str:
        """`screen`, `sheet` or `page`."""
        return self.top.partition(" ")[0] or "screen"


_asked, _ways, _runs = gallery_asked, gallery_ways, gallery_runs
STATES: dict[str, Shown] = {
    "start": Shown(_ways.found),
    "start-looking": Shown(_ways.looking),
    "start-sound": Shown(_ways.sound),
    "start-no-project": Shown(_ways.no_project),
    "start-home": Shown(_ways.home),
    "start-many": Shown(_asked.many),
    "uv": Shown(_ways.found, "uv"),
    "uv-own": Shown(_ways.sound, "uv"),
    "settings": Shown(_ways.with_cache, "settings"),
    "settings-empty": Shown(_ways.sound, "settings"),
    "settings-wrong": Shown(_ways.wrong_cache, "settings"),
    "mirrors": Shown(_ways.found, "mirrors"),
    "mirrors-measuring": Shown(_ways.found, "mirrors", then=_ways.measuring),
    "mirrors-measured": Shown(_ways.measured, "mirrors"),
    "mirrors-none": Shown(_ways.none_answers, "mirrors"),
    **{f"torch-{name}": Shown(make, "torch") for name, make in _ways.TORCH.items()},
    "review": Shown(_ways.settled, "review"),
    "review-sync": Shown(_ways.sound, "review", fetched=_ways.fits),
    "review-no-room": Shown(_ways.sound, "review", fetched=_ways.does_not_fit),
    "review-no-lock": Shown(_ways.no_lock, "review"),
    "review-trying": Shown(_ways.settled, "review", then=_ways.trying_the_lock),
    "review-lock-fails": Shown(_ways.settled, "review", then=_ways.lock_failed),
    "sync-before": Shown(_runs.at_a_step_before, "sync"),
    "sync": Shown(_runs.in_the_middle, "sync"),
    "sync-begins": Shown(_runs.begins, "sync"),
    "sync-no-total": Shown(_runs.no_total, "sync"),
    "sync-silent": Shown(_runs.no_data, "sync"),
    "sync-retry": Shown(_runs.waits, "sync"),
    "sync-installs": Shown(_runs.installs, "sync"),
    "sync-builds": Shown(_runs.builds, "sync"),
    "sync-failed": Shown(_runs.full_disk, "sync"),
    "sync-unknown": Shown(_runs.unknown, "sync"),
    "sync-stopped": Shown(_runs.stopped, "sync"),
    "verify": Shown(_runs.checking, "verify"),
    "verify-green": Shown(_runs.green, "verify"),
    "verify-no-torch": Shown(_runs.green_without_torch, "verify"),
    "verify-failed": Shown(_runs.short, "verify"),
    "runs": Shown(_runs.several, "runs"),
    "help": Shown(_ways.settled, "torch", ("f1",), "sheet"),
    "help-screen": Shown(_ways.found, "settings", ("up", "f1", "f1"), "sheet"),
    "quit": Shown(_runs.in_the_middle, "sync", ("ctrl+q",), "sheet"),
    "stop": Shown(_runs.in_the_middle, "sync", ("s",), "sheet"),
    "edit": Shown(_ways.found, "uv", ("e",), "sheet"),
    "options": Shown(_ways.with_cache, "settings", ("o",), "sheet"),
    "options-mirrors": Shown(_ways.measured, "mirrors", ("o",), "sheet"),
    "extras": Shown(_ways.settled, "review", ("e",), "sheet"),
    "palette": Shown(_ways.settled, "torch", ("ctrl+p",), "sheet"),
    "interrupted": Shown(_runs.interrupted, "start", (), "sheet"),
    "undo": Shown(_runs.green, "verify", (), "sheet", _runs.undo_asked),
    "join": Shown(_ways.settled, "review", (), "sheet", _asked.joining),
    "right-name": Shown(_asked.misspelt, "sync", ("2",), "sheet"),
    "folder": Shown(_asked.many, "start", ("up", "end", "up", "enter"), "sheet"),
    "folder-wrong": Shown(_asked.many, "start", ("up", "end", "up", "enter", "end", *"-x", "enter"), "sheet"),
    "own-folder": Shown(_ways.home, "start", ("enter",), "sheet"),
    "new-project": Shown(_ways.no_project, "start", ("up", "down", "enter"), "sheet"),
    "clone": Shown(_asked.many, "start", (), "sheet", _asked.clone_asked),
    "clone-failed": Shown(_asked.many, "start", ("enter",), "sheet", _asked.clone_refused),
    "cloning": Shown(_asked.many, "start", (), "sheet", _asked.cloning),
    "keep": Shown(_asked.keeping_way, "settings", (), "sheet", _asked.keeping),
    "colours": Shown(_ways.found, "uv", (), "sheet", _asked.colours),
    "by-hand": Shown(_asked.by_hand_way, "settings", ("c",), "sheet"),
    "log": Shown(_runs.in_the_middle, "sync", ("l",), "page"),
    "search": Shown(_runs.in_the_middle, "sync", ("l", "slash"), "page"),
    "diff": Shown(_ways.settled, "review", ("d",), "page"),
    "findings": Shown(_ways.found, "start", ("a",), "page"),
    "all-mirrors": Shown(_ways.measured, "mirrors", ("a",), "page"),
    "all-variants": Shown(_ways.settled, "torch", ("a",), "page"),
    "other-variant": Shown(_ways.settled, "torch", ("up", "end", "enter"), "page"),
    "checks": Shown(_runs.short, "verify", ("a",), "page"),
    "cloned": Shown(_asked.many, "start", ("enter",), "page", _asked.clone_asked),
    "import": Shown(_ways.no_project, "start", (), "page", _asked.importing),
    "import-line": Shown(_ways.no_project, "start", ("up", *["down"] * 5), "page", _asked.importing),
    "torch-details": Shown(_ways.settled, "torch", ("d",), "page"),
}
SIZES = {"80x24": (80, 24), "120x40": (120, 40)}
LANGUAGES = ("en", "zh-CN", "ko")


@asynccontextmanager
async def opened(
    name: str, size: tuple[int, int] = (80, 24), language: str = "en"
) -> AsyncIterator[tuple[App[Any], Pilot[Any]]]:
    """The app in that state, at rest: what it shows is the same whenever and wherever it is asked for."""
    state = STATES[name]
    with standing_still(language, state.fetched() if state.fetched else None):
        walk = state.make()
        app = _app(walk, state.at)
        async with app.run_test(size=size) as pilot:
            await at_rest(app, pilot)
            if state.at not in ("start", "runs"):
                app.show(state.at)  # type: ignore[attr-defined]  # only the list of runs has no other screens
                await until(pilot, lambda: app.screen.id == state.at and app.focused is not None)
                await at_rest(app, pilot)
            if state.then is not None:
                state.then(app)
                await at_rest(app, pilot)
            for key in state.keys:
                await pilot.press(key)
                await at_rest(app, pilot)
            yield app, pilot
            app.screen.set_focus(None)


def _app(walk: Walk, at: str) -> App[Any]:
    if at == "runs":
        from screens.attach import AttachApp

        assert walk.run is not None
        chosen, walk.run, walk.state = walk.run, None, None
        return AttachApp(walk, chosen, listed=True)
    from screens.app import WizardApp

    return WizardApp(walk)


async def until(pilot: Pilot[Any], holds: Callable[[], bool]) -> None:
    """Waits for a condition, not for a time."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, "\n".join(rows_of(pilot.app))
        await pilot.pause()
        await asyncio.sleep(0.01)


async def at_rest(app: App[Any], pilot: Pilot[Any]) -> None:
    """Nothing is looked up any more, and two looks in a row see the same."""
    before: list[str] = []

    def still() -> bool:
        nonlocal before
        now = rows_of(app)
        same, before = now == before, now
        return bool(now) and same and not any(worker.is_running for worker in app.workers)

    await pilot.pause()
    await until(pilot, still)


async def _main(name: str, size: tuple[int, int], language: str, *, svg: bool) -> str:
    async with opened(name, size, language) as (app, _):
        return app.export_screenshot(title=name) if svg else "\n".join(rows_of(app))


if __name__ == "__main__":
    parser = ArgumentParser(prog="python -m tests.screens.gallery")
    parser.add_argument("name", nargs="?", choices=STATES)
    parser.add_argument("--size", default="80x24")
    parser.add_argument("--language", default="en", choices=LANGUAGES)
    parser.add_argument("--svg", action="store_true")
    asked = parser.parse_args()
    if asked.name is None:
        sys.stdout.write("\n".join(STATES) + "\n")
    else:
        width, height = map(int, asked.size.split("x"))
        sys.stdout.write(asyncio.run(_main(asked.name, (width, height), asked.language, svg=asked.svg)) + "\n")
