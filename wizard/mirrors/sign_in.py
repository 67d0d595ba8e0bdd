"""Who we are to an index that asks: what the address said at the door, ~/.netrc, or what uv has kept (`uv auth login`)."""

from __future__ import annotations

import json
import netrc
import os
import subprocess
from collections.abc import Generator, Iterable
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from wizard.credentials import SignIn

_HELPER_S = 10


class IndexAuth(httpx.Auth):
    """Adds the sign-in that is known; an index that asks all the same is told what uv knows, once a host."""

    def __init__(self, known: Iterable[SignIn], uv: str | None = None) -> None:
        """`uv`: a program that may have a sign-in of its own for an address, None where there is none."""
        self._known = [(one, httpx.BasicAuth(one.user or "", one.password or "")) for one in known if one.password]
        self._netrc = _netrc()
        self._uv = uv
        self._asked: dict[str, str | None] = {}

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """See httpx.Auth."""
        url = str(request.url)
        fitting = max(self._known, key=lambda pair: pair[0].serves(url), default=None)
        if "Authorization" not in request.headers:
            if fitting is not None and fitting[0].serves(url):
                request = next(fitting[1].auth_flow(request))
            elif self._netrc is not None:
                request = next(self._netrc.auth_flow(request))
        response = yield request
        if response.status_code == 401 and "Authorization" not in request.headers:
            told = self._of_uv(url)
            if told is not None:
                request.headers["Authorization"] = told
                yield request

    def _of_uv(self, url: str) -> str | None:
        host = urlsplit(url).netloc
        if host not in self._asked:
            self._asked[host] = of_uv(self._uv, url) if self._uv else None
        return self._asked[host]


def of_uv(uv: str, url: str) -> str | None:
    """The Authorization header that this uv would send there; None where it has none, or can't say (before 0.9)."""
    argv = [uv, "auth", "helper", "--protocol", "bazel", "get", "--preview-features", "auth-helper"]
    try:
        done = subprocess.run(
            argv, input=json.dumps({"uri": url}), capture_output=True, encoding="utf-8", errors="replace", check=False,
            timeout=_HELPER_S, creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )  # fmt: skip
        told = json.loads(done.stdout)["headers"]["Authorization"][0]
    except (OSError, subprocess.TimeoutExpired, ValueError, LookupError, TypeError):
        return None
    return told if isinstance(told, str) else None


def _netrc() -> httpx.NetRCAuth | None:
    """Sign-ins of ~/.netrc (or NETRC), which uv reads too; a file that can't be read is as none."""
    path = Path(os.environ.get("NETRC") or Path.home() / ("_netrc" if os.name == "nt" else ".netrc"))
    try:
        return httpx.NetRCAuth(str(path)) if path.is_file() else None
    except (OSError, netrc.NetrcParseError, UnicodeDecodeError):
        return None
