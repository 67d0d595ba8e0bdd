"""Every choice there is: on which screen it is made, by which question of the plain mode, or why by none of them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.screens import made_up
from tests.support.torch_project import RTX, make_torch_project
from wizard.choice_keys import KEYS
from wizard.choices import Choices
from wizard.machine.facts import CacheFolder, Conda, FoundUv
from wizard.plain import sources_and_torch as plain_choices
from wizard.plain import start_and_review as plain_pages
from wizard.plain import uv_and_settings as plain_machine
from wizard.plain.page import Again, Page, Question, Talk
from wizard.plan.step import Plan
from wizard.way import Way

pytestmark = pytest.mark.same_everywhere
SCREENS = Path(__file__).resolve().parent.parent / "screens"

ASKED = {
    "uv.install": ("uv", "uv"),
    "uv.version": ("uv", "uv"),
    "uv.dir": ("uv", "uv"),
    "settings.conda-auto-activate": ("uv", "uv"),
    "settings.where": ("settings", "settings"),
    "settings.cache-dir": ("settings", "settings"),
    "settings.python-install-dir": ("settings", "settings"),
    "settings.link-mode": ("settings", "settings"),
    "settings.old-cache": ("settings", "settings"),
    "mirrors.pypi": ("mirrors", "mirrors"),
    "mirrors.pytorch": ("mirrors", "mirrors"),
    "mirrors.python": ("mirrors", "mirrors"),
    "mirrors.scope": ("mirror_choice", "mirrors"),
    "mirrors.persist": ("mirror_choice", "mirrors"),
    "torch.variant": ("torch", "torch"),
    "torch.version": ("torch_other", "torch"),
    "torch.layout": ("torch_other", "torch"),
    "torch.platforms": ("torch_other", "torch"),
    "sync.extras": ("extras", "review"),
    "sync.groups": ("extras", "review"),
    "sync.no-cache": ("extras", "review"),
    "verify.require": ("extras", "review"),
}
"""Key: the file in screens/ that makes the choice, the page of the plain mode that asks for it."""
NOT_ASKED = {
    "mirrors.uv": "where uv itself comes from follows from the way it is installed; a company's own is in its choices file",
    "secrets.variables": "it concerns what is exported to others: team and export take it by --set, and say which are missing",
}
TEXTS = {
    "uv.version": "0.13.8", "uv.dir": "/opt/uv", "settings.cache-dir": "/data/cache",
    "settings.python-install-dir": "/data/pythons",
    "torch.variant": "cpu", "torch.version": "2.9.1", "torch.layout": "index", "torch.platforms": "linux",
    "sync.extras": "cpu", "sync.groups": "dev",
    "mirrors.pypi": "file:///opt/mirror", "mirrors.pytorch": "file:///opt/mirror", "mirrors.python": "file:///opt/mirror",
}  # fmt: skip
"""What is typed where a text is asked for."""
_BY_KIND = {"mirrors.pypi", "mirrors.pytorch", "mirrors.python"}
_ELSEWHERE = {"torch.variant": "wizard/told/torch_means.py"}


@pytest.fixture
def way(tmp_path: Path) -> Way:
    """A machine and a project that have something to choose of everything."""
    (tmp_path / "project").mkdir()
    path = make_torch_project(tmp_path / "project")
    text = path.joinpath("pyproject.toml").read_text("utf-8")
    extra = "[project.optional-dependencies]\ncpu = []\n[dependency-groups]\ndev = []\n"
    path.joinpath("pyproject.toml").write_text(f"{text}\n{extra}", "utf-8")
    machine = replace(
        RTX,
        uv=(FoundUv("/opt/uv", "0.13.8", "standalone"),),
        conda=Conda("base", True, program="/opt/conda"),
        folders=made_up.machine().folders,
        cache=CacheFolder("/home/min/.cache/uv", True, marked=True),
    )
    return Way(str(path), machine=machine)


def pages(way: Way) -> Iterator[Page]:
    yield from (
        plain_machine.uv(way),
        plain_machine.settings(way),
        plain_choices.mirrors(way),
        plain_choices.torch(way),
    )
    yield plain_pages.review(way, Plan(()))


def questions(page: Page) -> Iterator[Question]:
    def below(found: tuple[Question, ...]) -> Iterator[Question]:
        for one in found:
            yield one
            for row in one.rows:
                yield from below(row.then)

    yield from below(page.questions)
    for _, make in page.more.values():
        yield from below(make())


def test_every_key_has_a_place_or_a_reason() -> None:
    assert set(ASKED) | set(NOT_ASKED) == set(KEYS)
    assert not set(ASKED) & set(NOT_ASKED)
    assert all(NOT_ASKED.values())


@pytest.mark.parametrize("key", ASKED)
def test_a_screen_makes_the_choice(key: str) -> None:
    text = (SCREENS / f"{ASKED[key][0]}.py").read_text("utf-8")
    if key in _BY_KIND:
        text += (SCREENS / "mirror_choice.py").read_text("utf-8")
        key = "mirrors.{kind}"
    if key in _ELSEWHERE:
        assert "choose" in text
        text = (SCREENS.parent / _ELSEWHERE[key]).read_text("utf-8")
    assert f'"{key}"' in text


@pytest.mark.parametrize("key", ASKED)
def test_a_question_of_the_plain_mode_makes_it_too(way: Way, key: str) -> None:
    if key == "settings.old-cache":  # asked once another folder is chosen
        way.choose("settings.cache-dir", "/data/cache")
    found = [(page.name, one) for page in pages(way) for one in questions(page) if one.key == key]
    assert {name for name, _ in found} == {ASKED[key][1]}
    for _, question in found:
        way.choices = Choices()
        if question.take is not None:
            question.take(TEXTS[key])
        else:
            other = next(place for place in range(len(question.rows)) if place != question.chosen)
            question.rows[other].take()
        assert way.choices.origin(key) == "screen"
        assert question.take is None or way.choices.get(key) in (TEXTS[key], (TEXTS[key],))


def asked(page: Page, answers: str) -> str:
    """What is shown where a letter of the page is answered; the page has to be made again then."""
    out = io.StringIO()
    with pytest.raises(Again):
        Talk(io.StringIO(answers), out).go_through(page)
    return out.getvalue()


def test_o_asks_for_addresses_and_their_reach(way: Way) -> None:
    text = asked(
        plain_choices.mirrors(way), "\n\no\nhttps://min:secret@mirror.test/simple\nfile:///opt/mirror\n\n\n2\n\n"
    )
    assert "  o  asks for addresses of your own, and how far a mirror reaches" in text
    assert "Leave name and password out of the address" in text
    assert way.choices.text("mirrors.pypi") == "file:///opt/mirror"
    assert way.choices.text("mirrors.scope") == "project"
    assert "file:///opt/mirror" in asked(plain_choices.mirrors(way), "\n\no\nnone\n\n\n1\n\n")
    assert way.choices.text("mirrors.pypi") == "official"
    assert way.choices.text("mirrors.scope") == "machine"


def test_e_asks_what_is_installed_and_what_the_checks_require(way: Way) -> None:
    text = asked(plain_pages.review(way, Plan(())), "e\ngpu\ncpu\nnone\n2\n2\n")
    assert "x error: gpu is none of cpu; give names with commas between them, or none" in text
    assert way.choices.names("sync.extras") == ("cpu",)
    assert way.choices.names("sync.groups") == ()
    assert way.choices.flag("sync.no-cache")
    assert way.choices.text("verify.require") == "cpu"
    asked(plain_pages.review(way, Plan(())), "e\nnone\n\n1\n\n")
    assert way.choices.names("sync.extras") == ()
    assert not way.choices.flag("sync.no-cache")
