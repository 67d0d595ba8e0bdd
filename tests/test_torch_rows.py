"""What the torch screen's rows say, without a screen."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from wizard.advice.torch import advise
from wizard.machine.facts import Gpu, Libc, Machine
from wizard.told import torch_not_taken, torch_rows
from wizard.way import Way

pytestmark = pytest.mark.same_everywhere

BARE = Machine(os="linux", arch="x86_64", libc=Libc("glibc", "2.35"), gpus=(), uv=(), filesystems=(), pythons=())
RTX = replace(BARE, gpus=(Gpu("nvidia", "NVIDIA GeForce RTX 3090", "8.6"),), nvidia_driver="550.54.14")
HEAD = '[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = '


def looked_at(folder: Path, dependencies: str) -> tuple[Way, torch_rows.TorchPage]:
    (folder / "pyproject.toml").write_text(f"{HEAD}{dependencies}\n", encoding="utf-8")
    way = Way(str(folder), machine=RTX)
    torch_rows.settle(way)
    return way, torch_rows.page(way)


def test_the_recommended_one_is_taken_where_it_can_be(tmp_path: Path) -> None:
    way, page = looked_at(tmp_path, '["torch"]')
    assert way.choices.text(torch_rows.KEY) == "cu126"
    assert page.rows[page.chosen].note == "pyproject.toml, uv.lock change"


def test_a_torch_that_another_package_brings_is_left_until_it_is_named(tmp_path: Path) -> None:
    way, page = looked_at(tmp_path, '["torchvision"]')
    assert way.choices.text(torch_rows.KEY) == "keep"
    assert page.rows[0].note == "uv add torch has to come first"
    assert page.rows[page.chosen].value == "keep"
    assert "Another package brings torch; to bind a variant, first: uv add torch" in page.notes
    assert way.plan().step("torch") is None


def test_a_face_without_the_screens_keys_names_none(tmp_path: Path) -> None:
    way, page = looked_at(tmp_path, '["torch"]')
    assert {"A shows why", "P on the review"} <= set(re.findall("A shows why|P on the review", str(page.facts)))
    plain = torch_rows.page(way, keys=False)
    assert not re.search(r"\b[A-Z] (?:shows|on)\b", str(plain.facts)), plain.facts


@pytest.mark.parametrize(
    "machine, kinds",
    [
        (replace(BARE, libc=Libc("musl", "1.2")), ["no C library for it"]),
        (replace(RTX, libc=Libc("glibc", "2.17")), ["other GPUs", "C library too old"]),
        (RTX, ["driver too old", "other GPUs"]),
        (replace(BARE, os="windows", libc=None), ["other GPUs", "other systems"]),
    ],
)
def test_why_variants_are_ruled_out_in_few_words(machine: Machine, kinds: list[str]) -> None:
    told = torch_not_taken.summary(advise(machine, None))
    assert set(told.partition(": ")[2].split(", ")) == set(kinds)
