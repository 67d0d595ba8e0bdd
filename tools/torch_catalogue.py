"""Compares assets/torch.toml with what a reachable PyTorch index has, and prints each difference.

    python tools/torch_catalogue.py [--index BASE] [--package-index SIMPLE]

BASE is the address that variants hang below (default: the catalogue's); SIMPLE a package index, for what it serves by
itself. Exit code: 0 no difference, 1 differences, 2 nothing answered. Nothing is written: the catalogue is edited by hand,
with a source for each line.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[1]))

from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from packaging.version import Version

from wizard.catalog_torch import PYPI, Release, the
from wizard.errors import WizardError
from wizard.mirrors.client import make_client, why
from wizard.mirrors.page import NotAPage, parse

if TYPE_CHECKING:
    import httpx

_ENDS = {
    "linux_x86_64": r"(?:many)?linux\w*_x86_64",
    "linux_aarch64": r"(?:many)?linux\w*_aarch64",
    "win_amd64": r"win_amd64",
    "win_arm64": r"win_arm64",
    "macos_arm64": r"macosx_\w+_(?:arm64|universal2)",
    "macos_x86_64": r"macosx_\w+_x86_64",
}
_VARIANT = re.compile(r">\s*((?:cu\d{2,3}|rocm\d[\d.]*|xpu|cpu))/?\s*<")


@dataclass(frozen=True)
class Found:
    """What an index has of one torch on one platform: its Pythons (`3.12`) and the oldest C library its wheels ask for."""

    pythons: frozenset[str]
    glibc: Version | None


Key = tuple[str, str]
"""Version and platform."""


def read(names: list[str], variant: str | None) -> dict[Key, Found]:
    """The torch wheels among these file names; `variant`: only that one's, by what stands behind the +."""
    seen: dict[Key, tuple[set[str], list[Version]]] = {}
    for name in names:
        try:
            project, version, _, tags = parse_wheel_filename(name)
        except (InvalidWheelFilename, ValueError):
            continue
        if project != "torch" or version.is_prerelease or (version.local not in (None, variant)):
            continue
        for tag in tags:
            platform = next((known for known, end in _ENDS.items() if re.fullmatch(end, tag.platform)), None)
            number = re.fullmatch(r"cp(\d)(\d+)", tag.interpreter)
            if platform is None or number is None or tag.abi.endswith("t"):
                continue
            pythons, floors = seen.setdefault((version.public, platform), (set(), []))
            pythons.add(f"{number[1]}.{number[2]}")
            floor = re.match(r"manylinux_(\d+)_(\d+)_", tag.platform)
            floors += [Version(f"{floor[1]}.{floor[2]}")] if floor else []
    return {key: Found(frozenset(pythons), min(floors, default=None)) for key, (pythons, floors) in seen.items()}


def differences(variant: str, index: dict[Key, Found]) -> Iterator[str]:
    """What the catalogue says of a variant and what its index has."""
    for release in the().releases:
        for platform in _ENDS:
            name = PYPI if platform.startswith("macos") and variant == "cpu" else variant
            listed = name in release.builds.get(platform, ())
            found = index.get((str(release.version), platform))
            label = f"torch {release.version} {variant} {platform}"
            if found is None and listed and name != PYPI:
                yield f"{label}: in the catalogue, not in the index"
            elif found is not None and not listed:
                yield f"{label}: in the index, not in the catalogue"
            elif found is not None and name != PYPI:
                if variant in release.unconfirmed.get(platform, ()):
                    yield f"{label}: confirmed by the index, the catalogue calls it unconfirmed"
                yield from _details(label, release, platform, variant, found)
    known = {str(release.version) for release in the().releases}
    oldest = the().releases[-1].version
    newer = sorted({version for version, _ in index if version not in known and Version(version) > oldest}, key=Version)
    yield from (f"torch {version} {variant}: in the index, no such release in the catalogue" for version in newer)


def _details(label: str, release: Release, platform: str, variant: str, found: Found) -> Iterator[str]:
    wanted = frozenset(release.pythons(platform, from_index=True))
    yield from _pythons(label, wanted, found)
    floor = release.needed_glibc(platform, variant)
    if floor and found.glibc and floor != found.glibc:
        yield f"{label}: needs glibc {found.glibc} in the index, {floor} in the catalogue"


def _pythons(label: str, wanted: frozenset[str], found: Found) -> Iterator[str]:
    for word, some in (("index", found.pythons - wanted), ("catalogue", wanted - found.pythons)):
        if some:
            yield f"{label}: Python {', '.join(sorted(some, key=Version))} only in the {word}"


def own_differences(index: dict[Key, Found]) -> Iterator[str]:
    """The same for what a package index serves by itself: which systems and Pythons; not which variant, names tell none."""
    for release in the().releases:
        for platform in _ENDS:
            label = f"torch {release.version} {platform}, package index"
            found, listed = index.get((str(release.version), platform)), platform in release.pypi
            if found is None and listed:
                yield f"{label}: in the catalogue, not in the index"
            elif found is not None and not listed:
                yield f"{label}: in the index, not in the catalogue"
            elif found is not None:
                yield from _pythons(label, frozenset(release.pythons(platform, from_index=False)), found)


def _get(client: httpx.Client, url: str) -> tuple[str, list[str]] | str:
    """(the page's text, the file names on it), or why there is none."""
    import httpx

    try:
        answer = client.get(url, headers={"Accept": "application/vnd.pypi.simple.v1+json, text/html;q=0.1"})
    except httpx.HTTPError as error:
        return why(error)
    if answer.status_code != 200:
        return f"HTTP {answer.status_code}"
    try:
        page = parse(answer.content, answer.headers.get("content-type", ""), str(answer.url))
    except NotAPage as error:
        return f"no page of an index: {error}"
    return answer.text, [file.name for file in page.files]


def _variants(client: httpx.Client, base: str) -> Iterator[str]:
    """Differences of every variant; the first line of each that did not answer says so."""
    listed = {name for one in the().releases for names in one.builds.values() for name in names if name != PYPI}
    front = _get(client, f"{base}/")
    if not isinstance(front, str):
        newest = the().releases[-1].version
        for name in sorted(set(_VARIANT.findall(front[0])) - set(the().variants)):
            page = _get(client, f"{base}/{name}/torch/")
            fresh = [] if isinstance(page, str) else [key for key in read(page[1], name) if Version(key[0]) > newest]
            if fresh:
                yield f"{name}: in the index, no such variant in the catalogue"
    for name in sorted(listed):
        page = _get(client, f"{base}/{name}/torch/")
        if isinstance(page, str):
            yield f"{name}: not compared, {page}"
        else:
            yield from differences(name, read(page[1], name))


def main() -> int:
    """See the module."""
    parser = argparse.ArgumentParser(description="What of the torch catalogue an index says otherwise.")
    parser.add_argument("--index", default=the().index_base)
    parser.add_argument("--package-index")
    asked = parser.parse_args()
    with make_client(uv_version=None, connect_s=10, read_s=30, connections=2) as client:
        told = list(_variants(client, asked.index.rstrip("/")))
        if asked.package_index:
            page = _get(client, f"{asked.package_index.rstrip('/')}/torch/")
            told += (
                [f"package index: not compared, {page}"]
                if isinstance(page, str)
                else own_differences(read(page[1], None))
            )
    print("\n".join(told) or "no difference")
    if told and all("not compared" in line for line in told):
        return 2
    return 1 if told else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except WizardError as error:
        print(f"torch_catalogue: {error}", file=sys.stderr)
        sys.exit(2)
