"""assets/torch.toml holds together: a release added wrongly fails here, not on somebody's machine."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from wizard import catalog
from wizard.catalog_torch import the
from wizard.gpu_names import by_name

pytestmark = pytest.mark.same_everywhere

DATA: dict[str, Any] = catalog.table("torch.toml")
PLATFORMS = {"linux_x86_64", "linux_aarch64", "win_amd64", "win_arm64", "macos_arm64", "macos_x86_64"}
ACCELERATORS = {"none", "nvidia", "amd", "intel"}
RELEASES = {one["version"]: one for one in DATA["release"]}
VARIANTS = {one["name"]: one for one in DATA["variant"]}
FIELDS = {
    "variant": {"name", "accelerator", "source"},
    "release": {"version", "date", "requires_python", "python", "builds", "pypi", "glibc", "macos", "torchvision",
                "torchaudio", "source"},
    "driver_floor": {"cuda_major", "linux", "windows", "source"},
    "nvidia": {"products", "cc", "source"},
    "amd": {"products", "gfx", "source"},
    "intel": {"pattern", "integrated", "source"},
    "index_package": {"name", "needed_by", "source"},
}  # fmt: skip


def test_every_record_has_its_fields_and_a_source() -> None:
    for kind, wanted in FIELDS.items():
        for one in DATA[kind]:
            assert wanted <= set(one), (kind, one.get("name") or one.get("version"))
            assert one["source"].strip()
    for kind in ("meta", "compatibility", "routed", "nvidia_parts"):
        assert DATA[kind]["source"].strip()
    for variant in DATA["variant"]:
        assert all(arch["source"].strip() for arch in variant.get("arch", ()))


def test_names_and_versions_stand_once() -> None:
    assert len(RELEASES) == len(DATA["release"])
    assert len(VARIANTS) == len(DATA["variant"])
    assert [Version(one) for one in RELEASES] == sorted(map(Version, RELEASES), reverse=True)
    products = [name for kind in ("nvidia", "amd") for one in DATA[kind] for name in one["products"]]
    assert len(products) == len(set(products))


@pytest.mark.parametrize("release", DATA["release"], ids=list(RELEASES))
def test_a_release(release: dict[str, Any]) -> None:
    date.fromisoformat(release["date"])
    spec = SpecifierSet(release["requires_python"])
    assert all(spec.contains(f"{python}.9") for python in release["python"])
    assert set(release["builds"]) <= PLATFORMS
    for platform, names in release["builds"].items():
        assert names
        for name in names:
            assert name in VARIANTS if not platform.startswith("macos") else name == "pypi"
            assert VARIANTS.get(name, {}).get("released", True)
    for platform, name in release["pypi"].items():
        assert name in release["builds"][platform]
    for platform, names in release.get("unconfirmed", {}).items():
        assert set(names) <= set(release["builds"][platform])
    for platform in ("linux_x86_64", "linux_aarch64"):
        assert Version(release["glibc"][platform]) <= Version("2.28")
    for maker, prefix in (("amd", "rocm"), ("intel", "xpu")):
        has = any(name.startswith(prefix) for name in release["builds"]["linux_x86_64"])
        assert (maker in release.get("triton", {})) == has


@pytest.mark.parametrize("variant", DATA["variant"], ids=list(VARIANTS))
def test_a_variant(variant: dict[str, Any]) -> None:
    assert variant["accelerator"] in ACCELERATORS
    if variant["accelerator"] == "nvidia":
        assert variant["name"] == "cu" + variant["cuda"].replace(".", "")
    if variant["accelerator"] == "amd":
        assert variant["name"] == "rocm" + variant["rocm"]
    for arch in variant.get("arch", ()):
        assert set(arch["platforms"]) <= PLATFORMS
        assert arch["sm"] == sorted(set(arch["sm"]))


def test_every_cuda_build_of_a_release_has_its_code_and_its_driver() -> None:
    book = the()
    for release in book.releases:
        for platform, names in release.builds.items():
            for name in names:
                variant = book.variants.get(name)
                if variant is None or variant.accelerator != "nvidia":
                    continue
                matching = [one for one in variant.arch if platform in one.platforms
                            and one.torch.contains(release.version)]  # fmt: skip
                assert len(matching) == 1, (str(release.version), platform, name)
                assert variant.cuda_major in book.floors


def test_addresses_stand_once() -> None:
    text = catalog.asset("torch.toml").read_text(encoding="utf-8")
    assert re.findall(r"https?://[^\s\"]+", text) == [DATA["meta"]["index_base"]]


@pytest.mark.parametrize(
    "name, capability",
    [
        ("NVIDIA GeForce RTX 3090", "8.6"),
        ("GeForce GTX 1080 Ti", "6.1"),
        ("NVIDIA GeForce RTX 4090 Laptop GPU", "8.9"),
        ("Tesla V100-SXM2-16GB", "7.0"),
        ("NVIDIA A100-SXM4-80GB", "8.0"),
        ("NVIDIA A10", "8.6"),
        ("NVIDIA A10G", None),
        ("NVIDIA H100 80GB HBM3", "9.0"),
        ("NVIDIA TITAN X (Pascal)", "6.1"),
        ("GeForce GTX TITAN X", "5.2"),
        ("NVIDIA RTX 6000 Ada Generation", "8.9"),
        ("Quadro RTX 6000", "7.5"),
        ("GeForce GTX 950M", None),
        ("", None),
    ],
)
def test_a_capability_by_name(name: str, capability: str | None) -> None:
    assert by_name(the().nvidia, name) == capability
