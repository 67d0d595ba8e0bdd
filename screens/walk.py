"""What the screens share: the way, and the run that was started or joined on it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.errors import ExitCode

if TYPE_CHECKING:
    from wizard.run.client import RunInfo
    from wizard.run.progress import RunState
    from wizard.way import Way


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

    @property
    def way(self) -> Way:
        """The way. Only the first screen is shown without one."""
        if self.made is None:
            raise RuntimeError("the way has not been made yet")
        return self.made

    @property
    def running(self) -> bool:
        """Whether a run goes on, as far as its events have been read."""
        return self.run is not None and not (self.state is not None and self.state.finished)

    def started(self, run: RunInfo) -> None:
        """A run has begun, or is joined: what the one before came to is shown no longer."""
        self.run, self.state = run, None
        self.runs += 1

    def no_folder(self, path: str) -> str | None:
        """What is wrong with `path` as a project's folder, None where it is one."""
        return None if Path(path).expanduser().is_dir() else f"{path} is not a folder. Check the spelling."

    def move(self, path: str) -> None:
        """Walks on from another folder, with the choices that were made. Raises BadInput where it is none."""
        from wizard.choices import Choices
        from wizard.way import Way

        layers = {name: layer for name, layer in self.way.choices.layers.items() if name not in {"project", "advice"}}
        self.made = Way(str(Path(path).expanduser()), choices=Choices(layers), environment=self.way.environment)

    @property
    def exit_code(self) -> int:
        """What the program exits with when it is left now: that of the last run, 0 before any ran or while it goes on."""
        if self.state is not None and self.state.exit_code is not None:
            return self.state.exit_code
        if self.run is not None and not self.running:
            return int(ExitCode.FAILED)
        return int(ExitCode.DONE)
