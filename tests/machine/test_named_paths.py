"""Variables that name a file or a folder: what uv can't use of them, and why."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from wizard.machine.named_paths import unusable_paths
from wizard.machine.request import ProbeRequest


@pytest.mark.parametrize(
    "name, value, why",
    [
        ("SSL_CERT_FILE", "ca.pem", None),
        ("SSL_CERT_FILE", "none.pem", "it is not there"),
        ("SSL_CERT_FILE", "plain.txt", "it holds no certificate"),
        ("SSL_CERT_FILE", "folder", "it is a folder"),
        ("SSL_CERT_DIR", "folder", None),
        ("SSL_CERT_DIR", f"none{os.pathsep}folder", None),
        ("SSL_CERT_DIR", f"none{os.pathsep}neither", "it is not there"),
        ("UV_CONFIG_FILE", "plain.txt", None),
        ("UV_CONFIG_FILE", "none.toml", "it is not there"),
        ("VIRTUAL_ENV", "folder", None),
        ("VIRTUAL_ENV", "none", "it is not there"),
        ("CONDA_PREFIX", "plain.txt", "it is no folder"),
        ("CONDA_PREFIX", "", None),
    ],
)
def test_why(tmp_path: Path, name: str, value: str, why: str | None) -> None:
    (tmp_path / "ca.pem").write_text("-----BEGIN CERTIFICATE-----\n")
    (tmp_path / "plain.txt").write_text("x")
    (tmp_path / "folder").mkdir()
    named = os.pathsep.join(os.fspath(tmp_path / one) for one in value.split(os.pathsep)) if value else ""
    found = unusable_paths(ProbeRequest(environment={name: named}))
    assert found == ({name: why} if why else {})
