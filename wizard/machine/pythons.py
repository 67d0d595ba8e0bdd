"""The Pythons of this machine: those on the PATH, pyenv's, conda's, uv's own, and on Windows those that the py launcher knows."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from wizard.machine.child import ask, side_by_side
from wizard.machine.conda import roots
from wizard.machine.facts import FoundPython
from wizard.machine.places import may_run
from wizard.machine.request import Answer, ProbeRequest
from wizard.machine.system import own_folders
from wizard.machine.telling import finding

VERSION_LIMIT = 5.0
MOST = 32
"""Pythons that are asked; a machine with more has them in folders of pyenv or uv, and the first are enough to choose from."""
_NAME = re.compile(r"python(?:3(?:\.\d+)?)?(?:\.exe)?")
_TELL = "import sys; sys.stdout.write(sys.version.split()[0] + chr(10) + sys.executable)"


def pythons(request: ProbeRequest, limit: float = 8.0) -> Answer:
    """pythons: each interpreter once; version None for one that is found and does not start."""
    paths = found(request)
    answers = side_by_side([partial(_asked, path, request) for path in paths], limit)
    by_file: dict[str, FoundPython] = {}
    for path, answer in zip(paths, answers, strict=True):
        one = answer or FoundPython(path, None)
        by_file.setdefault(_identity(one.path), one)
    listed = tuple(by_file.values())
    names = {one.path: request.paths.basename(one.path).removesuffix(".exe") for one in listed if one.version is None}
    broken = [path for path, name in names.items() if name in ("python", "python3")]
    findings = (finding("python-broken", [path], name=names[path], path=path) for path in broken[:1])
    return Answer({"pythons": listed}, tuple(findings))


def found(request: ProbeRequest) -> list[str]:
    """Their paths, in the order of PATH first, the one that runs this program last.

    An environment is listed beside the Python that it was made with.
    """
    by_file: dict[str, str] = {}
    ours = [sys.executable] if sys.executable and request.root == os.sep else []
    for path in (*_on_path(request), *_in_folders(request), *_registered(request), *ours):
        if may_run(path) and not is_store_stub(path):
            by_file.setdefault(_identity(path), path)
    return list(by_file.values())[:MOST]


def _identity(path: str) -> str:
    """What two names of one interpreter share: the file, or the folder of an environment, whose Python is a link."""
    if (Path(path).parent.parent / "pyvenv.cfg").is_file():
        return os.path.normcase(Path(path).parent)
    return os.path.normcase(os.path.realpath(path))


def _on_path(request: ProbeRequest) -> Iterator[str]:
    for folder in request.search_path:
        try:
            names = sorted(name for name in os.listdir(folder) if _NAME.fullmatch(name.lower()))
        except OSError:
            continue
        for name in names:
            path = str(request.paths.join(folder, name))
            yield behind_shim(path, request) or path


def _in_folders(request: ProbeRequest) -> Iterator[str]:
    """pyenv's versions, conda's base, the Pythons that uv installed."""
    inner = ("python.exe",) if request.os == "windows" else ("bin/python3", "bin/python")
    for root in roots(request):
        yield os.fspath(Path(root, inner[0]))
    for folder in (pyenv_root(request) / "versions", Path(own_folders(request)["pythons"])):
        for version_folder in sorted(_children(folder), reverse=True):
            yield from (os.fspath(version_folder / name) for name in inner[:1])


def _children(folder: Path) -> list[Path]:
    try:
        return [one for one in folder.iterdir() if not one.name.startswith(".")]
    except OSError:
        return []


def _registered(request: ProbeRequest) -> list[str]:
    if request.os != "windows":
        return []
    from wizard.machine.windows import registered_pythons

    return registered_pythons()


def is_store_stub(path: str) -> bool:
    """Whether it is Windows' stand-in that opens the Store: an empty file among the app aliases."""
    if r"\microsoft\windowsapps" not in path.lower():
        return False
    try:
        return Path(path).stat().st_size == 0
    except OSError:  # an alias that may not even be looked at
        return True


