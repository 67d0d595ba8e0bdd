"""Every uv on this machine, in the order in which a shell finds them, and how each came.

Marks of the ways: uv's installer writes a receipt (`uv-receipt.json`, installation documentation of uv); pip, pipx and
conda leave metadata beside; the others have folders of their own.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from wizard.machine.child import ask, side_by_side
from wizard.machine.conda import roots
from wizard.machine.facts import FoundUv, Machine, MachineFinding
from wizard.machine.places import filled, may_run
from wizard.machine.request import Answer, ProbeRequest
from wizard.machine.telling import finding
from wizard.machine.uv_keys import known_keys

VERSION_LIMIT = 5.0
_OWN_FOLDERS = (
    ("pipx", re.compile(r"/pipx/(?:venvs|shared)/")),
    ("homebrew", re.compile(r"/cellar/uv/|/opt/homebrew/|/linuxbrew/")),
    ("winget", re.compile(r"/microsoft/winget/(?:links|packages)/")),
    ("scoop", re.compile(r"/scoop/(?:shims|apps)/")),
)
_CONDA = re.compile(r"/(?:mini|ana)?conda3?/|/miniforge3?/|/mambaforge/")


def uvs(request: ProbeRequest, limit: float = 10.0) -> Answer:
    """uv: each real program once, with its version asked of it."""
    paths = found(request)
    answers = side_by_side([partial(_asked, path, request) for path in paths], limit)
    listed = tuple(
        FoundUv(path, told, how(path, request), os.path.realpath(path), keys)
        for path, (told, keys) in zip(paths, (one or (None, None) for one in answers), strict=True)
    )
    return Answer({"uv": listed}, tuple(_findings(listed, request)))


def first_version(machine: Machine) -> str | None:
    """Of the first uv here that told it."""
    return next((one.version for one in machine.uv or () if one.version), None)


def found(request: ProbeRequest) -> list[str]:
    """Paths in the order of PATH, then the usual places, then the uv that started this program; links resolved once."""
    name = "uv.exe" if request.os == "windows" else "uv"
    places = [*request.search_path, *filled("uv", request)]
    places += [folder for root in roots(request) for folder in _conda_bins(root, request)]
    candidates = [request.paths.join(folder, name) for folder in places]
    candidates += _ours(request)
    by_file: dict[str, str] = {}
    for path in candidates:
        if may_run(path):
            by_file.setdefault(os.path.normcase(os.path.realpath(path)), path)
    return list(by_file.values())


def _conda_bins(root: str, request: ProbeRequest) -> Iterator[str]:
    inner = ("Scripts", r"Library\bin") if request.os == "windows" else ("bin",)
    yield from (request.paths.join(root, folder) for folder in inner)


def _ours(request: ProbeRequest) -> Iterator[str]:
    """The uv that runs this program (`uvx` and `uv run` name it in UV), and one installed as a package beside it."""
    named = request.get("UV")
    if named:
        yield named
    if request.root == os.sep and importlib.util.find_spec("uv") is not None:
        import uv

        try:
            yield uv.find_uv_bin()
        except FileNotFoundError:  # the package without its program
            return


def _asked(path: str, request: ProbeRequest) -> tuple[str | None, tuple[str, ...] | None]:
    """(its version, the keys of a uv.toml that it takes)."""
    told = version(path, request)
    return told, known_keys(path, request, VERSION_LIMIT) if told else None


def version(path: str, request: ProbeRequest) -> str | None:
    """What `uv --version` says, None where it says nothing of the kind within its limit."""
    try:
        said = ask([path, "--version"], VERSION_LIMIT, environment=request.environment)
    except OSError:
        return None
    told = re.match(r"uv (\d\S*)", said.out.strip())
    return told.group(1) if told and said.code == 0 else None


def how(path: str, request: ProbeRequest) -> str:
    """standalone, pip, pipx, conda, homebrew, winget, scoop, cargo or unknown: by its place, then where its link leads."""
    for one in dict.fromkeys((path, os.path.realpath(path))):
        found_way = _way(one, request)
        if found_way:
            return found_way
    return "pip" if _python_script(path) else "unknown"


def _way(path: str, request: ProbeRequest) -> str | None:
    folder, plain = request.paths.dirname(path), path.replace("\\", "/").lower()
    if _has_receipt(folder, request):
        return "standalone"
    by_folder = next((way for way, mark in _OWN_FOLDERS if mark.search(plain)), None)
    if by_folder:
        return by_folder
    if not _in_conda(folder, "uv-[0-9]*.json") and _metadata(folder):  # conda's packages bring pip's record too
        return "pip"
    if _in_conda(folder, "") or _CONDA.search(plain):
        return "conda"
    return "cargo" if "/.cargo/bin/" in plain else None


def _has_receipt(folder: str, request: ProbeRequest) -> bool:
    """Whether the receipt of uv's installer is for that folder."""
    for base in _receipt_folders(request):
        try:
            receipt = json.loads(Path(base, "uv", "uv-receipt.json").read_bytes())
        except (OSError, ValueError):
            continue
        prefix = receipt.get("install_prefix") if isinstance(receipt, dict) else None
        if isinstance(prefix, str) and _same(folder, prefix, request.paths.join(prefix, "bin")):
            return True
    return False


