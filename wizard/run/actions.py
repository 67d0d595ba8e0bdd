"""What a step of a job can be made of beside commands: which function carries it out, imported when it is needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from wizard.errors import ExitCode

CARRIED_OUT_BY: Mapping[str, str] = {
    "write": "wizard.files_actions:write_action",
    "registry": "wizard.files_actions:registry_action",
    "copy-file": "wizard.files_actions:copy_action",
    "place-uv": "wizard.run.place_uv:carry_out",
    "mirror-sync": "wizard.run.mirror_sync:carry_out",
    "bundle-sync": "wizard.run.bundle_sync:carry_out",
    "verify": "wizard.run.actions:verify",
    "check-uv-toml": "wizard.run.arrived:check_uv_toml",
    "ask-shells": "wizard.run.arrived:ask_shells",
    "move-cache": "wizard.run.move_cache:carry_out",
}
WRITES = frozenset({"write", "registry", "place-uv", "copy-file"})
"""Those that are never cut off in the middle: they write files of the user's, and they are short."""


class Carrier(Protocol):
    """What an action has at hand."""

    run_folder: Path
    journal_folder: Path
    environment: Mapping[str, str]
    """The cleaned environment of children."""
    dripped: bool
    """Whether the last command was ended because next to nothing came."""

    @property
    def output_tail(self) -> str:
        """The last lines that the last command printed."""

    def emit(self, type: str, **fields: Any) -> None:  # noqa: A002 - the events' own key
        """Append an event."""

    def run_command(
        self, argv: list[str], env: Mapping[str, str | None] | None = None, cwd: str | None = None, *, uv: bool = False,
        least: float | None = None,
    ) -> int:  # fmt: skip
        """Run a child whose output becomes events; its exit code, 130 where it was cancelled. `least`: bytes a second."""

    def cancelled(self) -> bool:
        """Whether the user asked to stop."""


Action = Callable[[Mapping[str, Any], Carrier], int]


def function(name: str) -> Action:
    """What carries out `{"do": name, …}`. Raises KeyError for a name nobody knows."""
    module, attribute = CARRIED_OUT_BY[name].split(":")
    found: Action = getattr(import_module(module), attribute)
    return found


def verify(action: Mapping[str, Any], carrier: Carrier) -> int:
    """The checks, each told when it is done; 0, 3 where they fell short, 1 where nothing could be looked at."""
    from wizard.run.environment import child_environment
    from wizard.verify import check

    request = check.VerifyRequest.from_json(
        {**action["request"], "environment": child_environment(carrier.environment, action.get("env"))}
    )
    result = check.verify(request, on_check=lambda one: carrier.emit("check", **one.document()))
    if carrier.cancelled():
        return ExitCode.INTERRUPTED
    document = result.document()
    carrier.emit("verify", **document)
    if result.exit_code and document["diagnosis"] is not None:
        carrier.emit("diagnosis", **document["diagnosis"])
    return int(result.exit_code)
