"""Which package a name may mean: slips find the well-known one, all else finds none."""

from __future__ import annotations

import pytest
from packaging.utils import canonicalize_name

from wizard.catalog import table
from wizard.diagnosis import Context, diagnose
from wizard.diagnosis.meant import imported_as, meant
from wizard.this_run import ThisRun, of


@pytest.mark.parametrize(
    "name, package",
    [
        ("reqests", "requests"),
        ("Requets", "requests"),
        ("numpyy", "numpy"),
        ("numpi", "numpy"),
        ("pandsa", "pandas"),
        ("scikitlearn", "scikit-learn"),
        ("scikit_lern", "scikit-learn"),
        ("torchvison", "torchvision"),
        ("tensorflwo", "tensorflow"),
        ("opencv_pyton", "opencv-python"),
        ("python_doten", "python-dotenv"),
        ("cv2", "opencv-python"),
        ("PIL", "pillow"),
        ("sklearn", "scikit-learn"),
        ("numpy", None),
        ("Discord.py", None),
        ("gama", None),
        ("our-company-tools", None),
        ("nobody-has-it", None),
        ("", None),
    ],
)
def test_what_a_name_may_mean(name: str, package: str | None) -> None:
    assert meant(name) == package


def test_only_what_is_written_for_another_name_is_said_of_a_package_that_is_there() -> None:
    assert imported_as("sklearn") == "scikit-learn"
    assert imported_as("reqests") is None


def test_the_table_has_names_that_an_index_takes_and_leads_nowhere_twice() -> None:
    names = {canonicalize_name(one) for one in table("packages.toml")["names"]}
    assert len(names) == len(table("packages.toml")["names"])
    for wrong, right in table("packages.toml")["instead"].items():
        assert canonicalize_name(wrong) == wrong
        assert canonicalize_name(right) in names
        assert meant(right) is None
        assert wrong not in names


def test_it_is_the_first_way_out_and_needs_no_typing() -> None:
    said = "Because reqests was not found in the package registry and your project depends on reqests, we can conclude"
    text = f"  × No solution found when resolving dependencies:\n  ╰─▶ {said} that your\n      requirements are unsatisfiable.\n"
    first, second, *_ = diagnose(text, Context()).fixes
    assert first.title == "Ask for requests instead, which reqests may mean"
    assert of(first) == ThisRun(requirements={"reqests": "requests"})
    assert second.title == "Write its right name instead, if reqests is misspelt"
