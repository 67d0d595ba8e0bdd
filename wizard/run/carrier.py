"""Carries the actions of a job out: runs children, and tells as events what they say."""

from __future__ import annotations

import contextlib
import os
import shlex
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wizard.errors import ExitCode
from wizard.events import EventWriter
from wizard.language import words_of
from wizard.run import process, terminal
from wizard.run.drip import Drip
from wizard.run.environment import child_environment
from wizard.run.log import Log
from wizard.run.state import CHILD, JOURNAL
from wizard.run.totals import Meter, Totals, sure_versions
from wizard.run.uv_output import UvOutput
from wizard.run.watch import Watch
from wizard.text import clean, masked

POLL_S = 0.15
"""How long a child is listened to before the wish to stop is looked for."""
TAIL_LINES = 2000
"""Lines of a command that are kept for its diagnosis."""
SILENT_S, SILENT_EVERY_S = 10.0, 5.0
"""No byte for so long is told, and told again this often."""
_WORDLESS = frozenset({"package", "progress", "output"})
"""Events by the hundred that hold no sentence of ours."""


class Carrier:
    """What an action has at hand; see wizard.run.actions.Carrier."""

    def __init__(self, folder: Path, job: Mapping[str, Any], writer: EventWriter, log: Log, watch: Watch) -> None:
        self.run_folder = folder
        self.journal_folder = folder / JOURNAL
        self.environment: Mapping[str, str] = child_environment(os.environ)
        self.command_environment: Mapping[str, str] = self.environment
        """Of the last command."""
        self.diagnosed = False
        """Whether the action under way has named the cause of its failure itself."""
        self.dripped = False
        """Whether the last command was ended because next to nothing came."""
        self._drip: Drip | None = None
        self._writer, self._log, self._watch = writer, log, watch
        self._totals = Totals()
        self.expect(job.get("sizes") or {})
        self._meter = Meter()
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)
        self._loading: set[str] = set()
        self._phase: str | None = None
        self._counted: tuple[int, int | None] = (0, None)
        self._silence_told = 0.0
        self._pipe_told = False

    @property
    def output_tail(self) -> str:
        """The last lines that the last command printed."""
        return "\n".join(self._tail)

    @property
    def packages_fetched(self) -> int:
        """Packages that came whole since the run began."""
        return self._totals.whole

    def expect(self, sizes: Mapping[str, int]) -> None:
        """The lock's bytes by `name==version`, in the place of what was expected before."""
        self._versions = sure_versions(sizes)
        self._totals.expect(sizes)

    def begin_action(self) -> None:
        """Another action begins."""
        self._tail.clear()
        self.diagnosed = False

    def cancelled(self) -> bool:
        """Whether the user asked to stop."""
        return self._watch.asked()

    def emit(self, type: str, **fields: Any) -> None:  # noqa: A002 - the events' own key
        """Append an event. Texts of outside are made safe, credentials masked."""
        if type == "counts":
            self._count(fields)
            return
        if type in ("output", "note", "locked"):
            fields["text"] = masked(clean(fields["text"]))
            self._log.write(fields["text"])
            if type == "output":
                self._tail.append(fields["text"])
        if type == "package":
            self._package(fields)
        self.diagnosed = self.diagnosed or type == "diagnosis"
        if type not in _WORDLESS and (words := words_of(fields)):
            fields["words"] = words
        self._writer.write(type, **fields)
        if type == "package" and fields["state"] in ("downloading", "downloaded"):
            self._progress()

    def run_command(
        self, argv: list[str], env: Mapping[str, str | None] | None = None, cwd: str | None = None, *, uv: bool = False,
        least: float | None = None,
    ) -> int:  # fmt: skip
        """A child with its output as events; its exit code, 130 where it was cancelled, 127 where it can't be started.

        `env` is laid over the cleaned environment. `uv`: on a pseudo-terminal, and its output is understood. `least`:
        bytes a second that its downloads have to bring, else it is ended and `dripped` says so.
        """
        if self.cancelled():
            return ExitCode.INTERRUPTED
        self._tail.clear()
        self.dripped, self._drip = False, Drip(least) if least else None
        self._totals.restart()
        shown = [masked(clean(word)) for word in argv]
        self._log.write(f"$ {shlex.join(shown)}")
        self._writer.write("command", argv=shown)
        self.command_environment = child_environment(self.environment, env)
        try:
            child = terminal.start(argv, self.command_environment, cwd, terminal=uv)
        except OSError as error:
            self.emit("output", text=f"error: {argv[0]} can't be started: {error.strerror} (os error {error.errno})")
            self._log.flush()
            return 127
        with contextlib.suppress(OSError):
            (self.run_folder / CHILD).write_text(process.as_json(child.pid), "ascii")
        self._tell_pipe()
        code = self._listen(child, UvOutput(self._versions, understand=uv))
        with contextlib.suppress(OSError):
            (self.run_folder / CHILD).unlink(missing_ok=True)
        return ExitCode.INTERRUPTED if self.cancelled() else code

    def _tell_pipe(self) -> None:
        reason = terminal.why_piped()
        if reason and not self._pipe_told:
            self._pipe_told = True
            self._log.write(f"uv draws no bars, so its bytes are not counted: {clean(reason)}")

    def _listen(self, child: terminal.Child, output: UvOutput) -> int:
        ended = False
        while True:
            piece = child.read(POLL_S)
            if piece == b"":
                break
            self._tell(output.idle() if piece is None else output.feed(piece))
            self._log.flush()
            if piece is None:
                self._silence()
            self._writer.tick()
            self.dripped = self.dripped or self._drips()
            if (self.cancelled() or self.dripped) and not ended:
                ended = True
                child.end()
        self._tell(output.close())
        self._log.flush()
        return child.wait()

    def _drips(self) -> bool:
        return self._drip is not None and self._drip.drips(self._writer.now, loading=bool(self._loading))

    def _tell(self, said: list[dict[str, Any]]) -> None:
        for event in said:
            fields = {key: value for key, value in event.items() if key != "type"}
            self.emit(event["type"], **fields)

    # progress

    def _package(self, event: Mapping[str, Any]) -> None:
        self._totals.package(event)
        name = str(event["name"])
        if event["state"] == "downloading":
            self._loading.add(name)
            self._phase = "prepare"
            if self._drip is not None:
                self._drip.heard(name, int(event.get("done_bytes") or 0))
        else:
            self._loading.discard(name)

    def _count(self, event: Mapping[str, Any]) -> None:
        self._phase = str(event["phase"])
        if self._phase == "prepare":
            self._totals.counted(event["done"], event["total"])
        self._counted = (event["done"], event["total"])
        self._progress()

    def _progress(self, silent: float | None = None) -> None:
        if self._phase is None:
            return
        now, done, total = self._writer.now, self._totals.done_bytes, self._totals.total_bytes
        self._meter.note(now, done)
        rate = self._meter.rate(now) if self._loading else None
        left = None if total is None or not rate or silent else round((total - done) / rate, 1)
        fields: dict[str, Any] = {
            "done_bytes": done,
            "total_bytes": total,
            "bytes_per_s": None if rate is None else round(rate),
            "eta_s": left,
            "phase": self._phase,
            "packages_done": self._counted[0],
            "packages_total": self._counted[1],
        }
        if silent is not None:
            fields["silent_s"] = round(silent, 1)
        self._writer.write("progress", **fields)

    def _silence(self) -> None:
        now = self._writer.now
        silent = self._meter.silent(now)
        if self._loading and silent >= SILENT_S and now - self._silence_told >= SILENT_EVERY_S:
            self._silence_told = now
            self._progress(silent)
