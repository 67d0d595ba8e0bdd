"""Which start-up files are somebody else's to write: a tool's (chezmoi, Nix, yadm), or read-only; and which are links.

Sources: chezmoi's reference on source state attributes, yadm(1) FILES, home-manager's manual (files are links into the
store).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from wizard.language import said
from wizard.machine.child import ask
from wizard.machine.places import executable
from wizard.machine.request import ProbeRequest

_STORES = {"/nix/store/": "Nix (home-manager)", "/gnu/store/": "Guix"}
_CHEZMOI = (
    "after_", "before_", "create_", "empty_", "encrypted_", "exact_", "executable_", "external_", "modify_", "once_",
    "onchange_", "private_", "readonly_", "remove_", "run_", "symlink_",
)  # fmt: skip
_GIT_LIMIT = 2.0


def looked_at(request: ProbeRequest, paths: Iterable[str]) -> tuple[dict[str, str], dict[str, str]]:
    """(path -> why it is not ours to write, path -> where the link leads that it is or lies behind)."""
    kept: dict[str, str] = {}
    linked: dict[str, str] = {}
    listed = list(paths)
    tracked = set(_yadm(request, listed))
    for path in listed:
        real = os.path.realpath(path)
        if real != os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path)):
            linked[path] = real
        why = _store(real) or _chezmoi(request, path) or (said("tracked by yadm") if path in tracked else None)
        why = why or _read_only(path, real)
        if why:
            kept[path] = why
    return kept, linked


def _store(real: str) -> str | None:
    return next((said("made by {name}", name=name) for store, name in _STORES.items() if real.startswith(store)), None)


def _read_only(path: str, real: str) -> str | None:
    folder = os.path.dirname(real)
    if os.path.islink(path) and not os.path.isdir(folder):
        return said("a link to a folder that is not there")
    try:
        mode = os.stat(real).st_mode
    except FileNotFoundError:
        while not os.path.isdir(folder) and os.path.dirname(folder) != folder:
            folder = os.path.dirname(folder)
        return None if os.access(folder, os.W_OK | os.X_OK) else said("in a folder that this user may not write in")
    except OSError as error:
        return said("not to be looked at ({error})", error=error.strerror or error)
    if not stat.S_ISREG(mode):
        return said("no file")
    # root may write what its owner has closed, and should not
    if not mode & 0o222 or not os.access(real, os.W_OK):
        return said("read-only")
    return None if os.access(folder, os.W_OK | os.X_OK) else said("in a folder that this user may not write in")


def _chezmoi(request: ProbeRequest, path: str) -> str | None:
    source = _chezmoi_source(request)
    inside = os.path.relpath(path, request.home_folder).split(os.sep)
    if source is None or inside[0] == os.pardir:
        return None
    folders = [source]
    for part in inside[:-1]:
        folders = [found for folder in folders for found in _named(folder, part)]
    return said("managed by chezmoi") if any(True for folder in folders for _ in _named(folder, inside[-1])) else None


def _chezmoi_source(request: ProbeRequest) -> Path | None:
    data = request.get("XDG_DATA_HOME") or os.path.join(request.home_folder, ".local", "share")
    source = Path(data, "chezmoi")
    if not source.is_dir():
        return None
    try:
        return source / (source / ".chezmoiroot").read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return source


def _named(folder: Path, target: str) -> Iterator[Path]:
    """The entries of a source folder that become `target`."""
    try:
        entries = list(folder.iterdir())
    except OSError:
        return
    for entry in entries:
        name = entry.name.removesuffix(".tmpl").removesuffix(".age").removesuffix(".asc").removesuffix(".literal")
        while prefix := next((one for one in _CHEZMOI if name.startswith(one)), None):
            name = name[len(prefix) :]
        name = name.removeprefix("literal_")
        if (f".{name[4:]}" if name.startswith("dot_") else name) == target:
            yield entry


def _yadm(request: ProbeRequest, paths: list[str]) -> Iterator[str]:
    """Those of the paths that yadm's repository has."""
    data = request.get("XDG_DATA_HOME") or os.path.join(request.home_folder, ".local", "share")
    repository = next(
        (one for one in (os.path.join(data, "yadm", "repo.git"), os.path.join(request.home_folder, ".yadm", "repo.git"))
         if os.path.isdir(one)), None,
    )  # fmt: skip
    inside = [path for path in paths if path.startswith(request.home_folder + os.sep)]
    git = next(filter(None, (executable(request, folder, "git") for folder in request.search_path)), None)
    if repository is None or git is None:
        return
    argv = [git, f"--git-dir={repository}", f"--work-tree={request.home_folder}", "ls-files", "-z", "--", *inside]
    try:
        said = ask(argv, _GIT_LIMIT, environment=dict(request.environment), cwd=request.home_folder)
    except OSError:
        return
    names = {os.path.join(request.home_folder, name) for name in said.out.split("\0") if name}
    yield from (path for path in paths if path in names)
