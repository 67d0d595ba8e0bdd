"""The package index that uv goes by here, asked of uv: where neither a lock nor a variable names one. No server is asked."""

from __future__ import annotations

import os
import sys
from urllib.parse import urlsplit

from wizard.machine.child import ask
from wizard.machine.request import ProbeRequest

_MARK = "--index-url "


def index_of_uv(uv: str, request: ProbeRequest, limit: float) -> str | None:
    """Its address, by uv's own files or built in; None where uv does not tell within `limit` seconds.

    `uv pip compile --emit-index-url` of an empty input prints it (tried from 0.8.24 to 0.13.8).
    """
    words = ["--offline", "--no-cache", "--no-header", "--no-python-downloads", "--emit-index-url", "-"]
    if request.root == os.sep:  # with no Python at all it would say nothing
        words += ["--python", sys.executable]
    empty = {"UV_CACHE_DIR", "UV_LINK_MODE"}  # set and empty, they stop uv
    environment = {name: value for name, value in request.environment.items() if value or name.upper() not in empty}
    folder = request.project if request.project and os.path.isdir(request.project) else request.home_folder
    try:
        said = ask([uv, "pip", "compile", *words], limit, environment=environment, cwd=folder)
    except OSError:
        return None
    line = next((line for line in said.out.splitlines() if line.startswith(_MARK)), "")
    url = line[len(_MARK) :].strip()
    return url if said.code == 0 and urlsplit(url).scheme in ("http", "https") else None
