"""The ways in which a uv can come here, each with the command that a person would type. Pure.

A way is a dict of JSON values, carried out by wizard.run.place_uv: `how` (index: by pip; wheel: from an index's page,
without pip; standalone: uv's installer; file: one the user has; update: as it came), `argv`, and what that needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from wizard import catalog
from wizard.choices import Choices
from wizard.errors import BadInput
from wizard.language import said
from wizard.machine.facts import FoundUv, Machine
from wizard.mirrors.catalogue import built_in
from wizard.plan.mirrors import address
from wizard.project.facts import Project
from wizard.project.lockfile import own_registry
from wizard.toml import TOMLError, parse

Way = dict[str, Any]


@dataclass(frozen=True)
class Wanted:
    """What the uv has to be: an exact `version` ("" is the newest), `required` as the project asks (`>=0.12`, or "")."""

    version: str
    required: str
    folder: str
    newest: str = ""
    """The newest that `required` allows, where it is known and is not the newest of all: uv's installer takes no range."""


def wanted(machine: Machine, project: Project | None, choices: Choices, folder: str) -> Wanted:
    """By the choices, else by the project's required-version."""
    required = specifier(project)
    version = choices.text("uv.version") or _exact(required)
    if version or not required:
        return Wanted(version, "", folder)
    known = machine.uv_source.versions if machine.uv_source else ()
    fitting = next((one for one in known if SpecifierSet(required).contains(one)), "")
    return Wanted("", required, folder, "" if fitting == next(iter(known), "") else fitting)


def specifier(project: Project | None) -> str:
    """required-version as a specifier (uv takes a bare version as an exact one); "" where there is none that reads."""
    told = (project.required_uv if project else None) or ""
    try:
        return str(SpecifierSet(told if not told[:1].isdigit() else f"=={told}"))
    except InvalidSpecifier:
        return ""


def _exact(required: str) -> str:
    exact = [one.version for one in SpecifierSet(required) if one.operator == "=="]
    return exact[0] if exact and "*" not in exact[0] else ""


def in_order(
    machine: Machine, project: Project | None, choices: Choices, python: str | None, what: Wanted
) -> tuple[Way, ...]:
    """The ways to try, for `uv.install` as it is chosen. `python`: one that may have pip. Raises BadInput."""
    way = choices.text("uv.install")
    if way == "standalone":
        return (by_installer(machine, choices, what),)
    if way not in {"auto", "index"}:
        return (by_file(way),)
    mirror = address(choices, "pypi")
    if mirror is not None:
        chosen = (by_wheel(mirror, what, python),)
        # who names a mirror and an index does not mean GitHub
        return chosen if way == "index" else (*chosen, by_installer(machine, choices, what))
    ways = list(_by_official(machine, project, what, python))
    installer = by_installer(machine, choices, what)
    if way == "auto" and unreached(machine) and not installer_unreached(machine):
        return (installer, *ways)
    return (*ways, installer)


def unreached(machine: Machine) -> bool:
    """Whether the package index was asked and did not answer."""
    return machine.network is not None and machine.network.latency_ms is None


def installer_unreached(machine: Machine) -> bool:
    """Whether the installer's host was asked and did not answer."""
    return machine.uv_source is not None and machine.uv_source.installer is False


def _by_official(machine: Machine, project: Project | None, what: Wanted, python: str | None) -> Iterator[Way]:
    """The official index: where its address stands somewhere, without pip; else by pip, which knows it; else a uv does."""
    known = known_index(machine, project)
    if known is not None:
        yield by_wheel(known, what, python)
    if python is not None:
        yield {"how": "index", "argv": _download(python, what)}
    asked = next((one.path for one in machine.uv or () if one.version), None)
    if known is None and python is None and asked is not None:
        yield {**by_wheel("", what, python), "ask": asked}


def known_index(machine: Machine, project: Project | None) -> str | None:
    """The package index that this user or this project names: the environment, the user's uv.toml, uv.lock, pip."""
    environment = machine.environment
    named = [environment.get("UV_DEFAULT_INDEX"), environment.get("UV_INDEX_URL"), _of_uv_toml(machine)]
    named += [own_registry(project) if project else None, environment.get("PIP_INDEX_URL")]
    return next((url.rstrip("/") for url in map(_usable, named) if url), None)


def _usable(named: str | None) -> str | None:
    """An address that can be asked; one with a sign-in is left to pip and uv, who have it."""
    if named is None:
        return None
    name, separator, rest = named.partition("=")  # `company=ADDRESS`
    url = rest if separator and ":" not in name else named
    parts = urlsplit(url)
    return url if parts.scheme in ("http", "https") and "@" not in parts.netloc else None


