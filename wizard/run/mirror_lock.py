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
_PYTHON = re.compile(r"^Using CPython (\d+)\.(\d+)", re.MULTILINE)
_DOWNLOAD = re.compile(r"^Would download (\d+) packages?$", re.MULTILINE)
_PROVES = re.compile(r"(?:sha256|sha384|sha512|blake2b):")
_URL = re.compile(r'(?P<key>\burl = )"(?P<url>[^"\\\n]*)"')


@dataclass(frozen=True)
class Intent:
    """What `uv sync --dry-run` said: how many packages are fetched or built, what from indexes, what from elsewhere."""

    downloads: int
    packages: frozenset[tuple[str, str]]
    """(name, version) as uv names them."""
    elsewhere: frozenset[str]
    """Names of those from folders, archives and git."""
    python: tuple[int, int] | None = None
    """The CPython that an environment is made with; None where there is one already."""


def intent(text: str) -> Intent:
    """The Intent that uv's words (0.8 to 0.13) tell."""
    found = [match for line in text.splitlines() if (match := _INSTALL.match(line))]
    count = _DOWNLOAD.search(text)
    return Intent(
        downloads=int(count[1]) if count else 0,
        packages=frozenset((m["name"], m["version"] or "") for m in found if not m["elsewhere"]),
        elsewhere=frozenset(m["name"] for m in found if m["elsewhere"]),
        python=(int(made[1]), int(made[2])) if (made := _PYTHON.search(text)) else None,
    )


@dataclass(frozen=True)
class LockedFile:
    """A file that the lock names with a hash. `url`: letter for letter."""

    package: str
    version: str
    registry: str
    name: str
    url: str
    hash: str
    """As the lock writes it: `sha256:...`; "" where it states none that proves a file."""
    size: int | None = None
    """Bytes, None where the lock does not say."""

    @property
    def sha256(self) -> str | None:
        return self.hash[len("sha256:") :] if self.hash.startswith("sha256:") else None


def files_of(tables: Mapping[str, Any], packages: Iterable[tuple[str, str]]) -> tuple[LockedFile, ...]:
    """The files of these packages in the parsed lock that come from an index and have an address."""
    wanted = set(packages)
    files: list[LockedFile] = []
    for package in tables.get("package", ()):
        name, version = package.get("name"), package.get("version", "")
        registry = package.get("source", {}).get("registry")
        if (name, version) not in wanted or not isinstance(registry, str):
            continue
        entries = [*package.get("wheels", ()), *([package["sdist"]] if "sdist" in package else [])]
        for entry in entries:
            url, digest = entry.get("url"), str(entry.get("hash", ""))
            if isinstance(url, str):
                file = unquote(urlsplit(url).path.rpartition("/")[2])
                proof, size = digest if _PROVES.match(digest) else "", entry.get("size")
                told = size if isinstance(size, int) else None
                files.append(LockedFile(name, version, registry, file, url, proof, told))
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
