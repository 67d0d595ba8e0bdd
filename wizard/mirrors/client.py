"""One HTTP client for all that is asked of mirrors: the user's proxies and certificates, and uv's own words.

httpx is imported when the first client is made: the supervisor starts without it.
"""

from __future__ import annotations

import json
import os
import platform
import socket
import ssl
from typing import TYPE_CHECKING, Any

from wizard.errors import WizardError
from wizard.text import masked, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    import httpx

    from wizard.credentials import SignIn


def user_agent(uv_version: str) -> str:
    """As uv writes it (recorded from 0.13.8): mirrors are known to refuse clients by a part of this text."""
    said: dict[str, Any] = {
        "installer": {"name": "uv", "version": uv_version, "subcommand": ["sync"]},
        "python": platform.python_version(),
        "implementation": {"name": "CPython", "version": platform.python_version()},
        "distro": _distribution(),
        "system": {"name": platform.system(), "release": platform.release()},
        "cpu": platform.machine(),
        "openssl_version": None,
        "setuptools_version": None,
        "rustc_version": None,
        "ci": None,
    }
    return f"uv/{uv_version} {json.dumps(said, separators=(',', ':'))}"


def _distribution() -> dict[str, Any] | None:
    libc, version = platform.libc_ver()
    if not libc:
        return None
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        release = {}
    keys = {"name": "NAME", "version": "VERSION_ID", "id": "VERSION_CODENAME"}
    told = {name: release[key] for name, key in keys.items() if key in release}
    return {**told, "libc": {"lib": libc, "version": version}}


def _trusted() -> ssl.SSLContext | bool:
    """The system's certificates where uv is told to use them, else what httpx trusts (SSL_CERT_FILE is honoured by it)."""
    wanted = any(
        os.environ.get(name, "").lower() in {"1", "true", "yes", "on"} for name in ("UV_SYSTEM_CERTS", "UV_NATIVE_TLS")
    )
    return ssl.create_default_context() if wanted else True


def make_client(
    *, uv_version: str, connect_s: float, read_s: float, connections: int, sign_ins: Iterable[SignIn] = (),
    uv: str | None = None,
) -> httpx.Client:  # fmt: skip
    """A client for `connections` at once, redirects followed, HTTP/1.1: httpx lets too little come at once over HTTP/2.

    `uv` is asked for sign-ins that we do not know. Raises WizardError where the proxy settings can't be used.
    """
    import httpx

    from wizard.mirrors.sign_in import IndexAuth

    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
    try:
        return httpx.Client(
            headers={"User-Agent": user_agent(uv_version)},
            timeout=httpx.Timeout(read_s, connect=connect_s, pool=None),
            limits=limits,
            follow_redirects=True,
            max_redirects=5,
            verify=_trusted(),
            auth=IndexAuth(sign_ins, uv),
        )
    except (ImportError, ValueError, OSError) as error:
        raise WizardError(
            f"the proxy or certificate settings cannot be used: {masked(one_line(str(error), 200))}"
        ) from None


def why(error: Exception) -> str:
    """A failed request in a few words."""
    import httpx

    if isinstance(error, httpx.ConnectError):
        return _no_connection(error)
    if isinstance(error, httpx.ProxyError) and "407" in str(error):
        return "the proxy asks for a sign-in"
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
