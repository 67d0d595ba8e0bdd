"""Which of a lock's registries a mirror stands in for, and where its pages for that registry lie. Pure.

The rule is INTERFACE.md's: `pypi` for every registry that the project does not declare as an explicit index and that
is no PyTorch index, whatever its address; `pytorch` for the PyTorch ones; explicit indexes of others are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

_VARIANT = re.compile(r"cpu(?:-cxx11-abi)?|cu\d{2,3}|rocm\d+(?:\.\d+)*|xpu")
_CHANNELS = ("nightly", "test")


def same_index(one: str, other: str) -> bool:
    """Whether two addresses are of one index; uv compares letter for letter, a server does not mind a slash."""
    return one.rstrip("/") == other.rstrip("/")


def torch_suffix(registry: str, bases: Iterable[str] = ()) -> str | None:
    """What stands after the base of a PyTorch index: `cu128`, `nightly/cu128`, "" for a base; None: no PyTorch index.

    `bases`: known ones. Any other address is told by a build variant among the parts of its path.
    """
    for base in bases:
        if same_index(registry, base):
            return ""
        if registry.startswith(base.rstrip("/") + "/"):
            return registry[len(base.rstrip("/")) + 1 :].strip("/")
    parts = [part for part in urlsplit(registry).path.split("/") if part]
    for at, part in enumerate(parts):
        if _VARIANT.fullmatch(part):
            start = at - 1 if at and parts[at - 1] in _CHANNELS else at
            return "/".join(parts[start:])
    return None


def registries_for(
    registries: Iterable[str], explicit: Iterable[str], torch_bases: Iterable[str] = ()
) -> dict[str, tuple[str, ...]]:
    """`{"pypi": (...), "pytorch": (...)}`: the lock's registries that a mirror of each kind stands in for.

    `explicit`: addresses that the project declares as explicit indexes. Local folders are nobody's.
    """
    bases, declared = tuple(torch_bases), tuple(explicit)
    found: dict[str, list[str]] = {"pypi": [], "pytorch": []}
    for registry in registries:
        if urlsplit(registry).scheme not in {"http", "https"}:
            continue
        if torch_suffix(registry, bases) is not None:
            found["pytorch"].append(registry)
        elif not any(same_index(registry, one) for one in declared):
            found["pypi"].append(registry)
    return {kind: tuple(ones) for kind, ones in found.items()}


def stand_ins(
    registries: Iterable[str],
    explicit: Iterable[str],
    mirrors: Mapping[str, str | None],
    torch_bases: Iterable[str] = (),
) -> dict[str, str]:
    """Lock registry -> the address of the mirror's index that stands in for it; registries without one are left out.

    `mirrors`: kind -> address, None for the official one. A registry that is the mirror itself needs no stand-in.
    """
    bases = tuple(torch_bases)
    found: dict[str, str] = {}
    for kind, ones in registries_for(registries, explicit, bases).items():
        mirror = (mirrors.get(kind) or "").rstrip("/")
        for registry in ones if mirror else ():
            address = mirror if kind == "pypi" else with_suffix(mirror, torch_suffix(registry, bases) or "")
            if not same_index(registry, address):
                found[registry] = address
    return found


def with_suffix(mirror: str, suffix: str) -> str:
    """The mirror's index of that variant; a mirror given with the variant already is taken as it is."""
    if not suffix or mirror.endswith("/" + suffix):
        return mirror
    return f"{mirror}/{suffix}"


def explicit_of(indexes: Iterable[Mapping[str, object]]) -> tuple[str, ...]:
    """The addresses of the `[[tool.uv.index]]` tables that are explicit."""
    return tuple(str(index["url"]) for index in indexes if index.get("explicit") is True and "url" in index)
