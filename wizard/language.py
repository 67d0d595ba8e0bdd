"""The language that a person reads: en, zh-CN or ko.

Two seams keep apart what is kept and what is read:

- A room (advice, plan, diagnosis, machine, run) makes its sentences with `said(...)`. That is a `Message`: a `str` whose
  text is the English sentence, so that JSON documents, events, the journal and files hold English whatever the locale,
  and that remembers its msgid and its fields beside.
- A face (screens, wizard.cli, wizard.plain, and wizard.told for all of them) writes its own words with `_(...)`, which
  are translated at once, and puts what it got from a room through `shown(...)`, which says a Message in the reader's
  language and leaves any other text alone: what comes from outside is never translated. A face that forgets it shows
  English, never nonsense.

So `doctor --json` is English under every locale and `doctor` is not. What a run has kept is English too, with the
fields of its sentences beside it (`words_of`): a screen in any language makes Messages of it again (`remembered`).
A constant, such as a title at the top of a class, is `said` too: it is translated when it is shown.

`{name}` in a msgid is a field; fields are put in after the translation, and a field that is a Message is translated itself.
The catalogues are assets/languages/*.po, compiled beside them where the program is built: a wheel, an editable install and
one file have them. A checkout that nobody installed speaks English until `python -m tools.languages compile`. None is opened
for English.

Which language: UV_WIZARD_LANG, else the locale as gettext reads it (LC_ALL, LC_MESSAGES, LANG; LANGUAGE before them unless
they say C), else the Windows user's language. zh-TW, zh-HK and zh-Hant get English, not zh-CN: CLDR has no way from
Traditional to Simplified Chinese, and UV_WIZARD_LANG=zh-CN is a word away. TERM=linux, a console without these letters,
gets English unless UV_WIZARD_LANG says otherwise. Whatever is unknown is English.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

from wizard.which_language import LANGUAGES, chosen

_FIELD = re.compile(r"\{(\w+)\}")


class _Catalogue(Protocol):
    def gettext(self, message: str, /) -> str: ...
    def ngettext(self, msgid1: str, msgid2: str, n: int, /) -> str: ...


class Message(str):
    """A sentence: as a `str` it is English; `shown` says it in the reader's language.

    `msgid` is "" for text that has none; `plural` is the other form where there are two, and `number` decides.
    """

    __slots__ = ("fields", "msgid", "number", "plural")
    msgid: str
    plural: str
    number: int
    fields: Mapping[str, Any]

    def __new__(  # noqa: PYI034 - Self is typing's only from 3.11 on
        cls, text: str, msgid: str = "", fields: Mapping[str, Any] | None = None, plural: str = "", number: int = 0
    ) -> Message:
        self = super().__new__(cls, text)
        self.msgid, self.fields, self.plural, self.number = msgid, fields or {}, plural, number
        return self

    def __getnewargs__(self) -> tuple[Any, ...]:  # copies and pickles keep all of it
        return (str(self), self.msgid, self.fields, self.plural, self.number)


def said(msgid: str, /, **fields: Any) -> Message:
    """A room's sentence. Raises KeyError where a field of `msgid` is not given."""
    return Message(_filled(msgid, fields), msgid, fields)


def nsaid(one: str, many: str, count: int, /, **fields: Any) -> Message:
    """A room's sentence about `count` things; `{count}` is a field of its own."""
    fields = {"count": count, **fields}
    return Message(_filled(one if count == 1 else many, fields), one, fields, many, count)


def recased(text: str, other: str) -> str:
    """`other`, which is `text` but for the case of its letters: of a Message, the same Message."""
    if not isinstance(text, Message):
        return other
    return Message(other, text.msgid, text.fields, text.plural, text.number)


def _(msgid: str, /, **fields: Any) -> str:
    """A face's words, in the reader's language. Raises KeyError where a field of `msgid` is not given."""
    catalogue = _catalogue()
    return _filled(catalogue.gettext(msgid) if catalogue else msgid, fields, shown)


def ngettext(one: str, many: str, count: int, /, **fields: Any) -> str:
    """A face's words about `count` things; `{count}` is a field of its own."""
    catalogue = _catalogue()
    form = catalogue.ngettext(one, many, count) if catalogue else one if count == 1 else many
    return _filled(form, {"count": count, **fields}, shown)


def shown(text: str, /) -> str:
    """A Message in the reader's language; any other text as it is."""
    if not isinstance(text, Message):
        return text
    catalogue = _catalogue()
    if catalogue is None or not text.msgid:
        return str(text)
    if text.plural:
        return _filled(catalogue.ngettext(text.msgid, text.plural, text.number), text.fields, shown)
    return _filled(catalogue.gettext(text.msgid), text.fields, shown)


