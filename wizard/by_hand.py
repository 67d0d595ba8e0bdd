"""Row 21 of every screen: what a person types for the same. Where uv has no command for it, ours is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.errors import WizardError
from wizard.plan.quoting import command_line
from wizard.plan.settings import chosen_variables

if TYPE_CHECKING:
    from wizard.way import Way


def command(way: Way, screen: str) -> str:
    """The command for that screen, such as `uv sync --locked`."""
    return {"start": _start, "uv": _uv, "settings": _settings, "mirrors": _mirrors, "torch": _torch,
            "review": _review, "sync": _sync, "verify": _verify}[screen](way)  # fmt: skip


def _start(way: Way) -> str:
    del way
    return "uv-wizard doctor"


def _uv(way: Way) -> str:
    try:
        plan = way.plan()
    except WizardError:
        return "uv --version"
    step = plan.step("uv")
    return command_line(step.commands[0].argv) if step else "uv --version"


def _settings(way: Way) -> str:
    variables = chosen_variables(way.choices)
    if not variables:
        return "uv cache dir"
    if way.machine.os == "windows":
        return "; ".join(f'setx {name} "{value}"' for name, value in variables.items())
    return command_line(["export", *(f"{name}={value}" for name, value in variables.items())])


def _mirrors(way: Way) -> str:
    del way
    return "uv-wizard mirrors   (uv alone has none for --locked, F1 says why)"


def _torch(way: Way) -> str:
    options = way.selection().options() if way.project else ()
    if options:
        return command_line(["uv", "sync", "--locked", *options])
    return "uv-wizard torch"


def _review(way: Way) -> str:
    del way
    return "uv-wizard plan"


def _sync(way: Way) -> str:
    options = way.selection().options() if way.project else ()
    return command_line(["uv", "sync", "--locked", *options])


def _verify(way: Way) -> str:
    require = way.choices.text("verify.require")
    return "uv-wizard verify" if require == "auto" else f"uv-wizard verify --require {require}"
