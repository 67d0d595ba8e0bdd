"""What a sync installs is what uv says it installs, on this Python."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.index import Index
from tests.support.projects import make_project
from wizard.verify.expected import expected_packages, parsed

MARKERS = {"sys_platform": "linux", "python_version": "3.12", "python_full_version": "3.12.1", "extra": ""}


@pytest.mark.parametrize(
    "line, expected",
    [
        ("alpha==1.0", {"alpha": "1.0"}),
        ("alpha==1.0 ; sys_platform == 'win32'", {}),
        ("alpha==1.0+cu126 ; python_version >= '3.10'", {"alpha": "1.0+cu126"}),
        ("alpha @ https://x.example/alpha-1.0.zip", {"alpha": None}),
        ("-e ./packages/member", {}),
        ("./local", {}),
        ("# comment", {}),
        ("--index-url https://x.example", {}),
        ("not ! a requirement", {}),
    ],
)
def test_lines_of_uv_export(line: str, expected: dict[str, str | None]) -> None:
    assert parsed(line, MARKERS) == expected


def test_a_real_project(tmp_path: Path, index: Index, uv: Path) -> None:
    project = make_project(
        tmp_path, index, uv, dependencies=["alpha", "gamma; sys_platform == 'amiga'"], extras={"more": ["gamma"]}
    )
    project.run_uv("sync", "--locked")
    environment = {**os.environ, "UV_DEFAULT_INDEX": project.registry}
    asked = (str(uv), str(project.path), str(project.python))
    assert expected_packages(*asked, (), environment) == {"alpha": "1.0", "beta": "1.1"}
    assert expected_packages(*asked, ("--extra", "more"), environment)["gamma"] == "2.0"
    assert expected_packages("no-such-uv", *asked[1:], (), environment) == {}
