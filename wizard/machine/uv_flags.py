"""A variable of uv's that switches something on, such as UV_OFFLINE and UV_NO_CONFIG, as uv reads it."""

from __future__ import annotations

_ON = frozenset({"1", "true", "t", "yes", "y", "on"})


def is_on(value: str | None) -> bool:
    """Whether uv takes that value for yes, in whatever case; None: the variable is not there.

    Tried with uv 0.13.8. What is neither yes nor no (0, false, f, no, n, off), and nothing at all, ends every command.
    """
    return value is not None and value.lower() in _ON
