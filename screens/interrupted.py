"""The question about a last run that ended without a word: go on with it, take it back, or look first."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from screens.sheet import Answer, Sheet
from screens.undoing import put_back
from wizard.language import _
from wizard.run.interrupted import TITLE, Interrupted
from wizard.ways_out import take_up

if TYPE_CHECKING:
    from screens.app import WizardApp


class Wish(Enum):
    """What becomes of it."""

    GO_ON = "go on"
    TAKE_BACK = "take it back"
    LOOK = "look first"
    NOTHING = "begin anew"


class InterruptedSheet(Sheet[Wish]):
    """Asked on the first screen. Esc changes nothing: the wizard then begins as ever."""

    HELP = "attach"

    def __init__(self, found: Interrupted) -> None:
        super().__init__(
            TITLE,
            found.told(),
            (
                Answer(_("Go on"), Wish.GO_ON),
                Answer(_("Take it back"), Wish.TAKE_BACK),
                Answer(_("Look first"), Wish.LOOK),
                Answer(_("Begin anew"), Wish.NOTHING),
            ),
            escape=Wish.NOTHING,
        )


def offer(app: WizardApp, found: Interrupted) -> None:
    """Shows the sheet and does what is answered."""

    def answered(wish: Wish | None) -> None:
        if wish is Wish.GO_ON:
            take_up(app.walk.way, found)
            app.show("review")
        elif wish is Wish.TAKE_BACK:
            put_back(app, found.run, taken, app.current.say)
        elif wish is Wish.LOOK:
            look()

    def taken() -> None:
        app.walk.way.interrupted = None
        app.on_step_screen_look_again()

    def look() -> None:
        app.run_worker(read, name="log", group="log", thread=True, exclusive=True, exit_on_error=False)

    def read() -> None:
        from screens.replays import Replays
        from screens.text_page import TextPage

        lines = [line.text for line in Replays().read(found.run).log] or [_("It left no log.")]
        page = TextPage(app.current.track_line(), _("Log of the run {id}", id=found.run.id), lines)
        app.call_from_thread(app.push_screen, page, lambda _: offer(app, found))

    app.push_screen(InterruptedSheet(found), answered)
