"""TOML that is only read: tomli's compiled parser where it is had, else the standard library's."""

from __future__ import annotations

from typing import Any

try:
    import tomli as _reader
except ImportError:  # a host without the compiled wheel, Python 3.11 on
    import tomllib as _reader  # type: ignore[no-redef,import-not-found,unused-ignore]

TOMLError = _reader.TOMLDecodeError


class TooDeep(TOMLError):  # type: ignore[misc,valid-type,unused-ignore]
    """Tables or lists in one another by the hundred: no file that anybody wrote by hand."""

    def __init__(self, message: str) -> None:
        ValueError.__init__(self, message)

    def __str__(self) -> str:
        return ValueError.__str__(self)


def parse(data: bytes) -> dict[str, Any]:
    """The document in `data` (UTF-8, a byte order mark allowed). Raises TOMLError or UnicodeDecodeError: ValueErrors."""
    text = data.decode("utf-8-sig")
    try:
        return _reader.loads(text)
    except RecursionError:
        msg = "nested deeper than a reader of TOML goes"
        raise TooDeep(msg) from None
