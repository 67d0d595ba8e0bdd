"""What is known so far of a machine and a project, and what was chosen: the beginning of the way. See wizard.way."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.choices import Choices, from_tables
from wizard.errors import BadInput
from wizard.machine.facts import Machine
from wizard.project import greeting, place
from wizard.project.facts import Project
from wizard.project.lockfile import own_registry
from wizard.project.read import download_bytes, read_project
from wizard.this_run import ThisRun

if TYPE_CHECKING:
    from wizard.machine.probe import Probing
    from wizard.plan.step import FileChange, Step
    from wizard.run.interrupted import Interrupted


class Looking:
    """Facts and choices of one project, kept fresh. Reading is cheap and instant unless a method says that it waits."""

    def __init__(
        self,
        path: str,
        *,
        choices: Choices | None = None,
        machine: Machine | None = None,
        environment: Mapping[str, str] | None = None,
        new: bool = False,
    ) -> None:
        """`machine`: from `--machine`, then nothing is probed; `new`: the folder is made with the project.

        Raises BadInput where `path` is not a folder.
        """
        self.path = str(Path(path).absolute())
        self._new = new
        self.environment = dict(os.environ if environment is None else environment)
        self._given = machine
        self._probing: Probing | None = None
        self._known: Machine | None = None
        """The machine as it was when the probes were started anew."""
        self.machine = machine or Machine()
        self.pending: tuple[str, ...] = ()
        self.project: Project | None = None
        self.choices = choices or Choices()
        self.begun: Step | None = None
        """Writes the project that there is not yet; what follows is planned as if it were written."""
        self.locks_first = False
        """Whether the plan makes the uv.lock that there is not: for a face that shows the plan before anything runs."""
        self.this_run = ThisRun()
        """What a fix has set for the next run alone."""
        self.edits: tuple[FileChange, ...] = ()
        """The files that it changes; the project is planned for as if they were written."""
        self.not_edited: BadInput | None = None
        """Why it can't be done here."""
        self.interrupted: Interrupted | None = None
        """The last run here, where it ended without a word; known once the probes have begun."""
        self.greeting = ""
        """Of the project's team: one line."""
        self.read()

    def read(self) -> None:
        """Reads the project's files again, and its own choices with them."""
        planned = {os.path.basename(one.path): one.after for one in (self.begun.files if self.begun else ())}
        if planned and os.path.exists(os.path.join(self.path, "pyproject.toml")):
            self.begun, planned = None, {}  # it is written
        files = {name: data for name, data in planned.items() if data is not None}
        self.project = read_project(self.path, self.environment, files, new=self._new)
        self._edit(files)
        there = self.project.path if self.project and not self.begun else self.path
        self.place = place.look(there, self.environment, project=self.project is not None)
        table = self.project.choices if self.project else {}
        self.greeting, table = greeting.split(table)
        values = from_tables(table, greeting.WHERE)
        self.choices = self.choices.without("project").with_values("project", values)
        self._advise()

    def _edit(self, planned: Mapping[str, bytes]) -> None:
        self.edits, self.not_edited = (), None
        if self.project is None or not self.this_run.changes:
            return
        from wizard.plan.fixing import edited

        try:
            self.edits = edited(self.project, self.this_run)
        except BadInput as error:
            self.not_edited = error
        root = Path(self.project.path)
        after = {Path(one.path).relative_to(root).as_posix(): one.after for one in self.edits if one.after is not None}
        if after:
            self.project = read_project(self.path, self.environment, {**planned, **after}, new=self._new)

    def only_now(self, asked: ThisRun) -> None:
        """Plans with that from here on: what a fix has set for the next run alone."""
        self.this_run = asked
        self.read()

    def begin_project(self, step: Step | None) -> None:
        """The plan begins with that step, which writes pyproject.toml into this folder; None takes it back."""
        self.begun = step
        self.read()

    @property
    def makes_lock(self) -> bool:
        """Whether the plan makes uv.lock, the project's first one or once more."""
        return self.locks_first and self.project is not None and (self.locks_again or not self.project.has_lock)

    @property
    def locks_again(self) -> bool:
        """Whether a uv.lock that is there is made anew, since a fix asked for it."""
        return self.this_run.locks or bool(self.this_run.requirements and not self.not_edited)

    # facts

    def begin(self, *, network: bool = True, shells: bool = True, newest: bool = False) -> None:
        """Starts the probes and returns at once; `refresh` takes over what they find.

        `shells`: start the user's shells too, to see which uv they run; `newest`: ask the index for the newest uv alone.
        """
        if self._given is not None:
            return
        from wizard.machine.probe import ProbeRequest, start
        from wizard.run import interrupted

        registry = own_registry(self.project) if self.project else None
        project = self.project.path if self.project else self.path
        self._probing = start(
            ProbeRequest(
                project=project,
                environment=self.environment,
                index_url=registry,
                network=network,
                shells=shells,
                newest=newest,
            )
        )
        self._known = self.machine
        self.interrupted = interrupted.look(self.project.path if self.project else None)
        self.refresh()

    def refresh(self) -> bool:
        """Takes over what the probes know by now; True where that is news."""
        if self._probing is None:
            return False
        machine, pending = self._probing.snapshot()
        if pending and self._known is not None:
            # what is looked at again is what it was until that is answered
            new = {one.name: getattr(machine, one.name) for one in fields(machine)}
            machine = replace(
                self._known, **{name: value for name, value in new.items() if value != getattr(Machine(), name)}
            )
        if (machine, pending) == (self.machine, self.pending):
            return False
        self.machine, self.pending = machine, pending
        self._advise()
        return True

    def look(self, *, network: bool = False, shells: bool = False, newest: bool = False) -> None:
        """Waits until every probe has answered or run out of its time."""
        self.begin(network=network, shells=shells, newest=newest)
        if self._probing is not None:
            self._probing.wait()
            self.refresh()

    def look_again(self) -> None:
        """Reads the project again and starts the probes anew."""
        self.read()
        self.begin()

    # choices

    def choose(self, key: str, value: object | None) -> None:
        """Takes a choice made on a screen, None takes it back. Raises BadInput with a sentence for the user."""
        self.choices = self.choices.with_values("screen", {key: value})

    def _advise(self) -> None:
        from wizard.advice.settings import advise

        advice = advise(self.machine, self.project, self.room_needed())
        self._settings_advice = advice
        self.choices = self.choices.without("advice")
        self.choices = self.choices.with_values("advice", {**advice.choices, **self._taken_unasked()})

    def _taken_unasked(self) -> Mapping[str, object]:
        """What else of the advice is in force where nobody has decided."""
        return {}

    def room_needed(self) -> int | None:
        """Bytes that a first sync needs in the cache, None where nobody knows."""
        from wizard.advice.settings import room_needed

        lock = self.project.lock if self.project else None
        return room_needed(lock, download_bytes(lock) if lock else None)
