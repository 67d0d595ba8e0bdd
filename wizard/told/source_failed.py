"""Why a source of packages failed, in as few words as its row has room for; a page tells it whole. Pure."""

from __future__ import annotations

from wizard.language import Message, said


def brief(why: str) -> str:
    """The same in two or three words, for a column."""
    if isinstance(why, Message) and why.msgid == "answers {status} for {project}":
        return said("answers {status}", status=why.fields["status"])
    return _BRIEF.get(why.msgid, why) if isinstance(why, Message) else why


_NO_INDEX, _NO_ANSWER, _NO_FILE = said("not an index"), said("no answer"), said("lacks the file")
_SIGN_IN, _METADATA = said("needs a sign-in"), said("wrong metadata")
_BRIEF = {
    "a web page, not a package index": _NO_INDEX,
    "neither JSON nor HTML": _NO_INDEX,
    "broken JSON": _NO_INDEX,
    "JSON, but no list of files": _NO_INDEX,
    "its answer has no end": said("has no end"),
    "a web page, not a file": said("not a file"),
    "has no {name} ({status})": _NO_FILE,
    "has no file of {project}": _NO_FILE,
    "names another file as {wrong}": said("another file"),
    "offers metadata that it does not have ({status})": _METADATA,
    "its metadata has another hash than stated": _METADATA,
    "its metadata is something else": _METADATA,
    "asks for a sign-in (401)": _SIGN_IN,
    "the proxy asks for a sign-in": _SIGN_IN,
    "too many requests (429)": said("asked too often"),
    "its certificate is not trusted": said("not trusted"),
    "sends you round in circles": said("goes in circles"),
    "no connection in time": _NO_ANSWER,
    "no answer in time": _NO_ANSWER,
    "the connection broke": said("broke off"),
    "the proxy refused": said("proxy refused"),
}
"""By the sentence of wizard.mirrors."""

__all__ = ["brief"]
