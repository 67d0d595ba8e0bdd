"""What switches a setting of uv on, held to the real uv."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from wizard.machine.folders import folders
from wizard.machine.uv_flags import is_on


@pytest.mark.parametrize("value", ["1", "true", "T", "yes", "Y", "ON", "0", "false", "F", "no", "n", "off", None])
def test_on_is_what_uv_takes_for_on(value: str | None, home: Path, uv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UV_CACHE_DIR")
    if value is not None:
        monkeypatch.setenv("UV_NO_CONFIG", value)
    settings = Path(
        folders("windows" if os.name == "nt" else "linux", str(home), os.environ, os.path.exists)["user_uv_toml"]
    )
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(f"cache-dir = '{home / 'named'}'\n")
    told = subprocess.run([uv, "cache", "dir"], capture_output=True, text=True, check=True).stdout
    assert is_on(value) is ("named" not in told)


@pytest.mark.parametrize("value", ["", "2", "maybe"])
def test_what_is_neither_is_not_on(value: str) -> None:
    assert not is_on(value)
