"""The name under which our requests go: uv's, of the version that is here."""

from __future__ import annotations

from pathlib import Path

import pytest

from wizard import catalog
from wizard.mirrors import official
from wizard.mirrors.client import make_client


@pytest.mark.parametrize("version", ["0.8.24", None])
def test_without_a_uv_the_newest_known_stands_for_it(version: str | None) -> None:
    with make_client(uv_version=version, connect_s=1, read_s=1, connections=1) as client:
        told = client.headers["user-agent"]
    assert told.startswith(f"uv/{version or catalog.table('uv.toml')['newest_known']} ")


def test_a_uv_tells_its_version_and_what_is_none_tells_nothing(uv: Path, tmp_path: Path) -> None:
    assert official.version(str(uv)) == catalog.table("uv.toml")["newest_known"]
    assert official.version(str(tmp_path / "uv")) is None
    assert official.version(None) is None
