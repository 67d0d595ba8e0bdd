"""The user's shell, and the bytes of the files that set its variables.

Which files a shell reads: bash(1) INVOCATION, zsh(1) STARTUP/SHUTDOWN FILES, fish(1) configuration files.
"""

from __future__ import annotations

import re
import stat
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from wizard.language import said
from wizard.machine import folders
from wizard.machine.facts import MachineFinding
from wizard.machine.named_paths import unusable_paths
from wizard.machine.request import Answer, ProbeRequest
from wizard.machine.system import own_folders
from wizard.machine.telling import finding
from wizard.machine.uv_configs import uv_configs
from wizard.toml import TOMLError, parse

FAMILIES = ("bash", "zsh", "fish")
OTHERS = ("pwsh", "nu")
"""Shells of their own kind, whose files we write too."""
_NAMES = {"bash": "bash", "zsh": "zsh", "fish": "fish", "pwsh": "pwsh", "powershell": "pwsh", "cmd": "cmd", "nu": "nu"}
_LARGEST = 4 * 1024 * 1024


def shells(request: ProbeRequest) -> Answer:
    """shell, files, registry; and what is wrong with the files."""
    found = own_folders(request)
    files, findings = read_files(concerned(request, found), request.home_folder)
    facts: dict[str, Any] = {"shell": shell(request), "files": files, "unusable_paths": unusable_paths(request)}
    facts["uv_configs"] = uv_configs(request, found["user_uv_toml"])
    findings += _config_findings(facts["uv_configs"])
    facts["kept_files"], facts["linked_files"] = _others_files(request, files)
    if request.os == "windows":
        from wizard.machine import windows, windows_limits

        facts["registry"] = windows.user_environment()
        findings += windows_limits.findings(windows.values, server=windows.is_server())
    return Answer(facts, tuple(findings))


def _others_files(request: ProbeRequest, files: Mapping[str, bytes | None]) -> tuple[dict[str, str], dict[str, str]]:
    """(path -> why it is not ours to write, path -> where that link leads); one that can't be read is not written."""
    from wizard.machine.dotfiles import looked_at

    wanted = concerned(request, own_folders(request))
    kept, linked = looked_at(request, wanted)
    return {**{path: said("not readable") for path in wanted if path not in files}, **kept}, linked


def startup_files(shell: str, home: str, environment: Mapping[str, str], os: str = "linux") -> list[str]:
    """The files of that shell in which a user sets variables, whether they exist or not; none for other shells."""
    import posixpath

    if shell == "bash":
        return [posixpath.join(home, name) for name in (".bashrc", ".bash_profile", ".bash_login", ".profile")]
    if shell == "zsh":
        folder = environment.get("ZDOTDIR") or home
        return [posixpath.join(folder, name) for name in (".zshenv", ".zshrc", ".zprofile")]
    if shell == "fish":
        config = posixpath.join(_config(home, environment), "fish")
        return [posixpath.join(config, "config.fish"), posixpath.join(config, "conf.d", f"{folders.NAME}.fish")]
    if shell == "pwsh":  # $PROFILE.CurrentUserAllHosts, about_Profiles
        return [posixpath.join(_config(home, environment), "powershell", "profile.ps1")]
    if shell == "nu":  # $nu.default-config-dir, nushell's book
        library = posixpath.join(home, "Library", "Application Support")
        config = library if os == "macos" and not environment.get("XDG_CONFIG_HOME") else _config(home, environment)
        return [posixpath.join(config, "nushell", "config.nu")]
    return []


def _config(home: str, environment: Mapping[str, str]) -> str:
    return environment.get("XDG_CONFIG_HOME") or f"{home}/.config"


def concerned(request: ProbeRequest, found: Mapping[str, str]) -> list[str]:
    """The files that a plan may touch: start-up files, our generated ones, the user's uv.toml."""
    paths = [found["user_uv_toml"]]
    if request.os != "windows":
        for family in FAMILIES + OTHERS:
            paths += startup_files(family, request.home_folder, request.variables, request.os)
        if request.get("ZDOTDIR"):  # where it is set by ~/.zshenv, a new window still begins with that file
            paths.append(f"{request.home_folder}/.zshenv")
        paths += [f"{found['config']}/{name}" for name in ("env.sh", "env.ps1", "env.nu")]
    return list(dict.fromkeys(paths))


def read_files(paths: Iterable[str], home: str) -> tuple[dict[str, bytes | None], list[MachineFinding]]:
    """The bytes of each, None where it does not exist; one that can't be read is left out and told."""
    files: dict[str, bytes | None] = {}
    findings: list[MachineFinding] = []
    for path in paths:
        try:
            files[path] = _bytes(Path(path))
        except OSError as error:
            name = path.replace(home, "~", 1) if home and path.startswith(home) else path
            why = error.strerror or str(error)
            findings.append(finding("file-unreadable", [f"{path}: {why}"], name=name, path=path, why=why))
    return files, findings


def _bytes(path: Path) -> bytes | None:
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    if not stat.S_ISREG(status.st_mode):  # reading a pipe would wait for a writer
        raise OSError(0, said("it is not a file"))
    if status.st_size > _LARGEST:
        raise OSError(0, said("it is larger than {largest} MiB", largest=_LARGEST // 1024**2))
    return path.read_bytes()


def _config_findings(configs: Iterable[tuple[str, bytes]]) -> Iterator[MachineFinding]:
    for path, data in configs:
        try:
            parse(data)
        except (TOMLError, UnicodeDecodeError) as error:
            yield finding("config-invalid", [f"{path}: {error}"], path=path)


def shell(request: ProbeRequest) -> str | None:
    """$SHELL, else the nearest process above this one that is a shell, else the account's; None for another."""
    named = named_shell(request.get("SHELL"))
    if named or request.root != request.paths.sep:
        return named
    return _above() or _of_account()


def named_shell(path: str | None) -> str | None:
    """The shell of that path or program name (`/bin/zsh`, `-bash`, `powershell.exe`), None where it is another."""
    name = re.split(r"[/\\]", path or "")[-1].lower().lstrip("-")
    return _NAMES.get(name.removesuffix(".exe"))


def _above() -> str | None:
    from wizard.machine import processes

    with suppress(processes.Error, OSError):
        for process in processes.Process().parents():
            with suppress(processes.Error, OSError):
                found = named_shell(process.name())
                if found:
                    return found
    return None


def _of_account() -> str | None:
    if sys.platform == "win32":
        return None
    with suppress(ImportError, KeyError):
        import os
        import pwd

        return named_shell(pwd.getpwuid(os.getuid()).pw_shell)
    return None