def _receipt_folders(request: ProbeRequest) -> Iterator[str]:
    if request.get("XDG_CONFIG_HOME"):
        yield str(request.get("XDG_CONFIG_HOME"))
    if request.os == "windows":
        yield request.get("LOCALAPPDATA") or request.paths.join(request.home_folder, "AppData", "Local")
    else:
        yield request.paths.join(request.home_folder, ".config")


def _same(folder: str, *others: str) -> bool:
    def real(path: str) -> str:
        return os.path.normcase(os.path.realpath(path))

    return real(folder) in [real(other) for other in others]


def _in_conda(folder: str, record: str) -> bool:
    """Whether it is a program folder of a conda environment, one that has such a record of a package where one is asked for."""
    for root in list(Path(folder).parents)[:2]:
        meta = root / "conda-meta"
        if meta.is_dir() and (not record or next(meta.glob(record), None) is not None):
            return True
    return False


def _metadata(folder: str) -> bool:
    """Whether pip's record of uv lies where a program in `folder` has it."""
    root = Path(folder).parent
    spots = (
        "lib/python3*/site-packages", "lib/python3*/dist-packages", "local/lib/python3*/dist-packages",
        "Lib/site-packages", "site-packages",
    )  # fmt: skip
    return any(next(root.glob(f"{spot}/uv-[0-9]*.dist-info"), None) is not None for spot in spots)


def _python_script(path: str) -> bool:
    """Whether it is a text that starts another: the shims of pyenv stand for programs that pip installed."""
    try:
        with Path(path).open("rb") as file:
            return file.read(2) == b"#!" and "pyenv" in path.lower()
    except OSError:
        return False


def _findings(listed: tuple[FoundUv, ...], request: ProbeRequest) -> Iterable[MachineFinding]:
    for one in listed:
        if one.version is None:
            yield finding("uv-broken", [one.path], path=one.path)
    working = [one for one in listed if one.version is not None]
    reached = [one for one in working if _on_path(one, request)]
    if reached and reached[0].how == "conda":
        yield finding("uv-in-conda", [f"{reached[0].path}: {reached[0].version}"], path=reached[0].path)
    if len({one.version for one in working}) > 1:
        told = [f"{one.version} {one.path} ({one.how})" for one in working]
        first = (reached or working)[0]
        yield finding("uv-several", told, count=str(len(working)), version=str(first.version), path=first.path)


def _on_path(one: FoundUv, request: ProbeRequest) -> bool:
    return request.paths.dirname(one.path) in [folder.rstrip("/\\") for folder in request.search_path]
