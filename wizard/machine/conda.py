"""Conda: whether it is here, which environment is active, and whether base becomes active by itself.

Where it reads its settings: conda's documentation, "Using the .condarc conda configuration file"; its block in start-up files is
what `conda init` writes.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from wizard.machine.facts import Conda
from wizard.machine.places import executable, filled
from wizard.machine.request import Answer, ProbeRequest
from wizard.machine.shells import FAMILIES, read_files, startup_files
from wizard.machine.telling import finding

_PROGRAMS = ("conda", "mamba", "micromamba")
_VERSION = re.compile(r"conda-(\d+(?:\.\d+)+)-[^-]+\.json")
_KEYS = ("auto_activate", "auto_activate_base")  # the first since conda 25.3


def conda(request: ProbeRequest) -> Answer:
    """conda; None there where there is no conda at all."""
    active = active_name(request)
    start_up = _start_up(request)
    prefixes = roots(request)
    block = next((name for name in ("conda", "mamba") if f"# >>> {name} initialize >>>" in start_up), None)
    if not (active or prefixes or block or _on_path(request)):
        return Answer({"conda": None})
    auto = auto_activates(block, condarc(request, prefixes), request.variables)
    fact = Conda(active, auto, *_program(request, prefixes), _user_condarc(request))
    if active == "base" and auto:
        evidence = [f"CONDA_PREFIX={request.get('CONDA_PREFIX') or ''}"]
        return Answer({"conda": fact}, (finding("conda-base-active", evidence, key=key_of(fact.version)),))
    return Answer({"conda": fact})


def _program(request: ProbeRequest, prefixes: Iterable[str]) -> tuple[str | None, str | None]:
    """A conda program and its version, as its own record in its folder says: conda takes a second to start."""
    windows = request.os == "windows"
    places = (
        (("Scripts", "conda.exe"), ("condabin", "conda.bat")) if windows else (("bin", "conda"), ("condabin", "conda"))
    )
    for prefix in prefixes:
        program = next(
            filter(None, (executable(request, request.paths.join(prefix, sub), name) for sub, name in places)), None
        )
        if program is not None:
            told = (_VERSION.fullmatch(record.name) for record in Path(prefix, "conda-meta").glob("conda-[0-9]*.json"))
            return program, next((hit.group(1) for hit in told if hit), None)
    return None, None


def key_of(version: str | None) -> str:
    """What the setting is called: `auto_activate` since conda 25.3, which knows the older name too."""
    numbers = tuple(int(part) for part in (version or "").split(".")[:2] if part.isdigit())
    return _KEYS[0] if numbers >= (25, 3) else _KEYS[1]


def _user_condarc(request: ProbeRequest) -> str:
    return request.get("CONDARC") or str(request.paths.join(request.home_folder, ".condarc"))


def active_name(request: ProbeRequest) -> str | None:
    """Name of the environment that is active; one without a name has its folder's."""
    name = request.get("CONDA_DEFAULT_ENV") or request.get("CONDA_PREFIX")
    return str(request.paths.basename(name.rstrip("/\\"))) if name else None


def roots(request: ProbeRequest) -> list[str]:
    """Folders that hold a conda of this user or machine, the active one first."""
    named = [request.get("CONDA_ROOT"), request.get("MAMBA_ROOT_PREFIX")]
    exe = request.get("CONDA_EXE")
    if exe:
        named.append(request.paths.dirname(request.paths.dirname(exe)))
    if active_name(request) == "base":
        named.append(request.get("CONDA_PREFIX"))
    candidates = dict.fromkeys([*filter(None, named), *filled("conda", request)])
    return [folder for folder in candidates if Path(folder, "conda-meta").is_dir()]


def _on_path(request: ProbeRequest) -> bool:
    ending = ".exe" if request.os == "windows" else ""
    return any(executable(request, folder, name + ending) for folder in request.search_path for name in _PROGRAMS)


def _start_up(request: ProbeRequest) -> str:
    """All start-up files of this user as one text; on Windows what cmd runs first, and PowerShell's profiles."""
    if request.os == "windows":
        from wizard.machine.windows import auto_run

        documents = Path(request.home_folder, "Documents")
        paths = [os.fspath(documents / folder / "profile.ps1") for folder in ("PowerShell", "WindowsPowerShell")]
        hook = "# >>> conda initialize >>>" if "conda" in auto_run().lower() else ""
    else:
        paths = [path for family in FAMILIES for path in startup_files(family, request.home_folder, request.variables)]
        hook = ""
    files, _ = read_files(paths, request.home_folder)
    texts = ((data or b"").decode("utf-8", "replace") for data in files.values())
    return "\n".join([hook, *texts]).replace("#region conda initialize", "# >>> conda initialize >>>")


def condarc(request: ProbeRequest, prefixes: Iterable[str]) -> dict[str, Any]:
    """The settings of all .condarc files, the later ones winning; those that do not parse are as if absent."""
    import yaml

    merged: dict[str, Any] = {}
    for path in _condarc_paths(request, prefixes):
        files, _ = read_files([path], request.home_folder)
        try:
            told = yaml.safe_load(files.get(path) or b"")
        except (yaml.YAMLError, RecursionError):
            continue
        if isinstance(told, dict):
            merged.update({str(key): value for key, value in told.items()})
    return merged


def _condarc_paths(request: ProbeRequest, prefixes: Iterable[str]) -> Iterator[str]:
    join = request.paths.join
    if request.os == "windows":
        yield r"C:\ProgramData\conda\.condarc"
    else:
        yield from (os.fspath(request.at(f"{folder}/.condarc")) for folder in ("etc/conda", "var/lib/conda"))
    yield from (join(prefix, ".condarc") for prefix in prefixes)
    if request.get("XDG_CONFIG_HOME"):
        yield join(request.get("XDG_CONFIG_HOME"), "conda", ".condarc")
    home = request.home_folder
    for place in ((".config", "conda", ".condarc"), (".conda", ".condarc"), (".condarc",), (".mambarc",)):
        yield join(home, *place)
    if request.get("CONDA_PREFIX"):
        yield join(request.get("CONDA_PREFIX"), ".condarc")
    if request.get("CONDARC"):
        yield str(request.get("CONDARC"))


def auto_activates(block: str | None, settings: Mapping[str, Any], environment: Mapping[str, str]) -> bool:
    """Whether new shells start inside an environment. `block`: conda or mamba, whose hook the shells run.

    conda's default is yes, mamba's (from 2.0) and micromamba's is no. The environment's word is the last.
    """
    if block is None:
        return False
    told = next((settings[key] for key in _KEYS if isinstance(settings.get(key), bool)), block == "conda")
    for name in (f"CONDA_{key.upper()}" for key in _KEYS):
        if environment.get(name):
            return environment[name].strip().lower() in ("true", "yes", "on", "1")
    return bool(told)
