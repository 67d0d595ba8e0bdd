"""Whether the package index that uv would use answers: one request, its answer not read."""

from __future__ import annotations

import ssl
import time
from collections.abc import Mapping
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass_environment  # type: ignore[attr-defined]  # not in typeshed

from wizard.language import said
from wizard.machine.facts import MachineFinding, NetworkFact
from wizard.machine.request import Answer, ProbeRequest
from wizard.machine.system import shown
from wizard.machine.telling import finding
from wizard.machine.uv_flags import is_on
from wizard.text import masked, one_line

LIMIT = 3.0


def network(request: ProbeRequest, limit: float = LIMIT) -> Answer:
    """network; None there where no address is known or network access is off (UV_OFFLINE): nothing is asked then."""
    url = index_url(request)
    if url is None or is_on(request.get("UV_OFFLINE")):
        return Answer({"network": None})
    proxy = proxy_for(url, proxies(request))
    fact, finding_ = _tried(url, proxy, request, limit)
    return Answer({"network": fact}, (finding_,) if finding_ else ())


def index_url(request: ProbeRequest) -> str | None:
    """The address uv would ask first: the lock's own registry, else the default index of the environment."""
    named = request.index_url or request.get("UV_DEFAULT_INDEX") or request.get("UV_INDEX_URL")
    if named is None:
        return None
    name, separator, rest = named.partition("=")  # `UV_DEFAULT_INDEX=company=ADDRESS` gives the index a name
    url = rest if separator and "/" not in name and ":" not in name else named
    return url if urlsplit(url).scheme in ("http", "https") else None


def proxies(request: ProbeRequest) -> dict[str, str]:
    """Proxies by scheme (`all` and `no` too), the small letters' word first; on Windows and macOS the system's else."""
    found: dict[str, str] = {}
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        value = request.variables.get(name) or request.variables.get(name.upper())
        if value:
            found[name.removesuffix("_proxy")] = value
    if request.os != "linux" and not set(found) & {"http", "https", "all"}:
        found = {**getproxies(), **found}
    return found


def proxy_for(url: str, known: Mapping[str, str]) -> str | None:
    """The proxy on the way to that address, with its scheme; None for the direct way."""
    parts = urlsplit(url)
    if proxy_bypass_environment(parts.netloc.rpartition("@")[2], dict(known)):
        return None
    proxy = known.get(parts.scheme) or known.get("all")
    return proxy if proxy is None or "://" in proxy else f"http://{proxy}"


def _tried(
    url: str, proxy: str | None, request: ProbeRequest, limit: float
) -> tuple[NetworkFact, MachineFinding | None]:
    import httpx

    told = shown("HTTPS_PROXY", proxy) if proxy else None
    host = urlsplit(url).hostname or url
    words = {"host": host, "proxy": told or "", "seconds": f"{limit:g}"}
    try:
        trusted = certificates(request)
    except OSError:  # told by wizard.advice.variables
        return NetworkFact(None, told, said("its certificate can't be checked")), None
    begun = time.monotonic()
    try:
        with (
            httpx.Client(proxy=proxy, trust_env=False, timeout=limit, verify=trusted) as client,
            client.stream("GET", url) as answer,
        ):
            status = answer.status_code
    except (httpx.HTTPError, httpx.InvalidURL, ImportError, ValueError, OSError) as error:
        cause, why = why_not(error, proxied=proxy is not None)
        line = masked(one_line(str(error) or type(error).__name__, 300))
        return NetworkFact(None, told, why), finding(cause, [line], **words) if cause else None
    if status == 407:
        return NetworkFact(None, told, said("the proxy asks for a sign-in")), finding(
            "proxy-authentication", ["407"], **words
        )
    if status >= 500:
        cause = "proxy-refused" if proxy and status in (502, 503, 504) else "index-server-error"
        return NetworkFact(None, told, said("it answers {status}", status=status)), finding(
            cause, [str(status)], status=str(status), **words
        )
    return NetworkFact(round((time.monotonic() - begun) * 1000, 1), told), None


def certificates(request: ProbeRequest) -> ssl.SSLContext:
    """The system's certificates, or those that SSL_CERT_FILE and SSL_CERT_DIR name. Raises OSError where they are not there."""
    file, folder = request.get("SSL_CERT_FILE"), request.get("SSL_CERT_DIR")
    return ssl.create_default_context(cafile=file, capath=folder)


def why_not(error: BaseException, *, proxied: bool) -> tuple[str | None, str]:
    """The cause (an id) and a few words. The texts are those of getaddrinfo(3), strerror(3) and OpenSSL."""
    import httpx

    text = f"{error} {error.__cause__ or ''}".lower()
    unnamed = any(
        words in text for words in ("name or service", "getaddrinfo", "nodename", "name resolution", "no address")
    )
    at_proxy = isinstance(error, httpx.ProxyError)
    told = (
        (at_proxy and "407" in text, ("proxy-authentication", said("the proxy asks for a sign-in"))),
        (at_proxy, ("proxy-refused", said("the proxy refuses"))),
        (isinstance(error, ImportError), (None, said("not tried through a SOCKS proxy"))),
        (
            "certificate" in text or isinstance(error, ssl.SSLError),
            ("tls-untrusted", said("its certificate is not trusted")),
        ),
        (isinstance(error, httpx.TimeoutException), ("network-timeout", said("no answer in time"))),
        (not isinstance(error, httpx.HTTPError), (None, said("its address is not usable"))),
        (proxied, ("proxy-refused", said("the proxy can't be reached"))),
        (unnamed, ("network-dns", said("its name is not found"))),
        (True, ("network-refused", said("no connection"))),
    )
    return next(answer for fits, answer in told if fits)
