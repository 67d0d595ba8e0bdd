"""The package index that pip goes by here, asked of pip: where there is no uv yet to be asked. No server is asked."""

from __future__ import annotations

import os
import re
import sys
from urllib.parse import urlsplit

from wizard.machine.child import ask
from wizard.machine.pip_there import has_pip
from wizard.machine.places import executable
from wizard.machine.request import ProbeRequest

_DEFAULT = re.compile(r"--index-url <url>[^(]*\(default (\S+?)\)")
"""In pip's own help, which names the index of its files and variables, or the one built in (tried from 21.2 to 26.0)."""
_NO_INDEX = re.compile(r"(?im)^[\w.:-]*no-index='(?:1|true|yes|on)'")
"""In the list of what files and variables set."""


def index_of_pip(request: ProbeRequest, limit: float) -> str | None:
    """Its address; None where no Python here has pip, where pip asks none, or one with a sign-in, and where it does not tell
    within `limit` seconds.
    """
    python = _with_pip(request)
    if python is None or request.root != os.sep:
        return None
    environment = {**request.environment, "COLUMNS": "2000"}  # a narrow help breaks addresses

    def pip(*words: str) -> str:
        said = ask([python, "-m", "pip", *words, "--disable-pip-version-check"], limit / 2, environment=environment,
                   cwd=request.home_folder)  # fmt: skip
        return said.out if said.code == 0 else ""

    try:
        told = _DEFAULT.search(pip("download", "--help"))
        url = urlsplit(told.group(1) if told else "")
        # pip masks a sign-in in its help: what is left of it would be refused, and counted as a try
        if url.scheme not in ("http", "https") or "@" in url.netloc or _NO_INDEX.search(pip("config", "list")):
            return None
    except (OSError, ValueError):
        return None
    return url.geturl()


def _with_pip(request: ProbeRequest) -> str | None:
    name = "python.exe" if request.os == "windows" else "python3"
    there = (executable(request, folder, name) for folder in request.search_path)
    return next((python for python in (sys.executable, *there) if python and has_pip(python)), None)
