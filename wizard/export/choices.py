"""`export choices`: a file of choices for others; and what of them a team may write into its project. Pure but for reading."""

from __future__ import annotations

import os
from collections.abc import Iterator

from wizard.choice_keys import KEYS, UV_INSTALL, Value
from wizard.choices import Choices, as_toml
from wizard.export.record import Exported, change
from wizard.language import nsaid, said
from wizard.machine.facts import Machine
from wizard.text import masked

NAME = "uv-wizard.choices.toml"
_ASKED = ("file", "screen", "set")


def decided(choices: Choices, machine: Machine) -> tuple[dict[str, Value], tuple[str, ...]]:
    """What somebody chose and differs from the default, by key; and a sentence for each that is not for others.

    Left out: what lies in this user's home folder or is a file here, and what holds a sign-in. What advice put in is
    about this machine and is no decision.
    """
    values, notes = {}, []
    for key, spec in KEYS.items():
        value, origin = choices.said(key)
        again = origin in _ASKED and key in choices.layers.get("project", {})  # takes the team's own word back
        if origin in ("default", "advice") or (value == spec.default and not again):
            continue
        why = private(key, value, machine)
        if why is None:
            values[key] = value
        else:
            notes.append(said("{key} is left out: {why}", key=key, why=why))
    return values, tuple(notes)


def private(key: str, value: Value, machine: Machine) -> str | None:
    """Why that value is not for others, None where it is."""
    texts = value if isinstance(value, tuple) else (value,) if isinstance(value, str) else ()
    for text in texts:
        if key == "uv.install" and text not in UV_INSTALL:
            return said("it is a file on this machine")
        if any(_below(text, home) for home in _homes(machine)):
            return said("it lies in your home folder, which others do not have")
        if masked(text) != text:
            return said("it holds a sign-in")
    return None


def _homes(machine: Machine) -> Iterator[str]:
    for home in (machine.home, os.path.expanduser("~")):
        if home and home not in ("~", "/"):
            yield home.replace("\\", "/").rstrip("/").lower() if machine.os == "windows" else home.rstrip("/")


def _below(text: str, home: str) -> bool:
    plain = text.removeprefix("file://").replace("\\", "/")
    return f"{plain}/".startswith(f"{home}/") or f"{plain}/".lower().startswith(f"{home}/".lower())


def made(choices: Choices, folder: str, machine: Machine) -> Exported:
    """The file beside the project."""
    values, notes = decided(choices, machine)
    if not values:
        notes = (
            *notes,
            said("Nothing differs from the defaults; choose with --set KEY=VALUE, such as --set torch.variant=auto"),
        )
    command = ("uv-wizard", "apply", "--yes", "--choices", NAME)
    summary = nsaid(
        "{count} choice that differs from the defaults", "{count} choices that differ from the defaults", len(values)
    )
    return Exported((change(folder, NAME, as_toml(choices, values)),), summary, notes, ((command, said("take them")),))
