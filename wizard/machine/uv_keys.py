"""Which keys of a uv.toml a uv knows, asked of it: one that it does not know stops its every command.

Measured: 0.4.0 to 0.13.8 know both keys, 0.2.3 not link-mode; all of them say "Failed to parse" and name the line.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from wizard.machine.child import ask
from wizard.machine.request import ProbeRequest

KEYS = {"cache-dir": "uv-cache", "link-mode": "copy"}
"""The keys that we may write, each with a value to ask with."""
_REFUSED = "failed to parse"


def known_keys(path: str, request: ProbeRequest, limit: float) -> tuple[str, ...] | None:
    """Those of KEYS that this uv takes; None where it does not tell: another failure, or no answer within `limit` seconds."""
    environment = {name: value for name, value in request.environment.items() if not name.upper().startswith("UV_")}
    try:
        with tempfile.TemporaryDirectory(prefix="uv-wizard-keys-") as folder:
            if _takes(path, KEYS, folder, environment, limit):
                return tuple(KEYS)
            return tuple(key for key in KEYS if _takes(path, [key], folder, environment, limit))
    except (OSError, _Untold):
        return None


class _Untold(Exception):
    """It fails for another reason."""


def _takes(path: str, keys: Iterable[str], folder: str, environment: dict[str, str], limit: float) -> bool:
    """Whether `uv cache dir` runs with these keys: it reads the file and does nothing else."""
    file = Path(folder, "uv.toml")
    file.write_text("".join(f'{key} = "{KEYS[key]}"\n' for key in keys), encoding="ascii")
    said = ask([path, "cache", "dir", "--config-file", os.fspath(file)], limit, environment=environment, cwd=folder)
    with suppress(OSError):
        file.unlink()
    if said.code != 0 and _REFUSED not in said.err.lower():
        raise _Untold
    return said.code == 0
