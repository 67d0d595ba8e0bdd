"""Which registry a mirror stands in for."""

from __future__ import annotations

import pytest

from wizard.mirrors.registries import registries_for, stand_ins, torch_suffix

pytestmark = pytest.mark.same_everywhere

BASE = "https://torch.test/whl"


@pytest.mark.parametrize(
    "registry, suffix",
    [
        (BASE, ""),
        (f"{BASE}/", ""),
        (f"{BASE}/cu128", "cu128"),
        (f"{BASE}/nightly/cu130", "nightly/cu130"),
        ("http://127.0.0.1:1/whl/cu126", "cu126"),
        ("http://127.0.0.1:1/pytorch/cu126/simple", "cu126/simple"),
        ("http://127.0.0.1:1/x/test/rocm6.4", "test/rocm6.4"),
        ("http://127.0.0.1:1/whl/cpu/", "cpu"),
        ("http://127.0.0.1:1/simple", None),
        ("http://127.0.0.1:1/cupboard/simple", None),
    ],
)
def test_pytorch_indexes(registry: str, suffix: str | None) -> None:
    assert torch_suffix(registry, [BASE]) == suffix


def test_each_mirror_for_its_registries() -> None:
    lock = [
        "http://a.test/simple",
        "http://company.test/simple",
        "http://extra.test/simple",
        f"{BASE}/cu126",
        "../wheels",
    ]
    found = registries_for(lock, ["http://company.test/simple/", f"{BASE}/cu126"], [BASE])
    assert found == {"pypi": ("http://a.test/simple", "http://extra.test/simple"), "pytorch": (f"{BASE}/cu126",)}


@pytest.mark.parametrize(
    "mirrors, expected",
    [
        ({"pypi": "http://m.test/simple/"}, {"http://a.test/simple": "http://m.test/simple"}),
        ({"pypi": "http://a.test/simple/"}, {}),
        ({"pytorch": "http://m.test/whl"}, {f"{BASE}/cu126": "http://m.test/whl/cu126"}),
        ({"pytorch": "http://m.test/whl/cu126"}, {f"{BASE}/cu126": "http://m.test/whl/cu126"}),
        ({"pypi": None, "pytorch": None}, {}),
    ],
)
def test_stand_ins(mirrors: dict[str, str | None], expected: dict[str, str]) -> None:
    assert stand_ins(["http://a.test/simple", f"{BASE}/cu126"], [f"{BASE}/cu126"], mirrors, [BASE]) == expected
