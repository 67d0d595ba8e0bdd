"""The command that a person types for the same, on row 21 of the torch screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.torch_project import RTX, make_torch_project
from wizard.catalog_torch import the
from wizard.choices import Choices, from_sets
from wizard.way import Way

pytestmark = pytest.mark.same_everywhere

CU126 = f"pytorch-cu126={the().index_base}cu126"


@pytest.mark.parametrize(
    "sets, command",
    [
        ([], "uv sync --locked"),
        (["torch.variant=auto"], f"uv add torch --index {CU126}"),
        (["torch.variant=cu126", "torch.version=2.10.0"], f"uv add torch==2.10.0 --index {CU126}"),
        (["torch.version=2.10.0"], "uv add torch==2.10.0"),
        (["torch.variant=cu126", "mirrors.pytorch=https://m.example/whl"], f"uv add torch --index {CU126}"),
        (["torch.variant=cu126", "mirrors.pytorch=https://m.example/whl", "mirrors.scope=project"],
         "uv add torch --index pytorch-cu126=https://m.example/whl/cu126"),
        (["torch.variant=cu126", "torch.layout=extras"],
         "uv-wizard apply --yes --set torch.variant=cu126 --set torch.layout=extras"),
        (["torch.variant=pypi", "torch.version=2.10.0"],
         "uv-wizard apply --yes --set torch.variant=pypi --set torch.version=2.10.0"),
    ],
)  # fmt: skip
def test_torch_by_hand(sets: list[str], command: str, tmp_path: Path) -> None:
    choices = Choices().with_values("set", from_sets(sets))
    way = Way(str(make_torch_project(tmp_path)), machine=RTX, choices=choices)
    assert way.by_hand("torch") == command
