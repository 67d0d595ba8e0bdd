"""Which names the package index does not have: asked politely, all at once, with a limit."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from wizard.mirrors.client import make_client
from wizard.mirrors.together import together

if TYPE_CHECKING:
    import httpx

AT_ONCE, SECONDS = 20, 8.0
_ABSENT = frozenset({404, 410})
_PROBE = "pip"
"""Asked for beside the others: where none of all is there, the answers say nothing."""


def absent(names: Iterable[str], index: str, uv_version: str | None) -> tuple[tuple[str, ...], bool]:
    """(names that the index says it does not have, whether it could be asked). Raises WizardError for a broken proxy."""
    asked = [_PROBE, *names]
    with make_client(uv_version=uv_version, connect_s=4.0, read_s=SECONDS, connections=AT_ONCE) as client:
        jobs = [partial(_status, client, f"{index.rstrip('/')}/{name}/") for name in asked]
        answers = dict(together(jobs, AT_ONCE, SECONDS))
    if 200 not in answers.values():
        return (), False
    return tuple(name for place, name in enumerate(asked) if answers.get(place) in _ABSENT), True


def _status(client: httpx.Client, url: str) -> int | None:
    import httpx

    try:
        with client.stream(
            "GET", url, headers={"Accept": "application/vnd.pypi.simple.v1+json, text/html;q=0.1"}
        ) as answer:
            return answer.status_code
    except (httpx.HTTPError, httpx.InvalidURL):
        return None
