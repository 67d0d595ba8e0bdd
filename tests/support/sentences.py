"""A room's sentence that a face puts into a text of its own without saying it in the reader's language: seen in any language.

`f"! {problem}"` makes English of a Message for good; the face has to write `f"! {shown(problem)}"`. See wizard.language.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from wizard.language import Message

REPO = Path(__file__).resolve().parents[2]
FACES = tuple(str(REPO / one) for one in ("screens", "wizard/told", "wizard/cli", "wizard/plain"))


def _format(sentence: Message, spec: str) -> str:
    by = sys._getframe(1)
    if sentence.msgid and by.f_code.co_filename.startswith(FACES):
        raise AssertionError(f"{by.f_code.co_filename}:{by.f_lineno} does not say it with shown(...): {sentence!r}")
    return str.__format__(sentence, spec)


@contextmanager
def said_by_faces() -> Iterator[None]:
    """While it lasts, such a face fails with its place."""
    with patch.object(Message, "__format__", _format, create=True):
        yield


__all__ = ["said_by_faces"]
