"""Which index is in force here, what of it breaks `uv sync --locked`, and which mirror to choose. Pure.

The rules were measured with uv 0.8.24, 0.10.12 and 0.13.8: another default index than the lock's own, even by a
slash, and another resolution, prerelease, fork-strategy or exclude-newer than the lock's make a sound lock fail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from wizard.advice.reason import Advice, Reason
from wizard.machine.facts import Machine, MachineFinding
from wizard.mirrors import catalogue
from wizard.mirrors.ranking import expected_seconds
from wizard.mirrors.record import Measurement, Mirror, Need
from wizard.mirrors.registries import explicit_of, registries_for, same_index
from wizard.project.facts import Lock, Project
from wizard.project.pyproject import table
from wizard.text import masked, one_line, span, standing_size
from wizard.toml import TOMLError, parse

_DEFAULT_VARIABLES = ("UV_DEFAULT_INDEX", "UV_INDEX_URL")
_OPTIONS: Mapping[str, tuple[str, str | None]] = {
    "resolution": ("resolution-mode", "highest"),
    "prerelease": ("prerelease-mode", "if-necessary-or-explicit"),
    "fork-strategy": ("fork-strategy", "requires-python"),
    "exclude-newer": ("exclude-newer", None),
    "exclude-newer-package": ("exclude-newer-package", None),
}
"""Setting -> its key in the lock's `[options]`, and uv's default, which the lock does not write down."""
_FALSE = {"", "0", "false", "no", "off"}


@dataclass(frozen=True)
class InForce:
    """A value and what sets it: a variable, or a file and its line."""

    value: str
    where: str
    line: str
    """The line that says so, for the evidence."""


def audit(machine: Machine, project: Project | None) -> tuple[MachineFinding, ...]:
    """What in this environment and in the uv.toml of the user and the system makes this project's lock fail."""
    if project is None or project.lock is None:
        return ()
    tables, options = _project_tables(project), _lock_options(project)
    found = [_other_index(machine, project, project.lock, tables)]
    found += [_other_option(machine, key, tables, options) for key in _OPTIONS]
    return tuple(finding for finding in found if finding is not None)


def default_index(machine: Machine, tables: Mapping[str, Any]) -> InForce | None:
    """The default index that comes from outside the project, None where uv's own or the project's is in force."""
    for name in _DEFAULT_VARIABLES:
        value = machine.environment.get(name)
        if value:
            return InForce(value, f"{name} in the environment", f"{name}={value}")
    if _default_of(tables) is not None:
        return None
    for path, text, settings in _config_files(machine):
        url = _default_of(settings)
        if url is not None:
            number, line = _line_of(text, url)
            return InForce(url, f"{path}, line {number}", line)
    return None


def _default_of(settings: Mapping[str, Any]) -> str | None:
    indexes = settings.get("index")
    for index in indexes if isinstance(indexes, list) else ():
        if isinstance(index, Mapping) and index.get("default") is True and isinstance(index.get("url"), str):
            return str(index["url"])
    url = settings.get("index-url")
    return url if isinstance(url, str) else None


def _other_index(machine: Machine, project: Project, lock: Lock, tables: Mapping[str, Any]) -> MachineFinding | None:
    own = registries_for(lock.registries, explicit_of(project.indexes), catalogue.torch_bases())["pypi"]
    set_here = default_index(machine, tables)
    if set_here is None or not own or _without_user(set_here.value) in own:
        return None
    index, lock_index = masked(one_line(set_here.value, 200)), masked(one_line(own[0], 200))
    slash = " (a slash at the end is enough)" if same_index(_without_user(set_here.value), own[0]) else ""
    return MachineFinding(
        "lock-other-index",
        "warning",
        "Another default index than uv.lock's own is in force",
        f"{set_here.where} makes {index} the default index, and uv.lock was made with {lock_index}{slash}: uv sync "
        f"--locked fails, and uv run rewrites uv.lock to the other index. Take it out there; through the wizard the "
        f"lock's own index stays the default, and a mirror stands beside it.",
        (masked(one_line(set_here.line, 300)),),
    )


