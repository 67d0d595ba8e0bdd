"""Settings in the user's uv.toml: by tomlkit, so that comments and order stay. Pure."""

from __future__ import annotations

import codecs
import posixpath
from collections.abc import Iterator, Mapping

from wizard.choices import Choices
from wizard.errors import BadInput
from wizard.language import said
from wizard.machine.facts import Machine
from wizard.machine.uv_flags import is_on
from wizard.plan.step import FileChange

KEYS = {"settings.cache-dir": "cache-dir", "settings.link-mode": "link-mode"}
"""What uv.toml takes; the Python folder is environment only (one unknown key there stops every uv command)."""


def values(choices: Choices) -> dict[str, str]:
    """The keys that the choices set."""
    return {name: choices.text(key) for key, name in KEYS.items() if choices.text(key) not in ("", "auto")}


def taken(machine: Machine, choices: Choices, uv: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """(what goes into uv.toml, what to tell). What the uv at `uv` was asked for and does not know stays out of it."""
    wanted = values(choices)
    found = next((one for one in machine.uv or () if one.path == uv), None)
    unknown = [name for name in wanted if found and found.toml_keys is not None and name not in found.toml_keys]
    notes: list[str] = [
        said(
            "uv {version} knows no {name} in uv.toml and would stop there: it becomes a variable.",
            version=found.version if found else "",
            name=name,
        )
        for name in unknown
    ]
    kept = {name: value for name, value in wanted.items() if name not in unknown}
    if kept:
        notes += _passed_over(machine)
    for other in machine.uv or ():
        strange = [name for name in kept if other.toml_keys is not None and name not in other.toml_keys]
        if strange and other.path != uv:
            notes.append(
                said(
                    "The other uv here, {version} at {path}, knows no {name} in uv.toml and will stop.",
                    version=other.version,
                    path=other.path,
                    name=strange[0],
                )
            )
    return kept, tuple(notes)


def _passed_over(machine: Machine) -> Iterator[str]:
    """What keeps uv from reading that file in this terminal."""
    named = machine.environment.get("UV_CONFIG_FILE")
    if named:
        yield said(
            "UV_CONFIG_FILE is set here, so uv reads {named} instead of {path}: remove that variable.",
            named=named,
            path=path(machine),
        )
    if is_on(machine.environment.get("UV_NO_CONFIG")):
        yield said("UV_NO_CONFIG is set here, so uv does not read {path}: remove that variable.", path=path(machine))


def path(machine: Machine) -> str:
    """The user's uv.toml."""
    config = machine.environment.get("XDG_CONFIG_HOME") or posixpath.join(machine.home or "~", ".config")
    if machine.os == "windows" and "user_uv_toml" not in machine.folders:
        return r"%APPDATA%\uv\uv.toml"
    return machine.folders.get("user_uv_toml") or posixpath.join(config, "uv", "uv.toml")


def change(machine: Machine, wanted: Mapping[str, str]) -> FileChange:
    """The file with these keys. Raises BadInput where it is not valid TOML, or not ours to write."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    where = path(machine)
    why = machine.kept_files.get(where)
    if why is not None:
        msg = said(
            "{where} is {why}, so nothing is added to it; take settings.where=environment, or add it there yourself",
            where=where,
            why=why,
        )
        raise BadInput(msg)
    before = None if machine.foreign else machine.files.get(where)
    mark = codecs.BOM_UTF8 if (before or b"").startswith(codecs.BOM_UTF8) else b""  # as editors of Windows leave it
    try:
        document = tomlkit.parse((before or b"").decode("utf-8-sig"))
    except (TOMLKitError, UnicodeDecodeError):
        msg = said(
            "{where} is not valid TOML, so nothing can be added to it; correct it, or take settings.where=environment",
            where=where,
        )
        raise BadInput(msg) from None
    newline = "\r\n" if b"\r\n" in (before or b"") else "\n"
    for name, value in wanted.items():
        if name in document:
            document[name] = value
        else:  # before the first table, or it would become that table's
            document = tomlkit.parse(f"{name} = {tomlkit.item(value).as_string()}{newline}" + tomlkit.dumps(document))
    return FileChange(where, before, mark + tomlkit.dumps(document).encode(), known=not machine.foreign)
