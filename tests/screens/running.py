"""The app on a run that a test writes by hand."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual._context import visible_screen_stack
from textual.widgets import Input

from screens.app import WizardApp
from screens.asking import FieldSheet
from screens.walk import Walk
from tests.support.torch_project import NOTHING
from wizard.machine.facts import Machine
from wizard.way import Way

if TYPE_CHECKING:
    from textual.app import App
    from textual.pilot import Pilot

    from tests.support.recorded import Recorded

DEADLINE = 60.0


def make_folder(folder: Path) -> Path:
    """A project folder without a lock."""
    text = '[project]\nname = "vision"\nversion = "1"\nrequires-python = ">=3.10"\n'
    (folder / "pyproject.toml").write_text(text)
    return folder


@asynccontextmanager
async def showing(
    folder: Path,
    recorded: Recorded | None = None,
    size: tuple[int, int] = (80, 24),
    *,
    at: str = "sync",
    machine: Machine = NOTHING,
) -> AsyncIterator[tuple[WizardApp, Pilot[int]]]:
    """The app with that screen on top, following that run."""
    app = WizardApp(Walk(Way(str(folder), machine=machine)))
    async with app.run_test(size=size) as pilot:
        if recorded is not None:
            app.walk.started(recorded.run)
        app.show(at)
        await pilot.pause()
        try:
            yield app, pilot
        finally:
            if recorded is not None and not (app.walk.state and app.walk.state.finished):
                recorded.close()


async def until(pilot: Pilot[Any], holds: Callable[[], bool]) -> None:
    """Waits for a condition, not for a time."""
    deadline = time.monotonic() + DEADLINE
    while not holds():
        assert time.monotonic() < deadline, text_of(pilot.app)
        await asyncio.sleep(0.02)
        await pilot.pause()


def rows_of(app: App[Any]) -> list[str]:
    """All rows that are painted, in the whole width."""
    visible_screen_stack.set(
        app._background_screens
    )  # as Textual does before it draws; else an older one shines through
    return [strip.text for strip in app.screen._compositor.render_strips()]


def text_of(app: App[Any]) -> str:
    """All rows that are painted, as text."""
    return "\n".join(row.rstrip() for row in rows_of(app))


def shows(app: App[Any], text: str) -> Callable[[], bool]:
    """Whether that text is painted, as a condition."""
    return lambda: text in text_of(app)


def asked(app: App[Any]) -> Callable[[], bool]:
    """Whether a sheet with fields is there and hears what is typed."""
    return lambda: isinstance(app.screen, FieldSheet) and isinstance(app.focused, Input)


__all__ = ["DEADLINE", "NOTHING", "asked", "make_folder", "rows_of", "showing", "shows", "text_of", "until"]
