"""pip is found where it lies, and not where it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from wizard.machine.pip_there import has_pip

pytestmark = pytest.mark.same_everywhere


@pytest.mark.parametrize(
    "python, package",
    [
        ("venv/bin/python", "venv/lib/python3.12/site-packages/pip"),
        ("usr/bin/python3", "usr/lib/python3/dist-packages/pip"),
        ("usr/bin/python3", "usr/local/lib/python3.12/dist-packages/pip"),
        ("Python312/python.exe", "Python312/Lib/site-packages/pip"),
    ],
)
def test_where_it_lies(tmp_path: Path, python: str, package: str) -> None:
    there = tmp_path / python
    there.parent.mkdir(parents=True)
    there.touch()
    assert not has_pip(str(there))
    has_pip.cache_clear()
    (tmp_path / package).mkdir(parents=True)
    assert has_pip(str(there))
    has_pip.cache_clear()
