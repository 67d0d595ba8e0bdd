"""Torch in a project: who asks for it, what the lock would install, which variants the project already offers."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from wizard import catalog
from wizard.project.facts import Lock, TorchFacts
from wizard.project.pyproject import NAME, mappings, normal, requirements, table, text, texts

FAMILY = ("torchvision", "torchaudio", "torchao", "torchcodec", "torch-tensorrt", "xformers", "fbgemm-gpu", "torchrec",
          "torchtext", "torchdata")  # fmt: skip
PAIRED = ("torchvision", "torchaudio")
"""Of these each release goes with one torch."""
_BRINGS = frozenset({"torchvision"})
"""Packages of which every release needs torch."""
_LAST = re.compile(r"/([A-Za-z]+[0-9.]*)(?:/simple)?/?$")


HELD = "# held by uv-wizard"
"""Beside a constraint of ours: what it holds may be let go again."""


def held_by_us(pyproject: bytes | None) -> frozenset[str]:
    """The constraints that stand on a line with the mark of an earlier edit."""
    text = (pyproject or b"").decode("utf-8-sig", "replace")
    marked = [line for line in text.splitlines() if line.rstrip().endswith(HELD)]
    return frozenset(one for line in marked for one in re.findall(r"[\"'](torch[a-z]*==[0-9.]+)[\"']", line))


def torch_of(
    tables: Mapping[str, Any],
    lock: Lock | None,
    members: Sequence[Mapping[str, Any]] = (),
    held: frozenset[str] = frozenset(),
) -> TorchFacts | None:
    """Facts about torch, None where neither the project nor its lock knows it.

    `members`: the tables of a workspace's members. `held`: constraints that are no wish of the project.
    """
    lines = [(kind, owner, _name(line), line) for kind, owner, line in requirements(tables)]
    lines += [
        ("project", None, _name(line), line)
        for one in members
        for kind, _, line in requirements(one)
        if kind == "project"
    ]
    ours = [(kind, owner, line) for kind, owner, name, line in lines if name == "torch"]
    locked = [package for package in lock.packages if normal(package.name) == "torch"] if lock else []
    if not ours and not locked and not any(name in _BRINGS for *_, name, _ in lines):
        return None
    best = max(locked, key=lambda package: _preference(package.version, package.registry), default=None)
    version, _, local = (best.version or "").partition("+") if best else ("", "", "")
    registry = best.registry if best else None
    wishes = [line for kind, _, line in ours if kind == "project" or len(ours) == 1]
    wishes += [line for line in _constraints(tables) if line not in held]
    return TorchFacts(
        declared=bool(ours),
        requirement=_joined(wishes),
        locked_version=version or None,
        locked_local=local or _variant_in(registry),
        registry=registry,
        offers=_offers(tables, [(kind, owner) for kind, owner, _ in ours if kind != "project" and owner]),
        family=tuple(name for name in FAMILY if any(wanted == name for _, _, wanted, _ in lines)),
        wishes=tuple(wishes),
        pins=tuple(line for name in PAIRED for line in _of_all([one for one in lines if one[2] == name])),
    )


def _constraints(tables: Mapping[str, Any]) -> Iterator[str]:
    """What `[tool.uv]` says of torch for the whole workspace, without asking for it."""
    for line in texts(table(tables, "tool", "uv").get("constraint-dependencies")):
        if _name(line) == "torch":
            yield line


def _of_all(lines: list[tuple[str, str | None, str | None, str]]) -> Iterator[str]:
    """The requirements that hold whatever extra or group is chosen: the project's own, or the only one."""
    for kind, _, _, line in lines:
        if kind == "project" or len(lines) == 1:
            yield line


def _name(line: str) -> str | None:
    found = NAME.match(line)
    return normal(found.group(1)) if found else None


def _joined(lines: list[str]) -> str | None:
    """What those requirements ask for together; None: any version. A line that is no requirement asks for nothing."""
    from packaging.requirements import InvalidRequirement, Requirement
    from packaging.specifiers import SpecifierSet

    specifier = SpecifierSet()
    for line in lines:
        with contextlib.suppress(InvalidRequirement):
            specifier &= Requirement(line).specifier
    return str(specifier) or None


def _preference(version: str | None, registry: str | None) -> tuple[bool, str]:
    """Of several torch in one lock (a fork per platform or extra), a CUDA build first: it is the one that can fail."""
    mark = (version or "").partition("+")[2] or _variant_in(registry) or ""
    return mark.startswith("cu"), version or ""


def known_variants() -> frozenset[str]:
    """Names of all variants in the catalogue."""
    return frozenset(entry["name"] for entry in catalog.table("torch.toml")["variant"])


def _variant_in(address: str | None) -> str | None:
    """The variant that an index's address ends with, such as cu126."""
    found = _LAST.search(address or "")
    return found.group(1) if found and found.group(1) in known_variants() else None


def _offers(tables: Mapping[str, Any], owners: list[tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """variant -> (`extra` or `group`, name), by the sources that bind torch to an index for that extra or group.

    An extra that only has a variant's name gives what every other gives: of the package index the CUDA build, on Linux.
    """
    uv = table(tables, "tool", "uv")
    indexes = {text(one.get("name")): text(one.get("url")) for one in mappings(uv.get("index"))}
    source = table(uv, "sources").get("torch")
    entries = [source] if isinstance(source, Mapping) else list(mappings(source))
    offers: dict[str, tuple[str, str]] = {}
    for entry in entries:
        variant = _variant_in(indexes.get(text(entry.get("index"))))
        for kind in ("extra", "group"):
            name = text(entry.get(kind))
            if variant and name and any(k == kind and normal(o) == normal(name) for k, o in owners):
                offers.setdefault(variant, (kind, name))
    usual = {_variant_in(text(one.get("url"))) for one in mappings(uv.get("index")) if one.get("explicit") is not True}
    for kind, name in owners:
        if name in usual:
            offers.setdefault(name, (kind, name))
    return offers
