"""What a card usually does: data with its source, told and never a failure."""

from __future__ import annotations

from typing import Any

import pytest

from wizard.catalog import table
from wizard.verify.check import headline
from wizard.verify.record import Check, Verification
from wizard.verify.usual import rates, slow, usual_of

pytestmark = pytest.mark.same_everywhere

CARD = {"name": "NVIDIA GeForce RTX 3090", "matmul_dtype": "bf16", "memory_mib": 24576, "free_mib": 24000}


def test_every_card_has_a_source_and_sane_figures() -> None:
    data = table("gpus.toml")
    names = [name for row in data["gpu"] for name in row["names"]]
    assert len(names) == len(set(names))
    for row in data["gpu"]:
        assert set(row["source"]) <= set(data["sources"]), row
        assert row["dtype"] in ("bf16", "fp16")
        assert ("measured" in row) != ("peak" in row), row
        for name in row["names"]:
            usual = usual_of(name)
            assert usual is not None
            assert 5 < usual.matmul[0] < usual.matmul[1] < 3000
            assert 100 < usual.copy[0] < usual.copy[1] < 9000


def test_only_the_very_name_is_known() -> None:
    assert usual_of("NVIDIA GeForce RTX 3090 Laptop GPU") is None
    assert usual_of(None) is None


@pytest.mark.parametrize(
    "more, said",
    [
        ({"matmul_tflops": 70.0, "copy_gib_s": 800.0}, None),
        ({}, None),
        ({"matmul_tflops": 70.0, "copy_gib_s": 300.0}, "! memory copy 300 GiB/s, usual: 654 to 846; another program may"),
        ({"matmul_tflops": 41.0}, "! 41 TFLOP/s, usual: 65 to 83; another program may use it, or heat and power"),
        ({"matmul_tflops": 41.0, "throttled": ["heat", "power limit"]}, "the driver holds its clocks back: heat, power limit"),
        (
            {"matmul_tflops": 41.0, "free_mib": 11264, "holders": [{"name": "python", "pid": 3811, "used_mib": 13000}]},
            "! 41 TFLOP/s, usual: 65 to 83; python uses the GPU (13 of 24 GiB)",
        ),
        ({"matmul_tflops": 41.0, "matmul_dtype": "fp16"}, None),
        ({"matmul_tflops": 1.0, "name": "Some other card"}, None),
    ],
)  # fmt: skip
def test_a_slow_card_is_told_with_what_is_known_of_why(more: dict[str, Any], said: str | None) -> None:
    told = slow({**CARD, **more})
    assert (told is None) == (said is None)
    assert said is None or said in (told or "")


def test_rates_in_words() -> None:
    assert rates({**CARD, "matmul_tflops": 66.0, "copy_gib_s": 780.0}) == [
        "66 TFLOP/s in bf16 (usual: 65 to 83)", "memory copy 780 GiB/s",
    ]  # fmt: skip
    assert rates({"name": "Radeon", "matmul_tflops": 66.0, "matmul_dtype": "fp16"}) == ["66 TFLOP/s in fp16"]
    assert rates(CARD) == []


def test_a_slow_card_works_all_the_same() -> None:
    found = Verification(
        True, "auto", "3.12", {"version": "2.14.1+cu126", "cuda": "12.6"},
        ({**CARD, "ok": True, "matmul_tflops": 41.0, "throttled": ["heat"]},), (Check("kernel", "K", True, "fp32"),), None, 0,
    )  # fmt: skip
    title, lead = headline(found)
    assert title == "It works: torch runs on this GPU"
    assert "! 41 TFLOP/s, usual: 65 to 83" in lead
