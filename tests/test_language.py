"""Which language is asked for, and that what is kept stays English whatever a person reads."""

from __future__ import annotations

import ast
import copy
import json
import pickle
import re
import sys
from pathlib import Path

import pytest

from wizard import diagnosis, language
from wizard.language import Message, _, ngettext, nsaid, remembered, said, shown, spoken, words_of
from wizard.text import clean, masked, one_line
from wizard.which_language import chosen

pytestmark = pytest.mark.same_everywhere

REPO = Path(__file__).resolve().parent.parent


class Echo:
    """A catalogue that shows what it was asked for."""

    def gettext(self, message: str) -> str:
        return f"<{message}>"

    def ngettext(self, one: str, many: str, count: int) -> str:
        return f"<{many}>"


@pytest.fixture
def echo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language._State, "language", "ko")
    monkeypatch.setattr(language._State, "catalogue", Echo())


@pytest.mark.parametrize(
    "environment, found",
    [
        ({}, "en"),
        ({"UV_WIZARD_LANG": "zh-CN", "LANG": "ko_KR.UTF-8"}, "zh-CN"),
        ({"UV_WIZARD_LANG": "zh_cn"}, "zh-CN"),
        ({"UV_WIZARD_LANG": "ko", "TERM": "linux"}, "ko"),
        ({"UV_WIZARD_LANG": "", "LANG": "ko_KR"}, "ko"),
        ({"LANG": "zh_CN.GB18030"}, "zh-CN"),
        ({"LANG": "zh_SG.UTF-8"}, "zh-CN"),
        ({"LANG": "zh_Hans_HK"}, "zh-CN"),
        ({"LANG": "zh_TW.UTF-8"}, "en"),
        ({"LANG": "zh_HK"}, "en"),
        ({"LANG": "zh-Hant"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LC_ALL": "C.UTF-8", "LANG": "ko_KR.UTF-8"}, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "ko_KR.UTF-8@x", "LANG": "zh_CN"}, "ko"),
        ({"LANG": "de_DE.UTF-8", "LANGUAGE": "de:ko:en"}, "ko"),
        ({"LANG": "C", "LANGUAGE": "ko"}, "en"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "zh_CN:en"}, "zh-CN"),
        ({"LANG": "ko_KR.UTF-8", "TERM": "linux"}, "en"),
    ],
)
def test_the_environment_decides(environment: dict[str, str], found: str) -> None:
    if sys.platform == "win32" and not {"LC_ALL", "LC_MESSAGES", "LANG"} & set(environment):
        environment = {**environment, "LANG": "C"}
    assert chosen(environment) == (found, "")


@pytest.mark.parametrize("value", ["klingon", "zh-TW", "fr_FR.UTF-8"])
def test_a_wrong_name_is_english_and_told(value: str) -> None:
    assert chosen({"UV_WIZARD_LANG": value, "LANG": "ko_KR.UTF-8"}) == ("en", value)


def test_a_complaint_is_one_plain_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_WIZARD_LANG", "x\x1b[2J\n" + "한" * 99)
    told = language.complaint()
    assert "\n" not in told
    assert told.isascii()
    assert len(told) < 120
    assert "zh-CN" in told


@pytest.mark.usefixtures("echo")
def test_what_is_kept_is_english_and_what_is_read_is_not() -> None:
    inner = said("the driver")
    message = said("{what} is older than {version}", what=inner, version="580 {x}")
    assert message == "the driver is older than 580 {x}"
    assert json.loads(json.dumps([message, inner])) == ["the driver is older than 580 {x}", "the driver"]
    assert shown(message) == "<<the driver> is older than 580 {x}>"
    assert type(shown(message)) is str
    assert _("As {one}, {other}", one=inner, other="the driver") == "<As <the driver>, the driver>"
    assert shown("outside text") == "outside text"


@pytest.mark.usefixtures("echo")
def test_two_forms() -> None:
    assert nsaid("{count} file", "{count} files", 1) == "1 file"
    assert nsaid("{count} file of {name}", "{count} files of {name}", 3, name="x") == "3 files of x"
    assert shown(nsaid("{count} file", "{count} files", 3)) == "<3 files>"
    assert ngettext("{count} file", "{count} files", 1) == "<1 files>"
    with spoken("en"):
        assert ngettext("{count} file", "{count} files", 1) == "1 file"
        assert ngettext("{count} file", "{count} files", 0) == "0 files"


def test_a_missing_field_is_an_error() -> None:
    with pytest.raises(KeyError):
        said("{count} files")
    with pytest.raises(KeyError):
        _("{count} files")


@pytest.mark.usefixtures("echo")
def test_a_kept_sentence_is_read_again() -> None:
    many = nsaid("{count} file", "{count} files", 2)
    document = {"title": said("No room on {disk}: {what}", disk="/data", what=many), "more": [said("Plain"), "outside"]}
    kept = json.loads(json.dumps({**document, "words": words_of(document)}))
    assert list(kept["words"]) == ["No room on /data: 2 files"]
    assert shown(remembered(kept["title"], kept["words"])) == "<No room on /data: <2 files>>"
    assert shown(remembered(kept["more"][0], kept["words"])) == "<Plain>"


@pytest.mark.parametrize(
    "words",
    [
        None,
        [],
        {"text": 3},
        {"text": {"msgid": 1}},
        {"text": {"msgid": "{a}", "fields": []}},
        {"text": {"msgid": "another", "fields": {}}},
        {"text": {"msgid": "{a}", "plural": "{a}s", "count": 2, "fields": {"a": {"msgid": 3}}}},
    ],
)
def test_words_that_are_none_do_no_harm(words: object) -> None:
    assert remembered("text", words) == "text"


@pytest.mark.parametrize("made", [copy.copy, copy.deepcopy, lambda text: pickle.loads(pickle.dumps(text))])  # noqa: S301
def test_a_copy_is_the_same_sentence(made: object) -> None:
    message = nsaid("{count} file in {place}", "{count} files in {place}", 2, place=said("here"))
    again = made(message)  # type: ignore[operator]
    assert isinstance(again, Message)
    assert (again, again.msgid, again.plural, again.number, again.fields) == (
        message,
        message.msgid,
        message.plural,
        2,
        message.fields,
    )


@pytest.mark.usefixtures("echo")
def test_making_text_safe_keeps_a_sentence_that_was() -> None:
    message = said("Plain")
    assert shown(masked(one_line(clean(message)))) == "<Plain>"
    assert shown(clean(said("with {x}", x="\x1b[2J"))) == "with "


FACES = re.compile(r"wizard/(?:cli|plain|told)/|wizard/language\.py|screens/")
TRANSLATES = {"_", "ngettext", "shown", "error_told"}


def faces_words(path: Path) -> set[str]:
    """What a module imports of the functions that translate at once."""
    tree = ast.parse(path.read_text("utf-8"))
    froms = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == "wizard.language"]
    return {alias.name for node in froms for alias in node.names} & TRANSLATES


def test_only_the_faces_translate() -> None:
    """What a room says goes into documents and events, which are English: it says it with `said`."""
    sources = [*REPO.joinpath("wizard").rglob("*.py"), *REPO.joinpath("screens").rglob("*.py")]
    using = {path.relative_to(REPO).as_posix() for path in sources if faces_words(path)}
    assert {name for name in using if not FACES.match(name)} == set()
    assert "screens/start.py" in using


def test_a_failure_that_a_run_has_kept_is_told_in_the_reader_s_language() -> None:
    """The events hold English and what the sentences were made of; who reads them later may speak another language."""
    document = diagnosis.of(
        "disk-full", ("error: no space",), disk="/data", path="/data/x", mount="/data", free="1 GiB"
    ).document()
    kept = json.loads(json.dumps({**document, "words": words_of(document)}))
    assert kept["title"].isascii()
    found = diagnosis.from_document(kept)
    with spoken("zh-CN"):
        assert shown(found.title) == "/data 放不下"
        assert "可用空间" in shown(found.explanation) or "1 GiB" in shown(found.explanation)
    with spoken("ko"):
        assert shown(found.title) == "/data에 다 들어가지 않습니다"
    assert found.title == document["title"]
