"""The two programs in a bundle: uv's wheel for the target, and the Python build that this uv knows."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from wizard import catalog
from wizard.bundle.contents import Item
from wizard.bundle.target import Target
from wizard.errors import WizardError
from wizard.language import said
from wizard.run import uv_wheel

if TYPE_CHECKING:
    import httpx

_BUILDS = "/releases/download/"
_SECONDS = 20.0


@dataclass(frozen=True)
class PythonBuild:
    """`version`: `3.12.16`; `tag`: the release it is of; `record`: what uv is told of it (UV_PYTHON_DOWNLOADS_JSON_URL)."""

    version: str
    item: Item
    record: Mapping[str, Any]

    def downloads(self, digest: str) -> bytes:
        """The list that names it alone, for any uv from 0.8 on; `digest`: its sha256."""
        record = {**self.record, "sha256": digest}
        key = f"cpython-{self.version}-{record['os']}-{record['arch']['family']}-{record['libc']}"
        return (json.dumps({key: record}, indent=1) + "\n").encode()


def uv_item(client: httpx.Client, index: str, version: str, required: str, target: Target) -> tuple[str, Item]:
    """(version, the wheel of uv for that target) on that index. Raises WizardError."""
    try:
        page = uv_wheel.page_of(client, f"{index}/{uv_wheel.PROJECT}/")
        file = uv_wheel.choose(page, version, required, index, target.ranks)
    except uv_wheel.NoWheel as error:
        raise WizardError(said("no uv for the bundle: {error}", error=error)) from None
    if file.sha256 is None:
        raise WizardError(
            said("no uv for the bundle: the index states no sha256 for {name}, so it can't be checked", name=file.name)
        )
    found = file.name.split("-")[1]
    return found, Item("uv", "uv", found, file.name, (file.url,), f"sha256:{file.sha256}", file.size, index, "uv")


def python_build(uv: str, target: Target, requires: str | None, mirror: str | None) -> PythonBuild | None:
    """The newest patch release of the target's Python that this uv can fetch; None where it knows none that fits."""
    for entry in _listed(uv, target.python):
        if entry.get("key", "").removeprefix(f"cpython-{entry.get('version')}-") != target.known["python"]:
            continue
        if _fits(str(entry["version"]), requires) and _BUILDS in str(entry.get("url")):
            return _build(entry, mirror)
    return None


def _fits(version: str, requires: str | None) -> bool:
    try:
        return bool(re.fullmatch(r"\d+\.\d+\.\d+", version)) and SpecifierSet(requires or "").contains(version)
    except InvalidSpecifier:
        return True


def _build(entry: Mapping[str, Any], mirror: str | None) -> PythonBuild:
    """`mirror`: the chosen one; then it alone is asked, as uv does."""
    known = catalog.table("bundle.toml")["python"]
    own = str(entry["url"])
    rest = own.split(_BUILDS, 1)[1]
    address = f"{known['base']}/{rest}"
    urls = (f"{mirror.rstrip('/')}/{rest}",) if mirror else tuple(dict.fromkeys([own, address]))
    tag, _, name = rest.partition("/")
    parts = entry["version_parts"]
    record = {
        "name": "cpython", "arch": {"family": entry["arch"], "variant": None}, "os": _os(entry["os"]),
        "libc": entry["libc"], "major": parts["major"], "minor": parts["minor"], "patch": parts["patch"],
        "prerelease": "", "url": address, "sha256": None, "variant": None, "build": tag,
    }  # fmt: skip
    item = Item("python", "python", str(entry["version"]), unquote(name), urls, folder=f"python/{tag}")
    return PythonBuild(str(entry["version"]), item, record)


def _os(name: str) -> str:
    return {"macos": "darwin"}.get(name, name)


def _listed(uv: str, python: str) -> list[dict[str, Any]]:
    argv = [uv, "python", "list", "--no-config", "--offline", "--all-platforms", "--all-arches", "--all-versions",
            "--only-downloads", "--show-urls", "--output-format", "json", python]  # fmt: skip
    try:
        done = subprocess.run(
            argv, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", errors="replace", timeout=_SECONDS,
            check=False, cwd=tempfile.gettempdir(), creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )  # fmt: skip
        found = json.loads(done.stdout or "[]")
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return []
    return [
        one for one in found if one.get("implementation") == "cpython" and one.get("variant", "default") == "default"
    ]


def stated_sum(client: httpx.Client, item: Item) -> str:
    """`sha256:...` of a Python build as its release states it; "" where nobody tells."""
    import httpx

    for url in item.urls:
        sums = f"{url.rpartition('/')[0]}/{catalog.table('bundle.toml')['python']['sums']}"
        try:
            answer = client.get(sums)
        except (httpx.HTTPError, httpx.InvalidURL):
            continue
        for line in answer.text.splitlines() if answer.status_code == httpx.codes.OK else ():
            digest, _, name = line.strip().partition(" ")
            if name.strip().lstrip("*") == item.name and re.fullmatch(r"[0-9a-f]{64}", digest):
                return f"sha256:{digest}"
    return ""


def size_of(client: httpx.Client, item: Item) -> int | None:
    """Bytes as its server states them; None where nobody has it."""
    import httpx

    for url in item.urls:
        try:
            answer = client.head(url, headers={"Accept-Encoding": "identity"})
        except (httpx.HTTPError, httpx.InvalidURL, ValueError):
            continue
        length = answer.headers.get("content-length", "")
        if answer.status_code == httpx.codes.OK:
            return int(length) if length.isdecimal() else 0
    return None


def borrowed_uv(index: str, version: str, folder: Path) -> str:
    """A uv for this machine in that folder, to be asked while the bundle is made. Raises WizardError."""
    from wizard.run.uv_files import Unfit, file_name, programs

    class Quiet:
        """Nobody is told, and nobody stops it."""

        def emit(self, type: str, **fields: Any) -> None:  # noqa: A002 - the events' own key
            """Nothing."""

        def cancelled(self) -> bool:
            """Never."""
            return False

    try:
        wheel = uv_wheel.fetch({"index": index}, version, "", folder, Quiet())
        data = programs(wheel)[file_name("uv")]
    except (uv_wheel.NoWheel, Unfit) as error:
        raise WizardError(said("a uv for this machine is needed to make a bundle: {error}", error=error)) from None
    path = folder / file_name("uv")
    path.write_bytes(data)
    path.chmod(0o755)
    return str(path)


__all__ = ["PythonBuild", "borrowed_uv", "python_build", "size_of", "stated_sum", "uv_item"]
