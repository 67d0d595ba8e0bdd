"""The packages of a new project, as people write them."""

from __future__ import annotations

import pytest

from wizard.errors import BadInput
from wizard.new_project import check_packages, packages_in


@pytest.mark.parametrize(
    "text, found",
    [
        ("", []),
        (" , ", []),
        ("numpy", ["numpy"]),
        ("numpy, torch", ["numpy", "torch"]),
        ("numpy torch  requests", ["numpy", "torch", "requests"]),
        ("numpy,torch", ["numpy", "torch"]),
        ("numpy>=2,<3", ["numpy>=2,<3"]),
        ("numpy >= 2, < 3 torch", ["numpy >= 2, < 3", "torch"]),
        ("torch[cuda, opt] ==2.9.*, numpy", ["torch[cuda, opt] ==2.9.*", "numpy"]),
        ("colorama; sys_platform == 'win32', numpy", ["colorama; sys_platform == 'win32'", "numpy"]),
        ("a @ https://example.org/a.whl numpy", ["a @ https://example.org/a.whl", "numpy"]),
        ("numpy, no/name torch", ["numpy", "no/name", "torch"]),
        ("uv add numpy torch", ["numpy", "torch"]),
        ("pip install numpy", ["numpy"]),
        ("python3 -m pip install numpy", ["numpy"]),
        ("numpy 2.0 torch", ["numpy 2.0", "torch"]),
        ("idna 3.10, requests v2", ["idna 3.10", "requests v2"]),
    ],
)
def test_with_commas_or_with_spaces(text: str, found: list[str]) -> None:
    assert packages_in(text) == found


def test_only_what_is_wrong_is_refused() -> None:
    with pytest.raises(BadInput, match=r"^no/name is no package's name; write numpy, say, or numpy>=2$"):
        check_packages(packages_in("numpy no/name torch"))
