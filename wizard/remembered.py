"""The last answers of a pure function that is dear and asked again and again with the same facts: a lock of 1000 packages."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def remembered(most: int = 8) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """For functions of records: those can't be hashed, for they hold tables, but the same ones are equal at once.

    `most`: answers that are kept, those that were given last.
    """

    def keeping(function: Callable[P, T]) -> Callable[P, T]:
        known: deque[tuple[object, T]] = deque(maxlen=most)

        @wraps(function)
        def asked(*args: P.args, **named: P.kwargs) -> T:
            question = (args, named)
            for one, answer in tuple(known):
                if one == question:
                    return answer
            answer = function(*args, **named)
            known.appendleft((question, answer))
            return answer

        return asked

    return keeping


__all__ = ["remembered"]
