"""Settings become files: one generated file a shell family and a small block that reads it; or uv.toml; or the registry.

Sources for who reads what: bash(1) INVOCATION, zsh(1) STARTUP/SHUTDOWN FILES, fish(1) configuration files.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from pathlib import PurePosixPath, PureWindowsPath

from wizard.choices import Choices
from wizard.errors import BadInput
from wizard.machine.facts import Machine
from wizard.plan import quoting
from wizard.plan.mirrors import PERSIST_NOTE, persisted
from wizard.plan.step import FileChange, RegistryChange, Step

VARIABLES = {
    "settings.cache-dir": "UV_CACHE_DIR",
    "settings.python-install-dir": "UV_PYTHON_INSTALL_DIR",
    "settings.link-mode": "UV_LINK_MODE",
}
UV_TOML_KEYS = {"settings.cache-dir": "cache-dir", "settings.link-mode": "link-mode"}
"""What uv.toml takes; the Python folder is environment only (one unknown key there stops every uv command)."""

BEGIN, END = "# >>> uv-wizard >>>", "# <<< uv-wizard <<<"
_HEAD = "# Written by uv-wizard. `uv-wizard undo` puts back what was here before."
_BASH_LOGIN = (".bash_profile", ".bash_login", ".profile")


def chosen_variables(choices: Choices) -> dict[str, str]:
    """The variables that the choices set; a key at its default is uv's business."""
    chosen = {VARIABLES[key]: choices.text(key) for key in VARIABLES}
    return {name: value for name, value in chosen.items() if value and not (name == "UV_LINK_MODE" and value == "auto")}


def step(machine: Machine, choices: Choices, path_entry: str | None) -> Step | None:
    """The settings step, None where nothing changes. `path_entry`: a folder that every shell should search for uv."""
    where = choices.text("settings.where")
    if where == "none":
        return None
    variables = chosen_variables(choices)
    files: list[FileChange] = []
    if where == "uv.toml":
        files += _uv_toml(machine, choices)
        variables = {name: value for name, value in variables.items() if name == "UV_PYTHON_INSTALL_DIR"}
    kept_index = persisted(choices)
    if kept_index is not None:
        variables["UV_DEFAULT_INDEX"] = kept_index
    changes: tuple[RegistryChange, ...] = ()
    shells: tuple[str, ...] = ()
    if variables or path_entry:
        if machine.os == "windows":
            changes = _registry(machine, variables, path_entry)
        else:
            shells = shells_of(machine)
            files += _environment(machine, shells, variables, path_entry)
    files = [change for change in files if not change.known or change.before != change.after]
    if not files and not changes:
        return None
    names = [*variables, *(["PATH"] if path_entry else [])]
    if where == "uv.toml":
        names = [key for key in UV_TOML_KEYS.values() if choices.get(f"settings.{key}") not in ("", "auto")] + names
    target = "your Windows user" if machine.os == "windows" else _and(shells) or "uv.toml"
    notes = () if kept_index is None else (PERSIST_NOTE,)
    summary = f"{', '.join(names)} for {target}"
    return Step("settings", "settings", summary, files=tuple(files), registry=changes, notes=notes)


def shells_of(machine: Machine) -> tuple[str, ...]:
    """Every shell of which this user has a start-up file, and $SHELL."""
    present = {PurePosixPath(path).name for path, data in machine.files.items() if data is not None}
    found = []
    if present & {".bashrc", *_BASH_LOGIN} or machine.shell == "bash":
        found.append("bash")
    if present & {".zshenv", ".zshrc", ".zprofile"} or machine.shell == "zsh":
        found.append("zsh")
    if "config.fish" in present or machine.shell == "fish":
        found.append("fish")
    return tuple(found)


def knows_folder(machine: Machine, folder: str) -> bool:
    """Whether a start-up file names that folder already (uv's own installer writes such a line)."""
    short = folder.replace(_home(machine), "$HOME", 1)
    names = (folder.encode(), short.encode())
    return any(name in data for data in machine.files.values() if data for name in names)


