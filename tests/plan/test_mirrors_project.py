"""A mirror written into pyproject.toml: what the step changes, what it refuses, and how it is taken back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from wizard.choices import Choices
from wizard.errors import BadInput
from wizard.mirrors.catalogue import built_in
from wizard.mirrors.record import Mirror
from wizard.plan.mirrors import options
from wizard.plan.mirrors_project import named
from wizard.plan.sync import run_environment
from wizard.project.facts import Lock, LockedPackage, Project
from wizard.toml import parse

pytestmark = pytest.mark.same_everywhere

OWN = "https://index.example/simple"
MIRROR = "https://mirror.example/simple"
HEAD = '[project]\nname = "x"\ndependencies = ["torch"]  # theirs\n'


def known(kind: str, index_type: str = "pep503") -> Mirror:
    return next(one for one in built_in().of(kind) if one.url and not one.official and one.index_type == index_type)


OFFICIAL = next(one.url for one in built_in().of("pytorch") if one.official and one.url)
TORCH = f'\n[[tool.uv.index]]\nname = "pytorch-cu126"\nurl = "{OFFICIAL}/cu126"\nexplicit = true\n'


def project(text: str = HEAD, *registries: str, uv_toml: bytes | None = None) -> Project:
    indexes = parse(text.encode()).get("tool", {}).get("uv", {}).get("index", [])
    packages = tuple(LockedPackage(f"p{n}", "1", registry) for n, registry in enumerate(registries))
    return Project("/p", indexes=tuple(indexes), lock=Lock(registries, packages, 3, None), has_lock=True,
                   files={"/p/pyproject.toml": text.encode(), "/p/uv.toml": uv_toml})  # fmt: skip


def choose(**values: str) -> Choices:
    return Choices().with_values("set", {f"mirrors.{key}": value for key, value in values.items()})


def indexes(there: Project | None) -> Any:
    assert there is not None
    return parse(there.files["/p/pyproject.toml"] or b"").get("tool", {}).get("uv", {}).get("index", [])


def test_scope_machine_writes_nothing() -> None:
    assert named(project(HEAD, OWN), choose(pypi=MIRROR)).step is None
    assert named(project(HEAD, OWN), choose(scope="project")).step is None


def test_the_mirror_becomes_the_default_index_and_the_locks_registry() -> None:
    done = named(project(HEAD, OWN, "https://other.example/simple"), choose(pypi=MIRROR + "/", scope="project"))
    assert done.step is not None
    assert done.step.summary == "name mirror.example in pyproject.toml"
    assert "Everyone who works on this project" in done.step.notes[0]
    assert done.step.files[0].after == HEAD.encode() + (
        f'\n[[tool.uv.index]]\nname = "mirror"\nurl = "{MIRROR}"\ndefault = true\n'.encode()
    )
    assert done.project is not None
    choices = choose(pypi=MIRROR, scope="project")
    assert run_environment(done.project, choices)["UV_DEFAULT_INDEX"] == MIRROR
    assert options(replace(done.project, lock=Lock((MIRROR,), (), 3, None)), choices) is None
    assert named(done.project, choices).step is None


def test_one_of_the_catalogue_is_named_by_its_id_and_taken_for_another() -> None:
    one = known("pypi")
    first = named(project(HEAD, OWN), choose(pypi=one.id, scope="project"))
    assert indexes(first.project) == [{"name": one.id, "url": one.url, "default": True}]
    assert first.project is not None
    second = named(first.project, choose(pypi=MIRROR, scope="project"))
    assert [index["url"] for index in indexes(second.project)] == [MIRROR]


@pytest.mark.parametrize("url", [MIRROR, known("pypi").id])
def test_back_to_the_official_index_is_the_file_before(url: str) -> None:
    text = HEAD + TORCH
    there = named(project(text, OWN), choose(pypi=url, pytorch=known("pytorch").id, scope="project")).project
    assert there is not None
    assert indexes(there)[0]["url"] == f"{known('pytorch').url}/cu126"
    back = named(there, choose(pypi="official", pytorch="official", scope="project"))
    assert back.project is not None
    assert back.project.files["/p/pyproject.toml"] == text.encode()
    assert "UV_DEFAULT_INDEX" not in run_environment(back.project, Choices())


def test_nobody_asked_for_the_official_index() -> None:
    there = named(project(HEAD, OWN), choose(pypi=known("pypi").id, scope="project")).project
    assert named(there, choose(scope="project")).step is None


def test_back_from_a_mirror_of_pytorch_that_nobody_knows() -> None:
    text = HEAD + TORCH
    there = named(project(text, OWN), choose(pytorch="https://m.example/whl", scope="project")).project
    assert there is not None
    assert indexes(there)[0]["url"] == "https://m.example/whl/cu126"
    elsewhere = named(there, choose(pytorch="https://n.example/torch", scope="project")).project
    assert [one["url"] for one in indexes(elsewhere)] == ["https://n.example/torch/cu126"]
    back = named(elsewhere, choose(pytorch="official", scope="project")).project
    assert back is not None
    assert back.files["/p/pyproject.toml"] == text.encode()


def test_indexes_of_others_are_left() -> None:
    text = HEAD + '\n[[tool.uv.index]]\nname = "ours"\nurl = "https://ours.example/whl/cu126"\nexplicit = true\n'
    assert named(project(text, OWN), choose(pytorch="https://m.example/whl", scope="project")).step is None


@pytest.mark.parametrize(
    "made, choices, words",
    [
        (project(HEAD + f'[[tool.uv.index]]\nname = "corp"\nurl = "{OWN}"\ndefault = true\n', OWN), {"pypi": MIRROR},
         r"default index of its own \(corp\)"),
        (project(HEAD, OWN, uv_toml=b"offline = false\n"), {"pypi": MIRROR}, "settings in uv.toml"),
        (project(HEAD + TORCH, OWN), {"pytorch": known("pytorch", "flat").id}, "no index"),
    ],
)  # fmt: skip
def test_what_a_mirror_can_not_replace_is_said(made: Project, choices: dict[str, str], words: str) -> None:
    with pytest.raises(BadInput, match=words) as caught:
        named(made, choose(scope="project", **choices))
    assert "\n" not in str(caught.value)
