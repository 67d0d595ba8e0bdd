"""The questions about a run that goes on: leaving it, stopping it, joining another window's."""

from __future__ import annotations

import time
from enum import Enum
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.binding import Binding, BindingType

from screens.sheet import Answer, Sheet
from wizard.language import _, ngettext, said, shown
from wizard.lists import sentences
from wizard.run.when import started_told

if TYPE_CHECKING:
    from wizard.run.client import RunInfo


class Quit(Enum):
    """What becomes of a run when the window is left."""

    LEAVE = "leave it running"
    STAY = "stay here"
    STOP = "stop it"


class Stop(Enum):
    """Whether a run is stopped."""

    GO_ON = "keep going"
    STOP = "stop it"


class Join(Enum):
    """What to do where another window runs this project."""

    JOIN = "join"
    LEAVE = "leave"


T = TypeVar("T")


class RunningSheet(Sheet[T]):
    """Asked while something runs: Ctrl+N does nothing, and Ctrl+C leads to the button that stops it."""

    ASKED_WHILE_RUNNING = True
    HELP = "leaving"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", said("Help"), id="frame.help", show=False),
        Binding("ctrl+c", "interrupt", said("Stop it"), id="frame.interrupt", show=False, system=True, priority=True),
    ]

    def action_interrupt(self) -> None:
        """Ctrl+C: what is marked is copied, else Enter now stops it."""
        chosen = self.selected()
        if chosen:
            self.copy(chosen)
        else:
            self.query_one(f"#answer-{len(self._answers) - 1}").focus()


class QuitSheet(RunningSheet[Quit]):
    """Asked when the window is left while a run goes on; Ctrl+Q again leaves it running."""

    def __init__(self) -> None:
        super().__init__(
            _("Quit? The sync is still running"),
            [_(
                "It can go on without this window, also when the connection is lost. To see it again, from any "
                "terminal of this machine: uv-wizard attach"
            )],
            (Answer(_("Leave it running"), Quit.LEAVE), Answer(_("Stay here"), Quit.STAY), Answer(_("Stop it"), Quit.STOP)),
            escape=Quit.STAY,
        )  # fmt: skip

    def hints(self) -> list[tuple[str, str]]:
        return [*super().hints(), ("Ctrl+Q", _("Leave it running"))]


class StopSheet(RunningSheet[Stop]):
    """Asked before a run is stopped; says what is kept."""

    def __init__(self, finished: int = 0, under_way: int = 0) -> None:
        told = [
            _("uv and what it started end within 3 s."),
            ngettext("The finished package is kept.", "The {count} finished packages are kept.", finished),
        ]
        if under_way:
            told.append(
                ngettext(
                    "{count} under way starts again next time.", "{count} under way start again next time.", under_way
                )
            )
        told.append(_("Until then .venv is not complete."))
        super().__init__(
            _("Stop the sync?"),
            (shown(sentences(told)), _("Going on later fetches only what is missing.")),
            (Answer(_("Keep going"), Stop.GO_ON), Answer(_("Stop it"), Stop.STOP)),
            escape=Stop.GO_ON,
        )


class JoinSheet(Sheet[Join]):
    """Asked where the project's folder is another run's."""

    HELP = "leaving"

    def __init__(self, run: RunInfo) -> None:
        super().__init__(
            _("A sync of this project is running"),
            [
                _("Started {clock}, in another window.", clock=shown(started_told(run.started, time.time()))),
                _("Two at once would harm each other."),
            ],
            [Answer(_("Join"), Join.JOIN), Answer(_("Do not join"), Join.LEAVE)],
            escape=Join.LEAVE,
        )


class OverSheet(Sheet[bool]):
    """In the place of such a question once its run has ended: the key that is on its way starts nothing. True: quit."""

    HELP = "leaving"

    def __init__(self, *, well: bool, leaves: bool) -> None:
        """`well`: how it ended; `leaves`: whether the question was about leaving."""
        told = _("It ended well.") if well else _("It did not end well; screen 7 says why.")
        quits = (Answer(_("Quit"), True), Answer(_("Stay here"), False))
        super().__init__(
            _("The run is over meanwhile"), [told], quits if leaves else (Answer(_("Close"), False),), escape=False
        )
