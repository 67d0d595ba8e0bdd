"""Variables for every shell of this user: one generated file a family, and a block in start-up files that reads it. Pure.

Who reads what: bash(1) INVOCATION, zsh(1) STARTUP/SHUTDOWN FILES, fish(1) configuration files, about_Profiles, nushell's
book (Configuration).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from wizard.language import said
from wizard.machine.facts import Machine, short
from wizard.plan.shell_block import can_hold, with_block
from wizard.plan.shell_family import FAMILIES, FISH, NU, OF_SHELL, SH, Family
from wizard.plan.step import FileChange

_BASH_LOGIN = (".bash_profile", ".bash_login", ".profile")
_FILES_OF = {
    "bash": {".bashrc", *_BASH_LOGIN},
    "zsh": {".zshenv", ".zshrc", ".zprofile"},
    "fish": {"config.fish"},
    "pwsh": {"profile.ps1"},
    "nu": {"config.nu"},
}


@dataclass(frozen=True)
class ShellFiles:
    """The changes, what to tell about them, and the names of the shells they are for."""

    changes: tuple[FileChange, ...] = ()
    notes: tuple[str, ...] = ()
    shells: tuple[str, ...] = ()


def shells_of(machine: Machine) -> tuple[str, ...]:
    """Every shell of which this user has a start-up file, and $SHELL."""
    present = {PurePosixPath(path).name for path, data in machine.files.items() if data is not None}
    present |= {PurePosixPath(path).name for path, why in machine.kept_files.items() if why == said("not readable")}
    return tuple(shell for shell, names in _FILES_OF.items() if present & names or machine.shell == shell)


def knows_folder(machine: Machine, folder: str) -> bool:
    """Whether a start-up file names that folder already (uv's own installer writes such a line)."""
    short = re.escape(folder.removeprefix(_home(machine)))
    named = rf"(?:{re.escape(folder)}|(?:\$HOME|\$\{{HOME\}}|~){short})" if short else re.escape(folder)
    pattern = re.compile(rf"^(?!\s*#).*{named}(?:[\"':;\s]|/env|/?$)".encode(), re.MULTILINE)
    return any(pattern.search(data) for data in machine.files.values() if data)


def env_file(machine: Machine, family: Family) -> str:
    """Our generated file of that family."""
    if family is FISH:
        return posixpath.join(_config(machine), "fish", "conf.d", family.file)
    return posixpath.join(machine.folders.get("config") or posixpath.join(_config(machine), "uv-wizard"), family.file)


def own_variables(machine: Machine, names: frozenset[str]) -> dict[str, str]:
    """What our generated files set by now."""
    found: dict[str, str] = {}
    for family in FAMILIES:
        found = {**family.variables_of(machine.files.get(env_file(machine, family)), names), **found}
    return found


def own_folder(machine: Machine) -> str | None:
    """The folder that our generated files put into PATH by now."""
    found = (family.folder_of(machine.files.get(env_file(machine, family))) for family in FAMILIES)
    return next((folder for folder in found if folder), None)


def shell_files(machine: Machine, variables: Mapping[str, str], folder: str | None) -> ShellFiles:
    """All files that make these variables, and `folder` in PATH, known to every shell. `variables`: the whole of ours."""
    shells = shells_of(machine)
    families = tuple(dict.fromkeys(OF_SHELL[shell] for shell in shells or ("sh",)))
    changes = [_change(machine, env_file(machine, one), one.text(variables, folder)) for one in families]
    notes: list[str] = []
    for shell in shells or ("sh",):
        for path in _start_up_files(machine, shell):
            change, note = _with_reading(machine, path, OF_SHELL[shell])
            changes += [change] if change else []
            notes += [note] if note else []
    return ShellFiles(tuple(changes), tuple(dict.fromkeys(notes)), shells)


def _start_up_files(machine: Machine, shell: str) -> list[str]:
    """Those that together are read in every kind of start: a log-in's or not, at a terminal or not."""
    home = _home(machine)
    if shell == "bash":
        login = [posixpath.join(home, name) for name in _BASH_LOGIN]
        there = [path for path in login if machine.files.get(path) is not None or path in machine.kept_files]
        # a new .bash_profile would hide .profile, which sh and the desktop's log-in read
        first, profile = (there or login[-1:])[0], [path for path in there if path == login[-1]]
        return list(dict.fromkeys([posixpath.join(home, ".bashrc"), first, *profile]))
    if shell == "sh":
        return [posixpath.join(home, ".profile")]
    if shell == "zsh":
        own = posixpath.join(machine.environment.get("ZDOTDIR") or home, ".zshenv")
        before = posixpath.join(home, ".zshenv")
        return list(dict.fromkeys([own, *([before] if machine.files.get(before) is not None else [])]))
    if shell == "pwsh":
        return [posixpath.join(_config(machine), "powershell", "profile.ps1")]
    if shell == "nu":
        library = posixpath.join(home, "Library", "Application Support")
        macos = machine.os == "macos" and not machine.environment.get("XDG_CONFIG_HOME")
        return [posixpath.join(library if macos else _config(machine), "nushell", "config.nu")]
    return []  # fish reads the folder that our file lies in


def _with_reading(machine: Machine, path: str, family: Family) -> tuple[FileChange | None, str | None]:
    """The file with the block, and what to tell of it; no change where it is not ours to write."""
    generated = env_file(machine, family)
    line = family.reading(generated, _home(machine))
    before = None if machine.foreign else machine.files.get(path)
    if before is not None and with_block(before, line) == before:
        return None, None
    why = machine.kept_files.get(path)
    if why is None and not can_hold(before):
        why = "UTF-16"
    if why is not None:
        return (
            None,
            said(
                "{short} is {why}, so it is left as it is. Add this line there yourself, near its top: {line}",
                short=short(machine, path),
                why=why,
                line=line,
            ),
        )
    target = machine.linked_files.get(path)
    note = (
        said(
            "{short} is a link and stays one; the file it leads to is changed: {target}",
            short=short(machine, path),
            target=target,
        )
        if target
        else None
    )
    return FileChange(path, before, with_block(before, line), known=not machine.foreign), note


def _change(machine: Machine, path: str, after: bytes) -> FileChange:
    return FileChange(path, None if machine.foreign else machine.files.get(path), after, known=not machine.foreign)


@dataclass(frozen=True)
class Assignment:
    """A line of the user's own start-up files that sets a variable. `value`: as it is written, quotes taken off."""

    variable: str
    path: str
    line: int
    value: str


def assignments(machine: Machine, names: frozenset[str]) -> Iterator[Assignment]:
    """Every such line, our own generated files left out. They are read after our block, so they win over it."""
    word = "|".join(map(re.escape, sorted(names)))
    pattern = re.compile(
        rf"^\s*(?:(?:export\s+|(?:declare|typeset)\s+-\w+\s+)?({word})=|set\s+(?:-\S+\s+)+({word})\s+"
        rf"|\$env:({word})\s*=\s*|\$env\.({word})\s*=\s*)(.*?)\r?$"
    )
    own = {env_file(machine, family) for family in FAMILIES}
    for path, data in machine.files.items():
        if path in own or path.endswith(".toml"):
            continue
        for number, line in enumerate((data or b"").decode("utf-8", "replace").split("\n"), 1):
            found = pattern.match(line)
            if found:
                yield Assignment(next(filter(None, found.groups()[:4])), path, number, _plain(found[5]))


def _plain(text: str) -> str:
    text = text.strip()
    return text[1 : text.index(text[0], 1)] if text[:1] in {"'", '"'} and text[0] in text[1:] else text.split(" #")[0]


def load_line(machine: Machine) -> str | None:
    """What a person types so that the terminal they are in has the new variables; None where a new one is needed."""
    if machine.os == "windows":
        return None
    family = OF_SHELL.get(machine.shell or "sh", SH)
    short_path = short(machine, env_file(machine, family))
    plain = re.fullmatch(r"~?[\w./-]+", short_path, re.ASCII)
    path = short_path if plain else family.quote(env_file(machine, family))
    # a dot before a path is easily taken for a mark of the text; sh and its like know no other word
    return f"source {path}" if family in {FISH, NU} or machine.shell in {"bash", "zsh"} else f". {path}"


def _home(machine: Machine) -> str:
    return machine.home or "~"


def _config(machine: Machine) -> str:
    default = "~/.config" if machine.home is None else posixpath.join(machine.home, ".config")
    return machine.environment.get("XDG_CONFIG_HOME") or default
