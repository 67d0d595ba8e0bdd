"""The questions about leaving a run, and about stopping it."""

from __future__ import annotations

from enum import Enum

from screens.rows import wrapped
from screens.sheet import WIDTH, Answer, Sheet


class Quit(Enum):
    """What becomes of a run when the window is left."""

    LEAVE = "leave it running"
    STAY = "stay here"
    STOP = "stop it"


class Stop(Enum):
    """Whether a run is stopped."""

    GO_ON = "keep going"
    STOP = "stop it"


class QuitSheet(Sheet[Quit]):
    """Asked when the window is left while a run goes on; Ctrl+Q again leaves it running."""

    def __init__(self) -> None:
        super().__init__(
            "Quit? The sync is still running",
            ("It can go on without this window, also when the connection is lost. To see it",
             "again, from any terminal of this machine:  uv-wizard attach"),
            (Answer("Leave it running", Quit.LEAVE), Answer("Stay here", Quit.STAY), Answer("Stop it", Quit.STOP)),
            escape=Quit.STAY,
        )  # fmt: skip

    def hints(self) -> list[tuple[str, str]]:
        return [*super().hints(), ("Ctrl+Q", "Leave it running")]


class StopSheet(Sheet[Stop]):
    """Asked before a run is stopped; says what is kept."""

    def __init__(self, finished: int = 0, under_way: int = 0) -> None:
        kept = f"The {finished} finished packages are kept" if finished != 1 else "The finished package is kept"
        again = f", the\n{under_way} under way start again next time." if under_way else "."
        told = f"uv and what it started end within 3 s. {kept}{again} Until then .venv is not complete."
        lines = wrapped(told.replace("\n", " "), WIDTH, 3)
        super().__init__(
            "Stop the sync?",
            (*lines, "Going on later fetches only what is missing."),
            (Answer("Keep going", Stop.GO_ON), Answer("Stop it", Stop.STOP)),
            escape=Stop.GO_ON,
        )
