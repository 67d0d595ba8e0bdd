"""Credentials stay out of what lies on a disk: they reach the supervisor through its environment. Pure, stdlib only."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_CREDENTIALS = re.compile(r"(?<=://)[^/\s@'\"<>\\]+(?=@)")
_HIDDEN = re.compile(r"(?<=://)uv-wizard-secret-(\d+)(?=@)")
VARIABLE = "UV_WIZARD_SECRET_{}"


def hidden(job: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The job with the credentials of every URL taken out, as it may lie on a disk; and what the supervisor's
    environment has to hold for `shown` to put them back.
    """
    found: dict[str, str] = {}

    def take(match: re.Match[str]) -> str:
        found.setdefault(match[0], str(len(found)))
        return f"uv-wizard-secret-{found[match[0]]}"

    text = _CREDENTIALS.sub(take, json.dumps(job))
    return json.loads(text), {VARIABLE.format(number): secret for secret, number in found.items()}


def shown(job: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, Any]:
    """The job with the credentials that `hidden` took out."""
    text = _HIDDEN.sub(lambda match: environment.get(VARIABLE.format(match[1]), match[0]), json.dumps(job))
    found: dict[str, Any] = json.loads(text)
    return found


def holds_hidden(kept: Any) -> bool:
    """Whether something of what a job keeps stands for a credential."""
    return _HIDDEN.search(json.dumps(kept)) is not None
