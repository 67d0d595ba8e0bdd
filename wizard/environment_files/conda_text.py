"""What conda printed, or what a README says to type: `conda list`, `--explicit`, `--export`, a `conda install` line."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from urllib.parse import unquote

from wizard.environment_files import pip_file
from wizard.environment_files.record import Described, Entry, place_of

COMMAND = re.compile(
    r"^\s*(?:[$>%#]\s+|\([^)]*\)\s*\$?\s*|!\s*)?(?:sudo\s+)?"
    r"(?P<program>conda|mamba|micromamba|pip3?|python3? -m pip|uv pip)\s+"
    r"(?P<verb>env\s+create|env\s+update|install|create|update)\b(?P<rest>.*)$"
)
EXPLICIT = re.compile(r"(?m)^@EXPLICIT\s*$")
_FILE = re.compile(r"^(?P<name>.+)-(?P<version>[^-]+)-(?P<build>[^-]+)\.(?:tar\.bz2|conda)$")
_LISTED = re.compile(r"^(?P<name>[\w.+-]+)\s+(?P<version>\S+)\s+(?P<build>\S+)(?:\s+(?P<channel>\S+))?\s*$")
_VALUES = {
    "-c",
    "--channel",
    "-n",
    "--name",
    "-p",
    "--prefix",
    "--file",
    "-f",
    "--solver",
    "--subdir",
    "--platform",
    "--repodata-fn",
}
_ALONE = re.compile(r"^-")


def is_command(text: str) -> bool:
    """Whether a line of it is an install command of conda's."""
    return any((found := COMMAND.match(line)) and "pip" not in found["program"] for line in text.splitlines())


def is_list(text: str) -> bool:
    """Whether it is the table that `conda list` prints."""
    rows = [line for line in text.splitlines() if line.strip()]
    return bool(rows) and (
        any(row.startswith("# packages in environment") for row in rows[:5])
        or bool(re.match(r"#?\s*Name\s+Version\s+Build(?:\s+Channel)?\s*$", next((r for r in rows if "Name" in r), "")))
    )


def is_export(text: str) -> bool:
    """Whether it is `conda list --export`: name=version=build, line by line."""
    rows = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return bool(rows) and all(re.match(r"^[\w.+-]+=[^=\s]+=[^=\s]+$", row) for row in rows)


def explicit(text: str) -> Described:
    """`conda list --explicit`: addresses of files, whose names say what they are."""
    entries = []
    for line in text.splitlines():
        address = line.strip().partition("#")[0]
        if "/" not in address:
            continue
        found = _FILE.match(unquote(address.rpartition("/")[2]))
        if found:
            shown = f"{found['name']}={found['version']}={found['build']}"
            entries.append(Entry(shown, "conda", row=address))
    return Described(tuple(entries), dump=True)


def listed(text: str) -> Described:
    """The table of `conda list`; rows of the channel `pypi` came by pip."""
    entries = []
    for line in text.splitlines():
        found = None if line.lstrip().startswith("#") else _LISTED.match(line)
        if found is None or found["name"] == "Name":
            continue
        if found["channel"] == "pypi" or found["build"] in {"pypi_0", "<pip>"}:
            entries.append(Entry(f"{found['name']}=={found['version']}", "pip", row=line.strip()))
        else:
            entries.append(Entry(f"{found['name']}={found['version']}={found['build']}", "conda", row=line.strip()))
    return Described(tuple(entries), dump=True)


def exported(text: str) -> Described:
    """`conda list --export`; what pip installed has the build `pypi_0`."""
    entries = []
    for line in text.splitlines():
        row = line.strip()
        if not row or row.startswith("#"):
            continue
        if row.endswith("=pypi_0"):
            entries.append(Entry("==".join(row.split("=")[:2]), "pip", row=row))
        else:
            entries.append(Entry(row, "conda"))
    return Described(tuple(entries), dump=True)


def commands(path: Path, text: str) -> Described:
    """Install commands, pasted: conda's and, between them, pip's. Other lines are passed over."""
    entries: list[Entry] = []
    pip: list[Described] = []
    name = None
    for number, line in pip_file.joined(text):
        place = place_of(path.name, number)
        for part in re.split(r"\s*(?:&&|;|\|\|)\s*", line):
            found = COMMAND.match(part)
            if found is None:
                continue
            words = _words(found["rest"])
            if "pip" in found["program"]:
                pip.append(pip_file.words(words, place, path.parent))
                continue
            rest, named = _conda(words)
            name = named or name
            entries += [Entry(word, "conda") for word in rest]
    return Described(
        entries=(*entries, *(entry for one in pip for entry in one.entries)),
        name=name,
        indexes=tuple(dict.fromkeys(index for one in pip for index in one.indexes)),
        default_index=next((one.default_index for one in pip if one.default_index), None),
        find_links=tuple(link for one in pip for link in one.find_links),
        constraints=tuple(line for one in pip for line in one.constraints),
        notes=tuple(note for one in pip for note in one.notes),
    )


def _words(rest: str) -> list[str]:
    try:
        return shlex.split(rest, comments=True)
    except ValueError:
        return rest.split()


def _conda(words: list[str]) -> tuple[list[str], str | None]:
    """(specs, name of the environment) of an install command's words."""
    specs: list[str] = []
    name = None
    left = list(words)
    while left:
        word = left.pop(0)
        flag, sign, value = word.partition("=") if word.startswith("--") else (word, "", "")
        if flag in _VALUES:
            value = value if sign else (left.pop(0) if left else "")
            if flag in {"-n", "--name"}:
                name = value
        elif not _ALONE.match(word):
            specs.append(word)
    return specs, name
