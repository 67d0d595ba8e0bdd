"""Which uv is the newest, as the package index in use says, and whether the official installer can be reached.

One request each, of a page that is kept for a day: nobody's index is asked at every start.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from wizard import catalog
from wizard.language import said
from wizard.machine.child import side_by_side
from wizard.machine.facts import UvSource
from wizard.machine.network import certificates, index_url, proxies, proxy_for, why_not
from wizard.machine.pip_index import index_of_pip
from wizard.machine.request import Answer, ProbeRequest
from wizard.machine.system import own_folders
from wizard.machine.uv import found
from wizard.machine.uv_flags import is_on
from wizard.machine.uv_index import index_of_uv

DAY = 24 * 3600.0
HOUR = 3600.0
"""For how long it is remembered that there was no answer."""
LIMIT = 3.0
"""Seconds for the installer's host."""
_PAGE_LIMIT = 16 * 1024 * 1024
_ACCEPT = "application/vnd.pypi.simple.v1+json, text/html;q=0.1"
_FILE = re.compile(r"uv-(\d+\.\d+\.\d+)-py3-none-[\w.]+\.whl")
_ANCHOR = re.compile(r"<a\b[^>]*>[^<]*", re.IGNORECASE)


def newest(request: ProbeRequest, limit: float = 9.0) -> Answer:
    """uv_source; None there where nothing may be asked (UV_OFFLINE)."""
    if is_on(request.get("UV_OFFLINE")):
        return Answer({"uv_source": None})
    jobs: list[Callable[[], Any]] = [partial(_versions, request, limit)]
    if request.network:
        jobs.append(partial(_installer, request))
    told, *more = side_by_side(jobs, limit + 0.5)
    versions, trouble = told or ([], said("no answer in time"))
    installer = more[0] if more else None
    return Answer({"uv_source": UvSource(versions[0] if versions else None, tuple(versions), installer, trouble)})


def _versions(request: ProbeRequest, limit: float) -> tuple[list[str], str | None]:
    """(the releases in the index in force, newest first; why there are none)."""
    end = time.monotonic() + limit
    index = index_url(request) or _of_uv(request, limit / 2) or index_of_pip(request, limit / 2)
    if index is None:
        return [], said("no index named")
    return _kept_or_asked(index.rstrip("/"), request, max(1.0, end - time.monotonic()))


def _of_uv(request: ProbeRequest, limit: float) -> str | None:
    """The index that a uv here goes by; an older one may be too broken to tell."""
    return next(filter(None, (index_of_uv(uv, request, limit) for uv in found(request)[:2])), None)


def _kept_or_asked(index: str, request: ProbeRequest, limit: float) -> tuple[list[str], str | None]:
    file = Path(own_folders(request)["state"], "uv-newest.json")
    kept = _kept(file, index)
    if kept is not None:
        return kept["versions"], kept["why_not"]
    versions, trouble = _asked(index, request, limit)
    with suppress(OSError):  # it is asked again next time
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # what lies there is this user's alone
        spare = file.with_suffix(f".{os.getpid()}")
        spare.write_text(remembered(index, versions, trouble))
        spare.replace(file)
    return versions, trouble


def remembered(index: str, versions: list[str], trouble: str | None) -> str:
    """The note of an answer, without the address as it is asked: that may hold a sign-in, and is told apart by its hash."""
    return json.dumps({"index": _mark(index), "at": time.time(), "versions": versions, "why_not": trouble})


def _mark(index: str) -> str:
    import hashlib

    return hashlib.sha256(index.encode()).hexdigest()


def _kept(file: Path, index: str) -> dict[str, Any] | None:
    try:
        kept = json.loads(file.read_bytes())
        age = time.time() - kept["at"]
        fresh = 0 <= age < (DAY if kept["versions"] else HOUR)
        good = fresh and kept["index"] == _mark(index) and all(isinstance(one, str) for one in kept["versions"])
        return {"versions": kept["versions"], "why_not": kept["why_not"]} if good else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _asked(index: str, request: ProbeRequest, limit: float) -> tuple[list[str], str | None]:
    """(versions, newest first; why there are none)."""
    import httpx

    url = f"{index}/uv/"
    proxy = proxy_for(url, proxies(request))
    end = time.monotonic() + limit
    body = bytearray()
    try:
        with (
            httpx.Client(
                proxy=proxy, trust_env=False, timeout=min(limit, 5.0), verify=certificates(request),
                follow_redirects=True,
            ) as client,
            client.stream("GET", url, headers={"Accept": _ACCEPT}) as answer,
        ):  # fmt: skip
            if answer.status_code != 200:
                return [], said("the package index answers {status_code} for uv", status_code=answer.status_code)
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > _PAGE_LIMIT or time.monotonic() > end:
                    return [], said("no answer in time")
    except (httpx.HTTPError, httpx.InvalidURL, ImportError, ValueError, OSError) as error:
        return [], why_not(error, proxied=proxy is not None)[1]
    told = releases(bytes(body))
    return told, None if told else said("the package index has no uv")


def releases(page: bytes) -> list[str]:
    """The releases with a wheel that are not yanked, newest first, of a project's page in JSON or HTML."""
    text = page.decode("utf-8", "replace")
    try:
        files = json.loads(text)["files"]
        names = [str(file["filename"]) for file in files if not file.get("yanked")]
    except (ValueError, KeyError, TypeError, AttributeError):
        names = [anchor for anchor in _ANCHOR.findall(text) if "data-yanked" not in anchor]
    told = {hit.group(1) for name in names for hit in _FILE.finditer(name)}
    return sorted(told, key=lambda version: tuple(map(int, version.split("."))), reverse=True)


def _installer(request: ProbeRequest) -> bool | None:
    """Whether the installer's host answers; None where a uv is on the PATH, which needs no installer."""
    from wizard.machine.places import executable

    name = "uv.exe" if request.os == "windows" else "uv"
    if any(executable(request, folder, name) for folder in request.search_path):
        return None
    import httpx

    kind = "windows" if request.os == "windows" else "posix"
    url = catalog.table("uv.toml")["standalone"][kind]["script"].replace("{version}", "")
    if urlsplit(url).scheme not in ("http", "https"):
        return None
    proxy = proxy_for(url, proxies(request))
    try:
        with httpx.Client(proxy=proxy, trust_env=False, timeout=LIMIT, verify=certificates(request)) as client:
            return client.head(url).status_code < 400
    except (httpx.HTTPError, httpx.InvalidURL, ImportError, ValueError, OSError):
        return False