def pyenv_root(request: ProbeRequest) -> Path:
    """The folder that pyenv (pyenv-win) keeps its versions in."""
    named = request.get("PYENV_ROOT") or request.get("PYENV")
    if named:
        return Path(named)
    inner = (".pyenv", "pyenv-win") if request.os == "windows" else (".pyenv",)
    return Path(request.home_folder, *inner)


def _pyenv_of(path: str) -> Path | None:
    """The root of the pyenv whose shim that is: told by where it lies, for another home or root may be in force here."""
    folder = Path(path).parent
    return folder.parent if folder.name == "shims" and (folder.parent / "versions").is_dir() else None


def behind_shim(path: str, request: ProbeRequest) -> str | None:
    """The interpreter that a shim of pyenv starts, None for a shim that starts none and for what is no shim.

    The rules of `pyenv help version`: PYENV_VERSION, .python-version from the project's folder up, the global `version`
    file. Asked of pyenv itself each shim would take a tenth of a second.
    """
    root = _pyenv_of(path)
    if root is None:
        return None
    for chosen in _pyenv_versions(root, request):
        for folder in (root / "versions").glob(f"{_escaped(chosen)}*"):
            if folder.name == chosen or folder.name.startswith(f"{chosen}."):
                target = folder / "bin" / Path(path).name
                if may_run(os.fspath(target)):
                    return os.fspath(target)
    return None


def _escaped(text: str) -> str:
    return re.sub(r"([*?\[])", r"[\1]", text)


def _pyenv_versions(root: Path, request: ProbeRequest) -> list[str]:
    named = request.get("PYENV_VERSION")
    if named:
        return [one for one in named.split(":") if one]
    start = Path(request.project or os.curdir).absolute()
    files = [folder / ".python-version" for folder in (start, *start.parents)]
    for file in (*files, root / "version"):
        try:
            words = [line.split("#")[0].strip() for line in file.read_text("utf-8", "replace").splitlines()]
        except OSError:
            continue
        if any(words):
            return [word for word in words if word and "/" not in word]
    return []


def _asked(path: str, request: ProbeRequest) -> FoundPython:
    """Its version from pyvenv.cfg of an environment, else what it says itself; None where it does not start.

    A script that starts an interpreter (a shim of pyenv, asdf or mise) stands for the interpreter: a uv that is told of
    the script takes no environment for made by it, and makes it anew at each sync (measured: uv 0.13.8, UV_PYTHON).
    """
    if _pyenv_of(path) and request.os != "windows":
        return FoundPython(path, None)  # `behind_shim` found nothing to start
    told = _of_environment(path)
    if told:
        return FoundPython(path, told)
    try:
        said = ask([path, "-E", "-S", "-c", _TELL], VERSION_LIMIT, environment=request.environment)
    except OSError:
        return FoundPython(path, None)
    word, _, itself = said.out.strip().partition("\n")
    if said.code != 0 or not re.fullmatch(r"\d+\.\d+\S*", word.strip()):
        return FoundPython(path, None)
    started = itself.strip() if _is_script(path) and may_run(itself.strip()) else path
    return FoundPython(started, word.strip())


def _is_script(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            return file.read(2) == b"#!"
    except OSError:
        return False


def _of_environment(path: str) -> str | None:
    """The version in pyvenv.cfg (`version` by venv, `version_info` by uv and virtualenv), where its base still is."""
    file = Path(path).parent.parent / "pyvenv.cfg"
    try:
        text = file.read_text("utf-8", "replace")
    except OSError:
        return None
    values = {key.strip(): value.strip() for key, _, value in (line.partition("=") for line in text.splitlines())}
    found_version = re.match(r"\d+\.\d+\.\d+", values.get("version_info") or values.get("version") or "")
    base = values.get("home")
    return found_version.group() if found_version and base and Path(base).is_dir() else None