def _without_user(url: str) -> str:
    """uv leaves sign-ins out when it compares."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _other_option(
    machine: Machine, key: str, tables: Mapping[str, Any], options: Mapping[str, Any]
) -> MachineFinding | None:
    set_here = _option_in_force(machine, key, tables)
    lock_key, default = _OPTIONS[key]
    locked = options.get(lock_key, default)
    if set_here is None or set_here.value == str(locked):
        return None
    if locked is not None and key.startswith("exclude-newer"):
        return None  # uv makes moments of dates and of spans: their texts tell nothing
    told = f"{key} = {one_line(set_here.value, 80)}"
    return MachineFinding(
        "lock-outdated",
        "error",
        f"A setting outside the project makes uv.lock fail: {key}",
        f"{set_here.where} says {told}, and uv.lock was made with {'none' if locked is None else one_line(str(locked), 80)}: "
        f"uv sync --locked refuses the lock. Take the setting out there; uv lock is not the remedy, it would change "
        f"the lock for everybody.",
        (one_line(set_here.line, 300),),
    )


def _option_in_force(machine: Machine, key: str, tables: Mapping[str, Any]) -> InForce | None:
    """A setting that the project does not make itself: from a variable, else from a uv.toml outside."""
    variable = "UV_" + key.upper().replace("-", "_")
    value = machine.environment.get(variable)
    if value:
        return InForce(value, f"{variable} in the environment", f"{variable}={value}")
    if key in tables:
        return None
    for path, text, settings in _config_files(machine):
        if key in settings:
            number, line = _line_of(text, key)
            return InForce(str(settings[key]), f"{path}, line {number}", line)
    return None


def _config_files(machine: Machine) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """(path, text, settings) of the uv.toml of the user, then of the system, where uv reads them."""
    if machine.environment.get("UV_NO_CONFIG", "").lower() not in _FALSE:
        return
    first = machine.folders.get("user_uv_toml", "")
    paths = [path for path in machine.files if re.search(r"(?:^|[\\/])uv\.toml$", path)]
    for path in sorted(paths, key=lambda path: path != first):
        data = machine.files[path]
        try:
            if data is not None:
                yield path, data.decode("utf-8-sig"), parse(data)
        except (TOMLError, UnicodeDecodeError):
            continue  # uv stops there, and the finding for that is made where the file is read


def _line_of(text: str, wanted: str) -> tuple[int, str]:
    """Number and text of the first line that holds `wanted` and is no comment; line 1 where none does."""
    for number, line in enumerate(text.splitlines(), 1):
        if wanted in line and not line.lstrip().startswith("#"):
            return number, line.strip()
    return 1, wanted


def _project_tables(project: Project) -> Mapping[str, Any]:
    """The project's own settings for uv: of its uv.toml, else of `[tool.uv]`, as uv reads them."""
    by_name = {re.split(r"[\\/]", path)[-1]: data for path, data in project.files.items()}
    for name in ("uv.toml", "pyproject.toml"):
        data = by_name.get(name)
        try:
            tables = parse(data) if data is not None else {}
        except (TOMLError, UnicodeDecodeError):
            continue
        settings = tables if name == "uv.toml" else table(tables, "tool", "uv")
        if data is not None and (settings or name == "uv.toml"):
            return settings
    return {}


def _lock_options(project: Project) -> Mapping[str, Any]:
    """`[options]` of the lock. Only its head is parsed: the packages are many."""
    data = next((data for path, data in project.files.items() if re.split(r"[\\/]", path)[-1] == "uv.lock"), None)
    try:
        options = parse((data or b"").split(b"[[package]]", 1)[0]).get("options", {})
    except (TOMLError, UnicodeDecodeError):
        return {}
    return options if isinstance(options, Mapping) else {}


def advise(machine: Machine, project: Project | None) -> Advice:
    """A mirror that this user has set as the default index already: through the wizard it can serve the lock too."""
    set_here = default_index(machine, _project_tables(project) if project else {})
    known = _recognised(set_here.value) if set_here else None
    if known is None or set_here is None or known.official:
        return Advice()
    if known.status != "documented" or not known.offer:
        return Advice()
    why = f"{set_here.where} names {known.operator}. As a mirror beside the lock's own index it serves uv.lock too."
    return Advice({"mirrors.pypi": known.id}, (Reason("mirrors.pypi", known.id, why),))


def _recognised(url: str) -> Mirror | None:
    bare = _without_user(url)
    for mirror in catalogue.built_in().of("pypi"):
        if any(address and same_index(address, bare) for address in (mirror.url, *mirror.aliases)):
            return mirror
    return None


def advise_measured(measured: Measurement, need: Need) -> Advice:
    """The fastest sound mirror, where it beats the official source by enough to be felt (a fifth, and ten seconds)."""
    best = measured.result(measured.best) if measured.best else None
    official = next((result for result in measured.results if result.official), None)
    if best is None or best.official:
        return Advice()
    soon = expected_seconds(best, need)
    late = expected_seconds(official, need) if official and official.ok else None
    if soon is None or (late is not None and (late < soon * 1.2 or late - soon < 10)):
        return Advice()
    rate = standing_size(int(best.bytes_per_s or 0))
    instead = f" instead of about {span(late)}" if late is not None else ", and the official source does not answer"
    why = f"{best.id} sends {rate} a second: about {span(soon)} for this project{instead}."
    key = f"mirrors.{measured.kind}"
    return Advice({key: best.id}, (Reason(key, best.id, why),))
