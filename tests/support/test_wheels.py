"""The stand-ins are tested too: a test that trusts a wrong one proves nothing."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import TYPE_CHECKING

import pytest

from tests.support.projects import make_project
from tests.support.wheels import sdist, wheel

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.index import Index

pytestmark = pytest.mark.same_everywhere


def test_the_same_words_give_the_same_bytes() -> None:
    # Computed once: another system, Python or time of day must not change a hash that a lock holds.
    assert wheel("alpha", size=20_000).sha256 == "721900e124c009fb405fb31a14bec65c368f9874f201327194cb6768ac155c7d"
    assert sdist("alpha").sha256 == "f95c4249cab95b69dc25c979887c59d9cf16c3f6504990f6c5a28467f890848c"


@pytest.mark.parametrize("size", [1_500, 1_501, 10_000, 99_999, 100_000, 1_048_576])
def test_a_wheel_is_as_long_as_asked(size: int) -> None:
    made = wheel("Al.pha_Beta", "1.0", size=size)
    assert made.size == size
    with zipfile.ZipFile(BytesIO(made.data)) as archive:
        assert archive.testzip() is None
        assert "al_pha_beta.py" in archive.namelist()


def test_a_wheel_that_cannot_be_so_short() -> None:
    with pytest.raises(ValueError, match="no wheel of 10 bytes"):
        wheel("alpha", size=10)


def test_uv_builds_installs_and_imports_a_source_distribution(tmp_path: Path, index: Index, uv: Path) -> None:
    index.add(sdist("delta", "3.0", requires=["gamma"]))
    project = make_project(tmp_path, index, uv, dependencies=["delta"])
    project.run_uv("sync", "--locked")
    assert project.run_python("import delta, gamma; print(delta.__version__, gamma.__version__)").split() == [
        "3.0",
        "2.0",
    ]


def test_a_source_distribution_that_fails_says_why(tmp_path: Path, index: Index, uv: Path) -> None:
    index.add(sdist("delta", "3.0", build_fails="no compiler here"))
    project = make_project(tmp_path, index, uv, dependencies=["delta"])  # PKG-INFO says enough for the lock
    failed = project.run_uv("sync", "--locked", check=False)
    assert failed.returncode == 1
    assert "no compiler here" in failed.stderr


def test_extras_of_a_wheel_are_installed_only_when_asked_for(tmp_path: Path, index: Index, uv: Path) -> None:
    index.add(wheel("delta", extras={"fast": ["gamma; python_version > '3'"]}))
    project = make_project(tmp_path, index, uv, dependencies=["delta"], extras={"speed": ["delta[fast]"]})
    assert "gamma" not in project.run_uv("sync", "--locked").stderr
    assert "+ gamma==2.0" in project.run_uv("sync", "--locked", "--extra", "speed").stderr
