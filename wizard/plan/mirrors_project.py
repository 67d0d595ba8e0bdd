"""`mirrors.scope = project`: the mirror written into pyproject.toml, as a step, and the project as it will be then. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from wizard.choices import Choices
from wizard.errors import BadInput
from wizard.language import said
from wizard.lists import clauses
from wizard.mirrors.catalogue import built_in, torch_bases
from wizard.mirrors.record import Mirror
from wizard.mirrors.registries import same_index, torch_suffix, with_suffix
from wizard.plan.mirrors import address
from wizard.plan.step import FileChange, Step
from wizard.project.edited import parsed
from wizard.project.facts import Project
from wizard.project.index_editor import IndexWish, default_index, edit_indexes
from wizard.project.lockfile import own_registry
from wizard.project.pyproject import mappings, table
from wizard.project.torch_sources import named_after
from wizard.text import masked, one_line

TEAM_NOTE = said(
    "Everyone who works on this project downloads from the mirror from now on, also "
    "where another is faster, and uv.lock names it. Back: mirrors.pypi = official "
    "and mirrors.pytorch = official, with mirrors.scope = project."
)
_OURS = "mirror"
"""The name of an index whose address no catalogue knows."""


@dataclass(frozen=True)
class Named:
    """The project as the step leaves it; no step where pyproject.toml says so already."""

    project: Project | None
    step: Step | None = None


def named(project: Project | None, choices: Choices) -> Named:
    """The mirrors chosen for the project, written into it. Raises BadInput where that can't be done."""
    if project is None or choices.text("mirrors.scope") != "project":
        return Named(project)
    path, before = project.file("pyproject.toml")
    if before is None:
        return Named(project)
    declared = mappings(table(parsed(before), "tool", "uv").get("index"))
    wish = IndexWish(_default(project, before, choices), _without(declared, choices), _instead(declared, choices))
    after = edit_indexes(before, wish)
    if after == before:
        return Named(project)
    there = _as_it_will_be(project, path, after, wish)
    hosts = ", ".join(dict.fromkeys(_host(url) for url in _addresses(wish))) or said("the official index")
    change = FileChange(path, before, after)
    return Named(
        there,
        Step(
            "mirrors",
            "mirrors",
            said("name {hosts} in pyproject.toml", hosts=hosts),
            files=(change,),
            notes=(TEAM_NOTE,),
        ),
    )


def _default(project: Project, before: bytes, choices: Choices) -> tuple[str, str] | None:
    url = address(choices, "pypi")
    if url is None:
        return None
    mirror = _known("pypi", url)
    if project.file("uv.toml")[1] is not None:
        msg = said(
            "mirrors.scope = project: this project keeps uv's settings in uv.toml, and uv then takes no index from "
            'pyproject.toml; add to uv.toml by hand: [[index]] / url = "{url}" / default = true',
            url=url,
        )
        raise BadInput(msg)
    old = default_index(parsed(before))
    if old is not None and not same_index(str(old.get("url")), url) and not _is_public(old):
        name = one_line(str(old.get("name") or masked(str(old.get("url")))), 80)
        msg = said(
            "mirrors.scope = project: this project has a default index of its own ({name}), which a mirror of the "
            "package index can't replace; mirrors.scope = machine is possible",
            name=name,
        )
        raise BadInput(msg)
    return (mirror.id if mirror else _OURS), url


def _is_public(index: Mapping[str, Any]) -> bool:
    """Whether that default index is the public one or a mirror of it, by its address or by the name that was given it."""
    return _known("pypi", str(index.get("url"))) is not None or index.get("name") in {"pypi", _OURS}


def _known(kind: str, url: str) -> Mirror | None:
    return next(
        (one for one in built_in().of(kind) if any(same_index(url, it) for it in (one.url, *one.aliases) if it)), None
    )


def _back(choices: Choices, kind: str) -> bool:
    """Whether somebody asked for the official source, and not only nobody for another."""
    key = f"mirrors.{kind}"
    return choices.text(key) == "official" and choices.origin(key) != "default"


def _without(declared: tuple[Mapping[str, Any], ...], choices: Choices) -> frozenset[str]:
    if not _back(choices, "pypi"):
        return frozenset()
    ours = (one for one in declared if one.get("default") is True and one.get("name") != "pypi" and _is_public(one))
    return frozenset(str(one.get("url")).rstrip("/") for one in ours)


def _instead(declared: tuple[Mapping[str, Any], ...], choices: Choices) -> dict[str, str]:
    """PyTorch's indexes of the project, official, at a known mirror or with their name -> their address at the chosen one."""
    base = address(choices, "pytorch")
    if base is None and _back(choices, "pytorch"):
        base = next((one.url for one in built_in().of("pytorch") if one.official and one.url), None)
    if base is None:
        return {}
    mirror = _known("pytorch", base)
    if mirror is not None and mirror.index_type == "flat":
        msg = said(
            "mirrors.pytorch = {id}: it has lists of files and no index, so it can't stand in pyproject.toml",
            id=mirror.id,
        )
        raise BadInput(clauses((msg, said("mirrors.scope = machine is possible"))))
    bases = torch_bases()
    found: dict[str, str] = {}
    for one in declared:
        url = str(one.get("url")).rstrip("/")
        if any(url.startswith(known.rstrip("/") + "/") for known in bases) or named_after(one):
            found[url] = with_suffix(base, torch_suffix(url, bases) or "")
    return {old: new for old, new in found.items() if old != new}


def _as_it_will_be(project: Project, path: str, after: bytes, wish: IndexWish) -> Project:
    """With the lock's registries as uv will write them: `--locked` compares them with the indexes in force by the letter."""
    own = own_registry(project)
    url = wish.default[1] if wish.default else None

    def new(registry: str) -> Iterator[str]:
        if registry == own and (url or registry.rstrip("/") in wish.without):
            yield from [url] if url else []
        else:
            yield wish.instead.get(registry.rstrip("/"), registry)

    lock = project.lock
    if lock is not None:
        lock = replace(lock, registries=tuple(dict.fromkeys(it for one in lock.registries for it in new(one))))
    indexes = mappings(table(parsed(after), "tool", "uv").get("index"))
    return replace(project, files={**project.files, path: after}, indexes=indexes, lock=lock)


def _addresses(wish: IndexWish) -> Iterator[str]:
    if wish.default:
        yield wish.default[1]
    yield from wish.instead.values()


def _host(url: str) -> str:
    return one_line(urlsplit(url).netloc.rpartition("@")[2] or url, 60)
