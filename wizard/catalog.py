"""assets/*, from a checkout and from an installed wheel alike."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wizard.toml import parse

if TYPE_CHECKING:
    from importlib.abc import Traversable


def asset(name: str) -> Traversable:
    """The asset of that name. Installed wheels carry them in `wizard/assets`, a checkout beside the package."""
    package = files("wizard")
    installed = package.joinpath("assets")
    if installed.is_dir():
        return installed.joinpath(name)
    return Path(str(package)).parent.joinpath("assets", name)


@cache
def table(name: str) -> dict[str, Any]:
    """An asset that is TOML, read once. Callers must not change it."""
    return parse(asset(name).read_bytes())
