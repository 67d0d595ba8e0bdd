"""One HTTP client for all that is asked of mirrors: the user's proxies and certificates, and uv's own words.

httpx is imported when the first client is made: the supervisor starts without it.
"""

from __future__ import annotations

import json
import platform
import re
import socket
import ssl
from typing import TYPE_CHECKING, Any, cast

from wizard import catalog
from wizard.errors import WizardError
from wizard.language import said
from wizard.mirrors.uv_network import UvNetwork, in_force
from wizard.text import masked, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import httpx

    from wizard.credentials import SignIn


def user_agent(uv_version: str | None) -> str:
    """As uv writes it (recorded from 0.13.8): mirrors are known to refuse clients by a part of this text.

    `uv_version` None: there is no uv yet, and the newest that this wizard knows stands for it.
    """
    version = uv_version or str(catalog.table("uv.toml")["newest_known"])
    said: dict[str, Any] = {
        "installer": {"name": "uv", "version": version, "subcommand": ["sync"]},
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
    return f"uv/{version} {json.dumps(said, separators=(',', ':'))}"


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


def _routes(network: UvNetwork, trusted: ssl.SSLContext, limits: httpx.Limits) -> dict[str, httpx.HTTPTransport | None]:
    """The proxies of uv's own settings, as httpx takes them."""
    import httpx

    routes: dict[str, httpx.HTTPTransport | None] = {
        f"{scheme}://": httpx.HTTPTransport(proxy=url, verify=trusted, limits=limits)
        for scheme, url in network.proxies.items()
        if "*" not in network.direct
    }
    for host in network.direct if routes else ():
        if re.fullmatch(r"[\w.-]+", host):  # no range of addresses
            routes[f"all://{host}" if host.replace(".", "").isdigit() else f"all://*{host.lstrip('.')}"] = None
    return routes


class _Lenient:
    """A context that looks at no certificate of some hosts. It stands where a context does: what it lacks is the other's."""

    def __init__(self, strict: ssl.SSLContext, hosts: frozenset[str]) -> None:
        self._strict, self._hosts = strict, hosts
        self._blind = ssl.create_default_context()
        self._blind.check_hostname = False
        self._blind.verify_mode = ssl.CERT_NONE

    def __getattr__(self, name: str) -> Any:
        return getattr(self._strict, name)

    def set_alpn_protocols(self, names: list[str]) -> None:
        self._strict.set_alpn_protocols(names)
        self._blind.set_alpn_protocols(names)

    def wrap_socket(self, sock: socket.socket, *, server_hostname: str | None = None, **more: Any) -> ssl.SSLSocket:
        return self._for(server_hostname).wrap_socket(sock, server_hostname=server_hostname, **more)

    def wrap_bio(
        self, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO, *, server_hostname: str | None = None, **more: Any
    ) -> ssl.SSLObject:
        return self._for(server_hostname).wrap_bio(incoming, outgoing, server_hostname=server_hostname, **more)

    def _for(self, host: str | None) -> ssl.SSLContext:
        return self._blind if self._hosts & {host, "*"} else self._strict


def make_client(  # noqa: PLR0913 - what uv is told in as many ways
    *, uv_version: str | None, connect_s: float, read_s: float, connections: int, sign_ins: Iterable[SignIn] = (),
    uv: str | None = None, project: Path | None = None,
) -> httpx.Client:  # fmt: skip
    """A client for `connections` at once, redirects followed, HTTP/1.1: httpx lets too little come at once over HTTP/2.

    `uv` is asked for sign-ins that we do not know; what uv is told of certificates and proxies, by variables, by its files
    and by those of `project`, holds here too. Raises WizardError where the proxy settings can't be used.
    """
    import httpx

    from wizard.mirrors.sign_in import IndexAuth

    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
    network = in_force(project=project)
    try:
        # httpx heeds SSL_CERT_FILE and SSL_CERT_DIR
        trusted = ssl.create_default_context() if network.system_certs else httpx.create_ssl_context()
        if network.insecure:
            trusted = cast("ssl.SSLContext", _Lenient(trusted, network.insecure))
        return httpx.Client(
            headers={"User-Agent": user_agent(uv_version)},
            timeout=httpx.Timeout(read_s, connect=connect_s, pool=None),
            limits=limits,
            follow_redirects=True,
            max_redirects=5,
            verify=trusted,
            trust_env=not network.proxies,
            mounts=_routes(network, trusted, limits),
            auth=IndexAuth(sign_ins, uv),
        )
    except (ImportError, ValueError, OSError) as error:
        raise WizardError(
            said("the proxy or certificate settings cannot be used: {error}", error=masked(one_line(str(error), 200)))
        ) from None


def why(error: Exception) -> str:
    """A failed request in a few words."""
    import httpx

    if isinstance(error, httpx.ConnectError):
        return _no_connection(error)
    if isinstance(error, httpx.ProxyError) and "407" in str(error):
        return said("the proxy asks for a sign-in")
    words = (
        (httpx.ConnectTimeout, said("no connection in time")),
        (httpx.TimeoutException, said("no answer in time")),
        (httpx.ProxyError, said("the proxy refused")),
        (httpx.TooManyRedirects, said("sends you round in circles")),
    )
    return next((text for kind, text in words if isinstance(error, kind)), said("the connection broke"))


def _no_connection(error: BaseException) -> str:
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return said("its certificate is not trusted")
    first = error
    while first.__cause__ or first.__context__:
        first = first.__cause__ or first.__context__ or first
    return said("no such host") if isinstance(first, socket.gaierror) else said("no connection")
