"""Variables that name a file or a folder which uv can't use: each with why. Nothing is opened that is no plain file."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from wizard.language import said
from wizard.machine.request import ProbeRequest

FILES = ("SSL_CERT_FILE", "UV_CONFIG_FILE")
FOLDERS = ("VIRTUAL_ENV", "CONDA_PREFIX")
_LARGEST = 4 * 1024 * 1024


def unusable_paths(request: ProbeRequest) -> dict[str, str]:
    """Variable -> why it can't be used, of SSL_CERT_FILE, SSL_CERT_DIR, UV_CONFIG_FILE, VIRTUAL_ENV and CONDA_PREFIX."""
    base = request.project or os.curdir
    found = {name: _file(Path(base, value), name) for name in FILES if (value := request.get(name))}
    found |= {name: _folder(Path(base, value)) for name in FOLDERS if (value := request.get(name))}
    folders = request.get("SSL_CERT_DIR")
    if folders:
        whys = [_folder(Path(base, one)) for one in folders.split(request.paths.pathsep) if one]
        found["SSL_CERT_DIR"] = next(iter(whys), None) if all(whys) else None  # one of them is enough
    return {name: why for name, why in found.items() if why}


def _file(path: Path, name: str) -> str | None:
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            return said("it is a folder")
        if stat.S_ISREG(status.st_mode) and status.st_size <= _LARGEST:
            data = path.read_bytes()
            if name == "SSL_CERT_FILE" and b"-----BEGIN" not in data:
                return said("it holds no certificate")
    except OSError as error:
        return _why(error)
    return None


def _folder(path: Path) -> str | None:
    try:
        if not stat.S_ISDIR(path.stat().st_mode):
            return said("it is no folder")
        with os.scandir(path) as entries:
            next(entries, None)
    except OSError as error:
        return _why(error)
    return None


def _why(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return said("it is not there")
    return said("it may not be read") if isinstance(error, PermissionError) else (error.strerror or str(error))
