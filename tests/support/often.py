"""Which rows of a table every run of the tests takes; the others are long."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Any

import pytest


def often(names: Iterable[str], every_time: Container[str]) -> list[Any]:
    """Those of `every_time` as they are, the others marked `long`."""
    return [name if name in every_time else pytest.param(name, marks=pytest.mark.long) for name in names]


def every(step: int, rows: Iterable[Any]) -> list[Any]:
    """Each `step`-th row as it is, the first among them, the others marked `long`. A row of several values is a tuple."""
    return [row if place % step == 0 else _long(row) for place, row in enumerate(rows)]


def _long(row: Any) -> Any:
    return pytest.param(*(row if isinstance(row, tuple) else (row,)), marks=pytest.mark.long)


__all__ = ["every", "often"]
