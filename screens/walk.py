"""What the screens share: the way, and the run that was started or joined on it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from screens.track import ORDER
from wizard.errors import ExitCode
from wizard.language import _

if TYPE_CHECKING:
    from wizard.run.client import RunInfo
    from wizard.run.progress import RunState
    from wizard.this_run import ThisRun
    from wizard.way import Way

AT_ONCE = float("inf")


@dataclass
class Walk:
    """One walk through the screens. The sync screen follows `run` and keeps `state`; the frame asks what is running."""

    made: Way | None = None
    """The way, None until it has been made: the first picture does not wait for it."""
    run: RunInfo | None = None
    """The run that was started or joined last."""
    state: RunState | None = None
    """What that run has come to, as far as its events have been read; shown by sync and verify."""
    low_bandwidth: bool = False
    runs: int = 0
    """How many were started or joined: a second failure says so."""
    tried: tuple[str, ...] = ()
    """Titles of the fixes that were taken."""

    left: ThisRun | None = None
    """What a fix had set for that run, and what of it is still to be done once the run has failed."""

    fixed_on: str = ""
    """The screen of the failure that a fix was taken on, while its plan is on the review: Back leads there once."""
    fixed: tuple[str, ...] = ()
    """The tables of the choices that this fix has changed: each is the name of the step that it changes, where it has one."""

    copied: str = ""
    """The command of a fix that was copied last, since the run was started."""

    part_back: str = ""
    """The id of the run of whose files U has put some back, and left those that somebody changed since."""

    measures: bool = False
    """Whether mirrors are being measured: which one is taken is not known until then."""
    starting: bool = False
    """Whether a run is being started: by the time a question about it is answered, it may go on."""
    leaves: bool = False
    """Whether somebody asked to leave meanwhile."""
    pressed_at: float = AT_ONCE
    """When the key that is answered was pressed, on the monotonic clock; AT_ONCE where it did not have to wait."""

    @property
    def way(self) -> Way:
        """The way. Only the first screen is shown without one."""
        if self.made is None:
            raise RuntimeError("the way has not been made yet")
        return self.made

    def follows(self, number: int) -> str:
        """The screen that comes after that one: those whose questions the team has answered are passed over.

        Where something on them stands in the way, they are shown all the same, and so they are on the way back.
        """
        return next(name for name in ORDER[number:] if not self.passed(name))

    def passed(self, name: str) -> bool:
        """Whether a screen has nothing to ask and nothing to warn of, by what its project's team has set."""
        if self.made is None or not self.way.choices.layers.get("project"):
            return False
        from wizard.told.team import settled

        uses_torch = bool(self.way.project and self.way.project.torch)
        if not settled(self.way.choices, name, torch=uses_torch):
            return False
        if name == "torch" and uses_torch and self.way.choices.text("torch.variant") != "keep":
            # What the lock holds now is no matter, where the team's answer leads to a build that runs here.
            return "gpus" not in self.way.pending and self.way.torch().variant is not None
        return not any(one.screen == name and one.diagnosis.severity != "note" for one in self.way.findings())

    @property
    def running(self) -> bool:
        """Whether a run goes on, as far as its events have been read."""
        return self.run is not None and not (self.state is not None and self.state.finished)

    def started(self, run: RunInfo) -> None:
        """A run has begun, or is joined: what the one before came to is shown no longer."""
        self.run, self.state, self.copied, self.starting = run, None, "", False
        self.runs += 1
        self.left, self.fixed_on, self.fixed = None, "", ()
        if self.made is not None:
            self.made.only_now(self.made.this_run.begun())

    def failed(self) -> None:
        """The run did not end well: what it has not done of a fix is planned again."""
        from wizard.run.interrupted import asked

        if self.run is None or self.state is None:
            return
        done = {step.id for step in self.state.steps if step.state == "done"}
        self.left = asked(self.run).left(done)
        if self.made is not None:
            self.made.only_now(self.left.with_(self.made.this_run))

    def no_folder(self, path: str) -> str | None:
        """What is wrong with `path` as a project's folder, None where it is one."""
        return None if Path(path).expanduser().is_dir() else _("{path} is not a folder. Check the spelling.", path=path)

    def move(self, path: str, *, new: bool = False) -> None:
        """Walks on from another folder, with the choices that were made. Raises BadInput where it is none.

        `new`: it may be one that is not there yet.
        """
        self.made = self.way.moved(path, new=new)

    @property
    def attach_again(self) -> str:
        """What comes after `uv-wizard attach` to see the run again as it is seen here."""
        run_id = self.run.id if self.run is not None else ""
        return f"{run_id} --low-bandwidth" if self.low_bandwidth else run_id

    @property
    def exit_code(self) -> int:
        """What the program exits with when it is left now: that of the last run, 0 before any ran or while it goes on."""
        if self.state is not None and self.state.exit_code is not None:
            return self.state.exit_code
        if self.run is not None and not self.running:
            return int(ExitCode.FAILED)
        return int(ExitCode.DONE)
