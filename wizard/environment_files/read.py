"""Which kind of file it is, and what it asks for."""

from __future__ import annotations

import re
from pathlib import Path

from wizard.environment_files import conda_text, pip_file, yaml_file
from wizard.environment_files.record import Described
from wizard.errors import BadInput
from wizard.language import said
from wizard.text import one_line

LARGEST = 4 << 20
"""Bytes: no environment file is larger."""
_OTHERS = frozenset({".py", ".toml", ".cfg", ".lock", ".ipynb", ".json", ".whl", ".zip", ".gz"})
_YAML = re.compile(r"(?m)^(?:name|channels|dependencies|prefix)\s*:")


def describe(path: Path) -> Described:
    """What the file asks for. Raises BadInput where it can't be read, or is none of the kinds."""
    if path.suffix.lower() in _OTHERS or path.name in {"Pipfile", "Dockerfile"}:
        msg = said(
            "{name} is not a kind that import reads: environment.yml, requirements.txt and what conda prints are. "
            "Poetry's, Pipenv's and setup.py's: pip freeze writes a requirements.txt of what they installed",
            name=one_line(path.name, 100),
        )
        raise BadInput(msg)
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        msg = said("{path} cannot be read: {error}", path=one_line(str(path), 300), error=error.strerror or error)
        raise BadInput(msg) from None
    if len(data) > LARGEST or (b"\0" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff"))):
        msg = said("{name} is no environment file: it is not text, or far too long", name=path.name)
        raise BadInput(msg)
    text = _text(data)
    found = _kind(path, text)
    if not found.entries:
        msg = said(
            "{name} names no package; give an environment.yml, a requirements.txt, or what conda list printed",
            name=path.name,
        )
        raise BadInput(msg)
    return found


def _text(data: bytes) -> str:
    """PowerShell's `>` writes UTF-16; others begin UTF-8 with a mark."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8-sig", "replace")


def _kind(path: Path, text: str) -> Described:
    yaml_like = bool(_YAML.search(text) and re.search(r"(?m)^dependencies\s*:", text))
    if path.suffix.lower() in {".yml", ".yaml"}:
        return yaml_file.read(path, text)
    if conda_text.EXPLICIT.search(text):
        return conda_text.explicit(text)
    if conda_text.is_list(text):
        return conda_text.listed(text)
    if conda_text.is_command(text):
        return conda_text.commands(path, text)
    if yaml_like:
        return yaml_file.read(path, text)
    return conda_text.exported(text) if conda_text.is_export(text) else pip_file.read(path, text)