def _and(words: tuple[str, ...]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def _home(machine: Machine) -> str:
    return machine.home or "~"


def _config(machine: Machine) -> str:
    default = "~/.config" if machine.home is None else posixpath.join(machine.home, ".config")
    return machine.environment.get("XDG_CONFIG_HOME") or default


def env_file(machine: Machine, family: str) -> str:
    """Our generated file of that family, `sh` or `fish`."""
    if family == "fish":
        return posixpath.join(_config(machine), "fish", "conf.d", "uv-wizard.fish")
    return posixpath.join(machine.folders.get("config") or posixpath.join(_config(machine), "uv-wizard"), "env.sh")


def load_line(machine: Machine) -> str | None:
    """What a person types so that the terminal they are in has the new variables; None where a new one is needed."""
    if machine.os == "windows":
        return None
    if machine.shell == "fish":
        return f"source {quoting.fish(env_file(machine, 'fish'))}"
    return f". {quoting.sh(env_file(machine, 'sh'))}"


def _environment(
    machine: Machine, shells: tuple[str, ...], variables: Mapping[str, str], path_entry: str | None
) -> list[FileChange]:
    changes: list[FileChange] = []
    if {"bash", "zsh"} & set(shells) or not shells:
        generated = env_file(machine, "sh")
        merged = {**_kept(machine, generated, "export "), **variables}
        lines = [f"export {name}={quoting.sh(value)}" for name, value in sorted(merged.items())]
        path = path_entry or _kept_path(machine, generated)
        if path:
            quoted = quoting.sh(path)
            lines.insert(0, f'case ":${{PATH}}:" in *:{quoted}:*) ;; *) PATH={quoted}:"$PATH"; export PATH ;; esac')
        changes.append(_change(machine, generated, _text([_HEAD, *lines])))
        quoted = quoting.sh(generated)
        block = f"{BEGIN}\nif [ -r {quoted} ]; then . {quoted}; fi\n{END}\n"
        changes += [_with_block(machine, path, block) for path in _start_up_files(machine, shells)]
    if "fish" in shells:
        generated = env_file(machine, "fish")
        merged = {**_kept(machine, generated, "set -gx "), **variables}
        lines = [f"set -gx {name} {quoting.fish(value)}" for name, value in sorted(merged.items())]
        path = path_entry or _kept_path(machine, env_file(machine, "sh"))
        if path:
            quoted = quoting.fish(path)
            lines.insert(0, f"contains -- {quoted} $PATH; or set -gx PATH {quoted} $PATH")
        changes.append(_change(machine, generated, _text([_HEAD, *lines])))
    return changes


def _text(lines: list[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()


def _kept(machine: Machine, path: str, prefix: str) -> dict[str, str]:
    """Variables that an earlier run of ours wrote: what is not chosen anew stays as it is."""
    kept: dict[str, str] = {}
    for line in (machine.files.get(path) or b"").decode("utf-8", "replace").splitlines():
        name, _, value = (
            line.removeprefix(prefix).replace(" ", "=", 1 if prefix.startswith("set") else 0).partition("=")
        )
        if line.startswith(prefix) and name in {*VARIABLES.values(), "UV_DEFAULT_INDEX"} and len(value) > 1:
            inner = value[1:-1]
            kept[name] = (
                inner.replace("'\\''", "'") if prefix == "export " else inner.replace("\\'", "'").replace("\\\\", "\\")
            )
    return kept


def _kept_path(machine: Machine, path: str) -> str | None:
    for line in (machine.files.get(path) or b"").decode("utf-8", "replace").splitlines():
        if line.startswith('case ":${PATH}:" in *:'):
            return line.split("*:'", 1)[1].split("':*)", 1)[0].replace("'\\''", "'")
    return None


def _start_up_files(machine: Machine, shells: tuple[str, ...]) -> list[str]:
    home = _home(machine)
    files: list[str] = []
    if "bash" in shells:
        files.append(posixpath.join(home, ".bashrc"))
        login = [posixpath.join(home, name) for name in _BASH_LOGIN]
        files.append(next((path for path in login if machine.files.get(path) is not None), login[-1]))
    if "zsh" in shells:
        files.append(posixpath.join(machine.environment.get("ZDOTDIR") or home, ".zshenv"))
    return files


def _change(machine: Machine, path: str, after: bytes) -> FileChange:
    return FileChange(path, None if machine.foreign else machine.files.get(path), after, known=not machine.foreign)


def _with_block(machine: Machine, path: str, block: str) -> FileChange:
    """The file with our block first: start-up files often return early where there is no terminal."""
    before = None if machine.foreign else machine.files.get(path)
    newline = b"\r\n" if before and b"\r\n" in before and b"\n" not in before.replace(b"\r\n", b"") else b"\n"
    ours = block.encode().replace(b"\n", newline)
    return FileChange(path, before, ours + without_block(before or b""), known=not machine.foreign)


def without_block(data: bytes) -> bytes:
    """The file without our block; a block that lacks its end loses its first two lines only."""
    lines = data.splitlines(keepends=True)
    begin = next((i for i, line in enumerate(lines) if line.strip() == BEGIN.encode()), None)
    if begin is None:
        return data
    end = next((i for i, line in enumerate(lines[begin:], begin) if line.strip() == END.encode()), None)
    if end is None:
        end = begin + 1 if b"uv-wizard" in b"".join(lines[begin + 1 : begin + 2]) else begin
    return b"".join(lines[:begin] + lines[end + 1 :])


def _registry(machine: Machine, variables: Mapping[str, str], path_entry: str | None) -> tuple[RegistryChange, ...]:
    def before(name: str) -> tuple[str, str] | None:
        return next((value for key, value in machine.registry.items() if key.lower() == name.lower()), None)

    changes = []
    for name, value in variables.items():
        old = before(name)
        if old is None or old[0] != value:
            kind = old[1] if old else "REG_SZ"
            changes.append(RegistryChange(name, old[0] if old else None, value, kind, known=not machine.foreign))
    if path_entry:
        old = before("Path")
        entries = [entry for entry in (old[0] if old else "").split(";") if entry]
        if not any(PureWindowsPath(entry) == PureWindowsPath(path_entry) for entry in entries):
            after = ";".join([path_entry, *(["%Path%"] if machine.foreign else entries)])
            kind = old[1] if old else "REG_EXPAND_SZ"
            changes.append(RegistryChange("Path", old[0] if old else None, after, kind, known=not machine.foreign))
    return tuple(changes)


def _uv_toml(machine: Machine, choices: Choices) -> list[FileChange]:
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    path = machine.folders.get("user_uv_toml") or posixpath.join(_config(machine), "uv", "uv.toml")
    values = {name: choices.text(key) for key, name in UV_TOML_KEYS.items() if choices.text(key) not in ("", "auto")}
    if not values:
        return []
    before = machine.files.get(path)
    try:
        document = tomlkit.parse((before or b"").decode("utf-8"))
    except (TOMLKitError, UnicodeDecodeError):
        msg = f"{path} is not valid TOML, so nothing can be added to it; correct it, or take settings.where=environment"
        raise BadInput(msg) from None
    for name, value in values.items():
        if name in document:
            document[name] = value
        else:  # before the first table, or it would become that table's
            document = tomlkit.parse(f"{name} = {tomlkit.item(value).as_string()}\n" + tomlkit.dumps(document))
    return [_change(machine, path, tomlkit.dumps(document).encode())]
