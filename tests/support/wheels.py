"""Real wheels and source distributions, made in memory; the same words give the same bytes on every system."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import random
import re
import tarfile
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_WHEN = (2024, 1, 1, 0, 0, 0)
_TIMESTAMP = 1704067200  # the same moment, for archives that count seconds


@dataclass(frozen=True)
class Dist:
    """A file that an index can hold. `metadata` is what METADATA (or PKG-INFO) says, which indexes serve apart."""

    name: str
    version: str
    filename: str
    data: bytes = field(repr=False)
    metadata: bytes = field(repr=False)
    requires_python: str | None = None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def size(self) -> int:
        return len(self.data)


def normalize(name: str) -> str:
    """The name as index addresses have it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def wheel(
    name: str,
    version: str = "1.0",
    *,
    requires: Sequence[str] = (),
    extras: Mapping[str, Sequence[str]] | None = None,
    requires_python: str | None = None,
    tag: str = "py3-none-any",
    module: str | None = None,
    files: Mapping[str, str | bytes] | None = None,
    size: int | None = None,
) -> Dist:
    """A wheel that installs and imports.

    `module`: the module's name (default: the distribution's, with underscores); it holds `__version__`.
    `files`: more files, by their path in the wheel; one at the module's own path stands in for it.
    `size`: the length of the wheel in bytes, to the byte, reached with bytes that do not compress.
    """
    folder = f"{_escape(name)}-{version}"
    metadata = _metadata(name, version, requires, extras or {}, requires_python)
    contents: dict[str, bytes] = {f"{module or _escape(name)}.py": f"__version__ = {version!r}\n".encode()}
    contents |= {path: _bytes(text) for path, text in (files or {}).items()}
    contents[f"{folder}.dist-info/METADATA"] = metadata
    contents[f"{folder}.dist-info/WHEEL"] = _wheel_file(tag)
    data = _zip(contents, f"{folder}.dist-info/RECORD")
    if size is not None:
        data = _padded(contents, folder, size)
    return Dist(name, version, f"{folder}-{tag}.whl", data, metadata, requires_python)


def sdist(
    name: str,
    version: str = "1.0",
    *,
    requires: Sequence[str] = (),
    extras: Mapping[str, Sequence[str]] | None = None,
    requires_python: str | None = None,
    module: str | None = None,
    files: Mapping[str, str | bytes] | None = None,
    build_requires: Sequence[str] = (),
    build_fails: str | None = None,
) -> Dist:
    """A source distribution that builds, with a backend of its own: nothing is needed from an index.

    `build_requires`: what the backend asks an index for all the same. `build_fails`: it prints this and exits 1.
    """
    built = wheel(
        name, version, requires=requires, extras=extras, requires_python=requires_python, module=module, files=files
    )
    metadata = _metadata(name, version, requires, extras or {}, requires_python)
    pyproject = (
        f'[build-system]\nrequires = {list(build_requires)!r}\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    )
    # No [project] table: the backend is asked for the metadata, as it is for most old source distributions.
    contents = {
        "PKG-INFO": metadata,
        "pyproject.toml": pyproject.replace("'", '"').encode(),
        "backend.py": _BACKEND.format(wheel=built.filename, fails=build_fails).encode(),
        built.filename: built.data,
    }
    folder = f"{_escape(name)}-{version}"
    return Dist(name, version, f"{folder}.tar.gz", _tar_gz(contents, folder), metadata, requires_python)


_BACKEND = """\
import pathlib, shutil, sys

def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    fails = {fails!r}
    if fails is not None:
        print(fails, file=sys.stderr)
        sys.exit(1)
    here = pathlib.Path(__file__).parent
    shutil.copyfile(here / {wheel!r}, pathlib.Path(wheel_directory) / {wheel!r})
    return {wheel!r}
"""


def _escape(name: str) -> str:
    return normalize(name).replace("-", "_")


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text


def _metadata(
    name: str,
    version: str,
    requires: Sequence[str],
    extras: Mapping[str, Sequence[str]],
    requires_python: str | None,
) -> bytes:
    lines = ["Metadata-Version: 2.2", f"Name: {name}", f"Version: {version}"]
    if requires_python:
        lines.append(f"Requires-Python: {requires_python}")
    lines += [f"Requires-Dist: {requirement}" for requirement in requires]
    for extra, wanted in extras.items():
        lines.append(f"Provides-Extra: {extra}")
        for requirement in wanted:
            what, _, marker = (part.strip() for part in requirement.partition(";"))
            condition = f"({marker}) and extra == '{extra}'" if marker else f"extra == '{extra}'"
            lines.append(f"Requires-Dist: {what}; {condition}")
    return ("\n".join(lines) + "\n").encode()


def _wheel_file(tag: str) -> bytes:
    pythons, abis, platforms = (part.split(".") for part in tag.split("-"))
    tags = [f"Tag: {p}-{a}-{s}" for p in pythons for a in abis for s in platforms]
    pure = "true" if platforms == ["any"] else "false"
    return "\n".join(["Wheel-Version: 1.0", "Generator: tests", f"Root-Is-Purelib: {pure}", *tags, ""]).encode()


def _padded(contents: dict[str, bytes], folder: str, size: int) -> bytes:
    """The wheel, made exactly `size` bytes long. RECORD names the padding's length, whose digits count too."""
    path, record = f"{folder}.dist-info/padding", f"{folder}.dist-info/RECORD"
    chance = random.Random(folder)
    length = 0
    for _ in range(5):
        data = _zip({**contents, path: chance.randbytes(length)}, record)
        if len(data) == size:
            return data
        length = max(0, length + size - len(data))
    raise ValueError(f"{folder}: no wheel of {size} bytes; it needs {len(_zip({**contents, path: b''}, record))}")


def _zip(contents: Mapping[str, bytes], record: str) -> bytes:
    rows = [f"{path},sha256={_record_hash(data)},{len(data)}" for path, data in contents.items()]
    everything = {**contents, record: "\n".join([*rows, f"{record},,", ""]).encode()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path, data in everything.items():
            info = zipfile.ZipInfo(path, _WHEN)
            info.create_system = 3  # zipfile writes the system it runs on: the same bytes on Windows
            info.external_attr = 0o100644 << 16
            archive.writestr(info, data)
    return buffer.getvalue()


def _record_hash(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def _tar_gz(contents: Mapping[str, bytes], folder: str) -> bytes:
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path, data in contents.items():
            info = tarfile.TarInfo(f"{folder}/{path}")
            info.size, info.mtime, info.mode = len(data), _TIMESTAMP, 0o644
            archive.addfile(info, io.BytesIO(data))
    packed = io.BytesIO()
    # Stored, not deflated: compressors differ; and by GzipFile, as gzip.compress names the system it ran on.
    with gzip.GzipFile("", "wb", compresslevel=0, fileobj=packed, mtime=0) as archive_file:
        archive_file.write(plain.getvalue())
    return packed.getvalue()
