"""Row 21 of every screen: what a person types for the same. Where uv has no command for it, ours is named."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from wizard.catalog_torch import the
from wizard.choice_keys import KEYS
from wizard.errors import WizardError
from wizard.language import said
from wizard.plan.mirrors import address
from wizard.plan.quoting import command_line, powershell
from wizard.plan.settings import chosen_variables
from wizard.project.pyproject import table, texts
from wizard.toml import parse
from wizard.ways_out import elsewhere, uv_word

if TYPE_CHECKING:
    from wizard.choices import Choices
    from wizard.plan.step import Command
    from wizard.project.facts import Project
    from wizard.way import Way


def command(way: Way, screen: str) -> str:
    """The command for that screen, such as `uv sync --locked`; the plain one while a choice can't be carried out."""
    tell, plain = _COMMANDS[screen]
    try:
        told = tell(way)
    except WizardError:
        told = plain
    there = elsewhere(way)
    if there and screen in IN_THE_PROJECT and way.begun is None:
        told = f"{command_line(('cd', there))}{_THEN}{told}"
    return _UV.sub(lambda _: command_line([uv_word(way)]), told) if _UV.search(told) else told


IN_THE_PROJECT = ("review", "sync", "verify")
"""Screens whose command works in the project's folder only."""
_THEN = "  ;  "
_UV = re.compile(rf"(?:^|(?<={_THEN}))uv(?= )")
"""A uv that a command begins with."""


def _start(way: Way) -> str:
    del way
    return "uv-wizard doctor"


def _uv(way: Way) -> str:
    plan, conda = way.plan(), way.machine.conda
    step = plan.step("uv") or plan.step("settings")
    if step is None or not step.commands:
        return "uv --version"
    first = step.commands[0]
    if first.kind == "place-uv":
        return _installs(first, way)
    ours = step.id == "uv" or (conda is not None and first.argv[:1] in {(conda.program,), ("conda",)})
    return command_line(first.argv) if ours else "uv --version"


def _installs(places: Command, way: Way) -> str:
    """What uv's documentation has a person type: its installer where nothing speaks against it, else pip's command."""
    from wizard.plan.uv_ways import installer_unreached

    ways: list[dict[str, Any]] = places.options["ways"]
    first, installer = ways[0], next((one for one in ways if one["how"] == "standalone"), None)
    asked_for = way.choices.text("uv.install") == "index" and way.choices.origin("uv.install") != "advice"
    if first["how"] == "index" and installer is not None and not asked_for and not installer_unreached(way.machine):
        first = installer
    argv = first["argv"]
    if first["how"] in {"wheel", "index"}:
        return command_line(["pip", "install", *argv[argv.index(":all:") + 1 :]])
    more = {name: value for name, value in first.get("environment", {}).items() if name not in _OURS}
    if argv[:2] == ["sh", "-c"]:  # the script runs behind the pipe
        words = "".join(f"{command_line([f'{name}={value}'])} " for name, value in more.items())
        return f"{argv[2]}".replace("| sh", f"| {words}sh")
    lines = "".join(f"$env:{name}={powershell(str(value))}; " for name, value in more.items())
    return lines + command_line(argv)


_OURS = ("UV_INSTALL_DIR", "UV_NO_MODIFY_PATH")
"""What the wizard settles for the installer, and a person need not."""


def _settings(way: Way) -> str:
    variables = chosen_variables(way.choices)
    if not variables:
        return "uv cache dir"
    if way.machine.os == "windows":
        # setx cuts what is long and says so to nobody
        lines = (
            f"[Environment]::SetEnvironmentVariable('{name}', {powershell(value)}, 'User')"
            for name, value in variables.items()
        )
        return "; ".join(lines)
    return command_line(["export", *(f"{name}={value}" for name, value in variables.items())])


def _mirrors(way: Way) -> str:
    del way
    return said("uv-wizard mirrors   (uv alone has none for --locked, F1 says why)")


def _torch(way: Way) -> str:
    if way.project is None:
        return "uv-wizard torch"
    if way.project.torch is None:
        return "uv add torch"
    plan, options = way.plan(), way.selection().options()
    value = way.choices.text("torch.variant")
    name = way.torch().choice if value == "auto" else value
    if plan.step("torch") is None:
        return command_line(["uv", "sync", "--locked", *options])
    version, variant = way.choices.text("torch.version"), the().variants.get(name)
    torch = f"torch=={version}" if version else "torch"
    if way.choices.text("torch.layout") == "extras" or (variant is None and name != "keep"):
        chosen = [f"torch.{key}={way.choices.text(f'torch.{key}')}" for key in ("variant", "layout", "version")]
        sets = [word for one in chosen if not one.endswith(("=", "layout=auto")) for word in ("--set", one)]
        return command_line(["uv-wizard", "apply", "--yes", *sets])
    if variant is None:
        return command_line(["uv", "add", torch])
    base = address(way.choices, "pytorch") if way.choices.text("mirrors.scope") == "project" else None
    return command_line(["uv", "add", torch, "--index", f"pytorch-{name}={f'{base}/{name}' if base else variant.url}"])


def _review(way: Way) -> str:
    """The plan as a script, with what was chosen here; what a fix does first, and a new project, no script has."""
    if way.begun is not None and way.project is not None:
        return _begins(way.project)
    if way.project is None or way.machine.foreign:
        return "uv-wizard plan"
    if way.this_run:
        return _sync(way)
    lock = [("uv", "lock")] if way.makes_lock else []
    return _THEN.join(map(command_line, [*lock, ("uv-wizard", "export", "script", *_sets(way.choices))]))


def _begins(project: Project) -> str:
    """A new project as uv's documentation has a person begin it; `uv add` locks and syncs, too."""
    data = project.file("pyproject.toml")[1] or b""
    asked = texts(table(parse(data), "project").get("dependencies"))
    first = [("uv", "init", "--no-package", project.folder), ("cd", project.folder)]
    return _THEN.join(map(command_line, [*first, ("uv", "add", *asked) if asked else ("uv", "sync")]))


def _sets(choices: Choices) -> Iterator[str]:
    """What was chosen by whoever sits here, and is other than what holds without it, as words of a command."""
    without = choices.without("screen").without("set").without("file")
    for key in KEYS:
        value, origin = choices.said(key)
        if origin in ("screen", "set", "file") and value != without.get(key):
            text = ",".join(value) if isinstance(value, tuple) else str(value).lower() if value is True else str(value)
            yield from ("--set", f"{key}={text}")


def _sync(way: Way) -> str:
    options = way.selection().options() if way.project else ()
    unfit = way.project is not None and (way.locks_again or not way.project.has_lock)
    locks = [("uv", "lock")] if unfit and not way.this_run.requirements and way.plan().step("lock") else []
    sync = ("uv", "sync", "--locked", *options, *way.this_run.options)
    return _THEN.join(map(command_line, [*way.this_run.typed(), *locks, sync]))


def _verify(way: Way) -> str:
    require = way.choices.text("verify.require")
    return "uv-wizard verify" if require == "auto" else f"uv-wizard verify --require {require}"


_COMMANDS: dict[str, tuple[Callable[[Way], str], str]] = {
    "start": (_start, "uv-wizard doctor"),
    "uv": (_uv, "uv --version"),
    "settings": (_settings, "uv cache dir"),
    "mirrors": (_mirrors, "uv-wizard mirrors"),
    "torch": (_torch, "uv-wizard torch"),
    "review": (_review, "uv-wizard plan"),
    "sync": (_sync, "uv sync --locked"),
    "verify": (_verify, "uv-wizard verify"),
}
