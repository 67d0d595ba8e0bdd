"""What became another in uv.lock, told by two texts of it."""

from __future__ import annotations

import pytest

from tests.support.lock_text import lock_text
from wizard.project.lock_changes import LockChanges, lock_changes, lock_diff
from wizard.toml import TOMLError

pytestmark = pytest.mark.same_everywhere

PYPI = "https://index.example/simple"
CU126 = "https://torch.example/whl/cu126"
OLD = lock_text(("torch", "2.15.0", PYPI), ("nvidia-a", "1", PYPI), ("nvidia-b", "2", PYPI), ("numpy", "2.0", PYPI))


def of(*packages: tuple[str, str, str], before: bytes | None = OLD) -> LockChanges:
    return lock_changes(before, lock_text(*packages))


def test_added_removed_and_changed_by_name() -> None:
    found = of(("torch", "2.14.1+cu126", CU126), ("triton", "3", PYPI), ("numpy", "2.0", PYPI))
    assert found.summary == "1 package added, 2 removed, 1 changed"
    assert found.lines == ("  torch 2.15.0 -> 2.14.1+cu126", "+ triton 3", "- nvidia-a 1", "- nvidia-b 2")
    assert found.document()["changed"] == [
        {"name": "torch", "before": ["2.15.0"], "after": ["2.14.1+cu126"], "sources_before": [PYPI],
         "sources_after": [CU126]},
    ]  # fmt: skip
    assert not found.same


def test_another_source_is_a_change_though_the_version_stays() -> None:
    found = lock_changes(lock_text(("torch", "2.9.1", PYPI)), lock_text(("torch", "2.9.1", "https://u:pw@m.example/s")))
    assert found.summary == "1 package changed"
    assert found.lines == (f"  torch 2.9.1, from https://***@m.example/s (was {PYPI})",)


def test_several_versions_of_one_are_one_package() -> None:
    found = of(("torch", "2.14.1", PYPI), ("torch", "2.14.1+cu126", CU126))
    assert found.lines[0] == "  torch 2.15.0 -> 2.14.1 and 2.14.1+cu126"
    assert found.summary == "3 packages removed, 1 changed"


@pytest.mark.parametrize(
    "before, after, told",
    [
        (OLD, OLD, "it stays as it is"),
        (OLD, OLD + b"\n", "no package added, removed or changed"),
        (None, OLD, "4 packages added"),
        (OLD, None, "4 packages removed"),
        (b"<<<<<<< HEAD\n", OLD, "4 packages added"),
        (None, None, "it stays as it is"),
    ],
)
def test_the_edges(before: bytes | None, after: bytes | None, told: str) -> None:
    assert lock_changes(before, after).summary == told


def test_packages_from_elsewhere_are_told_by_what_they_are() -> None:
    old = lock_text() + b'[[package]]\nname = "x"\nversion = "1"\nsource = { git = "https://h.example/x?rev=1#aa" }\n'
    found = lock_changes(old, old.replace(b"#aa", b"#bb"))
    assert found.lines == ("  x 1, from git https://h.example/x?rev=1#bb (was git https://h.example/x?rev=1#aa)",)


def test_what_is_no_lock_is_an_error_to_the_caller() -> None:
    with pytest.raises(TOMLError):
        lock_changes(OLD, b"<<<<<<< HEAD\n")


def test_the_diff_names_uv_lock_and_hides_credentials() -> None:
    told = lock_diff(None, lock_text(("torch", "1", "https://u:pw@m.example/s")))
    assert told.startswith("--- uv.lock\n+++ uv.lock\n")
    assert '+name = "torch"' in told
    assert "pw" not in told
    assert lock_diff(OLD, OLD) == ""
