"""The app with a terminal that counts what is written to it, and keeps the picture that a real one would show."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from rich.cells import get_character_cell_size
from textual.drivers.headless_driver import HeadlessDriver
from textual.pilot import Pilot

from screens.app import WizardApp
from screens.walk import Walk
from wizard.way import Way

_MOVE = re.compile(r"\x1b\[(\d+);(\d+)H")
_CODES = re.compile(r"\x1b\[([0-9;]*)m")
_OTHER = re.compile(r"\x1b\[[0-9;?<>=]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\n")
BLANK = (" ", "")


class Picture:
    """What a terminal shows: for each row, (character, codes) of each cell. Knows moves, colours and wide letters."""

    def __init__(self, width: int, height: int) -> None:
        self.rows = [[BLANK] * width for _ in range(height)]
        self._at, self._codes = (0, 0), ""

    def write(self, data: str) -> None:
        """As a terminal would."""
        place = 0
        while place < len(data):
            if found := _MOVE.match(data, place):
                self._at = int(found[2]) - 1, int(found[1]) - 1
            elif found := _CODES.match(data, place):
                self._colour(found[1])
            elif not (found := _OTHER.match(data, place)):
                self._put(data[place])
            place = found.end() if found else place + 1

    def _colour(self, codes: str) -> None:
        codes = codes or "0"
        first, _, rest = codes.partition(";")
        if first == "0":
            self._codes = rest
        else:  # Textual ends each style, so that one is never added to another
            assert not self._codes, f"{codes} on top of {self._codes}"
            self._codes = codes

    def _put(self, char: str) -> None:
        x, y = self._at
        row, width = self.rows[y], get_character_cell_size(char)
        if not width:
            row[x - 1] = row[x - 1][0] + char, row[x - 1][1]
            return
        for place in range(x, min(len(row), x + width)):
            self._halve(row, place)
        row[x : x + width] = [(char, self._codes), *[("", self._codes)] * (width - 1)]
        self._at = x + width, y

    @staticmethod
    def _halve(row: list[tuple[str, str]], place: int) -> None:
        """A wide letter of which one half is written over is gone."""
        if row[place][0] == "" and place:
            row[place - 1] = BLANK
        if place + 1 < len(row) and row[place + 1][0] == "":
            row[place + 1] = BLANK

    @property
    def text(self) -> list[str]:
        """The rows as text."""
        return ["".join(char for char, _ in row).rstrip() for row in self.rows]


class CountingDriver(HeadlessDriver):
    """Takes what Textual would write to a terminal."""

    written: list[str]
    picture: Picture

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.written = []
        width, height = self._get_terminal_size()
        self.picture = Picture(width, height)

    @property
    def is_headless(self) -> bool:
        return False

    def write(self, data: str) -> None:
        self.written.append(data)
        self.picture.write(data)


class CountedApp(WizardApp):
    """The wizard on a terminal that counts."""

    def __init__(self, walk: Walk) -> None:
        super().__init__(walk)
        self.driver_class = CountingDriver

    def _watch_terminal(self, loop: object) -> None:
        """There is none."""

    @property
    def driver(self) -> CountingDriver:
        assert isinstance(self._driver, CountingDriver)
        return self._driver

    @property
    def bytes_written(self) -> int:
        """So far."""
        return sum(len(data.encode()) for data in self.driver.written)

    def forget(self) -> None:
        """Counts from here."""
        self.driver.written.clear()

    def resized(self, width: int, height: int) -> None:
        """Another terminal: nothing of the old picture is left."""
        self.driver.picture = Picture(width, height)


@asynccontextmanager
async def counted(
    way: Way, size: tuple[int, int] = (80, 24), *, low_bandwidth: bool = False
) -> AsyncIterator[tuple[CountedApp, Pilot[int]]]:
    """The app of that way, as `running.showing` has it."""
    app = CountedApp(Walk(way, low_bandwidth=low_bandwidth))
    async with app.run_test(headless=False, size=size) as pilot:
        yield app, pilot


async def still(app: CountedApp, pilot: Pilot[int], rounds: int = 3) -> None:
    """Waits until nothing more is written: so many looks in a row of a timer that is slower than all that paint."""
    quiet, before = 0, -1
    for _ in range(400):
        await pilot.pause(0.03)
        quiet = quiet + 1 if app.bytes_written == before else 0
        before = app.bytes_written
        if quiet >= rounds and not app.workers._workers:
            return
    raise AssertionError("it never comes to rest")


__all__ = ["BLANK", "CountedApp", "CountingDriver", "Picture", "counted", "still"]
