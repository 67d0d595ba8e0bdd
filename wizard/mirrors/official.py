"""What only uv knows: its version, the official package index's address, and the file that a Python comes as."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Mapping
from urllib.parse import urlsplit

_MARK = "--index-url "
_BUILDS = "/releases/download/"
_SECONDS = 20
# uv's own answer is wanted, not that of somebody's settings.
_LEFT_OUT = (
    "UV_INDEX",
    "UV_DEFAULT_INDEX",
    "UV_EXTRA_INDEX_URL",
    "UV_FIND_LINKS",
    "UV_PYTHON_INSTALL_MIRROR",
    "UV_PROJECT",
)


def address(uv_path: str) -> str | None:
    """The official package index, as uv has it built in; None where uv can't say.

    `uv pip compile --emit-index-url` on an empty input prints it (tried from 0.8.24 to 0.13.8); it asks no server.
    """
    printed = _asked(uv_path, ["pip", "compile", "--no-config", "--offline", "--no-header", "--emit-index-url", "-"])
    lines = (line[len(_MARK) :].strip() for line in (printed or "").splitlines() if line.startswith(_MARK))
    found = next(lines, "")
    return found.rstrip("/") if urlsplit(found).scheme in {"http", "https"} else None


def version(uv_path: str | None) -> str | None:
    """What that uv says of itself, None where there is none that answers."""
    words = (_asked(uv_path, ["--version"]) or "").split() if uv_path else []
    return words[1] if len(words) > 1 else None


def python_here(uv_path: str, request: str, folder: str) -> bool:
    """Whether uv finds such a Python, for a project in that folder, without fetching one."""
    argv = ["python", "find", "--no-python-downloads", *([request] if request else [])]
    return _asked(uv_path, argv, folder, os.environ) is not None


def python_file(uv_path: str, request: str) -> str | None:
    """`<tag>/<file>` of the Python that this uv would fetch for `request` (3.12, or >=3.11); None where it knows none, or
    it comes from elsewhere (PyPy). The newest, for a request that leaves it open: that is what uv takes (seen with 0.13.8).

    That is what UV_PYTHON_INSTALL_MIRROR is put before; most mirrors hold only the newest tag, uv asks for its own.
    """
    printed = _asked(
        uv_path,
        [
            "python",
            "list",
            "--no-config",
            "--offline",
            "--only-downloads",
            "--show-urls",
            "--output-format",
            "json",
            request,
        ],
    )
    try:
        entries = json.loads(printed or "[]")
    except ValueError:
        return None
    files = [
        entry for entry in entries if entry.get("implementation") == "cpython" and _BUILDS in str(entry.get("url"))
    ]
    usual = [entry for entry in files if entry.get("variant", "default") == "default"] or files
    final = next((entry for entry in usual if re.fullmatch(r"[0-9.]+", str(entry.get("version")))), None)
    return str(final["url"]).split(_BUILDS, 1)[1] if final else None


def _asked(
    uv_path: str, words: list[str], folder: str | None = None, env: Mapping[str, str] | None = None
) -> str | None:
    if env is None:
        env = {k: v for k, v in os.environ.items() if not k.startswith(_LEFT_OUT)}
    try:
        done = subprocess.run(
            [uv_path, *words],
            input="",
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_SECONDS,
            check=False,
            cwd=folder or tempfile.gettempdir(),
            env=env,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
