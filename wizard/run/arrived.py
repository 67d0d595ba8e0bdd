"""After settings were written: uv is asked whether it takes its file, and each shell what it gives to programs now."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from wizard import files_undo
from wizard.language import said
from wizard.lists import both, clauses, counted, listed
from wizard.run.actions import Carrier
from wizard.text import masked, one_line

LIMIT_S = 5.0
"""Seconds for one shell to answer."""


def check_uv_toml(action: Mapping[str, Any], carrier: Carrier) -> int:
    """`uv cache dir` with the new uv.toml at `path`: where uv complains, the file is put back. uv's exit code."""
    argv = list(action["argv"])
    own = {"UV_CONFIG_FILE": None, "UV_NO_CONFIG": None}  # or it would not read the file at all
    # not in the project: its own settings would come first
    code = carrier.run_command(argv, own, str(carrier.run_folder))
    if code == 0 or carrier.cancelled():
        return code
    why = carrier.output_tail
    put_back = files_undo.undo(carrier.journal_folder, only=action["path"])
    state = "as it was before" if all(one.state != "refused" for one in put_back) else "left, for it was changed since"
    carrier.emit("output", text=f"error: uv does not take {action['path']} with these settings; the file is {state}")
    for line in why.splitlines()[-20:]:
        carrier.emit("output", text=line)  # the diagnosis reads what was said last
    return code


def ask_shells(action: Mapping[str, Any], carrier: Carrier) -> int:
    """A `shell` event and a line for each start of each shell: what arrived there. Always 0: the settings are written.

    `variables`: name -> value; `uv`: the uv that every shell should find, None where that is not asked.
    """
    from wizard.machine.ask_shell import ask_shells as ask
    from wizard.machine.ask_shell import fresh_environment, shells_here
    from wizard.machine.request import ProbeRequest

    wanted: dict[str, str] = dict(action["variables"])
    environment = {name: value for name, value in os.environ.items() if not name.startswith("UV_WIZARD_")}
    if sys.platform == "win32":
        from wizard.machine.windows import new_environment

        environment = new_environment()
        fresh = fresh_environment(environment)
    else:
        fresh = fresh_environment(environment, wanted, [action["folder"]] if action["folder"] else [])
    starts = shells_here(ProbeRequest(environment=environment))
    programs = ("uv",) if action["uv"] else ()
    for answer in ask(starts, fresh, list(wanted), programs, limit=LIMIT_S, home=os.path.expanduser("~")):
        if answer.why_not is not None:
            carrier.emit(
                "shell", shell=answer.start.words, arrived=None, values={}, uv=None, why=one_line(answer.why_not)
            )
            carrier.emit(
                "note",
                text=said(
                    "{words}: not known what arrived, {why_not}", words=answer.start.words, why_not=answer.why_not
                ),
            )
            continue
        uv = answer.found.get("uv") if action["uv"] else None
        wrong = [_other(name, value, answer.values.get(name)) for name, value in wanted.items()
                 if answer.values.get(name) != value]  # fmt: skip
        if uv is not None and not _same_file(uv, action["uv"]):
            wrong.append(said("uv there is {uv}", uv=one_line(uv)) if uv else said("uv is not found"))
        values = {name: None if text is None else masked(text) for name, text in answer.values.items()}
        why = clauses(wrong) or None
        carrier.emit("shell", shell=answer.start.words, arrived=not wrong, values=values, uv=uv or None, why=why)
        names = both([*wanted, *programs])
        carrier.emit(
            "note",
            text=said("{words}: {what}", words=answer.start.words, what=why or said("{names} arrived", names=names)),
        )
    return 0


def told(found: Iterable[Mapping[str, Any]]) -> str:
    """What a run's events say of the shells, in one short sentence; "" where none was asked."""
    asked = [event for event in found if event.get("type") == "shell"]
    for state in (False, None):
        which = [event["shell"] for event in asked if event["arrived"] is state]
        if which:
            return _not_all(counted(which, 1), known=state is False)
    names = list(dict.fromkeys(event["shell"].partition(",")[0] for event in asked))
    if not names:
        return ""
    if len(names) == 1:
        return said("{shell} has the new variables.", shell=names[0])
    return said("{shells} have the new variables.", shells=listed(names))


def _not_all(which: str, *, known: bool) -> str:
    if known:
        return said("! Not all arrived in {shells}; the log says why.", shells=which)
    return said("! Not known what arrived in {shells}; the log says why.", shells=which)


def _other(name: str, value: str, found: str | None) -> str:
    if found is None:
        return said("{name} did not arrive", name=name)
    return said(
        "{name} is {found} there, not {value}: another line sets it later",
        name=name,
        found=one_line(masked(found), 200),
        value=one_line(masked(value), 200),
    )


def _same_file(one: str, other: str) -> bool:
    return os.path.normcase(os.path.realpath(one)) == os.path.normcase(os.path.realpath(other))
