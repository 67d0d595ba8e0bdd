"""The catalogues: whole, sure of their fields and widths, compiled from what is there. And that a fault would be found."""

from __future__ import annotations

import gettext
import os
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from rich.cells import cell_len

from screens.help_sheet import help_lines
from tests.support.sources import template, trees
from tools import languages
from tools.catalogues import compile_all
from wizard import catalog
from wizard.language import spoken

pytestmark = pytest.mark.same_everywhere

REPO = Path(__file__).parents[2]
IN_WORDS = {"zh_CN": "zh-CN", "ko": "ko"}


@pytest.fixture(name="template")
def _template() -> Catalog:
    return template()


@pytest.mark.parametrize("name", languages.NAMES)
def test_a_catalogue_has_every_sentence_whole(name: str, template: Catalog) -> None:
    assert languages.wrong(name, template) == [], "python -m tools.languages update, translate, compile"


@pytest.mark.parametrize(
    "source, found",
    [
        ('_("one")', [("one",)]),
        ("f\"{_('inside')} {x}\"", [("inside",)]),
        ('said("{a}.", a=other(said("deeper")))', [("{a}.",), ("deeper",)]),
        ('nsaid("one", "many", n)', [("one", "many")]),
        ("said(title, **words)", []),
    ],
)
def test_a_mark_is_seen_wherever_it_stands(source: str, found: list[tuple[str, ...]]) -> None:
    assert list(languages.marked(source)) == found


def test_every_mark_of_the_code_is_an_entry(template: Catalog) -> None:
    for name, tree in trees():
        if not name.endswith("/language.py"):
            assert [one for one in languages.marked_in(tree) if template.get(one[0]) is None] == [], name


@pytest.mark.parametrize("name", languages.NAMES)
def test_a_catalogue_is_written_as_it_was_read(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue = languages.read(name)
    for message in catalogue:
        message.locations = message.locations[::-1]  # as `update` finds them: the packages in another order
    monkeypatch.setattr(languages, "HOME", tmp_path)
    languages.write(name, catalogue)
    first = (tmp_path / f"{name}.po").read_bytes()
    languages.write(name, languages.read(name))
    assert (tmp_path / f"{name}.po").read_bytes() == first


def test_what_is_read_is_what_was_translated(tmp_path: Path) -> None:
    source = tmp_path / "ko.po"
    source.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Next"\nmsgstr "다음"\n', "utf-8"
    )
    assert compile_all(tmp_path) == [tmp_path / "ko.mo"]
    assert compile_all(tmp_path) == []
    source.write_text(source.read_text("utf-8").replace("다음", "계속"), "utf-8")
    assert compile_all(tmp_path) == [tmp_path / "ko.mo"]
    with (tmp_path / "ko.mo").open("rb") as made:
        assert gettext.GNUTranslations(made).gettext("Next") == "계속"
    assert {one.name for one in tmp_path.iterdir()} == {"ko.po", "ko.mo"}


def test_the_sentences_of_code_and_of_assets_are_found(template: Catalog) -> None:
    found = {message.id if isinstance(message.id, str) else message.id[0] for message in template}
    causes = catalog.table("failures.toml")["cause"]
    titles = [fix["title"] for cause in causes for fix in cause.get("fix", ())]
    assert {one for title in titles for one in ([title] if isinstance(title, str) else title)} <= found
    assert {entry["text"] for entry in catalog.table("help.toml").values()} <= found
    assert {"Nothing has been changed so far.", "{count} error", "Review: what will happen"} <= found


@pytest.mark.parametrize(
    "msgid, msgstr, flags, fault",
    [
        ("{count} files of {name}", "", (), "not translated"),
        ("{count} files of {name}", "{count} 个", (), "fields"),
        ("{count} files of {name}", "{name} {count} {more}", (), "fields"),
        ("plain", "\u201cquoted\u201d", (), "cells wide"),
        ("plain", "text", ("fuzzy",), "fuzzy"),
    ],
)
def test_a_fault_is_found(
    msgid: str, msgstr: str, flags: tuple[str, ...], fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(languages, "HOME", tmp_path)
    there, wanted = Catalog("ko"), Catalog()
    there.add(msgid, msgstr, flags=flags)
    wanted.add(msgid)
    languages.write("ko", there)
    told = languages.wrong("ko", wanted)
    assert len(told) == 1
    assert fault in told[0]


@pytest.mark.parametrize("name", [*IN_WORDS.values(), "en"])
def test_help_fits_its_sheet(name: str) -> None:
    with spoken(name):
        for entry in catalog.table("help.toml"):
            title, lines = help_lines(entry)
            assert max(cell_len(line) for line in [title, *lines]) <= 78
            assert not any(line.endswith(" ...") for line in lines), (entry, lines)


def test_json_is_english_and_words_are_not() -> None:
    def said(*argv: str, language: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "wizard", "diagnose", "-", *argv], input=LOG.encode(), capture_output=True, check=True,
            cwd=REPO, env={**os.environ, "PYTHONIOENCODING": "utf-8", "UV_WIZARD_LANG": language},
        )  # fmt: skip
        return done.stdout.decode("utf-8")

    assert said("--json", language="zh-CN") == said("--json", language="en")
    assert "磁盘" in said(language="zh-CN")
    assert "디스크" in said(language="ko")
    assert "disk" in said(language="en")


LOG = """error: Failed to install: numpy-2.0-py3-none-any.whl (numpy==2.0)
  Caused by: failed to copy file
  Caused by: No space left on device (os error 28)
"""