def _of_uv_toml(machine: Machine) -> str | None:
    try:
        told = parse(machine.files.get(machine.folders.get("user_uv_toml", "")) or b"")
    except (TOMLError, UnicodeDecodeError):
        return None
    indexes = told.get("index")
    listed = indexes if isinstance(indexes, list) else []
    default = next((one.get("url") for one in listed if isinstance(one, Mapping) and one.get("default") is True), None)
    found = default or told.get("index-url")
    return found if isinstance(found, str) else None


def by_wheel(index: str, what: Wanted, python: str | None) -> Way:
    """The wheel of this platform from an index's own page. `index` "": the one that a uv here has built in (`ask`)."""
    argv = _download(python or "python3", what)
    if index:
        argv += ["--index-url", index]
    return {"how": "wheel", "index": index, "argv": argv}


def _download(python: str, what: Wanted) -> list[str]:
    requirement = f"uv=={what.version}" if what.version else f"uv{what.required}"
    return [python, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", requirement]


def by_file(path: str) -> Way:
    """A binary, an archive or a wheel that the user has."""
    return {"how": "file", "file": path, "argv": ["uv-wizard", "apply", "--set", f"uv.install={path}"]}


def by_installer(machine: Machine, choices: Choices, what: Wanted) -> Way:
    """uv's own installer, from a mirror of it where one is chosen."""
    kind = "windows" if machine.os == "windows" else "posix"
    known = catalog.table("uv.toml")["standalone"][kind]
    script, more = _script(known, choices, what)
    way: Way = {
        "how": "standalone",
        "argv": [word.replace("{script}", script) for word in known["argv"]],
        # the shells are the settings step's business, with a diff and an undo
        "environment": {"UV_INSTALL_DIR": what.folder, "UV_NO_MODIFY_PATH": "1", **more},
        "receipt": _receipt(machine),
    }
    if "without_curl" in known:
        way["without_curl"] = [word.replace("{script}", script) for word in known["without_curl"]]
    return way


def _script(known: Mapping[str, Any], choices: Choices, what: Wanted) -> tuple[str, dict[str, str]]:
    """Where the installer's script lies, and the variables that send it to a mirror."""
    chosen, version = choices.text("mirrors.uv"), what.version or what.newest
    inserted = f"{version}/" if version else ""
    if chosen == "official":
        return known["script"].replace("{version}", inserted), {}
    mirror = next((one for one in built_in().of("uv") if one.id == chosen), None)
    url, variable = (mirror.url or "", mirror.variable) if mirror else (chosen.rstrip("/"), "UV_DOWNLOAD_URL")
    if "{version}" in url and not version:
        msg = said(
            "mirrors.uv = {chosen}: it has a folder for each version; choose one, such as uv.version=0.13.8",
            chosen=chosen,
        )
        raise BadInput(msg)
    url = url.replace("{version}", version)
    if version:
        url = url.replace("/LatestRelease", f"/{version}")
    if variable == "UV_DOWNLOAD_URL":
        return f"{url}/{known['asset']}", {variable: url}
    release = f"releases/download/{version}" if version else "releases/latest/download"
    return f"{url}/astral-sh/uv/{release}/{known['asset']}", {variable: url}


def _receipt(machine: Machine) -> str | None:
    """What the installer writes beside the programs, and `uv self update` reads."""
    import ntpath
    import posixpath

    environment, home = machine.environment, machine.home or "~"
    base = environment.get("XDG_CONFIG_HOME")
    if machine.os == "windows":
        base = base or environment.get("LOCALAPPDATA") or ntpath.join(home, "AppData", "Local")
        return ntpath.join(base, "uv", "uv-receipt.json")
    return posixpath.join(base or posixpath.join(home, ".config"), "uv", "uv-receipt.json")


def by_update(found: FoundUv, machine: Machine, python: str | None, what: Wanted) -> Way | None:
    """Updates that uv the way it came; None where that is somebody else's business."""
    known = catalog.table("uv.toml")["update"].get(found.how)
    if known is None:
        return None
    folder = found.path[: -len(found.path.replace("\\", "/").rpartition("/")[2])]
    beside = next((one.path for one in machine.pythons or () if one.path.startswith(folder)), None)
    words = {
        "{uv}": found.path,
        "{python}": beside or python or ("py" if machine.os == "windows" else "python3"),
        "{version}": what.version,
        "{pinned}": f"uv=={what.version}" if what.version else f"uv{what.required}",
    }
    argv = known["argv"] if what.version == "" or "argv_version" not in known else known["argv_version"]
    for place, text in words.items():
        argv = [word.replace(place, text) for word in argv]
    taken_back = bool(known.get("taken_back"))
    receipt = _receipt(machine) if taken_back else None
    return {"how": "update", "argv": argv, "uv": found.path, "taken_back": taken_back, "receipt": receipt}
