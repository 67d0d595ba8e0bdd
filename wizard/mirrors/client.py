"""One HTTP client for all that is asked of mirrors: the user's proxies and certificates, and uv's own words.

httpx is imported when the first client is made: the supervisor starts without it.
"""

from __future__ import annotations

import json
import os
import platform
import socket
import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wizard.errors import WizardError
from wizard.text import masked, one_line

if TYPE_CHECKING:
    import httpx


def user_agent(uv_version: str) -> str:
    """As uv writes it (recorded from 0.13.8): mirrors are known to refuse clients by a part of this text."""
    libc, version = platform.libc_ver()
    distro = {"libc": {"lib": libc, "version": version}} if libc else None
    said: dict[str, Any] = {
        "installer": {"name": "uv", "version": uv_version, "subcommand": ["sync"]},
        "python": platform.python_version(),
        "implementation": {"name": "CPython", "version": platform.python_version()},
        "distro": distro,
        "system": {"name": platform.system(), "release": platform.release()},
        "cpu": platform.machine(),
        "openssl_version": None,
        "setuptools_version": None,
        "rustc_version": None,
        "ci": None,
    }
    return f"uv/{uv_version} {json.dumps(said, separators=(',', ':'))}"


def _trusted() -> ssl.SSLContext | bool:
    """The system's certificates where uv is told to use them, else what httpx trusts (SSL_CERT_FILE is honoured by it)."""
    wanted = any(
        os.environ.get(name, "").lower() in {"1", "true", "yes", "on"} for name in ("UV_SYSTEM_CERTS", "UV_NATIVE_TLS")
    )
    return ssl.create_default_context() if wanted else True


def make_client(*, uv_version: str, connect_s: float, read_s: float, connections: int) -> httpx.Client:
    """A client for `connections` at once, redirects followed. Raises WizardError where the proxy settings can't be used."""
    import httpx

    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
    try:
        return httpx.Client(
            headers={"User-Agent": user_agent(uv_version)},
            timeout=httpx.Timeout(read_s, connect=connect_s, pool=None),
            limits=limits,
            follow_redirects=True,
            max_redirects=5,
            verify=_trusted(),
            auth=_netrc(),
        )
    except (ImportError, ValueError, OSError) as error:
        raise WizardError(
            f"the proxy or certificate settings cannot be used: {masked(one_line(str(error), 200))}"
        ) from None


def _netrc() -> httpx.Auth | None:
    """Sign-ins of ~/.netrc (or NETRC), which uv reads too; a file that can't be read is as none."""
    import netrc

    import httpx

    path = Path(os.environ.get("NETRC") or Path.home() / ("_netrc" if os.name == "nt" else ".netrc"))
    try:
        return httpx.NetRCAuth(str(path)) if path.is_file() else None
    except (OSError, netrc.NetrcParseError, UnicodeDecodeError):
        return None


def why(error: Exception) -> str:
    """A failed request in a few words."""
    import httpx

    if isinstance(error, httpx.ConnectError):
        return _no_connection(error)
    words = (
        (httpx.ConnectTimeout, "no connection in time"),
        (httpx.TimeoutException, "no answer in time"),
        (httpx.ProxyError, "the proxy refused"),
        (httpx.TooManyRedirects, "sends you round in circles"),
    )
    return next((text for kind, text in words if isinstance(error, kind)), "the connection broke")


def _no_connection(error: BaseException) -> str:
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return "its certificate is not trusted"
    first = error
    while first.__cause__ or first.__context__:
        first = first.__cause__ or first.__context__ or first
    return "no such host" if isinstance(first, socket.gaierror) else "no connection"