def message_of(error: BaseException) -> str:
    """What an error says, as a room hands it on: a Message where it was made of one."""
    return error.args[0] if len(error.args) == 1 and isinstance(error.args[0], Message) else str(error)


def error_told(error: BaseException) -> str:
    """What an error says, in the reader's language."""
    return shown(message_of(error))


def with_fields(text: str, change: Callable[[str], str]) -> str:
    """The same sentence, with `change` made to what was put into it; text that is no sentence is changed as a whole."""
    if not isinstance(text, Message) or not text.msgid:
        return change(text)
    fields = {
        name: with_fields(value, change) if isinstance(value, str) else value for name, value in text.fields.items()
    }
    return nsaid(text.msgid, text.plural, text.number, **fields) if text.plural else said(text.msgid, **fields)


def words_of(document: Any) -> dict[str, Any]:
    """What `remembered` needs of the Messages in a JSON document: for each that has fields, its text and its origin."""
    found: dict[str, Any] = {}
    for text in _messages(document):
        if text.msgid and text.fields:
            found[str(text)] = _origin(text)
    return found


def remembered(text: Any, words: Any = None) -> str:
    """A sentence that was kept, made a Message again by what `words_of` kept beside it. Never raises."""
    if isinstance(text, Message):
        return text
    text = str(text)
    kept = words.get(text) if isinstance(words, Mapping) else None
    made = _from_origin(kept)
    return made if made is not None and made == text else Message(text, text)


def language() -> str:
    """The language in use, one of LANGUAGES."""
    if _State.language is None:
        _State.language, _State.wrong = chosen(os.environ)
    return _State.language


def complaint() -> str:
    """What is wrong with UV_WIZARD_LANG, in one English line; "" where nothing is."""
    language()
    told = " ".join(_State.wrong.split())[:40].encode("ascii", "replace").decode()
    return f"UV_WIZARD_LANG is {told}; it takes {', '.join(LANGUAGES)}. English is used" if told else ""


def use(name: str | None) -> None:
    """Takes that language from now on; None: asks the environment again."""
    _State.language, _State.catalogue = name, None


@contextmanager
def spoken(name: str) -> Iterator[None]:
    """In that language for as long as the block runs."""
    before = _State.language
    use(name)
    try:
        yield
    finally:
        use(before)


class _State:
    """What was found out once: the language, and its catalogue when something was translated."""

    language: str | None = None
    wrong: str = ""
    catalogue: _Catalogue | None = None


def _catalogue() -> _Catalogue | None:
    """The catalogue in use, None for English: then nothing is opened."""
    if _State.catalogue is None:
        name = LANGUAGES[language()]
        if not name:
            return None
        import io
        from gettext import GNUTranslations

        from wizard.catalog import asset

        data = asset(f"languages/{name}.mo").read_bytes()
        _State.catalogue = GNUTranslations(io.BytesIO(data))
    return _State.catalogue


def _filled(pattern: str, fields: Mapping[str, Any], show: Any = str) -> str:
    if "{" not in pattern:
        return pattern
    return _FIELD.sub(lambda found: str(show(fields[found[1]])), pattern)


def _messages(document: Any) -> Iterator[Message]:
    if isinstance(document, Message):
        yield document
    elif isinstance(document, Mapping):
        for value in document.values():
            yield from _messages(value)
    elif isinstance(document, (list, tuple)):
        for value in document:
            yield from _messages(value)


def _origin(text: Message) -> dict[str, Any]:
    fields = {
        name: _origin(value) if isinstance(value, Message) else value if isinstance(value, int) else str(value)
        for name, value in text.fields.items()
    }
    kept: dict[str, Any] = {"msgid": text.msgid or str(text), "fields": fields}
    return {**kept, "plural": text.plural, "count": text.number} if text.plural else kept


def _from_origin(kept: Any) -> Message | None:
    if not isinstance(kept, Mapping) or not isinstance(kept.get("msgid"), str):
        return None
    fields = kept.get("fields")
    fields = {
        str(name): (_from_origin(value) or "") if isinstance(value, Mapping) else value
        for name, value in (fields.items() if isinstance(fields, Mapping) else ())
    }
    try:
        if isinstance(kept.get("plural"), str) and isinstance(kept.get("count"), int):
            return nsaid(kept["msgid"], kept["plural"], kept["count"], **fields)
        return said(kept["msgid"], **fields)
    except (KeyError, TypeError):
        return None


__all__ = [
    "LANGUAGES", "Message", "_", "complaint", "error_told", "language", "message_of", "ngettext", "nsaid", "recased",
    "remembered", "said", "shown", "spoken", "use", "with_fields", "words_of",
]  # fmt: skip
