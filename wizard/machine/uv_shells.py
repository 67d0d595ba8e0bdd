"""Which uv each shell of this user runs, asked by starting it as a new window does."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress

from wizard.language import nsaid, said
from wizard.lists import both
from wizard.machine.ask_shell import ShellSaid, ask_shells, fresh_environment, shells_here
from wizard.machine.conda import roots
from wizard.machine.facts import MachineFinding, UvInShell
from wizard.machine.request import Answer, ProbeRequest
from wizard.machine.telling import finding


def uv_in_shells(request: ProbeRequest) -> Answer:
    """uv_in_shells; and which shells did not answer, or run different ones."""
    environment = fresh_environment(request.environment)
    if request.os == "windows":
        from wizard.machine.windows import new_environment

        with suppress(OSError):  # then as this program was started
            environment = new_environment()
    said = ask_shells(shells_here(request), environment, ["PATH"], ("uv", "python"), home=request.home_folder)
    told = tuple(_told(one) for one in said)
    return Answer({"uv_in_shells": told}, (*_findings(told), *_of_conda(told, roots(request), request)))


def _of_conda(told: tuple[UvInShell, ...], prefixes: list[str], request: ProbeRequest) -> Iterator[MachineFinding]:
    """Shells whose `python` or `uv` is the base environment's."""
    folders = {request.paths.join(root, sub) for root in prefixes for sub in ("bin", "Scripts", "")}
    lines, whats = [], []
    for one in told:
        for program, path in (("python", one.python), ("uv", one.path)):
            if path and request.paths.dirname(path).rstrip("\\/") in {folder.rstrip("\\/") for folder in folders}:
                lines.append(f"{named(one)}: {program} is {path}")
                whats.append(program)
    if lines:
        names = sorted(set(whats))
        yield finding("conda-in-shells", lines, what=nsaid("{names} is", "{names} are", len(names), names=both(names)))


def _told(said: ShellSaid) -> UvInShell:
    start = "interactive" if said.start.interactive else "login" if said.start.login else ""
    if said.why_not is not None:
        return UvInShell(said.start.family, start, None, said.why_not)
    uv, python = said.found.get("uv") or None, said.found.get("python") or None
    real = os.path.realpath(uv) if uv and os.path.isabs(uv) else None
    return UvInShell(said.start.family, start, uv, None, python, real)


def _findings(told: tuple[UvInShell, ...]) -> Iterable[MachineFinding]:
    for one in told:
        if one.why_not is not None:
            yield finding("shell-silent", [one.why_not], shell=named(one), why=one.why_not)
    answered = [one for one in told if one.why_not is None]
    if len({one.real or one.path for one in answered if one.path}) > 1:
        lines = [said("{words}: {what}", words=named(one), what=one.path or said("none")) for one in answered]
        yield finding("uv-differs", lines)


def named(one: UvInShell) -> str:
    """`bash` as a new window starts it, `bash as a log-in` as a log-in does."""
    return said("{shell} at log-in", shell=one.shell) if one.start == "login" else one.shell
