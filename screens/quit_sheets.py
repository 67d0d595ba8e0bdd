"""The questions about leaving a run, and about stopping it."""

from __future__ import annotations

from enum import Enum

from screens.rows import wrapped
from screens.sheet import WIDTH, Answer, Sheet
from wizard.language import _, ngettext


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
            _("Quit? The sync is still running"),
            wrapped(
                _(
                    "It can go on without this window, also when the connection is lost. To see it again, from any "
                    "terminal of this machine: uv-wizard attach"
                ),
                WIDTH, 2,
            ),
            (Answer(_("Leave it running"), Quit.LEAVE), Answer(_("Stay here"), Quit.STAY), Answer(_("Stop it"), Quit.STOP)),
            escape=Quit.STAY,
        )  # fmt: skip

    def hints(self) -> list[tuple[str, str]]:
        return [*super().hints(), ("Ctrl+Q", _("Leave it running"))]


class StopSheet(Sheet[Stop]):
    """Asked before a run is stopped; says what is kept."""

    def __init__(self, finished: int = 0, under_way: int = 0) -> None:
        told = _("uv and what it started end within 3 s.")
        told += " " + ngettext("The finished package is kept.", "The {count} finished packages are kept.", finished)
        if under_way:
            told += " " + ngettext(
                "{count} under way starts again next time.", "{count} under way start again next time.", under_way
            )
        told += " " + _("Until then .venv is not complete.")
        lines = wrapped(told, WIDTH, 3)
        super().__init__(
            _("Stop the sync?"),
            (*lines, _("Going on later fetches only what is missing.")),
            (Answer(_("Keep going"), Stop.GO_ON), Answer(_("Stop it"), Stop.STOP)),
            escape=Stop.GO_ON,
        )
