"""`export ansible`: a playbook and a role that carry the choices, and where they suffice the project's files, to many hosts."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from wizard.catalog import asset
from wizard.choices import Choices, as_toml
from wizard.errors import BadInput
from wizard.export.choices import decided
from wizard.export.record import Copy, Exported, change
from wizard.language import said
from wizard.machine.facts import Machine
from wizard.plan.step import FileChange
from wizard.project.facts import Project
from wizard.text import masked, one_line

FOLDER = "uv-wizard-fleet"
ROLE = "roles/uv_wizard"
ONE_FILE = f"{ROLE}/files/tool/uv-wizard.pyz"
_AS_THEY_ARE: Mapping[str, str] = {
    "fleet.yml": "fleet.yml",
    "ansible.cfg": "ansible.cfg",
    "hosts.example.ini": "hosts.example.ini",
    f"{ROLE}/meta/main.yml": "meta.yml",
    f"{ROLE}/vars/main.yml": "vars.yml",
    f"{ROLE}/files/tool/wizard.sh": "wizard.sh",
    **{
        f"{ROLE}/tasks/{name}.yml": f"{name}.yml"
        for name in ("main", "begin", "look", "place", "plan", "apply", "record", "report")
    },
}
"""File of the tree -> asset."""
_CARRIED = ("pyproject.toml", "uv.lock", "uv.toml", ".python-version")
_UNPACKED = 5
"""The room that the one file takes, itself and unpacked, in its own sizes."""
_MIB = 1 << 20


def made(machine: Machine, project: Project, choices: Choices, one_file: Path, to: str | None) -> Exported:
    """The tree. `one_file`: what runs on the hosts; `to`: its folder, None for one in the project. Raises BadInput."""
    folder = str(Path(to).absolute()) if to else os.path.join(project.path, FOLDER)
    values, notes = decided(choices, machine)
    carried = _carried(project)
    texts: dict[str, str | bytes] = {name: text(source) for name, source in _AS_THEY_ARE.items()}
    texts[".gitignore"] = "results/\n"
    texts[f"{ROLE}/files/tool/choices.toml"] = as_toml(choices, values)
    texts[f"{ROLE}/defaults/main.yml"] = defaults(project, choices, one_file.stat().st_size, carries=bool(carried))
    texts.update({f"{ROLE}/files/project/{name}": data for name, data in carried.items()})
    files = tuple(change(folder, name, data) for name, data in texts.items())
    copies = (Copy(str(one_file), os.path.join(folder, *ONE_FILE.split("/"))),)
    stale = tuple(_stale(folder, carried))
    summary = said(
        "a role and a playbook for {name}, in {folder}", name=one_line(project.name or project.path, 40), folder=folder
    )
    return Exported(
        (*files, *stale), summary, (*notes, *_notes(project, choices, carried)), _commands(folder), copies=copies
    )


def text(name: str) -> str:
    """An asset of the role."""
    return asset("ansible").joinpath(name).read_text("utf-8")


def defaults(project: Project, choices: Choices, size: int, *, carries: bool) -> str:
    """roles/uv_wizard/defaults/main.yml: all that a user may set, with what each means."""
    name = project.name or os.path.basename(project.path)
    named: dict[str, tuple[Any, str]] = {
        "uv_wizard_project": (f"{{{{ uv_wizard_host_home }}}}/{name}", "where the project lies on a host"),
        "uv_wizard_carries": (
            carries,
            "whether this role brings the project's files; else they are there already (git)",
        ),
        "uv_wizard_folder": ("{{ uv_wizard_host_home }}/.local/share/uv-wizard", "what this role puts on a host"),
        "uv_wizard_least_mib": (_UNPACKED * size // _MIB + 16, "MiB that have to be free in the home to begin"),
        "uv_wizard_python": ("python3", "a Python 3.10 or newer, where it is none of the usual ones"),
        "uv_wizard_apply_options": ([], "more words for uv-wizard apply, such as --bundle and its folder"),
        "uv_wizard_results": ("{{ playbook_dir }}/results", "where the hosts' results come together"),
        "uv_wizard_vault": (
            {},
            f"secrets by name, from a vault; a host's own environment has them otherwise{_asked(choices)}",
        ),
    }
    lines = ["# Written by uv-wizard. Set these for a group or a host in the inventory, not here.", "---"]
    for key, (value, about) in named.items():
        lines += [f"# {about}", f"{key}: {json.dumps(value)}"]
    return "\n".join(lines) + "\n"


def _asked(choices: Choices) -> str:
    names = choices.names("secrets.variables")
    return said(" (asked for: {names})", names=", ".join(names)) if names else ""


def _carried(project: Project) -> dict[str, bytes]:
    """The project's files, where they are all that a sync needs: no package of the lock is built from a folder of it."""
    local = [one for one in (project.lock.packages if project.lock else ()) if _from_folder(one.source)]
    if project.member or not project.has_lock or any(one.source.get("virtual") != "." for one in local):
        return {}
    found = {name: data for name in _CARRIED if (data := project.file(name)[1]) is not None}
    for name, data in found.items():
        told = data.decode("utf-8", "replace")
        if masked(told) != told:
            msg = said(
                "{name} holds a sign-in in an address, which would travel to every host; take it out, give the "
                "index a name, and set UV_INDEX_<NAME>_PASSWORD where it is needed",
                name=name,
            )
            raise BadInput(msg)
    return found


def _from_folder(source: Mapping[str, Any]) -> bool:
    return any(kind in source for kind in ("virtual", "editable", "directory", "path"))


def _stale(folder: str, carried: Mapping[str, bytes]) -> Iterator[FileChange]:
    """Files of an earlier export that this one does not carry any more."""
    for name in _CARRIED:
        if name not in carried:
            there = change(folder, f"{ROLE}/files/project/{name}", b"")
            if there.before is not None:
                yield FileChange(there.path, there.before, None)


def _notes(project: Project, choices: Choices, carried: Mapping[str, bytes]) -> Iterator[str]:
    if not carried:
        yield (
            said(
                "The project's own files do not travel: it is built from its sources, or has no uv.lock. Bring it "
                "to each host (git), and say where it lies with uv_wizard_project"
            )
        )
    torch = project.torch
    if torch is not None and choices.text("torch.variant") == "keep":
        yield (
            said(
                "Every host gets the torch variant that uv.lock gives it; --set torch.variant=auto gives each the "
                "one that its own driver and GPU need"
            )
        )
    names = choices.names("secrets.variables")
    if names:
        yield said(
            "Not in these files: {names}. Each host has them in its environment, or they come from a vault",
            names=", ".join(names),
        )


def _commands(folder: str) -> tuple[tuple[tuple[str, ...], str], ...]:
    return (
        (("cd", folder), said("its ansible.cfg counts there")),
        (("cp", "hosts.example.ini", "hosts.ini"), said("then name your hosts in it")),
        (("ansible-playbook", "fleet.yml", "--check"), said("what each host would do")),
        (("ansible-playbook", "fleet.yml"), said("do it, in batches; the table is told at the end")),
    )
