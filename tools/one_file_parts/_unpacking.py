"""Inside uv-wizard.pyz: unpacks what it holds where that was not done yet, and starts the program from there.

Whoever starts it again finds the folder and nothing is read from the archive but this: shiv's own start takes twice
as long, waits for ever where a disk knows no locks, and ends with a traceback where the home can't be written.
"""

from __future__ import annotations

import os
import sys

BUILD = "@BUILD@"
"""Put in by tools/one_file.py: names what is inside."""
NAME = "uv-wizard.pyz_" + BUILD
ROOM = 40 << 20
"""Bytes: unpacked, with what Python compiles of it."""
OLD_S = 30 * 86400.0
"""What an older uv-wizard.pyz unpacked is taken away after so long."""
SPARE = ".unpacking-"


def run() -> int:
    """The program's exit code."""
    archive = sys.path[0]
    try:
        folder = unpacked(archive)
        if folder is None:
            return 1
        sys.path[0] = folder
        try:
            from wizard.__main__ import main
        except ImportError:  # who cleans temporary folders leaves half of them
            sys.path[0] = archive
            folder = unpacked(archive, anew=folder)
            if folder is None:
                return 1
            sys.path[0] = folder
            forget()
            from wizard.__main__ import main
    except KeyboardInterrupt:
        complain("stopped")
        return 130
    return main()


def forget() -> None:
    """What was imported of the half that was there."""
    import importlib

    for name in [name for name in sys.modules if name.partition(".")[0] == "wizard"]:
        del sys.modules[name]
    importlib.invalidate_caches()


def unpacked(archive: str, anew: str | None = None) -> str | None:
    """The folder to import from; None, and a line is said, where there is no room for it. `anew`: one to be replaced."""
    tried = []
    for parent in parents():
        folder = os.path.join(parent, NAME, "site-packages")
        if anew is None and os.path.isdir(folder) and trusted(parent):
            return folder
    for parent in parents():
        folder = os.path.join(parent, NAME, "site-packages")
        why = unpack(archive, parent, anew=anew == folder)
        if why is None:
            return folder
        tried.append(parent + " (" + why + ")")
    complain(
        "there is nowhere to unpack this file: " + ", ".join(tried) + "; "
        "name a folder with 40 MB of room in UV_WIZARD_STATE_DIR, and start it again"
    )
    return None


def parents() -> list[str]:
    """Where to unpack, best first: the user's cache, the folder named for our state, temp."""
    home = os.path.expanduser("~")
    cache = os.environ.get("XDG_CACHE_HOME", "")
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA") or os.path.join(home, "AppData", "Local")
        first = os.path.join(local, "uv-wizard", "Cache")
    elif os.path.isabs(cache):
        first = os.path.join(cache, "uv-wizard")
    elif sys.platform == "darwin":
        first = os.path.join(home, "Library", "Caches", "uv-wizard")
    else:
        first = os.path.join(home, ".cache", "uv-wizard")
    named = os.environ.get("UV_WIZARD_STATE_DIR")
    found = [first] if os.path.isabs(first) else []  # no home is known
    if named:
        found.append(os.path.join(os.path.abspath(named), "one-file"))
    return [*found, temporary()]


def temporary() -> str:
    # tempfile would try to write into each; its import alone takes longer than the rest of this
    names = ("TMPDIR", "TEMP", "TMP")
    base = next((os.environ[name] for name in names if os.environ.get(name)), "/tmp")  # noqa: S108 - see trusted
    if sys.platform == "win32":
        who = os.environ.get("USERNAME", "user")
    else:
        who = str(os.getuid())
    return os.path.join(os.path.abspath(base), "uv-wizard-" + who + "-one-file")


def trusted(parent: str) -> bool:
    """Whether nobody else could have put something there: in a folder of temp anybody can, in a home its owner."""
    if sys.platform == "win32":
        return True
    try:
        status = os.lstat(parent)
    except OSError:
        return False
    if parent != temporary():
        return status.st_uid in {0, os.getuid()}
    return status.st_uid == os.getuid() and not status.st_mode & 0o022 and not os.path.islink(parent)


def unpack(archive: str, parent: str, *, anew: bool) -> str | None:
    """Unpacks below `parent`, whole or not at all; what stood in the way, None where it is there."""
    import shutil
    import tempfile

    spare = None
    try:
        os.makedirs(parent, 0o700, exist_ok=True)
        if not trusted(parent):
            return "it belongs to somebody else"
        free = shutil.disk_usage(parent).free
        if free < ROOM:
            return "it has no room"
        spare = tempfile.mkdtemp(prefix=SPARE, dir=parent)
        extract(archive, os.path.join(spare, "new"))
        put(os.path.join(spare, "new"), os.path.join(parent, NAME), anew=anew)
        clean(parent)
    except OSError as error:
        return error.strerror or str(error)
    finally:
        if spare is not None:
            shutil.rmtree(spare, ignore_errors=True)
    return None


def extract(archive: str, target: str) -> None:
    """By shiv, without its lock: each process unpacks into a folder of its own, and the first puts it in place."""
    import contextlib
    import pathlib
    import zipfile

    import _bootstrap

    _bootstrap.FileLock = contextlib.nullcontext
    try:
        with zipfile.ZipFile(archive) as opened:
            _bootstrap.extract_site_packages(opened, pathlib.Path(target))
    except zipfile.BadZipFile:
        raise OSError(0, "the file is damaged, copy it again") from None


def put(new: str, target: str, *, anew: bool) -> None:
    """Moves it into place; somebody else may have been first. On Windows whoever looks at new files holds them a while."""
    import shutil
    import time

    if anew:
        shutil.rmtree(target, ignore_errors=True)
    deadline = time.monotonic() + 5
    while True:
        try:
            os.rename(new, target)
            return
        except OSError:
            if os.path.isdir(os.path.join(target, "site-packages")):
                return
            if sys.platform != "win32" or time.monotonic() > deadline:
                raise
        time.sleep(0.1)


def clean(parent: str) -> None:
    """What an older file unpacked, and what one that was killed had begun."""
    import shutil
    import time

    for entry in list(os.scandir(parent)):
        age = time.time() - entry.stat(follow_symlinks=False).st_mtime
        ours = entry.name.startswith("uv-wizard.pyz_") and entry.name != NAME
        if (ours and age > OLD_S) or (entry.name.startswith(SPARE) and age > 3600):
            shutil.rmtree(entry.path, ignore_errors=True)


def complain(told: str) -> None:
    if sys.stderr is not None:
        sys.stderr.write("uv-wizard: " + "".join(c if c.isprintable() else "?" for c in told) + "\n")
