"""What uv's own settings say about certificates and proxies, for our requests: they go where uv's go.

Tried with uv 0.13.8: `http-proxy` and `https-proxy` of any uv.toml win over every variable, each for its own scheme; with
one of them no proxy of the environment counts, nor NO_PROXY; `no-proxy` counts beside them only. UV_SYSTEM_CERTS and
UV_NATIVE_TLS win over the files.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from wizard.machine.folders import folders
from wizard.machine.request import ProbeRequest
from wizard.machine.uv_configs import uv_configs
from wizard.machine.uv_flags import is_on
from wizard.toml import TOMLError, parse

_CERTIFICATES = ("system-certs", "native-tls")
_VARIABLES = ("UV_SYSTEM_CERTS", "UV_NATIVE_TLS")


@dataclass(frozen=True)
class UvNetwork:
    """`proxies`: scheme -> the address of a proxy, with its sign-in; `direct`: hosts that are asked without one."""

    system_certs: bool = False
    proxies: Mapping[str, str] = field(default_factory=dict, repr=False)
    direct: tuple[str, ...] = ()
    offline: bool = False
    """Whether uv is told to ask nobody."""
    insecure: frozenset[str] = frozenset()
    """Hosts whose certificate is not looked at; `*` is every host. A port beside the name is left out."""


def in_force(environment: Mapping[str, str] | None = None, project: Path | None = None) -> UvNetwork:
    """As uv reads it in that project. A file that can't be read is as none: uv says so itself."""
    request = ProbeRequest(environment=dict(os.environ if environment is None else environment))
    found = _settings(request, project)
    certs = _flag(request, _VARIABLES, found, _CERTIFICATES)
    offline = _flag(request, ("UV_OFFLINE",), found, ("offline",))
    named = {scheme: _first(found, f"{scheme}-proxy") for scheme in ("http", "https")}
    proxies = {scheme: url if "://" in url else f"http://{url}" for scheme, url in named.items() if url}
    lists = (one["no-proxy"] for one in found if isinstance(one.get("no-proxy"), list))
    direct = tuple(str(host).strip() for hosts in lists for host in hosts)
    return UvNetwork(certs, proxies, direct if proxies else (), offline, frozenset(_insecure(request, found)))


def _insecure(request: ProbeRequest, found: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """uv adds up what the variable and every file say."""
    lists = [(request.get("UV_INSECURE_HOST") or "").split()]
    lists += [one["allow-insecure-host"] for one in found if isinstance(one.get("allow-insecure-host"), list)]
    for entry in (str(one).strip() for named in lists for one in named):
        host = urlsplit(entry if "://" in entry else f"//{entry}").hostname
        if host:
            yield host


def _flag(
    request: ProbeRequest, variables: Sequence[str], found: Sequence[Mapping[str, Any]], keys: Sequence[str]
) -> bool:
    said = next((value for name in variables if (value := request.get(name)) is not None), None)
    asked = (bool(one[key]) for one in found for key in keys if isinstance(one.get(key), bool))
    return is_on(said) if said is not None else next(asked, False)


def _first(found: list[Mapping[str, Any]], key: str) -> str | None:
    return next((one[key] for one in found if isinstance(one.get(key), str)), None)


def _settings(request: ProbeRequest, project: Path | None) -> list[Mapping[str, Any]]:
    """What every file in force says, what wins first."""
    user = folders(request.os, request.home_folder, request.variables, os.path.exists)["user_uv_toml"]
    own = [] if request.get("UV_CONFIG_FILE") or is_on(request.get("UV_NO_CONFIG")) else _of_project(project)
    return [*own, *(_tables(data) for _, data in uv_configs(request, user))]


def _of_project(project: Path | None) -> list[Mapping[str, Any]]:
    if project is None:
        return []
    if (project / "uv.toml").is_file():
        return [_tables(_bytes(project / "uv.toml"))]
    tool = _tables(_bytes(project / "pyproject.toml")).get("tool")
    uv = tool.get("uv") if isinstance(tool, Mapping) else None
    return [uv] if isinstance(uv, Mapping) else []


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _tables(data: bytes) -> Mapping[str, Any]:
    try:
        return parse(data)
    except (TOMLError, UnicodeDecodeError, RecursionError):
        return {}
