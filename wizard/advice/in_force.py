"""Which settings of uv are in force for this project, and what sets them: a variable, or a file and its line. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wizard.language import said
from wizard.machine.facts import Machine
from wizard.machine.uv_flags import is_on
from wizard.project.facts import Project
from wizard.project.lock_options import LockOption, own_settings
from wizard.toml import TOMLError, parse

DEFAULT_VARIABLES = ("UV_DEFAULT_INDEX", "UV_INDEX_URL")


@dataclass(frozen=True)
class InForce:
    """A value and what sets it. `line`: the line that says so, for the evidence; `path`, `number`: where it stands.

    `path` None: a variable, whose name is `name`.
    """

    value: str
    name: str
    line: str
    path: str | None = None
    number: int = 0

    @property
    def where(self) -> str:
        """In words."""
        return (
            said("{name} in the environment", name=self.name)
            if self.path is None
            else said("{path}, line {number}", path=self.path, number=self.number)
        )


def default_index(machine: Machine, project: Project | None) -> InForce | None:
    """The default index that somebody set, outermost first: the environment, the project, the user, the system."""
    for name in DEFAULT_VARIABLES:
        value = machine.environment.get(name)
        if value:
            return InForce(value, name, f"{name}={value}")
    for path, text, settings in _files(machine, project):
        url = _default_of(settings)
        if url is not None:
            return _in_file(path, text, url, rf"""["']{re.escape(url)}["']""", "index")
    return None


def option(machine: Machine, wanted: LockOption) -> InForce | None:
    """A setting that comes from outside the project: from a variable, else from a uv.toml of the user or the system."""
    value = machine.environment.get(wanted.variable) if wanted.variable else None
    if value:
        return InForce(value, str(wanted.variable), f"{wanted.variable}={value}")
    return option_of_file(machine, wanted)


def option_of_file(machine: Machine, wanted: LockOption) -> InForce | None:
    """The same, of the files alone."""
    for path, text, settings in configs(machine):
        if wanted.setting in settings:
            said = rf"""^\s*\[*["']?{re.escape(wanted.setting)}\b"""
            return _in_file(path, text, str(settings[wanted.setting]), said, wanted.setting)
    return None


def _in_file(path: str, text: str, value: str, pattern: str, name: str) -> InForce:
    for number, line in enumerate(text.splitlines(), 1):
        if re.search(pattern, line) and not line.lstrip().startswith("#"):
            return InForce(value, name, line.strip(), path, number)
    return InForce(value, name, value, path, 1)


def _default_of(settings: Mapping[str, Any]) -> str | None:
    indexes = settings.get("index")
    for index in indexes if isinstance(indexes, list) else ():
        if isinstance(index, Mapping) and index.get("default") is True and isinstance(index.get("url"), str):
            return str(index["url"])
    url = settings.get("index-url")
    return url if isinstance(url, str) else None


def _files(machine: Machine, project: Project | None) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    silent = machine.environment.get("UV_CONFIG_FILE") or not reads_files(machine)
    if project is not None and not silent:
        path, text, settings = own_settings(project)
        if path:
            yield path, text, settings
    yield from configs(machine)


def reads_files(machine: Machine) -> bool:
    """Whether uv reads any file of settings here: not with UV_NO_CONFIG."""
    return not is_on(machine.environment.get("UV_NO_CONFIG"))


def configs(machine: Machine) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """(path, text, settings) of the uv.toml of the user, then of the system, where uv reads them."""
    if not reads_files(machine):
        return
    user = machine.folders.get("user_uv_toml", "")
    known = machine.uv_configs if machine.uv_configs is not None else ((user, machine.files.get(user)),)
    for path, data in known:
        try:
            if data is not None:
                yield path, data.decode("utf-8-sig"), parse(data)
        except (TOMLError, UnicodeDecodeError):
            continue  # uv stops there, and the finding for that is made where the file is read
