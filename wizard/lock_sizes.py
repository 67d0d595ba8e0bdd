"""What a sync here would fetch and what it would take on the disk; the second only on request, for it asks servers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wizard.advice.lock_files import FileHere, files_here

if TYPE_CHECKING:
    from wizard.way import Way


@dataclass(frozen=True)
class Sizes:
    """`download`: bytes of all files, None where the lock tells no size of some. `unpacked`: None where some did not tell."""

    files: tuple[FileHere, ...]
    unpacked_of: dict[str, int]

    @property
    def download(self) -> int | None:
        sizes = [one.size for one in self.files]
        return None if None in sizes else sum(size for size in sizes if size is not None)

    @property
    def unpacked(self) -> int | None:
        return None if self.silent or not self.files else self.at_least

    @property
    def at_least(self) -> int:
        """Bytes of those that told."""
        return sum(self.unpacked_of.get(one.url or "", 0) for one in self.files)

    @property
    def silent(self) -> tuple[str, ...]:
        """Packages whose unpacked size nobody told: source distributions, and servers without range requests."""
        return tuple(one.package for one in self.files if one.url not in self.unpacked_of)


def download(way: Way) -> Sizes:
    """From the lock alone."""
    return Sizes(files_here(way.machine, way.project, way.selected()) if way.project else (), {})


def ask(way: Way, on_size: Callable[[str, int | None], None] | None = None) -> Sizes:
    """Reads the directory of each wheel from its server. Waits. Raises WizardError where the proxy settings can't be used."""
    from wizard.machine.uv import first_version
    from wizard.mirrors.unpacked import unpacked_sizes

    files = download(way).files
    wanted = [(one.url, one.size) for one in files if one.is_wheel and one.url]
    found = unpacked_sizes(wanted, uv_version=first_version(way.machine), on_size=on_size) if wanted else {}
    return Sizes(files, {url: size for url, size in found.items() if size is not None})
