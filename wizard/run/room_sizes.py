"""What will be installed, package by package, and how large it is: from uv.lock, and from servers where it does not tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from wizard.errors import WizardError
from wizard.plan.forecast import Part
from wizard.run.mirror_lock import Intent, LockedFile, files_of
from wizard.run.mirror_wanted import python_of, wanted
from wizard.toml import TOMLError, parse

_ASK_S = 8.0


def parts_of(
    project: Path, environment_path: str, intended: Intent, asked: Mapping[str, int]
) -> tuple[list[Part], dict[str, LockedFile]]:
    """What will be installed from indexes, and of each package the file that will be taken.

    `asked`: bytes by `name==version`, where the lock does not tell them.
    """
    try:
        tables = parse((project / "uv.lock").read_bytes())
    except (OSError, TOMLError, UnicodeDecodeError):
        tables = {}
    python = intended.python or python_of(Path(environment_path))
    by_package: dict[str, list[LockedFile]] = {f"{name}=={version}": [] for name, version in intended.packages}
    for file in files_of(tables, intended.packages):
        by_package[f"{file.package}=={file.version}"].append(file)
    parts, taken = [], {}
    for key, files in by_package.items():
        best = wanted(files, python)
        size = best.size if best else min((one.size for one in files if one.size is not None), default=None)
        parts.append(Part(key, asked.get(key) if size is None else size))
        if best is not None:
            taken[key] = best
    return parts, taken


def sized(parts: list[Part], files: Mapping[str, LockedFile]) -> list[Part]:
    """With what the servers say of files whose size the lock does not tell."""
    wanted_ = {
        part.package: files[part.package].url for part in parts if part.download is None and part.package in files
    }
    if not wanted_:
        return parts
    from wizard.mirrors.unpacked import packed_sizes

    try:
        said = packed_sizes(wanted_.values())
    except (WizardError, ImportError, OSError):
        return parts
    return [
        replace(part, download=said.get(wanted_[part.package])) if part.package in wanted_ else part for part in parts
    ]


def measured(parts: Iterable[Part], files: Mapping[str, LockedFile]) -> list[Part]:
    """With what their own directories say, as far as their servers tell within seconds."""
    from wizard.mirrors.unpacked import directories

    wheels = {key: file for key, file in files.items() if file.name.endswith(".whl")}
    try:
        said = directories([(file.url, file.size) for file in wheels.values()], within_s=_ASK_S)
    except (WizardError, ImportError, OSError):
        return list(parts)
    found = {key: said.get(file.url) for key, file in wheels.items()}
    return [
        replace(part, unpacked=exact.bytes, files=exact.files) if (exact := found.get(part.package)) else part
        for part in parts
    ]


__all__ = ["measured", "parts_of", "sized"]
