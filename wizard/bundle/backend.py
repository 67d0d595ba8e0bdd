"""What a build backend asks for only when it is started (PEP 517 and 660: get_requires_for_build_...): it is started.

By uv, in an environment of its own that holds what pyproject.toml states, as uv itself would. Where that fails, the table
of assets/bundle.toml has to do.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from wizard.bundle.builds import Needs
from wizard.bundle.record import MANIFEST

_SECONDS = 120.0
_LARGEST, _MOST = 1 << 20, 20_000
"""Bytes of a file, and files, of a project that is copied to be asked."""
_ASK = """
import importlib, json, os, sys
out = os.dup(1)
os.dup2(2, 1)  # setup.py may print
backend, *paths = sys.argv[1:]
sys.path[:0] = [os.path.abspath(one) for one in paths]
name, _, inner = backend.partition(":")
found = importlib.import_module(name)
for one in filter(None, inner.split(".")):
    found = getattr(found, one)
hooks = [getattr(found, f"get_requires_for_build_{kind}", None) for kind in ("wheel", "editable")]
needs = sorted({str(need) for hook in hooks if hook for need in hook()})
os.write(out, json.dumps(needs).encode())
"""


def of_folder(needs: Needs, folder: Path, uv: str, env: Mapping[str, str]) -> Needs:
    """With what the backend of the package in that folder asks for. The folder is only read: a copy is worked in, without
    what no build reads to tell that (data, environments).
    """
    if not needs.requires:
        return needs
    with tempfile.TemporaryDirectory(prefix="uv-wizard-") as scratch:
        copy = Path(scratch, "source")
        try:
            _copy(folder, copy)
        except OSError:
            return needs
        return _with(needs, copy, uv, env)


def _copy(folder: Path, copy: Path) -> None:
    """Its small files. Raises OSError for a folder of very many."""
    count = 0
    for root, names, files in os.walk(folder):
        names[:] = [name for name in names if not name.startswith(".") and not _is_no_source(Path(root, name))]
        target = copy / Path(root).relative_to(folder)
        target.mkdir(parents=True, exist_ok=True)
        count += len(files)
        if count > _MOST:
            raise OSError(errno.E2BIG, "too many files", str(folder))
        for name in files:
            path = Path(root, name)
            if path.is_file() and path.stat().st_size <= _LARGEST:
                shutil.copyfile(path, target / name)


def _is_no_source(folder: Path) -> bool:
    return folder.is_symlink() or any((folder / mark).exists() for mark in ("pyvenv.cfg", MANIFEST, "CACHEDIR.TAG"))


def of_source(needs: Needs, archive: Path, uv: str, env: Mapping[str, str]) -> Needs:
    """The same of a source distribution."""
    with tempfile.TemporaryDirectory(prefix="uv-wizard-") as scratch:
        try:
            if archive.suffix == ".zip":
                with zipfile.ZipFile(archive) as packed:
                    packed.extractall(scratch)  # noqa: S202 - zipfile keeps every name inside
            else:
                with tarfile.open(archive) as tar:
                    _unpack(tar, scratch)
        except (OSError, EOFError, tarfile.TarError, zipfile.BadZipFile, ValueError):
            return needs
        folder = next((one for one in Path(scratch).iterdir() if one.is_dir()), None)
        return needs if folder is None else _with(needs, folder, uv, env)


def _unpack(tar: tarfile.TarFile, folder: str) -> None:
    if hasattr(tarfile, "data_filter"):
        tar.extractall(folder, filter="data")
        return
    root = Path(folder).resolve()  # Pythons before 3.10.12 and 3.11.4
    for member in tar:
        if (member.isreg() or member.isdir()) and (root / member.name).resolve().is_relative_to(root):
            tar.extract(member, folder)


def _with(needs: Needs, folder: Path, uv: str, env: Mapping[str, str]) -> Needs:
    words = [word for one in needs.requires for word in ("--with", one)]
    argv = [uv, "run", "--no-project", "--quiet", "--python", sys.executable, *words,
            "python", "-c", _ASK, needs.backend, *needs.paths]  # fmt: skip
    try:
        done = subprocess.run(
            argv, cwd=folder, env=dict(env), stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=False,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )  # fmt: skip
        told = json.loads(done.stdout) if done.returncode == 0 else []
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return needs
    return needs.with_more(str(one) for one in told)


__all__ = ["of_folder", "of_source"]
