"""uv.lock for a mirror: which files a sync will fetch, and a copy of the text with other addresses for them.

Only ever a copy: the project's own uv.lock is read and never written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

_INSTALL = re.compile(
    r"^ [+~] (?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(?:==(?P<version>\S+))?(?P<elsewhere> \(from .*\)| @ \S.*)?$"
)
_DOWNLOAD = re.compile(r"^Would download (\d+) packages?$", re.MULTILINE)
_URL = re.compile(r'(?P<key>\burl = )"(?P<url>[^"\\\n]*)"')


@dataclass(frozen=True)
class Intent:
    """What `uv sync --dry-run` said: how many packages are fetched or built, what from indexes, what from elsewhere."""

    downloads: int
    packages: frozenset[tuple[str, str]]
    """(name, version) as uv names them."""
    elsewhere: frozenset[str]
    """Names of those from folders, archives and git."""


def intent(text: str) -> Intent:
    """The Intent that uv's words (0.8 to 0.13) tell."""
    found = [match for line in text.splitlines() if (match := _INSTALL.match(line))]
    count = _DOWNLOAD.search(text)
    return Intent(
        downloads=int(count[1]) if count else 0,
        packages=frozenset((m["name"], m["version"] or "") for m in found if not m["elsewhere"]),
        elsewhere=frozenset(m["name"] for m in found if m["elsewhere"]),
    )


@dataclass(frozen=True)
class LockedFile:
    """A file that the lock names with a hash. `url`: letter for letter."""

    package: str
    version: str
    registry: str
    name: str
    url: str
    sha256: str


def files_of(tables: Mapping[str, Any], packages: Iterable[tuple[str, str]]) -> tuple[LockedFile, ...]:
    """The files of these packages in the parsed lock that come from an index, have an address and a sha256.

    A file without a hash in the lock is left out: nothing could tell a mirror's from the true one.
    """
    wanted = set(packages)
    files: list[LockedFile] = []
    for package in tables.get("package", ()):
        name, version = package.get("name"), package.get("version", "")
        registry = package.get("source", {}).get("registry")
        if (name, version) not in wanted or not isinstance(registry, str):
            continue
        entries = [*package.get("wheels", ()), *([package["sdist"]] if "sdist" in package else [])]
        for entry in entries:
            url, digest = entry.get("url"), entry.get("hash", "")
            if isinstance(url, str) and digest.startswith("sha256:"):
                file = unquote(urlsplit(url).path.rpartition("/")[2])
                files.append(LockedFile(name, version, registry, file, url, digest[len("sha256:") :]))
    return tuple(files)


def elsewhere(tables: Mapping[str, Any]) -> frozenset[str]:
    """Names of the lock's packages that come from folders, archives, git or a local index: they are left to the project's
    own sync, for their paths hold beside the project only, not beside a copy.
    """
    return frozenset(
        package["name"]
        for package in tables.get("package", ())
        if urlsplit(str(package.get("source", {}).get("registry", ""))).scheme not in {"http", "https"}
    )


def rewritten(text: str, addresses: Mapping[str, str]) -> str:
    """The lock's text with the addresses of files replaced (old -> new), and nothing else."""
    return _URL.sub(lambda match: f'{match["key"]}"{addresses.get(match["url"], match["url"])}"', text)
