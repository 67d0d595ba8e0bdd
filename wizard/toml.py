"""TOML that is only read: tomli's compiled parser where it is had, else the standard library's."""

from __future__ import annotations

from typing import Any

try:
    import tomli as _reader
except ImportError:  # a host without the compiled wheel, Python 3.11 on
    import tomllib as _reader  # type: ignore[no-redef,import-not-found,unused-ignore]

TOMLError = _reader.TOMLDecodeError


def parse(data: bytes) -> dict[str, Any]:
    """The document in `data` (UTF-8, a byte order mark allowed). Raises TOMLError or UnicodeDecodeError: ValueErrors."""
    return _reader.loads(data.decode("utf-8-sig"))
